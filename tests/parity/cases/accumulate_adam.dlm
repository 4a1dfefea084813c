//! Three batches an update, one left over in each epoch; Adam counts updates.

model Net {
    input x: f32[3];
    dense(6) -> relu -> dense(2);
    output y: f32[2];
}

train Net {
    loss       = mse;
    optimizer  = adam(lr = 0.02);
    schedule   = exponential(rate = 0.5, every = steps(8), staircase = true);
    batch      = 4;
    accumulate = 3;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
