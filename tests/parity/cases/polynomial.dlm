//! A polynomial decay to its end and beyond, after a warm-up from 0.

model Net {
    input x: f32[3];
    dense(6) -> relu -> dense(2);
    output y: f32[2];
}

train Net {
    loss      = mse;
    optimizer = rmsprop(lr = 0.01);
    schedule  = polynomial(length = steps(16), end = 0.001, power = 2);
    warmup    = steps(4);
    batch     = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
