//! The norm of each unit's incoming weights limited, and a penalty, under Adam.

model Net {
    input x: f32[3];
    dense(6) -> relu -> dense(2);
    output y: f32[2];
}

train Net {
    loss       = mse;
    optimizer  = adam(lr = 0.02);
    schedule   = exponential(rate = 0.5, every = steps(8), staircase = true);
    regularize = [l2(0.05), max_norm(0.75)];
    batch      = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
