//! Lints on dropout.

use std::collections::HashSet;

use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::{View, is, keeps_values, op};
use crate::resolve::show_number;
use crate::signature::ArgumentValue;

/// The rate from which on a hidden layer's dropout is more likely the share that was to be kept.
const HIGH: f64 = 0.8;
/// The highest usual rate of dropout on an input.
const HIGH_ON_INPUT: f64 = 0.5;

/// The layers of `dropout` that do something, with their rates.
fn dropouts(view: &View<'_>) -> Vec<(usize, f64)> {
    let rates = view.layers("dropout").filter_map(|(index, _)| match view.argument(index, "rate") {
        Some(ArgumentValue::Number(rate)) if *rate > 0.0 => Some((index, *rate)),
        _ => None,
    });
    rates.collect()
}

/// dropout whose noise reaches batch_norm's statistics, or the output.
pub(super) fn misplaced(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, _) in dropouts(view) {
        let (message, help) = match reaches(view, index) {
            Some(Place::Normalization) => (
                "`dropout` stands before `batch_norm`: the variance seen in training is not the one in prediction",
                "put `dropout` behind `batch_norm` and its activation",
            ),
            Some(Place::Output) => {
                ("`dropout` stands on an output: what is to be learned is dropped", "put it before the last layer")
            }
            None => continue,
        };
        found.push(Diagnostic::new(codes::MISPLACED_DROPOUT, view.nodes()[index].span, message).help(help));
    }
    found
}

/// Where dropped values arrive before a layer with weights mixes them.
enum Place {
    Normalization,
    Output,
}

fn reaches(view: &View<'_>, from: usize) -> Option<Place> {
    let mut waiting = vec![from];
    let mut seen = HashSet::new();
    while let Some(index) = waiting.pop() {
        if view.is_output(index) {
            return Some(Place::Output);
        }
        for consumer in &view.consumers[index] {
            let node = &view.nodes()[*consumer];
            if is(node, "batch_norm") {
                return Some(Place::Normalization);
            }
            let passes = op(node).is_some_and(|op| op.activation().is_some()) || keeps_values(node);
            if passes && seen.insert(*consumer) {
                waiting.push(*consumer);
            }
        }
    }
    None
}

/// dropout that leaves next to nothing.
pub(super) fn high_rate(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, rate) in dropouts(view) {
        let on_input = view.before[index] == 0;
        if !(rate >= HIGH || on_input && rate > HIGH_ON_INPUT) {
            continue;
        }
        let kept = show_number(((1.0 - rate) * 1e4).round() / 100.0);
        let of = if on_input { "the input" } else { "the values" };
        let message = format!("`dropout({})` keeps {kept} % of {of}", show_number(rate));
        let usual = if on_input { "0.1 to 0.2 on inputs" } else { "0.2 to 0.5" };
        found.push(
            Diagnostic::new(codes::HIGH_DROPOUT, view.place(index, "rate"), message)
                .help(format!("`rate` is the share that is dropped, not the one that is kept; it is mostly {usual}")),
        );
    }
    found
}
