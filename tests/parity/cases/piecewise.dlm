//! A learning rate by pieces. At a boundary itself Keras still has the old one.

model Net {
    input x: f32[3];
    dense(6) -> relu -> dense(2);
    output y: f32[2];
}

train Net {
    loss      = mse;
    optimizer = momentum(lr = 0.05);
    schedule  = piecewise([(steps(8), 0.01), (steps(16), 0.001)]);
    batch     = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
