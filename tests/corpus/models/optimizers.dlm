//! Every optimizer in every flavour that differs.
model Net {
    input x: f32[6];
    dense(17) -> tanh -> dense(4);
    output y: class[4];
}

train Net as Sgd { optimizer = sgd(lr = 0.1); batch = 10; }
train Net as MomentumNotes { optimizer = momentum(lr = 0.05); batch = 10; }
train Net as MomentumPytorch { flavor = pytorch; optimizer = momentum(lr = 0.05); batch = 10; }
train Net as NesterovPytorch { flavor = pytorch; optimizer = nesterov(lr = 0.05); batch = 10; }
train Net as NesterovNotes { optimizer = nesterov(lr = 0.05); batch = 10; }
train Net as NesterovKeras { flavor = keras; optimizer = nesterov(lr = 0.05); batch = 10; }
train Net as AdagradNotes { optimizer = adagrad(lr = 0.05); batch = 10; }
train Net as AdagradPytorch { flavor = pytorch; optimizer = adagrad(lr = 0.05); batch = 10; }
train Net as AdagradKeras { flavor = keras; optimizer = adagrad(lr = 0.05); batch = 10; }
train Net as RmspropNotes { optimizer = rmsprop(lr = 0.01); batch = 10; }
train Net as RmspropPytorch { flavor = pytorch; optimizer = rmsprop(lr = 0.01); batch = 10; }
train Net as AdamNotes { optimizer = adam(lr = 0.01); batch = 10; }
train Net as AdamPytorch { flavor = pytorch; optimizer = adam(lr = 0.01); batch = 10; }
train Net as AdamKeras { flavor = keras; optimizer = adam(lr = 0.01); batch = 10; }
train Net as AdamwNotes { optimizer = adamw(lr = 0.01); batch = 10; }
train Net as AdamwPytorch { flavor = pytorch; optimizer = adamw(lr = 0.01); batch = 10; }
