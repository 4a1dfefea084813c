//! Any processor. Fused multiply-add is computed exactly from `f64`s, so that the bits are those of every other level.

pub use crate::maths::exact::*;

super::common::common_functions! {}
super::product::product_functions! {
    {}
    1 => (1 2 3 4), 2 => (1 2), 3 => (1), 4 => (1),
}

/// 8 elements in an array.
mod vector {
    pub(super) type Vector = [f32; WIDTH];
    /// The number of elements.
    pub(super) type Mask = usize;

    pub(super) const WIDTH: usize = 8;
    /// Whether a block is transposed faster than one element after another.
    pub(super) const TRANSPOSES: bool = false;
    pub(super) const MOST_VECTORS: usize = 2;
    pub(super) const ROWS: [usize; 4] = [4, 2, 1, 1];

    #[inline(always)]
    pub(super) fn zero() -> Vector {
        [0.0; WIDTH]
    }

    #[inline(always)]
    pub(super) fn splat(x: f32) -> Vector {
        [x; WIDTH]
    }

    #[inline(always)]
    pub(super) fn fma(a: Vector, b: Vector, c: Vector) -> Vector {
        core::array::from_fn(|i| super::mul_add(a[i], b[i], c[i]))
    }

    #[inline(always)]
    pub(super) fn add(a: Vector, b: Vector) -> Vector {
        core::array::from_fn(|i| a[i] + b[i])
    }

    /// The first `n` elements, n ≤ 8.
    #[inline(always)]
    pub(super) fn mask(n: usize) -> Mask {
        n
    }

    #[inline(always)]
    pub(super) unsafe fn load(pointer: *const f32) -> Vector {
        // SAFETY: the caller's promise.
        unsafe { pointer.cast::<Vector>().read_unaligned() }
    }

    /// Elements that the mask leaves out are zero, and need not be there.
    #[inline(always)]
    pub(super) unsafe fn load_masked(pointer: *const f32, mask: Mask) -> Vector {
        // SAFETY: the caller's promise.
        core::array::from_fn(|i| if i < mask { unsafe { *pointer.add(i) } } else { 0.0 })
    }

    #[inline(always)]
    pub(super) unsafe fn store(pointer: *mut f32, x: Vector) {
        // SAFETY: the caller's promise.
        unsafe { pointer.cast::<Vector>().write_unaligned(x) }
    }

    /// Elements that the mask leaves out are not written, and need not be there.
    #[inline(always)]
    pub(super) unsafe fn store_masked(pointer: *mut f32, x: Vector, mask: Mask) {
        for (i, x) in x.into_iter().enumerate().take(mask) {
            // SAFETY: the caller's promise.
            unsafe { *pointer.add(i) = x };
        }
    }

    /// Elements that the mask leaves out are those of `rest`, and need not be there.
    #[inline(always)]
    pub(super) unsafe fn load_or(pointer: *const f32, mask: Mask, rest: Vector) -> Vector {
        // SAFETY: the caller's promise.
        core::array::from_fn(|i| if i < mask { unsafe { *pointer.add(i) } } else { rest[i] })
    }

    /// The sum, or the greater one: `x` where it is greater than `before`, which is not NaN.
    #[inline(always)]
    pub(super) fn combine<const GREATEST: bool>(before: Vector, x: Vector) -> Vector {
        core::array::from_fn(|i| combined::<GREATEST>(before[i], x[i]))
    }

    #[inline(always)]
    fn combined<const GREATEST: bool>(before: f32, x: f32) -> f32 {
        match GREATEST {
            true if x > before => x,
            true => before,
            false => before + x,
        }
    }

    /// All steps (lanes 8 apart, then 4, 2 and 1) that combine the lanes of four rows: one element for each row, then nothing.
    #[inline(always)]
    pub(super) fn quarter<const GREATEST: bool>(rows: [[Vector; 2]; 4]) -> Vector {
        let mut folded = zero();
        for (folded, [first, second]) in folded.iter_mut().zip(rows) {
            let mut lanes = combine::<GREATEST>(first, second);
            for half in [4, 2, 1] {
                for lane in 0..half {
                    lanes[lane] = combined::<GREATEST>(lanes[lane], lanes[lane + half]);
                }
            }
            *folded = lanes[0];
        }
        folded
    }

    /// One element for each row.
    #[inline(always)]
    pub(super) fn folded<const GREATEST: bool>(quarters: [Vector; 2]) -> Vector {
        core::array::from_fn(|row| quarters[row / 4][row % 4])
    }

    /// Whether an element is zero.
    #[inline(always)]
    pub(super) fn has_zero(x: Vector) -> bool {
        x.contains(&0.0)
    }

    /// The first element.
    #[inline(always)]
    pub(super) fn first(x: Vector) -> f32 {
        x[0]
    }

    /// A square block, transposed: not called, see `TRANSPOSES`.
    #[inline(always)]
    pub(super) fn transposed(rows: [Vector; WIDTH]) -> [Vector; WIDTH] {
        core::array::from_fn(|column| core::array::from_fn(|row| rows[row][column]))
    }

    /// (x − shift)·scale.
    #[inline(always)]
    pub(super) fn normalised(x: Vector, shift: f32, scale: f32) -> Vector {
        x.map(|x| (x - shift) * scale)
    }

    /// Asks for the cache line at an address, if there is one, where a stable function does it.
    #[inline(always)]
    pub(super) fn prefetch(pointer: *const f32) {
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        // SAFETY: a hint, for which any address will do; all processors of x86_64 have it.
        unsafe {
            use core::arch::x86_64::*;
            _mm_prefetch::<_MM_HINT_T0>(pointer.cast());
        }
        #[cfg(not(all(target_arch = "x86_64", not(miri))))]
        let _ = pointer;
    }

    /// The four words of 8 Philox blocks, the first of which has this counter, as draws from [0, 1).
    #[inline(always)]
    pub(super) fn draws(counter: [u32; 4], key: [u32; 2]) -> [Vector; 4] {
        crate::philox::draws(counter, key)
    }
}
