//! Keras has a learned slope for each element of a sample by default.
model Elements {
    input image: f32[5, 3];
    prelu(init = 0.2) -> flatten -> dense(2);
    output y: class[2];
}

train Elements {
    flavor    = keras;
    optimizer = adamw;
    batch     = 20;
}
