//! Early stopping gives back batch normalisation's statistics as well.

model Net {
    input x: f32[3];
    dense(5, bias = false) -> batch_norm(momentum = 0.5, eps = 0.1) -> elu -> dense(2);
    output y: f32[2];
}

train Net {
    loss              = mse;
    optimizer         = adam(lr = 0.1);
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
