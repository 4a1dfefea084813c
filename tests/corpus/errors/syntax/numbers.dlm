const A = .5;
//        ^^ error[E008]: `.5` has no digit before the point
const B = 1.;
//        ^^ error[E008]: `1.` has no digit after the point
const C = 0x10;
//        ^^^^ error[E008]: `0x10` is not a decimal number
const D = 1e;
//        ^^ error[E008]: `1e` has no exponent after `e`
const E = 1.2.3;
//        ^^^^^ error[E008]: `1.2.3` has more than one point
const F = 3f32;
//        ^^^^ error[E008]: `3f32` is neither a number nor a name
const G = 1e999;
//        ^^^^^ error[E008]: `1e999` is larger than any f64
const H = 1_000.5e-3 + 1E5 - 0.;
//                           ^^ error[E008]: `0.` has no digit after the point
const I = 2dense;
//        ^^^^^^ error[E008]: `2dense` is neither a number nor a name
const J = -.5e3;
//         ^^^^ error[E008]: `.5e3` has no digit before the point
