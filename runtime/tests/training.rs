//! Steps, epochs and what they report.

mod common;

use std::collections::BTreeSet;

use common::{BATCH, BETA, LINEAR, SEEN, dataset, linear, panic_message, recording_step, samples};
use dlm_kernels::Step;
use dlm_runtime::data::split;
use dlm_runtime::ndarray::{Array2, array};
use dlm_runtime::{
    BatchReport, Dataset, EarlyStop, EpochReport, Error, FeatureNames, Flow, Formula, Length, Monitor, Normalize, Observer,
    ParameterSpec, PhaseSpec, Plateau, Progress, Report, Reuse, Schedule, Signals, Split, Start, Token, Trainer, Weights,
};

static PROGRAM: dlm_runtime::Program = LINEAR;

/// What a training tells, and where it is to stop.
#[derive(Default)]
struct Log {
    start: Option<Start>,
    batches: Vec<BatchReport>,
    epochs: Vec<EpochReport>,
    ends: usize,
    notes: Vec<String>,
    signals: Vec<u64>,
    stop_at_step: Option<usize>,
    stop_after_epoch: Option<usize>,
}

impl Observer for Log {
    fn on_start(&mut self, start: &Start) {
        self.start = Some(start.clone());
    }

    fn on_note(&mut self, note: &str) {
        assert!(self.start.is_some() && self.batches.is_empty());
        self.notes.push(note.to_owned());
    }

    fn on_batch(&mut self, batch: &BatchReport) -> Flow {
        self.batches.push(*batch);
        if self.stop_at_step == Some(self.batches.len()) { Flow::Stop } else { Flow::Continue }
    }

    fn on_signals(&mut self, signals: &Signals) {
        self.signals.push(signals.update);
    }

    fn on_epoch(&mut self, epoch: &EpochReport, _: &Weights<'_>) -> Flow {
        self.epochs.push(epoch.clone());
        if self.stop_after_epoch == Some(epoch.epoch) { Flow::Stop } else { Flow::Continue }
    }

    fn on_end(&mut self, _: &Report) {
        self.ends += 1;
    }
}

fn parameters(trainer: &Trainer) -> Vec<u32> {
    trainer.parameters().flat_map(|(_, values)| values.into_iter().map(f32::to_bits)).collect()
}

#[test]
fn a_step_is_one_update_and_returns_its_loss() {
    let mut trainer = Trainer::new(&PROGRAM);
    trainer.set_parameter("dense.weight", &[1.0, 2.0]);
    trainer.set_parameter("dense.bias", &[0.5]);
    // Errors 1 and -1.5: gradients of the mean of squares are e₀·x₀ + e₁·x₁, and e₀ + e₁ for the bias.
    let loss = trainer.step(&[&[1.0, 0.0, 0.0, 1.0]], &[&[0.5, 4.0]]);
    assert_eq!(loss, (1.0 + 2.25) / 2.0);
    assert_eq!(trainer.parameter("dense.weight").into_raw_vec_and_offset().0, [1.0 - 0.05, 2.0 + 0.05 * 1.5]);
    assert_eq!(trainer.parameter("dense.bias")[[0]], 0.5 + 0.05 * 0.5);
    assert_eq!((trainer.updates(), trainer.learning_rate()), (1, 0.05));
}

#[test]
fn a_step_names_what_is_wrong_with_its_arguments() {
    let mut trainer = Trainer::new(&PROGRAM);
    let mut message = |inputs: &[&[f32]], targets: &[&[f32]]| panic_message(|| trainer.step(inputs, targets));
    assert_eq!(message(&[], &[&[1.0]]), "the model Linear has 1 input, found 0");
    assert_eq!(message(&[&[1.0; 2]], &[]), "the model Linear has 1 target, found 0");
    assert_eq!(message(&[&[1.0; 5]], &[&[1.0; 2]]), "input `x`: 2 rows of f32[2] are 4 values, found 5");
    assert_eq!(message(&[&[1.0; 4]], &[&[1.0; 3]]), "target `y`: 2 rows of 1 value are 2 values, found 3");
    assert_eq!(message(&[&[]], &[&[]]), "the model Linear is compiled for 1 to 4 rows a step, found 0");
    assert_eq!(message(&[&[1.0; 10]], &[&[1.0; 5]]), "the model Linear is compiled for 1 to 4 rows a step, found 5");
    let mut classifier = Trainer::new(&common::CLASSIFIER);
    assert_eq!(classifier.step(&[&[1.0; 6]], &[&[0.0, 2.0, 1.0]]), 1.0);
    let mut message = |class: f32| panic_message(|| classifier.step(&[&[1.0; 4]], &[&[2.0, class]]));
    assert_eq!(message(3.0), "target `kind`: row 1 holds 3, which is none of 3 classes, counted from 0");
    assert!(message(-1.0).contains("row 1 holds -1"));
    assert!(message(0.5).contains("row 1 holds 0.5"));
    assert!(message(f32::NAN).contains("row 1 holds NaN"));
    assert_eq!(
        panic_message(|| trainer.parameter("dense.wieght")),
        "Linear has no parameter `dense.wieght`; did you mean `dense.weight`?"
    );
    let message = panic_message(|| trainer.set_parameter("dense.weight", &[1.0]));
    assert_eq!(message, "`dense.weight` has shape (1, 2), 2 values; found 1");
}

#[test]
fn a_column_that_is_constant_but_for_rounding_is_told_of_and_not_blown_up() {
    let near = f32::from_bits(0.3_f32.to_bits() + 1);
    let data = Dataset::new(&common::LINEAR.spec, &[&[0.3, 1.0, near, 2.0, 0.3, 3.0]], &[&[1.0, 2.0, 3.0]]).unwrap();
    let names = FeatureNames::new(vec![["same", "other"].map(str::to_owned).to_vec()]);
    for normalize in [Normalize::Standard, Normalize::MinMax] {
        let program = linear(|program| program.spec.recipe.normalize = normalize);
        let (mut trainer, mut log) = (Trainer::new(program), Log::default());
        trainer.fit(&data.clone().with_features(names.clone()).unwrap(), &mut log).unwrap();
        let what = "is constant but for rounding: it is centred, and not divided by its deviation";
        assert_eq!(log.notes, [format!("column `same` {what}")]);
        assert_eq!(trainer.parameter("normalize.x.scale")[[0]], 1.0);
        let (mut trainer, mut log) = (Trainer::new(program), Log::default());
        trainer.fit(&data, &mut log).unwrap();
        assert_eq!(log.notes, [format!("feature 0 (from 0) of input `x` {what}")]);
        // Fitted once, told once.
        trainer.fit(&data, &mut log).unwrap();
        assert_eq!(log.notes.len(), 1);
    }
    let (mut trainer, mut log) = (Trainer::new(&PROGRAM), Log::default());
    trainer.fit(&data, &mut log).unwrap();
    assert_eq!(log.notes, [""; 0]);
}

#[test]
fn fit_learns_and_reports_each_epoch() {
    let program = linear(|program| program.spec.recipe.split = Split { validation: 0.2, test: 0.1, stratify: false, seed: 0 });
    let mut trainer = Trainer::new(program);
    trainer.measure_training(true);
    let mut log = Log::default();
    let report = trainer.fit(&dataset(30), &mut log).unwrap();
    let start = log.start.unwrap();
    assert_eq!((start.train_rows, start.validation_rows, start.test_rows), (21, 6, 3));
    assert_eq!((start.epochs, start.steps_per_epoch, start.batch, start.model), (20, 6, BATCH, "Linear"));
    assert_eq!((log.batches.len(), log.epochs.len(), log.ends), (120, 20, 1));
    assert_eq!(log.epochs, report.epochs);
    assert_eq!(log.batches[5].rows, 1, "21 rows are five batches and one row");
    assert_eq!((log.batches[5].samples, log.batches[6].samples, log.batches[6].epoch), (21, 4, 2));
    let (first, last) = (&report.epochs[0], &report.epochs[19]);
    assert!(last.train_loss < 1e-3 && first.train_loss > 0.1, "{first} … {last}");
    assert_eq!((last.epoch, last.steps, last.learning_rate), (20, 6, 0.05));
    assert_eq!(last.train.as_ref(), Some(&report.train));
    assert_eq!(last.validation, report.validation);
    let (validation, test) = (report.validation.unwrap(), report.test.unwrap());
    assert_eq!((report.train.rows, validation.rows, test.rows, report.stopped), (21, 6, 3, false));
    assert!(test.get("mse").unwrap() < 1e-3 && test.get("mae").unwrap() < 0.03, "{test}");
    assert!((test.loss - test.get("mse").unwrap()).abs() < 1e-7 && test.accuracy().is_none(), "{test}");
    assert_eq!(trainer.updates(), 120);
}

#[test]
fn an_epochs_loss_weighs_by_samples() {
    let program = linear(|program| (program.spec.recipe.schedule.rate, program.spec.recipe.epochs) = (&[Token::Number(0.0)], 1));
    let mut trainer = Trainer::new(program);
    let mut log = Log::default();
    let report = trainer.fit(&dataset(2 * BATCH + 1), &mut log).unwrap();
    // Nothing is learned at rate 0, so that what was met is what is evaluated.
    let epoch = &report.epochs[0];
    assert!((epoch.train_loss - report.train.loss).abs() < 1e-6, "{} {}", epoch.train_loss, report.train.loss);
    let weighed: f64 = log.batches.iter().map(|batch| batch.loss * batch.rows as f64).sum::<f64>() / 9.0;
    assert_eq!(epoch.train_loss, weighed);
    assert_eq!(log.batches[2].mean_loss, weighed);
}

#[test]
fn equal_seeds_train_equally_on_any_threads_and_other_seeds_do_not() {
    let run = |seed, threads| {
        let mut trainer = Trainer::with_seed(&PROGRAM, seed).with_threads(threads);
        trainer.fit(&dataset(50), &mut Progress::silent()).unwrap();
        assert_eq!((trainer.threads(), trainer.seed()), (threads, seed));
        parameters(&trainer)
    };
    let one = run(3, 1);
    assert_eq!(one, run(3, 1));
    assert_eq!(one, run(3, 2));
    assert_eq!(one, run(3, 3));
    assert_ne!(one, run(4, 1));
}

/// The targets of all batches of a training of so many rows whose targets number them.
fn batches(rows: usize, change: impl FnOnce(&mut dlm_runtime::RecipeSpec)) -> Vec<Vec<f32>> {
    let program = linear(|program| {
        (program.step, program.spec.recipe.schedule.rate) = (recording_step, &[Token::Number(0.0)]);
        change(&mut program.spec.recipe);
    });
    let numbers: Vec<f32> = (0..rows).map(|row| row as f32).collect();
    let data = Dataset::from_vecs(&program.spec, vec![vec![0.5; 2 * rows]], vec![numbers]).unwrap();
    SEEN.take();
    Trainer::new(program).fit(&data, &mut Progress::silent()).unwrap();
    SEEN.take()
}

#[test]
fn every_epoch_has_its_own_order_which_the_seed_decides() {
    let order = |seed| batches(10, |recipe| (recipe.seed, recipe.epochs) = (seed, 3)).concat();
    let epochs = order(1);
    let epochs: Vec<&[f32]> = epochs.chunks(10).collect();
    for epoch in &epochs {
        let mut sorted = epoch.to_vec();
        sorted.sort_by(f32::total_cmp);
        assert_eq!(sorted, (0..10).map(|row| row as f32).collect::<Vec<_>>());
    }
    assert!(epochs[0] != epochs[1] && epochs[1] != epochs[2] && epochs[0] != epochs[2], "{epochs:?}");
    assert_eq!(order(1), epochs.concat());
    assert_ne!(order(2), epochs.concat());
}

#[test]
fn without_shuffling_rows_come_in_their_order() {
    let seen = batches(10, |recipe| (recipe.shuffle, recipe.epochs) = (false, 2));
    let lengths: Vec<usize> = seen.iter().map(Vec::len).collect();
    assert_eq!(lengths, [4, 4, 2, 4, 4, 2]);
    let once: Vec<f32> = (0..10).map(|row| row as f32).collect();
    assert_eq!(seen.concat(), [once.clone(), once].concat());
}

#[test]
fn a_short_last_batch_can_be_dropped() {
    let seen = batches(10, |recipe| (recipe.drop_last, recipe.epochs) = (true, 2));
    assert_eq!(seen.iter().map(Vec::len).collect::<Vec<_>>(), [4; 4]);
    assert_eq!(batches(8, |recipe| (recipe.drop_last, recipe.epochs) = (true, 1)).len(), 2);
    let program = linear(|program| program.spec.recipe.drop_last = true);
    let error = Trainer::new(program).fit(&dataset(3), &mut Progress::silent()).unwrap_err();
    assert_eq!((error.code(), error.to_string().as_str()), ("E308", "3 rows for training do not fill one batch of 4"));
}

#[test]
fn what_is_held_back_is_never_trained_on() {
    let shares = Split { validation: 0.2, test: 0.3, stratify: false, seed: 5 };
    let seen = batches(20, |recipe| (recipe.split, recipe.epochs) = (shares, 3));
    let parts = split(&dataset(20), &shares).unwrap();
    let seen: BTreeSet<usize> = seen.concat().iter().map(|row| *row as usize).collect();
    assert_eq!(seen, parts.train.into_iter().collect());
}

#[test]
fn parts_of_their_own_leave_all_rows_for_training() {
    let program = linear(|program| {
        program.spec.recipe.split = Split { validation: 0.5, test: 0.4, stratify: false, seed: 0 };
        program.spec.recipe.epochs = 1;
    });
    let mut log = Log::default();
    let mut trainer = Trainer::new(program);
    let report = trainer.fit_parts(&dataset(10), Some(&dataset(3)), Some(&dataset(2)), &mut log).unwrap();
    assert_eq!(log.start.unwrap().train_rows, 10);
    assert_eq!((report.validation.unwrap().rows, report.test.unwrap().rows), (3, 2));
    let report = trainer.fit_parts(&dataset(10), None, Some(&dataset(2)), &mut Progress::silent()).unwrap();
    assert_eq!((report.train.rows, report.validation.unwrap().rows, report.test.unwrap().rows), (5, 5, 2));
}

#[test]
fn an_observer_stops_within_an_epoch_or_after_one() {
    let mut trainer = Trainer::new(&PROGRAM);
    let mut log = Log { stop_at_step: Some(4), ..Log::default() };
    let report = trainer.fit(&dataset(12), &mut log).unwrap();
    assert_eq!((report.stopped, report.epochs.len(), trainer.updates(), log.ends), (true, 1, 4, 1));
    // The last step of an epoch ends it.
    let mut log = Log { stop_at_step: Some(3), ..Log::default() };
    let report = Trainer::new(&PROGRAM).fit(&dataset(12), &mut log).unwrap();
    assert_eq!((report.stopped, report.epochs.len()), (true, 1));
    let mut log = Log { stop_after_epoch: Some(2), ..Log::default() };
    let report = Trainer::new(&PROGRAM).fit(&dataset(12), &mut log).unwrap();
    assert_eq!((report.stopped, report.epochs.len(), log.batches.len()), (true, 2, 6));
    // After the last epoch there is nothing left to stop.
    let mut log = Log { stop_after_epoch: Some(20), ..Log::default() };
    assert!(!Trainer::new(&PROGRAM).fit(&dataset(12), &mut log).unwrap().stopped);
    let mut log = Log { stop_at_step: Some(60), ..Log::default() };
    assert!(!Trainer::new(&PROGRAM).fit(&dataset(12), &mut log).unwrap().stopped);
}

extern "C" fn loss_breaks_at_8(call: &mut Step<'_>) -> f32 {
    let (loss, update) = (common::linear_step(call), call.updates[0]);
    if update == 8 {
        call.memory[0] = f32::NAN;
    }
    if update == 8 { f32::INFINITY } else { loss }
}

extern "C" fn weight_breaks_at_9(call: &mut Step<'_>) -> f32 {
    let (loss, update) = (common::linear_step(call), call.updates[0]);
    if update == 9 {
        call.memory[1] = f32::NEG_INFINITY;
    }
    loss
}

#[test]
fn what_is_not_finite_stops_and_gives_back_the_last_good_epoch() {
    let two_epochs = linear(|program| program.spec.recipe.epochs = 2);
    let mut good = Trainer::new(two_epochs);
    good.fit(&dataset(12), &mut Progress::silent()).unwrap();
    let breaking = |step| linear(|program| program.step = step);
    let mut trainer = Trainer::new(breaking(loss_breaks_at_8));
    let error = trainer.fit(&dataset(12), &mut Progress::silent()).unwrap_err();
    assert_eq!(error.to_string(), "the loss became inf in epoch 3 at step 8 (batch 2 of the epoch)");
    assert!(error.help().unwrap().starts_with("the weights are those at the end of epoch 2"), "{:?}", error.help());
    assert_eq!(parameters(&trainer), parameters(&good));
    assert_eq!((trainer.updates(), error.code()), (6, "E309"));

    let mut trainer = Trainer::new(breaking(weight_breaks_at_9));
    let error = trainer.fit(&dataset(12), &mut Progress::silent()).unwrap_err();
    let Error::NotFinite { what, value, epoch, restored, .. } = &error else { panic!("{error}") };
    assert_eq!((what.as_str(), *value, *epoch, *restored), ("dense.weight", f32::NEG_INFINITY, 3, 2));
    assert_eq!(parameters(&trainer), parameters(&good));
}

extern "C" fn weight_breaks_at_8(call: &mut Step<'_>) -> f32 {
    let loss = common::linear_step(call);
    if call.updates[0] == 8 {
        call.memory[0] = f32::NAN;
    }
    loss
}

#[test]
fn a_training_that_is_stopped_leaves_no_weights_that_are_not_finite() {
    let two_epochs = linear(|program| program.spec.recipe.epochs = 2);
    let mut good = Trainer::new(two_epochs);
    good.fit(&dataset(12), &mut Progress::silent()).unwrap();
    let mut trainer = Trainer::new(linear(|program| program.step = weight_breaks_at_8));
    let error = trainer.fit(&dataset(12), &mut Log { stop_at_step: Some(8), ..Log::default() }).unwrap_err();
    let Error::NotFinite { what, epoch, batch, restored, .. } = &error else { panic!("{error}") };
    assert_eq!((what.as_str(), *epoch, *batch, *restored), ("dense.weight", 3, 2, 2));
    assert_eq!((trainer.updates(), parameters(&trainer)), (6, parameters(&good)));
}

#[test]
fn normalisation_is_fitted_on_the_training_part_alone_and_kept() {
    let program = linear(|program| {
        program.spec.recipe.split = Split { validation: 0.2, test: 0.2, stratify: false, seed: 0 };
        (program.spec.recipe.normalize, program.spec.recipe.epochs) = (Normalize::Standard, 1);
    });
    let (mut x, y) = samples(20);
    let parts = split(&dataset(20), &program.spec.recipe.split).unwrap();
    parts.validation.iter().chain(&parts.test).for_each(|row| x[2 * row..][..2].fill(1e6));
    let data = Dataset::new(&program.spec, &[&x], &[&y]).unwrap();
    let mut trainer = Trainer::new(program);
    trainer.fit(&data, &mut Progress::silent()).unwrap();
    let mean = parts.train.iter().map(|row| f64::from(x[2 * row])).sum::<f64>() / parts.train.len() as f64;
    let square = |row: &usize| (f64::from(x[2 * row]) - mean).powi(2);
    let deviation = (parts.train.iter().map(square).sum::<f64>() / parts.train.len() as f64).sqrt();
    let (shift, scale) = (trainer.parameter("normalize.x.shift"), trainer.parameter("normalize.x.scale"));
    assert!((f64::from(shift[[0]]) - mean).abs() < 1e-6, "{shift} {mean}");
    assert!((f64::from(scale[[0]]) - 1.0 / deviation).abs() < 1e-5, "{scale} {deviation}");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.safetensors");
    trainer.save(&path).unwrap();
    let mut tuned = Trainer::new(program);
    tuned.load(&path).unwrap();
    let other: Vec<f32> = x.iter().map(|x| 10.0 * x + 3.0).collect();
    tuned.fit(&Dataset::new(&program.spec, &[&other], &[&y]).unwrap(), &mut Progress::silent()).unwrap();
    assert_eq!(tuned.parameter("normalize.x.shift"), shift, "what weights bring is kept");
    assert_eq!(tuned.model().spec().model, "Linear");
}

#[test]
fn a_schedule_by_epochs_follows_fits_epochs() {
    use dlm_runtime::Token::{Div, Floor, Mul, Number, Pow, Step, StepsPerEpoch};
    let program = linear(|program| {
        program.spec.recipe.epochs = 3;
        // 0.05·0.5^⌊s/steps of an epoch⌋
        let rate: Formula = &[Number(0.05), Number(0.5), Step, StepsPerEpoch, Div, Floor, Pow, Mul];
        program.spec.recipe.schedule = Schedule { rate, momentum: None };
    });
    let mut log = Log::default();
    let mut trainer = Trainer::new(program);
    trainer.fit(&dataset(6), &mut log).unwrap();
    let rates: Vec<f64> = log.batches.iter().map(|batch| batch.learning_rate).collect();
    assert_eq!(rates, [0.05, 0.05, 0.025, 0.025, 0.0125, 0.0125]);
    assert_eq!(trainer.learning_rate(), 0.00625);
    let mut stepping = Trainer::new(program);
    (0..5).for_each(|_| assert!(stepping.step(&[&[0.0; 2]], &[&[0.0]]).is_finite()));
    assert_eq!(stepping.learning_rate(), 0.05, "nobody said how many steps an epoch has");
    stepping.set_steps_per_epoch(5);
    assert_eq!(stepping.learning_rate(), 0.025);
}

/// Nesterov's momentum as the notes have it, held as the point ahead: m ← βm + ηg, Φ ← Φ - ηg - βm.
extern "C" fn lookahead_step(call: &mut Step<'_>) -> f32 {
    let before = [call.memory[7], call.memory[8], call.memory[9]];
    let loss = common::linear_step(call);
    for (i, before) in before.into_iter().enumerate() {
        // That was Φ - m = Φ - βm₋₁ - ηg.
        call.memory[i] += BETA * (before - call.memory[7 + i]);
    }
    loss
}

#[test]
fn under_look_ahead_weights_are_those_that_predict() {
    let program = linear(|program| (program.step, program.spec.lookahead) = (lookahead_step, Some(f64::from(BETA))));
    let mut trainer = Trainer::new(program);
    let (x, y) = samples(BATCH);
    (0..5).for_each(|_| assert!(trainer.step(&[&x], &[&y]).is_finite()));
    let weight = trainer.parameter("dense.weight");
    let model = trainer.model();
    let predicted: Array2<f32> = model.predict(array![[1.0, 0.0]].view());
    let bias = trainer.parameter("dense.bias")[[0]];
    assert_eq!(predicted[[0, 0]], weight[[0, 0]] + bias);

    // Loaded where there is no momentum, and where there is one, the weights are the file's.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.safetensors");
    trainer.save(&path).unwrap();
    let mut fresh = Trainer::new(program);
    fresh.load(&path).unwrap();
    assert_eq!(parameters(&fresh), parameters(&trainer));
    (0..3).for_each(|_| assert!(trainer.step(&[&x], &[&y]).is_finite()));
    assert_ne!(trainer.parameter("dense.weight"), weight);
    trainer.load(&path).unwrap();
    let (found, expected) = (trainer.parameter("dense.weight"), weight);
    found.iter().zip(&expected).for_each(|(a, b)| assert!((a - b).abs() < 1e-6, "{found} {expected}"));
    trainer.set_parameter("dense.bias", &[7.0]);
    assert!((trainer.parameter("dense.bias")[[0]] - 7.0).abs() < 1e-6);
}

#[test]
fn data_of_another_model_or_other_classes_is_refused() {
    let other = linear(|program| {
        program.spec.outputs = common::CLASSIFY.spec.outputs;
    });
    let error = Trainer::new(other).fit(&dataset(5), &mut Progress::silent()).unwrap_err();
    assert_eq!(error.code(), "E304");
    let message = error.to_string();
    assert!(message.contains("Values([1])") && message.contains("Class(3)"), "{message}");
    let named = |names: &[&str]| {
        let data = Dataset::new(&common::CLASSIFIER.spec, &[&[0.0; 8]], &[&[0.0, 1.0, 2.0, 0.0]]).unwrap();
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        data.with_labels(dlm_runtime::Labels::new(vec![names])).unwrap()
    };
    let (data, other) = (named(&["a", "b", "c"]), named(&["a", "b", "d"]));
    let mut trainer = Trainer::new(&common::CLASSIFIER);
    let error = trainer.fit_parts(&data, Some(&other), None, &mut Progress::silent()).unwrap_err();
    let expected = "the classes of output `kind` are `a`, `b`, `d` in the data, but `a`, `b`, `c` in the training data";
    assert_eq!((error.code(), error.to_string().as_str()), ("E306", expected));
    trainer.fit(&data, &mut Progress::silent()).unwrap();
    assert_eq!(trainer.model().labels().of(0).unwrap(), ["a", "b", "c"]);
    assert_eq!(trainer.evaluate(&other).unwrap_err().code(), "E306");
}

#[test]
fn progress_writes_a_line_an_epoch() {
    let program = linear(|program| {
        program.spec.recipe.epochs = 2;
        program.spec.recipe.split = Split { validation: 0.25, test: 0.25, stratify: false, seed: 0 };
    });
    let mut log = Vec::new();
    Trainer::new(program).fit(&dataset(8), &mut Progress::lines(&mut log)).unwrap();
    let log = String::from_utf8(log).unwrap();
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(lines[0], "Linear: 4 training, 2 validation, 2 test samples");
    assert!(lines[1].starts_with("epoch 1/2  loss ") && lines[1].contains("  validation loss "), "{log}");
    assert!(lines[2].ends_with(" samples/s"), "{log}");
    assert!(lines[3].starts_with("test  loss ") && lines[3].contains("  mse "), "{log}");
    assert_eq!(lines.len(), 4, "{log}");
}

/// What counts a training: the kinds of its steps, with the samples that each update is made of.
extern "C" fn counting_step(call: &mut Step<'_>) -> f32 {
    STEPS.with_borrow_mut(|steps| steps.push((call.variant, call.gathered, call.updates.to_vec())));
    0.5
}

thread_local! {
    static STEPS: std::cell::RefCell<Vec<(usize, usize, Vec<u64>)>> = const { std::cell::RefCell::new(Vec::new()) };
}

const fn phase(begins: Length, update: usize, gather: Option<usize>) -> PhaseSpec {
    PhaseSpec { begins, frozen: &[], update, gather, watched: None, statistics: None }
}

fn counted(change: impl FnOnce(&mut dlm_runtime::Spec), rows: usize) -> Vec<(usize, usize, Vec<u64>)> {
    let program = linear(|program| {
        program.step = counting_step;
        program.spec.recipe.epochs = 2;
        change(&mut program.spec);
    });
    STEPS.take();
    Trainer::new(program).fit(&dataset(rows), &mut Progress::silent()).unwrap();
    STEPS.take()
}

#[test]
fn gradients_are_gathered_and_what_an_epoch_leaves_over_makes_an_update_or_is_carried_on() {
    const PHASES: &[PhaseSpec] = &[phase(Length::Steps(0.0), 0, Some(1))];
    let own = counted(|spec| (spec.phases, spec.recipe.accumulate) = (PHASES, 2), 10);
    let kinds = |steps: &[(usize, usize, Vec<u64>)]| steps.iter().map(|step| (step.0, step.1)).collect::<Vec<_>>();
    assert_eq!(kinds(&own), [(1, 4), (0, 8), (0, 2), (1, 4), (0, 8), (0, 2)]);
    let carried = counted(|spec| (spec.phases, spec.recipe.accumulate, spec.recipe.carries) = (PHASES, 2, true), 10);
    assert_eq!(kinds(&carried), [(1, 4), (0, 8), (1, 2), (0, 6), (1, 4), (0, 6)]);
}

#[test]
fn phases_begin_in_their_time_and_count_their_updates() {
    const PHASES: &[PhaseSpec] = &[phase(Length::Steps(0.0), 0, None), phase(Length::Epochs(1.0), 1, None)];
    let steps = counted(|spec| spec.phases = PHASES, 8);
    let expected = [(0, 4, vec![1]), (0, 4, vec![2]), (1, 4, vec![3, 1]), (1, 4, vec![4, 2])];
    assert_eq!(steps, expected);
}

#[test]
fn signals_are_told_once_for_each_watched_update() {
    const PHASES: &[PhaseSpec] =
        &[PhaseSpec { begins: Length::Steps(0.0), frozen: &[], update: 0, gather: Some(1), watched: Some(2), statistics: None }];
    let program = linear(|program| {
        program.step = counting_step;
        let recipe = &mut program.spec.recipe;
        (recipe.epochs, recipe.accumulate, recipe.carries, recipe.watch) = (3, 2, true, Some(Length::Steps(1.0)));
        program.spec.phases = PHASES;
    });
    let mut log = Log::default();
    let report = Trainer::new(program).fit(&dataset(12), &mut log).unwrap();
    // Three batches an epoch and two an update: the first batch of the second epoch makes the second update.
    assert_eq!(log.signals, [1, 2, 3, 4]);
    let in_epochs: Vec<Vec<u64>> =
        report.epochs.iter().map(|epoch| epoch.signals.iter().map(|signals| signals.update).collect()).collect();
    assert_eq!(in_epochs, [vec![1], vec![2, 3], vec![4]]);
}

const REUSE: Reuse = Reuse { path: "old.safetensors", tensors: &[("dense.weight", "fc.weight")] };

#[test]
fn a_recipe_that_reuses_weights_begins_with_them() {
    let (plain, tuned) = (linear(|_| {}), linear(|program| program.spec.recipe.reuse = Some(REUSE)));
    // What the file calls `fc` and holds besides is no obstacle.
    let mut other = common::LINEAR;
    other.spec.parameters = Box::leak(
        common::LINEAR
            .spec
            .parameters
            .iter()
            .map(|parameter| ParameterSpec {
                name: if parameter.name == "dense.weight" { "fc.weight" } else { parameter.name },
                ..*parameter
            })
            .collect(),
    );
    let other: &'static dlm_runtime::Program = Box::leak(Box::new(other));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.safetensors");
    let mut before = Trainer::with_seed(other, 99);
    before.set_parameter("normalize.x.shift", &[3.0, 4.0]);
    before.save(&path).unwrap();
    let trainer = Trainer::reuse(tuned, &path).unwrap();
    assert_eq!(trainer.parameter("dense.weight"), before.parameter("fc.weight"));
    assert_eq!(trainer.parameter("dense.bias"), Trainer::new(tuned).parameter("dense.bias"));
    assert_eq!(trainer.parameter("normalize.x.shift"), before.parameter("normalize.x.shift"), "its normalisation is kept");

    let error = Trainer::new(tuned).fit(&dataset(8), &mut Progress::silent()).unwrap_err();
    assert_eq!(error.code(), "E319");
    assert_eq!(Trainer::reuse(plain, &path).unwrap_err().code(), "E319");
    Trainer::new(plain).save(&path).unwrap();
    let error = Trainer::reuse(tuned, &path).unwrap_err();
    assert_eq!(error.code(), "E311");
    assert!(error.to_string().contains("`fc.weight` is missing"), "{error}");
}

#[test]
fn an_early_stop_ends_a_training_and_gives_back_its_best_epoch() {
    // Steps this long overshoot: the loss only grows.
    let stop = |patience, restore_best| EarlyStop { monitor: Monitor::ValidationLoss, patience, min_delta: 0.0, restore_best };
    let train = |early_stop: EarlyStop| {
        let program = linear(|program| {
            program.spec.recipe.split.validation = 0.25;
            program.spec.recipe.schedule.rate = &[Token::Number(1.2)];
            program.spec.recipe.early_stop = Some(early_stop);
        });
        let mut trainer = Trainer::new(program);
        let report = trainer.fit(&dataset(16), &mut Progress::silent()).unwrap();
        (report, trainer)
    };
    let (report, _) = train(stop(2, false));
    let losses: Vec<f64> = report.epochs.iter().map(|epoch| epoch.validation.as_ref().unwrap().loss).collect();
    let best = losses.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1)).map(|(index, _)| index).unwrap();
    assert_eq!((report.stopped_early, report.restored, losses.len()), (true, None, best + 3), "{losses:?}");
    let (report, trainer) = train(stop(2, true));
    assert_eq!((report.restored, report.epochs.len()), (Some(best + 1), best + 3));
    assert_eq!(report.validation.unwrap().loss, losses[best]);
    assert_eq!(trainer.updates(), 3 * (best as u64 + 1));

    let blind = linear(|program| program.spec.recipe.early_stop = Some(stop(2, true)));
    let error = Trainer::new(blind).fit(&dataset(16), &mut Progress::silent()).unwrap_err();
    assert_eq!(
        (error.code(), error.to_string().as_str()),
        ("E308", "`early_stop` looks at the validation part, and there is none")
    );
}

#[test]
fn a_plateau_lowers_the_learning_rate() {
    let rates = |floor| -> Vec<f64> {
        let program = linear(|program| {
            program.spec.recipe.epochs = 5;
            program.spec.recipe.plateau = Some(Plateau {
                monitor: Monitor::TrainLoss,
                factor: 0.5,
                patience: 1,
                // Nothing ever improves by so much.
                min_delta: 1e9,
                relative: false,
                cooldown: 0,
                floor,
            });
        });
        let report = Trainer::new(program).fit(&dataset(8), &mut Progress::silent()).unwrap();
        report.epochs.iter().map(|epoch| epoch.learning_rate).collect()
    };
    assert_eq!(rates(0.01), [0.05, 0.05, 0.025, 0.0125, 0.01]);
    // A rate below the floor is not raised.
    assert_eq!(rates(0.1), [0.05; 5]);
}
