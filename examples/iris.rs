//! A network written in place: tells three species of iris apart, and names the species of flowers that it is given.
//!
//! ```text
//! cargo run --release --example iris
//! ```

use std::path::Path;
use std::process::ExitCode;

use dlm::ndarray::{Array2, array};
use dlm::{Error, Progress, data};

dlm::model! {
    //! Three species of iris, by the lengths of their sepals and petals.

    model Iris {
        /// The sepal's length and width, the petal's length and width, in centimetres.
        input flower: f32[4];

        dense(16) -> elu -> dense(16) -> elu;
        dense(3);

        output species: class[3];
    }

    train Iris {
        data      = csv("data/iris.csv", label = "species");
        split     = (test = 0.2, stratify = true);
        normalize = standard;
        optimizer = adam(lr = 0.01);
        batch     = 16;
        epochs    = 60;
        seed      = 42;
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
    let mut trainer = iris::Trainer::new();

    // Data is read when the program runs; the path in the recipe is relative to the folder that is given here.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let source = trainer.spec().recipe.data.as_ref().expect("the recipe says where its data is");
    let flowers = data::load(source, &folder, trainer.spec())?;

    let report = trainer.fit(&flowers, &mut Progress::silent())?;
    println!("{} epochs in {:.1} ms", report.epochs.len(), 1e3 * report.seconds);
    println!("on {} flowers that it has learned from: {}", report.train.rows, report.train);
    if let Some(test) = &report.test {
        println!("on {} that it has not seen: {test}", test.rows);
    }

    let model = trainer.model();
    let garden: Array2<f32> = array![[5.1, 3.5, 1.4, 0.2], [6.0, 2.7, 4.5, 1.5], [6.7, 3.1, 5.6, 2.4]];
    let probabilities = model.predict(garden.view());
    // The file names the species; the model keeps the names in the order of its classes.
    let names = model.labels().of(0).unwrap_or_default();
    for (flower, probabilities) in garden.rows().into_iter().zip(probabilities.rows()) {
        print!("{flower}:");
        for (name, probability) in names.iter().zip(probabilities) {
            print!("  {name} {:.1} %", 100.0 * probability);
        }
        println!();
    }
    Ok(())
}
