//! The maths functions: errors, special values, and the same bits at every level.

mod common;
#[path = "common/ulp.rs"]
mod ulp;

use common::{available_levels, bits};
use dlm_kernels::Machine;
use dlm_kernels::maths::{exact, fused, pow_int};

/// Arguments spread over all bit patterns, and the ones that things happen at.
fn arguments() -> impl Iterator<Item = u32> {
    let special = [0.0, 1.0, 0.5, 0.625, 0.9375, 3.95, 10.0, 87.3, 88.72284, 103.97, 104.0, 1e-25, f32::INFINITY, f32::NAN];
    let each = if cfg!(miri) { 2 } else { 32 };
    let around =
        special.into_iter().flat_map(move |x| (0..2 * each).map(move |i| x.to_bits().wrapping_add(i).wrapping_sub(each)));
    let both = around.flat_map(|bits| [bits, bits | 1 << 31]);
    both.chain((0..=u32::MAX).step_by(if cfg!(miri) { 50_000_017 } else { 4099 }))
}

#[test]
fn errors_are_within_their_bounds() {
    for function in &ulp::FUNCTIONS {
        for level in available_levels() {
            let worst = ulp::worst(function, &Machine::at_most(level), arguments());
            assert!(worst.error <= function.bound, "{} at {}: {worst:?}", function.name, level.name());
        }
    }
}

#[test]
fn all_levels_give_the_same_bits() {
    let x: Vec<f32> = arguments().map(f32::from_bits).collect();
    for function in &ulp::FUNCTIONS {
        let results = available_levels().into_iter().map(|level| {
            let mut results = x.clone();
            (function.apply)(&mut ulp::Call { machine: &Machine::at_most(level), x: &mut results });
            bits(&results)
        });
        let results: Vec<_> = results.collect();
        assert!(results.windows(2).all(|pair| pair[0] == pair[1]), "{}", function.name);
    }
}

#[test]
fn special_values() {
    let infinity = f32::INFINITY;
    assert_eq!([fused::exp(infinity), fused::exp(-infinity), fused::exp(0.0), fused::exp(-0.0)], [infinity, 0.0, 1.0, 1.0]);
    assert_eq!([fused::exp(88.8), fused::exp(-104.1)], [infinity, 0.0]);
    assert_eq!(fused::exp(-103.0).to_bits(), 1);
    assert_eq!([fused::expm1(infinity), fused::expm1(-infinity)], [infinity, -1.0]);
    assert_eq!([fused::ln(0.0), fused::ln(-0.0), fused::ln(infinity), fused::ln(1.0)], [-infinity, -infinity, infinity, 0.0]);
    assert!(fused::ln(-1.0).is_nan() && fused::ln(-infinity).is_nan());
    assert_eq!([fused::ln_1p(-1.0), fused::ln_1p(infinity)], [-infinity, infinity]);
    assert!(fused::ln_1p(-1.1).is_nan() && fused::ln_1p(-infinity).is_nan());
    assert_eq!([fused::tanh(infinity), fused::tanh(-infinity)], [1.0, -1.0]);
    assert_eq!([fused::sigmoid(infinity), fused::sigmoid(-infinity), fused::sigmoid(0.0)], [1.0, 0.0, 0.5]);
    assert_eq!([fused::erf(infinity), fused::erf(-infinity)], [1.0, -1.0]);
    for function in [fused::expm1, fused::ln_1p, fused::tanh, fused::erf] {
        assert_eq!([function(0.0).to_bits(), function(-0.0).to_bits()], [0.0f32.to_bits(), (-0.0f32).to_bits()]);
    }
    for function in [fused::exp, fused::expm1, fused::ln, fused::ln_1p, fused::tanh, fused::sigmoid, fused::erf] {
        assert!(function(f32::NAN).is_nan());
    }
}

/// Numbers of all sizes, and the special ones.
fn operands() -> Vec<f32> {
    let mut random = common::Random(7);
    let mut operands: Vec<f32> = (0..if cfg!(miri) { 8 } else { 60 })
        .map(|i| f32::from_bits((random.number().to_bits() & 0x807F_FFFF) | ((i * 37 + 1) % 254) << 23))
        .collect();
    operands.extend([0.0, -0.0, 1.0, f32::MIN_POSITIVE, f32::from_bits(1), f32::MAX, f32::INFINITY, f32::NEG_INFINITY, f32::NAN]);
    operands
}

#[test]
fn exact_multiply_add_rounds_once() {
    let operands = operands();
    for &a in &operands {
        for &b in &operands {
            // Beside the operands, sums that nearly cancel, or lie near the middle of two numbers.
            let product = a * b;
            let near = [-product, product, -product * 0.5, product * 5.9604645e-8, product * 2.9802322e-8, product * 1.6777216e7];
            for c in operands.iter().copied().chain(near) {
                let (found, expected) = (exact::mul_add(a, b, c), a.mul_add(b, c));
                assert_eq!(bits(&[found]), bits(&[expected]), "{a:e} · {b:e} + {c:e}");
            }
        }
    }
}

#[test]
fn exact_square_root_is_rounded_correctly() {
    for x in arguments().map(f32::from_bits) {
        assert_eq!(bits(&[exact::sqrt(x)]), bits(&[x.sqrt()]), "{x:e}");
    }
}

#[test]
fn whole_powers() {
    for n in 0..20 {
        assert_eq!(pow_int(-3.0, n), (-3i64).pow(n as u32) as f64);
    }
    assert_eq!(pow_int(0.9, u64::MAX), 0.0);
    assert!((pow_int(0.999, 1000) - 0.999f64.powf(1000.0)).abs() < 1e-13);
}
