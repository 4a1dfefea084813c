//! A cosine decay with restarts, each twice as long as the one before and half as high.

model Net {
    input x: f32[3];
    dense(6) -> relu -> dense(2);
    output y: f32[2];
}

train Net {
    loss      = mse;
    optimizer = momentum(lr = 0.05);
    schedule  = cosine(length = steps(4), floor = 0.005, restarts = true, factor = 2, height = 0.5);
    batch     = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
