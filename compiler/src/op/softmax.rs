//! `softmax`: pᵢ = e^(xᵢ − max x) / Σⱼ e^(xⱼ − max x) over a sample's features.
//!
//! Derivative: d_xᵢ = pᵢ·(d_pᵢ − Σⱼ d_pⱼ·pⱼ).

use std::sync::Arc;

use crate::expr::operand;
use crate::graph::Shape;
use crate::lower::{Lowering, Saved};
use crate::op::{Arity, Op, OpDef, ShapeError, show};
use crate::signature::Signature;
use crate::train_graph::ValueId;

pub(super) const DEF: OpDef = OpDef {
    signature: Signature { name: "softmax", doc: "a sample's features as shares that sum to 1", arguments: &[] },
    arity: Arity::One,
    make: |_| Arc::new(Softmax),
};

#[derive(Debug)]
struct Softmax;

impl Op for Softmax {
    fn name(&self) -> &'static str {
        "softmax"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        match inputs[0].as_slice() {
            [_] => Ok(inputs[0].clone()),
            shape => Err(ShapeError {
                message: format!("`softmax` takes one row of features, not {}", show(shape)),
                help: Some("put `flatten` before it".into()),
            }),
        }
    }

    fn forward(&self, lowering: &mut Lowering<'_>, inputs: &[ValueId]) -> (ValueId, Saved) {
        let shares = shares(lowering, inputs[0]);
        (shares, Saved(vec![shares]))
    }

    fn backward(&self, lowering: &mut Lowering<'_>, saved: &Saved, gradient: ValueId, _: &[bool]) -> Vec<Option<ValueId>> {
        let shares = saved.0[0];
        let terms = lowering.map("d_terms", operand(0) * operand(1), &[gradient, shares]);
        let sum = lowering.sum_rows("d_sum", terms);
        vec![Some(lowering.map("d_x", operand(0) * (operand(1) - operand(2)), &[shares, gradient, sum]))]
    }
}

/// The softmax of each column.
pub(crate) fn shares(lowering: &mut Lowering<'_>, x: ValueId) -> ValueId {
    let max = lowering.max_rows("max", x);
    let exponentials = lowering.map("exponentials", (operand(0) - operand(1)).exp(), &[x, max]);
    let sum = lowering.sum_rows("sum", exponentials);
    lowering.map("shares", operand(0) / operand(1), &[exponentials, sum])
}
