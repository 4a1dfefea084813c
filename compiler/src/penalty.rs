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
