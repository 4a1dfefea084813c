//! A learning rate by pieces whose boundaries are epochs.

model Net {
    input x: f32[3];
    dense(6) -> relu -> dense(2);
    output y: f32[2];
}

train Net {
    loss      = mse;
    optimizer = sgd(lr = 0.02);
    schedule  = piecewise([(epochs(1), 0.1), (epochs(3), 0.05)]);
    batch     = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}
