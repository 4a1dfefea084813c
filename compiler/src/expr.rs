//! Scalar expressions: what activations, losses, optimizers, penalties and clips compute. Each is defined once as a
//! small tree; the interpreter evaluates the tree that the emitter prints, and derivatives are taken symbolically.

use std::ops;
use std::sync::Arc;

use crate::real::Real;

/// An expression over scalars.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// A number; rounded to `f32` where it is used.
    Constant(f64),
    /// A variable.
    Leaf(Leaf),
    /// A function of one value.
    Unary(Unary, Arc<Expr>),
    /// A function of two values.
    Binary(Binary, Arc<Expr>, Arc<Expr>),
    /// `if left ⋚ right { then } else { other }`; both sides are computed.
    Select {
        /// How the two are compared; any comparison with NaN is false.
        compare: Compare,
        /// The left side of the comparison.
        left: Arc<Expr>,
        /// The right side.
        right: Arc<Expr>,
        /// The value where it holds.
        then: Arc<Expr>,
        /// The value elsewhere.
        other: Arc<Expr>,
    },
}

/// A variable of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Leaf {
    /// The element of the n-th operand.
    Operand(usize),
    /// A scalar of the step, computed in `f64` and rounded once; an index into the training graph's scalars.
    Scalar(usize),
    /// The index of the row.
    Row,
    /// The index of the column; in predictions of one sample only.
    Column,
    /// In scalars of a step only: its learning rate.
    LearningRate,
    /// In scalars of a step only: its momentum, where the schedule changes it.
    Momentum,
    /// In scalars of a step only: the next step's momentum, where the schedule changes it.
    NextMomentum,
    /// In scalars of a step only: the update's number, from 1, counted from the beginning of this phase of the training.
    Update(usize),
    /// In scalars of a step only: the number of rows in the batch.
    Rows,
    /// In scalars of a step only: the rows whose gradients make the update, this batch's among them.
    Gathered,
}

/// A function of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Unary {
    /// −x
    Neg,
    /// |x|
    Abs,
    /// −1, 0 or 1; 0 for ±0.
    Sign,
    /// √x
    Sqrt,
    /// eˣ
    Exp,
    /// eˣ − 1
    Expm1,
    /// The natural logarithm.
    Ln,
    /// ln(1 + x)
    Ln1p,
    /// The hyperbolic tangent.
    Tanh,
    /// 1/(1 + e⁻ˣ)
    Sigmoid,
    /// The error function.
    Erf,
}

/// A function of two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Binary {
    /// a + b
    Add,
    /// a − b
    Sub,
    /// a·b
    Mul,
    /// a/b
    Div,
    /// `if a < b { a } else { b }`
    Min,
    /// `if a > b { a } else { b }`
    Max,
    /// In scalars of a step only: a to a whole power b ≥ 0, by repeated squaring.
    PowInt,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Compare {
    /// a < b
    Less,
    /// a ≤ b
    LessEqual,
    /// a > b
    Greater,
    /// a ≥ b
    GreaterEqual,
    /// a = b
    Equal,
}

impl Compare {
    /// Whether it holds.
    pub fn holds<T: PartialOrd>(self, a: T, b: T) -> bool {
        match self {
            Self::Less => a < b,
            Self::LessEqual => a <= b,
            Self::Greater => a > b,
            Self::GreaterEqual => a >= b,
            Self::Equal => a == b,
        }
    }
}

/// The element of the `index`-th operand.
pub const fn operand(index: usize) -> Expr {
    Expr::Leaf(Leaf::Operand(index))
}

/// A number.
pub const fn constant(value: f64) -> Expr {
    Expr::Constant(value)
}

/// `if left ⋚ right { then } else { other }`.
pub fn select(compare: Compare, left: Expr, right: Expr, then: Expr, other: Expr) -> Expr {
    if then == other {
        return then;
    }
    Expr::Select { compare, left: left.into(), right: right.into(), then: then.into(), other: other.into() }
}

/// `if value > 0 { then } else { other }`.
pub fn if_positive(value: Expr, then: Expr, other: Expr) -> Expr {
    select(Compare::Greater, value, constant(0.0), then, other)
}

macro_rules! unary {
    ($($method:ident $kind:ident;)*) => {
        impl Expr {
            $(#[doc = concat!("[`Unary::", stringify!($kind), "`] of it.")]
            pub fn $method(self) -> Expr { Expr::Unary(Unary::$kind, self.into()) })*
        }
    };
}
unary! { abs Abs; sign Sign; sqrt Sqrt; exp Exp; expm1 Expm1; ln Ln; ln_1p Ln1p; tanh Tanh; sigmoid Sigmoid; erf Erf; }

impl Expr {
    /// The smaller of the two.
    pub fn min(self, other: Expr) -> Expr {
        Expr::Binary(Binary::Min, self.into(), other.into())
    }

    /// The greater of the two.
    pub fn max(self, other: Expr) -> Expr {
        Expr::Binary(Binary::Max, self.into(), other.into())
    }

    /// To a whole power; in scalars of a step only.
    pub fn pow_int(self, exponent: Expr) -> Expr {
        Expr::Binary(Binary::PowInt, self.into(), exponent.into())
    }

    /// Its square.
    pub fn square(self) -> Expr {
        self.clone() * self
    }

    /// The derivative by `leaf`. Exact wherever the expression is differentiable; at a comparison's edge it is the
    /// derivative of the side that the comparison chooses.
    pub fn derivative(&self, leaf: Leaf) -> Expr {
        match self {
            Expr::Constant(_) => constant(0.0),
            Expr::Leaf(other) => constant(if *other == leaf { 1.0 } else { 0.0 }),
            Expr::Unary(function, x) => {
                let dx = x.derivative(leaf);
                if dx == constant(0.0) {
                    return dx;
                }
                let x = (**x).clone();
                let outer = match function {
                    Unary::Neg => return -dx,
                    Unary::Abs => x.sign(),
                    Unary::Sign => constant(0.0),
                    Unary::Sqrt => constant(0.5) / x.sqrt(),
                    Unary::Exp | Unary::Expm1 => x.exp(),
                    Unary::Ln => constant(1.0) / x,
                    Unary::Ln1p => constant(1.0) / (constant(1.0) + x),
                    Unary::Tanh => constant(1.0) - x.tanh().square(),
                    Unary::Sigmoid => x.clone().sigmoid() * (constant(1.0) - x.sigmoid()),
                    Unary::Erf => constant(std::f64::consts::FRAC_2_SQRT_PI) * (-x.square()).exp(),
                };
                outer * dx
            }
            Expr::Binary(function, a, b) => {
                let (da, db) = (a.derivative(leaf), b.derivative(leaf));
                let (a, b) = ((**a).clone(), (**b).clone());
                match function {
                    Binary::Add => da + db,
                    Binary::Sub => da - db,
                    Binary::Mul => da * b + a * db,
                    Binary::Div if db == constant(0.0) => da / b,
                    Binary::Div => (da * b.clone() - a * db) / b.square(),
                    Binary::Min => select(Compare::Less, a, b, da, db),
                    Binary::Max => select(Compare::Greater, a, b, da, db),
                    Binary::PowInt => unreachable!("powers are scalars of a step, which are never differentiated"),
                }
            }
            Expr::Select { compare, left, right, then, other } => {
                select(*compare, (**left).clone(), (**right).clone(), then.derivative(leaf), other.derivative(leaf))
            }
        }
    }

    /// Its value, given those of its leaves. In `f32` this is what generated code computes, bit for bit.
    pub fn evaluate<T: Real>(&self, leaves: &impl Fn(Leaf) -> T) -> T {
        match self {
            Expr::Constant(value) => T::from_f64(*value),
            Expr::Leaf(leaf) => leaves(*leaf),
            Expr::Unary(function, x) => x.evaluate(leaves).unary(*function),
            Expr::Binary(function, a, b) => {
                let (a, b) = (a.evaluate(leaves), b.evaluate(leaves));
                match function {
                    Binary::Add => a + b,
                    Binary::Sub => a - b,
                    Binary::Mul => a * b,
                    Binary::Div => a / b,
                    Binary::Min if a < b => a,
                    Binary::Max if a > b => a,
                    Binary::Min | Binary::Max => b,
                    Binary::PowInt => a.pow_int(b),
                }
            }
            Expr::Select { compare, left, right, then, other } => {
                let holds = compare.holds(left.evaluate(leaves), right.evaluate(leaves));
                if holds { then.evaluate(leaves) } else { other.evaluate(leaves) }
            }
        }
    }

    /// The expression with every leaf replaced.
    pub fn substitute(&self, replace: &impl Fn(Leaf) -> Expr) -> Expr {
        match self {
            Expr::Leaf(leaf) => replace(*leaf),
            _ => self.with_children(&|x: &Arc<Expr>| Arc::new(x.substitute(replace))),
        }
    }

    /// The expression with every occurrence of `part` replaced.
    pub fn replace(&self, part: &Expr, with: &Expr) -> Expr {
        if self == part {
            return with.clone();
        }
        let child = |x: &Arc<Expr>| Arc::new(x.replace(part, with));
        self.with_children(&child)
    }

    /// The same function of other arguments.
    fn with_children(&self, child: &impl Fn(&Arc<Expr>) -> Arc<Expr>) -> Expr {
        match self {
            Expr::Constant(_) | Expr::Leaf(_) => self.clone(),
            Expr::Unary(function, x) => Expr::Unary(*function, child(x)),
            Expr::Binary(function, a, b) => Expr::Binary(*function, child(a), child(b)),
            Expr::Select { compare, left, right, then, other } => {
                Expr::Select { compare: *compare, left: child(left), right: child(right), then: child(then), other: child(other) }
            }
        }
    }

    /// Calls `visit` with every leaf, in order of appearance.
    pub fn leaves(&self, visit: &mut impl FnMut(Leaf)) {
        match self {
            Expr::Constant(_) => {}
            Expr::Leaf(leaf) => visit(*leaf),
            Expr::Unary(_, x) => x.leaves(visit),
            Expr::Binary(_, a, b) => {
                a.leaves(visit);
                b.leaves(visit);
            }
            Expr::Select { left, right, then, other, .. } => {
                for part in [left, right, then, other] {
                    part.leaves(visit);
                }
            }
        }
    }
}

// Identities that hold whatever the operand (apart from the sign of zero and NaN, which a symbolic zero ignores on
// purpose: it stands for a term that is not there) are applied on construction, so that derivatives stay small.
impl ops::Add for Expr {
    type Output = Expr;
    fn add(self, other: Expr) -> Expr {
        match (&self, &other) {
            (Expr::Constant(a), Expr::Constant(b)) => constant(a + b),
            (Expr::Constant(0.0), _) => other,
            (_, Expr::Constant(0.0)) => self,
            _ => Expr::Binary(Binary::Add, self.into(), other.into()),
        }
    }
}

impl ops::Sub for Expr {
    type Output = Expr;
    fn sub(self, other: Expr) -> Expr {
        match (&self, &other) {
            (Expr::Constant(a), Expr::Constant(b)) => constant(a - b),
            (Expr::Constant(0.0), _) => -other,
            (_, Expr::Constant(0.0)) => self,
            _ => Expr::Binary(Binary::Sub, self.into(), other.into()),
        }
    }
}

impl ops::Mul for Expr {
    type Output = Expr;
    fn mul(self, other: Expr) -> Expr {
        match (&self, &other) {
            (Expr::Constant(a), Expr::Constant(b)) => constant(a * b),
            (Expr::Constant(0.0), _) | (_, Expr::Constant(0.0)) => constant(0.0),
            (Expr::Constant(1.0), _) => other,
            (_, Expr::Constant(1.0)) => self,
            _ => Expr::Binary(Binary::Mul, self.into(), other.into()),
        }
    }
}

impl ops::Div for Expr {
    type Output = Expr;
    fn div(self, other: Expr) -> Expr {
        match (&self, &other) {
            (Expr::Constant(a), Expr::Constant(b)) if *b != 0.0 => constant(a / b),
            (Expr::Constant(0.0), _) => constant(0.0),
            (_, Expr::Constant(1.0)) => self,
            _ => Expr::Binary(Binary::Div, self.into(), other.into()),
        }
    }
}

impl ops::Neg for Expr {
    type Output = Expr;
    fn neg(self) -> Expr {
        match self {
            Expr::Constant(value) => constant(-value),
            Expr::Unary(Unary::Neg, x) => (*x).clone(),
            other => Expr::Unary(Unary::Neg, other.into()),
        }
    }
}

impl From<f64> for Expr {
    fn from(value: f64) -> Expr {
        constant(value)
    }
}
