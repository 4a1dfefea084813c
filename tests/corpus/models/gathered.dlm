//! Gradients of several batches for one update, moving averages of weights, and learning rates by layer.

model Net {
    input x: f32[6];
    h1: dense(9) -> batch_norm -> tanh;
    head: dense(3);
    output y: class[3];
}

train Net as Gathered {
    accumulate = 3;
    optimizer  = adam(lr = 0.01);
    batch      = 8;
}

train Net as GatheredKeras like Gathered { flavor = keras; }

train Net as GatheredClipped like Gathered {
    optimizer  = momentum(lr = 0.1);
    clip       = norm(0.1);
    regularize = [l2(0.01), max_norm(0.5)];
    freeze     = [h1];
    unfreeze   = [(h1, steps(1))];
}

train Net as Averaged {
    average    = 0.9;
    optimizer  = sgd(lr = 0.1);
    regularize = [max_norm(0.5)];
    batch      = 8;
}

train Net as AveragedKeras like Averaged { flavor = keras; }

train Net as AveragedAhead like Averaged {
    optimizer = nesterov(lr = 0.1);
    lr_scale  = [(h1, 0.1), (head.dense.bias, 3)];
}

/// The constraint is on θ, memory holds the point ahead.
train Net as Constrained {
    optimizer  = nesterov(lr = 0.5);
    regularize = [max_norm(0.3)];
    batch      = 8;
}

train Net as Decayed {
    optimizer = adamw(lr = 0.01, decay = 0.1);
    lr_scale  = [(h1, 0.1)];
    batch     = 8;
}
