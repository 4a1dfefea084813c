//! Layer normalisation with each flavour's ε.

model Net {
    input x: f32[3];
    dense(5) -> layer_norm -> relu -> dense(2);
    output y: f32[2];
}

train Net {
    loss      = mse;
    optimizer = adam(lr = 0.01);
    batch     = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
