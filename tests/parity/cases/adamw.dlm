//! AdamW beside batch normalisation: which parameters decay, and when.

model Net {
    input x: f32[3];
    dense(5) -> batch_norm -> elu -> dense(2);
    output y: f32[2];
}

train Net {
    loss      = mse;
    optimizer = adamw(lr = 0.02, decay = 0.1);
    schedule  = exponential(rate = 0.5, every = steps(8), staircase = true);
    batch     = 8;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
