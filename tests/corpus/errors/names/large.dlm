//! Bounds on what a file expands to.
block B0() { repeat 100 { relu; } }
//                        ^^^^ error[E119]: with its blocks and repeats expanded, the model has more than 10000 layers
//   help: use fewer turns, or fewer blocks inside one another
block B1() { repeat 100 { B0; } }
block B2() { repeat 100 { B1; } }

model Layers {
    input x: f32[8];
    B2;
    output y: f32[8];
}

model Links {
    input x: f32[8];
    repeat 1_000_000 { x; }
//                     ^ error[E119]: with its blocks and repeats expanded, the model has more than 100000 links
//   help: use fewer turns, or fewer blocks inside one another
    output y: f32[8];
}

model Parameters {
    input x: f32[100_000];
    dense(100_000) -> relu -> dense(3);
//  ^^^^^ error[E119]: with `dense` the model has more than the 2147483648 parameters that are possible
//   note: it holds a tensor of shape [100000, 100000]
//   note: the shapes are x [100000] -> dense [100000]
    output y: f32[3];
}

model Sample {
    input x: f32[100_000, 100_000];
//           ^^^^^^^^^^^^^^^^^^^^^ error[E119]: a sample of shape [100000, 100000] has more than the 2147483647 values that are possible
    flatten -> dense(3);
    output y: f32[3];
}

model Joined {
    input x: f32[2_000_000_000];
    concat(x, x) -> dense(1);
//  ^^^^^^ error[E119]: a sample of shape [4000000000] has more than the 2147483647 values that are possible
    output y: f32[1];
}
