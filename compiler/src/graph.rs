//! A model after resolution: names resolved, blocks and repeats expanded, every shape known, every parameter named.
//! A [`Graph`] that exists is right; the stages after it cannot fail.

use std::sync::Arc;

use dlm_dsl::ast::Span;
use dlm_dsl::diagnostic::Diagnostic;

use crate::initializer::Distribution;
use crate::op::Op;
use crate::recipe::Recipe;

/// The shape of one sample; the batch axis is implicit. Empty: one number.
pub type Shape = Vec<usize>;

/// A resolved file.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// The `//!` docs.
    pub docs: Vec<String>,
    /// Every model with its recipes, in the order written.
    pub models: Vec<Model>,
}

/// A model with the recipes that train it.
#[derive(Clone, Debug)]
pub struct Model {
    /// The model's name.
    pub name: String,
    /// Its `///` docs.
    pub docs: Vec<String>,
    /// Where its name stands.
    pub span: Span,
    /// The recipes; a model without any has one with all defaults, `written` false.
    pub units: Vec<Unit>,
}

/// A model under one recipe: what is compiled. The graph depends on the recipe's flavour.
#[derive(Clone, Debug)]
pub struct Unit {
    /// The network.
    pub graph: Graph,
    /// How it is trained.
    pub recipe: Recipe,
    /// What lints say of them, those that the file silences included.
    pub advice: Vec<Diagnostic>,
}

/// A network.
#[derive(Clone, Debug)]
pub struct Graph {
    /// The model's name.
    pub name: String,
    /// Nodes in an order in which every node's inputs come before it.
    pub nodes: Vec<Node>,
    /// The inputs, in the order written.
    pub inputs: Vec<Input>,
    /// The outputs, in the order written.
    pub outputs: Vec<Output>,
    /// The tensors that belong to the model, in the order of their nodes.
    pub parameters: Vec<Parameter>,
}

/// An index into [`Graph::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub usize);

/// An index into [`Graph::parameters`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ParameterId(pub usize);

/// A value and how it is made.
#[derive(Clone, Debug)]
pub struct Node {
    /// The path that names it: `h1.dense`, `hidden.0.batch_norm`; an input's name.
    pub path: String,
    /// How it is made.
    pub kind: NodeKind,
    /// What it is made of.
    pub inputs: Vec<NodeId>,
    /// The shape of one sample.
    pub shape: Shape,
    /// The op's parameters, in the order that [`Op::parameters`] lists them.
    pub parameters: Vec<ParameterId>,
    /// The link that made it.
    pub span: Span,
    /// The line of `span` in its file, from 1; 0 if unknown.
    pub line: usize,
}

/// How a value is made.
#[derive(Clone, Debug)]
pub enum NodeKind {
    /// The input of this index.
    Input(usize),
    /// By a layer.
    Op(Arc<dyn Op>),
}

/// An input.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its name.
    pub name: String,
    /// Its `///` docs.
    pub docs: Vec<String>,
    /// Its node.
    pub node: NodeId,
    /// The shape of one sample.
    pub shape: Shape,
}

/// An output.
#[derive(Clone, Debug)]
pub struct Output {
    /// Its name.
    pub name: String,
    /// Its `///` docs.
    pub docs: Vec<String>,
    /// What it means.
    pub kind: OutputKind,
    /// The value: logits for classes, binary and flags.
    pub node: NodeId,
    /// Where it is declared.
    pub span: Span,
}

/// An input or an output, by its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Port {
    /// The input.
    Input(usize),
    /// The output.
    Output(usize),
}

/// What an output means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutputKind {
    /// One of so many classes.
    Class(usize),
    /// Yes or no.
    Binary,
    /// So many independent yes or no.
    Flags(usize),
    /// Real numbers of this shape.
    Values(Shape),
}

/// A tensor that belongs to the model.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its path: `h1.dense.weight`.
    pub path: String,
    /// Its shape in a weights file, as PyTorch has it: a dense weight is (out, in).
    pub shape: Vec<usize>,
    /// What it is to its layer.
    pub role: Role,
    /// What it begins with.
    pub init: Distribution,
    /// The node that it belongs to.
    pub node: NodeId,
}

/// What a tensor is to its layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// A matrix; penalties and constraints act on it by default. Memory holds it as (in, out).
    Weight,
    /// Added to a layer's units.
    Bias,
    /// The scale and shift of a normalisation.
    Normalization,
    /// A learned slope.
    Slope,
    /// Not learned: a running statistic.
    Statistic,
}

impl Role {
    /// Whether the optimizer learns it.
    pub fn trainable(self) -> bool {
        self != Role::Statistic
    }
}
