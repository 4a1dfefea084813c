// Penalties and constraints on frozen layers.

model Net {
    input x: f32[8];
    h1: dense(20) -> relu;
    h2: dense(20) -> relu;
    head: dense(3);
    output y: class[3];
}

train Net {
    freeze     = [h1, h2];
    regularize = [max_norm(2, layers = [h1]), l2(1e-4, layers = [h1, h2])];
//                ^^^^^^^^ warning[W026]: `max_norm` changes nothing: `h1.dense.weight` is frozen
//                                            ^^ warning[W026]: `l2` changes nothing: `h1.dense.weight` and all else that it is on is frozen
}

// Some of it learns, or learns later.
train Net as Fine {
    freeze     = [h1, h2];
    unfreeze   = [(h2, epochs(2))];
    optimizer  = nesterov;
    regularize = [max_norm(2), l2(1e-4, layers = [h2])];
}

train Net as Silent {
    freeze     = [h1];
    #[allow(W026)]
    regularize = [max_norm(2, layers = [h1])];
}
