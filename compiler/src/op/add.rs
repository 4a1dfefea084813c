//! `add(a, b, …)`: the sum of values of one shape. A gradient goes to each unchanged.

use std::sync::Arc;

use crate::expr::operand;
use crate::graph::Shape;
use crate::lower::{Lowering, Saved};
use crate::op::{Arity, Op, OpDef, ShapeError, show};
use crate::signature::Signature;
use crate::train_graph::ValueId;

pub(super) const DEF: OpDef = OpDef {
    signature: Signature { name: "add", doc: "the sum of named values of one shape", arguments: &[] },
    arity: Arity::Many,
    make: |_| Arc::new(Add),
};

#[derive(Debug)]
struct Add;

impl Op for Add {
    fn name(&self) -> &'static str {
        "add"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        match inputs.iter().find(|shape| **shape != inputs[0]) {
            None => Ok(inputs[0].clone()),
            Some(other) => Err(ShapeError {
                message: format!("`add` takes values of one shape, not {} and {}", show(inputs[0]), show(other)),
                help: Some("bring one to the other's shape with `dense`".into()),
            }),
        }
    }

    fn passes_gain(&self) -> bool {
        true
    }

    fn is_linear(&self) -> bool {
        true
    }

    fn forward(&self, lowering: &mut Lowering<'_>, inputs: &[ValueId]) -> (ValueId, Saved) {
        let sum = (1..inputs.len()).fold(operand(0), |sum, index| sum + operand(index));
        (lowering.map("sum", sum, inputs), Saved::default())
    }

    fn backward(&self, _: &mut Lowering<'_>, _: &Saved, gradient: ValueId, wanted: &[bool]) -> Vec<Option<ValueId>> {
        vec![Some(gradient); wanted.len()]
    }
}
