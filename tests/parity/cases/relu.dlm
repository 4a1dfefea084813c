//! ReLU: its slope at 0 is 0.

model Net {
    input x: f32[5];
    relu -> dense(5) -> relu -> dense(2);
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
