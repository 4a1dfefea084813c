//! Residual connections and repeats, with layer normalisation.
model Residual {
    input x: f32[8];
    stem: dense(12) -> layer_norm -> relu;
    tower: repeat 2 {
        residual {
            dense(12) -> layer_norm -> relu -> dense(12);
        }
        elu;
    }
    dense(3);
    output y: class[3];
}

train Residual {
    optimizer = adam(lr = 0.01);
    batch     = 16;
}
