//! Absolute errors of samples that weigh differently.

model Net {
    input x: f32[3];
    dense(3);
    output y: f32[3];
}

train Net {
    loss           = mae;
    sample_weights = true;
    optimizer      = momentum(lr = 0.05);
    schedule       = exponential(rate = 0.5, every = steps(8), staircase = true);
    batch          = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
