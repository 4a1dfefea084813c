model InputTypes {
    input a: float[3];
//           ^^^^^ error[E131]: there is no type `float` here
//   help: an input is `f32[…]`, such as `f32[28, 28]`
    input b: f23[3];
//           ^^^ error[E131]: there is no type `f23` here
//   help: did you mean `f32`?
    input c: class[3];
//           ^^^^^ error[E131]: `class` is a type of outputs; an input is `f32[…]`
//   help: targets are not declared as inputs: an output's type says what they are
    input d: f32;
//           ^^^ error[E132]: `f32` needs the shape of one sample
//   help: write `f32[1]` for a single number, `f32[28, 28]` for an image of one channel
    input e: f32[];
//           ^^^^^ error[E132]: `f32` needs the shape of one sample
//   help: write `f32[1]` for a single number, `f32[28, 28]` for an image of one channel
    input f: f32[0];
//               ^ error[E112]: a size of `f32[…]` is a whole number from 1, not 0
    input g: f32[2.5, 3];
//               ^^^ error[E113]: a size of `f32[…]` is a whole number, not 2.5
//   help: the nearest whole number is 3
    input h: binary;
//           ^^^^^^ error[E131]: `binary` is a type of outputs; an input is `f32[…]`
//   help: targets are not declared as inputs: an output's type says what they are
    output y: f32[3] = a;
}

model OutputTypes {
    input x: f32[3];
    output a: class;
//            ^^^^^ error[E132]: `class` needs one size, the number of classes
//   help: write, for example, `class[10]`
    output b: class[1];
//            ^^^^^^^^ error[E132]: one class is no choice: `class[C]` has two classes or more
//   help: for a yes or no write `binary`, with one value before it
    output l: class[0];
//            ^^^^^^^^ error[E132]: 0 classes are no choice: `class[C]` has two classes or more
//   help: for a yes or no write `binary`, with one value before it
    output m: class[-2];
//            ^^^^^^^^^ error[E132]: -2 classes are no choice: `class[C]` has two classes or more
//   help: for a yes or no write `binary`, with one value before it
    output n: class[0.5];
//                  ^^^ error[E113]: the number of classes is a whole number, not 0.5
//   help: the nearest whole number is 2
    output c: class[3, 3];
//            ^^^^^^^^^^^ error[E132]: `class` needs one size, the number of classes
//   help: write, for example, `class[10]`
    output d: binary[2];
//            ^^^^^^^^^ error[E132]: `binary` is one yes or no and has no size
//   help: write `binary`, or `flags[N]` for several
    output e: flags;
//            ^^^^^ error[E132]: `flags` needs one size, the number of flags
//   help: write, for example, `flags[4]`
    output f: index[3];
//            ^^^^^ error[E131]: `index` is a type of inputs, not of outputs
//   help: for one of N classes write `class[N]`
    output g: clas[3];
//            ^^^^ error[E131]: there is no type `clas` here
//   help: did you mean `class`?
    output h: softmax;
//            ^^^^^^^ error[E131]: there is no type `softmax` here
//   help: an output is `class[C]`, `binary`, `flags[N]` or `f32[…]`
    output i: flags[0];
//                  ^ error[E112]: the number of flags is a whole number from 1, not 0
    output j: f32;
//            ^^^ error[E132]: `f32` needs the shape of one sample
//   help: write `f32[1]` for a single number, `f32[28, 28]` for an image of one channel
}
