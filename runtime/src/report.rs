//! What a training was.

use std::fmt;

use crate::metrics::Evaluation;
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
    /// From the first step to the last evaluation; 0 where the system has no clock, as in WebAssembly.
    pub seconds: f64,
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
        write!(f, "loss {:.4}", self.loss)?;
        for output in &self.outputs {
            for metric in &output.metrics {
                f.write_str("  ")?;
                if self.outputs.len() > 1 {
                    write!(f, "{}.", output.output)?;
                }
                match metric.name {
                    "accuracy" => write!(f, "accuracy {:.2} %", 100.0 * metric.value)?,
                    name => write!(f, "{name} {:.4}", metric.value)?,
                }
            }
        }
        Ok(())
    }
}

impl fmt::Display for EpochReport {
    /// "loss 0.1234  validation loss 0.2345  accuracy 97.50 %  1.2 s  12345 samples/s".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "loss {:.4}", self.train_loss)?;
        if let Some(train) = &self.train {
            write!(f, "  training {train}")?;
        }
        if let Some(validation) = &self.validation {
            write!(f, "  validation {validation}")?;
        }
        if self.seconds > 0.0 {
            write!(f, "  {:.2} s  {:.0} samples/s", self.seconds, self.samples_per_second)?;
        }
        Ok(())
    }
}
