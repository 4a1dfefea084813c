//! One cycle of the learning rate, and so of the decay, and of AdamW's β₁.

model Net {
    input x: f32[3];
    dense(6) -> relu -> dense(2);
    output y: f32[2];
}

train Net {
    loss      = mse;
    optimizer = adamw(lr = 0.01, decay = 0.1);
    schedule  = one_cycle(length = steps(24), max = 0.05);
    batch     = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
