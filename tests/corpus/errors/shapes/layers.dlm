//! Layers that cannot take the value before them.
model Digits {
    input image: f32[28, 28];
    dense(300) -> relu -> dense(10);
//  ^^^^^ error[E130]: `dense` takes one row of features, not [28, 28]
//   note: the shape is image [28, 28]
//   help: put `flatten` before it
    output digit: class[10];
}

model Norms {
    input image: f32[4, 4];
    a: image -> batch_norm;
//              ^^^^^^^^^^ error[E130]: `batch_norm` takes one row of features, not [4, 4]
//   note: the shape is image [4, 4]
//   help: put `flatten` before it
    b: image -> layer_norm;
//              ^^^^^^^^^^ error[E130]: `layer_norm` takes one row of features, not [4, 4]
//   note: the shape is image [4, 4]
//   help: put `flatten` before it
    c: image -> softmax;
//              ^^^^^^^ error[E130]: `softmax` takes one row of features, not [4, 4]
//   note: the shape is image [4, 4]
//   help: put `flatten` before it
    d: image -> prelu;
//              ^^^^^ error[E130]: `prelu` learns a slope for each of a row of features, not for [4, 4]
//   note: the shape is image [4, 4]
//   help: write `shared = false` for one each, `shared = true` for a single one, or `flatten` before it
    output digit: class[10] = a;
}

model Joins {
    input image: f32[4, 4];
    a: flatten -> dense(3) -> relu -> dense(4) -> relu -> dense(5) -> relu;
    b: image -> flatten -> dense(4);
    sum: add(a, b);
//       ^^^ error[E130]: `add` takes values of one shape, not [5] and [4]
//   note: the shapes are … -> a.relu [3] -> a.dense_2 [4] -> a.relu_2 [4] -> a.dense_3 [5] -> a.relu_3 [5]
//   note: the shapes are image [4, 4] -> b.flatten [16] -> b.dense [4]
//   help: bring one to the other's shape with `dense`
    both: concat(a, image);
//        ^^^^^^ error[E130]: `concat` takes rows of features, not [4, 4]
//   note: the shapes are … -> a.relu [3] -> a.dense_2 [4] -> a.relu_2 [4] -> a.dense_3 [5] -> a.relu_3 [5]
//   note: the shape is image [4, 4]
//   help: put `flatten` before it
    output digit: class[10] = sum;
}
