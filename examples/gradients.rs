//! Where gradients go: trains the four networks of `gradients.dlm`, twenty layers each, and shows what their signals did.
//!
//! ```text
//! cargo run --release --example gradients
//! ```

use std::path::Path;
use std::process::ExitCode;

use dlm::spec::Figure;
use dlm::{Dataset, Error, Progress, Report, Signals, data};

dlm::model!("examples/gradients.dlm");

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error[{}]: {error}", error.code());
            if let Some(help) = error.help() {
                eprintln!("help: {help}");
            }
            ExitCode::FAILURE
        }
    }
}

/// Trains one of the models; their types differ, what is done with them does not.
macro_rules! train {
    ($model:ident, $images:expr) => {
        $model::Trainer::new().fit($images, &mut Progress::silent())?
    };
}

fn run() -> Result<(), Error> {
    let images = digits()?;
    let networks = [
        ("sigmoid, U(±1/√n)", train!(before2010, &images)),
        ("tanh, Xavier", train!(xavier, &images)),
        ("ELU, He", train!(he, &images)),
        ("ELU, He, batch norm", train!(normalized, &images)),
    ];

    println!("gradient: the mean size of its elements, in the first and in the last layer");
    println!("activation: how far its values vary from sample to sample");
    println!("flat: values at which less than 1/100 of a gradient passes; dead: units of which that is so for all samples\n");
    let headings = ["", "", "gradient", "", "activation", "", "flat", "dead", "test"];
    let below = ["network", "step", "first", "last", "first", "last", "most", "most", "accuracy"];
    for [name, step, first, last, begin, end, flat, dead, test] in [headings, below] {
        println!("{name:<20} {step:>5}  {first:>9} {last:>9}  {begin:>10} {end:>9}  {flat:>5} {dead:>5}  {test:>8}");
    }
    for (name, report) in &networks {
        let signals = || report.epochs.iter().flat_map(|epoch| &epoch.signals);
        let (Some(first), Some(last)) = (signals().next(), signals().next_back()) else { continue };
        println!("{name:<20} {}", row(first));
        println!("{:<20} {}  {:>6.2} %", "", row(last), 100.0 * accuracy(report));
    }

    println!();
    for (name, report) in &networks {
        if let Some(signals) = report.epochs.iter().rev().find_map(|epoch| epoch.signals.last()) {
            println!("{name}:");
            signals.verdict().iter().for_each(|verdict| println!("    at step {}: {verdict}", signals.update));
        }
    }
    Ok(())
}

/// The data that the recipes name; the same for all of them.
fn digits() -> Result<Dataset, Error> {
    let trainer = normalized::Trainer::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let source = trainer.spec().recipe.data.as_ref().expect("gradients.dlm says where its data is");
    data::load(source, &folder, trainer.spec())
}

/// What one watched step measured, in the columns of the table.
fn row(signals: &Signals) -> String {
    // The norm of a gradient grows with the number of its elements; its root mean square does not.
    let sizes: Vec<f32> = signals.all(Figure::Gradient).map(|signal| signal.value / (signal.len as f32).sqrt()).collect();
    let of = |figure| signals.all(figure).map(|signal| signal.value).collect::<Vec<f32>>();
    let ends = |values: &[f32]| [values[0], values[values.len() - 1]].map(short);
    let most = |figure| 100.0 * of(figure).into_iter().fold(0.0, f32::max);
    let ([first, last], [begin, end]) = (ends(&sizes), ends(&of(Figure::Spread)));
    let (step, flat, dead) = (signals.update, most(Figure::Flat), most(Figure::Dead));
    format!("{step:>5}  {first:>9} {last:>9}  {begin:>10} {end:>9}  {flat:>3.0} % {dead:>3.0} %")
}

/// Two digits.
fn short(value: f32) -> String {
    if (0.001..1000.0).contains(&value) { format!("{value:.4}") } else { format!("{value:.1e}") }
}

/// The share of digits that were told right, of those that were held back.
fn accuracy(report: &Report) -> f64 {
    let metrics = report.test.iter().flat_map(|test| &test.outputs).flat_map(|output| &output.metrics);
    metrics.filter(|metric| metric.name == "accuracy").map(|metric| metric.value).next().unwrap_or_default()
}
