//! A training as one page of HTML: curves of loss, metrics and learning rate, and for a watched one its signals, layers
//! against time. It needs nothing but itself: no script, no file, no network.

pub mod chart;
pub mod heat;
pub mod log;
pub mod scale;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use chart::{Chart, Curve};
use heat::Heat;
use log::{LOSS, Log, Watched};

use crate::curve::short;
use crate::table::{count, duration};

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

/// The page of a log; `name` is what the training is called.
pub fn page(log: &Log, name: &str) -> String {
    let watched: Vec<&Watched> = log.watched().collect();
    let title = format!("Training: {name}");
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
            body {
                main {
                    header { h1 { (title) } @if let Some(model) = &log.model { p.note { "model " (model) } } }
                    (tiles(log))
                    @if !watched.is_empty() { (verdicts(log)) }
                    section { h2 { "Course" } div.grid { (curves(log)) } }
                    @if watched.is_empty() {
                        p.note { "No signals were measured: " code { "dlm train --watch" } " does, and this page then shows where gradients go." }
                    } @else {
                        (signals(&watched))
                    }
                    footer { "made by dlm " (env!("CARGO_PKG_VERSION")) " from " (count(log.epochs.len(), "epoch")) " of a log" }
                }
            }
        }
    };
    page.into_string()
}

/// The figures that one looks for first.
fn tiles(log: &Log) -> Markup {
    let last = &log.epochs[log.epochs.len() - 1];
    let losses = log.epochs.iter().filter_map(|epoch| Some((epoch.validation_loss()?, epoch)));
    let best = losses.filter(|(loss, _)| loss.is_finite()).min_by(|a, b| a.0.total_cmp(&b.0));
    let seconds: f64 = log.epochs.iter().map(|epoch| epoch.seconds).filter(|seconds| seconds.is_finite()).sum();
    let time = std::time::Duration::try_from_secs_f64(seconds).map_or_else(|_| "-".to_owned(), duration);
    let tile = |name: &str, value: String, note: String| {
        html! { div.tile { span.name { (name) } strong { (value) } span.note { (note) } } }
    };
    html! {
        div.tiles {
            (tile("epochs", log.epochs.len().to_string(), format!("in {time}")))
            (tile("training loss", figure(LOSS, last.train_loss), format!("in epoch {}", last.epoch)))
            @if let Some((loss, epoch)) = best {
                (tile("validation loss", figure(LOSS, loss), format!("the best, in epoch {}", epoch.epoch)))
                @for (name, value) in epoch.validation.iter().filter(|(name, _)| name != LOSS) {
                    (tile(name, figure(name, *value), format!("of epoch {}, on validation", epoch.epoch)))
                }
            }
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

/// Whether a metric, possibly of one output among several, is a share of right answers.
fn is_share(name: &str) -> bool {
    name.rsplit('.').next() == Some("accuracy")
}

/// Loss, metrics and learning rate.
fn curves(log: &Log) -> Markup {
    let points = |value: &dyn Fn(&log::Epoch) -> Option<f64>| -> Vec<(f64, f64)> {
        log.epochs.iter().filter_map(|epoch| Some((epoch.epoch as f64, value(epoch)?))).collect()
    };
    let mut losses = vec![Curve { name: "training", points: points(&|epoch| Some(epoch.train_loss)) }];
    let validation = points(&log::Epoch::validation_loss);
    if !validation.is_empty() {
        losses.push(Curve { name: "validation", points: validation });
    }
    let mut metrics: Vec<&str> = Vec::new();
    for (name, _) in log.epochs.iter().flat_map(|epoch| &epoch.validation) {
        if name != LOSS && !metrics.contains(&name.as_str()) {
            metrics.push(name);
        }
    }
    let metrics = metrics.into_iter().map(|metric| {
        let value = |epoch: &log::Epoch| epoch.validation.iter().find(|(name, _)| name == metric).map(|(_, value)| *value);
        let curves = vec![Curve { name: metric, points: points(&value) }];
        (format!("Validation {metric}"), Chart { title: "", curves, percent: is_share(metric) })
    });
    let rate = Curve { name: "learning rate", points: points(&|epoch| Some(epoch.learning_rate)) };
    html! {
        (Chart { title: "Loss", curves: losses, percent: false }.draw())
        @for (title, chart) in metrics { (Chart { title: &title, ..chart }.draw()) }
        (Chart { title: "Learning rate", curves: vec![rate], percent: false }.draw())
    }
}

/// What the first and the last watched step tell, and all others on demand.
fn verdicts(log: &Log) -> Markup {
    let all: Vec<&Watched> = log.watched().collect();
    let (first, last) = (all[0], all[all.len() - 1]);
    let item = |watched: &Watched| {
        let fine = watched.verdict.iter().all(|verdict| verdict.starts_with("signals are steady"));
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
            (item(first))
            @if all.len() > 1 { (item(last)) }
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
    html! {
        section {
            h2 { "Signals" }
            p.note {
                "Layers from the input, above, to the output, below, against time. "
                @if shown.len() < watched.len() { (shown.len()) " of " (watched.len()) " watched steps are shown. " }
                "Point at a cell to see its figure."
            }
            (heat::patterns())
            div.grid { @for map in MAPS { @if let Some(map) = map.draw(&shown) { (map) } } }
        }
    }
}
