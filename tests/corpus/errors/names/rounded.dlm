model Rounded {
    input x: f32[3];
    dense(3) -> elu(alpha = 1e39) -> dropout(0.99999999999) -> dense(3);
//                          ^^^^ error[E112]: `alpha` of `elu` is a number above 0, and 1e39 is infinite as `f32`
//                                           ^^^^^^^^^^^^^ error[E112]: `rate` of `dropout` is a number from 0 to 1 (excluded), and 0.99999999999 is 1 as `f32`
    output y: f32[3];
}

train Rounded {
    loss       = huber(delta = 1e-50);
//                             ^^^^^ error[E112]: `delta` of `huber` is a number above 0, and 1e-50 is 0 as `f32`
    clip       = value(1e39);
//                     ^^^^ error[E112]: `limit` of `value` is a number above 0, and 1e39 is infinite as `f32`
    regularize = [l2(1e39)];
//                   ^^^^ error[E112]: `strength` of `l2` is a number from 0, and 1e39 is infinite as `f32`
}
