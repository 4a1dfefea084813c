//! Lints on activations: where they stand, and where one is missing.

use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::{DEEP, View, activation, has_weights, is, name, op};
use crate::graph::{NodeId, OutputKind};
use crate::op::Op;
use crate::resolve::{show_number, show_type};
use crate::signature::{ArgumentValue, Flavor};

/// sigmoid, tanh and the like in a deep stack: their slopes are below 1 almost everywhere, and gradients are products of them.
pub(super) fn saturating(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, node) in view.nodes().iter().enumerate() {
        let depth = view.depth_at(index);
        let Some(def) = activation(node).map(|activation| activation.def) else { continue };
        let (name, Some(largest)) = (def.signature.name, def.saturates) else { continue };
        if view.is_inside(index) && depth >= DEEP {
            let message = format!("`{name}` in a stack of {depth} layers with weights lets gradients vanish");
            found.push(
                Diagnostic::new(codes::SATURATING_ACTIVATION, node.span, message)
                    .note(format!("the slope of `{name}` is at most {largest}; every layer multiplies the gradient by it"))
                    .help("use `elu`, or `relu` where speed matters more"),
            );
        }
    }
    found
}

/// Two layers with weights and nothing between that is not linear: one of them would do.
pub(super) fn linear_stack(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for node in view.nodes().iter().filter(|node| has_weights(node)) {
        let Some(first) = linear_before(view, node.inputs[0]) else { continue };
        let before = &view.nodes()[first.0];
        let (wide, inner, out) = (view.values(before.inputs[0]), view.values(first), node.shape.iter().product());
        // A middle narrower than both sides is a product of two thin matrices, which has fewer weights than one.
        if inner < wide.min(out) {
            continue;
        }
        let (one, other) = (name(before), name(node));
        let message =
            format!("nothing between the `{one}` before and this `{other}` is non-linear: together they are one linear layer");
        let mut diagnostic = Diagnostic::new(codes::LINEAR_STACK, node.span, message)
            .help("put an activation between them, such as `elu`, or leave one of them out");
        if before.span != node.span {
            diagnostic = diagnostic.secondary(before.span, "its values come straight from here");
        }
        found.push(diagnostic);
    }
    found
}

/// The layer with weights that `from` is the value of, or a linear function of in prediction, if nobody else reads it.
fn linear_before(view: &View<'_>, from: NodeId) -> Option<NodeId> {
    let mut at = from;
    loop {
        let node = &view.nodes()[at.0];
        if !view.has_one_reader(at.0) {
            return None;
        }
        if has_weights(node) {
            return Some(at);
        }
        let &[before] = node.inputs.as_slice() else { return None };
        if !op(node).is_some_and(Op::is_linear) {
            return None;
        }
        at = before;
    }
}

/// An activation that keeps logits, or predictions that may be any number, above or below something.
pub(super) fn limited_output(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for output in &view.graph.outputs {
        let Some(node) = view.last(output) else { continue };
        let Some(activation) = activation(node) else { continue };
        let (low, high) = activation.bounds();
        let (name, logits) = (activation.def.signature.name, !matches!(output.kind, OutputKind::Values(_)));
        // Of values, sigmoid, tanh and softplus are the usual way to say that they have bounds.
        if !logits && activation.def.bounds_outputs {
            continue;
        }
        let what = if logits { "logits" } else { "predictions" };
        let limits = match (low.is_finite(), high.is_finite()) {
            (true, true) => format!("between {} and {}", show_number(low), show_number(high)),
            (true, false) => format!("at {} or above", show_number(low)),
            (false, true) => format!("at {} or below", show_number(high)),
            (false, false) => continue,
        };
        let message = format!("`{name}` keeps the {what} of `{}` {limits}", output.name);
        let of = show_type(&output.kind);
        let diagnostic = Diagnostic::new(codes::LIMITED_OUTPUT, node.span, message).secondary(output.span, "the output");
        // What is at its bound at −1 already does not move from there.
        let stuck = (activation.def.value)(&activation.arguments).evaluate::<f64>(&|_| -1.0) == low;
        let diagnostic = if stuck {
            let note = "its slope is 0 too, and nothing is learned from the sample";
            diagnostic.note(format!("where it gives {} {note}", show_number(low)))
        } else {
            diagnostic
        };
        found.push(match logits {
            true => diagnostic.help(format!("leave `{name}` out: `{of}` takes logits, which may be any number")),
            false => diagnostic.help(format!("leave `{name}` out, or write `softplus` if targets are always above 0")),
        });
    }
    found
}

/// softmax between layers: its values compete, and where one has won all slopes are near 0.
pub(super) fn hidden_softmax(view: &View<'_>) -> Vec<Diagnostic> {
    let inside = view.layers("softmax").filter(|(index, _)| view.is_inside(*index) && view.values(NodeId(*index)) > 1);
    let found = inside.map(|(index, node)| {
        let message = format!("`softmax` between layers: {} values compete for a sum of 1", view.values(NodeId(index)));
        Diagnostic::new(codes::HIDDEN_SOFTMAX, node.span, message)
            .note("where one of them is near 1 all slopes are near 0, and gradients vanish")
            .help("use `elu` or `relu`; `softmax` is for outputs, and `class[…]` applies its own")
    });
    found.collect()
}

/// selu keeps mean 0 and variance 1 only if nothing drops its values, and weights have the variance that it was made for.
pub(super) fn selu_conditions(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, node) in view.layers("dropout") {
        let dropped = &view.nodes()[node.inputs[0].0];
        if is(dropped, "selu") && view.argument(index, "rate") != Some(&ArgumentValue::Number(0.0)) {
            let message = "`dropout` changes the variance that the `selu` before it keeps at 1";
            found.push(
                Diagnostic::new(codes::SELU_CONDITIONS, node.span, message)
                    .secondary(dropped.span, "the activation")
                    .help("leave `dropout` out, or write `batch_norm -> elu` for `selu`"),
            );
        }
    }
    // PyTorch's default, a third of the variance, matters where it is a factor of many layers.
    let torch = view.recipe.flavor == Flavor::Pytorch;
    for (_, node) in view.layers("selu").filter(|(index, _)| torch && view.depth_at(*index) >= DEEP) {
        let before = &view.nodes()[node.inputs[0].0];
        let auto = super::op(before).and_then(|op| op.weight_initializer()) == Some(None);
        if auto {
            let name = name(before);
            let message =
                format!("in flavour `pytorch` this `{name}` begins with a third of the variance that `selu` needs after it");
            found.push(
                Diagnostic::new(codes::SELU_CONDITIONS, before.span, message)
                    .secondary(node.span, "the activation")
                    .help("write `init = lecun_normal`"),
            );
        }
    }
    found
}
