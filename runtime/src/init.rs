//! How parameters begin. All arithmetic is in f64 with `libm`'s operations, so that every platform draws the same weights.

use crate::draws::Draws;
use crate::spec::{Init, ParameterSpec};

/// Fills `memory`, the parameter's part of memory, with its initial values: a function of the seed and the parameter's name,
/// drawn in the order of the file, (out, in), and stored as memory holds it.
pub(crate) fn initialize(parameter: &ParameterSpec, seed: u64, memory: &mut [f32]) {
    let draws = Draws::new(seed, &format!("init {}", parameter.name));
    let mut values = vec![0.0; memory.len()];
    sample(parameter.init, parameter.matrix(), draws, &mut values);
    parameter.from_file_order(&values, memory);
}

/// Samples a matrix in row-major order.
fn sample(init: Init, (rows, columns): (usize, usize), draws: Draws, values: &mut [f32]) {
    let fill = |values: &mut [f32], draw: &dyn Fn(u32) -> f64| {
        values.iter_mut().zip(0..).for_each(|(value, index)| *value = draw(index) as f32);
    };
    match init {
        Init::Constant(value) => values.fill(value as f32),
        Init::Uniform { low, high } => fill(values, &|index| low + (high - low) * draws.uniform(index)),
        Init::Normal { mean, deviation, truncated: false } => fill(values, &|index| mean + deviation * draws.normal(index, 0)),
        Init::Normal { mean, deviation, truncated: true } => {
            fill(values, &|index| mean + deviation * draws.truncated_normal(index));
        }
        Init::Orthogonal { gain } => orthogonal(rows, columns, gain, draws, values),
    }
}

/// A matrix whose columns (or rows, if there are fewer of them) are orthonormal, times `gain`; uniformly distributed over
/// all such matrices: Q of the QR factors of a normal matrix, each column by the sign of R's diagonal (Mezzadri 2007).
fn orthogonal(rows: usize, columns: usize, gain: f64, draws: Draws, values: &mut [f32]) {
    let (tall, narrow) = (rows.max(columns), rows.min(columns));
    let mut matrix: Vec<f64> = (0..tall * narrow).map(|index| draws.normal(index as u32, 0)).collect();
    let q = orthonormal_columns(&mut matrix, tall, narrow);
    for row in 0..rows {
        for column in 0..columns {
            let entry = if rows >= columns { q[column * tall + row] } else { q[row * tall + column] };
            values[row * columns + column] = (gain * entry) as f32;
        }
    }
}

/// Householder's QR: `matrix` holds `narrow` columns of `tall` values, each contiguous, and is overwritten by the reflections'
/// vectors. Returns Q in the same layout.
fn orthonormal_columns(matrix: &mut [f64], tall: usize, narrow: usize) -> Vec<f64> {
    let mut signs = vec![1.0; narrow];
    for j in 0..narrow {
        let (done, rest) = matrix.split_at_mut((j + 1) * tall);
        let vector = &mut done[j * tall + j..];
        let norm = libm::sqrt(dot(vector, vector));
        // R's diagonal is -sign(x₀)·‖x‖, the choice that cancels nothing in x₀ - R.
        signs[j] = if vector[0] > 0.0 { -1.0 } else { 1.0 };
        vector[0] -= signs[j] * norm;
        let length = libm::sqrt(dot(vector, vector));
        if length > 0.0 {
            vector.iter_mut().for_each(|value| *value /= length);
        }
        rest.chunks_exact_mut(tall).for_each(|column| reflect(&mut column[j..], vector));
    }
    let mut q = vec![0.0; matrix.len()];
    for (j, column) in q.chunks_exact_mut(tall).enumerate() {
        column[j] = signs[j];
        // The reflections after the j-th leave this column alone: it is zero where they act.
        for i in (0..=j).rev() {
            reflect(&mut column[i..], &matrix[i * tall + i..(i + 1) * tall]);
        }
    }
    q
}

/// x - 2v(v·x), the reflection of x along the unit vector v.
fn reflect(x: &mut [f64], v: &[f64]) {
    let factor = 2.0 * dot(v, x);
    x.iter_mut().zip(v).for_each(|(x, v)| *x -= factor * v);
}

/// The dot product in eight lanes and then in order: a fixed order that vectorises.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; 8];
    let (a_chunks, b_chunks) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f64 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a_chunks.zip(b_chunks) {
        lanes.iter_mut().zip(a.iter().zip(b)).for_each(|(lane, (a, b))| *lane += a * b);
    }
    lanes.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(init: Init, shape: (usize, usize), seed: u64) -> Vec<f32> {
        let mut values = vec![0.0; shape.0 * shape.1];
        sample(init, shape, Draws::new(seed, "init test"), &mut values);
        values
    }

    fn mean_and_deviation(values: &[f32]) -> (f64, f64) {
        let n = values.len() as f64;
        let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / n;
        let variance = values.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>() / n;
        (mean, variance.sqrt())
    }

    #[test]
    fn uniform_fills_its_range() {
        let values = drawn(Init::Uniform { low: -0.5, high: 1.5 }, (200, 500), 1);
        let (mean, deviation) = mean_and_deviation(&values);
        assert!((mean - 0.5).abs() < 0.01, "{mean}");
        assert!((deviation - 2.0 / 12.0_f64.sqrt()).abs() < 0.01, "{deviation}");
        assert!(values.iter().all(|v| (-0.5..=1.5).contains(v)));
        assert!(values.iter().any(|v| *v < -0.49) && values.iter().any(|v| *v > 1.49));
    }

    #[test]
    fn normal_has_its_mean_deviation_and_tails() {
        let values = drawn(Init::Normal { mean: 2.0, deviation: 3.0, truncated: false }, (200, 500), 2);
        let (mean, deviation) = mean_and_deviation(&values);
        assert!((mean - 2.0).abs() < 0.05, "{mean}");
        assert!((deviation - 3.0).abs() < 0.05, "{deviation}");
        let beyond = values.iter().filter(|v| (**v - 2.0).abs() > 6.0).count() as f64 / values.len() as f64;
        assert!((beyond - 0.0455).abs() < 0.004, "two deviations leave 4.55 % outside, not {beyond}");
    }

    #[test]
    fn truncated_normal_stays_within_two_deviations() {
        let values = drawn(Init::Normal { mean: 0.0, deviation: 1.0, truncated: true }, (200, 500), 3);
        let (mean, deviation) = mean_and_deviation(&values);
        assert!(values.iter().all(|v| v.abs() <= 2.0));
        assert!(values.iter().any(|v| v.abs() > 1.95));
        assert!(mean.abs() < 0.01, "{mean}");
        assert!((deviation - 0.879_625_661_034).abs() < 0.01, "{deviation}");
    }

    #[test]
    fn orthogonal_rows_or_columns_are_orthonormal_times_the_gain() {
        for (rows, columns) in [(40, 17), (17, 40), (24, 24), (1, 5), (5, 1), (1, 1)] {
            let w = drawn(Init::Orthogonal { gain: 1.5 }, (rows, columns), 4);
            let (count, length) = (rows.min(columns), rows.max(columns));
            let entry = |vector: usize, i: usize| {
                f64::from(if rows >= columns { w[i * columns + vector] } else { w[vector * columns + i] })
            };
            for a in 0..count {
                for b in 0..count {
                    let dot: f64 = (0..length).map(|i| entry(a, i) * entry(b, i)).sum();
                    let expected = if a == b { 2.25 } else { 0.0 };
                    assert!((dot - expected).abs() < 1e-5, "{rows}x{columns}: {a}·{b} = {dot}");
                }
            }
        }
    }

    #[test]
    fn orthogonal_is_uniform() {
        // Without the correction of signs the first entry of Q would always be negative.
        let firsts: Vec<f32> = (0..400).map(|seed| drawn(Init::Orthogonal { gain: 1.0 }, (3, 3), seed)[0]).collect();
        let (mean, deviation) = mean_and_deviation(&firsts);
        assert!(mean.abs() < 0.1, "{mean}");
        // An entry of a uniform 3 by 3 orthogonal matrix is uniform in [-1, 1].
        assert!((deviation - 1.0 / 3.0_f64.sqrt()).abs() < 0.05, "{deviation}");
    }

    #[test]
    fn weights_are_drawn_in_the_files_order_and_stored_transposed() {
        let init = Init::Normal { mean: 0.0, deviation: 1.0, truncated: false };
        let plain = ParameterSpec { name: "w", shape: &[3, 2], transposed: false, offset: 0, init, trainable: true };
        let transposed = ParameterSpec { transposed: true, ..plain };
        let (mut file, mut memory) = ([0.0; 6], [0.0; 6]);
        initialize(&plain, 7, &mut file);
        initialize(&transposed, 7, &mut memory);
        assert_eq!(memory, [file[0], file[2], file[4], file[1], file[3], file[5]]);
        let mut other = [0.0; 6];
        initialize(&ParameterSpec { name: "v", ..plain }, 7, &mut other);
        assert_ne!(file, other, "each parameter has its own stream");
        initialize(&plain, 8, &mut other);
        assert_ne!(file, other, "each seed has its own weights");
    }

    #[test]
    fn draws_are_the_same_everywhere() {
        // Computed apart, in another language; equal bits are required on every platform.
        let normal = drawn(Init::Normal { mean: 0.0, deviation: 1.0, truncated: false }, (1, 4), 42);
        let bits: Vec<u32> = normal.iter().map(|value| value.to_bits()).collect();
        assert_eq!(bits, RECORDED);
    }

    const RECORDED: [u32; 4] = [3198941721, 1059196202, 1053246030, 3204682653];
}
