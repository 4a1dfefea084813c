//! Brightness and contrast.

/// Lanes in which values are summed, as in all sums of the project.
const LANES: usize = 16;

/// Multiplies an image.
pub(super) fn brightness(values: &mut [f32], factor: f64) {
    let factor = factor as f32;
    values.iter_mut().for_each(|value| *value *= factor);
}

/// Multiplies an image's differences from its mean.
pub(super) fn contrast(values: &mut [f32], factor: f64) {
    if factor == 1.0 {
        return;
    }
    let kept = ((1.0 - factor) * mean(values)) as f32;
    let factor = factor as f32;
    values.iter_mut().for_each(|value| *value = factor * *value + kept);
}

/// The mean in `f64`, summed in lanes.
fn mean(values: &[f32]) -> f64 {
    let mut lanes = [0.0_f64; LANES];
    let (whole, rest) = values.as_chunks::<LANES>();
    for values in whole {
        lanes.iter_mut().zip(values).for_each(|(sum, value)| *sum += f64::from(*value));
    }
    lanes.iter_mut().zip(rest).for_each(|(sum, value)| *sum += f64::from(*value));
    for half in [8, 4, 2, 1] {
        for lane in 0..half {
            lanes[lane] += lanes[lane + half];
        }
    }
    lanes[0] / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_makes_brighter_or_darker() {
        let mut values = [0.0, 1.0, -2.0, 16.0];
        brightness(&mut values, 1.5);
        assert_eq!(values, [0.0, 1.5, -3.0, 24.0]);
        brightness(&mut values, 0.0);
        assert_eq!(values, [0.0; 4]);
    }

    #[test]
    fn contrast_is_about_the_mean() {
        let mut values: Vec<f32> = (0..20).map(|value| value as f32).collect();
        contrast(&mut values, 0.5);
        let expected: Vec<f32> = (0..20).map(|value| 9.5 + 0.5 * (value as f32 - 9.5)).collect();
        assert_eq!(values, expected);
        contrast(&mut values, 0.0);
        assert_eq!(values, [9.5; 20]);
    }

    #[test]
    fn a_factor_of_1_changes_no_bit() {
        let values = [0.1_f32, -0.0, 3e38, -3e38, 1e-40];
        for change in [brightness, contrast] {
            let mut changed = values;
            change(&mut changed, 1.0);
            assert_eq!(changed.map(f32::to_bits), values.map(f32::to_bits));
        }
    }
}
