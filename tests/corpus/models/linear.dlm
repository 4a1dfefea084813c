//! The smallest model: one dense layer, gradient descent.
model Linear {
    input x: f32[3];
    dense(2);
    output y: f32[2];
}

train Linear {
    optimizer = sgd(lr = 0.05);
    batch     = 4;
    normalize_targets = none;
}
