//! Dropout on the input, between layers and after normalisation.
model Dropouts {
    input x: f32[10];
    dropout(0.1) -> dense(20) -> relu -> dropout(0.5) -> dense(20) -> batch_norm -> relu -> dropout(0.3) -> dense(2);
    output y: class[2];
}

train Dropouts {
    optimizer = momentum(lr = 0.1);
    batch     = 70;
    seed      = 7;
}
