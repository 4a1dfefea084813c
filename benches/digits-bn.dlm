//! 64-128-64-10 with batch normalisation and elu.

model DigitsBn {
    input image: f32[64];

    dense(128, init = he_normal) -> batch_norm -> elu;
    dense(64, init = he_normal) -> batch_norm -> elu;
    dense(10);

    output digit: class[10];
}

train DigitsBn {
    flavor    = pytorch;
    loss      = cross_entropy;
    optimizer = adam(lr = 1e-3);
    batch     = 64;
}
