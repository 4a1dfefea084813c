//! 13-100-50-3 with relu: a regression of three values.

model RegressOdd {
    input measures: f32[13];

    dense(100, init = he_normal) -> relu;
    dense(50, init = he_normal) -> relu;
    dense(3);

    output values: f32[3];
}

train RegressOdd {
    flavor    = pytorch;
    loss      = mse;
    optimizer = rmsprop(lr = 1e-3, beta = 0.9);
    batch     = 100;
}
