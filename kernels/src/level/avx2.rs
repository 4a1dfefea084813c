//! x86_64 with AVX2 and FMA. Outside of code with these target features, calling a function of this module is unsafe: the
//! processor must have them.
#![allow(clippy::missing_safety_doc)]

pub use crate::maths::fused::*;

super::common::common_functions! { x86_64 #[target_feature(enable = "avx2,fma")] }
super::product::product_functions! {
    { #[target_feature(enable = "avx2,fma")] }
    1 => (1 2 3 4 5 6 7 8 9 10),
    2 => (1 2 3 4 5 6),
    3 => (1),
    4 => (1), 5 => (1), 6 => (1), 7 => (1), 8 => (1), 9 => (1), 10 => (1), 11 => (1), 12 => (1),
}

/// 8 elements in one of 16 registers.
mod vector {
    use core::arch::x86_64::*;

    pub(super) type Vector = __m256;
    pub(super) type Mask = __m256i;

    pub(super) const WIDTH: usize = 8;
    pub(super) const MOST_VECTORS: usize = 2;
    pub(super) const ROWS: [usize; 12] = [10, 6, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1];

    #[inline]
    #[target_feature(enable = "avx")]
    pub(super) fn zero() -> Vector {
        _mm256_setzero_ps()
    }

    #[inline]
    #[target_feature(enable = "avx")]
    pub(super) fn splat(x: f32) -> Vector {
        _mm256_set1_ps(x)
    }

    #[inline]
    #[target_feature(enable = "fma")]
    pub(super) fn fma(a: Vector, b: Vector, c: Vector) -> Vector {
        _mm256_fmadd_ps(a, b, c)
    }

    #[inline]
    #[target_feature(enable = "avx")]
    pub(super) fn add(a: Vector, b: Vector) -> Vector {
        _mm256_add_ps(a, b)
    }

    /// The first `n` elements, 1 ≤ n ≤ 8.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub(super) fn mask(n: usize) -> Mask {
        _mm256_cmpgt_epi32(_mm256_set1_epi32(n as i32), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))
    }

    #[inline]
    #[target_feature(enable = "avx")]
    pub(super) unsafe fn load(pointer: *const f32) -> Vector {
        // SAFETY: the caller's promise.
        unsafe { _mm256_loadu_ps(pointer) }
    }

    /// Elements that the mask leaves out are zero, and need not be there.
    #[inline]
    #[target_feature(enable = "avx")]
    pub(super) unsafe fn load_masked(pointer: *const f32, mask: Mask) -> Vector {
        // SAFETY: the caller's promise.
        unsafe { _mm256_maskload_ps(pointer, mask) }
    }

    #[inline]
    #[target_feature(enable = "avx")]
    pub(super) unsafe fn store(pointer: *mut f32, x: Vector) {
        // SAFETY: the caller's promise.
        unsafe { _mm256_storeu_ps(pointer, x) }
    }

    /// Elements that the mask leaves out are not written, and need not be there.
    #[inline]
    #[target_feature(enable = "avx")]
    pub(super) unsafe fn store_masked(pointer: *mut f32, x: Vector, mask: Mask) {
        // SAFETY: the caller's promise.
        unsafe { _mm256_maskstore_ps(pointer, mask, x) }
    }
}
