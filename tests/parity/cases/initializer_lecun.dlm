//! LeCun's initialisers, and what `auto` is before selu.

model Net {
    input x: f32[300];
    dense(200, init = lecun_normal) -> selu -> dense(300, init = lecun_uniform) -> selu;
    dense(200, init = lecun_normal(truncated = true)) -> selu -> dense(300) -> selu -> dense(2);
    output y: f32[2];
}

train Net {
    seed = 3;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
