//! Losses: one table, one row each. Elementwise losses are an expression of prediction and target; their gradient is
//! taken from it. All are means over the rows in the batch.

use std::fmt;
use std::sync::Arc;

use crate::expr::{Compare, Expr, Leaf, constant, operand, select};
use crate::graph::OutputKind;
use crate::lower::Lowering;
use crate::signature::{Argument, Arguments, Default, Flavor, Kind, Range, Signature};
use crate::train_graph::ValueId;

/// A row of the table.
#[derive(Clone, Copy)]
pub struct LossDef {
    /// How it is called.
    pub signature: Signature,
    /// Whether it is a loss for such an output.
    pub fits: fn(&OutputKind) -> bool,
    /// Whether numbers are compared by their difference alone, in any unit, so that targets may be shifted and scaled.
    pub any_unit: bool,
    /// What is wrong with its arguments for an output that it fits, if anything is.
    pub misfit: fn(&Arguments, &OutputKind) -> Option<String>,
    /// Makes it from checked arguments.
    pub make: fn(&Arguments, &OutputKind) -> Arc<dyn Loss>,
}

/// A loss with its arguments.
pub trait Loss: fmt::Debug + Send + Sync {
    /// Its name.
    fn name(&self) -> &'static str;

    /// Emits the mean loss, a single number, and where `wanted` its gradient by the prediction.
    fn emit(&self, lowering: &mut Lowering<'_>, prediction: ValueId, target: &Target, wanted: bool)
    -> (ValueId, Option<ValueId>);
}

/// What a prediction is compared with.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The targets.
    pub value: ValueId,
    /// A weight for each sample.
    pub weight: Option<ValueId>,
    /// Where samples are mixed, for an output of classes: the other sample's class and the share of the first.
    pub mixed: Option<(ValueId, ValueId)>,
}

const SMOOTHING: Argument = Argument {
    name: "label_smoothing",
    kind: Kind::Number(Range::BELOW_ONE),
    default: Default::Number(0.0),
    doc: "the share of each target that is spread evenly over all classes (Szegedy et al. 2016)",
};

/// Every loss. Adding one is a row here.
pub static LOSSES: &[LossDef] = &[
    LossDef {
        signature: Signature {
            name: "cross_entropy",
            doc: "-ln of the softmax probability of the target's class",
            arguments: &[
                SMOOTHING,
                Argument {
                    name: "class_weights",
                    kind: Kind::Numbers(Range::NOT_NEGATIVE),
                    default: Default::Auto("the same weight for all"),
                    doc: "a weight for each class; the loss is Σwℓ/Σw (keras: Σwℓ/n)",
                },
            ],
        },
        fits: |kind| matches!(kind, OutputKind::Class(_)),
        any_unit: false,
        misfit: |arguments, kind| {
            let weights = arguments.numbers("class_weights");
            match kind {
                OutputKind::Class(classes) if !weights.is_empty() && weights.len() != *classes => {
                    Some(format!("`class_weights` has {} weights for {classes} classes", weights.len()))
                }
                _ if !weights.is_empty() && weights.iter().all(|weight| *weight == 0.0) => {
                    Some("`class_weights` weighs no class".into())
                }
                _ => None,
            }
        },
        make: |arguments, _| {
            let class_weights = arguments.numbers("class_weights").to_vec();
            Arc::new(CrossEntropy { smoothing: arguments.number("label_smoothing"), class_weights })
        },
    },
    LossDef {
        signature: Signature {
            name: "binary_cross_entropy",
            doc: "-ln of the sigmoid probability of each target",
            arguments: &[SMOOTHING],
        },
        fits: |kind| matches!(kind, OutputKind::Binary | OutputKind::Flags(_)),
        any_unit: false,
        misfit: |_, _| None,
        // max(z, 0) − z·t + ln(1 + e^−|z|)
        make: |arguments, _| {
            // Smoothing ε moves a target t to (1 − ε)t + ε/2.
            let smoothing = arguments.number("label_smoothing");
            let (z, t) = (operand(0), operand(1) * constant(1.0 - smoothing) + constant(smoothing / 2.0));
            let value = z.clone().max(constant(0.0)) - z.clone() * t.clone() + (-z.clone().abs()).exp().ln_1p();
            Arc::new(Elementwise { name: "binary_cross_entropy", value, slope: z.sigmoid() - t })
        },
    },
    LossDef {
        signature: Signature { name: "mse", doc: "the squared error", arguments: &[] },
        fits: |kind| matches!(kind, OutputKind::Values(_)),
        any_unit: true,
        misfit: |_, _| None,
        make: |_, _| Elementwise::of("mse", error().square()),
    },
    LossDef {
        signature: Signature { name: "mae", doc: "the absolute error; its slope at 0 is 0", arguments: &[] },
        fits: |kind| matches!(kind, OutputKind::Values(_)),
        any_unit: true,
        misfit: |_, _| None,
        make: |_, _| Elementwise::of("mae", error().abs()),
    },
    LossDef {
        signature: Signature {
            name: "huber",
            doc: "half the squared error up to delta, linear beyond (Huber 1964)",
            arguments: &[Argument {
                name: "delta",
                kind: Kind::Number(Range::POSITIVE),
                default: Default::Number(1.0),
                doc: "the error from which on it is linear, of targets as `normalize_targets` makes them",
            }],
        },
        fits: |kind| matches!(kind, OutputKind::Values(_)),
        any_unit: true,
        misfit: |_, _| None,
        make: |arguments, _| {
            let delta = arguments.number("delta");
            let linear = constant(delta) * (error().abs() - constant(delta / 2.0));
            let value = select(Compare::LessEqual, error().abs(), constant(delta), constant(0.5) * error().square(), linear);
            Elementwise::of("huber", value)
        },
    },
];

/// The loss of this name.
pub fn find(name: &str) -> Option<&'static LossDef> {
    LOSSES.iter().find(|def| def.signature.name == name)
}

/// The names of all losses.
pub fn names() -> impl Iterator<Item = &'static str> {
    LOSSES.iter().map(|def| def.signature.name)
}

/// The loss that an output has where none is written: the first that fits.
pub fn default_for(kind: &OutputKind) -> &'static LossDef {
    LOSSES.iter().find(|def| (def.fits)(kind)).expect("every kind of output has a loss")
}

/// Prediction − target.
fn error() -> Expr {
    operand(0) - operand(1)
}

/// The mean of an expression over all elements.
#[derive(Debug)]
struct Elementwise {
    name: &'static str,
    /// Of prediction and target.
    value: Expr,
    /// Its derivative by the prediction.
    slope: Expr,
}

impl Elementwise {
    /// The loss of this expression.
    fn of(name: &'static str, value: Expr) -> Arc<dyn Loss> {
        let slope = value.derivative(Leaf::Operand(0));
        Arc::new(Self { name, value, slope })
    }
}

impl Loss for Elementwise {
    fn name(&self) -> &'static str {
        self.name
    }

    fn emit(
        &self,
        lowering: &mut Lowering<'_>,
        prediction: ValueId,
        target: &Target,
        wanted: bool,
    ) -> (ValueId, Option<ValueId>) {
        let width = lowering.extent(prediction).rows as f64;
        let mean = Mean::of(lowering, target.weight, 1.0 / width);
        let mut operands = vec![prediction, target.value];
        operands.extend(target.weight);
        // A weight is the third operand.
        let weighted = |expr: &Expr| if target.weight.is_some() { expr.clone() * operand(2) } else { expr.clone() };
        let terms = lowering.map("loss_terms", weighted(&self.value), &operands);
        let sum = lowering.sum_all("loss_sum", terms);
        let loss = mean.times(lowering, "loss", operand(0), &[sum]);
        let gradient = wanted.then(|| mean.times(lowering, "d_output", weighted(&self.slope), &operands));
        (loss, gradient)
    }
}

/// What a sum over samples is multiplied by to become a mean.
enum Mean {
    /// A scalar of the step.
    Scalar(Expr),
    /// A value.
    Value(ValueId),
}

impl Mean {
    /// `factor` over the sum of weights, or 0 where that is 0; over the number of samples where there are none, and in Keras.
    fn of(lowering: &mut Lowering<'_>, weights: Option<ValueId>, factor: f64) -> Self {
        let Some(weights) = weights.filter(|_| lowering.flavor() != Flavor::Keras) else {
            return Self::Scalar(lowering.per_row(factor));
        };
        let total = lowering.sum_all("weight_sum", weights);
        let inverse = select(Compare::Greater, operand(0), constant(0.0), constant(factor) / operand(0), constant(0.0));
        Self::Value(lowering.map("per_weight", inverse, &[total]))
    }

    /// An expression of operands times the factor.
    fn times(&self, lowering: &mut Lowering<'_>, name: &str, expr: Expr, operands: &[ValueId]) -> ValueId {
        match self {
            Self::Scalar(factor) => lowering.map(name, expr * factor.clone(), operands),
            Self::Value(factor) => {
                let all: Vec<ValueId> = operands.iter().chain([factor]).copied().collect();
                lowering.map(name, expr * operand(operands.len()), &all)
            }
        }
    }
}

/// ln Σⱼ e^zⱼ − Σⱼ yⱼzⱼ with y the target's class, or with smoothing ε (1 − ε) of it and ε/C of every class; gradient
/// (p − y)/n.
#[derive(Debug)]
struct CrossEntropy {
    smoothing: f64,
    /// A weight for each class; empty: all weigh the same.
    class_weights: Vec<f64>,
}

impl Loss for CrossEntropy {
    fn name(&self) -> &'static str {
        "cross_entropy"
    }

    fn emit(
        &self,
        lowering: &mut Lowering<'_>,
        prediction: ValueId,
        target: &Target,
        wanted: bool,
    ) -> (ValueId, Option<ValueId>) {
        let max = lowering.max_rows("max", prediction);
        let exponentials = lowering.map("exponentials", (operand(0) - operand(1)).exp(), &[prediction, max]);
        let sum = lowering.sum_rows("sum", exponentials);
        if target.weight.is_some() || target.mixed.is_some() || !self.class_weights.is_empty() {
            return self.weighted(lowering, prediction, target, (max, exponentials, sum), wanted);
        }
        let per_row = lowering.per_row(1.0);
        let expected = || self.expected(lowering.extent(prediction).rows);
        let chosen = if self.smoothing == 0.0 { is_target(operand(0), constant(0.0)) } else { expected() * operand(0) };
        let expected = expected();
        let chosen = lowering.map("chosen", chosen, &[prediction, target.value]);
        let chosen = lowering.sum_rows("target_logit", chosen);
        let terms = lowering.map("loss_terms", operand(0).ln() + (operand(1) - operand(2)), &[sum, max, chosen]);
        let total = lowering.sum_all("loss_sum", terms);
        let loss = lowering.map("loss", operand(0) * per_row.clone(), &[total]);
        let gradient = wanted.then(|| {
            let d_output = (operand(0) / operand(2) - expected) * per_row;
            lowering.map("d_output", d_output, &[exponentials, target.value, sum])
        });
        (loss, gradient)
    }
}

/// `then` in the row of the target's class, which is operand 1, `other` elsewhere.
fn is_target(then: Expr, other: Expr) -> Expr {
    select(Compare::Equal, operand(1), Expr::Leaf(Leaf::Row), then, other)
}

impl CrossEntropy {
    /// y of a class, the target being operand 1.
    fn expected(&self, classes: usize) -> Expr {
        let share = self.smoothing / classes as f64;
        is_target(constant(1.0 - self.smoothing + share), constant(share))
    }

    /// With q the expected shares times their weights, S their sum in a sample: Σ (S·ln Σⱼ e^zⱼ − Σⱼ qⱼzⱼ) over the sum of
    /// weights; gradient (S·p − q) over it. The weight of a class is that of the target's class, in PyTorch each class' own.
    fn weighted(
        &self,
        lowering: &mut Lowering<'_>,
        prediction: ValueId,
        target: &Target,
        (max, exponentials, sum): (ValueId, ValueId, ValueId),
        wanted: bool,
    ) -> (ValueId, Option<ValueId>) {
        let (mut expected, mut weight) = self.shares(lowering, prediction, target.value);
        if let Some((partner, share)) = target.mixed {
            let (other, other_weight) = self.shares(lowering, prediction, partner);
            let mix = || operand(2) * operand(0) + (constant(1.0) - operand(2)) * operand(1);
            expected = lowering.map("expected", mix(), &[expected, other, share]);
            weight = weight.zip(other_weight).map(|(a, b)| lowering.map("class_weight", mix(), &[a, b, share]));
        }
        if let Some(sample) = target.weight {
            expected = lowering.map("expected", operand(0) * operand(1), &[expected, sample]);
            weight = Some(match weight {
                None => sample,
                Some(weight) => lowering.map("weight", operand(0) * operand(1), &[weight, sample]),
            });
        }
        let mean = Mean::of(lowering, weight, 1.0);
        let whole = lowering.sum_rows("expected_sum", expected);
        let chosen = lowering.map("chosen", operand(0) * operand(1), &[prediction, expected]);
        let chosen = lowering.sum_rows("target_logit", chosen);
        let terms = operand(3) * operand(0).ln() + (operand(3) * operand(1) - operand(2));
        let terms = lowering.map("loss_terms", terms, &[sum, max, chosen, whole]);
        let total = lowering.sum_all("loss_sum", terms);
        let loss = mean.times(lowering, "loss", operand(0), &[total]);
        let gradient = wanted.then(|| {
            let d_output = operand(0) / operand(2) * operand(3) - operand(1);
            mean.times(lowering, "d_output", d_output, &[exponentials, expected, sum, whole])
        });
        (loss, gradient)
    }

    /// q of a target, and the weight of its class if classes have weights.
    fn shares(&self, lowering: &mut Lowering<'_>, prediction: ValueId, target: ValueId) -> (ValueId, Option<ValueId>) {
        let classes = lowering.extent(prediction).rows;
        let expected = self.expected(classes);
        if self.class_weights.is_empty() {
            return (lowering.map("expected", expected, &[prediction, target]), None);
        }
        let weights = lowering.constants("class_weights", &self.class_weights);
        let weight = lowering.map("class_weight", is_target(operand(0), constant(0.0)), &[weights, target]);
        let weight = lowering.sum_rows("class_weight", weight);
        let by = if lowering.flavor() == Flavor::Pytorch { weights } else { weight };
        let expected = lowering.map("expected", expected * operand(2), &[prediction, target, by]);
        (expected, Some(weight))
    }
}
