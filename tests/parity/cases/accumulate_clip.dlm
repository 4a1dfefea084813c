//! Two batches an update; what is clipped is their mean, penalties included.

model Net {
    input x: f32[3];
    dense(6) -> relu -> dense(2);
    output y: f32[2];
}

train Net {
    loss       = mse;
    optimizer  = momentum(lr = 0.05);
    schedule   = exponential(rate = 0.5, every = steps(8), staircase = true);
    regularize = [l2(0.05)];
    clip       = global_norm(0.5);
    batch      = 4;
    accumulate = 2;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
