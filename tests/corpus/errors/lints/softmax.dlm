//! softmax between layers, and over a single value.
model Inside {
    input x: f32[8];
    dense(20) -> softmax -> dense(10) -> relu;
//               ^^^^^^^ warning[W012]: `softmax` between layers: 20 values compete for a sum of 1
    #[allow(W012)]
    dense(4) -> softmax;
    dense(1) -> softmax;
//              ^^^^^^^ warning[W018]: `softmax` over a single value is always 1, whatever the value is
    dense(1) -> layer_norm -> relu;
//              ^^^^^^^^^^ warning[W018]: `layer_norm` over a single value is always its shift, whatever the value is
    #[allow(W018)]
    dense(1) -> layer_norm;
    dense(2) -> layer_norm -> relu;
    dense(3) -> softmax;
    output shares: f32[3];
}

model OnInput {
    input x: f32[8];
    softmax -> dense(10) -> relu -> dense(3);
    output y: class[3];
}
