//! What penalties act on.
model Net {
    input x: f32[4];
    h1: dense(8) -> batch_norm -> relu;
    tower: repeat 3 { dense(8) -> relu; }
    head: dense(3);
    output y: class[3];
}

train Net {
    regularize = [
        l2(0.1, layers = [h1, tower[0], tower[1..3].dense, head.dense.bias, h1.batch_norm]),
        l2(0.1, layers = [all_but([h1, head])]),
    ];
}

train Net as Nothing {
    regularize = [
        l2(0.1, layers = [h2]),
//                        ^^ error[E213]: this selects nothing
//   help: did you mean `h1`?
        l2(0.1, layers = [somewhere]),
//                        ^^^^^^^^^ error[E213]: this selects nothing
//   help: there is `h1`, `tower`, `head`
        l2(0.1, layers = [h1.dens]),
//                        ^^^^^^^ error[E213]: this selects nothing
//   help: did you mean `dense`?
        l2(0.1, layers = [tower[3]]),
//                        ^^^^^^^^ error[E213]: this selects nothing
//   help: turns count from 0, and the end of a range is not part of it
        l2(0.1, layers = [tower[1..4]]),
//                        ^^^^^^^^^^^ error[E213]: this selects turns that there are not
//   help: turns count from 0, and the end of a range is not part of it
        l2(0.1, layers = [tower[2..1]]),
//                        ^^^^^^^^^^^ error[E213]: this selects nothing
//   help: turns count from 0, and the end of a range is not part of it
        l2(0.1, layers = [h1.batch_norm.running_mean]),
//                        ^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E213]: nothing selected here is learned
        l2(0.1, layers = [h1.relu]),
//                        ^^^^^^^ error[E213]: this selects nothing
//   help: there is `dense`, `batch_norm`
        l2(0.1, layers = []),
//                       ^^ error[E213]: an empty list selects nothing
//   help: name layers: `[h1, hidden[0..2]]`
        l2(0.1, layers = [all_but([])]),
//                                ^^ error[E213]: an empty list selects nothing
//   help: name layers: `[h1, hidden[0..2]]`
        l2(0.1, layers = [all_but([h2])]),
//                                 ^^ error[E213]: this selects nothing
//   help: did you mean `h1`?
        l2(0.1, layers = [all_but([h1, tower, head])]),
//                                ^^^^^^^^^^^^^^^^^ error[E213]: without these layers no weight is left
    ];
}

train Net as Form {
    regularize = [
        l2(0.1, layers = h1),
//                       ^^ error[E111]: a list of layers belongs here, not `h1`
//   help: such as `[h1, hidden[0..2]]` or `[all_but([head])]`
        l2(0.1, layers = ["h1"]),
//                        ^^^^ error[E111]: the path of a layer belongs here, not the text "h1"
//   help: such as `h1`, `h1.dense`, `hidden[0..2]` or `all_but([head])`
        l2(0.1, layers = [dense(3)]),
//                        ^^^^^^^^ error[E111]: the path of a layer belongs here, not `dense(…)`
//   help: such as `h1`, `h1.dense`, `hidden[0..2]` or `all_but([head])`
        l2(0.1, layers = [all_but(h1)]),
//                                ^^ error[E111]: a list of layers belongs here, not `h1`
//   help: such as `[h1, hidden[0..2]]` or `[all_but([head])]`
        l2(0.1, layers = [all_but([3])]),
//                                 ^ error[E111]: the path of a layer belongs here, not 3
        l2(0.1, layers = [all_but]),
//                        ^^^^^^^ error[E213]: this selects nothing
//   help: there is `h1`, `tower`, `head`
        l2(0.1, layers = [tower[0.5]]),
//                              ^^^ error[E113]: a turn is a whole number, not 0.5
//   help: the nearest whole number is 1
        l2(0.1, layers = [tower[h1]]),
//                              ^^ error[E102]: nothing is called `h1` here
    ];
}

model Weightless {
    input x: f32[4];
    batch_norm;
    output y: f32[4];
}

train Weightless { regularize = [l2(0.1)]; }
//                               ^^^^^^^ error[E213]: `Weightless` has no weights to penalise
