const A: 3;
//     ^ error[E010]: expected `=`, found `:`

block B(rate: 0.1) {
//          ^ error[E010]: expected `=`, found `:`
    h = dense(units: 3, bias = true) -> relu;
//    ^ error[E010]: expected `:`, found `=`
//                 ^ error[E010]: expected `=`, found `:`
}

model M {
    input x = f32[3];
//          ^ error[E010]: expected `:`, found `=`
    output y = f32[3];
//           ^ error[E010]: expected `:`, found `=`
}

train M {
    epochs: 3;
//        ^ error[E010]: expected `=`, found `:`
    early_stop = (patience: 5);
//                        ^ error[E010]: expected `=`, found `:`
}
