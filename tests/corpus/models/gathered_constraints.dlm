//! Constraints where several batches make an update: Keras keeps them after each batch.

model Net {
    input x: f32[4];
    dense(6) -> relu -> dense(3);
    output y: class[3];
}

train Net {
    optimizer  = momentum(lr = 0.05);
    regularize = [max_norm(0.7)];
    accumulate = 2;
    batch      = 5;
}

train Net as Keras like Net {
    flavor  = keras;
    average = 0.9;
}
