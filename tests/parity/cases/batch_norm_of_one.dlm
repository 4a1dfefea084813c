//! Batch normalisation when the last batch has a single row.

model Net {
    input x: f32[3];
    dense(5) -> batch_norm -> elu -> dense(2);
    output y: f32[2];
}

train Net {
    loss      = mse;
    optimizer = sgd(lr = 0.05);
    batch     = 4;
}

train Net as Keras like Net {
    flavor = keras;
}
