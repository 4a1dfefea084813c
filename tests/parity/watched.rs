//! Cases that go by `fit`, which evaluates a validation part after each epoch and acts on its loss.

use dlm_compiler::compile::Compiled;
use dlm_runtime::{Dataset, Progress};
use serde_json::Value;

use crate::{Case, RATE_TOLERANCE, Run, compare_parameters, compare_predictions, flavor, numbers, singles, trainer};

/// Trains by `fit`, watched by the loss of the validation part, and compares every epoch and what is given back at the end.
pub fn follow<'a>(case: &'a Case, compiled: &Compiled<'_>, program: &'static dlm_runtime::Program) -> Run<'a> {
    let (flavor, expected) = (flavor(compiled.unit), &case.expected);
    let oracle = &expected["runs"][flavor];
    let mut run = Run::new(case, flavor);
    let mut trainer = trainer(case, program);
    let part = |part: &Value| {
        let (x, y) = (singles(&part["x"]), singles(&part["y"]));
        Dataset::new(trainer.spec(), &[&x], &[&y]).expect("the data is made for the model")
    };
    let (data, validation) = (part(expected), part(&expected["validation"]));
    let report = trainer.fit_parts(&data, Some(&validation), None, &mut Progress::silent()).expect("the training is finite");
    let (rates, losses) = (numbers(&oracle["rates"]), numbers(&oracle["losses"]));
    let metrics = numbers(&oracle["validation_losses"]);
    let rows: Vec<f64> = expected["order"].as_array().expect("a list").iter().map(|rows| numbers(rows).len() as f64).collect();
    let steps = expected["steps_per_epoch"].as_u64().expect("a number") as usize;
    assert_eq!(report.epochs.len(), metrics.len(), "{}, {flavor}: epochs until it stopped", case.name);
    for (index, epoch) in report.epochs.iter().enumerate() {
        let of_epoch = index * steps..(index + 1) * steps;
        let sum: f64 = of_epoch.clone().map(|step| losses[step] * rows[step]).sum();
        let mean = sum / of_epoch.clone().map(|step| rows[step]).sum::<f64>();
        let place = |what: &str| format!("{what} of epoch {}", index + 1);
        let rate = rates[of_epoch.end - 1];
        let near = (epoch.learning_rate - rate).abs() <= RATE_TOLERANCE * rate;
        assert!(near, "{}, {flavor}, {}: {}, the oracle's {rate}", case.name, place("rate"), epoch.learning_rate);
        run.compare(&place("loss"), &[epoch.train_loss as f32], None, &[mean]);
        let found = epoch.validation.as_ref().expect("there is a validation part").loss as f32;
        run.compare(&place("validation loss"), &[found], None, &[metrics[index]]);
    }
    compare_parameters(&mut run, &trainer, None, &oracle["parameters"], "the training");
    compare_predictions(&mut run, &trainer, &singles(&expected["x"]), oracle);
    run
}
