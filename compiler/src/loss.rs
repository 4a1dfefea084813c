//! Losses: one table, one row each. Elementwise losses are an expression of prediction and target; their gradient is
//! taken from it. All are means over the rows in the batch.

use std::fmt;
use std::sync::Arc;

use crate::expr::{Compare, Expr, Leaf, constant, operand, select};
use crate::graph::OutputKind;
use crate::lower::Lowering;
use crate::signature::{Argument, Arguments, Default, Kind, Range, Signature};
use crate::train_graph::ValueId;

/// A row of the table.
#[derive(Clone, Copy)]
pub struct LossDef {
    /// How it is called.
    pub signature: Signature,
    /// Whether it is a loss for such an output.
    pub fits: fn(&OutputKind) -> bool,
    /// Makes it from checked arguments.
    pub make: fn(&Arguments, &OutputKind) -> Arc<dyn Loss>,
}

/// A loss with its arguments.
pub trait Loss: fmt::Debug + Send + Sync {
    /// Its name.
    fn name(&self) -> &'static str;

    /// Emits the mean loss, a single number, and where `wanted` its gradient by the prediction.
    fn emit(&self, lowering: &mut Lowering<'_>, prediction: ValueId, target: ValueId, wanted: bool)
    -> (ValueId, Option<ValueId>);
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
            arguments: &[SMOOTHING],
        },
        fits: |kind| matches!(kind, OutputKind::Class(_)),
        make: |arguments, _| Arc::new(CrossEntropy { smoothing: arguments.number("label_smoothing") }),
    },
    LossDef {
        signature: Signature {
            name: "binary_cross_entropy",
            doc: "-ln of the sigmoid probability of each target",
            arguments: &[SMOOTHING],
        },
        fits: |kind| matches!(kind, OutputKind::Binary | OutputKind::Flags(_)),
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
        make: |_, _| Elementwise::of("mse", error().square()),
    },
    LossDef {
        signature: Signature { name: "mae", doc: "the absolute error; its slope at 0 is 0", arguments: &[] },
        fits: |kind| matches!(kind, OutputKind::Values(_)),
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
                doc: "the error from which on it is linear",
            }],
        },
        fits: |kind| matches!(kind, OutputKind::Values(_)),
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
        target: ValueId,
        wanted: bool,
    ) -> (ValueId, Option<ValueId>) {
        let per_element = lowering.per_row(1.0 / lowering.extent(prediction).rows as f64);
        let terms = lowering.map("loss_terms", self.value.clone(), &[prediction, target]);
        let sum = lowering.sum_all("loss_sum", terms);
        let loss = lowering.map("loss", operand(0) * per_element.clone(), &[sum]);
        let gradient = wanted.then(|| lowering.map("d_output", self.slope.clone() * per_element, &[prediction, target]));
        (loss, gradient)
    }
}

/// ln Σⱼ e^zⱼ − Σⱼ yⱼzⱼ with y the target's class, or with smoothing ε (1 − ε) of it and ε/C of every class; gradient
/// (p − y)/n.
#[derive(Debug)]
struct CrossEntropy {
    smoothing: f64,
}

impl Loss for CrossEntropy {
    fn name(&self) -> &'static str {
        "cross_entropy"
    }

    fn emit(
        &self,
        lowering: &mut Lowering<'_>,
        prediction: ValueId,
        target: ValueId,
        wanted: bool,
    ) -> (ValueId, Option<ValueId>) {
        let per_row = lowering.per_row(1.0);
        let share = self.smoothing / lowering.extent(prediction).rows as f64;
        // The row is the class.
        let is_target = |then, other| select(Compare::Equal, operand(1), Expr::Leaf(Leaf::Row), then, other);
        let expected = || is_target(constant(1.0 - self.smoothing + share), constant(share));
        let max = lowering.max_rows("max", prediction);
        let exponentials = lowering.map("exponentials", (operand(0) - operand(1)).exp(), &[prediction, max]);
        let sum = lowering.sum_rows("sum", exponentials);
        let chosen = if self.smoothing == 0.0 { is_target(operand(0), constant(0.0)) } else { expected() * operand(0) };
        let chosen = lowering.map("chosen", chosen, &[prediction, target]);
        let chosen = lowering.sum_rows("target_logit", chosen);
        let terms = lowering.map("loss_terms", operand(0).ln() + (operand(1) - operand(2)), &[sum, max, chosen]);
        let total = lowering.sum_all("loss_sum", terms);
        let loss = lowering.map("loss", operand(0) * per_row.clone(), &[total]);
        let gradient = wanted.then(|| {
            let d_output = (operand(0) / operand(2) - expected()) * per_row;
            lowering.map("d_output", d_output, &[exponentials, target, sum])
        });
        (loss, gradient)
    }
}
