//! `concat(a, b, …)`: the features of several values, one after the other. Each gets its own part of the gradient.

use std::sync::Arc;

use crate::graph::Shape;
use crate::lower::{Lowering, Saved};
use crate::op::{Arity, Op, OpDef, ShapeError, show};
use crate::signature::Signature;
use crate::train_graph::{Along, Columns, Extent, Operation, ValueId};

pub(super) const DEF: OpDef = OpDef {
    signature: Signature { name: "concat", doc: "the features of named values, one after the other", arguments: &[] },
    arity: Arity::Many,
    make: |_| Arc::new(Concat),
};

#[derive(Debug)]
struct Concat;

impl Op for Concat {
    fn name(&self) -> &'static str {
        "concat"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        match inputs.iter().find(|shape| shape.len() != 1) {
            None => Ok(vec![inputs.iter().map(|shape| shape[0]).sum()]),
            Some(shape) => Err(ShapeError {
                message: format!("`concat` takes rows of features, not {}", show(shape)),
                help: Some("put `flatten` before it".into()),
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
        let rows = inputs.iter().map(|id| lowering.extent(*id).rows).sum();
        let joined = lowering.emit("joined", Operation::Concat(inputs.to_vec()), Extent::new(rows, Columns::Batch));
        (joined, Saved(inputs.to_vec()))
    }

    fn backward(&self, lowering: &mut Lowering<'_>, saved: &Saved, gradient: ValueId, wanted: &[bool]) -> Vec<Option<ValueId>> {
        let mut start = 0;
        let mut gradients = Vec::new();
        for (input, wanted) in saved.0.iter().zip(wanted) {
            let rows = lowering.extent(*input).rows;
            gradients.push(wanted.then(|| {
                let part = Operation::Slice { of: gradient, start, along: Along::Rows };
                lowering.emit("d_part", part, Extent::new(rows, Columns::Batch))
            }));
            start += rows;
        }
        gradients
    }
}
