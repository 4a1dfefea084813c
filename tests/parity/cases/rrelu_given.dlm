//! ReLU with random slopes from a given range.

model Net {
    input x: f32[5];
    rrelu(lower = 0.05, upper = 0.6) -> dense(5) -> rrelu(lower = 0.05, upper = 0.6) -> dense(2);
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
