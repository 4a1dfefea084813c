//! Watches a training: shows its progress, writes its log, keeps its best weights, and ends it at Ctrl-C and the like.

use std::io;

use dlm_runtime::{BatchReport, EpochReport, Flow, Observer, Report, Signals, Start, Weights, whole};
use serde_json::Value;

use crate::console::Console;
use crate::failure::Failure;
use crate::interrupt;
use crate::json;
use crate::keep::Keeper;
use crate::output::Output;
use crate::progress::Bar;
use crate::record;
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
    /// The log's first record, as long as it is not written.
    start: Option<Value>,
    /// What stopped the training from within.
    failure: Option<Failure>,
}

impl<'a> Watch<'a> {
    /// Watches a training that leaves its results in `output`, whose log begins with `start`.
    pub fn new(console: &'a Console, output: &'a mut Output, quiet: bool, start: Value) -> Self {
        Watch {
            console,
            output,
            quiet,
            bar: None,
            epochs: 0,
            said_signals: false,
            best: None,
            keeper: None,
            start: Some(start),
            failure: None,
        }
    }

    /// The log's first record, if it is not written: there was no epoch.
    pub fn start(&mut self) -> Option<Value> {
        self.start.take()
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
            bar.clear();
        }
        let kept = self.keeper.take().map_or(Ok(()), |mut keeper| keeper.finish());
        let kept = kept.map_err(|error| Failure::file("write", self.output.best(), error));
        self.failure.take().map_or(kept, Err)
    }

    /// Prints a line, above the bar where there is one. That nobody reads it is no reason to lose a training.
    fn line(&self, text: &str) {
        self.above_bar(|| drop(if self.console.json() { self.console.result(text) } else { self.console.line(text) }));
    }

    fn above_bar(&self, print: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.above(print),
            None => print(),
        }
    }

    fn record(&mut self, epoch: &EpochReport, weights: &Weights<'_>) -> Result<(), Failure> {
        if let Some(start) = self.start.take() {
            self.output.record(&start.to_string())?;
        }
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

impl Observer for Watch<'_> {
    fn on_start(&mut self, start: &Start) {
        interrupt::training_begins();
        self.epochs = start.epochs;
        if let Some(record) = &mut self.start {
            record::rows(record, start);
        }
        if self.quiet {
            return;
        }
        if let Some(replaced) = self.output.replaces() {
            self.console.status(format_args!("replacing {replaced}"));
        }
        if self.console.json() {
            if let Some(start) = &self.start {
                self.line(&start.to_string());
            }
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

    fn on_note(&mut self, note: &str) {
        if let Some(record) = &mut self.start {
            record::note(record, note);
        }
        if !self.quiet {
            self.above_bar(|| self.console.note(note));
        }
    }

    fn on_batch(&mut self, batch: &BatchReport) -> Flow {
        if let Some(bar) = &mut self.bar {
            bar.step(batch);
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
            bar.validated(validation);
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
            bar.clear();
        }
    }
}
