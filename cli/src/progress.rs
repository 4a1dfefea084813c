//! The bar that shows how a training goes: always one line, which says as much as the terminal has room for.

use std::time::{Duration, Instant};

use console::Term;
use dlm_runtime::{BatchReport, Evaluation};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::table::thousands;

/// A bar on the standard error.
#[derive(Debug)]
pub struct Bar {
    bar: ProgressBar,
    epochs: usize,
    drawn: Instant,
    steps: u64,
    /// How the validation part did after the last epoch.
    validation: String,
    /// What the line begins with.
    head: &'static Head,
}

/// What a line begins with, on terminals of some width.
#[derive(Debug)]
struct Head {
    /// The least columns that a terminal has for it.
    from: usize,
    /// How it is drawn; what comes after is cut where the terminal ends.
    template: &'static str,
    /// The columns that it takes.
    taken: usize,
}

/// From the widest.
const HEADS: [Head; 3] = [
    Head { from: 96, template: "{bar:20} {percent:>3} %  {eta:>4} left  {wide_msg}", taken: 39 },
    Head { from: 60, template: "{percent:>3} %  {eta:>4} left  {wide_msg}", taken: 18 },
    Head { from: 0, template: "{percent:>3} %  {wide_msg}", taken: 7 },
];

/// How often the line is made anew.
const REDRAW: Duration = Duration::from_millis(100);

/// The columns of a terminal that does not say how many it has.
const USUAL: usize = 80;

impl Bar {
    /// A bar for so many epochs of so many steps.
    pub fn new(epochs: usize, steps: usize) -> Self {
        let target = ProgressDrawTarget::stderr_with_hz(10);
        let bar = ProgressBar::with_draw_target(Some((epochs * steps) as u64), target);
        let head = Head::for_columns(columns());
        bar.set_style(head.style());
        Bar { bar, epochs, drawn: Instant::now(), steps: 0, validation: String::new(), head }
    }

    /// A step was done.
    pub fn step(&mut self, report: &BatchReport) {
        self.steps += 1;
        // Drawn no more often than the bar allows; where it stands must be right whenever it is.
        self.bar.set_position(self.steps);
        if self.steps > 1 && self.drawn.elapsed() < REDRAW {
            return;
        }
        self.drawn = Instant::now();
        let columns = columns();
        // Terminals change their width while they are looked at.
        let head = Head::for_columns(columns);
        if head.from != self.head.from {
            self.head = head;
            self.bar.set_style(head.style());
        }
        self.bar.set_message(self.message(report, columns.saturating_sub(head.taken)));
    }

    /// The validation part was evaluated.
    pub fn validated(&mut self, validation: &Evaluation) {
        self.validation = format!("validation {validation}");
    }

    /// Calls `print`, which prints lines, with the bar out of the way.
    pub fn above(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }

    /// What there is to say in so many columns: of what does not fit, first the speed is left out, then the validation, then the
    /// batch. The epoch and its loss are always there.
    fn message(&self, report: &BatchReport, columns: usize) -> String {
        let speed = report.samples as f64 / report.elapsed.as_secs_f64().max(1e-9);
        let BatchReport { epoch, batch, batches, mean_loss, .. } = *report;
        let parts = [
            (0, format!("epoch {epoch}/{}", self.epochs)),
            (1, format!("batch {batch}/{batches}")),
            (0, format!("loss {mean_loss:.4}")),
            (2, self.validation.clone()),
            (3, format!("{} samples/s", thousands(speed as u64))),
        ];
        let with = |most: usize| {
            let kept = parts.iter().filter(|(rank, text)| *rank <= most && !text.is_empty()).map(|(_, text)| text.as_str());
            kept.collect::<Vec<_>>().join("  ")
        };
        (0..=3).rev().map(with).find(|line| line.chars().count() <= columns).unwrap_or_else(|| with(0))
    }
}

impl Head {
    fn for_columns(columns: usize) -> &'static Head {
        HEADS.iter().find(|head| columns >= head.from).unwrap_or(&HEADS[HEADS.len() - 1])
    }

    fn style(&self) -> ProgressStyle {
        ProgressStyle::with_template(self.template).unwrap_or_else(|_| ProgressStyle::default_bar())
    }
}

/// The columns of the terminal that the bar is on.
fn columns() -> usize {
    Term::stderr().size_checked().map_or(USUAL, |(_, columns)| usize::from(columns))
}

#[cfg(test)]
mod tests {
    use super::*;
    use dlm_runtime::{Metric, OutputMetrics};

    fn bar() -> (Bar, BatchReport) {
        let report = BatchReport {
            epoch: 1,
            batch: 2,
            batches: 3,
            rows: 4,
            loss: 0.5,
            mean_loss: 0.25,
            learning_rate: 0.1,
            samples: 8000,
            elapsed: Duration::from_secs(2),
        };
        (Bar::new(20, 3), report)
    }

    #[test]
    fn every_head_can_be_drawn_and_takes_what_it_says() {
        for head in &HEADS {
            assert!(ProgressStyle::with_template(head.template).is_ok());
            let fixed = head.template.replace("{bar:20}", &"#".repeat(20)).replace("{percent:>3}", "100");
            let fixed = fixed.replace("{eta:>4}", "123s").replace("{wide_msg}", "");
            assert_eq!(fixed.chars().count(), head.taken, "{}", head.template);
        }
        assert_eq!([40, 60, 95, 120].map(|columns| Head::for_columns(columns).from), [0, 60, 60, 96]);
    }

    #[test]
    fn the_line_says_what_the_terminal_has_room_for() {
        let (mut bar, report) = bar();
        let line = |bar: &Bar, columns: usize| bar.message(&report, columns - Head::for_columns(columns).taken);
        assert_eq!(line(&bar, 120), "epoch 1/20  batch 2/3  loss 0.2500  4,000 samples/s");
        let metrics = vec![Metric { name: "accuracy", value: 0.975 }];
        let outputs = vec![OutputMetrics { output: "side", metrics }];
        bar.validated(&Evaluation { rows: 20, loss: 0.125, outputs });
        assert_eq!(line(&bar, 40), "epoch 1/20  loss 0.2500");
        assert_eq!(line(&bar, 80), "epoch 1/20  batch 2/3  loss 0.2500");
        let validation = "validation loss 0.1250  accuracy 97.50 %";
        assert_eq!(line(&bar, 120), format!("epoch 1/20  batch 2/3  loss 0.2500  {validation}"));
        assert_eq!(line(&bar, 160), format!("epoch 1/20  batch 2/3  loss 0.2500  {validation}  4,000 samples/s"));
        for columns in 40..200 {
            assert!(line(&bar, columns).chars().count() + Head::for_columns(columns).taken <= columns, "{columns}");
        }
    }

    #[test]
    fn steps_are_counted_and_drawn_now_and_then() {
        let (mut bar, report) = bar();
        bar.step(&report);
        bar.step(&report);
        assert_eq!((bar.bar.position(), bar.bar.length()), (2, Some(60)));
        assert!(bar.bar.message().starts_with("epoch 1/20"));
    }
}
