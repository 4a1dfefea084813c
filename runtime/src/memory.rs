//! One zeroed allocation, aligned for the widest vectors and to a cache line.

use std::fmt;

use crate::room;

/// The alignment in bytes: a cache line, and an AVX-512 vector.
const ALIGNMENT: usize = 64;
const LANES: usize = ALIGNMENT / size_of::<f32>();

/// So many `f32`s, first zero, from an address that is a multiple of 64. Never grows, never moves.
///
/// Nothing here is unsafe: a little more is allocated, and the slice begins at the first aligned address.
pub(crate) struct Memory {
    store: Vec<f32>,
    begin: usize,
    len: usize,
}

impl Memory {
    /// # Panics
    /// If the system does not give that much. Who can return an error has asked [`room`](crate::room) before.
    pub(crate) fn new(len: usize) -> Self {
        let wanted = size_of::<f32>() as u64 * len as u64;
        assert!(room::is_given(wanted), "cannot allocate {}: the system gives no more memory", room::bytes(wanted));
        // `vec![0.0; n]` asks the system for zeroed pages, so that untouched work space costs nothing.
        let store = vec![0.0_f32; len + LANES];
        let begin = store.as_ptr().align_offset(ALIGNMENT);
        assert!(begin <= LANES, "an f32 is aligned to 4 bytes, so that 64 are at most 16 of them away");
        Memory { store, begin, len }
    }

    pub(crate) fn from_slice(values: &[f32]) -> Self {
        let mut memory = Memory::new(values.len());
        memory.as_mut_slice().copy_from_slice(values);
        memory
    }

    pub(crate) fn as_slice(&self) -> &[f32] {
        &self.store[self.begin..self.begin + self.len]
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [f32] {
        &mut self.store[self.begin..self.begin + self.len]
    }
}

impl Clone for Memory {
    /// A copy has its own alignment, so that the store cannot be copied as it is.
    fn clone(&self) -> Self {
        Memory::from_slice(self.as_slice())
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Memory({} f32)", self.len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_zero_and_aligned() {
        for len in [0, 1, 15, 16, 17, 1000] {
            let memory = Memory::new(len);
            assert_eq!(memory.as_slice().len(), len);
            assert!(memory.as_slice().iter().all(|value| *value == 0.0));
            assert_eq!(memory.as_slice().as_ptr().addr() % ALIGNMENT, 0);
            assert_eq!(memory.clone().as_slice().as_ptr().addr() % ALIGNMENT, 0);
        }
    }

    #[test]
    #[should_panic(expected = "cannot allocate 1048576.0 TiB: the system gives no more memory")]
    fn what_the_system_does_not_give_is_a_panic_that_says_how_much() {
        Memory::new(1 << 58);
    }
}
