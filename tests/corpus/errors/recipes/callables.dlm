//! Optimizers, schedules and the like that do not exist, and arguments that are wrong.
model Net {
    input x: f32[4];
    dense(8) -> relu -> dense(3);
    output y: class[3];
}

train Net {
    optimizer  = adma(lr = 0.1);
//               ^^^^ error[E209]: there is no optimizer called `adma`
//   help: did you mean `adam`?
    schedule   = exponentiall(rate = 0.5);
//               ^^^^^^^^^^^^ error[E209]: there is no schedule called `exponentiall`
//   help: did you mean `exponential`?
    loss       = crossentropy;
//               ^^^^^^^^^^^^ error[E209]: there is no loss called `crossentropy`
//   help: did you mean `cross_entropy`?
    clip       = globalnorm(1.0);
//               ^^^^^^^^^^ error[E209]: there is no way to clip called `globalnorm`
//   help: did you mean `global_norm`?
    normalize  = standrad;
//               ^^^^^^^^ error[E209]: there is no normalisation called `standrad`
//   help: did you mean `standard`?
    regularize = [l3(0.1)];
//                ^^ error[E209]: there is no penalty called `l3`
//   help: did you mean `l1`?
    data       = csvv("x.csv", label = "y");
//               ^^^^ error[E209]: there is no source of data called `csvv`
//   help: did you mean `csv`?
}

train Net as Far {
    optimizer  = qqqq;
//               ^^^^ error[E209]: there is no optimizer called `qqqq`
//   help: there is `sgd`, `momentum`, `nesterov`, `adagrad`, `rmsprop`, `adam` and `adamw`
    schedule   = qqqqqqqq;
//               ^^^^^^^^ error[E209]: there is no schedule called `qqqqqqqq`
//   help: there is `constant`, `piecewise`, `exponential`, `step`, `power`, `polynomial`, `cosine`, `one_cycle` and `plateau`
    loss       = categorical_crossentropy;
//               ^^^^^^^^^^^^^^^^^^^^^^^^ error[E209]: there is no loss called `categorical_crossentropy`
//   help: did you mean `cross_entropy`?
    regularize = [weight_decay(0.1)];
//                ^^^^^^^^^^^^ error[E209]: there is no penalty called `weight_decay`
//   help: did you mean `l2`?
}

train Net as Arguments {
    optimizer  = sgd(lr = -1, momentum = 0.9);
//                        ^^ error[E112]: `lr` of `sgd` is a number from 0, not -1
//                            ^^^^^^^^ error[E106]: `sgd` has no argument `momentum`
//   help: its arguments are `lr`
    schedule   = exponential(every = 2);
//               ^^^^^^^^^^^ error[E109]: `exponential` needs `rate`
//   help: write `exponential(rate)`
//                                   ^ error[E111]: `every` of `exponential` is a length, not 2
//   help: write `epochs(2)` or `steps(2)`
    loss       = cross_entropy(0.1);
    clip       = value(0);
//                     ^ error[E112]: `limit` of `value` is a number above 0, not 0
    normalize  = scale;
//               ^^^^^ error[E109]: `scale` needs `factor`
//   help: write `scale(factor)`
    regularize = [l2(-1), l2(layers = [dense]), l2(0.1, 0.2, 0.3)];
//                   ^^ error[E112]: `strength` of `l2` is a number from 0, not -1
//                        ^^ error[E109]: `l2` needs `strength`
//   help: write `l2(strength)`
//                                                      ^^^^^^^^ error[E107]: `l2` takes one argument, `strength`
    data       = csv(label = "y", delimiter = ",,", header = 1);
//               ^^^ error[E109]: `csv` needs `path`
//   help: write `csv(path)`
//                                            ^^^^ error[E112]: `delimiter` of `csv` is one ASCII character and no quote or line break, not ",,"
//   help: such as ",", ";" or "\t"
//                                                           ^ error[E111]: `header` of `csv` is `true` or `false`, not 1
}

train Net as Kinds {
    flavor     = torch;
//               ^^^^^ error[E115]: `flavor` is `notes`, `pytorch` or `keras`, not `torch`
//   help: did you mean `pytorch`?
    optimizer  = "adam";
//               ^^^^^^ error[E111]: an optimizer belongs here, not the text "adam"
//   help: there is `sgd`, `momentum`, `nesterov`, `adagrad`, `rmsprop`, `adam` and `adamw`
    schedule   = 0.9;
//               ^^^ error[E111]: a schedule belongs here, not 0.9
//   help: there is `constant`, `piecewise`, `exponential`, `step`, `power`, `polynomial`, `cosine`, `one_cycle` and `plateau`
    loss       = [mse];
//               ^^^^^ error[E111]: a loss belongs here, not a list
//   help: there is `cross_entropy`, `binary_cross_entropy`, `mse`, `mae` and `huber`
    clip       = 1.0;
//               ^^^ error[E111]: a way to clip belongs here, not 1
//   help: there is `value`, `norm` and `global_norm`
    normalize  = true;
//               ^^^^ error[E111]: a normalisation belongs here, not `true`
//   help: there is `none`, `standard`, `minmax` and `scale`
    regularize = l2(0.1);
//               ^^^^^^^ error[E111]: `regularize` is a list of penalties, not `l2(…)`
//   help: such as `[l2(1e-4)]`
    data       = "x.csv";
//               ^^^^^^^ error[E111]: a source of data belongs here, not the text "x.csv"
//   help: there is `csv` and `idx`
    batch      = all;
//               ^^^ error[E102]: nothing is called `all` here
    last_batch = dropp;
//               ^^^^^ error[E115]: `last_batch` is `keep` or `drop`, not `dropp`
//   help: did you mean `drop`?
    epochs     = 2.5;
//               ^^^ error[E113]: `epochs` is a whole number, not 2.5
//   help: the nearest whole number is 3
    seed       = -1;
//               ^^ error[E112]: `seed` is a number from 0 to 9007199254740991, not -1
    shuffle    = 1;
//               ^ error[E111]: `shuffle` is `true` or `false`, not 1
    split      = 0.2;
//               ^^^ error[E111]: `split` is values with names in parentheses, not 0.2
//   help: such as `(validation = 0.1, test = 0.2)`
}

train Net as Ranges {
    schedule   = exponential(rate = 0.5, every = epochs(0), staircase = 1);
//                                                      ^ error[E112]: `epochs` is a number above 0, not 0
//                                                                      ^ error[E111]: `staircase` of `exponential` is `true` or `false`, not 1
    regularize = [0.1];
//                ^^^ error[E111]: a penalty belongs here, not 0.1
//   help: write `l2(0.1)`
    batch      = 65537;
//               ^^^^^ error[E112]: `batch` is a whole number from 1 to 65536, not 65537
    epochs     = 0;
//               ^ error[E112]: `epochs` is a whole number from 1, not 0
    seed       = 0.5;
//               ^^^ error[E113]: `seed` is a whole number, not 0.5
    clip       = none;
    split      = (0.1, 0.1);
//               ^^^^^^^^^^ error[E111]: every value of `split` has a name
//   help: such as `(validation = 0.1, test = 0.2)`
}
