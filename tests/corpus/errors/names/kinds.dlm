//! Values of the wrong kind.
const RELU = elu;
//           ^^^ error[E111]: a const is a number, not the activation `elu`
const TEXT = "text";
//           ^^^^^^ error[E111]: a number, boolean, activation or initialiser belongs here, not the text "text"
const FINE = 2;

block Hidden(units, init, activation) {
    dense(units, init = init) -> activation;
//                      ^^^^ error[E111]: `init` of `dense` is an initialiser, not the activation `elu`
//                               ^^^^^^^^^^ error[E104]: `activation` is 2, not a layer
}

model Net {
    input x: f32[8];
    dense("3");
//        ^^^ error[E111]: a number, boolean, activation or initialiser belongs here, not the text "3"
    dense(3, bias = 1);
//                  ^ error[E111]: `bias` of `dense` is `true` or `false`, not 1
    dense(true);
//        ^^^^ error[E111]: `units` of `dense` is a whole number from 1, not `true`
    dense(3, init = 0.5);
//                  ^^^ error[E111]: `init` of `dense` is an initialiser, not 0.5
    dense(3, init = relu);
//                  ^^^^ error[E111]: `init` of `dense` is an initialiser, not the activation `relu`
    dense(3, bias = he_normal);
//                  ^^^^^^^^^ error[E111]: `bias` of `dense` is `true` or `false`, not an initialiser
    dense(relu);
//        ^^^^ error[E111]: `units` of `dense` is a whole number from 1, not the activation `relu`
    dense(2 * true);
//            ^^^^ error[E111]: arithmetic needs numbers, not `true`
    dense((3, 4));
//        ^^^^^^ error[E111]: a number, boolean, activation or initialiser belongs here, not a tuple
    dense([3]);
//        ^^^ error[E111]: a number, boolean, activation or initialiser belongs here, not a list
    dense(3, init = dense);
//                  ^^^^^ error[E111]: `dense` is a layer; a number, boolean, activation or initialiser belongs here
    dense(FINE(3));
//        ^^^^ error[E111]: `FINE` takes no arguments
    a: dense(3);
    add(a, 3);
//         ^ error[E111]: `add` joins named values, not 3
    add(a, FINE);
//         ^^^^ error[E111]: `add` joins named values; `FINE` is a const
    concat(a, dense(3));
//            ^^^^^^^^ error[E111]: `concat` joins named values, not `dense(…)`
    Hidden(3, elu, elu);
    Hidden(3, he_normal, 2);
    Hidden(Hidden, auto, elu);
//         ^^^^^^ error[E111]: `Hidden` is a block; a number, boolean, activation or initialiser belongs here
    gelu(approximate = 1);
//                     ^ error[E115]: `approximate` of `gelu` is `none` or `tanh`, not 1
    gelu(approximate = tan);
//                     ^^^ error[E115]: `approximate` of `gelu` is `none` or `tanh`, not `tan`
    repeat elu { relu; }
//         ^^^ error[E111]: the count of `repeat` is a whole number from 1, not the activation `elu`
    output y: f32[3];
}
