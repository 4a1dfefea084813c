//! A moving average of the weights θ under Nesterov's momentum, not of the point ahead.

model Net {
    input x: f32[3];
    dense(6) -> relu -> dense(2);
    output y: f32[2];
}

train Net {
    loss      = mse;
    optimizer = nesterov(lr = 0.02);
    schedule  = exponential(rate = 0.5, every = steps(8), staircase = true);
    average   = 0.8;
    batch     = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
