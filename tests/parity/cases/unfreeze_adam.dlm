//! A layer that does not learn at first, under Adam.

model Net {
    input x: f32[3];
    h1: dense(5) -> relu;
    h2: dense(4) -> relu;
    dense(2);
    output y: f32[2];
}

train Net {
    loss      = mse;
    optimizer = adam(lr = 0.02);
    schedule  = exponential(rate = 0.5, every = steps(8), staircase = true);
    freeze    = [h1];
    unfreeze  = [(h1, steps(10))];
    batch     = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
