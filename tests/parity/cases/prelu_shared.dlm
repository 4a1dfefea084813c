//! ReLU with learned slopes, in every flavour one slope for all units.

model Net {
    input x: f32[5];
    prelu(init = 0.375, shared = true) -> dense(5) -> prelu(init = 0.375, shared = true) -> dense(2);
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
