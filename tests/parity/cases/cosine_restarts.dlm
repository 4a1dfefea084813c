//! A cosine decay with restarts, each twice as long as the one before.

model Net {
    input x: f32[3];
    dense(6) -> relu -> dense(2);
    output y: f32[2];
}

train Net {
    loss      = mse;
    optimizer = nesterov(lr = 0.05);
    schedule  = cosine(length = steps(5), restarts = true, factor = 2);
    batch     = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
