// What waits for more epochs than there are.

model Net {
    input x: f32[8];
    h1: dense(20) -> relu;
    h2: dense(20) -> relu;
    head: dense(3);
    output y: class[3];
}

train Net {
    freeze   = [h1, h2];
    unfreeze = [(h2, epochs(4)), (h1, epochs(5))];
//             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning[W029]: the layer stays frozen: `unfreeze` says epochs(5), and the training ends after 5 epochs
    warmup   = epochs(5);
//             ^^^^^^ warning[W029]: the learning rate never comes to the end of its warm-up: `warmup` says epochs(5), and the training ends after 5 epochs
    schedule = piecewise([(epochs(2), 1e-3), (epochs(8), 1e-4)]);
//             ^^^^^^^^^ warning[W029]: the rate is never used: `schedule` says epochs(8), and the training ends after 5 epochs
    epochs   = 5;
}

train Net as Default {
    warmup = epochs(20);
//           ^^^^^^ warning[W029]: the learning rate never comes to the end of its warm-up: `warmup` says epochs(20), and the training ends after 10 epochs
}

// Just reached, or counted in steps.
train Net as Fine {
    freeze   = [h1, h2];
    unfreeze = [(h2, epochs(1)), (h1, epochs(4))];
    warmup   = epochs(4.5);
    schedule = piecewise([(epochs(2), 1e-3), (epochs(4), 1e-4)]);
    epochs   = 5;
}

train Net as Steps {
    warmup = steps(1000000);
    epochs = 5;
}

#[allow(W029)]
train Net as Silent {
    warmup = epochs(5);
    epochs = 5;
}
