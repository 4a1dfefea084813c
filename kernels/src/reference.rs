//! What the kernels compute, by definition: naive loops that give the same bits as every level.
//!
//! Also the maths functions: [`exp`] and the others are those of [`maths::fused`](crate::maths::fused).

pub use crate::maths::fused::{erf, exp, expm1, ln, ln_1p, mul_add, sigmoid, sqrt, tanh};
use crate::philox;

/// The depth after which a product begins a new sum from zero.
pub const PANEL: usize = 256;
/// The lanes in which [`sum`] adds.
pub const LANES: usize = 16;

/// c\[i\]\[j\] = Σ_d a\[i\]\[d\]·b\[d\]\[j\] for i below `m`, j below `n` and d below `k`, where a\[i\]\[d\] is at
/// i·`a_row` + d·`a_depth`, b\[d\]\[j\] at d·`b_stride` + j, c\[i\]\[j\] at i·`c_stride` + j.
///
/// The depths are taken in panels of [`PANEL`]. Within a panel, fused multiply-add in order, from zero; the panels' results
/// are added in order to the first one's. A product of depth 0 is 0. No other element of `c` is written.
///
/// # Panics
/// If an operand is too short.
pub fn product(
    c: &mut [f32],
    c_stride: usize,
    a: &[f32],
    a_row: usize,
    a_depth: usize,
    b: &[f32],
    b_stride: usize,
    m: usize,
    n: usize,
    k: usize,
) {
    for i in 0..m {
        for j in 0..n {
            let panel = |first: usize| {
                let depths = first..(first + PANEL).min(k);
                depths.fold(0.0, |sum, d| mul_add(a[i * a_row + d * a_depth], b[d * b_stride + j], sum))
            };
            let first = panel(0);
            c[i * c_stride + j] = (PANEL..k).step_by(PANEL).fold(first, |sum, d| sum + panel(d));
        }
    }
}

/// The sum of all elements: lane l of [`LANES`] adds the elements l, l + 16, … in order from zero, then the lanes are added
/// as a balanced tree, lane l and lane l + h for h = 8, 4, 2, 1.
pub fn sum(x: &[f32]) -> f32 {
    let mut lanes = [0.0; LANES];
    for (i, x) in x.iter().enumerate() {
        lanes[i % LANES] += x;
    }
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            lanes[lane] += lanes[lane + half];
        }
        half /= 2;
    }
    lanes[0]
}

/// The greatest of all elements: from −∞ on, each that is greater than the one before it. −∞ if there is none; NaN is passed
/// over; of zeros of both signs, the first.
pub fn greatest(x: &[f32]) -> f32 {
    x.iter().fold(f32::NEG_INFINITY, |greatest, &x| if x > greatest { x } else { greatest })
}

/// Adds 16 lanes, rows of `width` elements, into the first one, as [`sum`] adds its lanes, in the first `columns` columns.
pub fn fold_lanes(lanes: &mut [f32], width: usize, columns: usize) {
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            for column in 0..columns {
                lanes[lane * width + column] += lanes[(lane + half) * width + column];
            }
        }
        half /= 2;
    }
}

/// As [`fold_lanes`], where only the first `filled` lanes hold anything: the others are +0.0, and need not be there.
pub fn fold_filled_lanes(lanes: &mut [f32], width: usize, columns: usize, filled: usize) {
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            for column in 0..columns {
                let other = if lane + half < filled { lanes[(lane + half) * width + column] } else { 0.0 };
                if lane < filled {
                    lanes[lane * width + column] += other;
                }
            }
        }
        half /= 2;
    }
}

/// out\[i\] = [`sum`] of the `n` elements of `x` from i·`stride` on.
pub fn sum_rows(out: &mut [f32], x: &[f32], stride: usize, n: usize) {
    for (i, out) in out.iter_mut().enumerate() {
        *out = sum(&x[i * stride..][..n]);
    }
}

/// out\[i\] = [`greatest`] of the `n` elements of `x` from i·`stride` on.
pub fn greatest_rows(out: &mut [f32], x: &[f32], stride: usize, n: usize) {
    for (i, out) in out.iter_mut().enumerate() {
        *out = greatest(&x[i * stride..][..n]);
    }
}

/// Fills `out` with draws from [0, 1), each a multiple of 2⁻²⁴.
///
/// Column j of `row` takes word (j/16) mod 4 of block (j/64)·16 + j mod 16. A block is [`philox()`](crate::philox::philox)
/// of the counter \[block, row, lower half of `step`, lower 16 bits of `stream` and bits 32 to 48 of `step`\] and the key
/// \[lower, upper half of `seed`\]; of a word the upper 24 bits count.
pub fn uniform(out: &mut [f32], seed: u64, stream: u32, step: u64, row: u32) {
    for (j, out) in out.iter_mut().enumerate() {
        let block = (j / 64) * 16 + j % 16;
        let words = philox::philox(philox::counter(block as u32, stream, step, row), philox::key(seed));
        *out = philox::to_unit(words[(j / 16) % 4]);
    }
}
