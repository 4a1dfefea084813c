//! sigmoid and tanh in deep stacks.
model Deep {
    input x: f32[20];
    repeat 4 { dense(20) -> batch_norm -> tanh; }
//                                        ^^^^ warning[W001]: `tanh` in a stack of 7 layers with weights lets gradients vanish
    dense(20) -> batch_norm -> sigmoid;
//                             ^^^^^^^ warning[W001]: `sigmoid` in a stack of 7 layers with weights lets gradients vanish
    #[allow(W001)]
    dense(20) -> batch_norm -> sigmoid;
    dense(3) -> tanh;
    output y: f32[3];
}

model Shallow {
    input x: f32[20];
    dense(20) -> tanh -> dense(20) -> sigmoid -> dense(3);
    output y: class[3];
}

model Elu {
    input x: f32[20];
    repeat 6 { dense(20) -> batch_norm -> elu; }
    dense(3);
    output y: class[3];
}
