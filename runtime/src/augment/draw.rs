//! What is drawn for a sample.

use crate::draws::{Draws, unit};

/// The draws of one augmentation and epoch for one sample.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draw {
    pub(super) draws: Draws,
    /// The sample's row in its dataset.
    pub(super) row: u32,
}

impl Draw {
    /// Two independent numbers of 64 bits; `attempt` gives others.
    pub(super) fn bits(self, attempt: u32) -> [u64; 2] {
        self.draws.bits(self.row, attempt)
    }

    /// Uniform in [0, 1).
    pub(super) fn uniform(self) -> f64 {
        unit(self.bits(0)[0])
    }

    /// Uniform in [-1, 1).
    pub(super) fn symmetric(self) -> f64 {
        2.0 * self.uniform() - 1.0
    }

    /// Uniform in [1 - share, 1 + share).
    pub(super) fn factor(self, share: f64) -> f64 {
        1.0 + share * self.symmetric()
    }

    /// A pixel, all equally likely: its row and column.
    pub(super) fn pixel(self, height: usize, width: usize) -> [usize; 2] {
        let [row, column] = self.bits(0);
        [below(row, height), below(column, width)]
    }

    /// Whole numbers from -most to most, all equally likely: down and to the right.
    pub(super) fn offsets(self, most: usize) -> [isize; 2] {
        let all = 2 * most + 1;
        self.pixel(all, all).map(|offset| offset as isize - most as isize)
    }
}

/// A whole number below `count` from 64 random bits, each equally likely up to count/2⁶⁴.
pub(super) fn below(bits: u64, count: usize) -> usize {
    ((u128::from(bits) * count as u128) >> 64) as usize
}
