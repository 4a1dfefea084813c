//! An exponential decay that counts whole epochs.

model Net {
    input x: f32[3];
    dense(6) -> relu -> dense(2);
    output y: f32[2];
}

train Net {
    loss      = mse;
    optimizer = adam(lr = 0.02);
    schedule  = exponential(rate = 0.5, every = epochs(3));
    batch     = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
