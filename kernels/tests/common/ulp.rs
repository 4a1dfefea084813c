//! Errors of the maths functions, in units in the last place.
#![allow(dead_code)]

use dlm_kernels::Machine;

/// A function, its definition in `f64`, and the interval that its results must not leave.
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// Applies it to a slice at the machine's level.
    pub apply: fn(&mut Call<'_>),
    /// Its value in `f64`, much closer than an `f32` can be.
    pub exact: fn(f64) -> f64,
    /// What its results must not be below and above.
    pub range: (f32, f32),
    /// The largest error that is accepted.
    pub bound: f64,
}

/// One slice of arguments, overwritten by the results.
pub struct Call<'a> {
    /// What to run on.
    pub machine: &'a Machine,
    /// The arguments.
    pub x: &'a mut [f32],
}

/// The functions.
pub const FUNCTIONS: [Function; 7] = [
    Function { name: "exp", apply: slices::exp, exact: f64::exp, range: (0.0, f32::INFINITY), bound: 1.0 },
    Function { name: "expm1", apply: slices::expm1, exact: f64::exp_m1, range: (-1.0, f32::INFINITY), bound: 2.0 },
    Function { name: "ln", apply: slices::ln, exact: f64::ln, range: (f32::NEG_INFINITY, f32::INFINITY), bound: 1.0 },
    Function { name: "ln_1p", apply: slices::ln_1p, exact: f64::ln_1p, range: (f32::NEG_INFINITY, f32::INFINITY), bound: 2.0 },
    Function { name: "tanh", apply: slices::tanh, exact: f64::tanh, range: (-1.0, 1.0), bound: 2.0 },
    Function { name: "sigmoid", apply: slices::sigmoid, exact: |x| 1.0 / (1.0 + (-x).exp()), range: (0.0, 1.0), bound: 2.0 },
    Function { name: "erf", apply: slices::erf, exact: libm::erf, range: (-1.0, 1.0), bound: 2.0 },
];

mod slices {
    use super::Call;

    dlm_kernels::per_level! {
        entries {
            exp(&mut Call<'_>) -> (),
            expm1(&mut Call<'_>) -> (),
            ln(&mut Call<'_>) -> (),
            ln_1p(&mut Call<'_>) -> (),
            tanh(&mut Call<'_>) -> (),
            sigmoid(&mut Call<'_>) -> (),
            erf(&mut Call<'_>) -> (),
        }

        fn exp(call: &mut Call<'_>) {
            for x in &mut *call.x {
                *x = level::exp(*x);
            }
        }

        fn expm1(call: &mut Call<'_>) {
            for x in &mut *call.x {
                *x = level::expm1(*x);
            }
        }

        fn ln(call: &mut Call<'_>) {
            for x in &mut *call.x {
                *x = level::ln(*x);
            }
        }

        fn ln_1p(call: &mut Call<'_>) {
            for x in &mut *call.x {
                *x = level::ln_1p(*x);
            }
        }

        fn tanh(call: &mut Call<'_>) {
            for x in &mut *call.x {
                *x = level::tanh(*x);
            }
        }

        fn sigmoid(call: &mut Call<'_>) {
            for x in &mut *call.x {
                *x = level::sigmoid(*x);
            }
        }

        fn erf(call: &mut Call<'_>) {
            for x in &mut *call.x {
                *x = level::erf(*x);
            }
        }
    }
}

/// The largest error found and where.
#[derive(Clone, Copy, Debug, Default)]
pub struct Worst {
    /// In units in the last place of the exact value.
    pub error: f64,
    /// The argument.
    pub at: f32,
}

impl Worst {
    /// The larger of two.
    pub fn or(self, other: Worst) -> Worst {
        if other.error > self.error { other } else { self }
    }
}

/// The distance of `found` from `exact`, in units in the last place that an `f32` of that size has.
fn error(found: f32, exact: f64) -> f64 {
    // Where the exact value rounds to infinity.
    let overflow = 2f64.powi(128) - 2f64.powi(103);
    if found.is_nan() || exact.is_nan() {
        return if found.is_nan() && exact.is_nan() { 0.0 } else { f64::INFINITY };
    }
    if exact.abs() >= overflow || found.is_infinite() {
        return if f64::from(found) == exact || (found.is_infinite() && exact.abs() >= overflow) { 0.0 } else { f64::INFINITY };
    }
    let exponent = ((exact.abs().to_bits() >> 52) as i32 - 1023).max(-126);
    (f64::from(found) - exact).abs() / 2f64.powi(exponent - 23)
}

/// The worst of a function's results for the arguments of these bits; panics if one leaves its range, or a zero its sign.
pub fn worst(function: &Function, machine: &Machine, arguments: impl Iterator<Item = u32>) -> Worst {
    let mut worst = Worst::default();
    let mut arguments = arguments.map(f32::from_bits).peekable();
    let (mut block, mut results) = (Vec::new(), Vec::new());
    while arguments.peek().is_some() {
        block.clear();
        block.extend(arguments.by_ref().take(4096));
        results.clone_from(&block);
        (function.apply)(&mut Call { machine, x: &mut results });
        for (&x, &found) in block.iter().zip(&results) {
            let exact = (function.exact)(f64::from(x));
            assert!(!(found < function.range.0 || found > function.range.1), "{}({x}) = {found}", function.name);
            let signed_zero = exact != 0.0 || exact.is_sign_negative() == found.is_sign_negative();
            assert!(signed_zero, "{}({x:?}) = {found:?}", function.name);
            worst = worst.or(Worst { error: error(found, exact), at: x });
        }
    }
    worst
}
