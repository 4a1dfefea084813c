//! Statistics of the whole training part for predictions.

model Net {
    input x: f32[5];
    batch_norm(statistics = exact) -> dense(7) -> batch_norm(statistics = exact) -> relu -> dropout(0.2);
    dense(6) -> batch_norm -> relu;
    dense(2);
    output y: f32[2];
}

train Net {
    optimizer = nesterov(lr = 0.05);
    average   = 0.9;
    batch     = 8;
    normalize_targets = none;
}
