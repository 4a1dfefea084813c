//! Arrays that begin at a cache line.

use core::ops::{Deref, DerefMut};

/// An array on the stack that begins at a multiple of 64 bytes, as the widest vectors do: what crosses from one cache line to
/// the next takes two accesses.
///
/// ```
/// let block = dlm_kernels::Aligned([0.0f32; 100]);
/// assert_eq!(block.as_ptr().addr() % 64, 0);
/// ```
#[repr(C, align(64))]
#[derive(Clone, Copy, Debug)]
pub struct Aligned<T>(pub T);

impl<T> Deref for Aligned<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Aligned<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}
