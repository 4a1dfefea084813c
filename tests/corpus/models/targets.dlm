//! Targets that are normalised and predictions that are given back in their units, beside outputs that have none.

model Targets {
    input x: f32[5];
    h: dense(7) -> elu;
    size: h -> dense(3);
    share: h -> dense(1) -> sigmoid;
    kind: h -> dense(3);
    output sizes: f32[3] = size;
    output part: f32[1] = share;
    output class: class[3] = kind;
}

train Targets {
    losses = [(sizes, mse, 0.5), (part, mae), (class, cross_entropy)];
    batch  = 6;
    watch  = signals(every = steps(2));
}

train Targets as Weighted like Targets {
    normalize_targets = (sizes = standard, part = minmax);
    sample_weights    = true;
    augment           = [mixup(0.4)];
    accumulate        = 2;
}

train Targets as Scaled {
    flavor            = keras;
    normalize_targets = scale(0.25);
    batch             = 6;
}
