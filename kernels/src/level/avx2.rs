//! x86_64 with AVX2 and FMA. Outside of code with these target features, calling a function of this module is unsafe: the
//! processor must have them.
#![allow(clippy::missing_safety_doc)]

pub use crate::maths::fused::*;

super::common::common_functions! { #[target_feature(enable = "avx2,fma")] }
super::product::product_functions! {
    { #[target_feature(enable = "avx2,fma")] }
    1 => (1 2 3 4 5 6 7 8 9 10),
    2 => (1 2 3 4 5 6),
    3 => (1),
    4 => (1), 5 => (1), 6 => (1), 7 => (1), 8 => (1), 9 => (1), 10 => (1), 11 => (1), 12 => (1),
}

/// 8 elements in one of 16 registers.
mod vector {
    use crate::philox;
    use core::arch::x86_64::*;

    pub(super) type Vector = __m256;
    pub(super) type Mask = __m256i;

    pub(super) const WIDTH: usize = 8;
    /// Whether a block is transposed faster than one element after another.
    pub(super) const TRANSPOSES: bool = true;
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

    /// The first `n` elements, n ≤ 8.
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

    /// Elements that the mask leaves out are those of `rest`, and need not be there.
    #[inline]
    #[target_feature(enable = "avx")]
    pub(super) unsafe fn load_or(pointer: *const f32, mask: Mask, rest: Vector) -> Vector {
        // SAFETY: the caller's promise.
        unsafe { _mm256_blendv_ps(rest, _mm256_maskload_ps(pointer, mask), _mm256_castsi256_ps(mask)) }
    }

    /// The sum, or the greater one: `x` where it is greater than `before`, which is not NaN.
    #[inline]
    #[target_feature(enable = "avx")]
    pub(super) fn combine<const GREATEST: bool>(before: Vector, x: Vector) -> Vector {
        // Of an argument that is NaN, and of two zeros, the instruction takes the second one.
        if GREATEST { _mm256_max_ps(x, before) } else { _mm256_add_ps(before, x) }
    }

    /// The first three steps (lanes 8 apart, then 4 and 2) that combine the lanes of four rows: two lanes of each row, of the
    /// rows 0, 1, 2 and 3.
    #[inline]
    #[target_feature(enable = "avx")]
    pub(super) fn quarter<const GREATEST: bool>(rows: [[Vector; 2]; 4]) -> Vector {
        let [a, b, c, d] = rows.map(|[first, second]| combine::<GREATEST>(first, second));
        let ac = combine::<GREATEST>(_mm256_permute2f128_ps::<0x20>(a, c), _mm256_permute2f128_ps::<0x31>(a, c));
        let bd = combine::<GREATEST>(_mm256_permute2f128_ps::<0x20>(b, d), _mm256_permute2f128_ps::<0x31>(b, d));
        let (ac, bd) = (_mm256_castps_pd(ac), _mm256_castps_pd(bd));
        combine::<GREATEST>(_mm256_castpd_ps(_mm256_unpacklo_pd(ac, bd)), _mm256_castpd_ps(_mm256_unpackhi_pd(ac, bd)))
    }

    /// The last step: one element for each row.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub(super) fn folded<const GREATEST: bool>([a, b]: [Vector; 2]) -> Vector {
        let rows = combine::<GREATEST>(_mm256_shuffle_ps::<0x88>(a, b), _mm256_shuffle_ps::<0xDD>(a, b));
        // These are the rows 0 1 4 5 2 3 6 7.
        _mm256_castpd_ps(_mm256_permute4x64_pd::<0b11_01_10_00>(_mm256_castps_pd(rows)))
    }

    /// Whether an element is zero.
    #[inline]
    #[target_feature(enable = "avx")]
    pub(super) fn has_zero(x: Vector) -> bool {
        _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_EQ_OQ>(x, zero())) != 0
    }

    /// The first element.
    #[inline]
    #[target_feature(enable = "avx")]
    pub(super) fn first(x: Vector) -> f32 {
        _mm256_cvtss_f32(x)
    }

    /// A square block, transposed.
    #[inline]
    #[target_feature(enable = "avx")]
    pub(super) fn transposed(rows: [Vector; WIDTH]) -> [Vector; WIDTH] {
        let mut pairs = rows;
        for i in 0..4 {
            pairs[2 * i] = _mm256_unpacklo_ps(rows[2 * i], rows[2 * i + 1]);
            pairs[2 * i + 1] = _mm256_unpackhi_ps(rows[2 * i], rows[2 * i + 1]);
        }
        let mut fours = pairs;
        for i in [0, 4] {
            for half in [0, 1] {
                fours[i + 2 * half] = _mm256_shuffle_ps::<0b0100_0100>(pairs[i + half], pairs[i + half + 2]);
                fours[i + 2 * half + 1] = _mm256_shuffle_ps::<0b1110_1110>(pairs[i + half], pairs[i + half + 2]);
            }
        }
        let mut columns = fours;
        for i in 0..4 {
            columns[i] = _mm256_permute2f128_ps::<0x20>(fours[i], fours[i + 4]);
            columns[i + 4] = _mm256_permute2f128_ps::<0x31>(fours[i], fours[i + 4]);
        }
        columns
    }

    /// (x − shift)·scale.
    #[inline]
    #[target_feature(enable = "avx")]
    pub(super) fn normalised(x: Vector, shift: f32, scale: f32) -> Vector {
        _mm256_mul_ps(_mm256_sub_ps(x, splat(shift)), splat(scale))
    }

    /// Asks for the cache line at an address, if there is one.
    #[inline]
    pub(super) fn prefetch(pointer: *const f32) {
        // SAFETY: a hint, for which any address will do; all processors of x86_64 have it.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(pointer.cast()) };
    }

    /// The four words of 8 Philox blocks, the first of which has this counter, as draws from [0, 1).
    #[inline]
    #[target_feature(enable = "avx2")]
    pub(super) fn draws(counter: [u32; 4], key: [u32; 2]) -> [Vector; 4] {
        // A block's words are the lower halves of 64-bit elements, two vectors of four blocks: the upper halves are not looked
        // at, and a product needs no more than one shift. The blocks are in the order in which a shuffle joins them.
        let all = |word: u32| _mm256_set1_epi32(word as i32);
        let first = all(counter[0]);
        let mut a =
            [_mm256_add_epi32(first, _mm256_setr_epi64x(0, 1, 4, 5)), _mm256_add_epi32(first, _mm256_setr_epi64x(2, 3, 6, 7))];
        let [mut b, mut c, mut d] = [[all(counter[1]); 2], [all(counter[2]); 2], [all(counter[3]); 2]];
        let (multipliers, steps) = (philox::MULTIPLIERS.map(all), philox::WEYL.map(all));
        let mut key = key.map(all);
        for _ in 0..philox::ROUNDS {
            for i in 0..2 {
                let products = [_mm256_mul_epu32(a[i], multipliers[0]), _mm256_mul_epu32(c[i], multipliers[1])];
                a[i] = _mm256_xor_si256(_mm256_srli_epi64::<32>(products[1]), _mm256_xor_si256(b[i], key[0]));
                c[i] = _mm256_xor_si256(_mm256_srli_epi64::<32>(products[0]), _mm256_xor_si256(d[i], key[1]));
                (b[i], d[i]) = (products[1], products[0]);
            }
            key = [_mm256_add_epi32(key[0], steps[0]), _mm256_add_epi32(key[1], steps[1])];
        }
        [a, b, c, d].map(|[first, second]| {
            let words = _mm256_shuffle_ps::<0x88>(_mm256_castsi256_ps(first), _mm256_castsi256_ps(second));
            let words = _mm256_srli_epi32::<8>(_mm256_castps_si256(words));
            _mm256_mul_ps(_mm256_cvtepi32_ps(words), _mm256_set1_ps(philox::UNIT))
        })
    }
}
