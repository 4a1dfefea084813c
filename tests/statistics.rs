//! `batch_norm(statistics = exact)`: after each epoch the statistics are those of the whole training part.

mod support;

use std::path::Path;

use dlm::{Dataset, EpochReport, Flow, Model, Observer, Progress, Weights};
use support::Numbers;

dlm::model!("tests/corpus/models/exact.dlm");

// The same without.
dlm::model! {
    model Moving {
        input x: f32[5];
        batch_norm -> dense(7) -> batch_norm -> relu -> dropout(0.2);
        dense(6) -> batch_norm -> relu;
        dense(2);
        output y: f32[2];
    }

    train Moving {
        optimizer = nesterov(lr = 0.05);
        average   = 0.9;
        batch     = 8;
        normalize_targets = none;
    }
}

const ROWS: usize = 53;

/// Mean and variance of a column of a row-major table.
fn moments(values: &[f32], width: usize, column: usize) -> (f64, f64) {
    let column: Vec<f64> = values.iter().skip(column).step_by(width).map(|value| f64::from(*value)).collect();
    let mean = column.iter().sum::<f64>() / column.len() as f64;
    (mean, column.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / column.len() as f64)
}

fn data() -> (Vec<f32>, Dataset) {
    let mut numbers = Numbers(3);
    let x: Vec<f32> = (0..ROWS * 5).map(|_| 3.0 * numbers.next() + 1.0).collect();
    let y = numbers.list(ROWS * 2);
    let data = net::Trainer::dataset(&x, &y).expect("the data is made for the model");
    (x, data)
}

#[test]
fn statistics_of_the_first_layer_are_the_datas() {
    let (x, data) = data();
    let mut trainer = net::Trainer::new();
    trainer.fit(&data, &mut Progress::silent()).expect("the training is finite");
    let (mean, var) = (trainer.parameter("batch_norm.running_mean"), trainer.parameter("batch_norm.running_var"));
    for feature in 0..5 {
        let (expected_mean, expected_var) = moments(&x, 5, feature);
        assert!((f64::from(mean[[feature]]) - expected_mean).abs() < 1e-5, "{mean}, expected {expected_mean}");
        assert!((f64::from(var[[feature]]) - expected_var).abs() < 1e-5, "{var}, expected {expected_var}");
    }
}

#[test]
fn statistics_behind_layers_are_those_of_the_weights_that_predict() {
    let (x, data) = data();
    let mut trainer = net::Trainer::new();
    trainer.fit(&data, &mut Progress::silent()).expect("the training is finite");
    // What the second normalisation sees: the first layer's output by batches of the pass, in f64.
    let parameter = |name: &str| trainer.parameter(name);
    let (weight, gamma, beta) = (parameter("dense.weight"), parameter("batch_norm.weight"), parameter("batch_norm.bias"));
    let mut z = Vec::new();
    for batch in x.chunks(8 * 5) {
        let moments: Vec<(f64, f64)> = (0..5).map(|feature| moments(batch, 5, feature)).collect();
        for row in batch.chunks(5) {
            let normalized = |feature: usize| {
                let (mean, var) = moments[feature];
                let x = (f64::from(row[feature]) - mean) / (var + 1e-5).sqrt();
                x * f64::from(gamma[[feature]]) + f64::from(beta[[feature]])
            };
            z.extend((0..7).map(|unit| (0..5).map(|f| normalized(f) * f64::from(weight[[unit, f]])).sum::<f64>() as f32));
        }
    }
    let (mean, var) = (parameter("batch_norm_2.running_mean"), parameter("batch_norm_2.running_var"));
    for unit in 0..7 {
        let (expected_mean, expected_var) = moments(&z, 7, unit);
        assert!((f64::from(mean[[unit]]) - expected_mean).abs() < 1e-5, "{mean}, expected {expected_mean}");
        assert!((f64::from(var[[unit]]) - expected_var).abs() < 1e-4 * expected_var, "{var}, expected {expected_var}");
    }
}

/// Keeps each epoch's weights as a model.
struct Kept(Vec<Model>);

impl Observer for Kept {
    fn on_epoch(&mut self, _: &EpochReport, weights: &Weights<'_>) -> Flow {
        self.0.push(weights.model());
        Flow::Continue
    }
}

#[test]
fn the_weights_and_figures_of_each_epoch_are_with_exact_statistics() {
    let (x, data) = data();
    let (mut trainer, mut kept) = (net::Trainer::new(), Kept(Vec::new()));
    let report = trainer.fit_parts(&data, Some(&data), None, &mut kept).expect("the training is finite");
    assert_eq!(kept.0.len(), report.epochs.len());
    for (epoch, model) in report.epochs.iter().zip(&kept.0) {
        // A weights file of it is what the epoch was measured with, also that of the best epoch.
        assert_eq!(epoch.validation.as_ref(), Some(&model.evaluate(&data).expect("the data fits")), "epoch {}", epoch.epoch);
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("statistics.safetensors");
        model.save(&file).expect("it can be written");
        let mut loaded = net::Trainer::new();
        loaded.load(&file).expect("it fits");
        let mean = loaded.parameter("batch_norm.running_mean");
        for feature in 0..5 {
            let (expected, _) = moments(&x, 5, feature);
            assert!((f64::from(mean[[feature]]) - expected).abs() < 1e-5, "epoch {}: {mean}, {expected}", epoch.epoch);
        }
    }
    // Training is the same whether anybody looks.
    let mut alone = net::Trainer::new();
    alone.fit(&data, &mut Progress::silent()).expect("the training is finite");
    assert!(alone.parameters().eq(trainer.parameters()));
}

#[test]
fn nothing_else_changes_in_the_pass() {
    let (_, data) = data();
    let mut exact = net::Trainer::new();
    exact.fit(&data, &mut Progress::silent()).expect("the training is finite");
    let mut moving = moving::Trainer::new();
    let data = Dataset::from_vecs(moving.spec(), data.inputs().to_vec(), data.targets().to_vec()).expect("the same shapes");
    moving.fit(&data, &mut Progress::silent()).expect("the training is finite");
    assert_eq!(exact.updates(), moving.updates());
    for (name, values) in moving.parameters() {
        let gathered = ["batch_norm.running", "batch_norm_2.running"].iter().any(|begin| name.starts_with(begin));
        assert_eq!(exact.parameter(name) == values, !gathered, "{name}");
    }
}
