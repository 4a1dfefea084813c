//! x86_64 with AVX-512 F, BW, DQ and VL, and FMA. Outside of code with these target features, calling a function of this
//! module is unsafe: the processor must have them.
#![allow(clippy::missing_safety_doc)]

pub use crate::maths::fused::*;

super::common::common_functions! { x86_64 #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")] }
super::product::product_functions! {
    { #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")] }
    1 => (1 2 3 4 5 6 7 8 9 10 11 12),
    2 => (1 2 3 4 5 6 7 8 9 10 11 12),
    3 => (1 2 3 4 5 6 7 8),
    4 => (1 2 3 4 5 6),
    5 => (1), 6 => (1), 7 => (1), 8 => (1), 9 => (1), 10 => (1), 11 => (1), 12 => (1), 13 => (1), 14 => (1),
    15 => (1), 16 => (1), 17 => (1), 18 => (1), 19 => (1), 20 => (1), 21 => (1), 22 => (1), 23 => (1), 24 => (1),
}

/// 16 elements in one of 32 registers.
mod vector {
    use core::arch::x86_64::*;

    pub(super) type Vector = __m512;
    pub(super) type Mask = __mmask16;

    pub(super) const WIDTH: usize = 16;
    pub(super) const MOST_VECTORS: usize = 4;
    pub(super) const ROWS: [usize; 24] = [12, 12, 8, 6, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1];

    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(super) fn zero() -> Vector {
        _mm512_setzero_ps()
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(super) fn splat(x: f32) -> Vector {
        _mm512_set1_ps(x)
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(super) fn fma(a: Vector, b: Vector, c: Vector) -> Vector {
        _mm512_fmadd_ps(a, b, c)
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(super) fn add(a: Vector, b: Vector) -> Vector {
        _mm512_add_ps(a, b)
    }

    /// The first `n` elements, 1 ≤ n ≤ 16.
    #[inline]
    pub(super) fn mask(n: usize) -> Mask {
        u16::MAX >> (WIDTH - n)
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(super) unsafe fn load(pointer: *const f32) -> Vector {
        // SAFETY: the caller's promise.
        unsafe { _mm512_loadu_ps(pointer) }
    }

    /// Elements that the mask leaves out are zero, and need not be there.
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(super) unsafe fn load_masked(pointer: *const f32, mask: Mask) -> Vector {
        // SAFETY: the caller's promise.
        unsafe { _mm512_maskz_loadu_ps(mask, pointer) }
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(super) unsafe fn store(pointer: *mut f32, x: Vector) {
        // SAFETY: the caller's promise.
        unsafe { _mm512_storeu_ps(pointer, x) }
    }

    /// Elements that the mask leaves out are not written, and need not be there.
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(super) unsafe fn store_masked(pointer: *mut f32, x: Vector, mask: Mask) {
        // SAFETY: the caller's promise.
        unsafe { _mm512_mask_storeu_ps(pointer, mask, x) }
    }
}
