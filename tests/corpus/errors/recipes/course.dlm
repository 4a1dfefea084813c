// The course of a training: schedules, warm-up, early stop, freezing, reuse, accumulation, averages, weights of samples.

model Net {
    input x: f32[4];
    h1: dense(8) -> batch_norm -> relu;
    h2: dense(8) -> relu;
    head: dense(3);
    output y: class[3];
}

train Net as Right {
    split      = (validation = 0.2);
    schedule   = one_cycle(epochs(5), max = 0.1);
    warmup     = (length = epochs(1), start = 1e-5);
    early_stop = (monitor = validation_accuracy, patience = 3, min_delta = 0.01, restore_best = false);
    freeze     = [h1, h2];
    unfreeze   = [(h2, epochs(2)), (h1.batch_norm, epochs(3))];
    reuse      = weights("w.safetensors", layers = [h1, h2], rename = [("fc1", h1.dense), ("", h2)]);
    accumulate = 4;
    average    = 0.99;
    lr_scale   = [(h1, 0.1), (all_but([h1, h2]), 2)];
    loss       = cross_entropy(class_weights = [1, 2, 0.5]);
}

train Net as Undone like Right {
    schedule   = constant;
    warmup     = none;
    early_stop = none;
    freeze     = [];
    unfreeze   = [];
    reuse      = none;
    average    = none;
    lr_scale   = [];
}

train Net as Schedules {
    schedule = piecewise([(epochs(10), 0.1), (epochs(5), 0.01)]);
//                                            ^^^^^^^^^ error[E112]: each length in `rates` of `piecewise` is longer than the one before
}

train Net as Boundaries { schedule = piecewise([(epochs(10), 0.1, 3)]); }
//                                              ^^^^^^^^^^^^^^^^^^^^ error[E111]: `rates` of `piecewise` is a list of lengths and rates, not a tuple
train Net as NoBoundaries { schedule = piecewise([]); }
//                                               ^^ error[E111]: `rates` of `piecewise` is a list of lengths and rates, not a list
train Net as NoList { schedule = piecewise(0.1); }
//                                         ^^^ error[E111]: `rates` of `piecewise` is a list of lengths and rates, not 0.1
train Net as Grows { schedule = cosine(epochs(10), factor = 0.5, restarts = true); }
//                                                          ^^^ error[E112]: `factor` of `cosine` is a number from 1, not 0.5
train Net as NoEpochs { warmup = 3; }
//                               ^ error[E111]: `warmup` is a length, not 3
train Net as Cold { warmup = (start = 0.1); }
//                  ^^^^^^ error[E109]: `warmup` needs `length`
train Net as Outside { early_stop = (patience = 3); }
train Net as Blind {
    data       = csv("x.csv", label = "y");
    early_stop = (patience = 3);
//               ^^^^^^^^^^^^^^ error[E212]: `validation_loss` needs a validation part, and the recipe has none
}
train Net as BlindPlateau {
    data     = csv("x.csv", label = "y");
    schedule = plateau(patience = 3);
//             ^^^^^^^^^^^^^^^^^^^^^ error[E212]: `validation_loss` needs a validation part, and the recipe has none
}
train Net as Sighted { schedule = plateau(monitor = train_loss); }
train Net as Wrong { early_stop = (monitor = accuracy, patience = 3); }
//                                           ^^^^^^^^ error[E115]: `monitor` of `early_stop` is `validation_loss`, `validation_accuracy`, `validation_mse`, `validation_mae` or `train_loss`, not `accuracy`
train Net as Mse {
    split      = (validation = 0.2);
    early_stop = (monitor = validation_mse);
//               ^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E212]: `validation_mse` is for outputs that are numbers, and `Net` has none
}
train Net as Frozen { freeze = [h3]; }
//                              ^^ error[E213]: this selects nothing
train Net as AllFrozen { freeze = [h1, h2, head]; }
//                                ^^^^^^^^^^^^^^ error[E212]: nothing is left to train
train Net as NotFrozen {
    freeze   = [h1];
    unfreeze = [(h2, epochs(1))];
//               ^^ error[E213]: nothing of this is frozen
}
train Net as Mixed {
    freeze   = [h1, h2];
    unfreeze = [(h2, epochs(1)), (h1, steps(10))];
//                                    ^^^^^^^^^ error[E212]: lengths in epochs and in steps cannot be put in order
}
train Net as NoPair {
    freeze   = [h1];
    unfreeze = [h1];
//              ^^ error[E111]: a layer and a length belong here
}
train Net as Reuses { reuse = "w.safetensors"; }
//                            ^^^^^^^^^^^^^^^ error[E111]: a source of weights belongs here, not the text "w.safetensors"
train Net as Renames { reuse = weights("w.safetensors", layers = [h1], rename = [("fc2", h2)]); }
//                                                                                       ^^ error[E213]: this is not among the layers that are taken
train Net as Twice { reuse = weights("w.safetensors", layers = [h1], layers = [h2]); }
//                                                                            ^^^^ error[E108]: `layers` is given twice
train Net as NoPath { reuse = weights(layers = [h1]); }
//                            ^^^^^^^ error[E109]: `weights` needs `path`
train Net as Whole { accumulate = 0; }
//                                ^ error[E112]: `accumulate` is a whole number from 1, not 0
train Net as Share { average = 1; }
//                             ^ error[E112]: `average` is a number from 0 to 1 (excluded), not 1
train Net as Scale { lr_scale = [(h1, -1)]; }
//                                    ^^ error[E112]: the factor of `lr_scale` is a number from 0, not -1
train Net as Classes { loss = cross_entropy(class_weights = [1, 2]); }
//                            ^^^^^^^^^^^^^ error[E210]: `class_weights` has 2 weights for 3 classes
train Net as NoneWeighs { loss = cross_entropy(class_weights = [0, 0, 0]); }
//                               ^^^^^^^^^^^^^ error[E210]: `class_weights` weighs no class
train Net as Weighted {
    data           = csv("x.csv", label = "y");
//                   ^^^ error[E212]: `sample_weights` is set, and `csv` names no column of weights
    sample_weights = true;
}
train Net as Unweighted { data = csv("x.csv", label = "y", weight = "w"); }
//                               ^^^ error[E212]: there is a column of weights, and `sample_weights` is not set
train Net as Images {
    data           = idx(images = "x", labels = "y");
//                   ^^^ error[E212]: `sample_weights` is set, and `idx` names no column of weights
    sample_weights = true;
}
train Net as BothWeighted {
    data           = csv("x.csv", label = "y", weight = "w");
    sample_weights = true;
}
