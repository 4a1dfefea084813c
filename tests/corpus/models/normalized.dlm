//! Batch normalisation on the input, after the activation, and with its own numbers.
model Normalized {
    input x: f32[6];
    batch_norm -> dense(14) -> relu -> batch_norm(momentum = 0.5, eps = 0.1) -> dense(3, bias = false);
    output y: class[3];
}

train Normalized { optimizer = sgd(lr = 0.1); batch = 5; }
train Normalized as Pytorch { flavor = pytorch; optimizer = sgd(lr = 0.1); batch = 5; }
train Normalized as Keras { flavor = keras; optimizer = sgd(lr = 0.1); batch = 5; }
