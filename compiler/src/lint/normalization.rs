//! Lints on normalisation: where it is missing, where it stands wrong, and when there is nothing that it could normalise.

use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::{DEEP, View, activation, has_weights, is, is_normalization, name};
use crate::signature::ArgumentValue;

/// Many layers with weights and no normalisation between.
pub(super) fn missing(view: &View<'_>) -> Vec<Diagnostic> {
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
            let first = &view.nodes()[first];
            let message = format!(
                "{DEEP} layers with weights or more follow one another without normalisation, from this `{}` on",
                name(first)
            );
            found.push(
                Diagnostic::new(codes::NO_NORMALIZATION, first.span, message)
                    .help("put `batch_norm` between each layer and its activation, or `layer_norm` where batches are small"),
            );
        }
    }
    found
}

/// batch_norm behind an activation instead of before it.
pub(super) fn after_activation(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (_, node) in view.layers("batch_norm") {
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
        if view.argument(index, "bias") == Some(&ArgumentValue::Bool(true)) && view.feeds_only(index, "batch_norm") {
            let name = name(node);
            let message =
                format!("the bias of this `{name}` has no effect: `batch_norm` subtracts the mean, and with it the bias");
            found.push(
                Diagnostic::new(codes::CANCELLED_BIAS, view.place(index, "bias"), message)
                    .help("leave `bias = true` out: directly before `batch_norm` there is none by default"),
            );
        }
    }
    found
}

/// batch_norm on batches of one row, whose variance is 0.
pub(super) fn batch_of_one(view: &View<'_>) -> Vec<Diagnostic> {
    let Some(place) = view.settings.place("batch").filter(|_| view.recipe.batch == 1) else { return Vec::new() };
    let Some((_, node)) = view.layers("batch_norm").next() else { return Vec::new() };
    let message = "with a batch of one row `batch_norm` makes every value 0: nothing differs from the mean";
    let diagnostic = Diagnostic::new(codes::BATCH_OF_ONE, place, message).secondary(node.span, "the normalisation");
    vec![diagnostic.help("use batches of several rows, or `layer_norm`")]
}

/// batch_norm on batches that are the same in each epoch, cut from the data as it is sorted.
pub(super) fn same_batches(view: &View<'_>) -> Vec<Diagnostic> {
    let Some(place) = view.settings.place("shuffle").filter(|_| !view.recipe.shuffle) else { return Vec::new() };
    let Some((_, node)) = view.layers("batch_norm").next() else { return Vec::new() };
    let message = "without `shuffle` `batch_norm` takes its statistics over the same neighbours in each epoch";
    let diagnostic = Diagnostic::new(codes::SAME_BATCHES, place, message)
        .secondary(node.span, "the normalisation")
        .note("in data that is sorted, such as by class, they are those of one class and not of the data")
        .help("leave `shuffle = false` out: orders are drawn from `seed` and are the same in each run");
    vec![diagnostic]
}

/// batch_norm directly on an output: predictions in training then depend on the other rows of the batch.
pub(super) fn on_output(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for output in &view.graph.outputs {
        if let Some(node) = view.last(output).filter(|node| is(node, "batch_norm")) {
            let message =
                format!("`batch_norm` stands on the output `{}`: what is learned depends on the batch's other rows", output.name);
            found.push(
                Diagnostic::new(codes::NORMALIZED_OUTPUT, node.span, message)
                    .secondary(output.span, "the output")
                    .help("leave it out: `batch_norm` is for what goes into an activation"),
            );
        }
    }
    found
}

/// layer_norm and softmax over a single value, of which they make the same whatever it is.
pub(super) fn of_one_value(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (word, same) in [("layer_norm", "its shift"), ("softmax", "1")] {
        for (_, node) in view.layers(word).filter(|(_, node)| node.shape.iter().product::<usize>() == 1) {
            let message = format!("`{word}` over a single value is always {same}, whatever the value is");
            found.push(
                Diagnostic::new(codes::CONSTANT_VALUE, node.span, message)
                    .secondary(view.nodes()[node.inputs[0].0].span, "the single value")
                    .help(format!("leave `{word}` out, or give the layer before it more units")),
            );
        }
    }
    found
}
