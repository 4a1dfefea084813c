//! 128-256-1000 with relu: a softmax over many classes, and most of the parameters in the last layer.

model WideOut {
    input word: f32[128];

    dense(256, init = he_normal) -> relu;
    dense(1000);

    output next: class[1000];
}

train WideOut {
    flavor    = pytorch;
    loss      = cross_entropy;
    optimizer = adam(lr = 1e-3);
    batch     = 64;
}
