//! Lints on the layers of a model.

use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::{DEEP, View, activation, has_weights, is, is_normalization, op};
use crate::initializer::{Family, Initializer};
use crate::resolve::initializer::scaled_name;
use crate::signature::ArgumentValue;

/// sigmoid and tanh in a deep stack: their slopes are below 1 almost everywhere, and gradients are products of them.
pub(super) fn saturating_activation(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, node) in view.nodes().iter().enumerate() {
        let depth = view.before[index] + view.after[index];
        let inside = view.before[index] > 0 && view.after[index] > 0;
        let Some(name) = ["sigmoid", "tanh"].into_iter().find(|name| is(node, name)) else { continue };
        if inside && depth >= DEEP {
            let message = format!("`{name}` in a stack of {depth} layers with weights lets gradients vanish");
            let largest = if name == "sigmoid" { "1/4" } else { "1, and next to nothing for large inputs" };
            found.push(
                Diagnostic::new(codes::SATURATING_ACTIVATION, node.span, message)
                    .note(format!("the slope of `{name}` is at most {largest}; every layer multiplies the gradient by it"))
                    .help("use `elu`, or `relu` where speed matters more"),
            );
        }
    }
    found
}

/// A written initialiser of another family than the activation after it asks for.
pub(super) fn initializer_mismatch(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, node) in view.nodes().iter().enumerate() {
        let Some(Some(Initializer::Scaled { family, uniform, gain: None, .. })) = op(node).and_then(|op| op.weight_initializer())
        else {
            continue;
        };
        let Some(next) = next_activation(view, index) else { continue };
        let wanted = next.family();
        // lecun is xavier with but one of the fans.
        let near = |one, other| family == one && wanted == other;
        if family == wanted || near(Family::Lecun, Family::Xavier) {
            continue;
        }
        let (written, better) = (scaled_name(family, uniform), scaled_name(wanted, uniform));
        let after = next.def.signature.name;
        let message = format!("`{written}` does not suit `{after}`, which follows");
        found.push(
            Diagnostic::new(codes::INITIALIZER_MISMATCH, node.span, message)
                .note("signals keep their size from layer to layer if weights are scaled for the activation after them")
                .help(format!("write `{better}`, or leave `init` to `auto`")),
        );
    }
    found
}

/// The activation after a layer, if nothing between normalises away how large the weights are.
fn next_activation<'v>(view: &View<'v>, index: usize) -> Option<&'v crate::op::activation::Activation> {
    let mut at = index;
    loop {
        at = *view.consumers[at].first()?;
        let node = &view.nodes()[at];
        if let Some(activation) = activation(node) {
            return Some(activation);
        }
        if !op(node).is_some_and(|op| op.keeps_values()) {
            return None;
        }
    }
}

/// Many layers with weights and no normalisation between.
pub(super) fn no_normalization(view: &View<'_>) -> Vec<Diagnostic> {
    // For each node the longest run of layers with weights up to it, and where that run begins.
    let mut runs: Vec<(usize, Option<usize>)> = Vec::new();
    let mut found = Vec::new();
    for (index, node) in view.nodes().iter().enumerate() {
        let (mut length, mut first) = (0, None);
        for input in &node.inputs {
            if runs[input.0].0 > length {
                (length, first) = runs[input.0];
            }
        }
        // Residual sums pass gradients on, and selu keeps mean and variance by itself.
        if is_normalization(node) || is(node, "selu") || is(node, "add") {
            (length, first) = (0, None);
        } else if has_weights(node) {
            (length, first) = (length + 1, first.or(Some(index)));
        }
        runs.push((length, first));
        if let Some(first) = first
            && length == DEEP
            && has_weights(node)
        {
            let name = op(&view.nodes()[first]).map_or("layer", |op| op.name());
            let message =
                format!("{DEEP} layers with weights or more follow one another without normalisation, from this `{name}` on");
            found.push(
                Diagnostic::new(codes::NO_NORMALIZATION, view.nodes()[first].span, message)
                    .help("put `batch_norm` between each layer and its activation, or `layer_norm` where batches are small"),
            );
        }
    }
    found
}

/// batch_norm behind an activation instead of before it.
pub(super) fn normalization_after_activation(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for node in view.nodes().iter().filter(|node| is(node, "batch_norm")) {
        let before = &view.nodes()[node.inputs[0].0];
        if let Some(activation) = activation(before) {
            let name = activation.def.signature.name;
            let message = format!("`batch_norm` stands after the activation `{name}`");
            found.push(
                Diagnostic::new(codes::NORMALIZATION_AFTER_ACTIVATION, node.span, message)
                    .secondary(before.span, "the activation")
                    .help(format!("write `batch_norm -> {name}`: the layer before then needs no bias")),
            );
        }
    }
    found
}

/// A bias that is asked for and that batch_norm takes away with the mean.
pub(super) fn cancelled_bias(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, node) in view.nodes().iter().enumerate() {
        let written = view.subject.arguments[index].as_ref().and_then(|arguments| arguments.get("bias"));
        if written == Some(&ArgumentValue::Bool(true)) && view.feeds_only(index, "batch_norm") {
            let name = op(node).map_or("layer", |op| op.name());
            let message =
                format!("the bias of this `{name}` has no effect: `batch_norm` subtracts the mean, and with it the bias");
            found.push(
                Diagnostic::new(codes::CANCELLED_BIAS, node.span, message)
                    .help("leave `bias = true` out: directly before `batch_norm` there is none by default"),
            );
        }
    }
    found
}

/// dropout whose noise reaches batch_norm's statistics, or the output.
pub(super) fn misplaced_dropout(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, node) in view.nodes().iter().enumerate().filter(|(_, node)| is(node, "dropout")) {
        let rate = view.subject.arguments[index].as_ref().and_then(|arguments| arguments.get("rate"));
        if rate == Some(&ArgumentValue::Number(0.0)) {
            continue;
        }
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
        let mut diagnostic = Diagnostic::new(codes::MISPLACED_DROPOUT, node.span, message);
        diagnostic = diagnostic.help(help);
        found.push(diagnostic);
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
    let mut seen = std::collections::HashSet::new();
    while let Some(index) = waiting.pop() {
        if view.is_output(index) {
            return Some(Place::Output);
        }
        for consumer in &view.consumers[index] {
            let node = &view.nodes()[*consumer];
            if is(node, "batch_norm") {
                return Some(Place::Normalization);
            }
            let passes = op(node).is_some_and(|op| op.activation().is_some() || op.keeps_values());
            if passes && seen.insert(*consumer) {
                waiting.push(*consumer);
            }
        }
    }
    None
}
