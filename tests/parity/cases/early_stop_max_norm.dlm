//! Early stopping gives back the best epoch's weights under Nesterov's momentum and limited norms.

model Net {
    input x: f32[3];
    dense(6) -> relu -> dense(2);
    output y: f32[2];
}

train Net {
    loss              = mse;
    optimizer         = nesterov(lr = 0.02);
    regularize        = [max_norm(0.9)];
    batch             = 4;
    epochs            = 20;
    early_stop        = (
        monitor = validation_loss,
        patience = 3,
        min_delta = 0.001,
        restore_best = true,
    );
    shuffle           = false;
    normalize_targets = none;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
