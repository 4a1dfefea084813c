const model = 3;
//    ^^^^^ error[E009]: `model` is a reserved word and cannot be a name
block block(input, true = 3) {
//    ^^^^^ error[E009]: `block` is a reserved word and cannot be a name
//                 ^^^^ error[E009]: `true` is a reserved word and cannot be a name
    dense(units = input);
}

model repeat {
//    ^^^^^^ error[E009]: `repeat` is a reserved word and cannot be a name
    input train: f32[3];
//        ^^^^^ error[E009]: `train` is a reserved word and cannot be a name
    input: f32[3];
//  ^^^^^ error[E009]: `input` is a reserved word and cannot be a name
    like: dense(3);
//  ^^^^ error[E009]: `like` is a reserved word and cannot be a name
    residual = dense(3);
//  ^^^^^^^^ error[E009]: `residual` is a reserved word and cannot be a name
//           ^ error[E010]: expected `:`, found `=`
    dense(model) -> train;
//        ^^^^^ error[E009]: `model` is a reserved word and cannot be a name
    dense(3, const = 3);
//           ^^^^^ error[E009]: `const` is a reserved word and cannot be a name
    output output: class[3] = input;
//         ^^^^^^ error[E009]: `output` is a reserved word and cannot be a name
    output as: class[3];
//         ^^ error[E009]: `as` is a reserved word and cannot be a name
}

train Digits as const {
//              ^^^^^ error[E009]: `const` is a reserved word and cannot be a name
    seed = h1.input;
//            ^^^^^ error[E009]: `input` is a reserved word and cannot be a name
    true = 3;
//  ^^^^ error[E009]: `true` is a reserved word and cannot be a name
    like = Other;
//  ^^^^ error[E009]: `like` is a reserved word and cannot be a name
}
