//! Functions of one `f32`, without branches, so that a loop over a slice compiles to vector code.
//!
//! One source, two ways to fused multiply-add: [`fused`] asks the processor, [`exact`] computes it from `f64`s. Both round
//! once, so both give the same bits, on every machine.
//!
//! The largest errors, in units in the last place, over all 2³² inputs (measured by the example `max_error`):
//!
#![doc = include_str!("errors.md")]
//!
//! Zeros keep their sign where the function has it, infinities and NaN give their limits and NaN, subnormal arguments and
//! results are not flushed, `sigmoid` never leaves [0, 1] and `tanh` and `erf` never leave [−1, 1].

mod functions;

/// Fused multiply-add, rounded once, and the square root.
pub(crate) trait Arithmetic {
    fn mul_add(a: f32, b: f32, c: f32) -> f32;
    fn sqrt(x: f32) -> f32;
}

/// What the standard library compiles to: one instruction where the calling function's target features have one.
pub(crate) struct Fused;

/// From `f64`s, for processors without fused multiply-add.
pub(crate) struct Exact;

#[cfg(feature = "std")]
impl Arithmetic for Fused {
    #[inline(always)]
    fn mul_add(a: f32, b: f32, c: f32) -> f32 {
        a.mul_add(b, c)
    }

    #[inline(always)]
    fn sqrt(x: f32) -> f32 {
        x.sqrt()
    }
}

#[cfg(not(feature = "std"))]
impl Arithmetic for Fused {
    #[inline(always)]
    fn mul_add(a: f32, b: f32, c: f32) -> f32 {
        Exact::mul_add(a, b, c)
    }

    #[inline(always)]
    fn sqrt(x: f32) -> f32 {
        Exact::sqrt(x)
    }
}

impl Arithmetic for Exact {
    #[inline(always)]
    fn mul_add(a: f32, b: f32, c: f32) -> f32 {
        // The product is exact. The sum is rounded to odd (the neighbour whose last bit is 1, unless it is exact), after
        // which rounding to `f32` gives what one rounding would (Boldo and Melquiond, IEEE Trans. Computers 57(4), 2008).
        let (product, c) = (f64::from(a) * f64::from(b), f64::from(c));
        let sum = product + c;
        let c_part = sum - product;
        let error = (product - (sum - c_part)) + (c - c_part);
        let bits = sum.to_bits();
        let inexact = u64::from(error > 0.0) | u64::from(error < 0.0);
        let towards = if (error > 0.0) == (sum > 0.0) { 1 } else { u64::MAX };
        f64::from_bits(bits.wrapping_add(towards * (inexact & !bits & 1))) as f32
    }

    #[inline(always)]
    fn sqrt(x: f32) -> f32 {
        // Newton's iteration in `f64` ends within a last place of the root, and the root of a number of 24 bits is never that
        // close to the middle of two others.
        let wide = f64::from(x);
        let mut root = f64::from_bits((wide.to_bits() >> 1).wrapping_add(0x1FF8_0000_0000_0000));
        for _ in 0..5 {
            root = 0.5 * (root + wide / root);
        }
        if x > 0.0 && x < f32::INFINITY {
            root as f32
        } else if x < 0.0 {
            f32::NAN
        } else {
            x
        }
    }
}

macro_rules! functions_by {
    ($arithmetic:ty) => {
        use super::{Arithmetic, functions};

        functions_by! { $arithmetic:
            /// eˣ.
            exp,
            /// eˣ − 1, accurate near 0.
            expm1,
            /// The natural logarithm; −∞ at 0, NaN below.
            ln,
            /// ln(1 + x), accurate near 0; −∞ at −1, NaN below.
            ln_1p,
            /// The hyperbolic tangent.
            tanh,
            /// The logistic function, 1/(1 + e⁻ˣ).
            sigmoid,
            /// The error function, 2/√π ∫₀ˣ exp(−t²) dt.
            erf,
        }

        /// a·b + c, rounded once.
        #[inline(always)]
        pub fn mul_add(a: f32, b: f32, c: f32) -> f32 {
            <$arithmetic>::mul_add(a, b, c)
        }

        /// The square root, rounded correctly.
        #[inline(always)]
        pub fn sqrt(x: f32) -> f32 {
            <$arithmetic>::sqrt(x)
        }
    };
    ($arithmetic:ty: $($(#[$doc:meta])* $name:ident,)*) => {
        $(
            $(#[$doc])*
            #[inline(always)]
            pub fn $name(x: f32) -> f32 {
                functions::$name::<$arithmetic>(x)
            }
        )*
    };
}

/// With the processor's fused multiply-add: for code that carries its target feature (elsewhere right, but slow).
pub mod fused {
    functions_by! { super::Fused }
}

/// With fused multiply-add computed from `f64`s: for processors without it.
pub mod exact {
    functions_by! { super::Exact }
}

/// `base` to the power `n`, by repeated squaring.
///
/// ```
/// assert_eq!(dlm_kernels::maths::pow_int(0.5, 10), 1.0 / 1024.0);
/// assert_eq!(dlm_kernels::maths::pow_int(0.0, 0), 1.0);
/// ```
pub fn pow_int(base: f64, mut n: u64) -> f64 {
    let (mut square, mut power) = (base, 1.0);
    while n > 0 {
        if n & 1 == 1 {
            power *= square;
        }
        square *= square;
        n >>= 1;
    }
    power
}
