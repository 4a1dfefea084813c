//! Initialisers: what a weight begins with, as written; and, with a weight's fans, the distribution that is drawn from.

/// An initialiser as a file writes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Initializer {
    /// Variance by fans: `xavier_*`, `he_*`, `lecun_*`.
    Scaled {
        /// Whose formula.
        family: Family,
        /// Uniform, else normal.
        uniform: bool,
        /// Which fan; `None`: the family's own.
        fan: Option<Fan>,
        /// The factor; `None`: the activation's that follows, by the family's rule.
        gain: Option<f64>,
        /// Redraws beyond two deviations of the whole, of which the one asked for is left.
        truncated: bool,
    },
    /// Uniform in [low, high).
    Uniform {
        /// The lower bound.
        low: f64,
        /// The upper bound.
        high: f64,
    },
    /// Normal.
    Normal {
        /// The mean.
        mean: f64,
        /// The deviation, of a truncated one what is left of it.
        deviation: f64,
        /// Redraws beyond two deviations of the whole.
        truncated: bool,
    },
    /// One value.
    Constant(f64),
    /// Semi-orthogonal, times the gain.
    Orthogonal {
        /// The factor.
        gain: f64,
    },
}

/// Whose formula scales the weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Glorot and Bengio 2010: by the mean of both fans.
    Xavier,
    /// He et al. 2015: by fan_in, times relu's gain √2.
    He,
    /// LeCun et al. 1998: by fan_in.
    Lecun,
}

/// Which fan scales.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fan {
    /// A unit's inputs.
    In,
    /// A unit's outputs.
    Out,
    /// The mean of both.
    Average,
}

/// The distribution that a tensor is drawn from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Distribution {
    /// One value.
    Constant(f64),
    /// Uniform in [low, high).
    Uniform {
        /// The lower bound.
        low: f64,
        /// The upper bound.
        high: f64,
    },
    /// Normal; redrawn beyond two deviations where truncated.
    Normal {
        /// The mean.
        mean: f64,
        /// The deviation before truncation.
        deviation: f64,
        /// Redraws beyond two deviations.
        truncated: bool,
    },
    /// Semi-orthogonal times the gain.
    Orthogonal {
        /// The factor.
        gain: f64,
    },
}

/// The deviation of a standard normal truncated to ±2.
pub const TRUNCATED_DEVIATION: f64 = 0.879_625_661_034_239_8;

impl Initializer {
    /// The distribution for a weight with these fans before an activation of this gain.
    pub fn distribution(self, fan_in: usize, fan_out: usize, activation_gain: f64) -> Distribution {
        match self {
            Self::Uniform { low, high } => Distribution::Uniform { low, high },
            Self::Normal { mean, deviation, truncated } => normal(mean, deviation, truncated),
            Self::Constant(value) => Distribution::Constant(value),
            Self::Orthogonal { gain } => Distribution::Orthogonal { gain },
            Self::Scaled { family, uniform, fan, gain, truncated } => {
                let gain = gain.unwrap_or(activation_gain);
                let fan = match fan.unwrap_or(if family == Family::Xavier { Fan::Average } else { Fan::In }) {
                    Fan::In => fan_in as f64,
                    Fan::Out => fan_out as f64,
                    Fan::Average => (fan_in + fan_out) as f64 / 2.0,
                };
                let deviation = gain / fan.sqrt();
                if uniform {
                    let bound = 3f64.sqrt() * deviation;
                    Distribution::Uniform { low: -bound, high: bound }
                } else {
                    normal(0.0, deviation, truncated)
                }
            }
        }
    }
}

/// The normal distribution of this deviation, if truncated after that.
fn normal(mean: f64, deviation: f64, truncated: bool) -> Distribution {
    let deviation = if truncated { deviation / TRUNCATED_DEVIATION } else { deviation };
    Distribution::Normal { mean, deviation, truncated }
}
