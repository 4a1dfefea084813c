//! Xavier's initialisers: the gains of tanh and sigmoid, a given gain, truncated, and what `auto` is.

model Net {
    input x: f32[300];
    dense(200, init = xavier_uniform) -> tanh -> dense(300, init = xavier_normal) -> sigmoid;
    dense(200, init = xavier_normal(gain = 2, truncated = true)) -> dense(300) -> tanh -> dense(2);
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
