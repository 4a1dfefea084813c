//! What a figure at the end of each epoch decides: whether the learning rate falls, whether the training ends. `fit` asks these; a
//! program with a loop of its own can too. The smaller a figure the better.

use crate::metrics::Evaluation;
use crate::spec::{EarlyStop, Monitor, Plateau};

/// Whether a monitor looks at the validation part.
pub(crate) fn needs_validation(monitor: Monitor) -> bool {
    monitor != Monitor::TrainLoss
}

/// The figure at an epoch's end; the smaller the better, so that an accuracy is negated. Not a number where there is none.
pub(crate) fn figure(monitor: Monitor, train_loss: f64, validation: Option<&Evaluation>) -> f64 {
    let metric = |name: &str| validation.and_then(|evaluation| evaluation.get(name)).unwrap_or(f64::NAN);
    match monitor {
        Monitor::TrainLoss => train_loss,
        Monitor::ValidationLoss => validation.map_or(f64::NAN, |evaluation| evaluation.loss),
        Monitor::ValidationAccuracy => -metric("accuracy"),
        Monitor::ValidationMse => metric("mse"),
        Monitor::ValidationMae => metric("mae"),
    }
}

/// The best figure so far, and how many checks in a row were no improvement.
#[derive(Clone, Copy, Debug)]
struct Best {
    figure: f64,
    waited: usize,
}

impl Best {
    const NONE: Best = Best { figure: f64::INFINITY, waited: 0 };

    /// Takes a figure in; whether it improves. What is not a number never does.
    fn check(&mut self, figure: f64, min_delta: f64, relative: bool) -> bool {
        // Of the best's size, so that a loss below 0 or a negated accuracy has to become smaller too.
        let delta = if relative && self.figure.is_finite() { min_delta * self.figure.abs() } else { min_delta };
        let improves = figure < self.figure - delta || (self.figure == f64::INFINITY && figure < f64::INFINITY);
        if improves {
            *self = Best { figure, waited: 0 };
        } else {
            self.waited += 1;
        }
        improves
    }
}

/// Lowers the learning rate on a plateau.
#[derive(Clone, Copy, Debug)]
pub struct PlateauWatch {
    plateau: Plateau,
    best: Best,
    /// Checks of grace that are left.
    grace: usize,
}

impl PlateauWatch {
    /// Before the first figure.
    pub fn new(plateau: Plateau) -> Self {
        PlateauWatch { plateau, best: Best::NONE, grace: 0 }
    }

    /// Takes a figure in; whether the rate falls.
    pub fn falls(&mut self, figure: f64) -> bool {
        self.best.check(figure, self.plateau.min_delta, self.plateau.relative);
        if self.grace > 0 {
            self.grace -= 1;
            self.best.waited = 0;
        }
        let falls = self.best.waited >= self.plateau.patience.max(1);
        if falls {
            self.grace = self.plateau.cooldown;
            self.best.waited = 0;
        }
        falls
    }
}

/// Ends a training that no longer improves.
#[derive(Clone, Copy, Debug)]
pub struct StopWatch {
    stop: EarlyStop,
    best: Best,
}

/// What an early stop makes of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is the best so far.
    Best,
    /// It is not, and the training goes on.
    Waits,
    /// The training ends.
    Ends,
}

impl StopWatch {
    /// Before the first figure.
    pub fn new(stop: EarlyStop) -> Self {
        StopWatch { stop, best: Best::NONE }
    }

    /// Takes a figure in.
    pub fn check(&mut self, figure: f64) -> Verdict {
        if self.best.check(figure, self.stop.min_delta, false) {
            Verdict::Best
        } else if self.best.waited >= self.stop.patience {
            Verdict::Ends
        } else {
            Verdict::Waits
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plateau(patience: usize, min_delta: f64, relative: bool, cooldown: usize) -> PlateauWatch {
        let monitor = Monitor::ValidationLoss;
        PlateauWatch::new(Plateau { monitor, factor: 0.5, patience, min_delta, relative, cooldown, floor: 0.0 })
    }

    fn falls(mut watch: PlateauWatch, figures: &[f64]) -> Vec<bool> {
        figures.iter().map(|figure| watch.falls(*figure)).collect()
    }

    #[test]
    fn the_rate_falls_after_patience_checks_without_improvement() {
        assert_eq!(falls(plateau(2, 0.0, false, 0), &[1.0, 1.0, 1.0, 1.0, 1.0]), [false, false, true, false, true]);
        assert_eq!(falls(plateau(2, 0.0, false, 0), &[1.0, 1.0, 0.5, 0.5, 0.4]), [false; 5]);
    }

    #[test]
    fn an_improvement_is_more_than_the_least_difference() {
        assert_eq!(falls(plateau(1, 0.25, false, 0), &[1.0, 0.75, 0.5]), [false, true, false]);
        assert_eq!(falls(plateau(1, 0.25, true, 0), &[2.0, 1.5, 1.4]), [false, true, false]);
    }

    #[test]
    fn grace_counts_nothing() {
        assert_eq!(falls(plateau(1, 0.0, false, 2), &[1.0; 6]), [false, true, false, false, true, false]);
    }

    #[test]
    fn not_a_number_never_improves() {
        assert_eq!(falls(plateau(1, 0.0, false, 0), &[f64::NAN, f64::NAN, 1.0, f64::NAN]), [true, true, false, true]);
        let mut watch = stop(2);
        let figures = [1.0, f64::NAN, 0.5, f64::NAN, f64::NAN].map(|figure| watch.check(figure));
        assert_eq!(figures, [Verdict::Best, Verdict::Waits, Verdict::Best, Verdict::Waits, Verdict::Ends]);
    }

    fn stop(patience: usize) -> StopWatch {
        let monitor = Monitor::ValidationLoss;
        StopWatch::new(EarlyStop { monitor, patience, min_delta: 0.0, restore_best: true })
    }

    #[test]
    fn a_training_ends_after_patience_checks_without_improvement() {
        let mut watch = stop(2);
        let figures = [3.0, 2.0, 2.0, 1.0, 1.5, 1.0].map(|figure| watch.check(figure));
        use Verdict::{Best, Ends, Waits};
        assert_eq!(figures, [Best, Best, Waits, Best, Waits, Ends]);
    }

    #[test]
    fn an_accuracy_is_better_the_greater_it_is() {
        let metrics = vec![crate::Metric { name: "accuracy", value: 0.9 }];
        let outputs = vec![crate::OutputMetrics { output: "y", metrics }];
        let evaluation = Evaluation { rows: 1, loss: 0.3, outputs };
        assert_eq!(figure(Monitor::ValidationAccuracy, 0.5, Some(&evaluation)), -0.9);
        assert_eq!(figure(Monitor::ValidationLoss, 0.5, Some(&evaluation)), 0.3);
        assert_eq!(figure(Monitor::TrainLoss, 0.5, None), 0.5);
        assert!(figure(Monitor::ValidationMse, 0.5, Some(&evaluation)).is_nan());
    }
}
