//! Where the tests touch what is not in every build yet: each function is one seam, and says what it needs. A seam that is not
//! wired fails loudly.

use dlm_compiler::compile::Compiled;
use dlm_runtime::{Trainer, schedule};
use serde_json::Value;

/// One batch as a case gives it.
pub struct Batch<'a> {
    pub inputs: &'a [&'a [f32]],
    pub targets: &'a [&'a [f32]],
    /// One a sample, where the recipe says `sample_weights = true`.
    pub weights: Option<&'a [f32]>,
    /// Whether it is the last of its epoch: then gradients that are left over make an update (`accumulate`; not in flavour keras).
    pub ends_epoch: bool,
}

/// Trains on a batch; returns its loss.
///
/// Needs: a step with weights of samples, and for steps outside of `fit` a way to say that an epoch ends.
pub fn step(trainer: &mut Trainer, batch: &Batch<'_>) -> f32 {
    assert!(batch.weights.is_none(), "weights of samples are not wired");
    let loss = trainer.step(batch.inputs, batch.targets);
    if batch.ends_epoch {
        end_epoch(trainer);
    }
    loss
}

/// Needs: what `fit` does at the end of an epoch with gradients that are left over.
fn end_epoch(_trainer: &mut Trainer) {}

/// β of the next step's momentum or nesterov, β₁ of its adam, where the schedule sets it (`one_cycle`).
///
/// Needs: the trainer's, beside its learning rate.
pub fn momentum(_trainer: &Trainer) -> Option<f64> {
    None
}

/// Whether the interpreter can be run beside in f64 as `Exact` does, one `Call` a step.
///
/// Needs: weights of samples and the schedule's β in `Call`; for accumulated gradients, averages and layers that learn later,
/// whatever the training graph makes of them, in `Exact::step` and `Exact::parameter`.
pub fn runs_in_f64(case: &Value, oracle: &Value) -> bool {
    case.get("sample_weights").is_none() && oracle.get("momenta").is_none() && oracle.get("updates").is_none()
}

/// The learning rate, and β where the schedule sets it, when `s` updates are done.
///
/// Needs: the momentum of `one_cycle`, the warm-up.
pub fn schedule(compiled: &Compiled<'_>, s: u64) -> (f64, Option<f64>) {
    let recipe = dlm_cli::spec::spec(compiled).recipe;
    (schedule::rate(&recipe.schedule, recipe.learning_rate, s, u64::MAX), None)
}

/// What a plateau has made of a rate of 1 after each epoch with this metric.
///
/// Needs: the runtime's rule.
pub fn plateau(_compiled: &Compiled<'_>, _metrics: &[f64]) -> Vec<f64> {
    unimplemented!("the rule of `plateau` is not wired")
}

/// The epoch after which early stopping ends a training with these metrics, if it does, and the best epoch; from 1.
///
/// Needs: the runtime's rule.
pub fn early_stop(_compiled: &Compiled<'_>, _metrics: &[f64]) -> (Option<u64>, u64) {
    unimplemented!("the rule of `early_stop` is not wired")
}
