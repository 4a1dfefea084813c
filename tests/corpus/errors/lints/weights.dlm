//! Weights that begin alike, or much larger or smaller than suits.
block Hidden(units, start) {
    dense(units, init = start) -> elu;
//                      ^^^^^ warning[W014]: all 20 units of this `dense` begin with the same weights, as copies of one
}

model Alike {
    input x: f32[20];
    dense(20, init = zeros) -> relu;
//                   ^^^^^ warning[W014]: all 20 units of this `dense` begin with the same weights, as copies of one
    dense(20, init = constant(0.1)) -> batch_norm -> tanh;
//                   ^^^^^^^^^^^^^ warning[W014]: all 20 units of this `dense` begin with the same weights, as copies of one
//                                                   ^^^^ warning[W001]: `tanh` in a stack of 12 layers with weights lets gradients vanish
    dense(20, init = normal(0.1, 0)) -> elu;
//  ^^^^^ warning[W003]: 6 layers with weights or more follow one another without normalisation, from this `dense` on
//                   ^^^^^^^^^^^^^^ warning[W014]: all 20 units of this `dense` begin with the same weights, as copies of one
    dense(20, init = uniform(0.1, 0.1)) -> elu;
//                   ^^^^^^^^^^^^^^^^^ warning[W014]: all 20 units of this `dense` begin with the same weights, as copies of one
    Hidden(20, zeros);
    #[allow(W014)]
    dense(20, init = zeros) -> elu;
    dense(1, init = zeros) -> elu;
    residual { dense(20) -> relu -> dense(1, init = zeros); }
    residual { layer_norm -> dense(1) -> relu -> dense(1, init = zeros) -> batch_norm; }
//             ^^^^^^^^^^ warning[W018]: `layer_norm` over a single value is always its shift, whatever the value is
    dense(3, init = zeros);
    output y: class[3];
}

model Branch {
    input x: f32[20];
    dense(20) -> relu;
    residual { dense(30) -> relu -> dense(20, init = zeros); }
    dense(3);
    output y: class[3];
}

model Large {
    input x: f32[400];
    dense(100, init = normal(0, 1)) -> relu;
//  ^^^^^ warning[W003]: 6 layers with weights or more follow one another without normalisation, from this `dense` on
//                    ^^^^^^^^^^^^ warning[W015]: `normal` draws weights 14 times as large as suits 400 inputs and the `relu` after them
    dense(100, init = uniform(-1, 1)) -> tanh;
//                    ^^^^^^^^^^^^^^ warning[W015]: `uniform` draws weights 6 times as large as suits 100 inputs and the `tanh` after them
//                                       ^^^^ warning[W001]: `tanh` in a stack of 9 layers with weights lets gradients vanish
    dense(100, init = he_normal(gain = 10)) -> relu;
//                    ^^^^^^^^^^^^^^^^^^^^ warning[W015]: `he_normal` draws weights 7 times as large as suits 100 inputs and the `relu` after them
    dense(100, init = uniform(0, 1)) -> elu;
    #[allow(W015)]
    dense(100, init = normal(0, 1)) -> relu;
    dense(100, init = normal(0, 1)) -> batch_norm -> relu;
    dense(100, init = normal(0, 0.3)) -> relu;
    dense(100, init = orthogonal(gain = 2)) -> relu;
    dense(3, init = normal(0, 1));
    output y: class[3];
}

model Small {
    input x: f32[20];
    dense(20, init = normal(0, 0.01)) -> relu -> dense(3, init = normal(0, 1e-3));
    output y: class[3];
}

model SmallAndDeep {
    input x: f32[20];
    dense(20, init = normal(0, 0.01)) -> relu;
//                   ^^^^^^^^^^^^^^^ warning[W015]: `normal` draws weights 22 times as small as suits 20 inputs and the `relu` after them
    dense(20, init = normal(0, 0.05)) -> relu;
    repeat 3 { dense(20) -> batch_norm -> relu; }
    dense(3);
    output y: class[3];
}
