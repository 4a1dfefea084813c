//! Two models in one file, one with two recipes.

/// Named like a keyword of Rust.
model Struct {
    input type: f32[2];
    input fn: f32[3];

    joined: concat(type, fn);
    joined -> dense(4) -> tanh -> dense(2);

    output match: class[2];
}

train Struct {
    batch = 4;
}

/// A recipe named like a keyword of Rust.
train Struct as Loop like Struct {
    optimizer = sgd(lr = 0.5);
}

model Second {
    input x: f32[2];
    dense(1);
    output y: binary;
}
