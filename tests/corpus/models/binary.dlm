//! A yes or no.
model Binary {
    input x: f32[4];
    dense(8) -> relu -> dense(1);
    output yes: binary;
}

train Binary {
    batch = 9;
}
