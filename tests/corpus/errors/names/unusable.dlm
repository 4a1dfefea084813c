model Self {
//    ^^^^ error[E118]: `Self` cannot be a name in the generated Rust
    input super: f32[3];
//        ^^^^^ error[E118]: `super` cannot be a name in the generated Rust
    dense(3);
    output crate: f32[3];
//         ^^^^^ error[E118]: `crate` cannot be a name in the generated Rust
}

model Trainer {
//    ^^^^^^^ error[E118]: `Trainer` cannot be a name in the generated Rust
    input None: f32[3];
//        ^^^^ error[E118]: `None` cannot be a name in the generated Rust
    dense(3);
    output PROGRAM: f32[3];
//         ^^^^^^^ error[E118]: `PROGRAM` cannot be a name in the generated Rust
}

model Outputs {
//    ^^^^^^^ error[E118]: `Outputs` cannot be a name in the generated Rust
    input x: f32[3];
    dense(3);
    output y: f32[3];
}
