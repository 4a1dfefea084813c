//! A checked recipe: how a model is trained, every default filled in.

use std::sync::Arc;

use crate::augment::{AugmentDef, Scope};
use crate::graph::ParameterId;
use crate::loss::Loss;
use crate::optimizer::OptimizerDef;
use crate::penalty::{ConstraintDef, PenaltyDef};
use crate::schedule::{self, Formula, ScheduleDef, Setting};
use crate::signature::{ArgumentValue, Arguments, Flavor, Length};

pub use dlm_spec::{EarlyStop, Monitor, Normalize, Plateau, Split};

use dlm_spec::Token;

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
    /// When it is lowered beyond that.
    pub plateau: Option<Plateau>,
    /// Penalties on weights.
    pub penalties: Vec<Penalty>,
    /// Constraints on weights.
    pub constraints: Vec<Constraint>,
    /// How gradients are clipped.
    pub clip: Option<Clip>,
    /// What the learning rate is multiplied by for some parameters.
    pub rate_scales: Vec<(Vec<ParameterId>, f64)>,
    /// Rows of a batch.
    pub batch: usize,
    /// Batches whose gradients make one update.
    pub accumulate: usize,
    /// The share that the moving average of weights keeps, if there is one.
    pub average: Option<f64>,
    /// How often signals are measured, if they are.
    pub watch: Option<Length>,
    /// When the training ends early.
    pub early_stop: Option<EarlyStop>,
    /// The parts of the training; the first begins at once.
    pub phases: Vec<Phase>,
    /// Weights that it begins with.
    pub reuse: Option<Reuse>,
    /// Whether each sample comes with a weight.
    pub sample_weights: bool,
    /// Whether a last batch of fewer rows is left out.
    pub drop_last: bool,
    /// Passes over the training part.
    pub epochs: usize,
    /// Seeds initialisation, order, augmentation and dropout.
    pub seed: u64,
    /// Whether each epoch has its own order.
    pub shuffle: bool,
    /// Shares held back.
    pub split: Split,
    /// What changes training samples on their way into a step, in this order.
    pub augment: Vec<Augment>,
    /// How inputs are normalised.
    pub normalize: Normalize,
    /// How each output's targets are.
    pub normalize_targets: Vec<Normalize>,
    /// The name of the class that is yes, for each output, where it is said.
    pub yes: Vec<Option<String>>,
    /// Where data comes from.
    pub data: Option<DataSource>,
    /// A validation part of its own.
    pub validation_data: Option<DataSource>,
    /// A test part of its own.
    pub test_data: Option<DataSource>,
}

impl Recipe {
    /// What the learning rate is multiplied by for a parameter.
    pub fn rate_scale(&self, id: ParameterId) -> f64 {
        self.rate_scales.iter().rfind(|(parameters, _)| parameters.contains(&id)).map_or(1.0, |(_, scale)| *scale)
    }

    /// Whether augmentation mixes samples.
    pub fn mixes(&self) -> bool {
        self.augment.iter().any(|augment| augment.def.scope == Scope::Samples)
    }

    /// The lengths that the training ends before: what each is, and how long it is. Epochs are compared with epochs; what counts
    /// in updates, with those of an epoch, where they are known.
    pub fn unreached(&self, updates_per_epoch: Option<f64>) -> Vec<Unreached> {
        let ends = |length: Length| match length {
            Length::Epochs(count) => count >= self.epochs as f64,
            Length::Steps(count) => updates_per_epoch.is_some_and(|updates| count >= self.epochs as f64 * updates),
        };
        let warmup = self.schedule.warmup.map(|(length, _)| Unreached { setting: "warmup", length });
        let thaws = self.phases.iter().skip(1).map(|phase| Unreached { setting: "unfreeze", length: phase.begins });
        let boundaries = match self.schedule.arguments.get("rates") {
            Some(ArgumentValue::Boundaries(boundaries)) => boundaries.as_slice(),
            _ => &[],
        };
        let rates = boundaries.iter().map(|(length, _)| Unreached { setting: "schedule", length: *length });
        warmup.into_iter().chain(thaws).chain(rates).filter(|found| ends(found.length)).collect()
    }

    /// The momentum of a step, if the schedule changes it.
    pub fn momentum(&self) -> Option<Formula> {
        self.optimizer.def.momentum?;
        self.schedule.momentum(self.optimizer.learning_rate())
    }
}

/// A length that the training ends before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unreached {
    /// The setting that it stands in: `warmup`, `unfreeze` or `schedule`.
    pub setting: &'static str,
    /// The length.
    pub length: Length,
}

impl Unreached {
    /// What comes of it, in a training of so many epochs of so many updates, where those are known.
    pub fn message(&self, epochs: usize, updates_per_epoch: Option<f64>) -> String {
        let length = crate::summary::show_length(self.length);
        let effect = match self.setting {
            "warmup" => "the learning rate never comes to the end of its warm-up",
            "unfreeze" => "the layer stays frozen",
            _ => "the rate is never used",
        };
        let training = match (self.length, updates_per_epoch) {
            (Length::Steps(_), Some(updates)) => format!("{} updates", epochs as f64 * updates),
            _ => format!("{epochs} epoch{}", if epochs == 1 { "" } else { "s" }),
        };
        format!("{effect}: `{}` says {length}, and the training ends after {training}", self.setting)
    }
}

/// A part of a training in which the same parameters are frozen.
#[derive(Clone, Debug, PartialEq)]
pub struct Phase {
    /// When it begins; the first at 0.
    pub begins: Length,
    /// What it does not train.
    pub frozen: Vec<ParameterId>,
}

/// Weights that a training begins with.
#[derive(Clone, Debug, PartialEq)]
pub struct Reuse {
    /// The file.
    pub path: String,
    /// The tensors that are taken, each by its name in the file.
    pub tensors: Vec<(ParameterId, String)>,
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

    /// Whether what is held and differentiated is the point ahead, Φ = θ − βm, while θ is what predicts and is saved.
    pub fn looks_ahead(&self) -> bool {
        self.def.lookahead && self.arguments.flavor == Flavor::Notes
    }

    /// β of the points ahead, where the schedule does not change it.
    pub fn lookahead(&self) -> Option<f64> {
        self.looks_ahead().then(|| self.arguments.number("beta"))
    }
}

/// How the learning rate changes.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// Its definition.
    pub def: &'static ScheduleDef,
    /// Its arguments.
    pub arguments: Arguments,
    /// What comes before it: the rate goes up from the number within the length.
    pub warmup: Option<(Length, f64)>,
}

impl Schedule {
    /// The learning rate of a step, beginning with `base`.
    pub fn rate(&self, base: f64) -> Formula {
        self.formula(base, self.def.rate)
    }

    /// The momentum of a step, if it changes.
    pub fn momentum(&self, base: f64) -> Option<Formula> {
        // The momentum has no warm-up: it waits.
        let momentum = self.def.momentum?;
        let Some((length, _)) = self.warmup else { return Some(self.formula(base, momentum)) };
        let at = |step: Formula| momentum(&Setting { arguments: &self.arguments, base, step });
        Some(schedule::after(length, at))
    }

    fn formula(&self, base: f64, formula: fn(&Setting<'_>) -> Formula) -> Formula {
        let at = |step: Formula| formula(&Setting { arguments: &self.arguments, base, step });
        match self.warmup {
            None => at(Token::Step.into()),
            Some((length, start)) => schedule::warmed_up(length, start, at),
        }
    }
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

/// An augmentation of some inputs.
#[derive(Clone, Debug)]
pub struct Augment {
    /// Which.
    pub def: &'static AugmentDef,
    /// Its arguments.
    pub arguments: Arguments,
    /// The inputs that it changes.
    pub inputs: Vec<usize>,
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
        /// The column of the samples' weights.
        weight: Option<String>,
        /// Whether the first line names the columns; none: it does unless it may be a row.
        header: Option<bool>,
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
