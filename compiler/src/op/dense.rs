//! `dense(units)`: z = xW + b, each unit a weighted sum of all inputs.
//!
//! Shapes: [inputs] to [units]; weight (units, inputs) and bias (units) in a weights file.

use std::sync::Arc;

use crate::expr::operand;
use crate::graph::{Role, Shape};
use crate::initializer::Initializer;
use crate::lower::{Lowering, Saved};
use crate::op::{Arity, Op, OpDef, ParameterDef, ShapeError, show};
use crate::signature::{Argument, Arguments, Default, Flavor, Kind, Signature};
use crate::train_graph::ValueId;

pub(super) const DEF: OpDef = OpDef {
    signature: Signature {
        name: "dense",
        doc: "a fully connected layer: every unit a weighted sum of all inputs",
        arguments: &[
            Argument { name: "units", kind: Kind::Size, default: Default::Required, doc: "the number of outputs" },
            Argument {
                name: "init",
                kind: Kind::Initializer,
                default: Default::Auto("by the activation that follows"),
                doc: "what the weight begins with",
            },
            Argument {
                name: "bias",
                kind: Kind::Bool,
                default: Default::Auto("true, but false directly before `batch_norm`"),
                doc: "whether a learned bias is added",
            },
        ],
    },
    arity: Arity::One,
    make: |arguments| Arc::new(make(arguments)),
};

fn make(arguments: &Arguments) -> Dense {
    Dense {
        units: arguments.size("units"),
        init: arguments.initializer("init").copied(),
        bias: arguments.bool_or("bias", true),
        bias_written: arguments.get("bias").is_some(),
        flavor: arguments.flavor,
    }
}

#[derive(Clone, Debug)]
struct Dense {
    units: usize,
    init: Option<Initializer>,
    bias: bool,
    bias_written: bool,
    flavor: Flavor,
}

impl Op for Dense {
    fn name(&self) -> &'static str {
        "dense"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        match inputs[0].as_slice() {
            [_] => Ok(vec![self.units]),
            shape => Err(ShapeError {
                message: format!("`dense` takes one row of features, not {}", show(shape)),
                help: Some("put `flatten` before it".into()),
            }),
        }
    }

    fn parameters(&self, inputs: &[&Shape]) -> Vec<ParameterDef> {
        let fans = (inputs[0][0], self.units);
        let weight =
            ParameterDef { name: "weight", shape: vec![self.units, inputs[0][0]], role: Role::Weight, init: self.init, fans };
        let bound = 1.0 / (inputs[0][0] as f64).sqrt();
        let init = match self.flavor {
            Flavor::Pytorch => Initializer::Uniform { low: -bound, high: bound },
            Flavor::Notes | Flavor::Keras => Initializer::Constant(0.0),
        };
        let bias = ParameterDef { name: "bias", shape: vec![self.units], role: Role::Bias, init: Some(init), fans };
        if self.bias { vec![weight, bias] } else { vec![weight] }
    }

    fn forward(&self, lowering: &mut Lowering<'_>, inputs: &[ValueId]) -> (ValueId, Saved) {
        let weight = lowering.parameter(0);
        let mut z = lowering.product("z", (weight, true), (inputs[0], false));
        if self.bias {
            let bias = lowering.parameter(1);
            z = lowering.map("z", operand(0) + operand(1), &[z, bias]);
        }
        (z, Saved(vec![inputs[0]]))
    }

    fn backward(&self, lowering: &mut Lowering<'_>, saved: &Saved, gradient: ValueId, wanted: &[bool]) -> Vec<Option<ValueId>> {
        let x = saved.0[0];
        if self.bias {
            let d_bias = lowering.sum_columns("d_bias", gradient);
            lowering.gradient(1, d_bias);
        }
        // Before the weight's own gradient, so that the weight can be updated as that is computed.
        let d_x = wanted[0].then(|| {
            let weight = lowering.parameter(0);
            lowering.product("d_x", (weight, false), (gradient, false))
        });
        let d_weight = lowering.product("d_weight", (x, false), (gradient, true));
        lowering.gradient(0, d_weight);
        vec![d_x]
    }

    fn before_batch_norm(&self) -> Option<Arc<dyn Op>> {
        (!self.bias_written).then(|| Arc::new(Self { bias: false, ..self.clone() }) as Arc<dyn Op>)
    }

    fn weight_initializer(&self) -> Option<Option<Initializer>> {
        Some(self.init)
    }
}
