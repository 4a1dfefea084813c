//! The numbers that the interpreter computes with: `f32` as generated code does, bit for bit; `f64` to test derivatives.

use std::fmt::Debug;
use std::ops::{Add, Div, Mul, Neg, Sub};

use dlm_kernels::reference;

use crate::expr::Unary;

/// A number that expressions are evaluated in.
pub trait Real:
    Copy
    + Debug
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + Send
    + Sync
    + 'static
{
    /// The number nearest to `value`.
    fn from_f64(value: f64) -> Self;
    /// The same number in `f64`.
    fn to_f64(self) -> f64;
    /// a·b + c, rounded once.
    fn mul_add(self, b: Self, c: Self) -> Self;
    /// A function of one value.
    fn unary(self, function: Unary) -> Self;
    /// To a whole power, by repeated squaring.
    fn pow_int(self, exponent: Self) -> Self {
        Self::from_f64(dlm_kernels::maths::pow_int(self.to_f64(), exponent.to_f64() as u64))
    }
}

impl Real for f32 {
    fn from_f64(value: f64) -> Self {
        value as f32
    }

    fn to_f64(self) -> f64 {
        self.into()
    }

    fn mul_add(self, b: Self, c: Self) -> Self {
        f32::mul_add(self, b, c)
    }

    fn unary(self, function: Unary) -> Self {
        match function {
            Unary::Neg => -self,
            Unary::Abs => self.abs(),
            Unary::Sign => sign(self),
            Unary::Sqrt => self.sqrt(),
            Unary::Exp => reference::exp(self),
            Unary::Expm1 => reference::expm1(self),
            Unary::Ln => reference::ln(self),
            Unary::Ln1p => reference::ln_1p(self),
            Unary::Tanh => reference::tanh(self),
            Unary::Sigmoid => reference::sigmoid(self),
            Unary::Erf => reference::erf(self),
        }
    }
}

impl Real for f64 {
    fn from_f64(value: f64) -> Self {
        value
    }

    fn to_f64(self) -> f64 {
        self
    }

    fn mul_add(self, b: Self, c: Self) -> Self {
        f64::mul_add(self, b, c)
    }

    fn unary(self, function: Unary) -> Self {
        match function {
            Unary::Neg => -self,
            Unary::Abs => self.abs(),
            Unary::Sign => sign(self),
            Unary::Sqrt => self.sqrt(),
            Unary::Exp => self.exp(),
            Unary::Expm1 => self.exp_m1(),
            Unary::Ln => self.ln(),
            Unary::Ln1p => self.ln_1p(),
            Unary::Tanh => self.tanh(),
            Unary::Sigmoid => 1.0 / (1.0 + (-self).exp()),
            Unary::Erf => libm::erf(self),
        }
    }
}

fn sign<T: Real>(x: T) -> T {
    let zero = T::from_f64(0.0);
    T::from_f64(if x > zero {
        1.0
    } else if x < zero {
        -1.0
    } else {
        0.0
    })
}
