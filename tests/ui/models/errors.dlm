//! Two errors.

model Net {
    input image: f32[8, 8];

    flatten -> dens(3);

    output digit: class[3];
}

train Net {
    epochs = 0;
}
