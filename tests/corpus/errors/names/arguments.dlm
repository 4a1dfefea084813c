//! Calls checked against what is called.
block Hidden(units, rate = 0.0) {
    dense(units) -> dropout(rate);
}

block Bare() {
    relu;
}

model Net {
    input x: f32[8];
    dense(3, unit = 3);
//           ^^^^ error[E106]: `dense` has no argument `unit`
//   help: did you mean `units`?
    dense(3, activation = relu);
//           ^^^^^^^^^^ error[E106]: `dense` has no argument `activation`
//   help: activations are layers of their own: `dense(…) -> relu`
    relu(slope = 3);
//       ^^^^^ error[E106]: `relu` has no argument `slope`
//   help: `relu` takes no arguments
    dense(3, he_normal, true, 1, 2);
//                            ^^^^ error[E107]: `dense` takes at most 3 arguments: `units`, `init`, `bias`
    relu(0.1);
//       ^^^ error[E107]: `relu` takes no arguments
    leaky_relu(0.1, 0.2);
//                  ^^^ error[E107]: `leaky_relu` takes one argument, `alpha`
    dense(3, units = 4);
//           ^^^^^ error[E108]: `units` of `dense` is given twice
    dense(units = 3, units = 4);
//                   ^^^^^ error[E108]: `units` of `dense` is given twice
    dense;
//  ^^^^^ error[E109]: `dense` needs `units`
//   help: write `dense(units)`
    dense();
//  ^^^^^ error[E109]: `dense` needs `units`
//   help: write `dense(units)`
    dropout;
//  ^^^^^^^ error[E109]: `dropout` needs `rate`
//   help: write `dropout(rate)`
    dense(units = 3, he_normal);
//                   ^^^^^^^^^ error[E110]: an argument without a name follows one with a name
//   help: put it before the named arguments, or name it
    Hidden;
//  ^^^^^^ error[E109]: `Hidden` needs `units`
//   help: write `Hidden(units)`
    Hidden(3, rat = 0.1);
//            ^^^ error[E106]: `Hidden` has no argument `rat`
//   help: did you mean `rate`?
    Hidden(3, 0.1, 4);
//                 ^ error[E107]: `Hidden` takes at most 2 arguments: `units`, `rate`
    Bare(3);
//       ^ error[E107]: `Bare` takes no arguments
    a: x -> dense(3);
    add;
//  ^^^ error[E109]: `add` joins two or more named values, not none
//   help: write `add(a, x)`
    add(a);
//  ^^^ error[E109]: `add` joins two or more named values, not one
//   help: write `add(a, x)`
    concat(a, b = x);
//            ^ error[E106]: `concat` has no argument `b`
//   help: write `concat(a, b)`, values by name
    dense(3, init = uniform(1));
//                  ^^^^^^^ error[E109]: `uniform` needs `high`
//   help: write `uniform(low, high)`
    output y: f32[3];
}
