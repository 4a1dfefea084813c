//! Frozen layers, for ever and for a while, in every flavour, with optimizers that count their updates.

model Net {
    input x: f32[6];
    h1: dense(9, bias = true) -> batch_norm -> relu -> dropout(0.2);
    h2: dense(7) -> layer_norm -> prelu;
    head: dense(3);
    output y: class[3];
}

train Net as Ever {
    freeze = [h1, h2.dense];
    batch  = 8;
}

/// Frozen in the middle: gradients pass through.
train Net as Middle like Ever {
    freeze    = [h1.batch_norm, h2];
    optimizer = nesterov(lr = 0.1);
}

train Net as Thawing like Ever {
    freeze   = [h1, h2];
    unfreeze = [(h2, steps(2)), (h1, steps(4))];
}

train Net as ThawingByEpochs like Ever {
    freeze    = [h1, h2];
    unfreeze  = [(h2, epochs(1)), (h1.dense, epochs(2)), (h1.batch_norm.bias, epochs(2))];
    optimizer = nesterov(lr = 0.1);
    clip      = global_norm(0.5);
    average   = 0.9;
}

train Net as ThawingKeras like Thawing { flavor = keras; }

/// Averages begin with what was frozen.
train Net as ThawingKerasAveraged like ThawingKeras { average = 0.9; }

train Net as ThawingPytorch like Thawing {
    flavor     = pytorch;
    regularize = [l2(0.01)];
    lr_scale   = [(h1, 0.1), (head, 2)];
}
