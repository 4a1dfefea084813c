//! Signals of activations, gradients and updates, measured on the way.

model Net {
    input x: f32[6];
    h1: dense(9) -> batch_norm -> relu;
    h2: dense(7) -> sigmoid -> dropout(0.2);
    head: dense(3);
    output y: class[3];
}

/// Slopes that are learned and drawn.
model Slopes {
    input x: f32[6];
    h: dense(5) -> prelu -> dense(4) -> rrelu;
    head: dense(3);
    output y: class[3];
}

train Net {
    watch = signals(every = steps(2));
    batch = 8;
}

/// What is measured before and after a layer is trained, at the point ahead.
train Net as Thawing like Net {
    freeze    = [h1];
    unfreeze  = [(h1, steps(2))];
    optimizer = nesterov(lr = 0.1);
}

/// What is measured where updates are in two phases.
train Net as Clipped like Net {
    clip       = global_norm(0.1);
    regularize = [max_norm(0.5), l2(0.01)];
}

/// What is measured of an update from several batches.
train Net as Gathered like Net {
    accumulate = 2;
}

train Slopes {
    watch = signals(every = steps(2));
    batch = 8;
}

train Slopes as Thawing like Slopes {
    freeze   = [h.prelu];
    unfreeze = [(h.prelu, steps(2))];
}

train Slopes as Gathered like Slopes {
    accumulate = 2;
    optimizer  = nesterov(lr = 0.1);
    clip       = norm(0.1);
}
