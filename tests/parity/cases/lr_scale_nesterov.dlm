//! Layers that learn slower than the others, under Nesterov's momentum.

model Net {
    input x: f32[3];
    h1: dense(5) -> relu;
    h2: dense(4) -> relu;
    dense(2);
    output y: f32[2];
}

train Net {
    loss      = mse;
    optimizer = nesterov(lr = 0.02);
    lr_scale  = [(h1, 0.1), (h2, 0.5)];
    schedule  = exponential(rate = 0.5, every = steps(8), staircase = true);
    batch     = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}
