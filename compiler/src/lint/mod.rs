//! Advice on models and recipes, as warnings that `#[allow(CODE)]` silences.

mod allow;
mod network;
mod training;

use dlm_dsl::ast::Span;
use dlm_dsl::diagnostic::Diagnostic;

use crate::graph::{Graph, Node, NodeKind};
use crate::op::Op;
use crate::op::activation::Activation;
use crate::recipe::Recipe;
use crate::signature::Arguments;

pub(crate) use allow::{is_allowed, unknown_allows};

/// Layers with weights one after the other that make a network deep: five hidden ones and the last.
const DEEP: usize = 6;

/// A model under a recipe, as lints look at it.
pub(crate) struct Subject<'s> {
    pub(crate) graph: &'s Graph,
    /// The arguments of each node's layer, where the file holds it.
    pub(crate) arguments: &'s [Option<Arguments>],
    pub(crate) recipe: &'s Recipe,
    /// The value of the setting `optimizer`, if it is written.
    pub(crate) optimizer: Option<Span>,
    /// The value of the setting `batch`, if it is written.
    pub(crate) batch: Option<Span>,
}

/// Every lint.
const LINTS: &[fn(&View<'_>) -> Vec<Diagnostic>] = &[
    network::saturating_activation,
    network::initializer_mismatch,
    network::no_normalization,
    network::normalization_after_activation,
    network::cancelled_bias,
    network::misplaced_dropout,
    training::adagrad_on_deep_network,
    training::unusual_learning_rate,
    training::batch_of_one,
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

/// A subject and what several lints need of its network.
struct View<'s> {
    subject: &'s Subject<'s>,
    /// The nodes that take each node's value.
    consumers: Vec<Vec<usize>>,
    /// For each node, the layers with weights on the longest way from an input to it, itself included.
    before: Vec<usize>,
    /// For each node, the layers with weights on the longest way from it, itself not included.
    after: Vec<usize>,
}

impl<'s> View<'s> {
    fn new(subject: &'s Subject<'s>) -> Self {
        let nodes = &subject.graph.nodes;
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
        Self { subject, consumers, before, after }
    }

    fn nodes(&self) -> &'s [Node] {
        &self.subject.graph.nodes
    }

    /// The layers with weights on the longest way through the network.
    fn depth(&self) -> usize {
        self.before.iter().copied().max().unwrap_or(0)
    }

    /// Whether the value of this node goes nowhere but into layers of this name.
    fn feeds_only(&self, index: usize, name: &str) -> bool {
        !self.consumers[index].is_empty()
            && self.consumers[index].iter().all(|consumer| is(&self.nodes()[*consumer], name))
            && !self.is_output(index)
    }

    fn is_output(&self, index: usize) -> bool {
        self.subject.graph.outputs.iter().any(|output| output.node.0 == index)
    }
}

/// The layer that makes a node's value, unless it is an input.
fn op(node: &Node) -> Option<&dyn Op> {
    match &node.kind {
        NodeKind::Op(op) => Some(op.as_ref()),
        NodeKind::Input(_) => None,
    }
}

fn is(node: &Node, name: &str) -> bool {
    op(node).is_some_and(|op| op.name() == name)
}

fn is_normalization(node: &Node) -> bool {
    is(node, "batch_norm") || is(node, "layer_norm")
}

fn has_weights(node: &Node) -> bool {
    op(node).is_some_and(|op| op.weight_initializer().is_some())
}

/// The activation that a node is; `identity` does nothing and is none here.
fn activation(node: &Node) -> Option<&Activation> {
    op(node)?.activation().filter(|activation| activation.def.signature.name != "identity")
}
