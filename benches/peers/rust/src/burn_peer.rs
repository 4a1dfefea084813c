//! Burn on its Flex backend.

use crate::{BATCHES, Times, Workload, median_us};
use burn::grad_clipping::GradientClippingConfig;
use burn::module::Module;
use burn::nn::{self, BatchNorm, BatchNormConfig, Dropout, DropoutConfig, Initializer, Linear, LinearConfig, loss};
use burn::optim::{decay::WeightDecayConfig, momentum::MomentumConfig, *};
use burn::tensor::{Device, Distribution, Int, Tensor, TensorData, activation};

#[derive(Module, Debug)]
struct Net {
    linears: Vec<Linear>,
    norms: Vec<Option<BatchNorm>>,
    drops: Vec<Option<Dropout>>,
    #[module(skip)]
    acts: Vec<String>,
}
impl Net {
    fn new(w: &Workload, device: &Device) -> Self {
        let mut width = w.input;
        let (mut linears, mut norms, mut drops, mut acts) = (vec![], vec![], vec![], vec![]);
        let linear = |i, o, bias| {
            LinearConfig::new(i, o)
                .with_bias(bias)
                .with_initializer(Initializer::KaimingNormal { gain: 2f64.sqrt(), fan_out_only: false })
                .init(device)
        };
        for h in w.layers() {
            linears.push(linear(width, h.units, !h.batch_norm));
            norms.push(h.batch_norm.then(|| BatchNormConfig::new(h.units).init(device)));
            drops.push((h.dropout > 0.0).then(|| DropoutConfig::new(h.dropout).init()));
            acts.push(h.activation);
            width = h.units;
        }
        linears.push(linear(width, w.output, true));
        Self { linears, norms, drops, acts }
    }
    fn forward(&self, mut x: Tensor<2>) -> Tensor<2> {
        for (i, act) in self.acts.iter().enumerate() {
            x = self.linears[i].forward(x);
            if let Some(norm) = &self.norms[i] {
                x = norm.forward(x);
            }
            x = match act.as_str() {
                "relu" => activation::relu(x),
                "elu" => nn::EluConfig::new().init().forward(x),
                "leaky_relu" => activation::leaky_relu(x, 0.01),
                "tanh" => activation::tanh(x),
                "sigmoid" => activation::sigmoid(x),
                other => panic!("{other}"),
            };
            if let Some(drop) = &self.drops[i] {
                x = drop.forward(x);
            }
        }
        self.linears.last().unwrap().forward(x)
    }
}

pub fn run(w: &Workload, seconds: f64) -> Times {
    let inner = Device::flex();
    let device = inner.clone().autodiff();
    let mut net = Some(Net::new(w, &device));
    let o = &w.optimizer;
    let wd = w.l2.map(|l| WeightDecayConfig::new(l as f32));
    let clip = w.clip_norm.map(|c| GradientClippingConfig::Norm(c as f32));
    let mut optim = match o.kind.as_str() {
        "adam" => AdamConfig::new().with_weight_decay(wd).with_grad_clipping(clip).init(),
        "momentum" | "nesterov" => SgdConfig::new()
            .with_weight_decay(wd)
            .with_gradient_clipping(clip)
            .with_momentum(Some(
                MomentumConfig::new().with_momentum(o.momentum).with_dampening(0.0).with_nesterov(o.kind == "nesterov"),
            ))
            .init(),
        "rmsprop" => RmsPropConfig::new()
            .with_alpha(o.beta as f32)
            .with_momentum(0.0)
            .with_weight_decay(wd)
            .with_grad_clipping(clip)
            .init(),
        "adagrad" => AdaGradConfig::new().with_weight_decay(wd).with_grad_clipping(clip).init(),
        other => panic!("{other}"),
    };
    let classify = w.loss == "cross_entropy";
    let xs: Vec<Tensor<2>> =
        (0..BATCHES).map(|_| Tensor::random([w.batch, w.input], Distribution::Uniform(0.0, 1.0), &device)).collect();
    let labels: Vec<Tensor<1, Int>> = (0..BATCHES)
        .map(|b| {
            Tensor::from_data(
                TensorData::from(&(0..w.batch).map(|i| ((i * 7 + b) % w.output) as i64).collect::<Vec<_>>()[..]),
                &device,
            )
        })
        .collect();
    let ys: Vec<Tensor<2>> =
        (0..BATCHES).map(|_| Tensor::random([w.batch, w.output], Distribution::Uniform(0.0, 1.0), &device)).collect();
    let entropy = loss::CrossEntropyLossConfig::new().init(&device);
    let train = |i: usize| {
        let m = net.take().unwrap();
        let out = m.forward(xs[i % BATCHES].clone());
        let loss = if classify {
            entropy.forward(out, labels[i % BATCHES].clone())
        } else {
            loss::MseLoss::new().forward(out, ys[i % BATCHES].clone(), loss::Reduction::Mean)
        };
        let grads = GradientsParams::from_grads(loss.backward(), &m);
        net = Some(optim.step(o.lr, m, grads));
        if i % 50 == 0 {
            let _ = loss.into_scalar::<f32>();
        }
    };
    let train = median_us(train, seconds);
    let model = net.take().unwrap().valid();
    let x: Tensor<2> = Tensor::random([w.batch, w.input], Distribution::Uniform(0.0, 1.0), &inner);
    let x1 = x.clone().slice([0..1, 0..w.input]);
    let one = median_us(|_| drop(model.forward(x1.clone()).into_data()), seconds / 2.0);
    let batch = median_us(|_| drop(model.forward(x.clone()).into_data()), seconds / 2.0);
    Times { train, one, batch }
}
