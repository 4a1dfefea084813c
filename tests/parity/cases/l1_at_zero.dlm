//! A penalty on the sizes of weights some of which are exactly 0.

model Net {
    input x: f32[3];
    dense(6) -> relu -> dense(2);
    output y: f32[2];
}

train Net {
    loss       = mse;
    optimizer  = momentum(lr = 0.05);
    schedule   = exponential(rate = 0.5, every = steps(8), staircase = true);
    regularize = [l1(0.02)];
    batch      = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}
