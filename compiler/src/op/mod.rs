//! Layers: one op, one file, with its signature, shape rule, parameters, meaning and derivative. The table below is
//! all that the rest of the compiler knows of them; activations have a table of their own, [`activation`].

use std::fmt;
use std::sync::Arc;

use crate::graph::{Role, Shape};
use crate::initializer::Initializer;
use crate::lower::{Lowering, Saved};
use crate::signature::{Arguments, Signature};
use crate::train_graph::ValueId;

pub mod activation;
mod add;
mod batch_norm;
mod concat;
mod dense;
mod dropout;
mod flatten;
mod layer_norm;
mod noise;
mod reshape;
pub(crate) mod softmax;

/// A kind of layer.
#[derive(Clone, Copy)]
pub struct OpDef {
    /// How it is called.
    pub signature: Signature,
    /// How many values it takes.
    pub arity: Arity,
    /// Makes it from checked arguments.
    pub make: fn(&Arguments) -> Arc<dyn Op>,
}

/// How many values a layer takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arity {
    /// The value before it in the chain.
    One,
    /// Named values as its arguments, two or more: `add(a, b)`.
    Many,
}

/// A layer with its arguments: what the graph's nodes hold.
pub trait Op: fmt::Debug + Send + Sync {
    /// Its kind, which also names its parameters' path segment.
    fn name(&self) -> &'static str;

    /// The shape of its value for one sample, or why the inputs do not fit: one line, lower case, with the shapes.
    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError>;

    /// The tensors it owns, given shapes that fit.
    fn parameters(&self, inputs: &[&Shape]) -> Vec<ParameterDef> {
        let _ = inputs;
        Vec::new()
    }

    /// Emits its meaning; what the derivative needs goes into [`Saved`].
    fn forward(&self, lowering: &mut Lowering<'_>, inputs: &[ValueId]) -> (ValueId, Saved);

    /// Emits its derivative: given the gradient of its value, hands its parameters' gradients to `lowering` and returns
    /// the gradient of each input, `None` where not `wanted`.
    fn backward(&self, lowering: &mut Lowering<'_>, saved: &Saved, gradient: ValueId, wanted: &[bool]) -> Vec<Option<ValueId>>;

    /// Whether its values are those that it takes, apart from their shape and from noise in training.
    fn keeps_values(&self) -> bool {
        false
    }

    /// Whether in prediction its value is a linear function of what it takes, and a constant.
    fn is_linear(&self) -> bool {
        self.keeps_values() || self.weight_initializer().is_some()
    }

    /// Whether in training its value has one mean and deviation, whatever those of what it takes are.
    fn normalizes(&self) -> bool {
        false
    }

    /// Whether weights before it are scaled for the activation after it.
    fn passes_gain(&self) -> bool {
        self.keeps_values()
    }

    /// Whether statistics of the whole training part are gathered for it after the last epoch.
    fn exact_statistics(&self) -> bool {
        false
    }

    /// This op as an activation, if it is one.
    fn activation(&self) -> Option<&activation::Activation> {
        None
    }

    /// The same op, knowing that `batch_norm` follows directly (a dense layer has no bias then by default).
    fn before_batch_norm(&self) -> Option<Arc<dyn Op>> {
        None
    }

    /// The initialiser that was written for its weight: `Some(None)` is `auto`, `None`: has no such weight.
    fn weight_initializer(&self) -> Option<Option<Initializer>> {
        None
    }
}

/// Why shapes do not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShapeError {
    /// What is wrong, with the shapes.
    pub message: String,
    /// What to do, if there is a usual way.
    pub help: Option<String>,
}

/// A tensor that a layer owns.
#[derive(Clone, Debug)]
pub struct ParameterDef {
    /// The last segment of its path: `weight`.
    pub name: &'static str,
    /// Its shape in a weights file.
    pub shape: Vec<usize>,
    /// What it is.
    pub role: Role,
    /// What it begins with; `None`: the layer's initialiser or `auto`.
    pub init: Option<Initializer>,
    /// A unit's inputs and outputs, for initialisers.
    pub fans: (usize, usize),
}

/// Every layer that is not an activation. Adding one is a file and a line here.
pub static OPS: &[OpDef] = &[
    add::DEF,
    batch_norm::DEF,
    concat::DEF,
    dense::DEF,
    dropout::DEF,
    flatten::DEF,
    layer_norm::DEF,
    noise::DEF,
    reshape::DEF,
    softmax::DEF,
];

/// Layers of the language that are still to come.
pub static PLANNED: &[&str] = &["convolution", "max_pool", "average_pool", "embedding", "lstm", "gru", "attention"];

/// The layer of this name; activations are layers too.
pub fn find(name: &str) -> Option<OpDef> {
    OPS.iter().copied().find(|def| def.signature.name == name).or_else(|| activation::find(name))
}

/// The names of all layers and activations.
pub fn names() -> impl Iterator<Item = &'static str> {
    OPS.iter().map(|def| def.signature.name).chain(activation::names())
}

/// `[28, 28]`, or `a single number`.
pub fn show(shape: &[usize]) -> String {
    if shape.is_empty() { "a single number".into() } else { format!("{shape:?}") }
}
