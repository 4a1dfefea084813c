//! One cycle of the learning rate and of the momentum's β, then its end.

model Net {
    input x: f32[3];
    dense(6) -> relu -> dense(2);
    output y: f32[2];
}

train Net {
    loss      = mse;
    optimizer = momentum(lr = 0.01);
    schedule  = one_cycle(length = steps(20), max = 0.1);
    batch     = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
