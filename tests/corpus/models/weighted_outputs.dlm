//! Weights of samples under several outputs and losses.

model Several {
    input x: f32[6];
    h: dense(9) -> relu;
    a: h -> dense(2);
    b: h -> dense(1);
    c: h -> dense(3);
    output numbers: f32[2] = a;
    output yes: binary = b;
    output kind: class[3] = c;
}

train Several {
    losses         = [(numbers, huber(0.5), 0.5), (yes, binary_cross_entropy(0.1)), (kind, cross_entropy(class_weights = [1, 2, 3]))];
    sample_weights = true;
    batch          = 8;
    normalize_targets = none;
}

train Several as Keras like Several { flavor = keras; }
