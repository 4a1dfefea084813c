//! Lints on what weights begin with.

use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::{DEEP, View, activation, is, is_normalization, keeps_values, name, op};
use crate::graph::Node;
use crate::initializer::{Distribution, Family, Initializer};
use crate::op::activation::Activation;
use crate::resolve::initializer::scaled_name;

/// How many times the suitable deviation weights may have before a signal is blown up.
const TOO_LARGE: f64 = 5.0;
/// Which share of it they may have before it fades in a deep network.
const TOO_SMALL: f64 = 0.1;

/// A written initialiser of another family than the activation after it asks for.
pub(super) fn mismatch(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, node) in view.nodes().iter().enumerate() {
        let Some(Initializer::Scaled { family, uniform, gain: None, .. }) = written(node) else { continue };
        let Some(next) = next_activation(view, index) else { continue };
        let wanted = next.family();
        // lecun is xavier with but one of the fans.
        if family == wanted || family == Family::Lecun && wanted == Family::Xavier {
            continue;
        }
        let (written, better) = (scaled_name(family, uniform), scaled_name(wanted, uniform));
        let after = next.def.signature.name;
        let message = format!("`{written}` does not suit `{after}`, which follows");
        found.push(
            Diagnostic::new(codes::INITIALIZER_MISMATCH, view.place(index, "init"), message)
                .note("signals keep their size from layer to layer if weights are scaled for the activation after them")
                .help(format!("write `{better}`, or leave `init` to `auto`")),
        );
    }
    found
}

/// The initialiser that is written for a layer's weight.
fn written(node: &Node) -> Option<Initializer> {
    op(node)?.weight_initializer().flatten()
}

/// The activation after a layer, if nothing between normalises away how large the weights are.
fn next_activation<'v>(view: &View<'v>, index: usize) -> Option<&'v Activation> {
    let mut at = index;
    loop {
        at = *view.consumers[at].first()?;
        let node = &view.nodes()[at];
        if let Some(activation) = activation(node) {
            return Some(activation);
        }
        if !keeps_values(node) {
            return None;
        }
    }
}

/// A hidden layer all of whose weights begin alike: its units are copies of one.
pub(super) fn equal_units(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, node) in view.nodes().iter().enumerate().filter(|(index, _)| view.after[*index] > 0) {
        let (Some(_), Some(weight)) = (written(node), view.weight(node)) else { continue };
        let weight = &view.graph.parameters[weight.0];
        // A branch that begins as 0 before a sum is a way to begin with the sum's other side alone.
        if spread(weight.init).1 > 0.0 || weight.shape[0] == 1 || ends_in_sum(view, index) {
            continue;
        }
        let message =
            format!("all {} units of this `{}` begin with the same weights, as copies of one", weight.shape[0], name(node));
        found.push(
            Diagnostic::new(codes::EQUAL_UNITS, view.place(index, "init"), message)
                .note("what they learn differs only by the weights after them; weights of 0 pass no gradient to layers before")
                .help("leave `init` to `auto`, which draws every weight; `constant` and `zeros` are for last layers"),
        );
    }
    found
}

/// Whether a value goes into sums alone, with no activation on the way.
fn ends_in_sum(view: &View<'_>, index: usize) -> bool {
    let mut at = index;
    while let [only] = view.consumers[at].as_slice() {
        let node = &view.nodes()[*only];
        if is(node, "add") {
            return true;
        }
        if !keeps_values(node) && !is_normalization(node) {
            return false;
        }
        at = *only;
    }
    false
}

/// The root of the mean square of a distribution's draws, and their deviation.
fn spread(distribution: Distribution) -> (f64, f64) {
    let (mean, deviation) = match distribution {
        Distribution::Constant(value) => (value, 0.0),
        Distribution::Uniform { low, high } => ((low + high) / 2.0, (high - low) / 12f64.sqrt()),
        Distribution::Normal { mean, deviation, .. } => (mean, deviation),
        // Rows or columns of length `gain`: of another size than suits only by the gain.
        Distribution::Orthogonal { gain } => (0.0, gain),
    };
    (mean.hypot(deviation), deviation)
}

/// Weights drawn much larger or smaller than keeps signals as large as they come.
pub(super) fn unscaled(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, node) in view.nodes().iter().enumerate().filter(|(index, _)| view.after[*index] > 0) {
        let name = match written(node) {
            Some(Initializer::Uniform { .. }) => "uniform",
            Some(Initializer::Normal { .. }) => "normal",
            Some(Initializer::Scaled { family, uniform, gain: Some(_), .. }) => scaled_name(family, uniform),
            _ => continue,
        };
        let (Some(next), Some(weight)) = (next_activation(view, index), view.weight(node)) else { continue };
        let weight = &view.graph.parameters[weight.0];
        let (size, deviation) = spread(weight.init);
        let [fan_out, fan_in] = weight.shape[..] else { continue };
        if deviation == 0.0 {
            continue;
        }
        let family = next.family();
        let suitable = Initializer::Scaled { family, uniform: false, fan: None, gain: None, truncated: false };
        // Between the gain and none there is room for opinions.
        let suitable = |gain| spread(suitable.distribution(fan_in, fan_out, gain)).0;
        let (large, small) = (size / suitable(next.gain().max(1.0)), size / suitable(next.gain().min(1.0)));
        let (times, note) = if large > TOO_LARGE {
            (format!("{large:.0} times as large as suits"), "signals grow by as much: activations saturate or gradients explode")
        } else if small < TOO_SMALL && view.depth_at(index) >= DEEP {
            (format!("{:.0} times as small as suits", 1.0 / small), "signals and gradients fade by as much in each such layer")
        } else {
            continue;
        };
        let message = format!("`{name}` draws weights {times} {fan_in} inputs and the `{}` after them", next.def.signature.name);
        let better = scaled_name(family, name.ends_with("uniform"));
        found.push(
            Diagnostic::new(codes::UNSCALED_INITIALIZER, view.place(index, "init"), message)
                .note(note)
                .help(format!("write `{better}`, or leave `init` to `auto`: both go by the number of inputs")),
        );
    }
    found
}
