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

/// Names of any script that Rust has, one of them typed as a letter and an accent.
model Größe {
    input länge: f32[2];
    é: länge -> dense(3) -> tanh;
    é -> dense(1);
    output 重み: f32[1];
}

model Second {
    input x: f32[2];
    dense(1);
    output y: binary;
}
