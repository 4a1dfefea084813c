//! Philox4x32-10: random numbers as a function of a counter and a key.
//!
//! J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, *Parallel random numbers: as easy as 1, 2, 3*, SC 2011.

pub(crate) const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
/// Added to the key after each round: the golden ratio and √3 − 1.
pub(crate) const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
pub(crate) const ROUNDS: usize = 10;

/// The four random words that belong to a counter and a key.
///
/// ```
/// let words = dlm_kernels::philox::philox([0; 4], [0; 2]);
/// assert_eq!(words, [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
/// ```
#[inline(always)]
pub fn philox(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let [mut a, mut b, mut c, mut d] = counter;
    let [mut key_0, mut key_1] = key;
    for _ in 0..ROUNDS {
        let product_0 = u64::from(MULTIPLIERS[0]) * u64::from(a);
        let product_1 = u64::from(MULTIPLIERS[1]) * u64::from(c);
        (a, b, c, d) =
            ((product_1 >> 32) as u32 ^ b ^ key_0, product_1 as u32, (product_0 >> 32) as u32 ^ d ^ key_1, product_0 as u32);
        key_0 = key_0.wrapping_add(WEYL[0]);
        key_1 = key_1.wrapping_add(WEYL[1]);
    }
    [a, b, c, d]
}

/// Draws that one block of the counter gives.
pub(crate) const DRAWS_PER_BLOCK: usize = 4;
/// Blocks whose draws are interleaved: their first words come first, then their second words, and so on.
pub(crate) const BLOCKS: usize = 16;

/// The counter of a block of draws: see [`reference::uniform`](crate::reference::uniform).
#[inline(always)]
pub(crate) fn counter(block: u32, stream: u32, step: u64, row: u32) -> [u32; 4] {
    [block, row, step as u32, (stream & 0xFFFF) | ((step >> 32) as u32) << 16]
}

/// The key of a seed.
#[inline(always)]
pub(crate) fn key(seed: u64) -> [u32; 2] {
    [seed as u32, (seed >> 32) as u32]
}

/// A draw from [0, 1): the upper 24 bits of a random word.
#[inline(always)]
pub(crate) fn to_unit(word: u32) -> f32 {
    // Below 2^24, which converts from a signed number as exactly, and on more instruction sets.
    (word >> 8) as i32 as f32 * UNIT
}

/// The step between two draws.
pub(crate) const UNIT: f32 = 1.0 / 16_777_216.0;

/// The draws of `N` blocks, the first of which has this counter, word by word, for the compiler to turn into vector code.
#[inline(always)]
pub(crate) fn draws<const N: usize>(counter: [u32; 4], key: [u32; 2]) -> [[f32; N]; DRAWS_PER_BLOCK] {
    let mut draws = [[0.0; N]; DRAWS_PER_BLOCK];
    for lane in 0..N {
        let words = philox([counter[0].wrapping_add(lane as u32), counter[1], counter[2], counter[3]], key);
        for (draws, word) in draws.iter_mut().zip(words) {
            draws[lane] = to_unit(word);
        }
    }
    draws
}

#[cfg(test)]
mod tests {
    use super::philox;

    /// The known answers for `philox4x32 10` that Random123 publishes (tests/kat_vectors).
    #[test]
    fn known_answers() {
        assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(philox([u32::MAX; 4], [u32::MAX; 2]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        let pi = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344];
        assert_eq!(philox(pi, [0xa409_3822, 0x299f_31d0]), [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]);
    }
}
