//! Gradient descent on one dense layer, five samples in batches of four and one.

model Net {
    input x: f32[3];
    dense(2);
    output y: f32[2];
}

train Net {
    loss      = mse;
    optimizer = sgd(lr = 0.1);
    schedule  = exponential(rate = 0.5, every = steps(8), staircase = true);
    batch     = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
