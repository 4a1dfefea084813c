//! Products deeper than one panel of the defined sum, forward and backward.
model Panels {
    input x: f32[600];
    dense(300) -> relu -> dense(270) -> relu -> dense(1);
    output y: f32[1];
}

train Panels {
    optimizer = sgd(lr = 1e-3);
    batch     = 300;
    normalize_targets = none;
}
