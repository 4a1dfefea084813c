//! Several inputs and outputs, named values, add and concat.
model Branches {
    input left: f32[6];
    input right: f32[2, 2];

    a: left -> dense(10) -> relu;
    b: right -> flatten -> dense(10) -> tanh;
    both: add(a, b);
    wide: concat(both, a, b);
    class_logits: wide -> dense(4);
    size: both -> dense(1);

    output kind: class[4] = class_logits;
    output size_value: f32[1] = size;
}

train Branches {
    losses    = [(kind, cross_entropy, 1.0), (size_value, mse, 0.5)];
    optimizer = adam(lr = 0.01);
    batch     = 6;
    normalize_targets = none;
}
