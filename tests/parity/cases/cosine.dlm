//! A cosine decay to its floor and beyond, after a warm-up.

model Net {
    input x: f32[3];
    dense(6) -> relu -> dense(2);
    output y: f32[2];
}

train Net {
    loss      = mse;
    optimizer = adam(lr = 0.05);
    schedule  = cosine(length = steps(14), floor = 0.01);
    warmup    = (length = steps(5), start = 0.001);
    batch     = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
