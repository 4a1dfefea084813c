//! Several independent yes or no.
model Flags {
    input x: f32[4];
    dense(8) -> relu -> dense(3);
    output tags: flags[3];
}

train Flags {
    batch = 9;
}
