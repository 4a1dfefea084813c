//! `flatten`: a sample's values as one row of features, row-major. Values stay where they are.

use std::sync::Arc;

use crate::graph::Shape;
use crate::lower::{Lowering, Saved};
use crate::op::{Arity, Op, OpDef, ShapeError};
use crate::signature::Signature;
use crate::train_graph::ValueId;

pub(super) const DEF: OpDef = OpDef {
    signature: Signature { name: "flatten", doc: "a sample's values as one row of features, row-major", arguments: &[] },
    arity: Arity::One,
    make: |_| Arc::new(Flatten),
};

#[derive(Debug)]
struct Flatten;

impl Op for Flatten {
    fn name(&self) -> &'static str {
        "flatten"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        Ok(vec![inputs[0].iter().product()])
    }

    fn forward(&self, _: &mut Lowering<'_>, inputs: &[ValueId]) -> (ValueId, Saved) {
        (inputs[0], Saved::default())
    }

    fn backward(&self, _: &mut Lowering<'_>, _: &Saved, gradient: ValueId, _: &[bool]) -> Vec<Option<ValueId>> {
        vec![Some(gradient)]
    }

    fn keeps_values(&self) -> bool {
        true
    }
}
