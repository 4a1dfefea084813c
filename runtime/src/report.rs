//! What a training was.

use std::fmt;

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
    /// From the first step to the last evaluation.
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
    /// Its time, evaluations included.
    pub seconds: f64,
    /// Training samples a second, evaluations not included.
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
    /// "guess  accuracy 33.33 %", what the guess achieves.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("guess")?;
        write_metrics(f, self.guess)
    }
}

impl fmt::Display for EpochReport {
    /// "loss 0.1234  validation loss 0.2345  accuracy 97.50 %  1.2 s  12345 samples/s".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "loss {}", figure(self.train_loss))?;
        if let Some(train) = &self.train {
            write!(f, "  training {train}")?;
        }
        if let Some(validation) = &self.validation {
            write!(f, "  validation {validation}")?;
        }
        write!(f, "  {:.2} s  {:.0} samples/s", self.seconds, self.samples_per_second)
    }
}
