//! Drawn numbers against the distribution that they should have. Tolerances are in standard errors, so that they hold for any
//! number of values; seeds are fixed, so that a test gives the same every time.

use dlm_compiler::expr::operand;

/// How many standard errors a statistic may be off: by chance 7 of a million are further.
pub const STANDARD_ERRORS: f64 = 4.5;
/// How far apart the empirical and the exact distribution function may be, times √n (Kolmogorov and Smirnov): by chance 2 of
/// 100,000 are further.
const KOLMOGOROV: f64 = 2.4;
/// The deviation of a standard normal within ±2.
pub const WITHIN_TWO: f64 = 0.879_625_661_034_239_8;

/// A distribution that is symmetric around its mean.
pub struct Law {
    pub mean: f64,
    pub deviation: f64,
    /// The standardised moments of orders 4, 6 and 8.
    moments: [f64; 3],
    low: f64,
    high: f64,
    cumulative: Box<dyn Fn(f64) -> f64>,
}

impl Law {
    pub fn uniform(low: f64, high: f64) -> Self {
        let deviation = (high - low) / 12f64.sqrt();
        let cumulative = Box::new(move |x: f64| ((x - low) / (high - low)).clamp(0.0, 1.0));
        Self { mean: (low + high) / 2.0, deviation, moments: [9.0 / 5.0, 27.0 / 7.0, 9.0], low, high, cumulative }
    }

    pub fn normal(mean: f64, deviation: f64) -> Self {
        let cumulative = Box::new(move |x: f64| normal_below((x - mean) / deviation));
        let (low, high) = (f64::NEG_INFINITY, f64::INFINITY);
        Self { mean, deviation, moments: [3.0, 15.0, 105.0], low, high, cumulative }
    }

    /// Normal, drawn again beyond two of its deviations; `deviation` is what is left then.
    pub fn truncated(mean: f64, deviation: f64) -> Self {
        let whole = deviation / WITHIN_TWO;
        let outside = normal_below(-2.0);
        let cumulative = move |x: f64| ((normal_below((x - mean) / whole) - outside) / (1.0 - 2.0 * outside)).clamp(0.0, 1.0);
        // By parts: m(k) = (k − 1)·m(k − 2) − 2·2^(k−1)·φ(2)/P(|z| < 2).
        let edge = 2.0 * (-2.0f64).exp() / std::f64::consts::TAU.sqrt() / (1.0 - 2.0 * outside);
        let mut raw = [1.0; 5];
        for half in 1..5 {
            let order = 2 * half as i32;
            raw[half] = f64::from(order - 1) * raw[half - 1] - edge * 2f64.powi(order - 1);
        }
        let moments = [2, 3, 4].map(|half| raw[half] / raw[1].powi(half as i32));
        let (low, high) = (mean - 2.0 * whole, mean + 2.0 * whole);
        Self { mean, deviation, moments, low, high, cumulative: Box::new(cumulative) }
    }

    /// Which statistics of the values are not those of the distribution: their names, and by how much.
    pub fn misfits(&self, values: &[f32]) -> Vec<(&'static str, f64)> {
        let n = values.len() as f64;
        let standard: Vec<f64> = values.iter().map(|value| (f64::from(*value) - self.mean) / self.deviation).collect();
        let moment = |power: i32, around: f64| standard.iter().map(|z| (z - around).powi(power)).sum::<f64>() / n;
        let mean = moment(1, 0.0);
        let variance = moment(2, mean);
        let kurtosis = moment(4, mean) / variance.powi(2);
        let [fourth, sixth, eighth] = self.moments;
        // By the delta method, of a symmetric distribution: 24 for the normal one.
        let spread = eighth - fourth.powi(2) - 4.0 * fourth * (sixth - fourth) + 4.0 * fourth.powi(2) * (fourth - 1.0);
        let mut found = vec![
            ("mean", mean * n.sqrt() / STANDARD_ERRORS),
            ("deviation", (variance.sqrt() - 1.0) / ((fourth - 1.0) / (4.0 * n)).sqrt() / STANDARD_ERRORS),
            ("kurtosis", (kurtosis - fourth) / (spread / n).sqrt() / STANDARD_ERRORS),
            ("distribution", self.distance(values) * n.sqrt() / KOLMOGOROV),
        ];
        found.retain(|(_, share)| share.abs() > 1.0);
        // As f32, which a bound may be rounded to.
        let outside = values.iter().filter(|value| **value < self.low as f32 || **value > self.high as f32).count();
        found.extend((outside > 0).then_some(("bounds", outside as f64)));
        found
    }

    /// The greatest distance between the values' distribution function and the exact one.
    fn distance(&self, values: &[f32]) -> f64 {
        let mut sorted = values.to_vec();
        sorted.sort_by(f32::total_cmp);
        let n = values.len() as f64;
        let step = |(index, value): (usize, &f32)| {
            let exact = (self.cumulative)(f64::from(*value));
            (exact - index as f64 / n).abs().max(((index + 1) as f64 / n - exact).abs())
        };
        sorted.iter().enumerate().map(step).fold(0.0, f64::max)
    }

    /// Fails unless the values are as if drawn from the distribution.
    #[track_caller]
    pub fn expect(&self, what: &str, values: &[f32]) {
        let misfits = self.misfits(values);
        assert!(misfits.is_empty(), "{what}: {misfits:?}, in shares of what is tolerated");
    }
}

/// The share of a standard normal below x.
fn normal_below(x: f64) -> f64 {
    0.5 * (1.0 + operand(0).erf().evaluate::<f64>(&|_| x * std::f64::consts::FRAC_1_SQRT_2))
}

/// Whether a share of `n` trials is the probability of each.
pub fn is_share(found: f64, probability: f64, n: usize) -> bool {
    (found - probability).abs() <= STANDARD_ERRORS * (probability * (1.0 - probability) / n as f64).sqrt()
}

/// Whether pairs are as if drawn independently: neither they nor their squares, which show whether one says how large the other
/// is, are correlated.
pub fn independent(pairs: impl Iterator<Item = (f32, f32)>) -> bool {
    let pairs: Vec<(f64, f64)> = pairs.map(|(a, b)| (f64::from(a), f64::from(b))).collect();
    let centred = standardised(&pairs);
    let squares: Vec<(f64, f64)> = centred.iter().map(|(a, b)| (a * a, b * b)).collect();
    let uncorrelated = |pairs: &[(f64, f64)]| {
        let products: f64 = pairs.iter().map(|(a, b)| a * b).sum();
        products.abs() <= STANDARD_ERRORS * (pairs.len() as f64).sqrt()
    };
    uncorrelated(&centred) && uncorrelated(&standardised(&squares))
}

/// Both sides with mean 0 and deviation 1.
fn standardised(pairs: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let n = pairs.len() as f64;
    let side = |of: fn(&(f64, f64)) -> f64| {
        let mean = pairs.iter().map(of).sum::<f64>() / n;
        let deviation = (pairs.iter().map(|pair| (of(pair) - mean).powi(2)).sum::<f64>() / n).sqrt();
        assert!(deviation > 0.0, "values that are all the same");
        move |pair: &(f64, f64)| (of(pair) - mean) / deviation
    };
    let (first, second) = (side(|pair| pair.0), side(|pair| pair.1));
    pairs.iter().map(|pair| (first(pair), second(pair))).collect()
}
