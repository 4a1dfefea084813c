//! How the learning rate changes over training.

use crate::spec::{Length, Schedule};

/// The learning rate of a step, counted from 0. A length in epochs counts the whole epochs before the step.
///
/// In f64 with `libm`'s operations, so that every platform gets the same bits.
pub fn rate(schedule: &Schedule, base: f64, step: u64, steps_per_epoch: u64) -> f64 {
    match *schedule {
        Schedule::Constant => base,
        Schedule::Exponential { rate, every, staircase } => {
            let periods = match every {
                Length::Epochs(epochs) => (step / steps_per_epoch.max(1)) as f64 / epochs,
                Length::Steps(steps) => step as f64 / steps,
            };
            base * libm::pow(rate, if staircase { libm::floor(periods) } else { periods })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exponential(every: Length, staircase: bool) -> Schedule {
        Schedule::Exponential { rate: 0.5, every, staircase }
    }

    #[test]
    fn constant_stays() {
        assert_eq!(rate(&Schedule::Constant, 0.1, 1_000_000, 7), 0.1);
    }

    #[test]
    fn epochs_count_whole_epochs() {
        let schedule = exponential(Length::Epochs(1.0), false);
        assert_eq!(rate(&schedule, 1.0, 0, 10), 1.0);
        assert_eq!(rate(&schedule, 1.0, 9, 10), 1.0);
        assert_eq!(rate(&schedule, 1.0, 10, 10), 0.5);
        assert_eq!(rate(&schedule, 1.0, 39, 10), 0.125);
        let slow = exponential(Length::Epochs(2.0), false);
        assert!((rate(&slow, 1.0, 10, 10) - 0.5_f64.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn steps_fall_smoothly_or_by_stairs() {
        let smooth = exponential(Length::Steps(4.0), false);
        let stairs = exponential(Length::Steps(4.0), true);
        assert!((rate(&smooth, 1.0, 2, 1) - 0.5_f64.sqrt()).abs() < 1e-15);
        assert_eq!(rate(&stairs, 1.0, 3, 1), 1.0);
        assert_eq!(rate(&stairs, 1.0, 4, 1), 0.5);
        assert_eq!(rate(&smooth, 1.0, 8, 1), 0.25);
    }
}
