//! Stops when the validation part's loss no longer falls, and gives back the best epoch's weights.

model Net {
    input x: f32[3];
    dense(6) -> relu -> dense(2);
    output y: f32[2];
}

train Net {
    loss              = mse;
    optimizer         = momentum(lr = 0.05);
    batch             = 4;
    epochs            = 16;
    early_stop        = (monitor = validation_loss, patience = 3, restore_best = true);
    shuffle           = false;
    normalize_targets = none;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
