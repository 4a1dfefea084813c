//! He's initialisers: by either fan and their mean, truncated, before a leaky slope, and what `auto` is.

model Net {
    input x: f32[300];
    dense(200, init = he_normal) -> relu -> dense(300, init = he_uniform(fan = out)) -> relu;
    dense(200, init = he_normal(truncated = true)) -> leaky_relu(alpha = 0.3);
    dense(300, init = he_uniform(fan = average)) -> relu -> dense(200) -> relu -> dense(2);
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
