//! Arguments of initialisers.
model Net {
    input x: f32[8];
    dense(3, init = he_normal(gain = 0));
//                                   ^ error[E112]: `gain` of `he_normal` is a number above 0, not 0
    dense(3, init = he_normal(gain = -1));
//                                   ^^ error[E112]: `gain` of `he_normal` is a number above 0, not -1
    dense(3, init = xavier_uniform(fan = sum));
//                                       ^^^ error[E115]: `fan` of `xavier_uniform` is `in`, `out` or `average`, not `sum`
    dense(3, init = xavier_uniform(fan = outs));
//                                       ^^^^ error[E115]: `fan` of `xavier_uniform` is `in`, `out` or `average`, not `outs`
    dense(3, init = he_uniform(truncated = true));
//                             ^^^^^^^^^ error[E106]: `he_uniform` has no argument `truncated`
    dense(3, init = lecun_normal(truncated = 1));
//                                           ^ error[E111]: `truncated` of `lecun_normal` is `true` or `false`, not 1
    dense(3, init = he_normal(mode = in));
//                            ^^^^ error[E106]: `he_normal` has no argument `mode`
    dense(3, init = normal(0, -0.1));
//                            ^^^^ error[E112]: `std` of `normal` is a number from 0, not -0.1
    dense(3, init = uniform(0.5, -0.5));
//                  ^^^^^^^ error[E112]: `uniform` goes from its lower to its higher bound, not from 0.5 to -0.5
    dense(3, init = constant);
//                  ^^^^^^^^ error[E109]: `constant` needs `value`
    dense(3, init = zeros(1));
//                        ^ error[E107]: `zeros` takes no arguments
    dense(3, init = orthogonal(gain = 0));
//                                    ^ error[E112]: `gain` of `orthogonal` is a number above 0, not 0
    dense(3, init = he_normal(gain = auto, fan = auto, truncated = auto));
    dense(3, init = orthogonal(gain = auto));
//                                    ^^^^ error[E111]: `gain` of `orthogonal` is a number above 0, not `auto`
    output y: f32[3];
}
