//! Targets of a matrix that are normalised, of the only output.

model Single {
    input x: f32[4];
    dense(6) -> batch_norm(statistics = exact) -> relu -> dense(6) -> reshape(2, 3);
    output picture: f32[2, 3];
}

train Single {
    loss  = huber(delta = 0.5);
    batch = 5;
}
