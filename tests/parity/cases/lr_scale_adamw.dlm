//! A layer that learns slower than the others and one that learns faster; the decay does as well.

model Net {
    input x: f32[3];
    h1: dense(5, bias = false);
    norm: batch_norm -> elu;
    dense(2);
    output y: f32[2];
}

train Net {
    loss      = mse;
    optimizer = adamw(lr = 0.02, decay = 0.1);
    lr_scale  = [(h1, 0.1), (norm, 2)];
    schedule  = exponential(rate = 0.5, every = steps(8), staircase = true);
    batch     = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}
