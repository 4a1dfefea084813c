//! Samples mixed in pairs: outputs of every kind, what classes and samples weigh, and smoothing; in every flavour.

model Mixed {
    input image: f32[4, 3];
    input other: f32[5];

    pixels: image -> flatten;
    trunk: concat(pixels, other) -> dense(18) -> elu;
    kind: trunk -> dense(7);
    sort: trunk -> dense(3);
    yes: trunk -> dense(1);
    marks: trunk -> dense(4);
    place: trunk -> dense(2);

    output digit: class[7] = kind;
    output group: class[3] = sort;
    output answer: binary = yes;
    output flags: flags[4] = marks;
    output point: f32[2] = place;
}

train Mixed {
    augment   = [shift(1), flip, noise(0.3), mixup(0.4), brightness(0.2, inputs = [image])];
    optimizer = momentum(lr = 0.05);
    batch     = 7;
    normalize_targets = none;
}

train Mixed as Weighted like Mixed {
    augment        = [crop(1, border = reflect), mixup(1), cutout(2)];
    losses         = [
        (digit, cross_entropy(label_smoothing = 0.1), 0.5),
        (group, cross_entropy(class_weights = [1, 2, 0.5])),
        (answer, binary_cross_entropy(label_smoothing = 0.1)),
        (flags, binary_cross_entropy),
        (point, huber(delta = 0.5), 2),
    ];
    sample_weights = true;
}

train Mixed as Pytorch like Weighted {
    flavor = pytorch;
}

train Mixed as Keras like Weighted {
    flavor = keras;
}
