//! How targets are normalised, and which class is yes.
model Net {
    input x: f32[4];
    h: dense(8) -> relu;
    price: h -> dense(1);
    sick: h -> dense(1);
    male: h -> dense(1);
    kind: h -> dense(3);
    output price_of: f32[1] = price;
    output is_sick: binary = sick;
    output is_male: binary = male;
    output kind_of: class[3] = kind;
}

train Net { normalize_targets = standard; yes = (is_sick = "positive", is_male = "m"); }
train Net as Each { normalize_targets = (price_of = scale(1 / 1000)); yes = (is_male = "m"); }
train Net as Unknown { normalize_targets = (prize_of = standard); yes = (is_ill = "positive"); }
//                                          ^^^^^^^^ error[E102]: `Net` has no output called `prize_of`
//                                                                       ^^^^^^ error[E102]: `Net` has no output called `is_ill`
train Net as Kinds { normalize_targets = (kind_of = standard); yes = (price_of = "high"); }
//                                        ^^^^^^^ error[E212]: `normalize_targets` is for outputs of the type `f32[…]`, and `kind_of` is `class[3]`
//                                                                    ^^^^^^^^ error[E212]: `yes` is for outputs of the type `binary`, and `price_of` is `f32[1]`
train Net as Twice { normalize_targets = (price_of = standard, price_of = none); yes = (is_male = "m", is_male = "f"); }
//                                                             ^^^^^^^^ error[E108]: `price_of` of `normalize_targets` is given twice
//                                                                                                     ^^^^^^^ error[E108]: `is_male` of `yes` is given twice
train Net as Zero { normalize = scale(0); normalize_targets = scale(0 * 2); }
//                                    ^ error[E112]: `factor` of `scale` is a number other than 0, by which every value would be 0
//                                                                  ^^^^^ error[E112]: `factor` of `scale` is a number other than 0, by which every value would be 0
train Net as Which { yes = "positive"; }
//                         ^^^^^^^^^^ error[E212]: the model has 2 `binary` outputs; say of which this is yes
train Net as Number { yes = 1; normalize_targets = 1; }
//                          ^ error[E111]: `yes` is a text in quotes, not 1
//                                                 ^ error[E111]: a normalisation belongs here, not 1
train Net as Nothing {
    losses = [(price_of, mse, 0), (is_sick, binary_cross_entropy, 0), (is_male, binary_cross_entropy, 0), (kind_of, cross_entropy, 0)];
//           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E212]: nothing is left to train: every loss has a weight of 0
}
train Net as Still { lr_scale = [(h, 0), (price, 0), (sick, 0), (male, 0), (kind, 0)]; }
//                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E212]: nothing is left to train: every layer's learning rate is multiplied by 0

model Classes {
    input x: f32[4];
    dense(3);
    output y: class[3];
}

train Classes { normalize_targets = none; }
train Classes as Values { normalize_targets = standard; }
//                        ^^^^^^^^^^^^^^^^^ error[E212]: `normalize_targets` is for outputs that are numbers, and the model has none
train Classes as Yes { yes = "a"; }
//                     ^^^ error[E212]: `yes` is for outputs that are `binary`, and the model has none
train Classes as Seeds { seed = 9007199254740991; }
train Classes as Seed { seed = 9007199254740992; }
//                             ^^^^^^^^^^^^^^^^ error[E112]: `seed` is a whole number from 0 to 9007199254740991, not 9.007199254740992e15
train Classes as Negative { seed = -1; split = (test = 0.1, seed = 1e300); }
//                                 ^^ error[E112]: `seed` is a whole number from 0 to 9007199254740991, not -1
//                                                                 ^^^^^ error[E112]: `seed` of `split` is a whole number from 0 to 9007199254740991, not 1e300
train Classes as Huge { schedule = exponential(rate = 1e308); }
//                                                    ^^^^^ error[E112]: `rate` of `exponential` is a number above 0, and 1e308 is infinite as `f32`
