//! Settings that do not exist or are written twice; those that are still to come are tested from the compiler's own lists.
model Net {
    input x: f32[4];
    dense(8) -> relu -> dense(3);
    output y: class[3];
}

train Net {
    batch_size    = 4;
//  ^^^^^^^^^^ error[E206]: there is no setting called `batch_size`
//   help: did you mean `batch`?
    optimiser     = adam;
//  ^^^^^^^^^ error[E206]: there is no setting called `optimiser`
//   help: did you mean `optimizer`?
    learning_rate = 0.1;
//  ^^^^^^^^^^^^^ error[E206]: there is no setting called `learning_rate`
//   help: did you mean `optimizer`?
    nonsense      = 3;
//  ^^^^^^^^ error[E206]: there is no setting called `nonsense`
    seed          = 1;
    seed          = 2;
//  ^^^^ error[E208]: `seed` is set twice
//   help: leave out one of them
}

train Net as Known {
    regularize = [max_norm(1.0), l1(0.1), l1_l2(0.1, 0.1)];
    loss       = cross_entropy(label_smoothing = 0.1);
}
