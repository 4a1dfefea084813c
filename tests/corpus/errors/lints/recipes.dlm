//! Recipes: β, schedules, penalties, clipping, smoothing.
model Net {
    input x: f32[20];
    h: dense(20) -> relu;
    head: dense(3);
    output y: class[3];
}

train Net { optimizer = momentum(lr = 0.01, beta = 0.1); }
//                                                 ^^^ warning[W020]: `beta = 0.1` is unusually low for `momentum`: about 1.1 gradients count
train Net as Long { optimizer = nesterov(0.01, 0.999); }
//                                             ^^^^^ warning[W020]: `beta = 0.999` is unusually high for `nesterov`: about 1000 gradients count
train Net as Swapped { optimizer = adam(beta1 = 0.999, beta2 = 0.5); }
//                                              ^^^^^ warning[W020]: `beta1 = 0.999` is unusually high for `adam`: about 1000 gradients count
//                                                             ^^^ warning[W020]: `beta2 = 0.5` is unusually low for `adam`: about 2 gradients count
train Net as Fine { optimizer = adamw(beta1 = 0, beta2 = 0.98); }
train Net as Allowed {
    #[allow(W020)]
    optimizer = rmsprop(beta = 0.1);
}
train Net as Default { optimizer = rmsprop; }

train Net as Faded { schedule = exponential(rate = 0.1, every = epochs(1)); epochs = 30; }
//                                                 ^^^ warning[W021]: the learning rate is below a thousandth of its first value from epoch 5 of 30 on
train Net as FadedInSteps { schedule = exponential(0.01, every = epochs(2), staircase = true); epochs = 12; }
//                                                 ^^^^ warning[W021]: the learning rate is below a thousandth of its first value from epoch 5 of 12 on
train Net as Grown { schedule = exponential(rate = 2); epochs = 20; }
//                                                 ^ warning[W021]: the schedule takes the learning rate of `adam` from 0.001 to 520 by epoch 20
train Net as Slow { schedule = exponential(rate = 0.9); epochs = 100; }
train Net as Slower { schedule = exponential(rate = 0.1, every = epochs(5)); epochs = 30; }
train Net as Steps { schedule = exponential(rate = 0.1, every = steps(1)); epochs = 30; }
train Net as Growing { schedule = exponential(rate = 1.1); epochs = 20; }
train Net as AllowedToFade {
    #[allow(W021)]
    schedule = exponential(rate = 0.1);
}

train Net as Penalised { optimizer = adam; regularize = [max_norm(2), l2(1e-4)]; }
//                                                                    ^^ warning[W022]: `l2` goes through `adam`, which divides it by the size of each weight's gradients
train Net as Both { regularize = [l1_l2(1e-4, 1e-3)]; }
//                                ^^^^^ warning[W022]: `l1_l2` goes through `adam`, which divides it by the size of each weight's gradients
train Net as Selected { regularize = [l2(1e-4, layers = [head])]; }
train Net as Selections { regularize = [l2(1e-4, layers = [h, head])]; }
//                                      ^^ warning[W022]: `l2` goes through `adam`, which divides it by the size of each weight's gradients
train Net as First { regularize = [l1(1e-4), l1_l2(1e-4, 0), l2(0)]; }
train Net as Decay { optimizer = adamw(decay = 0.1); regularize = [l2(1e-4)]; }
//                                                                 ^^ warning[W022]: `l2` goes through `adamw`, which divides it by the size of each weight's gradients
train Net as Descent { optimizer = sgd; regularize = [l2(1e-4)]; }
train Net as AllowedPenalty {
    #[allow(W022)]
    regularize = [l2(1e-4)];
}

train Net as Clipped { clip = value(1e-6); }
//                                  ^^^^ warning[W023]: gradients are clipped to 1e-6: next to every one is, in every step
train Net as ClippedAll { clip = global_norm(limit = 1e-5); }
//                                                   ^^^^ warning[W023]: gradients are clipped to 1e-5: next to every one is, in every step
train Net as ClippedFine { clip = norm(1e-3); }
train Net as AllowedClip {
    #[allow(W023)]
    clip = norm(1e-9);
}

train Net as Smoothed { loss = cross_entropy(0.9); }
//                                           ^^^ warning[W024]: `label_smoothing = 0.9` spreads most of each target of `y` over all that it is not
train Net as SmoothedEach { losses = [(y, cross_entropy(label_smoothing = 0.6))]; }
//                                                                        ^^^ warning[W024]: `label_smoothing = 0.6` spreads most of each target of `y` over all that it is not
train Net as SmoothedFine { loss = cross_entropy(label_smoothing = 0.5); }
train Net as AllowedSmoothing {
    #[allow(W024)]
    loss = cross_entropy(label_smoothing = 0.9);
}
