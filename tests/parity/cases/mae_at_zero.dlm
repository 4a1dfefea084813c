//! Absolute error, exactly 0 for some: its slope there is 0.

model Net {
    input x: f32[3];
    dense(3);
    output y: f32[3];
}

train Net {
    loss      = mae;
    optimizer = momentum(lr = 0.05);
    batch     = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}
