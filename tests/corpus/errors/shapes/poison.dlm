//! One mistake is one error: what is made from the value is unknown.
model Net {
    input image: f32[28, 28];
    a: dense(300) -> relu -> dense(10);
//     ^^^^^ error[E130]: `dense` takes one row of features, not [28, 28]
    b: a -> batch_norm -> flatten -> dense(3);
    both: concat(a, b) -> residual { dense(5); };
    repeat 3 { dense(4); }
    output digit: class[10] = both;
    output other: binary;
}
