//! Adam against Keras in its usual precision.

model Net {
    input x: f32[3];
    dense(6) -> relu -> dense(2);
    output y: f32[2];
}

train Net {
    flavor    = keras;
    loss      = mse;
    optimizer = adam(lr = 0.02);
    schedule  = exponential(rate = 0.5, every = steps(8), staircase = true);
    batch     = 4;
}
