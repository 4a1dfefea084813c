//! One cycle of the learning rate and of Adam's β₁.

model Net {
    input x: f32[3];
    dense(6) -> relu -> dense(2);
    output y: f32[2];
}

train Net {
    loss      = mse;
    optimizer = adam(lr = 0.01);
    schedule  = one_cycle(length = steps(22), max = 0.05);
    batch     = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
