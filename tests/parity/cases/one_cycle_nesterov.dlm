//! One cycle under Nesterov's momentum, which looks ahead by the β of the next step.

model Net {
    input x: f32[3];
    dense(6) -> relu -> dense(2);
    output y: f32[2];
}

train Net {
    loss      = mse;
    optimizer = nesterov(lr = 0.01);
    schedule  = one_cycle(length = steps(20), max = 0.1);
    batch     = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
