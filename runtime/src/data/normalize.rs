//! Normalisation: fitted on the training part alone, stored with the weights, applied by the model itself as
//! `x = (raw - shift) * scale`.

use crate::spec::Normalize;

/// Shift and scale of each of a row's `width` features, from the given rows of row-major `values`.
///
/// In f64, rows in the order given. Deviations are those of the rows themselves (divided by n). A feature that is constant
/// over the rows gets scale 1 with [`Normalize::Standard`] and [`Normalize::MinMax`], and so becomes 0; so does one that is
/// [nearly constant](nearly_constant), since its differences are those of rounding.
pub fn fit(normalize: Normalize, values: &[f32], width: usize, rows: &[usize]) -> (Vec<f32>, Vec<f32>) {
    match normalize {
        Normalize::None => (vec![0.0; width], vec![1.0; width]),
        Normalize::Scale(factor) => (vec![0.0; width], vec![factor as f32; width]),
        Normalize::Standard => standard(values, width, rows),
        Normalize::MinMax => min_max(values, width, rows),
    }
}

fn standard(values: &[f32], width: usize, rows: &[usize]) -> (Vec<f32>, Vec<f32>) {
    let count = rows.len().max(1) as f64;
    // Sums of what is left after the first row: a constant feature sums to exactly 0, and large means cancel nothing.
    let origin: Vec<f64> = rows.first().map_or(vec![0.0; width], |row| row_of(values, width, *row).map(f64::from).collect());
    let mut mean = vec![0.0; width];
    for row in rows {
        let features = row_of(values, width, *row).zip(&origin);
        mean.iter_mut().zip(features).for_each(|(mean, (value, origin))| *mean += f64::from(value) - origin);
    }
    mean.iter_mut().for_each(|mean| *mean /= count);
    let mut variance = vec![0.0; width];
    for row in rows {
        let features = row_of(values, width, *row).zip(origin.iter().zip(&mean));
        for (variance, (value, (origin, mean))) in variance.iter_mut().zip(features) {
            let difference = f64::from(value) - origin - mean;
            *variance += difference * difference;
        }
    }
    let shift = mean.iter().zip(&origin).map(|(mean, origin)| (mean + origin) as f32).collect();
    let (low, high) = ranges(values, width, rows);
    let scales = variance.iter().zip(low.iter().zip(&high));
    let scale = scales.map(|(variance, (low, high))| inverse((variance / count).sqrt(), *low, *high)).collect();
    (shift, scale)
}

fn min_max(values: &[f32], width: usize, rows: &[usize]) -> (Vec<f32>, Vec<f32>) {
    let (low, high) = ranges(values, width, rows);
    let scale = low.iter().zip(&high).map(|(low, high)| inverse(f64::from(*high) - f64::from(*low), *low, *high)).collect();
    (low, scale)
}

/// The features whose values differ over the rows, but by no more than rounding: less than a two-millionth of their size.
/// Divided by their deviation they would be noise.
pub fn nearly_constant(values: &[f32], width: usize, rows: &[usize]) -> Vec<usize> {
    let (low, high) = ranges(values, width, rows);
    let differ = |feature: &usize| low[*feature] < high[*feature] && is_rounding(low[*feature].into(), high[*feature].into());
    (0..width).filter(differ).collect()
}

/// Whether values from the least to the greatest are equal but for rounding, that of `f32` or of whoever wrote them.
pub(super) fn is_rounding(low: f64, high: f64) -> bool {
    const SIZES: f64 = (1 << 21) as f64;
    (high - low) * SIZES <= low.abs().max(high.abs())
}

/// The least and the greatest value of each feature.
fn ranges(values: &[f32], width: usize, rows: &[usize]) -> (Vec<f32>, Vec<f32>) {
    let mut low = vec![f32::INFINITY; width];
    let mut high = vec![f32::NEG_INFINITY; width];
    for row in rows {
        for (value, (low, high)) in row_of(values, width, *row).zip(low.iter_mut().zip(&mut high)) {
            *low = low.min(value);
            *high = high.max(value);
        }
    }
    (low, high)
}

fn row_of(values: &[f32], width: usize, row: usize) -> impl Iterator<Item = f32> {
    values[row * width..][..width].iter().copied()
}

/// 1 for the spread of a feature that is constant but for rounding, and where f32 cannot hold the factor.
fn inverse(spread: f64, low: f32, high: f32) -> f32 {
    let factor = (1.0 / spread) as f32;
    if factor.is_finite() && !is_rounding(low.into(), high.into()) { factor } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: [f32; 12] = [1.0, 5.0, 1e6, 3.0, 5.0, 1e6 + 2.0, 5.0, 5.0, 1e6 + 4.0, 99.0, 99.0, 99.0];

    #[test]
    fn standard_uses_the_given_rows_alone() {
        let (shift, scale) = fit(Normalize::Standard, &VALUES, 3, &[0, 1, 2]);
        assert_eq!(shift, [3.0, 5.0, 1e6 + 2.0]);
        let expected = (1.0 / (8.0_f64 / 3.0).sqrt()) as f32;
        assert_eq!(scale, [expected, 1.0, expected]);
    }

    #[test]
    fn a_constant_feature_that_f64_cannot_average_exactly_counts_as_constant() {
        let values = [0.1_f32; 1000];
        let rows: Vec<usize> = (0..1000).collect();
        assert_eq!(fit(Normalize::Standard, &values, 1, &rows), (vec![0.1], vec![1.0]));
    }

    #[test]
    fn what_differs_by_rounding_alone_is_constant() {
        let near = f32::from_bits(0.3_f32.to_bits() + 1);
        let values = [0.3, 1e6, near, 1e6 + 1.0, 0.3, 1e6 + 2.0];
        assert_eq!(nearly_constant(&values, 2, &[0, 1, 2]), [0]);
        assert_eq!(nearly_constant(&values, 2, &[0, 2]), [0_usize; 0], "constant altogether");
        for normalize in [Normalize::Standard, Normalize::MinMax] {
            let (_, scale) = fit(normalize, &values, 2, &[0, 1, 2]);
            assert_eq!(scale[0], 1.0);
            assert!(scale[1] > 0.4 && scale[1] < 1.3, "{scale:?}");
        }
    }

    #[test]
    fn min_max_maps_to_0_and_1_and_constants_to_0() {
        let (shift, scale) = fit(Normalize::MinMax, &VALUES, 3, &[0, 1, 2]);
        assert_eq!(shift, [1.0, 5.0, 1e6]);
        assert_eq!(scale, [0.25, 1.0, 0.25]);
    }

    #[test]
    fn none_and_scale_look_at_no_row() {
        assert_eq!(fit(Normalize::None, &VALUES, 3, &[]), (vec![0.0; 3], vec![1.0; 3]));
        assert_eq!(fit(Normalize::Scale(0.5), &VALUES, 3, &[]), (vec![0.0; 3], vec![0.5; 3]));
    }
}
