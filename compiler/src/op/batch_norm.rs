//! `batch_norm`: x̂ = (x − μ)/√(σ² + ε), z = γx̂ + β, with the batch's mean and variance in training and running ones in
//! prediction (Ioffe and Szegedy 2015, algorithms 1 and 2). A prediction folds it into the product before it: one factor and one
//! summand a unit.
//!
//! Derivative, with d̂ = γ·d_z and means over the batch: d_x = (d̂ − mean(d̂) − x̂·mean(d̂·x̂))/√(σ² + ε).

use std::sync::Arc;

use crate::expr::{Compare, Expr, Leaf, constant, operand, select};
use crate::graph::{Role, Shape};
use crate::initializer::Initializer;
use crate::lower::{Lowering, Saved};
use crate::op::{Arity, Op, OpDef, ParameterDef, ShapeError, show};
use crate::signature::{Argument, Default, Flavor, Kind, Range, Signature};
use crate::train_graph::ValueId;

pub(super) const DEF: OpDef = OpDef {
    signature: Signature {
        name: "batch_norm",
        doc: "normalises each unit over the batch, then scales and shifts it",
        arguments: &[
            Argument {
                name: "momentum",
                kind: Kind::Number(Range::BELOW_ONE),
                default: Default::Flavored { notes: 0.9, pytorch: 0.9, keras: 0.99 },
                doc: "the share of a running statistic that each batch keeps",
            },
            Argument {
                name: "eps",
                kind: Kind::Number(Range::POSITIVE),
                default: Default::Flavored { notes: 1e-5, pytorch: 1e-5, keras: 1e-3 },
                doc: "added to the variance",
            },
            Argument {
                name: "statistics",
                kind: Kind::Choice(&["moving", "exact"]),
                default: Default::Choice("moving"),
                doc: "`exact`: after the last epoch those of the whole training part replace the moving ones",
            },
        ],
    },
    arity: Arity::One,
    make: |arguments| {
        Arc::new(BatchNorm {
            momentum: arguments.number("momentum"),
            eps: arguments.number("eps"),
            unbiased: arguments.flavor == Flavor::Pytorch,
            exact: arguments.choice("statistics") == "exact",
        })
    },
};

#[derive(Debug)]
struct BatchNorm {
    momentum: f64,
    eps: f64,
    /// Whether the running variance takes the batch's n/(n − 1)-fold, as PyTorch's does.
    unbiased: bool,
    /// Whether the whole training part's statistics replace the moving ones in the end.
    exact: bool,
}

const GAMMA: usize = 0;
const BETA: usize = 1;
const RUNNING_MEAN: usize = 2;
const RUNNING_VAR: usize = 3;

/// Mean and variance of all samples so far and the batch's, of which w is the batch's share (Chan et al. 1979).
fn gather_statistics(lowering: &mut Lowering<'_>, mean: ValueId, var: ValueId) {
    let share = lowering.scalar(Expr::Leaf(Leaf::Rows) / Expr::Leaf(Leaf::Gathered));
    let rest = lowering.scalar(constant(1.0) - Expr::Leaf(Leaf::Rows) / Expr::Leaf(Leaf::Gathered));
    let (old_mean, old_var) = (lowering.parameter(RUNNING_MEAN), lowering.parameter(RUNNING_VAR));
    let all = rest.clone() * operand(0) + share.clone() * operand(1);
    let new = lowering.map("running_mean", all.clone(), &[old_mean, mean]);
    lowering.write_statistic(RUNNING_MEAN, new);
    let apart = rest * share * (operand(3) - operand(2)).square();
    let new = lowering.map("running_var", all + apart, &[old_var, var, old_mean, mean]);
    lowering.write_statistic(RUNNING_VAR, new);
}

impl Op for BatchNorm {
    fn exact_statistics(&self) -> bool {
        self.exact
    }

    fn name(&self) -> &'static str {
        "batch_norm"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        match inputs[0].as_slice() {
            [_] => Ok(inputs[0].clone()),
            shape => Err(ShapeError {
                message: format!("`batch_norm` takes one row of features, not {}", show(shape)),
                help: Some("put `flatten` before it".into()),
            }),
        }
    }

    fn parameters(&self, inputs: &[&Shape]) -> Vec<ParameterDef> {
        let units = inputs[0][0];
        let parameter = |name, role, value| ParameterDef {
            name,
            shape: vec![units],
            role,
            init: Some(Initializer::Constant(value)),
            fans: (units, units),
        };
        vec![
            parameter("weight", Role::Normalization, 1.0),
            parameter("bias", Role::Normalization, 0.0),
            parameter("running_mean", Role::Statistic, 0.0),
            parameter("running_var", Role::Statistic, 1.0),
        ]
    }

    fn passes_gain(&self) -> bool {
        true
    }

    fn is_linear(&self) -> bool {
        true
    }

    fn normalizes(&self) -> bool {
        true
    }

    fn forward(&self, lowering: &mut Lowering<'_>, inputs: &[ValueId]) -> (ValueId, Saved) {
        let x = inputs[0];
        let (gamma, beta) = (lowering.parameter(GAMMA), lowering.parameter(BETA));
        // Of a product the statistics are of its size, so that nothing is lost by subtracting late.
        if lowering.predicts() && lowering.is_product(x) {
            return (self.folded(lowering, x, gamma, beta), Saved::default());
        }
        // A frozen layer keeps to what it has seen.
        let measures = lowering.training() || self.exact && lowering.gathers_statistics();
        let given = !measures || lowering.frozen();
        let (centered, var) = if !given {
            let mean_of = lowering.per_row(1.0);
            let sum = lowering.sum_columns("sum", x);
            let mean = lowering.map("mean", operand(0) * mean_of.clone(), &[sum]);
            let centered = lowering.map("centered", operand(0) - operand(1), &[x, mean]);
            let squares = lowering.map("squares", operand(0).square(), &[centered]);
            let sum = lowering.sum_columns("sum_of_squares", squares);
            let var = lowering.map("var", operand(0) * mean_of, &[sum]);
            if lowering.training() {
                self.update_statistics(lowering, mean, var);
            } else {
                gather_statistics(lowering, mean, var);
            }
            (centered, var)
        } else {
            let (mean, var) = (lowering.parameter(RUNNING_MEAN), lowering.parameter(RUNNING_VAR));
            (lowering.map("centered", operand(0) - operand(1), &[x, mean]), var)
        };
        let inverse = constant(1.0) / (operand(0) + constant(self.eps)).sqrt();
        let inverse = lowering.map("inverse_deviation", inverse, &[var]);
        let normalized = lowering.map("normalized", operand(0) * operand(1), &[centered, inverse]);
        let z = lowering.map("z", operand(1) * operand(0) + operand(2), &[normalized, gamma, beta]);
        (z, Saved(vec![normalized, inverse]))
    }

    fn backward(&self, lowering: &mut Lowering<'_>, saved: &Saved, gradient: ValueId, wanted: &[bool]) -> Vec<Option<ValueId>> {
        let (normalized, inverse) = (saved.0[0], saved.0[1]);
        if lowering.frozen() {
            let gamma = lowering.parameter(GAMMA);
            let d_x = |lowering: &mut Lowering<'_>| {
                let factor = lowering.map("factor", operand(0) * operand(1), &[gamma, inverse]);
                lowering.map("d_x", operand(0) * operand(1), &[gradient, factor])
            };
            return vec![wanted[0].then(|| d_x(lowering))];
        }
        let d_beta = lowering.sum_columns("d_beta", gradient);
        let product = lowering.map("d_gamma_terms", operand(0) * operand(1), &[gradient, normalized]);
        let d_gamma = lowering.sum_columns("d_gamma", product);
        lowering.gradient(GAMMA, d_gamma);
        lowering.gradient(BETA, d_beta);
        if !wanted[0] {
            return vec![None];
        }
        let gamma = lowering.parameter(GAMMA);
        let mean_of = lowering.per_row(1.0);
        let factor = lowering.map("factor", operand(0) * operand(1), &[gamma, inverse]);
        let mean = lowering.map("mean_d", operand(0) * mean_of.clone(), &[d_beta]);
        let slope = lowering.map("slope_d", operand(0) * mean_of, &[d_gamma]);
        let d_x = (operand(0) - operand(1) - operand(2) * operand(3)) * operand(4);
        vec![Some(lowering.map("d_x", d_x, &[gradient, mean, normalized, slope, factor]))]
    }
}

impl BatchNorm {
    /// What is left of it behind a product in prediction: z = x·scale + shift, with one of each a unit.
    fn folded(&self, lowering: &mut Lowering<'_>, x: ValueId, gamma: ValueId, beta: ValueId) -> ValueId {
        let (mean, var) = (lowering.parameter(RUNNING_MEAN), lowering.parameter(RUNNING_VAR));
        let scale = operand(0) / (operand(1) + constant(self.eps)).sqrt();
        let scale = lowering.map("scale", scale, &[gamma, var]);
        let shift = lowering.map("shift", operand(0) - operand(1) * operand(2), &[beta, mean, scale]);
        lowering.map("z", operand(0) * operand(1) + operand(2), &[x, scale, shift])
    }

    /// r ← momentum·r + (1 − momentum)·batch.
    fn update_statistics(&self, lowering: &mut Lowering<'_>, mean: ValueId, var: ValueId) {
        let moving = |weight: Expr| operand(0) * constant(self.momentum) + operand(1) * weight;
        let weight = 1.0 - self.momentum;
        let var_weight = if self.unbiased {
            // Of a single row there is no unbiased variance: it counts as it is.
            let rows = Expr::Leaf(Leaf::Rows);
            let correction = rows.clone() / (rows.clone() - constant(1.0));
            lowering.scalar(constant(weight) * select(Compare::Greater, rows, constant(1.0), correction, constant(1.0)))
        } else {
            constant(weight)
        };
        let old = lowering.parameter(RUNNING_MEAN);
        let new = lowering.map("running_mean", moving(constant(weight)), &[old, mean]);
        lowering.write_statistic(RUNNING_MEAN, new);
        let old = lowering.parameter(RUNNING_VAR);
        let new = lowering.map("running_var", moving(var_weight), &[old, var]);
        lowering.write_statistic(RUNNING_VAR, new);
    }
}
