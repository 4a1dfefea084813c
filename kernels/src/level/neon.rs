//! aarch64, whose every processor has NEON and fused multiply-add. Outside of code with this target feature (which the usual
//! targets have everywhere), calling a function of this module is unsafe: the processor must have it.
#![allow(clippy::missing_safety_doc)]

pub use crate::maths::fused::*;

super::common::common_functions! { #[target_feature(enable = "neon")] }
super::product::product_functions! {
    { #[target_feature(enable = "neon")] }
    1 => (1 2 3 4 5 6 7 8 9 10 11 12),
    2 => (1 2 3 4 5 6 7 8 9 10 11 12),
    3 => (1 2 3 4 5 6 7 8),
    4 => (1 2 3 4 5 6),
    5 => (1), 6 => (1), 7 => (1), 8 => (1), 9 => (1), 10 => (1), 11 => (1), 12 => (1), 13 => (1), 14 => (1), 15 => (1), 16 => (1),
}

/// 4 elements in one of 32 registers.
mod vector {
    use crate::philox;
    use core::arch::aarch64::*;

    pub(super) type Vector = float32x4_t;
    /// The number of elements.
    pub(super) type Mask = usize;

    pub(super) const WIDTH: usize = 4;
    /// Whether a block is transposed faster than one element after another.
    pub(super) const TRANSPOSES: bool = true;
    pub(super) const MOST_VECTORS: usize = 4;
    pub(super) const ROWS: [usize; 16] = [12, 12, 8, 6, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1];

    #[inline]
    #[target_feature(enable = "neon")]
    pub(super) fn zero() -> Vector {
        vdupq_n_f32(0.0)
    }

    #[inline]
    #[target_feature(enable = "neon")]
    pub(super) fn splat(x: f32) -> Vector {
        vdupq_n_f32(x)
    }

    #[inline]
    #[target_feature(enable = "neon")]
    pub(super) fn fma(a: Vector, b: Vector, c: Vector) -> Vector {
        vfmaq_f32(c, a, b)
    }

    #[inline]
    #[target_feature(enable = "neon")]
    pub(super) fn add(a: Vector, b: Vector) -> Vector {
        vaddq_f32(a, b)
    }

    /// The first `n` elements, n ≤ 4.
    #[inline]
    pub(super) fn mask(n: usize) -> Mask {
        n
    }

    #[inline]
    #[target_feature(enable = "neon")]
    pub(super) unsafe fn load(pointer: *const f32) -> Vector {
        // SAFETY: the caller's promise.
        unsafe { vld1q_f32(pointer) }
    }

    /// Elements that the mask leaves out are zero, and need not be there.
    #[inline]
    #[target_feature(enable = "neon")]
    pub(super) unsafe fn load_masked(pointer: *const f32, mask: Mask) -> Vector {
        // SAFETY: the caller's promise, and an array of a vector's size.
        unsafe {
            if mask == WIDTH {
                return vld1q_f32(pointer);
            }
            let mut elements = [0.0; WIDTH];
            for (i, element) in elements.iter_mut().enumerate().take(mask) {
                *element = *pointer.add(i);
            }
            vld1q_f32(elements.as_ptr())
        }
    }

    #[inline]
    #[target_feature(enable = "neon")]
    pub(super) unsafe fn store(pointer: *mut f32, x: Vector) {
        // SAFETY: the caller's promise.
        unsafe { vst1q_f32(pointer, x) }
    }

    /// Elements that the mask leaves out are not written, and need not be there.
    #[inline]
    #[target_feature(enable = "neon")]
    pub(super) unsafe fn store_masked(pointer: *mut f32, x: Vector, mask: Mask) {
        // SAFETY: the caller's promise, and an array of a vector's size.
        unsafe {
            if mask == WIDTH {
                return vst1q_f32(pointer, x);
            }
            let mut elements = [0.0; WIDTH];
            vst1q_f32(elements.as_mut_ptr(), x);
            for (i, element) in elements.into_iter().enumerate().take(mask) {
                *pointer.add(i) = element;
            }
        }
    }

    /// Elements that the mask leaves out are those of `rest`, and need not be there.
    #[inline]
    #[target_feature(enable = "neon")]
    pub(super) unsafe fn load_or(pointer: *const f32, mask: Mask, rest: Vector) -> Vector {
        // SAFETY: the caller's promise, and an array of a vector's size.
        unsafe {
            if mask == WIDTH {
                return vld1q_f32(pointer);
            }
            let mut elements = [0.0; WIDTH];
            vst1q_f32(elements.as_mut_ptr(), rest);
            for (i, element) in elements.iter_mut().enumerate().take(mask) {
                *element = *pointer.add(i);
            }
            vld1q_f32(elements.as_ptr())
        }
    }

    /// The sum, or the greater one: `x` where it is greater than `before`, which is not NaN.
    #[inline]
    #[target_feature(enable = "neon")]
    pub(super) fn combine<const GREATEST: bool>(before: Vector, x: Vector) -> Vector {
        if GREATEST { vbslq_f32(vcgtq_f32(x, before), x, before) } else { vaddq_f32(before, x) }
    }

    /// All steps (lanes 8 apart, then 4, 2 and 1) that combine the lanes of four rows: one element for each row.
    #[inline]
    #[target_feature(enable = "neon")]
    pub(super) fn quarter<const GREATEST: bool>(rows: [[Vector; 4]; 4]) -> Vector {
        let [a, b, c, d] = rows.map(|[first, second, third, fourth]| {
            let (even, odd) = (combine::<GREATEST>(first, third), combine::<GREATEST>(second, fourth));
            vreinterpretq_f64_f32(combine::<GREATEST>(even, odd))
        });
        let pairs = |a, b| [vreinterpretq_f32_f64(vtrn1q_f64(a, b)), vreinterpretq_f32_f64(vtrn2q_f64(a, b))];
        let ([ab, ab_other], [cd, cd_other]) = (pairs(a, b), pairs(c, d));
        let (ab, cd) = (combine::<GREATEST>(ab, ab_other), combine::<GREATEST>(cd, cd_other));
        combine::<GREATEST>(vuzp1q_f32(ab, cd), vuzp2q_f32(ab, cd))
    }

    /// Nothing is left to do.
    #[inline]
    pub(super) fn folded<const GREATEST: bool>([rows]: [Vector; 1]) -> Vector {
        rows
    }

    /// Whether an element is zero.
    #[inline]
    #[target_feature(enable = "neon")]
    pub(super) fn has_zero(x: Vector) -> bool {
        vmaxvq_u32(vceqzq_f32(x)) != 0
    }

    /// The first element.
    #[inline]
    #[target_feature(enable = "neon")]
    pub(super) fn first(x: Vector) -> f32 {
        vgetq_lane_f32::<0>(x)
    }

    /// A square block, transposed.
    #[inline]
    #[target_feature(enable = "neon")]
    pub(super) fn transposed([a, b, c, d]: [Vector; WIDTH]) -> [Vector; WIDTH] {
        let pairs = |a, b| [vreinterpretq_f64_f32(vtrn1q_f32(a, b)), vreinterpretq_f64_f32(vtrn2q_f32(a, b))];
        let ([even_ab, odd_ab], [even_cd, odd_cd]) = (pairs(a, b), pairs(c, d));
        [
            vreinterpretq_f32_f64(vtrn1q_f64(even_ab, even_cd)),
            vreinterpretq_f32_f64(vtrn1q_f64(odd_ab, odd_cd)),
            vreinterpretq_f32_f64(vtrn2q_f64(even_ab, even_cd)),
            vreinterpretq_f32_f64(vtrn2q_f64(odd_ab, odd_cd)),
        ]
    }

    /// (x − shift)·scale.
    #[inline]
    #[target_feature(enable = "neon")]
    pub(super) fn normalised(x: Vector, shift: f32, scale: f32) -> Vector {
        vmulq_f32(vsubq_f32(x, splat(shift)), splat(scale))
    }

    /// Asks for the cache line at an address, if there is one.
    #[inline]
    pub(super) fn prefetch(pointer: *const f32) {
        // SAFETY: a hint, for which any address will do; all processors of aarch64 have it.
        unsafe { core::arch::asm!("prfm pldl1keep, [{}]", in(reg) pointer, options(nostack, readonly, preserves_flags)) };
    }

    /// The four words of 4 Philox blocks, the first of which has this counter, as draws from [0, 1).
    #[inline]
    #[target_feature(enable = "neon")]
    pub(super) fn draws(counter: [u32; 4], key: [u32; 2]) -> [Vector; 4] {
        let all = |word: u32| vdupq_n_u32(word);
        // SAFETY: an array of a vector's size.
        let lanes = unsafe { vld1q_u32([0, 1, 2, 3].as_ptr()) };
        let mut a = vaddq_u32(all(counter[0]), lanes);
        let [mut b, mut c, mut d] = [all(counter[1]), all(counter[2]), all(counter[3])];
        let [mut key_0, mut key_1] = key;
        for _ in 0..philox::ROUNDS {
            let (lower_0, upper_0) = product(a, philox::MULTIPLIERS[0]);
            let (lower_1, upper_1) = product(c, philox::MULTIPLIERS[1]);
            a = veorq_u32(upper_1, veorq_u32(b, all(key_0)));
            c = veorq_u32(upper_0, veorq_u32(d, all(key_1)));
            (b, d) = (lower_1, lower_0);
            key_0 = key_0.wrapping_add(philox::WEYL[0]);
            key_1 = key_1.wrapping_add(philox::WEYL[1]);
        }
        [a, b, c, d].map(|word| vmulq_n_f32(vcvtq_f32_u32(vshrq_n_u32::<8>(word)), philox::UNIT))
    }

    /// The lower and the upper halves of products.
    #[inline]
    #[target_feature(enable = "neon")]
    fn product(x: uint32x4_t, factor: u32) -> (uint32x4_t, uint32x4_t) {
        let first = vreinterpretq_u32_u64(vmull_n_u32(vget_low_u32(x), factor));
        let last = vreinterpretq_u32_u64(vmull_high_n_u32(x, factor));
        (vuzp1q_u32(first, last), vuzp2q_u32(first, last))
    }
}
