//! What the compiler tells the runtime about one model and recipe: plain data, made by the compiler, printed as a constant
//! of generated code or handed over by the command.

mod literal;

use std::fmt;
use std::str::FromStr;

pub use literal::{Literal, literal};

use literal::described;

described! {
    /// The description of a compiled model and recipe. Lengths and offsets count `f32`s.
    #[derive(Clone, Copy, Debug)]
    pub struct Spec {
        /// The model's name.
        pub model: &'static str,
        /// The inputs in order.
        pub inputs: &'static [InputSpec],
        /// The outputs in order.
        pub outputs: &'static [OutputSpec],
        /// Weights, statistics and normalisation, in the order of the graph. All offsets are below `parameters_len`.
        pub parameters: &'static [ParameterSpec],
        /// The optimizer's state.
        pub states: &'static [StateSpec],
        /// The rows that `step` and `infer` are compiled for; fewer run on the same buffers.
        pub batch: usize,
        /// The memory's first part: what a prediction needs.
        pub parameters_len: usize,
        /// The whole of the training memory: parameters, state, then work space.
        pub memory_len: usize,
        /// The work space of `infer`.
        pub infer_work_len: usize,
        /// Where in it `infer` leaves each output's part of the mean loss, where there are several outputs.
        pub losses: &'static [usize],
        /// β, if memory holds the point ahead Φ = θ − βm of every parameter θ whose state `.m` is m, as it does under the notes'
        /// nesterov. Weights are saved, and predict, as θ. Where the schedule changes the momentum, that is β.
        pub lookahead: Option<f64>,
        /// What a watched step measures, in the order of the graph.
        pub signals: &'static [SignalSpec],
        /// The parts of a training, in order; the first begins at once.
        pub phases: &'static [PhaseSpec],
        /// Whether a moving average of each trained parameter, its state `.average`, is what predicts and is saved.
        pub averaged: bool,
        /// Whether the mean loss of a batch is over the sum of weights, of samples and classes, rather than over samples.
        pub mean_by_weight: bool,
        /// Whether steps and evaluations take a weight for each sample, as one more target.
        pub weighted: bool,
        /// Whether steps take, after that, for each output of classes the class of the sample that each sample is mixed with, and
        /// last the share of the first, if there is such an output.
        pub mixed: bool,
        /// How it is trained.
        pub recipe: RecipeSpec,
    }
}

impl Spec {
    /// A model of nothing, by a recipe of defaults: what others are written in terms of.
    pub const EMPTY: Spec = Spec {
        model: "",
        inputs: &[],
        outputs: &[],
        parameters: &[],
        states: &[],
        batch: 1,
        parameters_len: 0,
        memory_len: 0,
        infer_work_len: 0,
        losses: &[],
        lookahead: None,
        phases: &[PhaseSpec {
            begins: Length::Steps(0.0),
            frozen: &[],
            update: 0,
            gather: None,
            watched: None,
            statistics: None,
        }],
        signals: &[],
        averaged: false,
        mean_by_weight: false,
        weighted: false,
        mixed: false,
        recipe: RecipeSpec::EMPTY,
    };
}

impl RecipeSpec {
    /// A recipe of defaults, of one epoch at a learning rate of 0.
    pub const EMPTY: RecipeSpec = RecipeSpec {
        name: "",
        optimizer: "",
        schedule: Schedule { rate: &[Token::Number(0.0)], momentum: None },
        plateau: None,
        epochs: 1,
        seed: 0,
        shuffle: false,
        drop_last: false,
        split: Split { validation: 0.0, test: 0.0, stratify: false, seed: 0 },
        augment: &[],
        normalize: Normalize::None,
        accumulate: 1,
        carries: false,
        watch: None,
        early_stop: None,
        reuse: None,
        data: None,
        validation_data: None,
        test_data: None,
    };
}

described! {
    /// An input of one sample's `shape`.
    #[derive(Clone, Copy, Debug)]
    pub struct InputSpec {
        /// Its name.
        pub name: &'static str,
        /// The shape of one sample, row-major.
        pub shape: &'static [usize],
        /// The offset of the normalisation's shift, one value a feature: `x = (raw - shift) * scale`.
        pub shift: usize,
        /// The offset of the normalisation's scale.
        pub scale: usize,
    }
}

described! {
    /// An output and what it means.
    #[derive(Clone, Copy, Debug)]
    pub struct OutputSpec {
        /// Its name.
        pub name: &'static str,
        /// What it means.
        pub kind: OutputKind,
        /// The loss's name.
        pub loss: &'static str,
        /// The weights of its classes; empty where all weigh the same.
        pub class_weights: &'static [f64],
        /// The name of the class that is yes, where the recipe says it.
        pub yes: Option<&'static str>,
        /// How its targets are normalised, where they are.
        pub normalization: Option<TargetNormalization>,
    }
}

described! {
    /// How an output's targets are normalised: `target = (raw - shift) * scale`. What the model predicts is given back in their
    /// units, `value / scale + shift`.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct TargetNormalization {
        /// What is fitted on the training part.
        pub normalize: Normalize,
        /// The offset of the shift, one value for each value of a target.
        pub shift: usize,
        /// The offset of the scale.
        pub scale: usize,
    }
}

described! {
    /// What an output means; says how its targets are given (one `f32` slice an output, row-major).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum OutputKind {
        /// One of so many classes. Target: the class's index, one value a row. Logits, or softmax probabilities.
        Class(usize),
        /// Yes or no. Target: 0 or 1, one value a row. A logit, or the sigmoid's probability.
        Binary,
        /// So many independent yes or no. Targets: 0 or 1 each.
        Flags(usize),
        /// Real numbers of this shape.
        Values(&'static [usize]),
    }
}

described! {
    /// A tensor that belongs to the model.
    #[derive(Clone, Copy, Debug)]
    pub struct ParameterSpec {
        /// Its path, such as `h1.dense.weight`.
        pub name: &'static str,
        /// Its shape in a weights file, as PyTorch has it: a dense weight is (out, in).
        pub shape: &'static [usize],
        /// Whether memory holds the transpose of the file's matrix.
        pub transposed: bool,
        /// Where it begins in memory.
        pub offset: usize,
        /// How a new model begins.
        pub init: Init,
        /// Learned by the optimizer; else a statistic.
        pub trainable: bool,
    }
}

described! {
    /// How a tensor begins, fans and gains already computed.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub enum Init {
        /// This value everywhere.
        Constant(f64),
        /// Uniform in [low, high).
        Uniform {
            /// The lower bound.
            low: f64,
            /// The upper bound.
            high: f64,
        },
        /// Normal; `truncated` redraws outside two deviations (`deviation` is that of the normal before truncation).
        Normal {
            /// The mean.
            mean: f64,
            /// The standard deviation.
            deviation: f64,
            /// Whether values beyond two deviations are redrawn.
            truncated: bool,
        },
        /// A (semi-)orthogonal matrix times `gain` (Saxe et al. 2013).
        Orthogonal {
            /// The factor.
            gain: f64,
        },
    }
}

described! {
    /// A tensor of the optimizer.
    #[derive(Clone, Copy, Debug)]
    pub struct StateSpec {
        /// The parameter's name, a dot and the optimizer's name for it: `h1.dense.weight.m`.
        pub name: &'static str,
        /// Where it begins in memory.
        pub offset: usize,
        /// Its length.
        pub len: usize,
        /// What it begins with.
        pub value: f32,
    }
}

described! {
    /// A figure that a watched step leaves in memory.
    #[derive(Clone, Copy, Debug)]
    pub struct SignalSpec {
        /// Of which activation or weight: its path.
        pub of: &'static str,
        /// What it is.
        pub figure: Figure,
        /// The values of the weight, or of one sample's activation.
        pub len: usize,
        /// Where it lies in memory.
        pub offset: usize,
    }
}

described! {
    /// What is measured.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Figure {
        /// The mean of an activation's values.
        Mean,
        /// Their standard deviation, over samples and units.
        Deviation,
        /// The standard deviation of a unit from sample to sample, the root of its mean square over units.
        Spread,
        /// The share of them at which less than a hundredth of a gradient passes.
        Flat,
        /// The share of units of which that is so for every sample of the batch.
        Dead,
        /// The norm of a weight's gradient, before penalties and clipping.
        Gradient,
        /// The norm of a weight's change beside its own.
        Update,
    }
}

described! {
    /// How a model is trained. What the kernels compute (optimizer, losses, penalties) is compiled; this is the rest.
    #[derive(Clone, Copy, Debug)]
    pub struct RecipeSpec {
        /// The recipe's name: `as NAME`, or the model's.
        pub name: &'static str,
        /// The optimizer's name.
        pub optimizer: &'static str,
        /// How the rate changes.
        pub schedule: Schedule,
        /// When it is lowered beyond that.
        pub plateau: Option<Plateau>,
        /// Passes over the training part.
        pub epochs: usize,
        /// Seeds initialisation, order, augmentation and dropout.
        pub seed: u64,
        /// Whether each epoch has its own order.
        pub shuffle: bool,
        /// Whether a last batch of fewer rows is left out.
        pub drop_last: bool,
        /// How the data is split.
        pub split: Split,
        /// What changes training samples on their way into a step, in this order, before they are normalised.
        pub augment: &'static [AugmentSpec],
        /// How inputs are normalised.
        pub normalize: Normalize,
        /// Batches whose gradients make one update.
        pub accumulate: usize,
        /// Whether gradients that an epoch leaves over are carried on to the next; else they make an update of their own.
        pub carries: bool,
        /// How often signals are measured.
        pub watch: Option<Length>,
        /// When the training ends early.
        pub early_stop: Option<EarlyStop>,
        /// Weights that it begins with.
        pub reuse: Option<Reuse>,
        /// Where the training data (or all of it) comes from.
        pub data: Option<DataSpec>,
        /// A validation part of its own.
        pub validation_data: Option<DataSpec>,
        /// A test part of its own.
        pub test_data: Option<DataSpec>,
    }
}

/// A formula in postfix notation: each token takes its operands from a stack and leaves its result there. Evaluated in `f64`.
pub type Formula = &'static [Token];

described! {
    /// How the learning rate changes.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct Schedule {
        /// The learning rate of a step.
        pub rate: Formula,
        /// The momentum of a step, where it changes too.
        pub momentum: Option<Formula>,
    }
}

described! {
    /// A part of a formula.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub enum Token {
        /// A number.
        Number(f64),
        /// The updates before this one.
        Step,
        /// The updates of an epoch; infinite while that is not known.
        StepsPerEpoch,
        /// a + b
        Add,
        /// a − b
        Sub,
        /// a·b
        Mul,
        /// a/b
        Div,
        /// a to the power b
        Pow,
        /// The natural logarithm of a.
        Ln,
        /// The greatest whole number up to a.
        Floor,
        /// The cosine of a, in radians.
        Cos,
        /// The smaller of a and b.
        Min,
        /// The greater of a and b.
        Max,
        /// Of a, b, c, d: a if c < d, else b.
        Choose,
    }
}

described! {
    /// Lowers the learning rate when a figure no longer improves.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct Plateau {
        /// The figure.
        pub monitor: Monitor,
        /// What the learning rate is multiplied by.
        pub factor: f64,
        /// After how many checks without improvement, one at the end of each epoch.
        pub patience: usize,
        /// What counts as an improvement: a change by more than this.
        pub min_delta: f64,
        /// Whether `min_delta` is a share of the best figure rather than a difference.
        pub relative: bool,
        /// Checks after a change that count nothing.
        pub cooldown: usize,
        /// The learning rate is never lowered below this.
        pub floor: f64,
    }
}

described! {
    /// Ends a training when a figure no longer improves.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct EarlyStop {
        /// The figure.
        pub monitor: Monitor,
        /// After how many checks without improvement, one at the end of each epoch.
        pub patience: usize,
        /// What counts as an improvement: a change by more than this.
        pub min_delta: f64,
        /// Whether the weights and statistics of the best epoch are given back.
        pub restore_best: bool,
    }
}

described! {
    /// A figure at the end of an epoch.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Monitor {
        /// The loss on the validation part.
        ValidationLoss,
        /// The share of right predictions on the validation part; the greater the better.
        ValidationAccuracy,
        /// The mean squared error on the validation part.
        ValidationMse,
        /// The mean absolute error on the validation part.
        ValidationMae,
        /// The mean loss of the epoch's steps.
        TrainLoss,
    }
}

described! {
    /// Weights that a training begins with.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct Reuse {
        /// The weights file, relative to the file that names it.
        pub path: &'static str,
        /// The model's tensors that are taken, and their names in the file.
        pub tensors: &'static [(&'static str, &'static str)],
    }
}

described! {
    /// A part of a training in which the same parameters are trained.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct PhaseSpec {
        /// When it begins; the first at 0.
        pub begins: Length,
        /// The names of the parameters that are not trained.
        pub frozen: &'static [&'static str],
        /// The kind of step that makes an update.
        pub update: usize,
        /// The kind of step that gathers gradients for a later update.
        pub gather: Option<usize>,
        /// The kind of step that makes an update and measures signals.
        pub watched: Option<usize>,
        /// The kind of step that gathers statistics of the whole training part after the last update.
        pub statistics: Option<usize>,
    }
}

described! {
    /// A length of training.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub enum Length {
        /// So many times the updates of an epoch.
        Epochs(f64),
        /// So many updates.
        Steps(f64),
    }
}

described! {
    /// Shares of the data held back.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct Split {
        /// For validation at the end of each epoch.
        pub validation: f64,
        /// For the test.
        pub test: f64,
        /// Whether each part has each class in the data's proportion.
        pub stratify: bool,
        /// Seeds which rows go where; independent of the recipe's seed.
        pub seed: u64,
    }
}

described! {
    /// An augmentation and what it changes.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct AugmentSpec {
        /// What it does.
        pub augmentation: Augmentation,
        /// The inputs that it changes, by their places in the model.
        pub inputs: &'static [usize],
    }
}

described! {
    /// A random change of a training sample. Images are (height, width) or (height, width, channels), values as they are read,
    /// lengths pixels.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub enum Augmentation {
        /// Moves an image by whole pixels, on each axis by up to so many either way.
        Shift {
            /// The most.
            pixels: usize,
            /// What comes in from outside.
            fill: f32,
        },
        /// Pads an image by so many pixels on each side and cuts it back to its size at a random place.
        Crop {
            /// The pixels.
            padding: usize,
            /// What they are.
            border: Border,
        },
        /// Mirrors an image.
        Flip {
            /// Whether top and bottom change places, rather than left and right.
            vertical: bool,
            /// How often.
            probability: f64,
        },
        /// Turns an image around its centre by up to so many degrees either way, bilinearly.
        Rotate {
            /// The most.
            degrees: f64,
            /// What comes in from outside.
            fill: f32,
        },
        /// Scales an image around its centre by a factor from 1 − share to 1 + share, bilinearly.
        Zoom {
            /// The share.
            share: f64,
            /// What comes in from outside.
            fill: f32,
        },
        /// Overwrites a square around a random pixel.
        Cutout {
            /// Its side.
            size: usize,
            /// What with.
            fill: f32,
        },
        /// Multiplies an image by a factor from 1 − share to 1 + share.
        Brightness {
            /// The share.
            share: f64,
        },
        /// Multiplies an image's differences from its mean by a factor from 1 − share to 1 + share.
        Contrast {
            /// The share.
            share: f64,
        },
        /// Adds a normal number to each value.
        Noise {
            /// Its standard deviation.
            std: f64,
        },
        /// Mixes a sample with another of the training part, targets as inputs: a share drawn from Beta(α, α) of it, the rest
        /// of the other.
        Mixup {
            /// α.
            alpha: f64,
        },
    }
}

described! {
    /// What lies outside of an image.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub enum Border {
        /// This value.
        Fill(f32),
        /// The pixel of the edge.
        Edge,
        /// The image mirrored at the pixel of its edge, which is not repeated.
        Reflect,
    }
}

described! {
    /// How inputs or targets are normalised, fitted on the training part alone.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub enum Normalize {
        /// As they are.
        None,
        /// Per feature to mean 0 and deviation 1; a deviation of 0 counts as 1.
        Standard,
        /// Per feature to [0, 1]; a constant feature to 0.
        MinMax,
        /// Times this factor.
        Scale(f64),
    }
}

impl fmt::Display for Normalize {
    /// As a recipe says it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Normalize::None => f.write_str("none"),
            Normalize::Standard => f.write_str("standard"),
            Normalize::MinMax => f.write_str("minmax"),
            Normalize::Scale(factor) => write!(f, "scale({factor})"),
        }
    }
}

impl FromStr for Normalize {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "none" => Ok(Normalize::None),
            "standard" => Ok(Normalize::Standard),
            "minmax" => Ok(Normalize::MinMax),
            _ => {
                let factor =
                    text.strip_prefix("scale(").and_then(|text| text.strip_suffix(')')).and_then(|text| text.parse().ok());
                factor.map(Normalize::Scale).ok_or(())
            }
        }
    }
}

described! {
    /// Where data comes from. Paths are relative to the file that names them.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub enum DataSpec {
        /// A CSV file (plain or `.gz`).
        Csv {
            /// The file.
            path: &'static str,
            /// The columns of each target, by header or by number from 0; in the order of the outputs.
            labels: &'static [&'static [&'static str]],
            /// The columns of each input in the order of the inputs; empty: all columns that are no label.
            features: &'static [&'static [&'static str]],
            /// The column of the samples' weights.
            weight: Option<&'static str>,
            /// Whether the first line names the columns; none: it does unless it may be a row.
            header: Option<bool>,
            /// What separates columns.
            delimiter: char,
        },
        /// A pair of IDX files (plain or `.gz`), as MNIST has them.
        Idx {
            /// The images: unsigned bytes or floats, samples first.
            images: &'static str,
            /// The labels: one a sample.
            labels: &'static str,
        },
    }
}

impl Normalize {
    /// Whether shift and scale are fitted to the training part, and so are known by the weights alone.
    pub fn is_fitted(self) -> bool {
        matches!(self, Self::Standard | Self::MinMax)
    }
}

impl Augmentation {
    /// What the language calls it.
    pub fn name(&self) -> &'static str {
        match self {
            Augmentation::Shift { .. } => "shift",
            Augmentation::Crop { .. } => "crop",
            Augmentation::Flip { .. } => "flip",
            Augmentation::Rotate { .. } => "rotate",
            Augmentation::Zoom { .. } => "zoom",
            Augmentation::Cutout { .. } => "cutout",
            Augmentation::Brightness { .. } => "brightness",
            Augmentation::Contrast { .. } => "contrast",
            Augmentation::Noise { .. } => "noise",
            Augmentation::Mixup { .. } => "mixup",
        }
    }
}

impl Spec {
    /// The names and widths of a row's targets: one for each output, and with `sample_weights` the sample's weight.
    pub fn target_names(&self) -> impl Iterator<Item = (&'static str, usize)> {
        let outputs = self.outputs.iter().map(|output| (output.name, output.target_width()));
        outputs.chain(self.weighted.then_some((SAMPLE_WEIGHT, 1)))
    }
}

/// What a sample's weight is called among its targets.
pub const SAMPLE_WEIGHT: &str = "sample_weight";

impl InputSpec {
    /// The values of one sample: the product of its shape.
    pub fn features(&self) -> usize {
        self.shape.iter().product()
    }
}

impl OutputSpec {
    /// A yes or no without a name: what others are written in terms of.
    pub const EMPTY: OutputSpec =
        OutputSpec { name: "", kind: OutputKind::Binary, loss: "", class_weights: &[], yes: None, normalization: None };

    /// The values of one sample's output: the product of [`shape`](Self::shape).
    pub fn width(&self) -> usize {
        self.shape().iter().product()
    }

    /// The values of one sample's target: for a class its index, else as many as the output has.
    pub fn target_width(&self) -> usize {
        match self.kind {
            OutputKind::Class(_) => 1,
            _ => self.width(),
        }
    }

    /// The shape of one sample's output: one value a class or flag, none for a yes or no.
    pub fn shape(&self) -> &[usize] {
        match &self.kind {
            OutputKind::Class(count) | OutputKind::Flags(count) => std::slice::from_ref(count),
            OutputKind::Binary => &[],
            OutputKind::Values(shape) => shape,
        }
    }
}

impl ParameterSpec {
    /// The number of values: the product of its shape.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether it holds no value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where it lies in memory.
    pub fn range(&self) -> std::ops::Range<usize> {
        self.offset..self.offset + self.len()
    }

    /// Its rows and columns as a matrix: the first axis, and the product of the rest.
    pub fn matrix(&self) -> (usize, usize) {
        let rows = self.shape.first().copied().unwrap_or(1);
        (rows, self.shape.iter().skip(1).product())
    }

    /// Copies from memory's order into the file's; both slices are as long as the parameter.
    pub fn to_file_order(&self, memory: &[f32], file: &mut [f32]) {
        let (rows, columns) = self.matrix();
        if self.transposed { transpose(memory, columns, rows, file) } else { file.copy_from_slice(memory) }
    }

    /// Copies from the file's order into memory's; both slices are as long as the parameter.
    pub fn from_file_order(&self, file: &[f32], memory: &mut [f32]) {
        let (rows, columns) = self.matrix();
        if self.transposed { transpose(file, rows, columns, memory) } else { memory.copy_from_slice(file) }
    }
}

/// The transpose of `from`, a row-major matrix of so many rows and columns.
fn transpose(from: &[f32], rows: usize, columns: usize, to: &mut [f32]) {
    assert_eq!((from.len(), to.len()), (rows * columns, rows * columns), "both hold {rows} x {columns} values");
    for (row, values) in from.chunks_exact(columns.max(1)).enumerate() {
        for (column, value) in values.iter().enumerate() {
            to[column * rows + row] = *value;
        }
    }
}
