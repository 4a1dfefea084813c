//! ReLU with random slopes, their mean in prediction.

model Net {
    input x: f32[5];
    rrelu -> dense(5) -> rrelu -> dense(2);
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
