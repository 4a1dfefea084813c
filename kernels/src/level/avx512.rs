//! x86_64 with AVX-512 F, BW, DQ and VL, and FMA. Outside of code with these target features, calling a function of this
//! module is unsafe: the processor must have them.
#![allow(clippy::missing_safety_doc)]

pub use crate::maths::fused::*;

super::common::common_functions! { #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")] }
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
    use crate::philox;
    use core::arch::x86_64::*;

    pub(super) type Vector = __m512;
    pub(super) type Mask = __mmask16;

    pub(super) const WIDTH: usize = 16;
    /// Whether a block is transposed faster than one element after another.
    pub(super) const TRANSPOSES: bool = true;
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

    /// Elements that the mask leaves out are those of `rest`, and need not be there.
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(super) unsafe fn load_or(pointer: *const f32, mask: Mask, rest: Vector) -> Vector {
        // SAFETY: the caller's promise.
        unsafe { _mm512_mask_loadu_ps(rest, mask, pointer) }
    }

    /// The sum, or the greater one: `x` where it is greater than `before`, which is not NaN.
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(super) fn combine<const GREATEST: bool>(before: Vector, x: Vector) -> Vector {
        // Of an argument that is NaN, and of two zeros, the instruction takes the second one.
        if GREATEST { _mm512_max_ps(x, before) } else { _mm512_add_ps(before, x) }
    }

    /// The first two steps (lanes 8 apart, then 4) that combine the lanes of four rows: four lanes of each row, one row after
    /// another.
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(super) fn quarter<const GREATEST: bool>([[a], [b], [c], [d]]: [[Vector; 1]; 4]) -> Vector {
        let ab = combine::<GREATEST>(_mm512_shuffle_f32x4::<0x44>(a, b), _mm512_shuffle_f32x4::<0xEE>(a, b));
        let cd = combine::<GREATEST>(_mm512_shuffle_f32x4::<0x44>(c, d), _mm512_shuffle_f32x4::<0xEE>(c, d));
        combine::<GREATEST>(_mm512_shuffle_f32x4::<0x88>(ab, cd), _mm512_shuffle_f32x4::<0xDD>(ab, cd))
    }

    /// The last two steps (lanes 2 apart, then 1): one element for each row.
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(super) fn folded<const GREATEST: bool>(quarters: [Vector; 4]) -> Vector {
        let [a, b, c, d] = quarters.map(|x| _mm512_castps_pd(x));
        let pairs = |a, b| [_mm512_castpd_ps(_mm512_unpacklo_pd(a, b)), _mm512_castpd_ps(_mm512_unpackhi_pd(a, b))];
        let ([ab, ab_other], [cd, cd_other]) = (pairs(a, b), pairs(c, d));
        let (ab, cd) = (combine::<GREATEST>(ab, ab_other), combine::<GREATEST>(cd, cd_other));
        let rows = combine::<GREATEST>(_mm512_shuffle_ps::<0x88>(ab, cd), _mm512_shuffle_ps::<0xDD>(ab, cd));
        // The first rows of the quarters came first, then their second rows.
        _mm512_permutexvar_ps(_mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), rows)
    }

    /// Whether an element is zero.
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(super) fn has_zero(x: Vector) -> bool {
        _mm512_cmp_ps_mask::<_CMP_EQ_OQ>(x, zero()) != 0
    }

    /// The first element.
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(super) fn first(x: Vector) -> f32 {
        _mm512_cvtss_f32(x)
    }

    /// A square block, transposed.
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(super) fn transposed(rows: [Vector; WIDTH]) -> [Vector; WIDTH] {
        let mut pairs = rows;
        for i in 0..8 {
            pairs[2 * i] = _mm512_unpacklo_ps(rows[2 * i], rows[2 * i + 1]);
            pairs[2 * i + 1] = _mm512_unpackhi_ps(rows[2 * i], rows[2 * i + 1]);
        }
        // Of four rows: vector i has the columns i, i + 4, i + 8 and i + 12.
        let mut fours = pairs;
        for rows in 0..4 {
            for half in 0..2 {
                let (a, b) = (_mm512_castps_pd(pairs[4 * rows + half]), _mm512_castps_pd(pairs[4 * rows + half + 2]));
                fours[4 * rows + 2 * half] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, b));
                fours[4 * rows + 2 * half + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, b));
            }
        }
        let mut columns = fours;
        for i in 0..4 {
            let even = |a, b| _mm512_shuffle_f32x4::<0x88>(a, b);
            let odd = |a, b| _mm512_shuffle_f32x4::<0xDD>(a, b);
            let (a, b, c, d) = (fours[i], fours[4 + i], fours[8 + i], fours[12 + i]);
            let (even_upper, even_lower) = (even(a, b), even(c, d));
            let (odd_upper, odd_lower) = (odd(a, b), odd(c, d));
            columns[i] = even(even_upper, even_lower);
            columns[i + 4] = even(odd_upper, odd_lower);
            columns[i + 8] = odd(even_upper, even_lower);
            columns[i + 12] = odd(odd_upper, odd_lower);
        }
        columns
    }

    /// (x − shift)·scale.
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(super) fn normalised(x: Vector, shift: f32, scale: f32) -> Vector {
        _mm512_mul_ps(_mm512_sub_ps(x, splat(shift)), splat(scale))
    }

    /// Asks for the cache line at an address, if there is one.
    #[inline]
    pub(super) fn prefetch(pointer: *const f32) {
        // SAFETY: a hint, for which any address will do; all processors of x86_64 have it.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(pointer.cast()) };
    }

    /// The four words of 16 Philox blocks, the first of which has this counter, as draws from [0, 1).
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(super) fn draws(counter: [u32; 4], key: [u32; 2]) -> [Vector; 4] {
        // A block's words are the lower halves of 64-bit elements, two vectors of eight blocks: the upper halves are not looked
        // at, and a product needs no more than one shift.
        let all = |word: u32| _mm512_set1_epi32(word as i32);
        let first = all(counter[0]);
        let mut a = [
            _mm512_add_epi32(first, _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7)),
            _mm512_add_epi32(first, _mm512_setr_epi64(8, 9, 10, 11, 12, 13, 14, 15)),
        ];
        let [mut b, mut c, mut d] = [[all(counter[1]); 2], [all(counter[2]); 2], [all(counter[3]); 2]];
        let (multipliers, steps) = (philox::MULTIPLIERS.map(all), philox::WEYL.map(all));
        let mut key = key.map(all);
        for _ in 0..philox::ROUNDS {
            for i in 0..2 {
                const XOR: i32 = 0x96;
                let products = [_mm512_mul_epu32(a[i], multipliers[0]), _mm512_mul_epu32(c[i], multipliers[1])];
                a[i] = _mm512_ternarylogic_epi32::<XOR>(_mm512_srli_epi64::<32>(products[1]), b[i], key[0]);
                c[i] = _mm512_ternarylogic_epi32::<XOR>(_mm512_srli_epi64::<32>(products[0]), d[i], key[1]);
                (b[i], d[i]) = (products[1], products[0]);
            }
            key = [_mm512_add_epi32(key[0], steps[0]), _mm512_add_epi32(key[1], steps[1])];
        }
        let lower_halves = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
        [a, b, c, d].map(|[first, second]| {
            let words = _mm512_permutex2var_epi32(first, lower_halves, second);
            _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_srli_epi32::<8>(words)), _mm512_set1_ps(philox::UNIT))
        })
    }
}
