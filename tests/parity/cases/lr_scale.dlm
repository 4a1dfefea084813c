//! A layer that learns slower than the others.

model Net {
    input x: f32[3];
    h1: dense(5) -> relu;
    h2: dense(4) -> relu;
    dense(2);
    output y: f32[2];
}

train Net {
    loss      = mse;
    optimizer = momentum(lr = 0.05);
    lr_scale  = [(h1, 0.1)];
    schedule  = exponential(rate = 0.5, every = steps(8), staircase = true);
    batch     = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}
