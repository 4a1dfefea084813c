//! Layers of one unit, where a row is a single number, and names that generated code uses itself.
model Single {
    input elu_1: f32[4];
    elu -> dense(1) -> layer_norm -> dense(3) -> elu;
    x_rows: dense(1) -> softmax;
    dense(2);
    output y: class[2];
}

train Single {
    optimizer = sgd(lr = 0.1);
    batch     = 6;
}
