//! Every schedule, by steps and by epochs, with warm-up, and a momentum that changes.

model Net {
    input x: f32[5];
    dense(7) -> elu -> dense(2);
    output y: f32[2];
}

train Net as Piecewise {
    optimizer = sgd(lr = 0.1);
    schedule  = piecewise([(steps(2), 0.05), (epochs(2), 0.01)]);
    batch     = 8;
    normalize_targets = none;
}

train Net as Exponential like Piecewise { schedule = exponential(0.9, every = steps(3), staircase = true); }

train Net as Step like Piecewise { schedule = step(0.5, every = epochs(1)); }

train Net as Power like Piecewise { schedule = power(steps(4), power = 0.5); }

train Net as Polynomial like Piecewise {
    schedule = polynomial(steps(4), end = 0.01, power = 2);
    warmup   = steps(2);
}

train Net as Cosine like Piecewise {
    schedule = cosine(steps(2), floor = 0.001, restarts = true, factor = 2, height = 0.5);
    warmup   = (length = epochs(1), start = 0.001);
}

train Net as Cycle like Piecewise {
    optimizer = nesterov(lr = 0.1);
    schedule  = one_cycle(steps(6));
}

train Net as CyclePytorch like Cycle { flavor = pytorch; }

train Net as CycleKeras like Cycle { flavor = keras; }

train Net as CycleAdam like Cycle {
    optimizer = adam;
    schedule  = one_cycle(epochs(3), max = 0.01);
}

train Net as CycleMomentum like Cycle {
    optimizer  = momentum(lr = 0.1);
    regularize = [max_norm(0.5)];
}

train Net as CycleConstrained like Cycle { regularize = [max_norm(0.5)]; }

train Net as Plateau like Piecewise { schedule = plateau(monitor = train_loss, floor = 1e-5); }
