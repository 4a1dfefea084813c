//! What stands directly before outputs.
model Limited {
    input x: f32[8];
    h: dense(20) -> relu;
    class_logits: h -> dense(3) -> tanh -> identity;
//                                 ^^^^ warning[W011]: `tanh` keeps the logits of `class_of` between -1 and 1
    sure_logit: h -> dense(1) -> relu;
//                               ^^^^ warning[W011]: `relu` keeps the logits of `sure` at 0 or above
    tag_logits: h -> dense(4) -> elu(alpha = 0.5);
//                               ^^^ warning[W011]: `elu` keeps the logits of `tags` at -0.5 or above
    kind_logits: h -> dense(2) -> sigmoid;
//                                ^^^^^^^ warning[W011]: `sigmoid` keeps the logits of `kind` between 0 and 1
    price_value: h -> dense(1) -> relu;
//                                ^^^^ warning[W011]: `relu` keeps the predictions of `price` at 0 or above
    size_value: h -> dense(1) -> silu;
//                               ^^^^ warning[W011]: `silu` keeps the predictions of `size` at -0.2785 or above
    #[allow(W011)]
    count_value: h -> dense(1) -> relu;

    output class_of: class[3] = class_logits;
    output sure: binary = sure_logit;
    output tags: flags[4] = tag_logits;
    output kind: class[2] = kind_logits;
    output price: f32[1] = price_value;
    output size: f32[1] = size_value;
    output count: f32[1] = count_value;
}

/// Values with bounds, logits behind what does not bound them.
model Fine {
    input x: f32[8];
    h: dense(20) -> relu;
    share: h -> dense(1) -> sigmoid;
//                          ^^^^^^^ warning[W011]: `sigmoid` limits `share_of`, and targets of mean 0 and deviation 1 go beyond
    angle: h -> dense(2) -> tanh;
    width: h -> dense(1) -> softplus;
    parts: h -> dense(3) -> softmax;
    logits: h -> dense(3) -> leaky_relu -> identity;
    code: h;

    output share_of: f32[1] = share;
    output angle_of: f32[2] = angle;
    output width_of: f32[1] = width;
    output parts_of: f32[3] = parts;
    output kind: class[3] = logits;
    output hidden: f32[20] = code;
}

model Normalized {
    input x: f32[8];
    h: dense(20) -> batch_norm -> relu;
    logits: h -> dense(3) -> batch_norm -> identity;
//                           ^^^^^^^^^^ warning[W017]: `batch_norm` stands on the output `kind`: what is learned depends on the batch's other rows
    values: h -> dense(3) -> layer_norm;
    #[allow(W017)]
    flag: h -> dense(1) -> batch_norm;
    output kind: class[3] = logits;
    output at: f32[3] = values;
    output yes: binary = flag;
}

// Targets of mean 0 that an activation does not reach; by default they stay as they are.
train Fine {}

train Fine as Standard {
    normalize_targets = (share_of = standard, angle_of = minmax, hidden = standard);
}
