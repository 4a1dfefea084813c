//! GELU by its approximation.

model Net {
    input x: f32[5];
    gelu(approximate = tanh) -> dense(5) -> gelu(approximate = tanh) -> dense(2);
    output y: f32[2];
}

train Net {
    loss      = mse;
    optimizer = momentum(lr = 0.02);
    batch     = 4;
    seed      = 11;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
