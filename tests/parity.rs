//! Generated code against other implementations: PyTorch, Keras 3 on JAX, and the notes' formulas in NumPy. What they compute
//! is committed in `parity/expected`, written by `parity/generate.py`; `parity/README.md` tells how differences are measured
//! and lists them.
//!
//! `DLM_PARITY_TABLE=write cargo test --test parity` writes the measured differences into that page; `DLM_PARITY_CASES=sgd,adam`
//! compares these cases alone.

mod support;
#[path = "parity/tables.rs"]
mod tables;
#[path = "parity/watched.rs"]
mod watched;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use dlm_cli::aot::{self, Effort};
use dlm_compiler::compile::{CompileOptions, Compiled, compile};
use dlm_compiler::graph::{Program, Unit};
use dlm_compiler::signature::Flavor;
use dlm_runtime::Trainer;
use serde_json::Value;
use support::reference::Reference;
use support::slices;

/// How far generated code in f32 may be from an oracle, relative to the greatest value of the tensor.
const TOLERANCE: f64 = 1e-5;
/// Tensors of smaller values are measured as if their greatest were this.
const FLOOR: f64 = 1e-3;
/// How far the same training graph, computed in f64 by the interpreter, may be: what is larger in generated code is rounding. Nine
/// digits of the oracles' results are committed.
const TOLERANCE_F64: f64 = 2e-8;
/// How far learning rates may be.
const RATE_TOLERANCE: f64 = 1e-8;

const BEGIN: &str = "<!-- table: written by the test -->\n";
const END: &str = "<!-- end of table -->";

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity").join(name)
}

/// A case: its models, a recipe a flavour, and what the oracles computed.
struct Case {
    name: String,
    program: Program,
    expected: Value,
}

impl Case {
    fn read(name: &str) -> Self {
        let source = fs::read_to_string(folder("cases").join(format!("{name}.dlm"))).expect("the case has a file");
        let expected = fs::read_to_string(folder("expected").join(format!("{name}.json"))).expect("the case has results");
        let expected = serde_json::from_str(&expected).expect("results are JSON");
        Self { name: name.to_owned(), program: support::program(name, &source), expected }
    }

    /// Those of initialisers or all others, by name.
    fn all(initializers: bool) -> Vec<Self> {
        let names = names();
        let chosen = names.iter().filter(|name| name.starts_with("initializer_") == initializers && wanted(name));
        chosen.map(|name| Self::read(name)).collect()
    }

    fn units(&self) -> impl Iterator<Item = &Unit> {
        self.program.models.iter().flat_map(|model| &model.units)
    }
}

/// The cases that are asked for, where only some are.
fn chosen() -> Option<String> {
    std::env::var("DLM_PARITY_CASES").ok()
}

/// Whether a case, or a row of a table, is to be compared.
fn wanted(name: &str) -> bool {
    chosen().is_none_or(|chosen| chosen.split(',').any(|chosen| chosen == name))
}

/// The names of all cases.
fn names() -> Vec<String> {
    let stems = |folder: PathBuf| {
        let files = fs::read_dir(folder).expect("the folder is part of the repository");
        let stem = |path: PathBuf| path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        let mut stems: Vec<String> = files.map(|file| stem(file.expect("the folder can be read").path())).collect();
        stems.sort();
        stems
    };
    let cases = stems(folder("cases"));
    assert_eq!(cases, stems(folder("expected")), "each case has a model and results");
    cases
}

/// Each recipe of each case.
fn units(cases: &[Case]) -> Vec<(&Case, Compiled<'_>)> {
    let compiled = |unit| compile(unit, CompileOptions::default());
    cases.iter().flat_map(|case| case.units().map(move |unit| (case, compiled(unit)))).collect()
}

/// Recipes that are compiled into one library: what those of a case have in common is compiled once.
const TOGETHER: usize = 48;

/// All of them, several libraries at a time. Without optimisation, which changes no bit (`tests/bits.rs`).
fn load(units: &[(&Case, Compiled<'_>)]) -> Vec<&'static dlm_runtime::Program> {
    let options = aot::Options { effort: Effort::Quick, ..aot::Options::default() };
    let load = |units: &[(&Case, Compiled<'_>)]| {
        let models: Vec<(&Compiled<'_>, &str)> = units.iter().map(|(case, compiled)| (compiled, case.name.as_str())).collect();
        let loaded = aot::load_all(&models, &options).expect("generated code compiles");
        loaded.into_iter().map(|loaded| loaded.program).collect::<Vec<_>>()
    };
    support::in_parallel(units.chunks(TOGETHER), load).concat()
}

fn flavor(unit: &Unit) -> &'static str {
    match unit.recipe.flavor {
        Flavor::Notes => "notes",
        Flavor::Pytorch => "pytorch",
        Flavor::Keras => "keras",
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().expect("a list");
    list.iter().map(|number| number.as_f64().expect("a number")).collect()
}

fn singles(value: &Value) -> Vec<f32> {
    numbers(value).into_iter().map(|number| number as f32).collect()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().expect("an object").iter()
}

/// max|found − expected| / max(max|expected|, floor); infinite where a value is not a number.
fn difference(found: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len(), "lengths");
    let greatest = expected.iter().fold(FLOOR, |greatest, value| value.abs().max(greatest));
    let largest = found.iter().zip(expected).map(|(found, expected)| (found - expected).abs());
    largest.fold(0.0, |largest, distance| {
        if distance <= largest {
            largest
        } else if distance.is_nan() {
            f64::INFINITY
        } else {
            distance
        }
    }) / greatest
}

/// What was compared in one run, and the largest differences.
struct Run<'a> {
    case: &'a str,
    flavor: &'static str,
    oracle: String,
    remark: String,
    /// Of generated code, and where.
    largest: (f64, String),
    /// Of the interpreter in f64.
    largest_f64: f64,
    /// The first that is too large.
    failure: Option<String>,
}

impl<'a> Run<'a> {
    /// Of which nothing is compared yet.
    fn new(case: &'a Case, flavor: &'static str) -> Self {
        let oracle = text(&case.expected["runs"][flavor]["oracle"]);
        let remark = text(&case.expected["remark"]);
        let largest = (0.0, String::new());
        Self { case: &case.name, flavor, oracle, remark, largest, largest_f64: 0.0, failure: None }
    }

    /// What generated code computed, and what the interpreter did in f64, which does not predict.
    fn compare(&mut self, place: &str, found: &[f32], found_f64: Option<&[f64]>, expected: &[f64]) {
        let found: Vec<f64> = found.iter().map(|value| f64::from(*value)).collect();
        let of_f32 = difference(&found, expected);
        if of_f32 > self.largest.0 || self.largest.1.is_empty() {
            self.largest = (of_f32, place.to_owned());
        }
        // Nothing is to be learned from f64 about an oracle that computes in f32.
        let of_f64 = found_f64.filter(|_| !self.oracle.ends_with("float32")).map_or(0.0, |found| difference(found, expected));
        self.largest_f64 = self.largest_f64.max(of_f64);
        if (of_f32 > TOLERANCE || of_f64 > TOLERANCE_F64) && self.failure.is_none() {
            let (case, flavor) = (self.case, self.flavor);
            self.failure = Some(format!("{case}, {flavor}, {place}: {of_f32:.1e}, in f64 {of_f64:.1e}"));
        }
    }
}

/// A parameter of the training in f64 beside the generated code, in the order of a weights file.
fn exact(compiled: &Compiled<'_>, predicting: &[Vec<f64>], name: &str) -> Vec<f64> {
    let places = &compiled.layout.tensors;
    let at = places.iter().position(|place| place.tensor.name == name).expect("the model has the parameter");
    // A file's matrix is (out, in), memory's (in, out).
    let rows = places[at].tensor.extent.rows;
    let columns = places[at].len / rows;
    let values = &predicting[at];
    (0..values.len()).map(|index| values[index % rows * columns + index / rows]).collect()
}

/// The rows of a batch, one after the other.
fn gathered(values: &[f32], width: usize, rows: &[usize]) -> Vec<f32> {
    rows.iter().flat_map(|row| &values[row * width..(row + 1) * width]).copied().collect()
}

/// A trainer with a case's first weights.
fn trainer(case: &Case, program: &'static dlm_runtime::Program) -> Trainer {
    let mut trainer = Trainer::new(program).with_threads(1);
    for (name, values) in entries(&case.expected["weights"]) {
        trainer.set_parameter(name, &singles(values));
    }
    if let Some(steps) = case.expected.get("steps_per_epoch") {
        trainer.set_steps_per_epoch(steps.as_u64().expect("a number"));
    }
    trainer
}

/// The rate and the β of the next step are the oracle's.
fn assert_scheduled(what: &str, trainer: &Trainer, oracle: &Value, step: usize) {
    let near = |found: f64, expected: f64| (found - expected).abs() <= RATE_TOLERANCE * expected;
    let (found, expected) = (trainer.learning_rate(), numbers(&oracle["rates"])[step]);
    assert!(near(found, expected), "{what}, step {}: rate {found}, the oracle's {expected}", step + 1);
    let Some(momenta) = oracle.get("momenta") else { return };
    let (found, expected) = (trainer.momentum(), numbers(momenta)[step]);
    let near = found.is_some_and(|found| near(found, expected));
    assert!(near, "{what}, step {}: momentum {found:?}, the oracle's {expected}", step + 1);
}

/// Trains as the oracle did and compares every loss, the recorded parameters, and predictions after the last step.
fn follow<'a>(case: &'a Case, compiled: &Compiled<'_>, program: &'static dlm_runtime::Program) -> Run<'a> {
    let (flavor, expected) = (flavor(compiled.unit), &case.expected);
    let oracle = &expected["runs"][flavor];
    let mut run = Run::new(case, flavor);
    let mut trainer = trainer(case, program);
    let steps_per_epoch = expected.get("steps_per_epoch").and_then(Value::as_u64);
    let mut reference = Reference::<f64>::new(compiled, &trainer, steps_per_epoch);
    let (x, y) = (singles(&expected["x"]), singles(&expected["y"]));
    let weights = expected.get("sample_weights").map(singles);
    let features = expected["features"].as_u64().expect("a number") as usize;
    let losses = numbers(&oracle["losses"]);
    let updates = oracle.get("updates").map(numbers);
    let width = y.len() * features / x.len();
    let order = expected["order"].as_array().expect("a list");
    let what = format!("{}, {flavor}", case.name);
    assert!(losses.len() >= 20 && losses.len() == order.len(), "{what}: steps");
    for (step, rows) in (0..).zip(order) {
        let rows: Vec<usize> = numbers(rows).into_iter().map(|row| row as usize).collect();
        let done = step as usize;
        assert_scheduled(&what, &trainer, oracle, done);
        let (inputs, mut targets) = ([gathered(&x, features, &rows)], vec![gathered(&y, width, &rows)]);
        targets.extend(weights.as_ref().map(|weights| gathered(weights, 1, &rows)));
        let ends_epoch = steps_per_epoch.is_some_and(|steps| (step + 1) % steps == 0);
        let loss_f64 = reference.step((rows.len(), &inputs, &targets), ends_epoch, step, trainer.seed());
        let (inputs, targets) = (slices(&inputs), slices(&targets));
        let loss = if ends_epoch { trainer.last_step(&inputs, &targets) } else { trainer.step(&inputs, &targets) };
        let counted = updates.as_ref().map_or(step + 1, |updates| updates[done] as u64);
        assert_eq!(trainer.updates(), counted, "{what}: updates after step {}", step + 1);
        run.compare(&format!("loss of step {}", step + 1), &[loss], Some(&[loss_f64]), &[losses[done]]);
        if let Some(snapshot) = oracle["snapshots"].get((step + 1).to_string()) {
            compare_parameters(
                &mut run,
                &trainer,
                Some((compiled, &reference.predicting())),
                snapshot,
                &format!("step {}", step + 1),
            );
        }
    }
    compare_predictions(&mut run, &trainer, &x, oracle);
    run
}

fn compare_parameters(
    run: &mut Run<'_>,
    trainer: &Trainer,
    in_f64: Option<(&Compiled<'_>, &[Vec<f64>])>,
    expected: &Value,
    when: &str,
) {
    let held = trainer.parameters().filter(|(name, _)| !name.starts_with("normalize.")).count();
    assert_eq!(held, entries(expected).count(), "{}, {}: parameters", run.case, run.flavor);
    for (name, values) in entries(expected) {
        let found: Vec<f32> = trainer.parameter(name).iter().copied().collect();
        let found_f64 = in_f64.map(|(compiled, predicting)| exact(compiled, predicting, name));
        run.compare(&format!("`{name}` after {when}"), &found, found_f64.as_deref(), &numbers(values));
    }
}

fn compare_predictions(run: &mut Run<'_>, trainer: &Trainer, x: &[f32], oracle: &Value) {
    let prediction = numbers(&oracle["prediction"]);
    let mut found = vec![0.0; prediction.len()];
    trainer.model().predict_logits_into(&[x], &mut [&mut found]);
    run.compare("prediction", &found, None, &prediction);
}

#[test]
fn generated_code_follows_the_oracles() {
    let cases = Case::all(false);
    let units = units(&cases);
    let programs = load(&units);
    let runs: Vec<Run<'_>> = units
        .iter()
        .zip(programs)
        .map(|((case, compiled), program)| {
            let follow = if case.expected.get("validation").is_some() { watched::follow } else { follow };
            follow(case, compiled, program)
        })
        .collect();
    for case in &cases {
        let oracles = entries(&case.expected["runs"]).count();
        assert_eq!(case.units().count(), oracles, "{}: a recipe for each flavour that has an oracle", case.name);
    }
    let failures: Vec<&str> = runs.iter().filter_map(|run| run.failure.as_deref()).collect();
    assert!(failures.is_empty(), "{} runs differ by more than {TOLERANCE:e}, first at:\n{}", failures.len(), failures.join("\n"));
    if chosen().is_none() {
        check_table(&runs);
    }
}

/// The page lists every run with its oracle.
fn check_table(runs: &[Run<'_>]) {
    let path = folder("README.md");
    let page = fs::read_to_string(&path).expect("the page is part of the repository");
    let (head, rest) = page.split_once(BEGIN).expect("the page has a table");
    let (table, tail) = rest.split_once(END).expect("the table ends");
    if std::env::var("DLM_PARITY_TABLE").is_ok_and(|value| value == "write") {
        let mut table = String::from(
            "| case | flavour | oracle | largest difference | where | in f64 | remark |\n|---|---|---|---|---|---|---|\n",
        );
        for run in runs {
            let Run { case, flavor, oracle, remark, largest: (largest, place), largest_f64, .. } = run;
            let _ = writeln!(table, "| {case} | {flavor} | {oracle} | {largest:.1e} | {place} | {largest_f64:.1e} | {remark} |");
        }
        fs::write(&path, format!("{head}{BEGIN}{table}{END}{tail}")).expect("the page can be written");
        return;
    }
    let rows: Vec<String> = table.lines().skip(2).map(|row| row.split('|').take(4).collect()).collect();
    let expected: Vec<String> = runs.iter().map(|run| format!(" {}  {}  {} ", run.case, run.flavor, run.oracle)).collect();
    assert_eq!(rows, expected, "run `DLM_PARITY_TABLE=write cargo test --test parity`");
}

/// Deviation, kurtosis and greatest size of values around 0.
fn moments(values: &[f64]) -> [f64; 3] {
    let mean = |power: i32| values.iter().map(|value| value.powi(power)).sum::<f64>() / values.len() as f64;
    let greatest = values.iter().fold(0.0, |greatest: f64, value| greatest.max(value.abs()));
    [mean(2).sqrt(), mean(4) / mean(2).powi(2), greatest]
}

#[test]
fn initial_weights_have_the_oracles_moments() {
    let cases = Case::all(true);
    let units = units(&cases);
    for ((case, compiled), program) in units.iter().zip(load(&units)) {
        let flavor = flavor(compiled.unit);
        let trainer = Trainer::new(program);
        for (name, expected) in entries(&case.expected["moments"][flavor]) {
            let values: Vec<f64> = trainer.parameter(name).iter().map(|value| f64::from(*value)).collect();
            let [deviation, kurtosis, greatest] = moments(&values);
            let expected = |moment: &str| expected[moment].as_f64().expect("a number");
            let what = format!("{}, {}, {name}", case.name, flavor);
            // Five standard errors of a sample's deviation.
            let error = 5.0 * ((expected("kurtosis") - 1.0) / (4.0 * values.len() as f64)).sqrt();
            let ratio = deviation / expected("deviation");
            assert!((ratio - 1.0).abs() < error, "{what}: deviation {deviation}, the oracle's {}", expected("deviation"));
            // Of a normal distribution's the standard error is √(24/n), 0.02 here.
            let distance = (kurtosis - expected("kurtosis")).abs();
            assert!(distance < 0.1, "{what}: kurtosis {kurtosis}, the oracle's {}", expected("kurtosis"));
            // Uniform and truncated distributions end somewhere.
            if expected("kurtosis") < 2.7 {
                let ratio = greatest / expected("greatest");
                assert!((ratio - 1.0).abs() < 1e-3, "{what}: values up to {greatest}, the oracle's {}", expected("greatest"));
            }
        }
    }
}
