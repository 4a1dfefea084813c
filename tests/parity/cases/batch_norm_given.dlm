//! Batch normalisation after the activation, with given momentum and ε.

model Net {
    input x: f32[3];
    dense(5) -> relu -> batch_norm(momentum = 0.7, eps = 0.01) -> dense(2);
    output y: f32[2];
}

train Net {
    loss      = mse;
    optimizer = adam(lr = 0.01);
    batch     = 6;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
