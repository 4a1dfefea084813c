//! A penalty on weights is PyTorch's weight decay where nothing is clipped.

model Net {
    input x: f32[3];
    dense(6) -> relu -> dense(2);
    output y: f32[2];
}

train Net {
    flavor     = pytorch;
    loss       = mse;
    optimizer  = momentum(lr = 0.05);
    schedule   = exponential(rate = 0.5, every = steps(8), staircase = true);
    regularize = [l2(0.05)];
    batch      = 4;
}
