//! Frozen batch normalisation does as in prediction and keeps its statistics.

model Net {
    input x: f32[3];
    h1: dense(5, bias = false);
    norm: batch_norm -> elu;
    dense(2);
    output y: f32[2];
}

train Net {
    loss      = mse;
    optimizer = momentum(lr = 0.05);
    schedule  = exponential(rate = 0.5, every = steps(8), staircase = true);
    freeze    = [norm];
    batch     = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
