const CLASSES = 10;

model Shapes {
    input image: f32[4, 4];
    a: flatten -> dense(9);
    b: dense(2);
    output kind: class[CLASSES] = a;
//               ^^^^^^^^^^^^^^ error[E133]: output `kind` is `class[CLASSES]` and takes 10 values, one a class; the value has shape [9]
//   note: the shapes are image [4, 4] -> a.flatten [16] -> a.dense [9]
//   help: end with `dense(10)`, or declare the size that the value has
    output yes: binary = b;
//              ^^^^^^ error[E133]: output `yes` is `binary` and takes one value; the value has shape [2]
//   note: the shapes are image [4, 4] -> a.flatten [16] -> a.dense [9] -> b.dense [2]
//   help: end with `dense(1)`, or declare the size that the value has
    output tags: flags[3] = b;
//               ^^^^^^^^ error[E133]: output `tags` is `flags[3]` and takes 3 values, one a flag; the value has shape [2]
//   note: the shapes are image [4, 4] -> a.flatten [16] -> a.dense [9] -> b.dense [2]
//   help: end with `dense(3)`, or declare the size that the value has
    square: dense(4);
    output square_values: f32[2, 2] = square;
//                        ^^^^^^^^^ error[E133]: output `square_values` is `f32[2, 2]` and takes shape [2, 2]; the value has shape [4]
//   note: the shapes are image [4, 4] -> a.flatten [16] -> a.dense [9] -> b.dense [2] -> square.dense [4]
//   help: end with `reshape(2, 2)`
    output square_kind: class[16] = image;
//                      ^^^^^^^^^ error[E133]: output `square_kind` is `class[16]` and takes 16 values, one a class; the value has shape [4, 4]
//   note: the shape is image [4, 4]
//   help: end with `flatten`
    output values: f32[2, 2] = a;
//                 ^^^^^^^^^ error[E133]: output `values` is `f32[2, 2]` and takes shape [2, 2]; the value has shape [9]
//   note: the shapes are image [4, 4] -> a.flatten [16] -> a.dense [9]
//   help: end with `dense(4) -> reshape(2, 2)`, or declare the size that the value has
    output value: f32[3] = a;
//                ^^^^^^ error[E133]: output `value` is `f32[3]` and takes shape [3]; the value has shape [9]
//   note: the shapes are image [4, 4] -> a.flatten [16] -> a.dense [9]
//   help: end with `dense(3)`, or declare the size that the value has
    output picture: class[4] = image;
//                  ^^^^^^^^ error[E133]: output `picture` is `class[4]` and takes 4 values, one a class; the value has shape [4, 4]
//   note: the shape is image [4, 4]
//   help: end with `flatten -> dense(4)`
}

model Doubled {
    input x: f32[4];
    a: dense(3) -> softmax;
//                 ^^^^^^^ error[E134]: `class[3]` takes values before softmax and applies it itself; `softmax` stands before it
//   help: leave `softmax` out
    b: x -> dense(1) -> sigmoid -> identity;
//                      ^^^^^^^ error[E134]: `binary` takes values before sigmoid and applies it itself; `sigmoid` stands before it
//   help: leave `sigmoid` out
    c: x -> dense(3) -> sigmoid -> dropout(0.1);
//                      ^^^^^^^ error[E134]: `flags[3]` takes values before sigmoid and applies it itself; `sigmoid` stands before it
//   help: leave `sigmoid` out
    output kind: class[3] = a;
    output yes: binary = b;
    output tags: flags[3] = c;
    output shares: f32[3] = a;
}
