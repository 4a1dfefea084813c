//! Numbers out of range, not whole, not finite.
const ZERO = 0;
const HUGE = 1e308 * 10;
//           ^^^^^^^^^^ error[E114]: this is larger than the largest number, about 1.8e308

model Net {
    input x: f32[8];
    dense(0);
//        ^ error[E112]: `units` of `dense` is a whole number from 1, not 0
    dense(-3);
//        ^^ error[E112]: `units` of `dense` is a whole number from 1, not -3
    dense(2.5);
//        ^^^ error[E113]: `units` of `dense` is a whole number, not 2.5
    dense(1 / 3);
//        ^^^^^ error[E113]: `units` of `dense` is a whole number, not 0.3333333333333333
    dense(4_000_000_000);
//        ^^^^^^^^^^^^^ error[E119]: `units` of `dense` is 4000000000, more than the 2147483647 that are possible
    dropout(1);
//          ^ error[E112]: `rate` of `dropout` is a number from 0 to 1 (excluded), not 1
    dropout(-0.1);
//          ^^^^ error[E112]: `rate` of `dropout` is a number from 0 to 1 (excluded), not -0.1
    batch_norm(eps = 0);
//                   ^ error[E112]: `eps` of `batch_norm` is a number above 0, not 0
    dense(3, init = uniform(1, -1));
//                  ^^^^^^^ error[E112]: `uniform` goes from its lower to its higher bound, not from 1 to -1
    dense(3, init = normal(0, -1));
//                            ^^ error[E112]: `std` of `normal` is a number from 0, not -1
    dense(3 / ZERO);
//        ^^^^^^^^ error[E114]: 3 is divided by zero
    rrelu(0.5, upper = 0.1);
//  ^^^^^ error[E112]: `rrelu` goes from its lower to its higher bound, not from 0.5 to 0.1
    leaky_relu(alpha = 1.5);
//                     ^^^ error[E112]: `alpha` of `leaky_relu` is a number from 0 to 1, not 1.5
    repeat 0 { relu; }
//         ^ error[E112]: the count of `repeat` is a whole number from 1, not 0
    repeat 1.5 { relu; }
//         ^^^ error[E113]: the count of `repeat` is a whole number, not 1.5
    output y: f32[3];
}
