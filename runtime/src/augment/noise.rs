//! Normal numbers added to values: drawn as the layer `noise` draws them, in vectors.

use dlm_kernels::Machine;

use super::draw::Draw;

/// Adds a normal number of this deviation to each value; `scratch` has room for as many.
pub(super) fn add(values: &mut [f32], std: f64, draw: Draw, scratch: &mut [f32], machine: &Machine) {
    if std == 0.0 {
        return;
    }
    let draws = &mut scratch[..values.len()];
    let scale = (std::f64::consts::SQRT_2 * std) as f32;
    let stream = draw.draws.stream();
    levels::add(&mut Call { values, draws, scale, seed: draw.draws.seed(), stream, row: draw.row, machine });
}

/// What [`add`] does.
struct Call<'a> {
    values: &'a mut [f32],
    draws: &'a mut [f32],
    /// √2 times the deviation.
    scale: f32,
    seed: u64,
    stream: u64,
    row: u32,
    machine: &'a Machine,
}

/// The polynomials of Giles 2010 for erf⁻¹, from the highest power on: in w − 2.5 where w < 5,
const MIDDLE: [f32; 9] = [
    2.810_226_4e-8,
    3.432_739_3e-7,
    -3.523_387_7e-6,
    -4.391_506_5e-6,
    0.000_218_580_87,
    -0.001_253_725,
    -0.004_177_681_6,
    0.246_640_73,
    1.501_409_4,
];
/// and in √w − 3 beyond.
const TAILS: [f32; 9] = [
    -0.000_200_214_26,
    0.000_100_950_56,
    0.001_349_343_2,
    -0.003_673_428_4,
    0.005_739_507_7,
    -0.007_622_461,
    0.009_438_87,
    1.001_674,
    2.832_976_8,
];

/// Copies for each instruction set, which all give the same bits.
mod levels {
    use super::{Call, MIDDLE, TAILS};

    dlm_kernels::per_level! {
        entries { add(&mut Call<'_>) -> () }

        fn add(call: &mut Call<'_>) -> () {
            let Call { values, draws, scale, seed, stream, row, .. } = call;
            // The counter is then (block, row, lower and upper half of the stream).
            let (words, step) = ((*stream >> 32) as u32, *stream & 0xffff_ffff | *stream >> 48 << 32);
            level::uniform(draws, *seed, words & 0xffff, step, *row);
            for (value, draw) in values.iter_mut().zip(draws.iter()) {
                let x = 2.0 * *draw - 1.0 + 1.0 / 16_777_216.0;
                let w = -level::ln((1.0 - x) * (1.0 + x));
                let (t, root) = (w - 2.5, level::sqrt(w) - 3.0);
                let (mut middle, mut tails) = (MIDDLE[0], TAILS[0]);
                for power in 1..MIDDLE.len() {
                    middle = MIDDLE[power] + middle * t;
                    tails = TAILS[power] + tails * root;
                }
                *value += *scale * (if w < 5.0 { middle } else { tails } * x);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use dlm_kernels::{Level, reference};

    use super::*;
    use crate::draws::Draws;

    fn noise(len: usize, std: f64, row: u32, machine: &Machine) -> Vec<f32> {
        let (mut values, mut scratch) = (vec![0.0; len], vec![0.0; len]);
        add(&mut values, std, Draw { draws: Draws::new(3, "noise"), row }, &mut scratch, machine);
        values
    }

    /// The counter of each block is (block, row, stream), as that of other draws is (index, attempt, stream).
    #[test]
    fn numbers_are_the_quantiles_of_their_draws() {
        let (draws, row) = (Draws::new(3, "noise"), 70_000);
        let found = noise(200, 2.0, row, &Machine::single_threaded());
        for (index, found) in found.iter().enumerate() {
            let block = draws.bits((index / 64 * 16 + index % 16) as u32, row);
            let word = (block[index / 32 % 2] >> (32 * (index / 16 % 2))) as u32;
            let below = (f64::from(word >> 8) + 0.5) / 16_777_216.0;
            let z = f64::from(*found) / 2.0;
            let error = (0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2) - below).abs();
            let density = (-z * z / 2.0).exp() / std::f64::consts::TAU.sqrt();
            assert!(error / density <= 4e-7 * z.abs() + 1e-9, "{index}: {z} for {below}");
        }
        let mut uniform = [0.0; 3];
        let (stream, step) = ((draws.stream() >> 32) as u32, draws.stream() & 0xffff_ffff | draws.stream() >> 48 << 32);
        reference::uniform(&mut uniform, 3, stream, step, row);
        assert_eq!((draws.bits(2, row)[0] as u32) >> 8, (uniform[2] * 16_777_216.0) as u32);
    }

    #[test]
    fn all_instruction_sets_give_the_same_bits() {
        let expected = noise(777, 0.3, 5, &Machine::single_threaded());
        assert_ne!(expected, noise(777, 0.3, 6, &Machine::single_threaded()), "rows differ");
        for level in [Level::Portable, Level::detect()] {
            let found = noise(777, 0.3, 5, &Machine::at_most(level));
            assert_eq!(found, expected, "{level:?}");
        }
        // One that needs Philox' whole counter.
        assert_eq!(noise(5, 0.0, 0, &Machine::single_threaded()), [0.0; 5]);
    }
}
