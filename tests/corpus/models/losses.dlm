//! Every loss on vectors.
model Losses {
    input x: f32[5];
    dense(11) -> relu -> dense(3);
    output y: f32[3];
}

train Losses as Mse { normalize_targets = none; loss = mse; batch = 7; }
train Losses as Mae { normalize_targets = none; loss = mae; batch = 7; }
train Losses as Huber { normalize_targets = none; loss = huber(delta = 0.3); batch = 7; }
