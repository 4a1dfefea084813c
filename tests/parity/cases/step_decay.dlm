//! A learning rate that falls by steps, under Nesterov's momentum.

model Net {
    input x: f32[3];
    dense(6) -> relu -> dense(2);
    output y: f32[2];
}

train Net {
    loss      = mse;
    optimizer = nesterov(lr = 0.05);
    schedule  = step(factor = 0.5, every = steps(5));
    batch     = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
