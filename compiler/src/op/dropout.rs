//! `dropout(rate)`: in training each value is zero with probability `rate`, else divided by 1 − rate; in prediction
//! nothing happens (inverted dropout; Srivastava et al. 2014).

use std::sync::Arc;

use crate::expr::{Compare, constant, operand, select};
use crate::graph::Shape;
use crate::lower::{Lowering, Saved};
use crate::op::{Arity, Op, OpDef, ShapeError};
use crate::signature::{Argument, Default, Kind, Range, Signature};
use crate::train_graph::ValueId;

pub(super) const DEF: OpDef = OpDef {
    signature: Signature {
        name: "dropout",
        doc: "in training each value is dropped with this probability, the others scaled up",
        arguments: &[Argument {
            name: "rate",
            kind: Kind::Number(Range::BELOW_ONE),
            default: Default::Required,
            doc: "the probability of dropping a value",
        }],
    },
    arity: Arity::One,
    make: |arguments| Arc::new(Dropout { rate: arguments.number("rate") }),
};

#[derive(Debug)]
struct Dropout {
    rate: f64,
}

impl Op for Dropout {
    fn name(&self) -> &'static str {
        "dropout"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        Ok(inputs[0].clone())
    }

    fn forward(&self, lowering: &mut Lowering<'_>, inputs: &[ValueId]) -> (ValueId, Saved) {
        if !lowering.training() || self.rate == 0.0 {
            return (inputs[0], Saved::default());
        }
        let draw = lowering.uniform(lowering.extent(inputs[0]));
        let keep = select(Compare::Less, operand(0), constant(self.rate), constant(0.0), constant(1.0 / (1.0 - self.rate)));
        let mask = lowering.map("mask", keep, &[draw]);
        (lowering.map("dropped", operand(0) * operand(1), &[inputs[0], mask]), Saved(vec![mask]))
    }

    fn backward(&self, lowering: &mut Lowering<'_>, saved: &Saved, gradient: ValueId, _: &[bool]) -> Vec<Option<ValueId>> {
        match saved.0.first() {
            None => vec![Some(gradient)],
            Some(mask) => vec![Some(lowering.map("d_x", operand(0) * operand(1), &[gradient, *mask]))],
        }
    }

    fn keeps_values(&self) -> bool {
        true
    }
}
