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

/// Several inputs and outputs of every kind; names of the model, of what generated code calls its own, and in capitals.
model Third {
    input Third: f32[2, 3];
    input X: f32[4];

    rows: Third -> flatten;
    joined: concat(rows, X);
    h: joined -> dense(6) -> tanh;
    kind: h -> dense(3);
    yes: h -> dense(1);
    several: h -> dense(2);
    grid: h -> dense(6) -> reshape(2, 3);
    large: h -> dense(5000) -> reshape(1000, 5);

    output probabilities: class[3] = kind;
    output result: binary = yes;
    output flags_of_it: flags[2] = several;
    /// What it looks like.
    output grids: f32[2, 3] = grid;
    output larger: f32[1000, 5] = large;
}

/// One input of the name of an argument, with the largest blocks that there are.
model Wide {
    input probabilities: f32[8];

    dense(520) -> batch_norm -> elu -> dropout(0.1) -> dense(700, bias = false) -> batch_norm -> tanh -> dense(8);

    output outputs: f32[8];
}

train Wide {
    batch = 4096;
}
