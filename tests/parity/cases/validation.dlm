//! A training by epochs, each followed by the loss of a validation part.

model Net {
    input x: f32[3];
    dense(6) -> relu -> dense(2);
    output y: f32[2];
}

train Net {
    loss              = mse;
    optimizer         = momentum(lr = 0.05);
    schedule          = exponential(rate = 0.8, every = epochs(2), staircase = true);
    batch             = 4;
    epochs            = 8;
    shuffle           = false;
    normalize_targets = none;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
