//! `layer_norm`: normalises each sample over its features, then scales and shifts each feature (Ba et al. 2016).
//!
//! Derivative, with d̂ = γ·d_z and means over the features: d_x = (d̂ − mean(d̂) − x̂·mean(d̂·x̂))/√(σ² + ε).

use std::sync::Arc;

use crate::expr::{constant, operand};
use crate::graph::{Role, Shape};
use crate::initializer::Initializer;
use crate::lower::{Lowering, Saved};
use crate::op::{Arity, Op, OpDef, ParameterDef, ShapeError, show};
use crate::signature::{Argument, Default, Kind, Range, Signature};
use crate::train_graph::ValueId;

pub(super) const DEF: OpDef = OpDef {
    signature: Signature {
        name: "layer_norm",
        doc: "normalises each sample over its features, then scales and shifts each feature",
        arguments: &[Argument {
            name: "eps",
            kind: Kind::Number(Range::POSITIVE),
            default: Default::Flavored { notes: 1e-5, pytorch: 1e-5, keras: 1e-3 },
            doc: "added to the variance",
        }],
    },
    arity: Arity::One,
    make: |arguments| Arc::new(LayerNorm { eps: arguments.number("eps") }),
};

#[derive(Debug)]
struct LayerNorm {
    eps: f64,
}

impl Op for LayerNorm {
    fn name(&self) -> &'static str {
        "layer_norm"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        match inputs[0].as_slice() {
            [_] => Ok(inputs[0].clone()),
            shape => Err(ShapeError {
                message: format!("`layer_norm` takes one row of features, not {}", show(shape)),
                help: Some("put `flatten` before it".into()),
            }),
        }
    }

    fn parameters(&self, inputs: &[&Shape]) -> Vec<ParameterDef> {
        let units = inputs[0][0];
        let parameter = |name, value| ParameterDef {
            name,
            shape: vec![units],
            role: Role::Normalization,
            init: Some(Initializer::Constant(value)),
            fans: (units, units),
        };
        vec![parameter("weight", 1.0), parameter("bias", 0.0)]
    }

    fn passes_gain(&self) -> bool {
        true
    }

    fn normalizes(&self) -> bool {
        true
    }

    fn forward(&self, lowering: &mut Lowering<'_>, inputs: &[ValueId]) -> (ValueId, Saved) {
        let x = inputs[0];
        let features = lowering.extent(x).rows as f64;
        let (gamma, beta) = (lowering.parameter(0), lowering.parameter(1));
        let sum = lowering.sum_rows("sum", x);
        let centered = lowering.map("centered", operand(0) - operand(1) * constant(1.0 / features), &[x, sum]);
        let squares = lowering.map("squares", operand(0).square(), &[centered]);
        let sum = lowering.sum_rows("sum_of_squares", squares);
        let inverse = constant(1.0) / (operand(0) * constant(1.0 / features) + constant(self.eps)).sqrt();
        let inverse = lowering.map("inverse_deviation", inverse, &[sum]);
        let normalized = lowering.map("normalized", operand(0) * operand(1), &[centered, inverse]);
        let z = lowering.map("z", operand(1) * operand(0) + operand(2), &[normalized, gamma, beta]);
        (z, Saved(vec![normalized, inverse]))
    }

    fn backward(&self, lowering: &mut Lowering<'_>, saved: &Saved, gradient: ValueId, wanted: &[bool]) -> Vec<Option<ValueId>> {
        let (normalized, inverse) = (saved.0[0], saved.0[1]);
        let d_beta = lowering.sum_columns("d_beta", gradient);
        let terms = lowering.map("d_gamma_terms", operand(0) * operand(1), &[gradient, normalized]);
        let d_gamma = lowering.sum_columns("d_gamma", terms);
        lowering.gradient(0, d_gamma);
        lowering.gradient(1, d_beta);
        if !wanted[0] {
            return vec![None];
        }
        let features = lowering.extent(gradient).rows as f64;
        let gamma = lowering.parameter(0);
        let d_normalized = lowering.map("d_normalized", operand(0) * operand(1), &[gradient, gamma]);
        let mean = lowering.sum_rows("sum_d", d_normalized);
        let products = lowering.map("d_products", operand(0) * operand(1), &[d_normalized, normalized]);
        let slope = lowering.sum_rows("sum_d_products", products);
        let per_feature = constant(1.0 / features);
        let d_x = (operand(0) - operand(1) * per_feature.clone() - operand(2) * (operand(3) * per_feature)) * operand(4);
        vec![Some(lowering.map("d_x", d_x, &[d_normalized, mean, normalized, slope, inverse]))]
    }
}
