//! A learning rate that falls, after each fall not for two epochs, and to a floor.

model Net {
    input x: f32[3];
    dense(6) -> relu -> dense(2);
    output y: f32[2];
}

train Net {
    loss              = mse;
    optimizer         = adam(lr = 0.05);
    schedule          = plateau(factor = 0.25, patience = 1, cooldown = 2, floor = 0.002);
    batch             = 4;
    epochs            = 16;
    shuffle           = false;
    normalize_targets = none;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
