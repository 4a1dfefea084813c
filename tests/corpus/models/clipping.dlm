//! Each way to clip, with and without a penalty: what needs a whole gradient is updated in two phases.
model Clipped {
    input x: f32[5];
    dense(18) -> elu -> dense(9) -> elu -> dense(2);
    output y: f32[2];
}

train Clipped as Value { normalize_targets = none; clip = value(0.01); optimizer = sgd(lr = 0.1); batch = 8; }
train Clipped as Norm { normalize_targets = none; clip = norm(0.1); optimizer = adam; regularize = [l2(0.01)]; batch = 8; }
train Clipped as GlobalNorm { normalize_targets = none; clip = global_norm(0.5); optimizer = rmsprop(lr = 0.01); batch = 8; }
train Clipped as Pytorch { flavor = pytorch; clip = global_norm(0.5); optimizer = momentum; regularize = [l2(0.01)]; batch = 8; }
train Clipped as Keras { flavor = keras; clip = norm(0.5); regularize = [l2(0.01)]; optimizer = adam; batch = 8; }
