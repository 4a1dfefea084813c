//! What a generated function is called with. Everything here crosses between separately compiled copies of this crate, so
//! every type is `repr(C)`.

use crate::Machine;
use core::fmt;
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};

/// A shared slice with a defined layout: a pointer and a length.
#[repr(C)]
pub struct Slice<'a, T> {
    pointer: *const T,
    len: usize,
    borrow: PhantomData<&'a [T]>,
}

/// An exclusive slice with a defined layout: a pointer and a length.
#[repr(C)]
pub struct SliceMut<'a, T> {
    pointer: *mut T,
    len: usize,
    borrow: PhantomData<&'a mut [T]>,
}

/// One step of the training memory from one batch.
#[repr(C)]
#[derive(Debug)]
pub struct Step<'a> {
    /// The training memory: parameters, optimizer state, work space.
    pub memory: SliceMut<'a, f32>,
    /// For each input, `rows` samples, each whole and contiguous.
    pub inputs: Slice<'a, Slice<'a, f32>>,
    /// For each output, `rows` targets, each whole and contiguous.
    pub targets: Slice<'a, Slice<'a, f32>>,
    /// Samples in this batch: at least 1, at most the batch size that the function was compiled for.
    pub rows: usize,
    /// The kind of step, where a program has several.
    pub variant: usize,
    /// This update's learning rate.
    pub learning_rate: f64,
    /// This update's momentum, where the schedule changes it.
    pub momentum: f64,
    /// The next update's momentum, where the schedule changes it.
    pub next_momentum: f64,
    /// The number of this update, counted from 1, since each phase of the training began.
    pub updates: Slice<'a, u64>,
    /// Samples whose gradients make this update, those of this batch among them.
    pub gathered: usize,
    /// The counter that random draws of this step use.
    pub draw: u64,
    /// The key of all random draws.
    pub seed: u64,
    /// What to run on.
    pub machine: &'a Machine,
}

/// The outputs of up to one batch of samples, from the parameters alone.
#[repr(C)]
#[derive(Debug)]
pub struct Infer<'a> {
    /// The parameters: the first part of a training memory.
    pub parameters: Slice<'a, f32>,
    /// Work space, overwritten.
    pub work: SliceMut<'a, f32>,
    /// For each input, `rows` samples, each whole and contiguous.
    pub inputs: Slice<'a, Slice<'a, f32>>,
    /// For each output, `rows` targets; empty when no loss is wanted.
    pub targets: Slice<'a, Slice<'a, f32>>,
    /// For each output, room for `rows` samples, each whole and contiguous.
    pub outputs: SliceMut<'a, SliceMut<'a, f32>>,
    /// Whether outputs are probabilities where the output's type has them, else logits.
    pub probabilities: bool,
    /// Samples in this batch: at least 1, at most the batch size that the function was compiled for.
    pub rows: usize,
    /// What to run on.
    pub machine: &'a Machine,
}

impl<T> Clone for Slice<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Slice<'_, T> {}

impl<'a, T> From<&'a [T]> for Slice<'a, T> {
    fn from(slice: &'a [T]) -> Self {
        Slice { pointer: slice.as_ptr(), len: slice.len(), borrow: PhantomData }
    }
}

impl<'a, T, const N: usize> From<&'a [T; N]> for Slice<'a, T> {
    fn from(array: &'a [T; N]) -> Self {
        Slice::from(array.as_slice())
    }
}

impl<'a, T> From<&'a mut [T]> for SliceMut<'a, T> {
    fn from(slice: &'a mut [T]) -> Self {
        SliceMut { pointer: slice.as_mut_ptr(), len: slice.len(), borrow: PhantomData }
    }
}

impl<'a, T, const N: usize> From<&'a mut [T; N]> for SliceMut<'a, T> {
    fn from(array: &'a mut [T; N]) -> Self {
        SliceMut::from(array.as_mut_slice())
    }
}

impl<T> Default for Slice<'_, T> {
    fn default() -> Self {
        Slice::from(&[])
    }
}

impl<T> Default for SliceMut<'_, T> {
    fn default() -> Self {
        SliceMut::from(&mut [])
    }
}

impl<'a, T> Slice<'a, T> {
    /// The slice, for as long as what it borrows lives.
    #[inline(always)]
    pub fn get(self) -> &'a [T] {
        // SAFETY: only made from a `&'a [T]`, whose pointer and length these are.
        unsafe { core::slice::from_raw_parts(self.pointer, self.len) }
    }
}

impl<T> Deref for Slice<'_, T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        self.get()
    }
}

impl<T> Deref for SliceMut<'_, T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        // SAFETY: only made from a `&'a mut [T]`, whose pointer and length these are; `self` is borrowed meanwhile.
        unsafe { core::slice::from_raw_parts(self.pointer, self.len) }
    }
}

impl<T> DerefMut for SliceMut<'_, T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: only made from a `&'a mut [T]`, whose pointer and length these are; `self` is borrowed exclusively meanwhile.
        unsafe { core::slice::from_raw_parts_mut(self.pointer, self.len) }
    }
}

// SAFETY: a `Slice` is a `&[T]`, which may be sent and shared whenever `T` may be shared.
unsafe impl<T: Sync> Send for Slice<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Slice<'_, T> {}
// SAFETY: a `SliceMut` is a `&mut [T]`, which may be sent whenever `T` may be.
unsafe impl<T: Send> Send for SliceMut<'_, T> {}
// SAFETY: a shared `SliceMut` gives out `&[T]` only.
unsafe impl<T: Sync> Sync for SliceMut<'_, T> {}

impl<T: fmt::Debug> fmt::Debug for Slice<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T: fmt::Debug> fmt::Debug for SliceMut<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
