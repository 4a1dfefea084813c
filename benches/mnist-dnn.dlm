//! 784-300-100-10 with batch normalisation and elu.

model MnistDnn {
    input image: f32[784];

    dense(300, init = he_normal) -> batch_norm -> elu;
    dense(100, init = he_normal) -> batch_norm -> elu;
    dense(10);

    output digit: class[10];
}

train MnistDnn {
    flavor    = pytorch;
    loss      = cross_entropy;
    optimizer = nesterov(lr = 0.01, beta = 0.9);
    batch     = 64;
}
