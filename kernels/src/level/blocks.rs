//! Square blocks that are transposed in registers. Each module gives `Row`, the elements of one row, `BLOCK`, their number,
//! and the functions `transposed`, `normalised` and `store`.

/// 8 × 8, for AVX2 and AVX-512.
#[cfg(target_arch = "x86_64")]
pub(crate) mod x86_64 {
    use core::arch::x86_64::*;

    pub(crate) type Row = __m256;
    pub(crate) const BLOCK: usize = 8;

    /// The block whose rows begin at `start` and are `stride` apart, transposed.
    ///
    /// # Safety
    /// All its elements are there.
    #[inline]
    #[target_feature(enable = "avx")]
    pub(crate) unsafe fn transposed(start: *const f32, stride: usize) -> [Row; BLOCK] {
        // SAFETY: the caller's promise.
        let rows: [Row; BLOCK] = core::array::from_fn(|i| unsafe { _mm256_loadu_ps(start.add(i * stride)) });
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
    pub(crate) fn normalised(x: Row, shift: f32, scale: f32) -> Row {
        _mm256_mul_ps(_mm256_sub_ps(x, _mm256_set1_ps(shift)), _mm256_set1_ps(scale))
    }

    /// # Safety
    /// A row of elements is there.
    #[inline]
    #[target_feature(enable = "avx")]
    pub(crate) unsafe fn store(pointer: *mut f32, x: Row) {
        // SAFETY: the caller's promise.
        unsafe { _mm256_storeu_ps(pointer, x) }
    }
}

/// 4 × 4, which the compiler turns into vectors where it can.
pub(crate) mod portable {
    pub(crate) type Row = [f32; BLOCK];
    pub(crate) const BLOCK: usize = 4;

    /// The block whose rows begin at `start` and are `stride` apart, transposed.
    ///
    /// # Safety
    /// All its elements are there.
    #[inline(always)]
    pub(crate) unsafe fn transposed(start: *const f32, stride: usize) -> [Row; BLOCK] {
        // SAFETY: the caller's promise.
        core::array::from_fn(|column| core::array::from_fn(|row| unsafe { *start.add(row * stride + column) }))
    }

    /// (x − shift)·scale.
    #[inline(always)]
    pub(crate) fn normalised(x: Row, shift: f32, scale: f32) -> Row {
        x.map(|x| (x - shift) * scale)
    }

    /// # Safety
    /// A row of elements is there.
    #[inline(always)]
    pub(crate) unsafe fn store(pointer: *mut f32, x: Row) {
        // SAFETY: the caller's promise.
        unsafe { pointer.cast::<Row>().write_unaligned(x) }
    }
}
