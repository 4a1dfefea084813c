//! Binary cross entropy of samples that weigh differently.

model Net {
    input x: f32[3];
    dense(3);
    output y: flags[3];
}

train Net {
    loss           = binary_cross_entropy;
    sample_weights = true;
    optimizer      = momentum(lr = 0.1);
    schedule       = exponential(rate = 0.5, every = steps(8), staircase = true);
    batch          = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
