model Net {
    input x: f32[8];
    input spare: f32[8];
//        ^^^^^ error[E135]: input `spare` reaches no output
//   help: use it in a chain, declare an output of it, or leave it out
    a: x -> dense(3) -> relu;
    b: a -> dense(4);
//  ^ error[E135]: the value `b` reaches no output
//   help: use it in a chain, declare an output of it, or leave it out
    a -> dense(5) -> relu;
//                   ^^^^ error[E135]: the value of `relu` reaches no output
//   help: use it in a chain, declare an output of it, or leave it out
    a -> dense(3);
    output y: f32[3];
    dense(7);
//  ^^^^^ error[E135]: the value of `dense` reaches no output
//   help: use it in a chain, declare an output of it, or leave it out
}
