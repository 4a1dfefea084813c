//! Squared error, exactly 0 for some.

model Net {
    input x: f32[3];
    dense(3);
    output y: f32[3];
}

train Net {
    loss      = mse;
    optimizer = momentum(lr = 0.05);
    batch     = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
