//! Runs a compiled model and the reference interpreter side by side and compares all that they compute, bit for bit.

use dlm_compiler::compile::Compiled;
use dlm_compiler::interpret::{Call, Interpreter};
use dlm_runtime::{Level, Trainer};

use super::reference::Reference;
use super::{Numbers, parameters, slices};

fn assert_same(what: &str, found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len(), "{what}: lengths");
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        let same = found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan();
        assert!(same, "{what}[{index}]: generated code has {found:e}, the interpreter {expected:e}");
    }
}

/// The number of samples, then for each input its samples, for each output its targets.
type Batch = (usize, Vec<Vec<f32>>, Vec<Vec<f32>>);

/// The updates of an epoch, for what counts in epochs.
const UPDATES_PER_EPOCH: u64 = 2;

/// The batches of a run: full ones and short ones.
fn batches(compiled: &Compiled<'_>, steps: u64) -> Vec<Batch> {
    let batch = compiled.unit.recipe.batch;
    let mut numbers = Numbers(7);
    let rows = |step| match step % 4 {
        1 => batch.div_ceil(2),
        2 => 1,
        _ => batch,
    };
    (0..steps)
        .map(|step| {
            let (inputs, targets) = numbers.batch(compiled.unit, rows(step));
            (rows(step), inputs, targets)
        })
        .collect()
}

/// What the interpreter computes in a step.
pub struct Expected {
    pub loss: f32,
    /// Every tensor of the layout after it, as a model predicts with them.
    tensors: Vec<Vec<f32>>,
    /// The figures of the last watched step.
    signals: Vec<(String, f32)>,
}

/// A trainer that normalises, inputs and targets: what has shift 0 and scale 1 would hide where they belong.
pub fn beginning(program: &'static dlm_runtime::Program) -> Trainer {
    let mut trainer = Trainer::new(program);
    let mut numbers = Numbers(13);
    for parameter in program.spec.parameters.iter().filter(|parameter| !parameter.trainable) {
        let Some(statistic) = parameter.name.strip_prefix("normalize.").and_then(|name| name.rsplit('.').next()) else {
            continue;
        };
        let values = numbers.list(parameter.len());
        match statistic {
            "shift" => trainer.set_parameter(parameter.name, &values),
            "scale" => trainer.set_parameter(parameter.name, &values.iter().map(|value| 1.25 + value / 2.0).collect::<Vec<_>>()),
            _ => {}
        }
    }
    trainer
}

/// What the interpreter computes: for each step the loss, and every tensor of the model after it.
pub fn interpreted(compiled: &Compiled<'_>, trainer: &Trainer, steps: u64) -> Vec<Expected> {
    let mut reference = Reference::<f32>::new(compiled, trainer, Some(UPDATES_PER_EPOCH));
    let batches = batches(compiled, steps);
    let steps = (0..).zip(&batches).map(|(draw, (rows, inputs, targets))| {
        let loss = reference.step((*rows, inputs, targets), false, draw, trainer.seed());
        Expected { loss, tensors: reference.predicting(), signals: reference.signals() }
    });
    steps.collect()
}

/// Runs the steps of generated code and compares all that it computes.
pub fn compare(
    name: &str,
    compiled: &Compiled<'_>,
    program: &'static dlm_runtime::Program,
    level: Level,
    threads: usize,
    expected: &[Expected],
) {
    let mut trainer = beginning(program).with_limit(level).with_threads(threads);
    trainer.set_steps_per_epoch(UPDATES_PER_EPOCH);
    let batches = batches(compiled, expected.len() as u64);
    for (step, ((_, inputs, targets), expected)) in batches.iter().zip(expected).enumerate() {
        let loss = trainer.step(&slices(inputs), &slices(targets));
        assert_same(&format!("{name}, step {step}: loss"), &[loss], &[expected.loss]);
        let found = parameters(compiled, &trainer);
        for (place, (found, expected)) in compiled.layout.tensors.iter().zip(found.iter().zip(&expected.tensors)) {
            if let Some(found) = found {
                assert_same(&format!("{name}, step {step}: {}", place.tensor.name), found, expected);
            }
        }
        if let Some(signals) = trainer.signals() {
            for signal in &signals.figures {
                let name_of = format!("{}.{:?}", signal.of, signal.figure);
                let expected = expected.signals.iter().find(|(name, _)| *name == name_of).expect("it is measured").1;
                assert_same(&format!("{name}, step {step}: {name_of}"), &[signal.value], &[expected]);
            }
        }
    }
    compare_predictions(name, compiled, &trainer, level, threads);
}

/// Predictions of several numbers of rows, logits and probabilities.
fn compare_predictions(name: &str, compiled: &Compiled<'_>, trainer: &Trainer, level: Level, threads: usize) {
    let model = trainer.model().with_limit(level).with_threads(threads);
    let mut interpreter = Interpreter::<f32>::new(&compiled.prediction);
    let mut held = parameters(compiled, trainer).into_iter().flatten();
    interpreter.tensors.iter_mut().for_each(|tensor| *tensor = held.next().expect("a prediction has parameters alone"));
    let mut numbers = Numbers(11);
    for rows in [1, 2, compiled.unit.recipe.batch, compiled.unit.recipe.batch + 3] {
        let (inputs, targets) = numbers.batch(compiled.unit, rows);
        let (inputs, targets) = (slices(&inputs), slices(&targets));
        let call = Call { inputs: &inputs, targets: &targets, rows, ..Call::default() };
        let values = interpreter.run(&call);
        if rows <= compiled.unit.recipe.batch {
            let data = dlm_runtime::Dataset::new(model.spec(), &inputs, &targets).expect("the data is made for the model");
            let found = model.evaluate(&data).expect("the data is made for the model").loss as f32;
            // Several outputs' are summed by the runtime, over all batches.
            let expected = match compiled.prediction.losses.as_slice() {
                [] => values[compiled.prediction.loss.expect("a prediction has a loss").0][0],
                losses => losses.iter().map(|id| f64::from(values[id.0][0])).sum::<f64>() as f32,
            };
            assert_same(&format!("{name}, loss of {rows} rows"), &[found], &[expected]);
        }
        for (ids, probabilities) in [(&compiled.prediction.outputs, false), (&compiled.prediction.probabilities, true)] {
            let mut found: Vec<Vec<f32>> = ids.iter().map(|id| vec![0.0; rows * compiled.prediction.extent(*id).rows]).collect();
            let mut outputs: Vec<&mut [f32]> = found.iter_mut().map(Vec::as_mut_slice).collect();
            if probabilities {
                model.predict_into(&inputs, &mut outputs)
            } else {
                model.predict_logits_into(&inputs, &mut outputs)
            }
            for (id, found) in ids.iter().zip(&found) {
                let features = compiled.prediction.extent(*id).rows;
                let value = &values[id.0];
                let expected: Vec<f32> = (0..rows * features).map(|at| value[at % features * rows + at / features]).collect();
                assert_same(&format!("{name}, {rows} rows, probabilities {probabilities}"), found, &expected);
            }
        }
    }
}
