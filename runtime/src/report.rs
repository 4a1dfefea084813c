//! What a training was.

use std::fmt;
use std::time::Duration;

use crate::guess::{Judged, figure};
use crate::metrics::{Evaluation, OutputMetrics};
use crate::signals::Signals;

/// A whole training.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The epochs that were finished, in order.
    pub epochs: Vec<EpochReport>,
    /// Whether an observer stopped it before the last epoch's end.
    pub stopped: bool,
    /// Whether `early_stop` ended it before the last epoch.
    pub stopped_early: bool,
    /// The epoch whose weights it ended with, where `early_stop` gave back those of an earlier one.
    pub restored: Option<usize>,
    /// How the final weights do on the training part, in prediction mode.
    pub train: Evaluation,
    /// And on the validation part, if there is one.
    pub validation: Option<Evaluation>,
    /// And on the test part, if there is one.
    pub test: Option<Evaluation>,
    /// What a guess that looks at no input achieves on the same parts.
    pub guess: Guesses,
    /// A sentence for each output of which the model knows no more than the guess; none where all is well.
    pub verdict: Vec<String>,
    /// From the first step to the last evaluation; 0 where the system has no clock, as in WebAssembly.
    pub seconds: f64,
}

/// What a guess that looks at no input achieves, for each output: for numbers the mean of the training part's targets, else its
/// most frequent class, for each flag by itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Guesses {
    /// On the training part.
    pub train: Vec<OutputMetrics>,
    /// On the validation part, if there is one.
    pub validation: Option<Vec<OutputMetrics>>,
    /// On the test part, if there is one.
    pub test: Option<Vec<OutputMetrics>>,
}

impl Report {
    /// The part that says most of the final weights, which is the test's, else the validation's, else the training's, and what
    /// the model and a guess achieve on it.
    pub fn judged(&self) -> Judged<'_> {
        let Guesses { train, validation, test } = &self.guess;
        let of = |part, model, guess| Judged { part, model, guess };
        match ((&self.test, test), (&self.validation, validation)) {
            ((Some(model), Some(guess)), _) => of("test", model, guess),
            (_, (Some(model), Some(guess))) => of("validation", model, guess),
            _ => of("training", &self.train, train),
        }
    }
}

/// One epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct EpochReport {
    /// Its number, from 1.
    pub epoch: usize,
    /// Its steps.
    pub steps: usize,
    /// The learning rate of its last step.
    pub learning_rate: f64,
    /// The mean loss of its batches as they were met, weighed by samples; penalties included.
    pub train_loss: f64,
    /// The training part at the epoch's end in prediction mode, where
    /// [`Trainer::measure_training`](crate::Trainer::measure_training) asks for it.
    pub train: Option<Evaluation>,
    /// The validation part at the epoch's end, if there is one.
    pub validation: Option<Evaluation>,
    /// What was measured in its watched steps, in order.
    pub signals: Vec<Signals>,
    /// Its time, evaluations included; 0 where the system has no clock.
    pub seconds: f64,
    /// Training samples a second, evaluations not included; 0 where the system has no clock.
    pub samples_per_second: f64,
}

impl fmt::Display for Evaluation {
    /// "loss 0.1234  accuracy 97.50 %", with each output's name if there are several.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "loss {}", figure(self.loss))?;
        write_metrics(f, &self.outputs)
    }
}

/// Each metric after two blanks, with its output's name if there are several.
fn write_metrics(f: &mut fmt::Formatter<'_>, outputs: &[OutputMetrics]) -> fmt::Result {
    for output in outputs {
        for metric in &output.metrics {
            f.write_str("  ")?;
            if outputs.len() > 1 {
                write!(f, "{}.", output.output)?;
            }
            match metric.name {
                "accuracy" => write!(f, "accuracy {:.2} %", 100.0 * metric.value)?,
                name => write!(f, "{name} {}", figure(metric.value))?,
            }
        }
    }
    Ok(())
}

impl fmt::Display for Judged<'_> {
    /// "guess on the test part  accuracy 33.33 %", what the guess achieves and where.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "guess on the {} part", self.part)?;
        write_metrics(f, self.guess)
    }
}

impl fmt::Display for EpochReport {
    /// "loss 0.1234  validation loss 0.2345  accuracy 97.50 %  1.20 s  12345 samples/s".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "loss {}", figure(self.train_loss))?;
        if let Some(train) = &self.train {
            write!(f, "  training {train}")?;
        }
        if let Some(validation) = &self.validation {
            write!(f, "  validation {validation}")?;
        }
        // Where there is no clock, there is nothing to tell.
        if self.seconds == 0.0 {
            return Ok(());
        }
        let time = Duration::try_from_secs_f64(self.seconds).map_or_else(|_| "-".to_owned(), duration);
        write!(f, "  {time}  {:.0} samples/s", self.samples_per_second)
    }
}

/// A duration for people, in the unit that suits it and with three digits: `63.0 µs`, `1.42 s`, `3 min 20 s`, `2 h 5 min`.
pub fn duration(duration: Duration) -> String {
    /// Each takes numbers below 1000, rounded.
    const UNITS: [(f64, &str); 4] = [(1e-9, "ns"), (1e-6, "µs"), (1e-3, "ms"), (1.0, "s")];
    let seconds = duration.as_secs_f64();
    if seconds < 59.95 {
        let (size, unit) = UNITS.into_iter().find(|(size, _)| seconds < 999.5 * size).unwrap_or((1.0, "s"));
        let number = seconds / size;
        let digits = match number {
            _ if unit == "ns" || number >= 99.95 => 0,
            _ if number >= 9.995 => 1,
            _ => 2,
        };
        return format!("{number:.digits$} {unit}");
    }
    let whole = seconds.round() as u64;
    match whole / 3600 {
        0 => format!("{} min {} s", whole / 60, whole % 60),
        hours => format!("{hours} h {} min", whole % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_the_unit_that_suits() {
        let shown = |seconds: f64| duration(Duration::from_secs_f64(seconds));
        for (seconds, expected) in [
            (0.0, "0 ns"),
            (85e-9, "85 ns"),
            (63e-6, "63.0 µs"),
            (0.9996e-3, "1.00 ms"),
            (0.00142, "1.42 ms"),
            (0.0123, "12.3 ms"),
            (0.25, "250 ms"),
            (0.9999, "1.00 s"),
            (1.42, "1.42 s"),
            (59.94, "59.9 s"),
            (59.96, "1 min 0 s"),
            (200.0, "3 min 20 s"),
            (7500.0, "2 h 5 min"),
        ] {
            assert_eq!(shown(seconds), expected, "{seconds}");
        }
    }

    #[test]
    fn an_epoch_that_takes_no_time_has_one_all_the_same() {
        let mut epoch = EpochReport {
            epoch: 1,
            steps: 8,
            learning_rate: 0.1,
            train_loss: 0.5,
            train: None,
            validation: None,
            signals: Vec::new(),
            seconds: 85e-6,
            samples_per_second: 12e6,
        };
        assert_eq!(epoch.to_string(), "loss 0.5000  85.0 µs  12000000 samples/s");
        epoch.seconds = 0.0;
        assert_eq!(epoch.to_string(), "loss 0.5000", "there is no clock");
        epoch.seconds = f64::NAN;
        assert_eq!(epoch.to_string(), "loss 0.5000  -  12000000 samples/s");
    }
}
