model Net {
    input x: f32[4];

    dense(8) -> elu -> dense(8) -> dropout(0.2);

    output y: f32[8];
}
