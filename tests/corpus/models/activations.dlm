//! Every activation, a few one after the other.

model Rectified {
    input x: f32[7];
    dense(9)
        -> relu
        -> dense(9)
        -> leaky_relu(alpha = 0.2)
        -> dense(9)
        -> rrelu
        -> dense(9)
        -> prelu;
    dense(3);
    output y: f32[3];
}

model Exponential {
    input x: f32[7];
    dense(9)
        -> elu(alpha = 0.7)
        -> dense(9)
        -> selu
        -> dense(9)
        -> gelu
        -> dense(9)
        -> gelu(approximate = tanh);
    dense(3);
    output y: f32[3];
}

model Smooth {
    input x: f32[7];
    dense(9)
        -> silu
        -> dense(9)
        -> softplus
        -> dense(9)
        -> tanh
        -> dense(9)
        -> sigmoid
        -> identity
        -> dense(9)
        -> softmax;
    dense(3);
    output y: f32[3];
}

train Rectified {
    optimizer = momentum(lr = 0.05);
    batch     = 12;
}

train Rectified as Pytorch like Rectified {
    flavor = pytorch;
}

train Rectified as Keras like Rectified {
    flavor = keras;
}

train Exponential {
    optimizer = momentum(lr = 0.05);
    batch     = 12;
}

train Exponential as Pytorch like Exponential {
    flavor = pytorch;
}

train Exponential as Keras like Exponential {
    flavor = keras;
}

train Smooth {
    optimizer = momentum(lr = 0.05);
    batch     = 12;
}

train Smooth as Pytorch like Smooth {
    flavor = pytorch;
}

train Smooth as Keras like Smooth {
    flavor = keras;
}
