//! Smoothed targets of several independent yes or no.
model Flagged {
    input x: f32[5];
    dense(6) -> tanh -> dense(3);
    output y: flags[3];
}

train Flagged {
    loss  = binary_cross_entropy(label_smoothing = 0.2);
    batch = 7;
}
