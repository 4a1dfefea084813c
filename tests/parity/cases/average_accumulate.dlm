//! A moving average of the weights when two batches make an update.

model Net {
    input x: f32[3];
    dense(6) -> relu -> dense(2);
    output y: f32[2];
}

train Net {
    loss       = mse;
    optimizer  = momentum(lr = 0.05);
    schedule   = exponential(rate = 0.5, every = steps(8), staircase = true);
    average    = 0.8;
    batch      = 4;
    accumulate = 2;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}
