//! Every initialiser.
model Initializers {
    input x: f32[6];
    dense(7, init = xavier_uniform) -> tanh -> dense(7, init = xavier_normal(gain = 2)) -> tanh;
    dense(7, init = he_uniform(fan = out)) -> relu -> dense(7, init = he_normal(truncated = true)) -> relu;
    dense(7, init = lecun_uniform) -> selu -> dense(7, init = lecun_normal) -> selu;
    dense(7, init = uniform(-0.5, 0.5)) -> tanh -> dense(7, init = normal(0, 0.3)) -> tanh;
    dense(7, init = orthogonal(gain = 1.2)) -> tanh -> dense(7, init = constant(0.1)) -> tanh -> dense(2, init = zeros);
    output y: f32[2];
}

train Initializers {
    batch = 5;
    normalize_targets = none;
}
