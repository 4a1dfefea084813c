//! Advice on models and recipes, as warnings that `#[allow(CODE)]` silences.
//!
//! A lint is a function from a [`View`] to its warnings and a line in [`LINTS`]. It is right in nearly all cases, or it is
//! no lint: whoever gets advice that does not fit will not read the next one.

mod activation;
mod allow;
mod augment;
mod data;
mod dropout;
mod initializer;
mod normalization;
mod training;

use dlm_dsl::ast::Span;
use dlm_dsl::diagnostic::Diagnostic;

use crate::graph::{Graph, Node, NodeId, NodeKind, Output, ParameterId};
use crate::op::Op;
use crate::op::activation::Activation;
use crate::recipe::Recipe;
use crate::resolve::Settings;
use crate::signature::{ArgumentValue, Arguments};

pub(crate) use allow::{is_allowed, unknown_allows};

/// Layers with weights one after the other that make a network deep: five hidden ones and the last.
const DEEP: usize = 6;

/// A model under a recipe, as lints look at it.
pub(crate) struct Subject<'s> {
    pub(crate) graph: &'s Graph,
    /// The arguments of each node's layer, where the file holds it.
    pub(crate) arguments: &'s [Option<Arguments>],
    pub(crate) recipe: &'s Recipe,
    /// The recipe as it is written.
    pub(crate) settings: &'s Settings,
}

/// Every lint.
const LINTS: &[fn(&View<'_>) -> Vec<Diagnostic>] = &[
    activation::saturating,
    activation::linear_stack,
    activation::limited_output,
    activation::hidden_softmax,
    activation::selu_conditions,
    initializer::mismatch,
    initializer::equal_units,
    initializer::unscaled,
    normalization::missing,
    normalization::after_activation,
    normalization::cancelled_bias,
    normalization::batch_of_one,
    normalization::same_batches,
    normalization::on_output,
    normalization::of_one_value,
    dropout::misplaced,
    dropout::high_rate,
    training::adagrad_on_deep_network,
    training::unusual_learning_rate,
    training::unusual_beta,
    training::schedule_out_of_range,
    training::l2_with_adam,
    training::tiny_clip,
    training::strong_smoothing,
    training::frozen_regularization,
    data::raw_images,
    augment::faint_noise,
    augment::channels_first,
];

/// What there is to advise, one warning for each code and place.
pub(crate) fn lint(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let view = View::new(subject);
    let mut warnings: Vec<Diagnostic> = Vec::new();
    for warning in LINTS.iter().flat_map(|lint| lint(&view)) {
        add(&mut warnings, warning);
    }
    warnings
}

/// Adds a warning unless its code is there for its place: blocks, turns and recipes show a place several times.
pub(crate) fn add(warnings: &mut Vec<Diagnostic>, warning: Diagnostic) {
    let key = |diagnostic: &Diagnostic| (diagnostic.code, diagnostic.primary.span);
    if warnings.iter().all(|other| key(other) != key(&warning)) {
        warnings.push(warning);
    }
}

/// A subject and what several lints need of it.
struct View<'s> {
    graph: &'s Graph,
    recipe: &'s Recipe,
    settings: &'s Settings,
    arguments: &'s [Option<Arguments>],
    /// The nodes that take each node's value.
    consumers: Vec<Vec<usize>>,
    /// For each node, the layers with weights on the longest way from an input to it, itself included.
    before: Vec<usize>,
    /// For each node, the layers with weights on the longest way from it, itself not included.
    after: Vec<usize>,
}

impl<'s> View<'s> {
    fn new(subject: &Subject<'s>) -> Self {
        let &Subject { graph, arguments, recipe, settings } = subject;
        let nodes = &graph.nodes;
        let mut consumers = vec![Vec::new(); nodes.len()];
        let (mut before, mut after) = (vec![0; nodes.len()], vec![0; nodes.len()]);
        for (index, node) in nodes.iter().enumerate() {
            for input in &node.inputs {
                consumers[input.0].push(index);
                before[index] = before[index].max(before[input.0]);
            }
            before[index] += usize::from(has_weights(node));
        }
        for (index, node) in nodes.iter().enumerate().rev() {
            for input in &node.inputs {
                after[input.0] = after[input.0].max(after[index] + usize::from(has_weights(node)));
            }
        }
        Self { graph, recipe, settings, arguments, consumers, before, after }
    }

    fn nodes(&self) -> &'s [Node] {
        &self.graph.nodes
    }

    /// The layers of this name, with their indices.
    fn layers(&self, name: &'static str) -> impl Iterator<Item = (usize, &'s Node)> {
        self.nodes().iter().enumerate().filter(move |(_, node)| is(node, name))
    }

    /// The layers with weights on the longest way through the network.
    fn depth(&self) -> usize {
        self.before.iter().copied().max().unwrap_or(0)
    }

    /// The layers with weights on the longest way through this node.
    fn depth_at(&self, index: usize) -> usize {
        self.before[index] + self.after[index]
    }

    /// Whether there are layers with weights both before and after this node.
    fn is_inside(&self, index: usize) -> bool {
        self.before[index] > 0 && self.after[index] > 0
    }

    fn is_output(&self, index: usize) -> bool {
        self.graph.outputs.iter().any(|output| output.node.0 == index)
    }

    /// Whether the value of this node goes nowhere but into layers of this name.
    fn feeds_only(&self, index: usize, name: &str) -> bool {
        !self.consumers[index].is_empty()
            && self.consumers[index].iter().all(|consumer| is(&self.nodes()[*consumer], name))
            && !self.is_output(index)
    }

    /// Whether one layer alone takes the value of this node.
    fn has_one_reader(&self, index: usize) -> bool {
        self.consumers[index].len() == 1 && !self.is_output(index)
    }

    /// An argument of a node's layer, if it is given or has a default.
    fn argument(&self, index: usize, name: &str) -> Option<&'s ArgumentValue> {
        self.arguments[index].as_ref()?.get(name)
    }

    /// Where an argument of a node's layer stands; where it is not given, the layer.
    fn place(&self, index: usize, argument: &str) -> Span {
        let written = self.arguments[index].as_ref().and_then(|arguments| arguments.place(argument));
        written.unwrap_or(self.nodes()[index].span)
    }

    /// The node that makes an output's values, but for what passes them on; `None` if they are a hidden layer's or none's.
    fn last(&self, output: &Output) -> Option<&'s Node> {
        let mut at = output.node.0;
        while keeps_values(&self.nodes()[at]) {
            at = self.nodes()[at].inputs[0].0;
        }
        (self.before[at] > 0 && self.after[at] == 0).then(|| &self.nodes()[at])
    }

    /// The weight of a node's layer, if it has one.
    fn weight(&self, node: &Node) -> Option<ParameterId> {
        has_weights(node).then(|| node.parameters.first().copied()).flatten()
    }

    /// The number of values that a node has for one sample.
    fn values(&self, node: NodeId) -> usize {
        self.nodes()[node.0].shape.iter().product()
    }
}

/// The layer that makes a node's value, unless it is an input.
fn op(node: &Node) -> Option<&dyn Op> {
    match &node.kind {
        NodeKind::Op(op) => Some(op.as_ref()),
        NodeKind::Input(_) => None,
    }
}

fn name(node: &Node) -> &'static str {
    op(node).map_or("input", |op| op.name())
}

fn is(node: &Node, name: &str) -> bool {
    op(node).is_some_and(|op| op.name() == name)
}

/// Whether its values are those that it takes, apart from noise in training.
fn keeps_values(node: &Node) -> bool {
    op(node).is_some_and(Op::keeps_values)
}

fn is_normalization(node: &Node) -> bool {
    op(node).is_some_and(Op::normalizes)
}

fn has_weights(node: &Node) -> bool {
    op(node).is_some_and(|op| op.weight_initializer().is_some())
}

/// The activation that a node is; one that does nothing is none here.
fn activation(node: &Node) -> Option<&Activation> {
    op(node)?.activation().filter(|activation| !activation.keeps_values())
}
