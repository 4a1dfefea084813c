//! Candle on the processor.

use crate::{BATCHES, Times, Workload, median_us};
use candle_core::{DType, Device, Tensor};
use candle_nn::{
    BatchNorm, Dropout, Linear, Module, ModuleT, Optimizer, VarBuilder, VarMap, batch_norm, linear, linear_no_bias, ops,
};

/// Candle has Adam and plain SGD built in, and SGD stands for every other optimizer; it has neither weight decay nor clipping. Where
/// a recipe has more, Candle is timed on less work than the others.
pub fn run(w: &Workload, seconds: f64) -> Times {
    let device = Device::Cpu;
    let vars = VarMap::new();
    let vb = VarBuilder::from_varmap(&vars, DType::F32, &device);
    let mut width = w.input;
    let mut stack: Vec<(Linear, Option<BatchNorm>, Option<Dropout>, String)> = vec![];
    for (i, h) in w.layers().into_iter().enumerate() {
        let vb = vb.pp(format!("l{i}"));
        let lin = if h.batch_norm { linear_no_bias(width, h.units, vb.pp("lin")) } else { linear(width, h.units, vb.pp("lin")) }
            .unwrap();
        let bn = h.batch_norm.then(|| batch_norm(h.units, 1e-5, vb.pp("bn")).unwrap());
        stack.push((lin, bn, (h.dropout > 0.0).then(|| Dropout::new(h.dropout as f32)), h.activation));
        width = h.units;
    }
    let out = linear(width, w.output, vb.pp("out")).unwrap();
    let forward = |x: &Tensor, train: bool| {
        let mut x = x.clone();
        for (lin, bn, drop, act) in &stack {
            x = lin.forward(&x).unwrap();
            if let Some(bn) = bn {
                x = bn.forward_t(&x, train).unwrap();
            }
            x = match act.as_str() {
                "relu" => x.relu().unwrap(),
                "elu" => x.elu(1.0).unwrap(),
                "leaky_relu" => ops::leaky_relu(&x, 0.01).unwrap(),
                "tanh" => x.tanh().unwrap(),
                "sigmoid" => ops::sigmoid(&x).unwrap(),
                other => panic!("{other}"),
            };
            if let Some(drop) = drop {
                x = drop.forward(&x, train).unwrap();
            }
        }
        out.forward(&x).unwrap()
    };
    let classify = w.loss == "cross_entropy";
    let xs: Vec<Tensor> = (0..BATCHES).map(|_| Tensor::rand(0f32, 1f32, (w.batch, w.input), &device).unwrap()).collect();
    let labels: Vec<Tensor> = (0..BATCHES)
        .map(|b| Tensor::new((0..w.batch).map(|i| ((i * 7 + b) % w.output) as u32).collect::<Vec<_>>(), &device).unwrap())
        .collect();
    let ys: Vec<Tensor> = (0..BATCHES).map(|_| Tensor::rand(0f32, 1f32, (w.batch, w.output), &device).unwrap()).collect();
    let o = &w.optimizer;
    let mut adam =
        candle_nn::AdamW::new(vars.all_vars(), candle_nn::ParamsAdamW { lr: o.lr, weight_decay: 0.0, ..Default::default() })
            .unwrap();
    let mut sgd = candle_nn::SGD::new(vars.all_vars(), o.lr).unwrap();
    let train = |i: usize| {
        let y = forward(&xs[i % BATCHES], true);
        let loss = if classify {
            candle_nn::loss::cross_entropy(&y, &labels[i % BATCHES]).unwrap()
        } else {
            candle_nn::loss::mse(&y, &ys[i % BATCHES]).unwrap()
        };
        if o.kind == "adam" { adam.backward_step(&loss).unwrap() } else { sgd.backward_step(&loss).unwrap() }
    };
    let train = median_us(train, seconds);
    let x1 = xs[0].narrow(0, 0, 1).unwrap();
    let one = median_us(|_| drop(forward(&x1, false)), seconds / 2.0);
    let batch = median_us(|_| drop(forward(&xs[0], false)), seconds / 2.0);
    Times { train, one, batch }
}
