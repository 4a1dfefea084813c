//! Signals of activations, gradients and updates, measured on the way.

model Net {
    input x: f32[6];
    h1: dense(9) -> batch_norm -> relu;
    h2: dense(7) -> sigmoid -> dropout(0.2);
    h3: dense(5) -> prelu -> dense(4) -> rrelu;
    head: dense(3);
    output y: class[3];
}

train Net {
    watch = signals(every = steps(2));
    batch = 8;
}

train Net as Thawing like Net {
    freeze     = [h1];
    unfreeze   = [(h1, steps(2))];
    optimizer  = nesterov(lr = 0.1);
    accumulate = 2;
    clip       = global_norm(0.1);
    regularize = [max_norm(0.5), l2(0.01)];
}
