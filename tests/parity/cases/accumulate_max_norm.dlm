//! The norm of each unit's incoming weights limited when two batches make an update: in Keras after each of them.

model Net {
    input x: f32[3];
    dense(6) -> relu -> dense(2);
    output y: f32[2];
}

train Net {
    loss       = mse;
    optimizer  = momentum(lr = 0.05);
    schedule   = exponential(rate = 0.5, every = steps(8), staircase = true);
    regularize = [max_norm(0.75)];
    batch      = 4;
    accumulate = 2;
}

train Net as Keras like Net {
    flavor = keras;
}
