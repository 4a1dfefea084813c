//! 4-16-16-3 with relu: as small as networks get, so that what is timed is everything but the products.

model IrisMlp {
    input flower: f32[4];

    dense(16, init = he_normal) -> relu;
    dense(16, init = he_normal) -> relu;
    dense(3);

    output species: class[3];
}

train IrisMlp {
    flavor    = pytorch;
    loss      = cross_entropy;
    optimizer = adam(lr = 1e-3);
    batch     = 32;
}
