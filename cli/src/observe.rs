//! Watches a training: shows its progress, writes its log, keeps its best weights, and ends it at Ctrl-C and the like.

use std::io;
use std::time::{Duration, Instant};

use dlm_runtime::{BatchReport, EpochReport, Flow, Observer, Report, Signals, Start, Weights, whole};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::console::Console;
use crate::failure::Failure;
use crate::interrupt;
use crate::json;
use crate::keep::Keeper;
use crate::output::Output;
use crate::table::thousands;

/// Watches one training.
#[derive(Debug)]
pub struct Watch<'a> {
    console: &'a Console,
    output: &'a mut Output,
    quiet: bool,
    bar: Option<Bar>,
    epochs: usize,
    /// Whether it has been said what the first measured signals tell.
    said_signals: bool,
    /// The lowest validation loss so far, and its epoch.
    best: Option<(f64, usize)>,
    /// Who writes its weights, from the first on.
    keeper: Option<Keeper>,
    /// What stopped the training from within.
    failure: Option<Failure>,
}

#[derive(Debug)]
struct Bar {
    bar: ProgressBar,
    drawn: Instant,
    steps: u64,
    metrics: String,
}

/// The bar; its message is cut where the terminal ends.
const BAR: &str = "{bar:20} {percent:>3} %  {eta:>4} left  {wide_msg}";
/// How often the bar's text is made anew.
const REDRAW: Duration = Duration::from_millis(100);

impl<'a> Watch<'a> {
    /// Watches a training that leaves its results in `output`.
    pub fn new(console: &'a Console, output: &'a mut Output, quiet: bool) -> Self {
        Watch { console, output, quiet, bar: None, epochs: 0, said_signals: false, best: None, keeper: None, failure: None }
    }

    /// The lowest validation loss and its epoch, if there was a validation. Its weights are saved when this is
    /// [finished](Self::finish).
    pub fn best(&self) -> Option<(f64, usize)> {
        self.best
    }

    /// Takes the bar away, and sees to it that the best weights are on the disk.
    ///
    /// # Errors
    /// What stopped the training from within: a log or weights that could not be written.
    pub fn finish(&mut self) -> Result<(), Failure> {
        if let Some(bar) = self.bar.take() {
            bar.bar.finish_and_clear();
        }
        let kept = self.keeper.take().map_or(Ok(()), |mut keeper| keeper.finish());
        let kept = kept.map_err(|error| Failure::file("write", self.output.best(), error));
        self.failure.take().map_or(kept, Err)
    }

    /// Prints a line, above the bar where there is one. That nobody reads it is no reason to lose a training.
    fn line(&self, text: &str) {
        self.above_bar(|| drop(self.console.result(text)));
    }

    fn above_bar(&self, print: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.bar.suspend(print),
            None => print(),
        }
    }

    fn record(&mut self, epoch: &EpochReport, weights: &Weights<'_>) -> Result<(), Failure> {
        self.output.record(&json::epoch(epoch).to_string())?;
        let Some(validation) = &epoch.validation else { return Ok(()) };
        // A loss that is not a number is never better.
        if self.best.is_none_or(|(best, _)| validation.loss < best) && validation.loss.is_finite() {
            self.keep(weights).map_err(|error| Failure::file("write", self.output.best(), error))?;
            self.best = Some((validation.loss, epoch.epoch));
        }
        Ok(())
    }

    fn keep(&mut self, weights: &Weights<'_>) -> io::Result<()> {
        let bytes = weights.to_bytes();
        let keeper = self.keeper.take().or_else(|| Keeper::new(self.output.best()).ok());
        match keeper {
            Some(keeper) => self.keeper.insert(keeper).keep(bytes),
            // The system gives no thread for it.
            None => whole::write(self.output.best(), &bytes),
        }
    }
}

impl Bar {
    fn new(epochs: usize, steps: usize) -> Self {
        let target = ProgressDrawTarget::stderr_with_hz(10);
        let bar = ProgressBar::with_draw_target(Some((epochs * steps) as u64), target);
        bar.set_style(ProgressStyle::with_template(BAR).unwrap_or_else(|_| ProgressStyle::default_bar()));
        Bar { bar, drawn: Instant::now(), steps: 0, metrics: String::new() }
    }

    fn step(&mut self, epochs: usize, report: &BatchReport) {
        self.steps += 1;
        if self.steps > 1 && self.drawn.elapsed() < REDRAW {
            return;
        }
        self.drawn = Instant::now();
        let speed = report.samples as f64 / report.elapsed.as_secs_f64().max(1e-9);
        let BatchReport { epoch, batch, batches, mean_loss, .. } = *report;
        let (speed, metrics) = (thousands(speed as u64), &self.metrics);
        self.bar.set_message(format!(
            "epoch {epoch}/{epochs}  batch {batch}/{batches}  loss {mean_loss:.4}{metrics}  {speed} samples/s"
        ));
        self.bar.set_position(self.steps);
    }
}

impl Observer for Watch<'_> {
    fn on_start(&mut self, start: &Start) {
        interrupt::training_begins();
        self.epochs = start.epochs;
        if self.quiet {
            return;
        }
        if let Some(replaced) = self.output.replaces() {
            self.console.status(format_args!("replacing {replaced}"));
        }
        if self.console.json() {
            return;
        }
        let part =
            |rows: usize, name: &str| if rows == 0 { String::new() } else { format!(", {} {name}", thousands(rows as u64)) };
        let (validation, test) = (part(start.validation_rows, "validation"), part(start.test_rows, "test"));
        let count = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
        let threads = count(start.threads, "thread");
        self.console.status(format_args!(
            "data: {} training{validation}{test} samples; {} of {}, batch {}, {threads}",
            thousands(start.train_rows as u64),
            count(start.epochs, "epoch"),
            count(start.steps_per_epoch, "step"),
            start.batch,
        ));
        if self.console.shows_progress() {
            self.bar = Some(Bar::new(start.epochs, start.steps_per_epoch));
        }
    }

    fn on_batch(&mut self, batch: &BatchReport) -> Flow {
        if let Some(bar) = &mut self.bar {
            bar.step(self.epochs, batch);
        }
        if interrupt::requested() { Flow::Stop } else { Flow::Continue }
    }

    fn on_signals(&mut self, signals: &Signals) {
        // What is wrong from the beginning is said at the beginning; how it goes on is in the log.
        if !std::mem::replace(&mut self.said_signals, true) && !self.quiet && !self.console.json() {
            self.above_bar(|| self.console.verdict(signals));
        }
    }

    fn on_epoch(&mut self, epoch: &EpochReport, weights: &Weights<'_>) -> Flow {
        if let Err(failure) = self.record(epoch, weights) {
            self.failure = Some(failure);
            return Flow::Stop;
        }
        if let (Some(bar), Some(validation)) = (&mut self.bar, &epoch.validation) {
            bar.metrics = format!("  validation {validation}");
        }
        match (self.quiet, self.console.json()) {
            (true, _) => {}
            (false, true) => self.line(&json::epoch(epoch).to_string()),
            (false, false) => {
                let width = self.epochs.to_string().len();
                self.line(&format!("epoch {:>width$}/{}  {epoch}", epoch.epoch, self.epochs));
            }
        }
        if interrupt::requested() { Flow::Stop } else { Flow::Continue }
    }

    fn on_end(&mut self, _: &Report) {
        if let Some(bar) = &self.bar {
            bar.bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_can_be_drawn() {
        assert!(ProgressStyle::with_template(BAR).is_ok());
        let mut bar = Bar::new(2, 3);
        let report = BatchReport {
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
        bar.step(2, &report);
        assert_eq!(bar.bar.message(), "epoch 1/2  batch 2/3  loss 0.2500  4 samples/s");
        assert_eq!((bar.bar.position(), bar.bar.length()), (1, Some(6)));
    }
}
