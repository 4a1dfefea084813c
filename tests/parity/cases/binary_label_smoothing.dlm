//! Binary cross entropy with smoothed targets and logits of about ±100.

model Net {
    input x: f32[3];
    dense(3);
    output y: flags[3];
}

train Net {
    loss      = binary_cross_entropy(label_smoothing = 0.2);
    optimizer = sgd(lr = 0.001);
    batch     = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
