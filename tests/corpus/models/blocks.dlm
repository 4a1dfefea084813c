//! Blocks, batch normalisation and adam: the notes' recipe.

const CLASSES = 5;

block Hidden(units, rate = 0.0) {
    dense(units, init = he_normal) -> batch_norm -> elu -> dropout(rate);
}

model Digits {
    input image: f32[4, 5];

    flatten;
    h1: Hidden(24);
    h2: Hidden(CLASSES * 3, rate = 0.2);
    head: dense(CLASSES);

    output digit: class[CLASSES];
}

train Digits {
    optimizer  = adam(lr = 1e-2);
    schedule   = exponential(rate = 0.95, every = epochs(1));
    regularize = [l2(1e-3)];
    batch      = 20;
    seed       = 42;
}

train Digits as Pytorch {
    flavor    = pytorch;
    optimizer = adam(lr = 1e-2);
    batch     = 16;
}

train Digits as Keras {
    flavor    = keras;
    optimizer = adam(lr = 1e-2);
    batch     = 33;
}
