//! Learned slopes: of each element of an image, one for all, and of each unit.
model Slopes {
    input image: f32[4, 3, 2];
    prelu(shared = false) -> flatten -> dense(9) -> prelu(init = 0.1, shared = true) -> dense(9) -> prelu -> dense(3);
    output y: f32[3];
}

train Slopes {
    optimizer = momentum(lr = 0.05);
    batch     = 12;
    normalize_targets = none;
}

train Slopes as Pytorch like Slopes {
    flavor = pytorch;
}
