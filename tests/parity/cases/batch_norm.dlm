//! Batch normalisation on batches of two, then prediction; momentum and ε are the flavour's.

model Net {
    input x: f32[3];
    dense(5) -> batch_norm -> elu -> dense(2);
    output y: f32[2];
}

train Net {
    loss      = mse;
    optimizer = momentum(lr = 0.01);
    schedule  = exponential(rate = 0.5, every = steps(8), staircase = true);
    batch     = 2;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
