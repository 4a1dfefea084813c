//! Samples that weigh differently, with a penalty, which does not, and clipping.

model Net {
    input x: f32[3];
    dense(6) -> relu -> dense(2);
    output y: f32[2];
}

train Net {
    loss           = mse;
    sample_weights = true;
    optimizer      = adam(lr = 0.02);
    schedule       = exponential(rate = 0.5, every = steps(8), staircase = true);
    regularize     = [l2(0.05)];
    clip           = global_norm(1);
    batch          = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
