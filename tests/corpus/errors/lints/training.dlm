//! Lints on recipes.
model Deep {
    input x: f32[20];
    repeat 5 { dense(20) -> batch_norm -> elu; }
    dense(3);
    output y: class[3];
}

train Deep { optimizer = adagrad(lr = 0.01); batch = 32; }
//                       ^^^^^^^ warning[W006]: `adagrad` on a network of 6 layers with weights stops too early: its steps only shrink
train Deep as Adam { optimizer = adam(lr = 1); batch = 1; }
//                                         ^ warning[W007]: a learning rate of 1 is unusually high for `adam`: training is likely to diverge
//                                                     ^ warning[W009]: with a batch of one row `batch_norm` makes every value 0: nothing differs from the mean
train Deep as Sgd { optimizer = sgd(lr = 1e-7); batch = 32; }
//                                       ^^^^ warning[W007]: a learning rate of 1e-7 is unusually low for `sgd`: training will hardly move
train Deep as Fine { optimizer = nesterov(lr = 0.1); batch = 2; }
train Deep as Allowed {
    #[allow(W007)]
    optimizer = rmsprop(lr = 2);
    #[allow(W009)]
    batch = 1;
}

model Shallow {
    input x: f32[20];
    dense(20) -> relu -> dense(3);
    output y: class[3];
}

train Shallow { optimizer = adagrad(lr = 0.01); batch = 1; }
