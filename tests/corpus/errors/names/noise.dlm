//! Arguments of `noise`.
model Net {
    input x: f32[4];
    noise;
//  ^^^^^ error[E109]: `noise` needs `std`
    noise(-0.1);
//        ^^^^ error[E112]: `std` of `noise` is a number from 0, not -0.1
    noise(std = none);
//              ^^^^ error[E102]: nothing is called `none` here
    noise(0.1, 0.2);
//             ^^^ error[E107]: `noise` takes one argument, `std`
    GaussianNoise(0.1);
//  ^^^^^^^^^^^^^ error[E103]: there is no layer, activation or block called `GaussianNoise`
    output y: f32[4];
}
