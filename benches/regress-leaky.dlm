//! 8-64-64-1 with leaky_relu: a regression.

model RegressLeaky {
    input measures: f32[8];

    dense(64, init = he_normal) -> leaky_relu;
    dense(64, init = he_normal) -> leaky_relu;
    dense(1);

    output value: f32[1];
}

train RegressLeaky {
    flavor    = pytorch;
    loss      = mse;
    optimizer = adagrad(lr = 0.01);
    batch     = 256;
}
