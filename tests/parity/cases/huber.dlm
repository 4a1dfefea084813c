//! Huber's loss with errors of exactly 0 and exactly delta.

model Net {
    input x: f32[3];
    dense(3);
    output y: f32[3];
}

train Net {
    loss      = huber(delta = 0.5);
    optimizer = momentum(lr = 0.1);
    batch     = 4;
}

train Net as Pytorch like Net {
    flavor = pytorch;
}

train Net as Keras like Net {
    flavor = keras;
}
