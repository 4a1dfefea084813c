//! A checked recipe: how a model is trained, every default filled in.

use std::sync::Arc;

use crate::graph::ParameterId;
use crate::loss::Loss;
use crate::optimizer::OptimizerDef;
use crate::penalty::{ConstraintDef, PenaltyDef};
use crate::signature::{Arguments, Flavor, Length};

/// How a model is trained.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// `as NAME`; `None` for a model's first recipe.
    pub name: Option<String>,
    /// Its `///` docs.
    pub docs: Vec<String>,
    /// The codes of the lints that the file silences at its top, before the recipe or before one of its settings: for what
    /// is only known once the data is.
    pub allows: Vec<String>,
    /// Whether the file holds it; else all is default.
    pub written: bool,
    /// Whose conventions hold.
    pub flavor: Flavor,
    /// A loss for each output, in their order.
    pub losses: Vec<OutputLoss>,
    /// The optimizer.
    pub optimizer: Optimizer,
    /// How its rate changes.
    pub schedule: Schedule,
    /// Penalties on weights.
    pub penalties: Vec<Penalty>,
    /// Constraints on weights.
    pub constraints: Vec<Constraint>,
    /// How gradients are clipped.
    pub clip: Option<Clip>,
    /// Rows of a batch.
    pub batch: usize,
    /// Whether a last batch of fewer rows is left out.
    pub drop_last: bool,
    /// Passes over the training part.
    pub epochs: usize,
    /// Seeds initialisation, order and dropout.
    pub seed: u64,
    /// Whether each epoch has its own order.
    pub shuffle: bool,
    /// Shares held back.
    pub split: Split,
    /// How inputs are normalised.
    pub normalize: Normalize,
    /// Where data comes from.
    pub data: Option<DataSource>,
    /// A validation part of its own.
    pub validation_data: Option<DataSource>,
    /// A test part of its own.
    pub test_data: Option<DataSource>,
}

/// The loss of one output.
#[derive(Clone, Debug)]
pub struct OutputLoss {
    /// The loss.
    pub loss: Arc<dyn Loss>,
    /// Its arguments.
    pub arguments: Arguments,
    /// Its factor in the sum.
    pub weight: f64,
}

/// An optimizer with its arguments.
#[derive(Clone, Debug)]
pub struct Optimizer {
    /// Its definition.
    pub def: &'static OptimizerDef,
    /// Its arguments; `lr` among them.
    pub arguments: Arguments,
}

impl Optimizer {
    /// η₀.
    pub fn learning_rate(&self) -> f64 {
        self.arguments.number("lr")
    }

    /// β, if what is held and differentiated is the point ahead, Φ = θ − βm, while θ is what predicts and is saved.
    pub fn lookahead(&self) -> Option<f64> {
        let ahead = self.def.lookahead && self.arguments.flavor == Flavor::Notes;
        ahead.then(|| self.arguments.number("beta"))
    }
}

/// How the learning rate changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Schedule {
    /// It does not.
    Constant,
    /// η₀·rate^(s/every).
    Exponential {
        /// The factor.
        rate: f64,
        /// How often it applies.
        every: Length,
        /// Whether the exponent is floored.
        staircase: bool,
    },
}

/// A penalty on some parameters.
#[derive(Clone, Debug)]
pub struct Penalty {
    /// Which.
    pub def: &'static PenaltyDef,
    /// Its arguments.
    pub arguments: Arguments,
    /// On which tensors.
    pub parameters: Vec<ParameterId>,
}

/// A constraint on some parameters, kept after each update.
#[derive(Clone, Debug)]
pub struct Constraint {
    /// Which.
    pub def: &'static ConstraintDef,
    /// Its arguments.
    pub arguments: Arguments,
    /// On which tensors.
    pub parameters: Vec<ParameterId>,
}

/// How gradients are clipped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Clip {
    /// Every element to ±c.
    Value(f64),
    /// Every tensor to norm c.
    Norm(f64),
    /// All of them together to norm c.
    GlobalNorm(f64),
}

/// Shares of the data held back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Split {
    /// For validation.
    pub validation: f64,
    /// For the test.
    pub test: f64,
    /// Whether each part has the data's proportion of classes.
    pub stratify: bool,
    /// Seeds which rows go where.
    pub seed: u64,
}

/// How inputs are normalised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Normalize {
    /// As they are.
    None,
    /// Per feature to mean 0, deviation 1.
    Standard,
    /// Per feature to [0, 1].
    MinMax,
    /// Times a factor.
    Scale(f64),
}

/// Where data comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum DataSource {
    /// A CSV file.
    Csv {
        /// The file.
        path: String,
        /// The columns of each output's targets, in the order of the outputs.
        labels: Vec<Vec<String>>,
        /// The columns of each input; empty: all that are no label.
        features: Vec<Vec<String>>,
        /// Whether the first line names the columns.
        header: bool,
        /// What separates columns.
        delimiter: char,
    },
    /// A pair of IDX files.
    Idx {
        /// The images.
        images: String,
        /// The labels.
        labels: String,
    },
}
