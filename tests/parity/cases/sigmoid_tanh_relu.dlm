//! The classic activations.

model Net {
    input x: f32[5];
    dense(5) -> sigmoid -> dense(5) -> tanh -> dense(5) -> relu -> identity -> dense(2);
    output y: f32[2];
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
