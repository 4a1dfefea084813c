//! Every penalty and constraint, on all weights and on some; smoothed targets.
model Regularized {
    input x: f32[5];
    h1: dense(18) -> elu;
    h2: dense(9) -> batch_norm -> elu;
    head: dense(4);
    output y: class[4];
}

train Regularized as L1 { regularize = [l1(0.01)]; optimizer = sgd(lr = 0.1); batch = 8; }
train Regularized as Both { regularize = [l1_l2(0.01, 0.02, layers = [h1, head]), l2(0.1, layers = [h2.batch_norm])]; batch = 8; }
train Regularized as MaxNorm { regularize = [max_norm(1.0)]; optimizer = momentum(lr = 0.1); batch = 8; }
train Regularized as MaxNormKeras { flavor = keras; regularize = [l2(0.01), max_norm(0.7, layers = [h1])]; batch = 8; }
train Regularized as MaxNormClipped { regularize = [max_norm(0.7)]; clip = global_norm(0.1); batch = 8; }
train Regularized as Smoothed { loss = cross_entropy(label_smoothing = 0.1); batch = 8; }
