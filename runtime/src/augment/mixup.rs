//! Samples mixed in pairs (Zhang, Cisse, Dauphin, Lopez-Paz: *mixup: beyond empirical risk minimization*, 2018).
//!
//! The paper mixes a batch with itself in another order, by one λ. Here a sample's partner and λ are functions of its own row,
//! so that they do not depend on what else is in the batch.

use super::draw::{Draw, below};
use crate::draws::unit;

/// The place in the training part of the sample that this one is mixed with, all equally likely.
pub(super) fn partner(draw: Draw, rows: usize) -> usize {
    below(draw.bits(0)[0], rows)
}

/// λ, from Beta(α, α): G/(G + H) of two numbers of the gamma distribution of shape α.
pub(super) fn share(draw: Draw, alpha: f64) -> f32 {
    let [g, h] = [0, 1].map(|which| ln_gamma(draw, alpha, which));
    // Their logarithms, since for a small α both may be too small for a number.
    (1.0 / (1.0 + libm::exp(h - g))) as f32
}

/// The logarithm of a number of the gamma distribution of shape α, by Marsaglia and Tsang 2000; where α < 1, of a number of shape
/// α + 1 times U^(1/α). Candidate c of the first takes attempts 4c + 1 and 4c + 2, of the second 4c + 3 and 4c + 4.
fn ln_gamma(draw: Draw, alpha: f64, which: u32) -> f64 {
    let shape = if alpha < 1.0 { alpha + 1.0 } else { alpha };
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / libm::sqrt(9.0 * d);
    let mut attempt = 1 + 2 * which;
    loop {
        let z = draw.draws.normal(draw.row, attempt);
        let [accepted, boost] = draw.bits(attempt + 1).map(|bits| 1.0 - unit(bits));
        let root = 1.0 + c * z;
        if root > 0.0 {
            let (v, ln_v) = (root * root * root, 3.0 * libm::log(root));
            if libm::log(accepted) < 0.5 * z * z + d * (1.0 - v + ln_v) {
                let boosted = if alpha < 1.0 { libm::log(boost) / alpha } else { 0.0 };
                return libm::log(d) + ln_v + boosted;
            }
        }
        attempt += 4;
    }
}

/// λ·x + (1 − λ)·x′ for each value.
pub(crate) fn mix(values: &mut [f32], others: &[f32], share: f32) {
    let rest = 1.0 - share;
    for (value, other) in values.iter_mut().zip(others) {
        *value = share * *value + rest * other;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draws::Draws;

    fn shares(alpha: f64, count: u32) -> Vec<f64> {
        let draws = Draws::new(1, "mixup");
        (0..count).map(|row| share(Draw { draws, row }, alpha).into()).collect()
    }

    /// Beta(α, α) has mean ½ and variance 1/(4(2α + 1)).
    #[test]
    fn shares_have_the_moments_of_the_beta_distribution() {
        let n = 20_000;
        for alpha in [0.05, 0.2, 0.5, 1.0, 2.0, 7.5, 400.0] {
            let shares = shares(alpha, n);
            let moment = |power: i32| shares.iter().map(|share| (share - 0.5).powi(power)).sum::<f64>() / f64::from(n);
            let variance = 1.0 / (4.0 * (2.0 * alpha + 1.0));
            let fourth = 3.0 * variance * variance * (2.0 * alpha + 1.0) / (2.0 * alpha + 3.0);
            let (mean_error, variance_error) =
                ((variance / f64::from(n)).sqrt(), ((fourth - variance * variance) / f64::from(n)).sqrt());
            assert!(moment(1).abs() < 4.5 * mean_error, "{alpha}: mean {}", 0.5 + moment(1));
            assert!((moment(2) - variance).abs() < 4.5 * variance_error, "{alpha}: variance {} for {variance}", moment(2));
            assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)), "{alpha}");
        }
    }

    /// Beta(½, ½) is the arcsine distribution, Beta(2, 2) has the distribution function 3x² − 2x³.
    #[test]
    fn shares_are_distributed_as_they_should() {
        type Below = fn(f64) -> f64;
        let laws: [(f64, Below); 3] =
            [(0.5, |x| 2.0 / std::f64::consts::PI * x.sqrt().asin()), (1.0, |x| x), (2.0, |x| x * x * (3.0 - 2.0 * x))];
        for (alpha, below) in laws {
            let mut shares = shares(alpha, 20_000);
            shares.sort_by(f64::total_cmp);
            let n = shares.len() as f64;
            let distance = |below: &dyn Fn(f64) -> f64| {
                let steps = shares.iter().enumerate();
                steps.map(|(index, share)| (below(*share) - (index as f64 + 0.5) / n).abs()).fold(0.0, f64::max) * n.sqrt()
            };
            // By chance 2 of 100,000 are further.
            assert!(distance(&below) < 2.4, "{alpha}: {}", distance(&below));
            assert!(distance(&|x| below(x * 0.97)) > 2.4, "{alpha}: what is off by 3 in 100 is found");
        }
    }

    #[test]
    fn a_tiny_shape_gives_one_sample_or_the_other() {
        let shares = shares(1e-5, 200);
        assert!(shares.iter().all(|share| *share < 1e-3 || *share > 0.999), "{shares:?}");
        assert!(shares.iter().any(|share| *share < 0.5) && shares.iter().any(|share| *share > 0.5));
    }

    #[test]
    fn partners_are_equally_likely() {
        let draws = Draws::new(1, "mixup");
        let mut counts = [0_i32; 7];
        (0..7000).for_each(|row| counts[partner(Draw { draws, row }, 7)] += 1);
        // Five standard deviations of a binomial count of 1000.
        assert!(counts.iter().all(|count| (count - 1000).abs() < 150), "{counts:?}");
    }

    #[test]
    fn a_share_of_1_changes_nothing() {
        let mut values = [0.1, 5.0, 3e38];
        mix(&mut values, &[1.0, -3e38, 3e38], 1.0);
        assert_eq!(values, [0.1, 5.0, 3e38]);
        mix(&mut values, &[1.0, -3.0, 7.0], 0.0);
        assert_eq!(values, [1.0, -3.0, 7.0]);
    }
}
