//! Random numbers for what happens before and between steps: initial weights, splits, orders, augmentation. Each draw is a function of
//! seed, purpose and index, so that no state exists to lose and nothing depends on the order of evaluation.

use dlm_kernels::Machine;
use dlm_kernels::philox::philox;

/// Set in every stream of this module, and in no counter of a training step (there it would be step 2⁴⁷), so that the two never
/// share a draw.
const BETWEEN_STEPS: u64 = 1 << 63;

/// The draws of one purpose.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draws {
    seed: u64,
    stream: u64,
}

impl Draws {
    /// The draws named `purpose`. The name is hashed (FNV-1a, 64 bits) to the stream, so that a parameter's initial values
    /// depend on its own name and not on what else the model holds.
    pub(crate) fn new(seed: u64, purpose: &str) -> Self {
        let stream =
            purpose.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Draws { seed, stream: stream | BETWEEN_STEPS }
    }

    /// The seed.
    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// The last two words of every counter.
    pub(crate) fn stream(&self) -> u64 {
        self.stream
    }

    /// Two independent draws of 64 bits; `attempt` gives others for the same index.
    pub(crate) fn bits(&self, index: u32, attempt: u32) -> [u64; 2] {
        let counter = [index, attempt, self.stream as u32, (self.stream >> 32) as u32];
        let [a, b, c, d] = philox(counter, [self.seed as u32, (self.seed >> 32) as u32]);
        [u64::from(a) | u64::from(b) << 32, u64::from(c) | u64::from(d) << 32]
    }

    /// Uniform in [0, 1), from 53 bits.
    pub(crate) fn uniform(&self, index: u32) -> f64 {
        unit(self.bits(index, 0)[0])
    }

    /// Standard normal, by Box and Muller's transform in f64.
    pub(crate) fn normal(&self, index: u32, attempt: u32) -> f64 {
        let [a, b] = self.bits(index, attempt);
        // 1 - u lies in (0, 1], where the logarithm is finite.
        libm::sqrt(-2.0 * libm::log(1.0 - unit(a))) * libm::cos(std::f64::consts::TAU * unit(b))
    }

    /// Standard normal within two deviations: redrawn until it is.
    pub(crate) fn truncated_normal(&self, index: u32) -> f64 {
        let mut attempt = 0;
        loop {
            let value = self.normal(index, attempt);
            if value.abs() <= 2.0 {
                return value;
            }
            attempt += 1;
        }
    }

    /// Puts `items` in a random order (Fisher and Yates; each order equally likely up to 2⁻³²).
    pub(crate) fn shuffle<T>(&self, items: &mut [T]) {
        let (machine, mut low, mut high) = (&Machine::single_threaded(), [0; BLOCK], [0; BLOCK]);
        // The draws of many places at a time, in vectors.
        for block in (0..items.len().div_ceil(BLOCK)).rev() {
            let first = block * BLOCK;
            levels::bits(&mut Bits { first: first as u64, draws: *self, low: &mut low, high: &mut high, machine });
            for last in (first.max(1)..items.len().min(first + BLOCK)).rev() {
                let bits = u64::from(low[last - first]) | u64::from(high[last - first]) << 32;
                let other = ((u128::from(bits) * (last as u128 + 1)) >> 64) as usize;
                items.swap(last, other);
            }
        }
    }
}

/// Draws that are made at a time.
const BLOCK: usize = 64;

/// The first 64 bits of [`Draws::bits`] for successive indices, in halves; what an index has beyond 32 bits is the attempt.
struct Bits<'a> {
    /// A multiple of `BLOCK`, so that all have the same upper half.
    first: u64,
    draws: Draws,
    low: &'a mut [u32; BLOCK],
    high: &'a mut [u32; BLOCK],
    machine: &'a Machine,
}

/// Copies for each instruction set.
mod levels {
    use super::{BLOCK, Bits, Draws, philox};

    dlm_kernels::per_level! {
        entries { bits(&mut Bits<'_>) -> () }

        fn bits(call: &mut Bits<'_>) -> () {
            let Bits { first, draws: Draws { stream, seed }, .. } = *call;
            let key = [seed as u32, (seed >> 32) as u32];
            let (mut low, mut high) = ([0; BLOCK], [0; BLOCK]);
            for lane in 0..BLOCK {
                let counter = [(first as u32).wrapping_add(lane as u32), (first >> 32) as u32, stream as u32, (stream >> 32) as u32];
                [low[lane], high[lane], ..] = philox(counter, key);
            }
            (*call.low, *call.high) = (low, high);
        }
    }
}

/// In [0, 1), from the upper 53 bits.
pub(crate) fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shuffle_is_a_permutation_of_its_seed_and_purpose() {
        let shuffled = |seed, purpose: &str| {
            let mut items: Vec<u32> = (0..1000).collect();
            Draws::new(seed, purpose).shuffle(&mut items);
            items
        };
        let mut sorted = shuffled(1, "order");
        assert_ne!(sorted, (0..1000).collect::<Vec<_>>());
        sorted.sort_unstable();
        assert_eq!(sorted, (0..1000).collect::<Vec<_>>());
        assert_eq!(shuffled(1, "order"), shuffled(1, "order"));
        assert_ne!(shuffled(1, "order"), shuffled(2, "order"));
        assert_ne!(shuffled(1, "order"), shuffled(1, "split"));
    }

    #[test]
    fn a_shuffle_swaps_each_place_with_one_before_it_by_its_own_draw() {
        for len in [0, 1, 2, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK + 7] {
            let draws = Draws::new(3, "order");
            let (mut items, mut expected): (Vec<usize>, Vec<usize>) = ((0..len).collect(), (0..len).collect());
            draws.shuffle(&mut items);
            for last in (1..len).rev() {
                let [bits, _] = draws.bits(last as u32, 0);
                expected.swap(last, ((u128::from(bits) * (last as u128 + 1)) >> 64) as usize);
            }
            assert_eq!(items, expected);
        }
    }

    #[test]
    fn draws_beyond_32_bits_of_an_index_are_other_attempts() {
        let (draws, first, machine) = (Draws::new(3, "order"), (2 << 32) - BLOCK as u64, Machine::single_threaded());
        let (mut low, mut high) = ([0; BLOCK], [0; BLOCK]);
        levels::bits(&mut Bits { first, draws, low: &mut low, high: &mut high, machine: &machine });
        for (lane, index) in (first..).enumerate().take(BLOCK) {
            let found = u64::from(low[lane]) | u64::from(high[lane]) << 32;
            assert_eq!(found, draws.bits(index as u32, 1)[0]);
        }
    }

    #[test]
    fn every_order_of_three_is_about_equally_likely() {
        let mut counts = std::collections::HashMap::new();
        for seed in 0..6000 {
            let mut items = [0, 1, 2];
            Draws::new(seed, "order").shuffle(&mut items);
            *counts.entry(items).or_insert(0_i32) += 1;
        }
        assert_eq!(counts.len(), 6);
        // Five standard deviations of a binomial count of 1000.
        assert!(counts.values().all(|count| (count - 1000).abs() < 145), "{counts:?}");
    }
}
