//! 50-37-83-7 with tanh: no width is a multiple of a vector, nor is the batch.

model OddWidths {
    input signal: f32[50];

    dense(37, init = xavier_normal) -> tanh;
    dense(83, init = xavier_normal) -> tanh;
    dense(7);

    output kind: class[7];
}

train OddWidths {
    flavor    = pytorch;
    loss      = cross_entropy;
    optimizer = adam(lr = 1e-3);
    batch     = 50;
}
