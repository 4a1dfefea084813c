//! Shapes that do not hold the values.
const SIDE = 5;

block Square(side) {
    reshape(side, side);
//  ^^^^^^^ error[E130]: `reshape` keeps all values: [4, 6] holds 24, [5, 5] takes 25
}

model Net {
    input x: f32[4, 6];
    a: reshape(24) -> dense(10);
    b: x -> reshape(4, 5);
//          ^^^^^^^ error[E130]: `reshape` keeps all values: [4, 6] holds 24, [4, 5] takes 20
    c: x -> reshape(SIDE, auto);
//          ^^^^^^^ error[E130]: `reshape` keeps all values: [4, 6] holds 24, which 5 does not divide
    d: x -> reshape(auto, auto, 2);
//          ^^^^^^^ error[E130]: `reshape` has one size that follows from the others, not 2
    e: x -> reshape(2147483647, 2147483647, 2147483647);
//          ^^^^^^^ error[E130]: `reshape` keeps all values: [4, 6] holds 24, [2147483647, 2147483647, 2147483647] takes more than are possible
    f: x -> reshape(2147483647, 2147483647, 2147483647, auto);
//          ^^^^^^^ error[E130]: `reshape` keeps all values: [4, 6] holds 24, which the product of the sizes does not divide
    g: x -> reshape;
//          ^^^^^^^ error[E109]: `reshape` needs a size for each axis
    h: x -> reshape();
//          ^^^^^^^ error[E109]: `reshape` needs a size for each axis
    i: x -> reshape(rows = 4, 6);
//                  ^^^^ error[E106]: `reshape` has no argument `rows`
    j: x -> reshape(4.5, 6);
//                  ^^^ error[E113]: a size of `reshape` is a whole number, not 4.5
    k: x -> reshape(0, auto);
//                  ^ error[E112]: a size of `reshape` is a whole number from 1, not 0
    l: x -> reshape([4, 6]);
//                  ^^^^^^ error[E111]: a number, boolean, activation or initialiser belongs here, not a list
    m: x -> reshape(relu);
//                  ^^^^ error[E111]: a size of `reshape` is a whole number from 1, not the activation `relu`
    n: x -> Square(SIDE);
    o: a -> reshape(2, auto) -> dense(3);
//                              ^^^^^ error[E130]: `dense` takes one row of features, not [2, 5]
    p: x -> view(24);
//          ^^^^ error[E103]: there is no layer, activation or block called `view`
    output y: f32[10] = a;
}

model Fits {
    input x: f32[4, 6];
    reshape(24) -> reshape(1, auto, 1) -> reshape(2, 12) -> reshape(auto) -> dense(3) -> reshape(3);
    output y: class[3];
}

model Doubled {
    input x: f32[4];
    dense(3) -> softmax -> reshape(3, 1) -> noise(0.1) -> flatten;
//              ^^^^^^^ error[E134]: `class[3]` takes values before softmax and applies it itself; `softmax` stands before it
    output y: class[3];
}
