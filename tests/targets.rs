//! Targets in large units, losses of several outputs, and weights that bring a normalisation of their own.

mod support;

use std::path::{Path, PathBuf};

use dlm::ndarray::{Array1, Array2, ArrayD};
use dlm::{Dataset, Evaluation, Progress, Report};
use support::Numbers;

dlm::model! {
    /// Of a mass in grams.
    model Mass {
        input x: f32[3];
        dense(16) -> relu;
        dense(1);
        output mass: f32[1];
    }

    train Mass {
        normalize = standard;
        split     = (test = 0.25);
        epochs    = 200;
    }

    train Mass as Raw like Mass { normalize_targets = none; }
    train Mass as Bounded like Mass { normalize_targets = minmax; normalize = minmax; }

    /// Outputs with denominators of their own.
    model Several {
        input x: f32[4];
        h: dense(6) -> tanh;
        a: h -> dense(3);
        b: h -> dense(1);
        c: h -> dense(2);
        output kind: class[3] = a;
        output sure: binary = b;
        output size: f32[2] = c;
    }

    train Several {
        losses         = [(kind, cross_entropy(class_weights = [1, 5, 0.5])), (sure, binary_cross_entropy, 0.5), (size, mse, 2)];
        sample_weights = true;
        batch          = 8;
        epochs         = 2;
    }

    train Several as Larger like Several { batch = 29; }
    train Several as Smaller like Several { batch = 5; }
    train Several as Keras like Several { flavor = keras; normalize_targets = standard; }
    train Several as KerasSmaller like Keras { batch = 5; }
}

const ROWS: usize = 160;

/// Masses around 4,200 g with a deviation of some 800 g.
fn masses() -> (Vec<f32>, Vec<f32>) {
    let x = Numbers(5).list(ROWS * 3);
    let mass = x.chunks(3).map(|x| 4200.0 + 1100.0 * x[0] - 700.0 * x[1] + 400.0 * x[0] * x[2]);
    (x.clone(), mass.collect())
}

/// A weights file of its own for each test.
fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("targets-{name}.safetensors"))
}

fn test_part(report: &Report) -> &Evaluation {
    report.test.as_ref().expect("a share is held back for it")
}

#[test]
fn a_regression_in_large_units_learns_with_all_defaults() {
    let (x, y) = masses();
    let data = mass::Trainer::dataset(&x, &y).expect("the data is made for the model");
    let mut trainer = mass::Trainer::new();
    let report = trainer.fit(&data, &mut Progress::silent()).expect("the training is finite");
    let test = test_part(&report);
    assert!(test.get("r2").expect("masses vary") > 0.9, "{test}");
    assert!(report.verdict.is_empty(), "{:?}", report.verdict);
    // The metrics are in grams, the loss of targets of deviation 1.
    let scale = f64::from(trainer.parameter("normalize.mass.scale")[[0]]);
    let (mse, loss) = (test.get("mse").expect("a number"), test.loss);
    assert!((mse * scale * scale / loss - 1.0).abs() < 1e-4, "mse {mse}, loss {loss}");
    // What the metrics are of is what the model predicts.
    let parts = dlm::data::split(&data, &trainer.spec().recipe.split).expect("there are rows");
    let rows: Array2<f32> = Array2::from_shape_fn((parts.test.len(), 3), |(row, column)| x[parts.test[row] * 3 + column]);
    let predicted = trainer.model().predict(rows.view());
    let errors = parts.test.iter().zip(&predicted).map(|(row, found)| f64::from(*found) - f64::from(y[*row]));
    let by_hand = errors.map(|error| error * error).sum::<f64>() / parts.test.len() as f64;
    assert!((by_hand / mse - 1.0).abs() < 1e-9, "{by_hand}, {mse}");
    // Without it the model is worse than the mean of the masses, and that is said.
    let mut raw = mass::raw::Trainer::new();
    let data = mass::raw::Trainer::dataset(&x, &y).expect("the data is made for the model");
    let report = raw.fit(&data, &mut Progress::silent()).expect("the training is finite");
    assert!(test_part(&report).get("r2").expect("masses vary") < -1.0, "{}", test_part(&report));
    assert_eq!(report.verdict.len(), 1);
    assert!(report.verdict[0].contains("the mean of the training targets of `mass`"), "{:?}", report.verdict);
}

#[test]
fn shift_and_scale_are_those_of_the_training_part() {
    let (x, y) = masses();
    let fitted = |trainer: &dlm::Trainer| {
        let [shift, scale] = ["normalize.mass.shift", "normalize.mass.scale"].map(|name| trainer.parameter(name)[[0]]);
        (f64::from(shift), f64::from(scale))
    };
    let mut trainer = mass::Trainer::new();
    // Steps alone see targets as they are.
    assert_eq!(fitted(&trainer), (0.0, 1.0));
    trainer.step(&x[..6], &y[..2]);
    assert_eq!(fitted(&trainer), (0.0, 1.0));
    let data = mass::Trainer::dataset(&x, &y).expect("the data is made for the model");
    trainer.fit(&data, &mut Progress::silent()).expect("the training is finite");
    let train = dlm::data::split(&data, &trainer.spec().recipe.split).expect("there are rows").train;
    let masses: Vec<f64> = train.iter().map(|row| f64::from(y[*row])).collect();
    let mean = masses.iter().sum::<f64>() / masses.len() as f64;
    let deviation = (masses.iter().map(|mass| (mass - mean) * (mass - mean)).sum::<f64>() / masses.len() as f64).sqrt();
    assert_eq!(fitted(&trainer), (f64::from(mean as f32), f64::from((1.0 / deviation) as f32)));
    let mut bounded = mass::bounded::Trainer::new();
    let data = mass::bounded::Trainer::dataset(&x, &y).expect("the data is made for the model");
    bounded.fit(&data, &mut Progress::silent()).expect("the training is finite");
    let (least, greatest) = masses.iter().fold((f64::MAX, f64::MIN), |(low, high), mass| (low.min(*mass), high.max(*mass)));
    assert_eq!(fitted(&bounded), (least, f64::from((1.0 / (greatest - least)) as f32)));
}

#[test]
fn weights_keep_the_normalisation_of_their_training() {
    let [normalized, raw] = ["normalized", "raw"].map(file);
    let (x, y) = masses();
    let data = mass::Trainer::dataset(&x, &y).expect("the data is made for the model");
    let mut trainer = mass::Trainer::new();
    trainer.fit(&data, &mut Progress::silent()).expect("the training is finite");
    trainer.save(&normalized).expect("it can be written");
    let rows: Array2<f32> = Array2::from_shape_fn((4, 3), |(row, column)| x[row * 3 + column]);
    let predicted = trainer.model().predict(rows.view());
    assert!(predicted.iter().all(|mass| (1000.0..9000.0).contains(mass)), "{predicted}");
    assert_eq!(mass::Mass::load(&normalized).expect("it fits").predict(rows.view()), predicted);
    // A second training goes on with what the first one fitted.
    let mut again = mass::Trainer::new();
    again.load(&normalized).expect("it fits");
    again.fit(&data, &mut Progress::silent()).expect("the training is finite");
    assert_eq!(again.parameter("normalize.mass.shift"), trainer.parameter("normalize.mass.shift"));
    // A recipe without it has no room for it, and says which setting it is.
    let error = mass::raw::Trainer::new().load(&normalized).unwrap_err().to_string();
    assert!(error.contains("`normalize.mass.scale` is in the file, but not in the model: write `normalize_targets`"), "{error}");
    // Weights that predict grams do so under a recipe with it, but cannot be trained further as if they did not.
    let mut without = mass::raw::Trainer::new();
    let raw_data = mass::raw::Trainer::dataset(&x, &y).expect("the data is made for the model");
    without.fit(&raw_data, &mut Progress::silent()).expect("the training is finite");
    without.save(&raw).expect("it can be written");
    assert_eq!(mass::Mass::load(&raw).expect("it fits").predict(rows.view()), without.model().predict(rows.view()));
    let mut trainer = mass::Trainer::new();
    trainer.load(&raw).expect("it fits");
    let error = trainer.fit(&data, &mut Progress::silent()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the weights predict `mass` in its own units, and the recipe says `normalize_targets = standard`"
    );
    assert_eq!((error.code(), error.help().as_deref()), ("E319", Some("write `normalize_targets = none`")));
    // What other weights bring afterwards counts.
    trainer.load(&normalized).expect("it fits");
    trainer.fit(&data, &mut Progress::silent()).expect("the training is finite");
}

#[test]
fn a_recipe_that_says_another_normalisation_of_inputs_is_refused() {
    let path = file("other");
    let (x, y) = masses();
    let mut trainer = mass::Trainer::new();
    let data = mass::Trainer::dataset(&x, &y).expect("the data is made for the model");
    trainer.fit(&data, &mut Progress::silent()).expect("the training is finite");
    trainer.save(&path).expect("it can be written");
    let mut bounded = mass::bounded::Trainer::new();
    bounded.load(&path).expect("it fits");
    let data = mass::bounded::Trainer::dataset(&x, &y).expect("the data is made for the model");
    let error = bounded.fit(&data, &mut Progress::silent()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the recipe says `normalize = minmax`, and the weights were trained with `normalize = standard`"
    );
    assert!(error.help().expect("there is a way out").contains("leave `normalize` out"));
}

/// Inputs; classes, yes or no, sizes and weights.
fn several_data() -> (Vec<f32>, Vec<Vec<f32>>) {
    let mut numbers = Numbers(9);
    let x = numbers.list(ROWS * 4);
    let kind: Vec<f32> = (0..ROWS).map(|row| (row * row % 3) as f32).collect();
    let sure: Vec<f32> = x.chunks(4).map(|x| f32::from(u8::from(x[0] > 0.2))).collect();
    let size: Vec<f32> = x.chunks(4).flat_map(|x| [100.0 * x[1] + 7.0, x[2] - x[3]]).collect();
    let weights = (0..ROWS).map(|row| if row % 7 == 0 { 5.0 } else { 0.25 * (row % 3) as f32 }).collect();
    (x, vec![kind, sure, size, weights])
}

/// The loss by hand, in `f64`, from what a model predicts: for each output Σwℓ over Σw, or over the number of rows.
fn by_hand(model: &dlm::Model, trainer: &dlm::Trainer, by_weight: bool) -> f64 {
    let (x, targets) = several_data();
    let x = ArrayD::from_shape_vec(vec![ROWS, 4], x).expect("so many values");
    let outputs = model.predict_all(&[x.view()], false);
    let weight = |row: usize| f64::from(targets[3][row]);
    let mean = |of_class: &dyn Fn(usize) -> f64, loss: &dyn Fn(usize) -> f64| {
        let sum: f64 = (0..ROWS).map(|row| weight(row) * of_class(row) * loss(row)).sum();
        let weights: f64 = (0..ROWS).map(|row| weight(row) * of_class(row)).sum();
        sum / if by_weight { weights } else { ROWS as f64 }
    };
    let class = |row: usize| targets[0][row] as usize;
    let cross_entropy = |row: usize| {
        let logit = |class: usize| f64::from(outputs[0][[row, class]]);
        (0..3).map(|class| logit(class).exp()).sum::<f64>().ln() - logit(class(row))
    };
    let binary = |row: usize| {
        let logit = f64::from(outputs[1][[row]]);
        if targets[1][row] == 1.0 { (-logit).exp().ln_1p() } else { logit.exp().ln_1p() }
    };
    let scale: Array1<f32> = trainer.parameter("normalize.size.scale").into_dimensionality().expect("one axis");
    let squared = |row: usize| {
        let error = |at: usize| (f64::from(outputs[2][[row, at]]) - f64::from(targets[2][row * 2 + at])) * f64::from(scale[at]);
        (error(0) * error(0) + error(1) * error(1)) / 2.0
    };
    mean(&|row| [1.0, 5.0, 0.5][class(row)], &cross_entropy) + 0.5 * mean(&|_| 1.0, &binary) + 2.0 * mean(&|_| 1.0, &squared)
}

#[test]
fn a_loss_of_several_outputs_does_not_depend_on_the_batch() {
    let path = file("several");
    let (x, targets) = several_data();
    let data = |trainer: &dlm::Trainer| {
        Dataset::from_vecs(trainer.spec(), vec![x.clone()], targets.clone()).expect("the data is made for the model")
    };
    let mut trainer = several::Trainer::new();
    let samples = data(&trainer);
    let report = trainer.fit(&samples, &mut Progress::silent()).expect("the training is finite");
    trainer.save(&path).expect("it can be written");
    let expected = by_hand(&trainer.model(), &trainer, true);
    let (mut larger, mut smaller) = (several::larger::Trainer::new(), several::smaller::Trainer::new());
    larger.load(&path).expect("it fits");
    smaller.load(&path).expect("it fits");
    let losses = [
        report.train.loss,
        trainer.evaluate(&data(&trainer)).expect("the data fits").loss,
        larger.evaluate(&data(&larger)).expect("the data fits").loss,
        smaller.evaluate(&data(&smaller)).expect("the data fits").loss,
    ];
    for loss in losses {
        assert!((loss / expected - 1.0).abs() < 1e-6, "{losses:?}, by hand {expected}");
    }
    // Keras divides by the number of samples.
    let mut keras = several::keras::Trainer::new();
    let samples = data(&keras);
    keras.fit(&samples, &mut Progress::silent()).expect("the training is finite");
    keras.save(&path).expect("it can be written");
    let mut smaller = several::keras_smaller::Trainer::new();
    smaller.load(&path).expect("it fits");
    let expected = by_hand(&keras.model(), &keras, false);
    for loss in [keras.evaluate(&data(&keras)).expect("fits").loss, smaller.evaluate(&data(&smaller)).expect("fits").loss] {
        assert!((loss / expected - 1.0).abs() < 1e-6, "{loss}, by hand {expected}");
    }
}
