//! A training as one page of HTML: what came of it, curves of loss, metrics and learning rate, the recipe, and for a watched one its
//! signals, layers against time; or two trainings compared. It needs nothing but itself: no script, no file, no network.

pub mod chart;
pub mod compare;
mod course;
pub mod heat;
mod lines;
pub mod log;
pub mod scale;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use heat::Heat;
use log::{Begin, LOSS, Log, Watched};

use crate::console::is_fine;
use crate::curve::short;
use crate::table::{count, duration, thousands};

const STYLE: &str = include_str!("style.css");

/// What is shown of signals.
const MAPS: [Heat; 6] = [
    Heat {
        title: "Gradients",
        note: "the norm by the root of the number of values, so that layers of different sizes compare; by magnitude",
        value: |signal| Some(signal.figure("gradient")? / signal.len.sqrt()),
        shares: false,
    },
    Heat {
        title: "Updates",
        note: "what a step changes of a weight, as a share of its norm; by magnitude",
        value: |signal| signal.figure("update"),
        shares: false,
    },
    Heat {
        title: "Activations from sample to sample",
        note: "how far a unit's values vary over a batch: where they do not, nothing of the input is left; by magnitude",
        value: |signal| signal.figure("spread"),
        shares: false,
    },
    Heat {
        title: "Deviation of activations",
        note: "over all units and samples; by magnitude",
        value: |signal| signal.figure("deviation"),
        shares: false,
    },
    Heat {
        title: "Flat activations",
        note: "the share of values at which less than a hundredth of a gradient passes",
        value: |signal| signal.figure("flat"),
        shares: true,
    },
    Heat {
        title: "Dead units",
        note: "the share of units of which that is so for every sample",
        value: |signal| signal.figure("dead"),
        shares: true,
    },
];

/// A training and what it is called.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Its log.
    pub log: &'a Log,
}

/// The page of a training.
pub fn page(run: &Run<'_>) -> String {
    let log = run.log;
    let watched: Vec<&Watched> = log.watched().collect();
    let body = html! {
        header { h1 { (run.name) } @if let Some(what) = what(log) { p.note { (what) } } }
        (notices(log, None))
        (tiles(log))
        @if !watched.is_empty() || !log.verdict().is_empty() { (verdicts(log)) }
        section { h2 { "Course" } (course::charts(std::slice::from_ref(run))) }
        @if watched.is_empty() {
            p.note { "No signals were measured: " code { "dlm train --watch" } " does, and this page then shows where gradients go." }
        } @else {
            (signals(&watched))
        }
        @if let Some(start) = &log.start { (recipe(start)) }
    };
    shell(&format!("Training: {}", run.name), &body, std::slice::from_ref(run))
}

/// A whole page.
fn shell(title: &str, body: &Markup, runs: &[Run<'_>]) -> String {
    let epochs: usize = runs.iter().map(|run| run.log.epochs.len()).sum();
    let logs = if runs.len() == 1 { "a log".to_owned() } else { count(runs.len(), "log") };
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { main {
                (body)
                footer { "made by dlm " (env!("CARGO_PKG_VERSION")) " from " (count(epochs, "epoch")) " of " (logs) }
            } }
        }
    };
    page.into_string()
}

/// The model and the recipe, as far as the log says.
fn what(log: &Log) -> Option<String> {
    let model = log.model()?;
    let recipe = log.start.as_ref().map(|start| start.recipe.as_str()).filter(|recipe| !recipe.is_empty() && *recipe != model);
    Some(recipe.map_or_else(|| format!("model {model}"), |recipe| format!("model {model}, recipe {recipe}")))
}

/// What one must know of a log before one reads its figures.
fn notices(log: &Log, name: Option<&str>) -> Markup {
    let mut all: Vec<String> = Vec::new();
    if let Some(line) = log.cut {
        all.push(format!(
            "Line {line} of the log, its last, is cut short and left out: the training was ended while it was written."
        ));
    } else if log.start.is_some() && log.end.is_none() {
        all.push("The log has no last record: the training is under way, or was ended from outside.".to_owned());
    }
    all.extend(log.end.iter().flat_map(|end| end.remarks.iter().cloned()));
    html! { @for notice in all { p.notice { @if let Some(name) = name { strong { (name) ": " } } (in_code(&notice)) } } }
}

/// The time that a training took: of all of it where the log says that, else of its epochs.
fn seconds(log: &Log) -> Option<std::time::Duration> {
    let epochs = || log.epochs.iter().map(|epoch| epoch.seconds).filter(|seconds| seconds.is_finite()).sum();
    let seconds = log.end.as_ref().and_then(|end| end.seconds).filter(|seconds| seconds.is_finite()).unwrap_or_else(epochs);
    std::time::Duration::try_from_secs_f64(seconds).ok()
}

/// The figures that one looks for first.
fn tiles(log: &Log) -> Markup {
    let last = log.last();
    let time = seconds(log).map_or_else(|| "-".to_owned(), duration);
    let tile = |name: &str, value: String, note: String| {
        html! { div.tile { span.name { (name) } strong { (value) } span.note { (note) } } }
    };
    let beside = |note: String, part: &str, name: &str| match log.guess(part).iter().find(|(guessed, _)| guessed == name) {
        Some((_, value)) => format!("{note}; a guess: {}", figure(name, *value)),
        None => note,
    };
    html! {
        div.tiles {
            (tile("epochs", log.epochs.len().to_string(), format!("in {time}")))
            (tile("training loss", figure(LOSS, last.train_loss), format!("in epoch {}", last.epoch)))
            @if let Some((loss, epoch)) = log.best() {
                (tile("validation loss", figure(LOSS, loss), format!("the best, in epoch {}", epoch.epoch)))
                @for (name, value) in worth_telling(&epoch.validation).filter(|(name, _)| name != LOSS) {
                    @let note = beside(format!("in epoch {}", epoch.epoch), "validation", name);
                    (tile(&format!("validation {name}"), figure(name, *value), note))
                }
            }
            @if let Some((rows, figures)) = log.test() {
                @for (name, value) in worth_telling(figures) {
                    @let note = beside(format!("of the final weights, on {}", samples(rows)), "test", name);
                    (tile(&format!("test {name}"), figure(name, *value), note))
                }
            }
        }
    }
}

fn samples(rows: u64) -> String {
    format!("{} sample{}", thousands(rows), if rows == 1 { "" } else { "s" })
}

/// How it was trained.
fn recipe(start: &Begin) -> Markup {
    let set = |key: &str| start.set.iter().any(|(set, _)| set.split('.').next() == Some(key));
    html! {
        section {
            h2 { "Recipe" }
            @if !start.set.is_empty() { p.note {
                "Set on the command line: "
                @for (index, (key, value)) in start.set.iter().enumerate() { @if index > 0 { ", " } code { (key) " = " (value) } }
            } }
            div.scroll { table {
                @for (key, value) in &start.settings { tr.set[set(key)] { th { (key) } td { code { (value) } } } }
            } }
            h2 { "With" }
            div.scroll { table { @for (name, value) in &start.facts { tr { th { (name) } td { (value) } } } } }
        }
    }
}

/// A figure for people: an accuracy as a percentage.
fn figure(name: &str, value: f64) -> String {
    match (is_share(name), value.is_finite()) {
        (_, false) => "not a number".to_owned(),
        (true, true) => format!("{:.2} %", 100.0 * value),
        (false, true) if value == 0.0 || (0.01..1e4).contains(&value.abs()) => format!("{value:.4}"),
        (false, true) => short(value),
    }
}

/// Whether two figures are one: what is summed in another order differs in its last digits.
fn alike(one: f64, other: f64) -> bool {
    one == other || one.is_nan() && other.is_nan() || (one - other).abs() <= 1e-5 * one.abs().max(other.abs())
}

/// Loss and metrics, the loss first, and no metric that is the loss.
fn worth_telling(figures: &[(String, f64)]) -> impl Iterator<Item = &(String, f64)> {
    let loss = figures.iter().find(|(name, _)| name == LOSS);
    let metrics = figures.iter().filter(move |(name, value)| name != LOSS && loss.is_none_or(|(_, loss)| !alike(*loss, *value)));
    loss.into_iter().chain(metrics)
}

/// Whether a metric, possibly of one output among several, is a share of right answers.
fn is_share(name: &str) -> bool {
    name.rsplit('.').next() == Some("accuracy")
}

/// That the final weights are no better than a guess, which is never good news.
fn judgement(log: &Log, name: &str) -> Markup {
    html! {
        @if !log.verdict().is_empty() { div.verdict {
            span.name { (name) }
            ul { @for sentence in log.verdict() { li { (in_code(sentence)) } } }
        } }
    }
}

/// What there is to say of the final weights, what the first and the last watched step tell, and all others on demand.
fn verdicts(log: &Log) -> Markup {
    let all: Vec<&Watched> = log.watched().collect();
    let item = |watched: &Watched| {
        let fine = watched.verdict.iter().all(|verdict| is_fine(verdict));
        html! {
            div.verdict.fine[fine] {
                span.name { "step " (watched.step) }
                ul { @for verdict in &watched.verdict { li { (in_code(verdict)) } } }
            }
        }
    };
    html! {
        section {
            h2 { "Verdict" }
            (judgement(log, "final weights"))
            @if let Some(first) = all.first() { (item(first)) }
            @if let Some(last) = all.last().filter(|_| all.len() > 1) { (item(last)) }
            @if all.len() > 2 { details {
                summary { "all " (all.len()) " watched steps" }
                @for watched in &all { (item(watched)) }
            } }
        }
    }
}

/// A sentence whose names, between backticks, are set as code.
fn in_code(text: &str) -> Markup {
    html! {
        @for (index, part) in text.split('`').enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// The heat maps.
fn signals(watched: &[&Watched]) -> Markup {
    let shown = heat::columns(watched);
    let (drawn, told) = heat::worth_drawing(&MAPS, &shown);
    html! {
        section {
            h2 { "Signals" }
            p.note {
                "Layers from the input, above, to the output, below, against time. "
                @if shown.len() < watched.len() { (shown.len()) " of " (watched.len()) " watched steps are shown. " }
                "Point at a cell to see its figure."
            }
            (heat::patterns())
            div.grid { @for map in drawn { @if let Some(map) = map.draw(&shown) { (map) } } }
            @for word in told { p.note { (word) } }
        }
    }
}
