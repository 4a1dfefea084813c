//! What the compiler tells the runtime about one model and recipe. Generated code holds it as a constant; the command
//! builds it from the compiler's result.

use dlm_kernels::{Infer, Step};

pub use dlm_spec::*;

/// A compiled model and recipe: its description and its two functions.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// What it is.
    pub spec: Spec,
    /// A step from one batch, of the kind that it asks for: an update of the memory, or the gathering of gradients for a later
    /// one; returns the batch's mean loss, penalties included.
    pub step: extern "C" fn(&mut Step<'_>) -> f32,
    /// Outputs of up to `batch` rows from the parameters alone, and their mean loss (without penalties) where targets
    /// are given, else 0.
    pub infer: extern "C" fn(&mut Infer<'_>) -> f32,
}
