#![doc = include_str!("../README.md")]

pub use dlm_runtime::data;
pub use dlm_runtime::monitor;
pub use dlm_runtime::spec;
pub use dlm_runtime::{
    BatchReport, Dataset, EpochReport, Error, Evaluation, FeatureNames, Flow, Guesses, Judged, Labels, Level, Metric, Model,
    Observer, OutputMetrics, Pace, Progress, Report, Signal, Signals, Start, Trainer, Weights, ndarray,
};

/// Compiles a model: makes a module of each `model` of a `.dlm` file, or of the text itself.
///
/// ```
/// dlm::model!("examples/digits.dlm");        // relative to the root of the package
///
/// dlm::model! {
///     model Xor {
///         input bits: f32[2];
///         dense(4) -> tanh -> dense(1);
///         output differ: binary;
///     }
///
///     train Xor {
///         optimizer = adam(lr = 0.05);
///         batch     = 4;
///     }
/// }
///
/// let mut trainer = xor::Trainer::new();
/// for _ in 0..500 {
///     trainer.step(&[0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0], &[0.0, 1.0, 1.0, 0.0]);
/// }
/// let model: xor::Xor = trainer.model();
/// let probability = model.predict(dlm::ndarray::array![[0.0, 1.0]].view());
/// assert!(probability[0] > 0.9);
/// # let _ = digits::Trainer::new;
/// ```
///
/// The module of `model Digits` is `digits`. It holds
/// - `Trainer`, which is made by `new()` or `with_seed(u64)`, takes one batch with `step` and whole data with `fit`, and is
///   otherwise a [`Trainer`];
/// - `Digits`, which is made by `Trainer::model`, `load` or `from_bytes`, predicts any number of rows with `predict`, one sample in
///   arrays of fixed sizes with `predict_one`, and is otherwise a [`Model`];
/// - of a model with several inputs or outputs, what these take and give by name: `Inputs` and `Outputs`, and for one sample
///   `InputsOfOne` and `OutputsOfOne`;
/// - where a recipe has `reuse`, `Trainer::reuse(path)` and `reuse_bytes`, which begin with weights of a file;
/// - for each recipe after the first, `train Digits as FineTune`, a module `fine_tune` that holds the same;
/// - `PROGRAM`, the compiled network and its description.
///
/// Errors and lints of a text are underlined where they are. Those of a file are shown with its lines, at the path; the crate is
/// compiled again when the file changes, and the data files that a recipe names are not read.
#[macro_export]
macro_rules! model {
    ($($tokens:tt)*) => {
        $crate::__rt::model! { $crate $($tokens)* }
    };
}

/// What generated code names; no part of the public interface.
#[doc(hidden)]
pub mod __rt {
    pub use dlm_kernels as kernels;
    pub use dlm_macros::model;
    pub use dlm_runtime as runtime;

    /// What a model with errors has in place of its program.
    pub const EMPTY_PROGRAM: runtime::Program = runtime::Program { spec: runtime::Spec::EMPTY, step: no_step, infer: no_infer };

    extern "C" fn no_step(_: &mut kernels::Step<'_>) -> f32 {
        0.0
    }

    extern "C" fn no_infer(_: &mut kernels::Infer<'_>) -> f32 {
        0.0
    }
}
