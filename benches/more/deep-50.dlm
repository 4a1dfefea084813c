//! Fifty layers of 64 units with batch normalisation and relu: many small products, one after the other.

model Deep50 {
    input image: f32[64];

    repeat 50 { dense(64, init = he_normal) -> batch_norm -> relu; }
    dense(10);

    output digit: class[10];
}

train Deep50 {
    flavor    = pytorch;
    loss      = cross_entropy;
    optimizer = momentum(lr = 0.01, beta = 0.9);
    batch     = 64;
}
