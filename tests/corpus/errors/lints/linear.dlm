//! Layers with nothing non-linear between them.
model Stacked {
    input x: f32[20];
    dense(20);
    dense(20) -> batch_norm -> identity -> dropout(0.0) -> dense(20) -> elu;
//  ^^^^^ warning[W010]: nothing between the `dense` before and this `dense` is non-linear: together they are one linear layer
//                                                         ^^^^^ warning[W003]: 6 layers with weights or more follow one another without normalisation, from this `dense` on
//                                                         ^^^^^ warning[W010]: nothing between the `dense` before and this `dense` is non-linear: together they are one linear layer
    repeat 3 { dense(20); }
//             ^^^^^ warning[W010]: nothing between the `dense` before and this `dense` is non-linear: together they are one linear layer
    tanh;
//  ^^^^ warning[W001]: `tanh` in a stack of 9 layers with weights lets gradients vanish
    #[allow(W010)]
    dense(20) -> dense(10);
    relu -> dense(3);
    output y: class[3];
}

/// A narrow middle, a value that two layers read, sums and layer_norm.
model Fine {
    input x: f32[20];
    dense(4) -> dense(30) -> elu;
    shared: dense(20);
    one: shared -> dense(20);
    other: shared -> relu -> dense(20);
    sum: add(one, other) -> dense(20) -> layer_norm -> dense(20) -> elu;
    residual(project = auto) { dense(10) -> relu; }
    dense(3);
    output y: class[3];
}
