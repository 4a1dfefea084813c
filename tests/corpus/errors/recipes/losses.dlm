//! Losses that do not fit, and lists of losses that are not one for each output.
model Net {
    input x: f32[4];
    dense(8) -> relu -> dense(3);
    output digit: class[3];
}

train Net { loss = mse; }
//                 ^^^ error[E210]: `mse` does not fit the output `digit`, which is class[3]
//   help: use `cross_entropy`
train Net as Binary { loss = binary_cross_entropy; }
//                           ^^^^^^^^^^^^^^^^^^^^ error[E210]: `binary_cross_entropy` does not fit the output `digit`, which is class[3]
//   help: use `cross_entropy`
train Net as Both { loss = cross_entropy; losses = [(digit, cross_entropy, 1.0)]; }
//                                        ^^^^^^ error[E212]: `loss` and `losses` exclude each other
//   help: write `loss` for one output, `losses` for several
train Net as Overridden like Both { losses = [(digit, cross_entropy)]; }

model Several {
    input x: f32[4];
    trunk: dense(8) -> relu;
    a: trunk -> dense(3);
    b: trunk -> dense(2);
    c: trunk -> dense(2);
    output kind: class[3] = a;
    output size: f32[2] = b;
    output tags: flags[2] = c;
}

train Several { loss = mse; }
//              ^^^^ error[E211]: `loss` is for models with one output; this one has 3
//   help: write `losses = [(kind, cross_entropy, 1.0), (size, mse, 1.0), (tags, binary_cross_entropy, 1.0)]`
train Several as Missing { losses = [(kind, cross_entropy, 1.0), (size, huber(delta = 2), 0.5)]; }
//                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E211]: the output `tags` has no loss
//   help: add `(tags, binary_cross_entropy, 1.0)`; a weight of 0 leaves it unlearned
train Several as Twice { losses = [(kind, cross_entropy, 1.0), (kind, cross_entropy, 0.5)]; }
//                                                              ^^^^ error[E211]: the output `kind` has two losses
train Several as Unknown { losses = [(knid, cross_entropy, 1.0), (xyz, mse, 1.0)]; }
//                                    ^^^^ error[E211]: `Several` has no output called `knid`
//   help: did you mean `kind`?
//                                                                ^^^ error[E211]: `Several` has no output called `xyz`
//   help: it has `kind`, `size` and `tags`
train Several as Misfit { losses = [(kind, mse, 1.0), (size, cross_entropy, 1.0), (tags, mae, -1)]; }
//                                         ^^^ error[E210]: `mse` does not fit the output `kind`, which is class[3]
//   help: use `cross_entropy`
//                                                           ^^^^^^^^^^^^^ error[E210]: `cross_entropy` does not fit the output `size`, which is f32[2]
//   help: use `mse`, `mae` or `huber`
//                                                                                       ^^^ error[E210]: `mae` does not fit the output `tags`, which is flags[2]
//   help: use `binary_cross_entropy`
//                                                                                            ^^ error[E112]: the weight of a loss is a number from 0, not -1
train Several as Form { losses = [(kind), cross_entropy, (size, mse, 1.0, 2.0), ("tags", mse), (weight = 1.0, kind = mse)]; }
//                                ^^^^^^ error[E111]: an output, its loss and the loss's weight belong here
//   help: such as `(digit, cross_entropy, 1.0)`
//                                        ^^^^^^^^^^^^^ error[E111]: an output, its loss and the loss's weight belong here
//   help: such as `(digit, cross_entropy, 1.0)`
//                                                       ^^^^^^^^^^^^^^^^^^^^^ error[E111]: an output, its loss and the loss's weight belong here
//   help: such as `(digit, cross_entropy, 1.0)`
//                                                                               ^^^^^^ error[E111]: the name of an output belongs here, not the text "tags"
//                                                                                             ^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E111]: an output, its loss and the loss's weight belong here
//   help: such as `(digit, cross_entropy, 1.0)`
train Several as NoList { losses = mse; }
//                                 ^^^ error[E111]: `losses` is a list, not `mse`
//   help: such as `[(digit, cross_entropy, 1.0), (height, mse, 0.5)]`
