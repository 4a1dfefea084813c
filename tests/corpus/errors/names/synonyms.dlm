model Net {
    input x: f32[4];
    Linear(3) -> batchnorm1d -> Swish;
//  ^^^^^^ error[E103]: there is no layer, activation or block called `Linear`
//   help: did you mean `dense`?
//               ^^^^^^^^^^^ error[E103]: there is no layer, activation or block called `batchnorm1d`
//   help: did you mean `batch_norm`?
//                              ^^^^^ error[E103]: there is no layer, activation or block called `Swish`
//   help: did you mean `silu`?
    dense(2, init = kaiming_normal_);
//                  ^^^^^^^^^^^^^^^ error[E102]: nothing is called `kaiming_normal_` here
//   help: did you mean `he_normal`?
    dense(2, init = kaiming_uniform(gain = 2));
//                  ^^^^^^^^^^^^^^^ error[E102]: nothing is called `kaiming_uniform` here
//   help: did you mean `he_uniform`?
    output y: f32[2];
}
