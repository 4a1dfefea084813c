//! Noise on the input and between layers, and shapes that change on the way: up to an output that is a picture.
block Noisy(units, std = 0.0) {
    dense(units) -> noise(std) -> relu;
}

model Noisy {
    input x: f32[3, 4];
    noise(0.1) -> reshape(12) -> Noisy(20, std = 0.5);
    kind: Noisy(5);
    dense(24) -> reshape(2, auto, 3) -> noise(0.25) -> tanh;
    output which: class[5] = kind;
    output picture: f32[2, 4, 3];
}

train Noisy {
    optimizer = momentum(lr = 0.05);
    batch     = 40;
    seed      = 5;
    normalize_targets = none;
}

train Noisy as Keras like Noisy {
    flavor = keras;
}
