//! Samples mixed in pairs where no output has classes, so that nothing but their targets is mixed.

model Values {
    input image: f32[3, 3];
    flatten -> dense(8) -> tanh -> dense(2);
    output point: f32[2];
}

train Values {
    augment = [rotate(20), zoom(0.2), contrast(0.3), mixup(0.2)];
    batch   = 5;
    normalize_targets = none;
}
