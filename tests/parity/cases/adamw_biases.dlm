//! AdamW with a large decay on biases and batch normalisation, or not on them.

model Net {
    input x: f32[3];
    dense(5) -> relu -> batch_norm -> dense(2);
    output y: f32[2];
}

train Net {
    loss      = mse;
    optimizer = adamw(lr = 0.02, decay = 0.2);
    schedule  = exponential(rate = 0.5, every = steps(8), staircase = true);
    batch     = 6;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
