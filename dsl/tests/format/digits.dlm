//! Handwritten digits: 784-300-100-10, as in the notes.

const CLASSES = 10;

block Hidden(units, rate = 0.0) {
    dense(units, init = he_normal) -> batch_norm -> elu -> dropout(rate);
}

model Digits {
    input image: f32[28, 28];              // the shape of one sample; the batch axis is implicit

    flatten;
    h1: Hidden(300);
    h2: Hidden(CLASSES * 10, rate = 0.2);
    head: dense(CLASSES);                  // logits; init = auto: by the activation that follows
    hidden: repeat 3 { dense(3) -> relu; residual(project = auto) { dense(4); } dense(5); }
    residual { dense(3); } -> relu -> repeat N { dense(2); };

    output digit: class[CLASSES];
    output digit: class[CLASSES] = h1;
}

train Digits {
    data       = idx(images = "digits-images.gz", labels = "digits-labels.gz");
    split      = (validation = 0.1, test = 0.1, stratify = true);
    augment    = [shift(2), rotate(10)];
    normalize  = standard;

    loss       = cross_entropy;            // the default for class[…]
    optimizer  = adam(lr = 1e-3);
    schedule   = exponential(rate = 0.95, every = epochs(1));
    regularize = [l2(1e-4)];
    clip       = value(1.0);
    x = hidden[0..2].dense + 1 - 2 * -3 / (4 + 5) * 6;

    batch      = 64;
    epochs     = 30;
    early_stop = (monitor = validation_loss, patience = 5, restore_best = true);
    seed       = 42;
}

train Digits as FineTune like Digits {     // `like`: the settings not written here are that recipe's
    reuse      = weights("digits.safetensors", layers = [h1, h2]);
    freeze     = [h1];
    optimizer  = nesterov(lr = 0.01, beta = 0.9);
    epochs     = 10;
}
