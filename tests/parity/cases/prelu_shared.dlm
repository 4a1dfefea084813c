//! ReLU with a learned slope, one for all units.

model Net {
    input x: f32[3];
    prelu(shared = true, init = 0.25) -> dense(6) -> prelu(shared = true, init = 0.25) -> dense(2);
    output y: f32[2];
}

train Net {
    loss      = mse;
    optimizer = momentum(lr = 0.05);
    schedule  = exponential(rate = 0.5, every = steps(8), staircase = true);
    batch     = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
