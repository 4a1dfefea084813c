//! Models as a whole: their statements, what reaches no output, parameters and what they begin with.

use dlm_dsl::ast::{self, StatementKind};
use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::build::{Builder, Value};
use super::{Built, MAX_PARAMETERS, Resolver};
use crate::graph::{Graph, Node, NodeId, NodeKind, Parameter, ParameterId};
use crate::initializer::{Distribution, Family, Initializer};
use crate::op::activation::Activation;
use crate::signature::Flavor;

impl<'a> Resolver<'a> {
    /// The network of a model under a flavour; `None` after errors.
    pub(super) fn build_model(&mut self, model: &'a ast::Model, flavor: Flavor) -> Option<Built> {
        let errors = self.errors;
        self.flavor = flavor;
        self.frames.push(Default::default());
        let mut builder = Builder::new(self);
        builder.model(model);
        let known = builder.resolver.errors == errors && !builder.poisoned;
        let built = if known { builder.finish(model, flavor) } else { None };
        self.frames.pop();
        built.filter(|_| self.errors == errors)
    }
}

impl<'a> Builder<'_, 'a> {
    /// Expands the statements of a model.
    fn model(&mut self, model: &'a ast::Model) {
        let (mut inputs, mut outputs) = (0, 0);
        for statement in &model.body {
            inputs += usize::from(matches!(statement.kind, StatementKind::Input { .. }));
            outputs += usize::from(matches!(statement.kind, StatementKind::Output { .. }));
        }
        self.check_interface(model, inputs, outputs);
        let mut current = if inputs == 0 { Value::Poison } else { Value::Missing };
        for statement in &model.body {
            if self.full {
                return;
            }
            match &statement.kind {
                StatementKind::Chain { name, links } => current = self.chain(name.as_ref(), links, current),
                StatementKind::Input { name, ty } => {
                    let value = self.input(statement, name, ty);
                    // Of several inputs none goes before the others: chains begin with their names.
                    if inputs == 1 {
                        current = value;
                    }
                }
                StatementKind::Output { name, ty, value } => self.output(statement, name, ty, value.as_ref(), current),
            }
        }
    }

    fn check_interface(&mut self, model: &ast::Model, inputs: usize, outputs: usize) {
        for (count, what, example) in
            [(inputs, "input", "`input image: f32[28, 28];`"), (outputs, "output", "`output digit: class[10];`")]
        {
            if count == 0 {
                let message = format!("model `{}` has no {what}", model.name.name);
                let diagnostic = Diagnostic::new(codes::NO_INTERFACE, model.name.span, message);
                self.resolver.report(diagnostic.help(format!("declare one, such as {example}")));
            }
        }
    }

    /// The finished graph; `None` after errors.
    fn finish(mut self, model: &ast::Model, flavor: Flavor) -> Option<Built> {
        let consumers = self.consumers();
        if self.report_unused(&consumers) {
            return None;
        }
        self.drop_cancelled_biases(&consumers);
        let parameters = self.parameters(&consumers, flavor)?;
        let graph =
            Graph { name: model.name.name.clone(), nodes: self.nodes, inputs: self.inputs, outputs: self.outputs, parameters };
        Some(Built { graph, arguments: self.arguments })
    }

    /// The nodes that take each node's value, in order.
    fn consumers(&self) -> Vec<Vec<usize>> {
        let mut consumers = vec![Vec::new(); self.nodes.len()];
        for (index, node) in self.nodes.iter().enumerate() {
            for input in &node.inputs {
                consumers[input.0].push(index);
            }
        }
        consumers
    }

    /// Reports the values at which a way ends that reaches no output.
    fn report_unused(&mut self, consumers: &[Vec<usize>]) -> bool {
        let mut used = vec![false; self.nodes.len()];
        for output in &self.outputs {
            used[output.node.0] = true;
        }
        let mut any = false;
        for index in (0..self.nodes.len()).rev() {
            let node = &self.nodes[index];
            used[index] |= consumers[index].iter().any(|consumer| used[*consumer]);
            if used[index] || !consumers[index].is_empty() {
                continue;
            }
            any = true;
            let named = self.names.iter().flatten().flatten().filter(|(_, named)| named.value == Value::Node(NodeId(index)));
            // A map has no order of its own: the first in the text is taken.
            let named = named.min_by_key(|(_, named)| named.span.start);
            let (name, span) = match (&node.kind, named) {
                (NodeKind::Input(_), _) => (format!("input `{}`", node.path), node.span),
                (NodeKind::Op(_), Some((name, named))) => (format!("the value `{name}`"), named.span),
                (NodeKind::Op(op), None) => (format!("the value of `{}`", op.name()), node.span),
            };
            let diagnostic = Diagnostic::new(codes::UNUSED_VALUE, span, format!("{name} reaches no output"))
                .help("use it in a chain, declare an output of it, or leave it out");
            self.resolver.report(diagnostic);
        }
        any
    }

    /// Layers whose bias the `batch_norm` after them would cancel have none, unless it is asked for.
    fn drop_cancelled_biases(&mut self, consumers: &[Vec<usize>]) {
        for (index, consumers) in consumers.iter().enumerate() {
            let normalized = !consumers.is_empty()
                && consumers.iter().all(|consumer| op_name(&self.nodes[*consumer]) == Some("batch_norm"))
                && self.outputs.iter().all(|output| output.node.0 != index);
            if normalized
                && let NodeKind::Op(op) = &self.nodes[index].kind
                && let Some(without) = op.before_batch_norm()
            {
                self.nodes[index].kind = NodeKind::Op(without);
            }
        }
    }

    /// The parameters of all nodes, in their order.
    fn parameters(&mut self, consumers: &[Vec<usize>], flavor: Flavor) -> Option<Vec<Parameter>> {
        let following = following_activations(&self.nodes, consumers);
        let mut parameters: Vec<Parameter> = Vec::new();
        let mut total = 0usize;
        for (index, next) in following.iter().enumerate() {
            let NodeKind::Op(op) = &self.nodes[index].kind else { continue };
            let shapes: Vec<_> = self.nodes[index].inputs.iter().map(|input| &self.nodes[input.0].shape).collect();
            let definitions = op.parameters(&shapes);
            let activation = next.and_then(|at| activation(&self.nodes[at]));
            let mut ids = Vec::new();
            for definition in definitions {
                let size = definition.shape.iter().try_fold(1usize, |product, size| product.checked_mul(*size));
                total = match size.and_then(|size| total.checked_add(size)).filter(|total| *total <= MAX_PARAMETERS) {
                    Some(total) => total,
                    None => {
                        self.too_many_parameters(index, &definition.shape);
                        return None;
                    }
                };
                let init = distribution(definition.init, definition.fans, activation, flavor);
                let path = format!("{}.{}", self.nodes[index].path, definition.name);
                ids.push(ParameterId(parameters.len()));
                parameters.push(Parameter { path, shape: definition.shape, role: definition.role, init, node: NodeId(index) });
            }
            self.nodes[index].parameters = ids;
        }
        Some(parameters)
    }

    fn too_many_parameters(&mut self, index: usize, shape: &[usize]) {
        let node = &self.nodes[index];
        let message = format!("with `{}` the model has more than the {MAX_PARAMETERS} parameters that are possible", node.path);
        let diagnostic = Diagnostic::new(codes::TOO_LARGE, node.span, message)
            .note(format!("it holds a tensor of shape {shape:?}"))
            .note(self.shapes_along(NodeId(index)));
        self.resolver.report(diagnostic);
    }
}

fn op_name(node: &Node) -> Option<&'static str> {
    match &node.kind {
        NodeKind::Op(op) => Some(op.name()),
        NodeKind::Input(_) => None,
    }
}

/// The activation that a node is, if it is one.
fn activation(node: &Node) -> Option<&Activation> {
    match &node.kind {
        NodeKind::Op(op) => op.activation(),
        NodeKind::Input(_) => None,
    }
}

/// For each node the activation that its value reaches next, if it does before another layer with weights.
pub(crate) fn following_activations(nodes: &[Node], consumers: &[Vec<usize>]) -> Vec<Option<usize>> {
    let mut following = vec![None; nodes.len()];
    for index in (0..nodes.len()).rev() {
        following[index] = consumers[index].iter().find_map(|consumer| match &nodes[*consumer].kind {
            NodeKind::Op(op) if op.activation().is_some() => Some(*consumer),
            NodeKind::Op(op) if op.passes_gain() => following[*consumer],
            _ => None,
        });
    }
    following
}

/// What a tensor begins with: as written, or by the activation that follows.
fn distribution(
    written: Option<Initializer>,
    (fan_in, fan_out): (usize, usize),
    activation: Option<&Activation>,
    flavor: Flavor,
) -> Distribution {
    let scaled = |family, uniform| Initializer::Scaled { family, uniform, fan: None, gain: None, truncated: false };
    let initializer = match (written, flavor) {
        (Some(written), _) => written,
        // The default of `torch.nn.Linear`: kaiming_uniform with a = √5.
        (None, Flavor::Pytorch) => {
            let bound = 1.0 / (fan_in as f64).sqrt();
            Initializer::Uniform { low: -bound, high: bound }
        }
        // The default of `keras.layers.Dense`.
        (None, Flavor::Keras) => scaled(Family::Xavier, true),
        (None, Flavor::Notes) => {
            let family = activation.map_or(Family::Xavier, Activation::family);
            scaled(family, family == Family::Xavier)
        }
    };
    let gain = match initializer {
        Initializer::Scaled { family, .. } => default_gain(family, activation, flavor),
        _ => 1.0,
    };
    initializer.distribution(fan_in, fan_out, gain)
}

/// The factor of an initialiser that is written without one: the activation's where it is known. √2 is relu's, which another
/// of its kind replaces. Keras' initialisers do not know the activation.
fn default_gain(family: Family, activation: Option<&Activation>, flavor: Flavor) -> f64 {
    let activation = activation.filter(|_| flavor != Flavor::Keras);
    match family {
        Family::Xavier => activation.map_or(1.0, Activation::gain),
        Family::He => {
            activation.filter(|activation| activation.family() == family).map_or(std::f64::consts::SQRT_2, Activation::gain)
        }
        Family::Lecun => 1.0,
    }
}
