//! Shares of the data.
model Net {
    input x: f32[4];
    dense(3);
    output y: class[3];
}

train Net { split = (validation = 0.5, test = 0.5); }
//                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E214]: with 1 held back, nothing is left to train on
//   help: `validation` and `test` are shares of the data that sum to less than 1
train Net as Whole { split = (test = 1.0); }
//                                   ^^^ error[E112]: `test` of `split` is a number from 0 to 1 (excluded), not 1
train Net as Unknown { split = (vaildation = 0.1, stratify = 1, seed = 0.5); }
//                              ^^^^^^^^^^ error[E106]: `split` has no argument `vaildation`
//   help: did you mean `validation`?
//                                                           ^ error[E111]: `stratify` of `split` is `true` or `false`, not 1
//                                                                     ^^^ error[E113]: `seed` of `split` is a whole number, not 0.5
train Net as Twice { split = (test = 0.1, test = 0.2); }
//                                        ^^^^ error[E108]: `test` of `split` is given twice
train Net as Files {
    split           = (validation = 0.1, test = 0.1);
//                                  ^^^ error[E212]: this part is split off, and `validation_data` says where it is
//   help: leave out the share or `validation_data`
//                                              ^^^ error[E212]: this part is split off, and `test_data` says where it is
//   help: leave out the share or `test_data`
    validation_data = csv("v.csv", label = "y");
    test_data       = csv("t.csv", label = "y");
}
train Net as File {
    split     = (test = 0.1, stratify = true, seed = 7);
//                      ^^^ error[E212]: this part is split off, and `test_data` says where it is
//   help: leave out the share or `test_data`
    test_data = idx("i.gz", "l.gz");
}
train Net as Fine { split = (validation = 0.1, stratify = true, seed = 7); test_data = idx("i.gz", "l.gz"); }

model Price {
    input x: f32[4];
    dense(1);
    output y: f32[1];
}

train Price { split = (test = 0.1, stratify = true); }
//                                            ^^^^ error[E215]: `Price` has no classes to stratify by
//   help: leave `stratify` out: it keeps the proportion of classes, for outputs `class[…]` and `binary`
