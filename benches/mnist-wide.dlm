//! 784-1024-1024-10 with relu, dropout and weight decay: products that outgrow the caches.

model MnistWide {
    input image: f32[784];

    dense(1024, init = he_normal) -> relu -> dropout(0.5);
    dense(1024, init = he_normal) -> relu -> dropout(0.5);
    dense(10);

    output digit: class[10];
}

train MnistWide {
    flavor     = pytorch;
    loss       = cross_entropy;
    optimizer  = momentum(lr = 0.01, beta = 0.9);
    regularize = [l2(1e-4)];
    batch      = 256;
}
