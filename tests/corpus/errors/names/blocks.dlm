//! Blocks that no model calls are checked too; errors inside blocks say from where they are called.
block Uncalled(units) {
    desne(units) -> dropout(2);
//  ^^^^^ error[E103]: there is no layer, activation or block called `desne`
//                          ^ error[E112]: `rate` of `dropout` is a number from 0 to 1 (excluded), not 2
    residual(projekt = auto) { dense(units, zero = 1); }
//           ^^^^^^^ error[E106]: `residual` has no argument `projekt`
//                                          ^^^^ error[E106]: `dense` has no argument `zero`
}

block Called(units) {
    flatten -> dropout(units);
//                     ^^^^^ error[E112]: `rate` of `dropout` is a number from 0 to 1 (excluded), not 3
}

block Outer(units) {
    Called(units);
}

model Net {
    input x: f32[8];
    Outer(3) -> Called(0.5) -> dense(3);
    output y: f32[3];
}
