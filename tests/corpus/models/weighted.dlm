//! Weights of classes and samples, in every flavour and loss.

model Net {
    input x: f32[6];
    dense(9) -> relu -> dense(3);
    output y: class[3];
}

train Net as Classes {
    loss  = cross_entropy(class_weights = [1, 2, 0.5]);
    batch = 8;
}

train Net as Smoothed like Classes { loss = cross_entropy(label_smoothing = 0.1, class_weights = [1, 2, 0.5]); }

train Net as SmoothedPytorch like Smoothed { flavor = pytorch; }

train Net as SmoothedKeras like Smoothed { flavor = keras; }

train Net as Samples {
    sample_weights = true;
    batch          = 8;
}

train Net as Both like Samples { loss = cross_entropy(class_weights = [1, 0, 0.5]); }

train Net as BothKeras like Both { flavor = keras; }
