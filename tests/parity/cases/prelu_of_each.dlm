//! ReLU with learned slopes, in every flavour a slope for each unit.

model Net {
    input x: f32[5];
    prelu(init = 0.375, shared = false) -> dense(5) -> prelu(init = 0.375, shared = false) -> dense(2);
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
