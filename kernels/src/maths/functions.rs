//! The functions themselves. The coefficients are minimax fits, rounded to `f32` from the lowest up, each refitted with the
//! lower ones fixed.

use super::Arithmetic;

/// 1.5 · 2²³: adding it rounds a small number to an integer, which ends up in the low bits.
const ROUNDING: f32 = 12_582_912.0;
const LN_2_HIGH: f32 = 0.693_145_75;
const LN_2_LOW: f32 = 1.428_606_8e-6;

/// Below this size, x + O(x²) is x.
const TINY: f32 = 1.0 / (1 << 25) as f32;

/// The polynomial of these coefficients, from the lowest up: pairs by Horner's rule in `square`, which is x². Half as long a
/// chain as in x, and no more work.
#[inline(always)]
fn polynomial<A: Arithmetic, const N: usize>(x: f32, square: f32, coefficients: [f32; N]) -> f32 {
    let pair = |i: usize| if i + 1 < N { A::mul_add(coefficients[i + 1], x, coefficients[i]) } else { coefficients[i] };
    let last = (N - 1) / 2 * 2;
    let mut sum = pair(last);
    for i in (0..last).step_by(2).rev() {
        sum = A::mul_add(sum, square, pair(i));
    }
    sum
}

/// x = n·ln 2 + r with |r| ≤ ln 2 / 2, and eʳ − 1.
#[inline(always)]
fn reduced_expm1<A: Arithmetic>(x: f32) -> (i32, f32) {
    let rounded = A::mul_add(x, core::f32::consts::LOG2_E, ROUNDING);
    let n = rounded - ROUNDING;
    let r = A::mul_add(n, -LN_2_LOW, A::mul_add(n, -LN_2_HIGH, x));
    let square = r * r;
    let tail = polynomial::<A, _>(r, square, [0.5, 0.16666666, 0.041666493, 0.008333545, 0.0013932331, 0.00019762601]);
    ((rounded.to_bits() as i32).wrapping_sub(ROUNDING.to_bits() as i32), A::mul_add(tail, square, r))
}

/// 2ⁿ for −126 ≤ n ≤ 127.
#[inline(always)]
fn power_of_2(n: i32) -> f32 {
    f32::from_bits((n.wrapping_add(127) as u32) << 23)
}

/// `x` between two bounds; NaN stays.
#[inline(always)]
fn clamp(x: f32, low: f32, high: f32) -> f32 {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}

#[inline(always)]
pub(super) fn exp<A: Arithmetic>(x: f32) -> f32 {
    // Beyond these bounds the result is 0 and infinity.
    let (n, tail) = reduced_expm1::<A>(clamp(x, -104.0, 89.0));
    // In two steps, of which only the second rounds, when the result is subnormal.
    let half = n >> 1;
    (tail + 1.0) * power_of_2(half) * power_of_2(n.wrapping_sub(half))
}

/// eˣ where that and its parts are normal numbers: |x| ≤ 87.
#[inline(always)]
fn exp_normal<A: Arithmetic>(x: f32) -> f32 {
    let (n, tail) = reduced_expm1::<A>(x);
    let scale = power_of_2(n);
    A::mul_add(tail, scale, scale)
}

#[inline(always)]
pub(super) fn expm1<A: Arithmetic>(x: f32) -> f32 {
    // Below the lower bound the result is −1.
    let (n, tail) = reduced_expm1::<A>(clamp(x, -18.0, 89.0));
    // Half the result, since 2ⁿ may overflow where the result does not.
    let scale = power_of_2(n.wrapping_sub(1));
    let result = 2.0 * A::mul_add(scale, tail, scale - 0.5);
    if x.abs() < TINY { x } else { result }
}

/// ln(1 + f) + n·ln 2 for √½ ≤ 1 + f < √2.
#[inline(always)]
fn ln_of_parts<A: Arithmetic>(n: f32, f: f32) -> f32 {
    let square = f * f;
    let tail = polynomial::<A, _>(
        f,
        square,
        [0.33333313, -0.2500001, 0.20002072, -0.1666799, 0.14220355, -0.12406184, 0.118835464, -0.116705246, 0.06749829],
    );
    let small = A::mul_add(tail * f, square, n * LN_2_LOW);
    A::mul_add(n, LN_2_HIGH, A::mul_add(square, -0.5, small) + f)
}

/// The bits of √½, rounded down.
const SQRT_HALF: u32 = 0x3F35_04F3;

/// The exponent n for which √½ ≤ x·2⁻ⁿ < √2, of a positive normal number.
#[inline(always)]
fn exponent(x: f32) -> i32 {
    (x.to_bits() as i32).wrapping_sub(SQRT_HALF as i32) >> 23
}

/// x·2⁻ⁿ, of a normal number whose result is normal.
#[inline(always)]
fn scale_down(x: f32, n: i32) -> f32 {
    f32::from_bits((x.to_bits() as i32).wrapping_sub(n << 23) as u32)
}

/// The logarithm's limits outside of the positive numbers.
#[inline(always)]
fn ln_limits(x: f32, result: f32) -> f32 {
    let result = if x == 0.0 { f32::NEG_INFINITY } else { result };
    let result = if x < f32::INFINITY { result } else { x };
    if x < 0.0 { f32::NAN } else { result }
}

#[inline(always)]
pub(super) fn ln<A: Arithmetic>(x: f32) -> f32 {
    let subnormal = x < f32::MIN_POSITIVE;
    let normal = if subnormal { x * 8_388_608.0 } else { x };
    let n = exponent(normal);
    let f = scale_down(normal, n) - 1.0;
    let n = n.wrapping_sub(if subnormal { 23 } else { 0 });
    ln_limits(x, ln_of_parts::<A>(n as f32, f))
}

#[inline(always)]
pub(super) fn ln_1p<A: Arithmetic>(x: f32) -> f32 {
    let sum = x + 1.0;
    // What the sum lost: a logarithm of sum + lost is wanted.
    let lost = if x < 1.0 { x - (sum - 1.0) } else { 1.0 - (sum - x) };
    let n = exponent(sum);
    // Beyond 2³⁰ nothing that was lost counts, and its scale would leave the normal numbers.
    let lost = if n < 30 { lost * power_of_2(n.wrapping_neg()) } else { 0.0 };
    let result = ln_limits(sum, ln_of_parts::<A>(n as f32, (scale_down(sum, n) - 1.0) + lost));
    if x.abs() < TINY { x } else { result }
}

#[inline(always)]
pub(super) fn tanh<A: Arithmetic>(x: f32) -> f32 {
    let size = x.abs();
    let square = x * x;
    let series = polynomial::<A, _>(
        square,
        square * square,
        [-0.3333333, 0.13333222, -0.053948462, 0.021708753, -0.0081951115, 0.002157676],
    );
    let near = A::mul_add(series * square, size, size);
    // Above the bound the result is 1.
    let far = 1.0 - 2.0 / (exp_normal::<A>(2.0 * clamp(size, 0.0, 10.0)) + 1.0);
    let result = if size < 0.625 { near } else { far };
    result.copysign(x)
}

#[inline(always)]
pub(super) fn sigmoid<A: Arithmetic>(x: f32) -> f32 {
    let small = exp::<A>(-x.abs());
    let numerator = if x < 0.0 { small } else { 1.0 };
    let sum = 1.0 + small;
    let lost = small - (sum - 1.0);
    let inverse = 1.0 / sum;
    let quotient = numerator * inverse;
    // One step of Newton's, for what the sum and the quotient lost.
    let rest = A::mul_add(-quotient, lost, A::mul_add(-quotient, sum, numerator));
    A::mul_add(rest, inverse, quotient)
}

#[inline(always)]
pub(super) fn erf<A: Arithmetic>(x: f32) -> f32 {
    let size = x.abs();
    let square = x * x;
    let series = polynomial::<A, _>(
        square,
        square * square,
        [0.12837917, -0.3761263, 0.11283624, -0.026855595, 0.0051919934, -0.00080447056, 7.97484e-5],
    );
    let near = A::mul_add(series, size, size);
    // −ln(erfc(t))/t; above the bound the result is 1.
    let t = clamp(size, 0.0, 3.95);
    let slope = polynomial::<A, _>(
        t,
        t * t,
        [1.1285644, 0.63556707, 0.10537536, -0.022792587, 0.0030031737, -7.596291e-5, -4.0413088e-5, 4.514594e-6],
    );
    let far = 1.0 - exp_normal::<A>(-(slope * t));
    let result = if size < 0.9375 { near } else { far };
    result.copysign(x)
}
