//! Dropout on the input and within the network, batches uneven.

model Net {
    input x: f32[3];
    dropout(0.25) -> dense(8) -> relu -> dropout(0.5) -> dense(2);
    output y: f32[2];
}

train Net {
    loss      = mse;
    optimizer = momentum(lr = 0.02);
    batch     = 5;
    seed      = 7;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
