//! Inputs and outputs.
block Inner(n) {
    input z: f32[3];
//        ^ error[E120]: input `z` stands inside a block, `repeat` or `residual`
//   help: inputs belong to the model: write it among the model's own statements
    dense(n);
}

model Nothing {
//    ^^^^^^^ error[E136]: model `Nothing` has no input
//   help: declare one, such as `input image: f32[28, 28];`
    dense(3);
}

model NoOutput {
//    ^^^^^^^^ error[E136]: model `NoOutput` has no output
//   help: declare one, such as `output digit: class[10];`
    input x: f32[3];
    Inner(3);
    repeat 2 { output y: f32[3]; }
//                    ^ error[E120]: output `y` stands inside a block, `repeat` or `residual`
//   help: outputs belong to the model: write it among the model's own statements
    residual { input w: f32[3]; dense(3); }
//                   ^ error[E120]: input `w` stands inside a block, `repeat` or `residual`
//   help: inputs belong to the model: write it among the model's own statements
}

model TooEarly {
    dense(3);
//  ^^^^^ error[E121]: there is no value before `dense`
//   help: declare an input first: input name: f32[…];
    input x: f32[3];
    x -> dense(2);
    output y: f32[2];
}

model Several {
    input a: f32[3];
    input b: f32[3];
    dense(3);
//  ^^^^^ error[E121]: there is no value before `dense`
//   note: the model has several inputs: `a`, `b`
//   help: begin the chain with one of them: a -> …
    add(a, b);
    output y: f32[3];
}

model AtOnce {
    input a: f32[3];
    input b: f32[3];
    output y: f32[3];
//         ^ error[E121]: there is no value before `output y`
//   note: the model has several inputs: `a`, `b`
//   help: begin the chain with one of them: a -> …
    add(a, b);
    output z: f32[3];
}
