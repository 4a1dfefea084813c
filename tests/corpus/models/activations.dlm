//! Every activation, one after the other.
model Activations {
    input x: f32[7];
    dense(9) -> relu -> dense(9) -> leaky_relu(alpha = 0.2) -> dense(9) -> rrelu -> dense(9) -> prelu;
    dense(9) -> elu(alpha = 0.7) -> dense(9) -> selu -> dense(9) -> gelu -> dense(9) -> gelu(approximate = tanh);
    dense(9) -> silu -> dense(9) -> softplus -> dense(9) -> tanh -> dense(9) -> sigmoid -> identity -> dense(9) -> softmax;
    dense(3);
    output y: f32[3];
}

train Activations {
    optimizer = momentum(lr = 0.05);
    batch     = 12;
    normalize_targets = none;
}

train Activations as Pytorch {
    flavor    = pytorch;
    optimizer = momentum(lr = 0.05);
    batch     = 12;
}

train Activations as Keras {
    flavor    = keras;
    optimizer = momentum(lr = 0.05);
    batch     = 12;
}
