//! ELU: its slope at 0 is the flavour's.

model Net {
    input x: f32[5];
    elu(alpha = 0.7) -> dense(5) -> elu(alpha = 0.7) -> dense(2);
    output y: f32[2];
}

train Net {
    loss      = mse;
    optimizer = momentum(lr = 0.02);
    batch     = 4;
    seed      = 11;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
