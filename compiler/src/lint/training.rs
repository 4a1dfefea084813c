//! Lints on recipes.

use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::{DEEP, View, is};

/// adagrad's steps only shrink: a deep network stops before it has learned.
pub(super) fn adagrad_on_deep_network(view: &View<'_>) -> Vec<Diagnostic> {
    let (Some(span), depth) = (view.subject.optimizer, view.depth()) else { return Vec::new() };
    if view.subject.recipe.optimizer.def.signature.name != "adagrad" || depth < DEEP {
        return Vec::new();
    }
    let message = format!("`adagrad` on a network of {depth} layers with weights stops too early: its steps only shrink");
    vec![Diagnostic::new(codes::ADAGRAD_ON_DEEP_NETWORK, span, message).help("use `adam`, or `nesterov` with a schedule")]
}

/// The learning rates between which an optimizer is at home, widely drawn.
fn usual_rates(optimizer: &str) -> (f64, f64) {
    match optimizer {
        "adam" | "adamw" | "rmsprop" => (1e-6, 0.1),
        "adagrad" => (1e-4, 1.0),
        // Gradient descent, also with momentum.
        _ => (1e-5, 1.0),
    }
}

/// A learning rate that is most likely a slip.
pub(super) fn unusual_learning_rate(view: &View<'_>) -> Vec<Diagnostic> {
    let optimizer = &view.subject.recipe.optimizer;
    let (Some(span), rate) = (view.subject.optimizer, optimizer.learning_rate()) else { return Vec::new() };
    let name = optimizer.def.signature.name;
    let (low, high) = usual_rates(name);
    if (low..=high).contains(&rate) {
        return Vec::new();
    }
    let (side, effect) =
        if rate > high { ("high", "training is likely to diverge") } else { ("low", "training will hardly move") };
    let message =
        format!("a learning rate of {} is unusually {side} for `{name}`: {effect}", crate::resolve::value::show_number(rate));
    let range = format!("{low:e} to {high}");
    vec![Diagnostic::new(codes::UNUSUAL_LEARNING_RATE, span, message).help(format!("it is mostly somewhere within {range}"))]
}

/// batch_norm on batches of one row, whose variance is 0.
pub(super) fn batch_of_one(view: &View<'_>) -> Vec<Diagnostic> {
    let Some(span) = view.subject.batch.filter(|_| view.subject.recipe.batch == 1) else { return Vec::new() };
    let Some(node) = view.nodes().iter().find(|node| is(node, "batch_norm")) else { return Vec::new() };
    let message = "with a batch of one row `batch_norm` makes every value 0: nothing differs from the mean";
    let diagnostic = Diagnostic::new(codes::BATCH_OF_ONE, span, message).secondary(node.span, "the normalisation");
    vec![diagnostic.help("use batches of several rows, or `layer_norm`")]
}
