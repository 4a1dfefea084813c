//! Initialisers that do not match the activation after them.
model Wrong {
    input x: f32[20];
    dense(20, init = xavier_uniform) -> relu;
//                   ^^^^^^^^^^^^^^ warning[W002]: `xavier_uniform` does not suit `relu`, which follows
    dense(20, init = he_normal) -> dropout(0.1) -> tanh;
//                   ^^^^^^^^^ warning[W002]: `he_normal` does not suit `tanh`, which follows
    dense(20, init = lecun_normal) -> leaky_relu;
//                   ^^^^^^^^^^^^ warning[W002]: `lecun_normal` does not suit `leaky_relu`, which follows
    dense(20, init = glorot_normal) -> selu;
//                   ^^^^^^^^^^^^^ warning[W002]: `xavier_normal` does not suit `selu`, which follows
    dense(3, init = he_normal);
    output y: class[3];
}

model Right {
    input x: f32[20];
    dense(20, init = he_uniform) -> elu;
    dense(20, init = lecun_normal) -> selu;
    dense(20, init = lecun_normal) -> tanh -> batch_norm -> dense(20, init = xavier_normal(gain = 2)) -> relu;
//                                    ^^^^ warning[W001]: `tanh` in a stack of 6 layers with weights lets gradients vanish
//                                            ^^^^^^^^^^ warning[W004]: `batch_norm` stands after the activation `tanh`
    dense(20, init = xavier_normal) -> batch_norm -> relu;
    dense(3, init = normal(0, 0.01));
    output y: class[3];
}
