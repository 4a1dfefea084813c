//! Handwritten digits of 8 by 8 pixels, told apart by a small network.

const CLASSES = 10;

/// A dense layer with what keeps its signals steady.
block Hidden(units) {
    dense(units, init = he_normal) -> batch_norm -> elu;
}

/// 64-128-64-10.
model Digits {
    input image: f32[8, 8]; // grey values from 0 to 16

    flatten;
    h1: Hidden(128);
    h2: Hidden(64);
    head: dense(CLASSES);

    output digit: class[CLASSES];
}

train Digits {
    data      = csv("data/digits.csv", label = "digit");
    split     = (test = 0.2, stratify = true);
    normalize = scale(1 / 16); // `standard` would blow up the pixels that are nearly always 0
    optimizer = adam(lr = 1e-3);
    batch     = 64;
    epochs    = 30;
    seed      = 42;
}
