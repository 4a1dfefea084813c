//! `reshape(28, 28)`: the same values, row-major, in another shape. Values stay where they are, and so do gradients. One size may be
//! `auto`: what is left for it.

use std::sync::Arc;

use crate::graph::Shape;
use crate::lower::{Lowering, Saved};
use crate::op::{Arity, Op, OpDef, ShapeError, show};
use crate::signature::{Argument, Default, Kind, Signature};
use crate::train_graph::ValueId;

pub(super) const DEF: OpDef = OpDef {
    signature: Signature {
        name: "reshape",
        doc: "a sample's values in another shape, row-major",
        arguments: &[Argument {
            name: "size",
            kind: Kind::Sizes,
            default: Default::Required,
            doc: "the size of each axis; `auto` is what is left for it",
        }],
    },
    arity: Arity::One,
    make: |arguments| Arc::new(Reshape { sizes: arguments.sizes("size").to_vec() }),
};

#[derive(Debug)]
struct Reshape {
    sizes: Vec<Option<usize>>,
}

impl Op for Reshape {
    fn name(&self) -> &'static str {
        "reshape"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        let values: usize = inputs[0].iter().product();
        let known = self.sizes.iter().flatten().try_fold(1usize, |product, size| product.checked_mul(*size));
        let error = |message: String, help: String| Err(ShapeError { message, help: Some(help) });
        match (self.sizes.iter().filter(|size| size.is_none()).count(), known) {
            (0, Some(known)) if known == values => Ok(self.sizes.iter().copied().flatten().collect()),
            (0, _) => {
                let wanted: Shape = self.sizes.iter().copied().flatten().collect();
                let takes = known.map_or("more than are possible".into(), |known| known.to_string());
                error(
                    format!("`reshape` keeps all values: {} holds {values}, {} takes {takes}", show(inputs[0]), show(&wanted)),
                    "write sizes with the same product; `auto` for one of them is what is left for it".into(),
                )
            }
            (1, Some(known)) if values.is_multiple_of(known) => {
                Ok(self.sizes.iter().map(|size| size.unwrap_or(values / known)).collect())
            }
            (1, known) => {
                let known = known.map_or("the product of the sizes".into(), |known| known.to_string());
                error(
                    format!("`reshape` keeps all values: {} holds {values}, which {known} does not divide", show(inputs[0])),
                    "write sizes that leave a whole number for `auto`".into(),
                )
            }
            (open, _) => error(
                format!("`reshape` has one size that follows from the others, not {open}"),
                "write all sizes but one".into(),
            ),
        }
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
