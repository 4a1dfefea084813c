//! Twenty layers of 100 units with elu; gradients are clipped by their global norm, so that updates are two-phase.

model Deep20 {
    input image: f32[784];

    // Without normalisation on purpose: it is the unnormalised network that is timed.
    #[allow(W003)]
    repeat 20 { dense(100, init = he_normal) -> elu; }
    dense(10);

    output digit: class[10];
}

train Deep20 {
    flavor    = pytorch;
    loss      = cross_entropy;
    optimizer = rmsprop(lr = 1e-3, beta = 0.9);
    clip      = global_norm(1.0);
    batch     = 128;
}
