//! Penalties and constraints on weights: a table each. A penalty is an expression of one weight, added up over all and to
//! the loss; its slope, taken from the expression, is added to the gradient.

use std::fmt;

use crate::expr::{Expr, Leaf, constant, operand};
use crate::signature::{Argument, Arguments, Default, Flavor, Kind, Range, Signature};

/// A row of the table of penalties.
pub struct PenaltyDef {
    /// How it is called.
    pub signature: Signature,
    /// What one weight, operand 0, adds to the loss.
    pub value: fn(&Arguments) -> Expr,
}

impl fmt::Debug for PenaltyDef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.signature.name)
    }
}

impl PenaltyDef {
    /// What is added to the gradient of one weight, operand 0.
    pub fn slope(&self, arguments: &Arguments) -> Expr {
        (self.value)(arguments).derivative(Leaf::Operand(0))
    }
}

const fn strength(name: &'static str, doc: &'static str) -> Argument {
    Argument { name, kind: Kind::Number(Range::NOT_NEGATIVE), default: Default::Required, doc }
}

/// λ·|θ|; its slope at 0 is 0.
fn l1(strength: f64) -> Expr {
    constant(strength) * operand(0).abs()
}

/// λ/2·θ², in Keras λ·θ².
fn l2(strength: f64, flavor: Flavor) -> Expr {
    let half = if flavor == Flavor::Keras { 1.0 } else { 0.5 };
    constant(half * strength) * operand(0).square()
}

/// Every penalty. Adding one is a row here.
pub static PENALTIES: &[PenaltyDef] = &[
    PenaltyDef {
        signature: Signature {
            name: "l1",
            doc: "strength·‖θ‖₁ is added to the loss: drives weights to zero",
            arguments: &[strength("strength", "the penalty's factor")],
        },
        value: |arguments| l1(arguments.number("strength")),
    },
    PenaltyDef {
        signature: Signature {
            name: "l2",
            doc: "strength/2·‖θ‖² is added to the loss (keras: strength·‖θ‖²): keeps weights small",
            arguments: &[strength("strength", "the penalty's factor")],
        },
        value: |arguments| l2(arguments.number("strength"), arguments.flavor),
    },
    PenaltyDef {
        signature: Signature {
            name: "l1_l2",
            doc: "both",
            arguments: &[strength("l1", "the factor of `l1`"), strength("l2", "the factor of `l2`")],
        },
        value: |arguments| l1(arguments.number("l1")) + l2(arguments.number("l2"), arguments.flavor),
    },
];

/// A row of the table of constraints: what each unit's incoming weights are multiplied by after an update.
pub struct ConstraintDef {
    /// How it is called.
    pub signature: Signature,
    /// The factor, of the sum of the squares of a unit's incoming weights, operand 0.
    pub factor: fn(&Arguments) -> Expr,
}

impl fmt::Debug for ConstraintDef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.signature.name)
    }
}

/// Every constraint. Adding one is a row here.
pub static CONSTRAINTS: &[ConstraintDef] = &[ConstraintDef {
    signature: Signature {
        name: "max_norm",
        doc: "after each update every unit's incoming weights are scaled down to this Euclidean norm (Srebro et al. 2005)",
        arguments: &[Argument {
            name: "limit",
            kind: Kind::Number(Range::POSITIVE),
            default: Default::Required,
            doc: "the largest norm of a unit's incoming weights",
        }],
    },
    factor: |arguments| {
        let (norm, limit) = (operand(0).sqrt(), constant(arguments.number("limit")));
        match arguments.flavor {
            // w·min(‖w‖, r)/(1e-7 + ‖w‖)
            Flavor::Keras => norm.clone().min(limit) / (constant(1e-7) + norm),
            // w·min(1, r/‖w‖); a unit of norm 0 stays.
            Flavor::Notes | Flavor::Pytorch => {
                crate::expr::select(crate::expr::Compare::Greater, norm.clone(), limit.clone(), limit / norm, constant(1.0))
            }
        }
    },
}];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::ArgumentValue;

    fn arguments(signature: &Signature, flavor: Flavor) -> Arguments {
        let values =
            signature.arguments.iter().zip([0.3, 0.7]).map(|(argument, value)| (argument.name, ArgumentValue::Number(value)));
        Arguments { of: signature.name, flavor, values: values.collect(), written: None }
    }

    #[test]
    fn slopes_agree_with_differences() {
        for def in PENALTIES {
            for flavor in [Flavor::Notes, Flavor::Keras] {
                let arguments = arguments(&def.signature, flavor);
                for weight in [-1.3, -0.1, 0.2, 2.0] {
                    let at = |weight: f64| (def.value)(&arguments).evaluate::<f64>(&|_| weight);
                    let difference = (at(weight + 1e-6) - at(weight - 1e-6)) / 2e-6;
                    let slope: f64 = def.slope(&arguments).evaluate(&|_| weight);
                    assert!((slope - difference).abs() < 1e-8, "{} at {weight}: {slope} {difference}", def.signature.name);
                }
                assert_eq!(def.slope(&arguments).evaluate::<f64>(&|_| 0.0), 0.0, "{} at 0", def.signature.name);
            }
        }
    }

    #[test]
    fn keras_penalises_twice_as_much() {
        let l2 = &PENALTIES[1];
        let slope = |flavor| l2.slope(&arguments(&l2.signature, flavor)).evaluate::<f64>(&|_| 2.0);
        assert!((slope(Flavor::Notes) - 0.3 * 2.0).abs() < 1e-12);
        assert!((slope(Flavor::Keras) - 2.0 * 0.3 * 2.0).abs() < 1e-12);
    }

    #[test]
    fn max_norm_scales_down_alone() {
        let values = vec![("limit", ArgumentValue::Number(2.0))];
        let arguments = Arguments { of: "max_norm", flavor: Flavor::Notes, values, written: None };
        let factor = |square: f64| (CONSTRAINTS[0].factor)(&arguments).evaluate::<f64>(&|_| square);
        assert_eq!((factor(0.0), factor(4.0), factor(16.0)), (1.0, 1.0, 0.5));
    }
}
