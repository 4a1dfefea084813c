//! Two batches an update, one left over in each epoch; each batch has its own masks.

model Net {
    input x: f32[3];
    dropout(0.25) -> dense(8) -> relu -> dropout(0.5) -> dense(2);
    output y: f32[2];
}

train Net {
    loss       = mse;
    optimizer  = momentum(lr = 0.02);
    schedule   = exponential(rate = 0.5, every = steps(8), staircase = true);
    batch      = 5;
    accumulate = 2;
    seed       = 7;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
