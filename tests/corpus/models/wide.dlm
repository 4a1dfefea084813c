//! Rows too long for a block of the usual height, and one more than fit the stack.
model Wide {
    input x: f32[3];
    a: dense(4100) -> relu -> dense(2) -> relu;
    b: dense(16400) -> relu;
    dense(2);
    output y: f32[2];
}

train Wide {
    optimizer = momentum(lr = 1e-4);
    batch     = 5;
    normalize_targets = none;
}
