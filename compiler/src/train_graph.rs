//! The training graph: forward, backward and update as operations on whole tensors, each computed once. Every tensor
//! is a matrix of rows by columns: activations are (features × batch), dense weights (in × out), biases (units × 1),
//! one figure a sample (1 × batch), a loss (1 × 1).
//!
//! Naming law: the gradient of `x` is `d_x`.

use std::fmt;
use std::sync::Arc;

use crate::expr::Expr;
use crate::graph::{NodeId, ParameterId};
use dlm_spec::Figure;

/// An index into [`TrainGraph::values`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ValueId(pub usize);

/// An index into [`TrainGraph::tensors`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TensorId(pub usize);

/// How many columns a value has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Columns {
    /// One: it is the same for a whole row.
    One,
    /// One a sample of the batch.
    Batch,
    /// This many.
    Fixed(usize),
}

/// The size of a value.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Extent {
    /// Rows: features or units; the inputs of a weight.
    pub rows: usize,
    /// Columns: samples; the units of a weight.
    pub columns: Columns,
}

impl Extent {
    /// `rows` by `columns`.
    pub const fn new(rows: usize, columns: Columns) -> Self {
        Self { rows, columns }
    }
}

impl fmt::Debug for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.columns {
            Columns::One => write!(f, "[{}]", self.rows),
            Columns::Batch => write!(f, "[{} x batch]", self.rows),
            Columns::Fixed(columns) => write!(f, "[{} x {columns}]", self.rows),
        }
    }
}

/// An operation.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// An input, normalised: (raw − shift)·scale, one sample a column.
    Input {
        /// Which.
        input: usize,
        /// The normalisation's shift, one a feature.
        shift: ValueId,
        /// The normalisation's scale, one a feature.
        scale: ValueId,
    },
    /// One sample of an input as it was given, one row; in predictions of one sample only.
    Raw(usize),
    /// The targets of an output, one sample a column; beyond the outputs what [`ExtraTargets`](crate::lower::ExtraTargets) says.
    Target(usize),
    /// What a tensor held before the step.
    Read(TensorId),
    /// Numbers that never change, one a row.
    Constants(Arc<[f32]>),
    /// `left · right`, either transposed. Each element is summed along the shared index in order by fused multiply-add,
    /// in panels of 256.
    Product {
        /// The left factor.
        left: ValueId,
        /// Whether its transpose is meant.
        left_transposed: bool,
        /// The right factor.
        right: ValueId,
        /// Whether its transpose is meant.
        right_transposed: bool,
    },
    /// An expression of the elements of the operands; those with one row or column are repeated.
    Map {
        /// The expression.
        expr: Expr,
        /// Its operands.
        operands: Vec<ValueId>,
    },
    /// The sum of each row: 16 strided lanes, then a balanced tree.
    SumColumns(ValueId),
    /// The sum of each column, in the same order.
    SumRows(ValueId),
    /// The greatest of each column.
    MaxRows(ValueId),
    /// The greatest of each row.
    MaxColumns(ValueId),
    /// Draws from [0, 1) by Philox, keyed by the recipe's seed and this stream, counted by step, row and column.
    Uniform {
        /// The stream.
        stream: u32,
    },
    /// The rows of the operands, one after the other.
    Concat(Vec<ValueId>),
    /// Some rows of a value; or of a value of one row some columns.
    Slice {
        /// Of which.
        of: ValueId,
        /// The first row or column.
        start: usize,
        /// Which of the two.
        along: Along,
    },
}

/// One of the two ways through a matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Along {
    /// From row to row.
    Rows,
    /// From column to column.
    Columns,
}

impl Operation {
    /// What it is computed from.
    pub fn operands(&self) -> Vec<ValueId> {
        match self {
            Self::Raw(_) | Self::Target(_) | Self::Read(_) | Self::Constants(_) | Self::Uniform { .. } => Vec::new(),
            Self::Input { shift, scale, .. } => vec![*shift, *scale],
            Self::Product { left, right, .. } => vec![*left, *right],
            Self::Map { operands, .. } | Self::Concat(operands) => operands.clone(),
            Self::SumColumns(x) | Self::SumRows(x) | Self::MaxRows(x) | Self::MaxColumns(x) | Self::Slice { of: x, .. } => {
                vec![*x]
            }
        }
    }

    /// The operand of which the transpose is read.
    pub fn transposed(&self) -> Option<ValueId> {
        match self {
            Self::Product { right, right_transposed: true, .. } => Some(*right),
            _ => None,
        }
    }

    /// The operands of which anything but the transpose is read. `x · xᵀ` reads both of `x`.
    pub fn direct(&self) -> Vec<ValueId> {
        match self {
            Self::Product { left, right_transposed: true, .. } => vec![*left],
            _ => self.operands(),
        }
    }

    /// The same operation on other operands.
    pub fn renamed(&self, rename: &impl Fn(ValueId) -> ValueId) -> Operation {
        match self {
            Self::Raw(_) | Self::Target(_) | Self::Read(_) | Self::Constants(_) | Self::Uniform { .. } => self.clone(),
            Self::Input { input, shift, scale } => Self::Input { input: *input, shift: rename(*shift), scale: rename(*scale) },
            Self::Product { left, left_transposed, right, right_transposed } => Self::Product {
                left: rename(*left),
                left_transposed: *left_transposed,
                right: rename(*right),
                right_transposed: *right_transposed,
            },
            Self::Map { expr, operands } => {
                Self::Map { expr: expr.clone(), operands: operands.iter().map(|id| rename(*id)).collect() }
            }
            Self::Concat(operands) => Self::Concat(operands.iter().map(|id| rename(*id)).collect()),
            Self::SumColumns(x) => Self::SumColumns(rename(*x)),
            Self::SumRows(x) => Self::SumRows(rename(*x)),
            Self::MaxRows(x) => Self::MaxRows(rename(*x)),
            Self::MaxColumns(x) => Self::MaxColumns(rename(*x)),
            Self::Slice { of, start, along } => Self::Slice { of: rename(*of), start: *start, along: *along },
        }
    }
}

/// A value: an operation, its size, and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// How it is computed.
    pub operation: Operation,
    /// Its size.
    pub extent: Extent,
    /// What to call it.
    pub name: String,
    /// The layer that it belongs to.
    pub origin: Option<NodeId>,
}

/// A tensor that lasts from step to step.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Its path: `h1.dense.weight`, and with a state's name `h1.dense.weight.m`.
    pub name: String,
    /// Its size; a dense weight is (in × out).
    pub extent: Extent,
    /// What it is.
    pub kind: TensorKind,
}

/// What a tensor is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TensorKind {
    /// Part of the model.
    Parameter(ParameterId),
    /// An input's normalisation shift.
    Shift(usize),
    /// An input's normalisation scale.
    Scale(usize),
    /// The optimizer's, beginning with this value.
    State(ParameterId, f32),
    /// A figure that a watched step leaves: of a weight or an activation's values, and how many of them there are.
    Signal(Figure, usize),
}

/// A tensor's new value. All writes take effect at the end of the step: every read sees what was there before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Write {
    /// The tensor.
    pub tensor: TensorId,
    /// What it will hold.
    pub value: ValueId,
}

/// What a step, or a prediction, computes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrainGraph {
    /// The tensors of model and optimizer.
    pub tensors: Vec<Tensor>,
    /// The values, operands before what is computed from them.
    pub values: Vec<Value>,
    /// Scalars of the step, computed in `f64` before everything else and rounded once.
    pub scalars: Vec<Expr>,
    /// The tensors' new values.
    pub writes: Vec<Write>,
    /// Each output's value: logits where it has probabilities.
    pub outputs: Vec<ValueId>,
    /// Each output's probabilities, or its value again; prediction only.
    pub probabilities: Vec<ValueId>,
    /// The mean loss; with penalties in training.
    pub loss: Option<ValueId>,
    /// The gradient of each trained parameter, before penalties and clipping; training only.
    pub gradients: Vec<(ParameterId, ValueId)>,
}

impl TrainGraph {
    /// A value.
    pub fn value(&self, id: ValueId) -> &Value {
        &self.values[id.0]
    }

    /// The size of a value.
    pub fn extent(&self, id: ValueId) -> Extent {
        self.values[id.0].extent
    }
}
