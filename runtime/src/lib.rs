//! What trains and runs a model that dlm compiled: data, training loop, metrics, weights files. It knows nothing of the
//! language: a [`Program`] says all there is to know of a model.

mod augment;
mod clock;
mod draws;
mod error;
mod fit;
mod guess;
mod infer;
mod init;
mod memory;
mod metrics;
mod model;
mod pool;
mod ports;
mod progress;
mod report;
mod shape;
mod signals;
mod suggest;
mod trainer;
mod weights;
mod weights_file;

pub mod data;
pub mod monitor;
pub mod room;
pub mod schedule;
pub mod spec;
#[doc(hidden)]
pub mod typed;
pub mod whole;

pub use data::{Dataset, FeatureNames, Labels};
pub use dlm_kernels::Level;
pub use error::Error;
pub use guess::Judged;
pub use metrics::{Evaluation, Metric, OutputMetrics};
pub use model::Model;
pub use ndarray;
pub use progress::{BatchReport, Flow, Observer, Progress, Start};
pub use report::{EpochReport, Guesses, Report, duration};
pub use signals::{Pace, Signal, Signals};
pub use spec::*;
pub use trainer::Trainer;
pub use weights::{Weights, names_of_reused};
