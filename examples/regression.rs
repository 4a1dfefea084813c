//! Predicts a number: how diabetes progresses in a year, by the network of `diabetes.dlm`. An observer of its own says every
//! tenth epoch how training goes.
//!
//! ```text
//! cargo run --release --example regression
//! ```

use std::path::Path;
use std::process::ExitCode;

use dlm::ndarray::ArrayView2;
use dlm::{EpochReport, Error, Flow, Observer, Weights, data};

dlm::model!("examples/diabetes.dlm");

/// Prints every tenth epoch.
struct EveryTenth;

impl Observer for EveryTenth {
    fn on_epoch(&mut self, epoch: &EpochReport, _: &Weights<'_>) -> Flow {
        if epoch.epoch.is_multiple_of(10) {
            println!("epoch {:3}: learning rate {:.5}, {epoch}", epoch.epoch, epoch.learning_rate);
        }
        Flow::Continue
    }
}

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

fn run() -> Result<(), Error> {
    let mut trainer = diabetes::Trainer::new();
    let recipe = &trainer.spec().recipe;

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let source = recipe.data.as_ref().expect("diabetes.dlm says where its data is");
    let patients = data::load(source, &folder, trainer.spec())?;

    let report = trainer.fit(&patients, &mut EveryTenth)?;

    // What a model must beat: a guess, always the mean of those it learned from.
    let judged = report.judged();
    println!("on {} patients that it has not seen: {}; {judged}", judged.model.rows, judged.model);

    let parts = data::split(&patients, &recipe.split)?;
    let progression = &patients.targets()[0];
    let model = trainer.model();
    for row in &parts.test[..3] {
        let measures = &patients.inputs()[0][10 * row..10 * (row + 1)];
        let patient = ArrayView2::from_shape((1, 10), measures).expect("there are ten measures");
        println!("predicted {:3.0}, was {:3.0}", model.predict(patient)[[0, 0]], progression[*row]);
    }
    Ok(())
}
