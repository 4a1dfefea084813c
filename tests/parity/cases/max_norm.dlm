//! The norm of each unit's incoming weights limited, some inside the limit.

model Net {
    input x: f32[3];
    dense(6) -> relu -> dense(2);
    output y: f32[2];
}

train Net {
    loss       = mse;
    optimizer  = momentum(lr = 0.05);
    schedule   = exponential(rate = 0.5, every = steps(8), staircase = true);
    regularize = [max_norm(1)];
    batch      = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
