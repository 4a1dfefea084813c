//! Deep stacks without normalisation, and normalisation in the wrong place.
model Bare {
    input x: f32[20];
    dense(20) -> elu -> dense(20) -> elu;
//  ^^^^^ warning[W003]: 6 layers with weights or more follow one another without normalisation, from this `dense` on
    repeat 3 { dense(20) -> elu; }
    dense(3);
    output y: class[3];
}

#[allow(W003)]
model Allowed {
    input x: f32[20];
    repeat 5 { dense(20) -> elu; }
    dense(3);
    output y: class[3];
}

model Normalized {
    input x: f32[20];
    repeat 5 { dense(20) -> layer_norm -> elu; }
    repeat 3 { residual { dense(20) -> elu -> dense(20); } elu; }
    repeat 5 { dense(20) -> selu; }
    dense(3);
    output y: class[3];
}

model After {
    input x: f32[20];
    dense(20) -> relu -> batch_norm;
//                       ^^^^^^^^^^ warning[W004]: `batch_norm` stands after the activation `relu`
    dense(20) -> identity -> batch_norm -> relu;
    #[allow(W004, W005)]
    dense(20, bias = true) -> batch_norm -> elu -> batch_norm;
    dense(20, bias = true) -> batch_norm -> elu;
//                   ^^^^ warning[W005]: the bias of this `dense` has no effect: `batch_norm` subtracts the mean, and with it the bias
    dense(20, bias = false) -> batch_norm -> elu;
    dense(20, bias = true) -> elu;
    a: dense(20, bias = true);
    b: a -> batch_norm;
    add(a, b) -> dense(3);
    output y: class[3];
}
