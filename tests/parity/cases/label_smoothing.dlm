//! Cross entropy with smoothed targets.

model Net {
    input x: f32[3];
    dense(6) -> relu -> dense(3);
    output y: class[3];
}

train Net {
    loss      = cross_entropy(label_smoothing = 0.1);
    optimizer = momentum(lr = 0.1);
    schedule  = exponential(rate = 0.5, every = steps(8), staircase = true);
    batch     = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
