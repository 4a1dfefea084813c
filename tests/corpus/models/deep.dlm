//! Equal layers share code.
model Deep {
    input x: f32[20];
    tower: repeat 4 {
        dense(20, init = he_normal) -> elu;
    }
    dense(4);
    output y: class[4];
}

train Deep {
    optimizer = rmsprop(lr = 1e-3);
    clip      = global_norm(1.0);
    batch     = 24;
}
