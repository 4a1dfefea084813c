//! `noise(std)`: in training each value plus a number drawn from the normal distribution of mean 0 and this deviation; in prediction
//! the value (Bishop 1995). The gradient goes on unchanged.
//!
//! Box and Muller's method would take two draws and a cosine, which expressions lack. The inverse of the distribution function takes
//! one draw and what they have: Giles' polynomials for the inverse error function (*Approximating the erfinv function*, 2010), which
//! are off by less than 4e-7 of the number for each of the 2^24 draws that there are. Numbers reach from −5.42 to 5.42 deviations,
//! beyond which one of 17 million would lie.

use std::sync::Arc;

use crate::expr::{Compare, Expr, constant, operand, select};
use crate::graph::Shape;
use crate::lower::{Lowering, Saved};
use crate::op::{Arity, Op, OpDef, ShapeError};
use crate::signature::{Argument, Default, Kind, Range, Signature};
use crate::train_graph::ValueId;

pub(super) const DEF: OpDef = OpDef {
    signature: Signature {
        name: "noise",
        doc: "in training each value plus normal noise of this deviation",
        arguments: &[Argument {
            name: "std",
            kind: Kind::Number(Range::NOT_NEGATIVE),
            default: Default::Required,
            doc: "the standard deviation",
        }],
    },
    arity: Arity::One,
    make: |arguments| Arc::new(Noise { deviation: arguments.number("std") }),
};

#[derive(Debug)]
struct Noise {
    deviation: f64,
}

impl Op for Noise {
    fn name(&self) -> &'static str {
        "noise"
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        Ok(inputs[0].clone())
    }

    fn forward(&self, lowering: &mut Lowering<'_>, inputs: &[ValueId]) -> (ValueId, Saved) {
        if !lowering.training() || self.deviation == 0.0 {
            return (inputs[0], Saved::default());
        }
        let draw = lowering.uniform(lowering.extent(inputs[0]));
        let noisy = operand(0) + normal(operand(1), self.deviation);
        (lowering.map("noisy", noisy, &[inputs[0], draw]), Saved::default())
    }

    fn backward(&self, _: &mut Lowering<'_>, _: &Saved, gradient: ValueId, _: &[bool]) -> Vec<Option<ValueId>> {
        vec![Some(gradient)]
    }

    fn keeps_values(&self) -> bool {
        true
    }
}

/// The polynomial in w − 2.5 for the middle, where w is below 5, from the highest power on.
const MIDDLE: [f64; 9] = [
    2.810_226_36e-08,
    3.432_739_39e-07,
    -3.523_387_7e-06,
    -4.391_506_54e-06,
    0.000_218_580_87,
    -0.001_253_725_03,
    -0.004_177_681_64,
    0.246_640_727,
    1.501_409_41,
];
/// The polynomial in √w − 3 for the tails.
const TAILS: [f64; 9] = [
    -0.000_200_214_257,
    0.000_100_950_558,
    0.001_349_343_22,
    -0.003_673_428_44,
    0.005_739_507_73,
    -0.007_622_461_3,
    0.009_438_870_47,
    1.001_674_06,
    2.832_976_82,
];

/// √2·deviation·erf⁻¹(x), x = 2u − 1 + 2^-24 for a draw u: multiples of 2^-24, of which x is the middle of each, exactly, so that
/// no x is ±1 and for each there is −x.
fn normal(draw: Expr, deviation: f64) -> Expr {
    let x = constant(2.0) * draw - constant(1.0) + constant(2f64.powi(-24));
    let w = -((constant(1.0) - x.clone()) * (constant(1.0) + x.clone())).ln();
    let polynomial = |coefficients: [f64; 9], t: Expr| {
        coefficients.into_iter().map(constant).reduce(|sum, coefficient| coefficient + sum * t.clone()).expect("nine of them")
    };
    let middle = polynomial(MIDDLE, w.clone() - constant(2.5));
    let tails = polynomial(TAILS, w.clone().sqrt() - constant(3.0));
    constant(std::f64::consts::SQRT_2 * deviation) * (select(Compare::Less, w, constant(5.0), middle, tails) * x)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the normal distribution leaves below each number is the middle of its draw, up to the density times an error of the
    /// number. Every 241st of the draws, and the outermost.
    #[test]
    fn numbers_are_the_quantiles_of_their_draws() {
        let expr = normal(operand(0), 1.0);
        let number = |draw: u32| f64::from(expr.evaluate::<f32>(&|_| draw as f32 / 16_777_216.0));
        let last = (1u32 << 24) - 1;
        for draw in (0..=last / 2).step_by(241).chain(0..1000).chain(last / 2 - 1000..=last / 2) {
            let z = number(draw);
            assert_eq!(number(last - draw), -z, "draws are symmetric");
            let below = 0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2);
            let density = (-z * z / 2.0).exp() / std::f64::consts::TAU.sqrt();
            let error = ((f64::from(draw) + 0.5) / 16_777_216.0 - below).abs() / density;
            assert!(error <= 4e-7 * z.abs(), "draw {draw}: {z}, off by {error:e}");
        }
    }
}
