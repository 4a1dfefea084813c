//! Who watches a training, and may stop it.

use std::fmt;
use std::io::{IsTerminal, Write};
use std::time::Duration;

use crate::clock::Moment;
use crate::report::{EpochReport, Report};
use crate::signals::Signals;
use crate::weights::Weights;

/// What `fit` tells, as it goes. All methods do nothing unless implemented.
pub trait Observer {
    /// Before the first step.
    fn on_start(&mut self, start: &Start) {
        let _ = start;
    }

    /// After [`on_start`](Self::on_start), for each thing about the data that is no error but may not be meant, such as a column
    /// of ids: one line that names the column.
    fn on_note(&mut self, note: &str) {
        let _ = note;
    }

    /// After each step. Called often: a slow observer slows the training.
    fn on_batch(&mut self, batch: &BatchReport) -> Flow {
        let _ = batch;
        Flow::Continue
    }

    /// After each step whose signals were measured, before [`on_batch`](Self::on_batch) is told of it.
    fn on_signals(&mut self, signals: &Signals) {
        let _ = signals;
    }

    /// After each epoch, its validation included. `weights` can be saved or made a model.
    fn on_epoch(&mut self, epoch: &EpochReport, weights: &Weights<'_>) -> Flow {
        let _ = (epoch, weights);
        Flow::Continue
    }

    /// After the last step and the final evaluations.
    fn on_end(&mut self, report: &Report) {
        let _ = report;
    }
}

/// Whether to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    Continue,
    /// Stop here, with the weights as they are.
    Stop,
}

/// What is about to be trained.
#[derive(Clone, Debug, PartialEq)]
pub struct Start {
    /// The model's name.
    pub model: &'static str,
    /// The recipe's name.
    pub recipe: &'static str,
    /// Epochs to come.
    pub epochs: usize,
    /// Steps in each of them.
    pub steps_per_epoch: usize,
    /// Rows of a full batch.
    pub batch: usize,
    /// Rows of the training part.
    pub train_rows: usize,
    /// Rows of the validation part.
    pub validation_rows: usize,
    /// Rows of the test part.
    pub test_rows: usize,
    /// Threads that work.
    pub threads: usize,
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchReport {
    /// The epoch, from 1.
    pub epoch: usize,
    /// The batch within the epoch, from 1.
    pub batch: usize,
    /// The batches of the epoch.
    pub batches: usize,
    /// Rows in the batch.
    pub rows: usize,
    /// Its mean loss, penalties included.
    pub loss: f64,
    /// The mean loss of the epoch up to here, weighed by samples.
    pub mean_loss: f64,
    /// The step's learning rate.
    pub learning_rate: f64,
    /// Samples of the epoch up to here.
    pub samples: usize,
    /// Time in the epoch up to here; none passes where the system has no clock.
    pub elapsed: Duration,
}

/// The observers that come with the runtime.
///
/// ```
/// use dlm_runtime::Progress;
/// let mut quiet = Progress::silent();
/// let mut log = Vec::new();
/// let mut lines = Progress::lines(&mut log);
/// ```
pub struct Progress<'a> {
    out: Option<Box<dyn Write + 'a>>,
    /// Whether `out` is a terminal, where a line can be written over.
    in_place: bool,
    epochs: usize,
    drawn: Option<Moment>,
}

impl<'a> Progress<'a> {
    /// Says nothing.
    pub fn silent() -> Self {
        Progress { out: None, in_place: false, epochs: 0, drawn: None }
    }

    /// One plain line an epoch to `out`. A line that cannot be written is lost; training goes on.
    pub fn lines(out: impl Write + 'a) -> Self {
        Progress { out: Some(Box::new(out)), ..Progress::silent() }
    }

    /// One line an epoch to the standard error, which on a terminal also shows the running epoch's progress.
    pub fn terminal() -> Self {
        Progress { in_place: std::io::stderr().is_terminal(), ..Progress::lines(std::io::stderr()) }
    }

    fn write(&mut self, text: fmt::Arguments<'_>) {
        if let Some(out) = &mut self.out {
            // A closed pipe is no reason to lose a training.
            let _ = out.write_fmt(text).and_then(|()| out.flush());
        }
    }
}

impl fmt::Debug for Progress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress").field("silent", &self.out.is_none()).field("in_place", &self.in_place).finish()
    }
}

/// How often a terminal's line is drawn again.
const REDRAW: Duration = Duration::from_millis(100);
/// Back to the line's begin, and what stands there is cleared.
const CLEAR: &str = "\r\x1b[2K";
/// A line that is written over must be one: what is too long for the terminal is cut, not broken.
const CUT: &str = "\x1b[?7l";
const BREAK: &str = "\x1b[?7h";

impl Observer for Progress<'_> {
    fn on_start(&mut self, start: &Start) {
        self.epochs = start.epochs;
        let Start { model, train_rows, validation_rows, test_rows, .. } = start;
        self.write(format_args!("{model}: {train_rows} training, {validation_rows} validation, {test_rows} test samples\n"));
    }

    fn on_note(&mut self, note: &str) {
        self.write(format_args!("note: {note}\n"));
    }

    fn on_batch(&mut self, batch: &BatchReport) -> Flow {
        if self.in_place && self.drawn.is_none_or(|drawn| drawn.elapsed() >= REDRAW) {
            self.drawn = Some(Moment::now());
            let BatchReport { epoch, batch, batches, mean_loss, .. } = *batch;
            let epochs = self.epochs;
            self.write(format_args!("{CLEAR}{CUT}epoch {epoch}/{epochs}  batch {batch}/{batches}  loss {mean_loss:.4}{BREAK}"));
        }
        Flow::Continue
    }

    fn on_epoch(&mut self, epoch: &EpochReport, _: &Weights<'_>) -> Flow {
        let (begin, epochs) = (if self.in_place { CLEAR } else { "" }, self.epochs);
        self.write(format_args!("{begin}epoch {}/{epochs}  {epoch}\n", epoch.epoch));
        Flow::Continue
    }

    fn on_end(&mut self, report: &Report) {
        let begin = if self.in_place { CLEAR } else { "" };
        match &report.test {
            Some(test) => self.write(format_args!("{begin}test  {test}\n")),
            None => self.write(format_args!("{begin}")),
        }
        for sentence in &report.verdict {
            self.write(format_args!("{sentence}\n"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_written_over_is_never_broken_into_two() {
        let batch = BatchReport {
            epoch: 1,
            batch: 2,
            batches: 3,
            rows: 4,
            loss: 0.5,
            mean_loss: 0.25,
            learning_rate: 0.1,
            samples: 8,
            elapsed: Duration::from_secs(2),
        };
        let mut out = Vec::new();
        let mut progress = Progress { in_place: true, epochs: 9, ..Progress::lines(&mut out) };
        progress.on_batch(&batch);
        // Within a tenth of a second it is not drawn again.
        progress.on_batch(&batch);
        drop(progress);
        assert_eq!(String::from_utf8_lossy(&out), "\r\x1b[2K\x1b[?7lepoch 1/9  batch 2/3  loss 0.2500\x1b[?7h");
    }
}
