//! MNIST, 784-300-100-10. The files are not part of this package; name yours with
//! `--data 'idx(images = "train-images-idx3-ubyte.gz", labels = "train-labels-idx1-ubyte.gz")'`.

block Hidden(units) {
    dense(units, init = he_normal) -> batch_norm -> elu;
}

model Mnist {
    /// Grey values from 0 to 255, row by row.
    input image: f32[28, 28];

    flatten;
    h1: Hidden(300);
    h2: Hidden(100);
    head: dense(10);

    output digit: class[10];
}

train Mnist {
    data      = idx(
        images = "data/train-images-idx3-ubyte.gz",
        labels = "data/train-labels-idx1-ubyte.gz",
    );
    split     = (test = 0.2, stratify = true);
    augment   = [shift(1)]; // a digit is the same a pixel to the left
    normalize = scale(1 / 255);

    loss      = cross_entropy;
    optimizer = adam(lr = 1e-3);
    schedule  = exponential(rate = 0.9, every = epochs(1));

    batch     = 64;
    epochs    = 20;
    seed      = 42;
}
