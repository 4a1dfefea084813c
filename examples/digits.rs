//! Trains the network of `digits.dlm`, tests it, saves it, loads it again and reads one image.
//!
//! ```text
//! cargo run --release --example digits
//! ```

use std::path::Path;
use std::process::ExitCode;

use dlm::ndarray::ArrayView3;
use dlm::{Error, Progress, data};

// Relative to the root of the package.
dlm::model!("examples/digits.dlm");

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
    let mut trainer = digits::Trainer::new();
    let recipe = &trainer.spec().recipe;

    // The recipe's paths are relative to its file; `env!` makes this run from any folder.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let source = recipe.data.as_ref().expect("digits.dlm says where its data is");
    let images = data::load(source, &folder, trainer.spec())?;

    let report = trainer.fit(&images, &mut Progress::terminal())?;
    println!("trained in {:.0} ms", 1e3 * report.seconds);
    if let Some(test) = &report.test {
        println!("on {} images that it has not seen: {test}", test.rows);
    }

    let weights = std::env::temp_dir().join("digits.safetensors");
    trainer.save(&weights)?;
    println!("saved as {}", weights.display());

    let model = digits::Digits::load(&weights)?;
    let row = data::split(&images, &recipe.split)?.test[0];
    let image = &images.inputs()[0][64 * row..64 * (row + 1)];
    show(image);

    let batch = ArrayView3::from_shape((1, 8, 8), image).expect("an image has 8 by 8 pixels");
    let probabilities = model.predict(batch);
    for (digit, probability) in probabilities.iter().enumerate().filter(|(_, probability)| **probability >= 0.001) {
        println!("{digit}: {:5.1} %", 100.0 * probability);
    }
    println!("it is a {}", images.targets()[0][row]);
    Ok(())
}

/// Draws an image of 8 by 8 grey values from 0 to 16.
fn show(image: &[f32]) {
    const SHADES: [char; 5] = [' ', '.', 'o', 'O', '@'];
    for line in image.chunks_exact(8) {
        let line: String = line.iter().flat_map(|grey| [SHADES[(grey / 4.0) as usize]; 2]).collect();
        println!("    {line}");
    }
}
