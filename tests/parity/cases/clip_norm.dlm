//! Each tensor's norm clipped; all gradients are 0 at first, then some are above the limit.

model Net {
    input x: f32[3];
    dense(6) -> relu -> dense(2) -> relu;
    output y: f32[2];
}

train Net {
    loss      = mse;
    optimizer = momentum(lr = 0.05);
    schedule  = exponential(rate = 0.5, every = steps(8), staircase = true);
    clip      = norm(0.5);
    batch     = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
