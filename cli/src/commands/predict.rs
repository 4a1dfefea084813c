//! `dlm predict`: CSV in, CSV out.

use std::path::{Path, PathBuf};

use dlm_compiler::compile::{CompileOptions, compile};
use dlm_compiler::describe::{data_spec, describe};
use dlm_compiler::recipe::{DataSource, Recipe};
use dlm_runtime::{Model, data, room};

use crate::args::Predict;
use crate::console::Console;
use crate::data::Places;
use crate::failure::Failure;
use crate::predictions::{Predictions, predictions};
use crate::prepare::{load, say_notes, say_threads, threads};
use crate::source::{Replaced, Source};
use crate::whole::{self, Inputs};

/// Loads the weights and predicts from every row.
pub fn run(arguments: &Predict, console: &Console) -> Result<(), Failure> {
    let threads = threads(arguments.threads, console, false)?;
    let source = Source::read(&arguments.selection.file)?;
    // Advice on training was given when it was trained.
    let unit = source.choose(&arguments.selection, Replaced::default(), console, true)?;
    if let Some(output) = &arguments.output {
        let inputs = Inputs::default().and(&arguments.selection.file, "the model").and(&arguments.weights, "weights");
        let inputs = inputs.and(&arguments.input, "data");
        // What it was trained on is not read here, but would be missed as much.
        let places = Places::new(&source, &arguments.selection, false);
        let inputs = inputs.with(places.files(&unit.recipe), "data of the recipe");
        inputs.with(places.reused(&unit.recipe), "weights that are reused").spare(output, "--output")?;
    }
    let compiled = compile(&unit, CompileOptions::default());
    room::to_predict(&describe(&compiled))?;
    let loaded = load(&compiled, &source, console, true)?;
    let model = Model::load(loaded.program, &arguments.weights)?.with_threads(threads);
    say_threads(model.threads(), threads, console, false);
    say_notes(model.notes(), console);
    let input = input(&unit.recipe, model.spec().outputs.iter().map(|output| output.name), arguments);
    let inputs = data::load_inputs(&data_spec(&input), Path::new(""), model.spec(), model.features())?;
    let Predictions { csv, rows, undefined } = predictions(&model, &inputs);
    if undefined > 0 {
        console.status(format_args!(
            "{undefined} of {rows} predictions are not a number (NaN), their classes left empty: the weights or inputs are too large"
        ));
    }
    whole::write(arguments.output.as_deref().unwrap_or(Path::new("-")), &csv, console)
}

/// The input as a source of data: laid out as the recipe's CSV file is, if it has one; else as a file of commas, of which a
/// column named like an output is left out. What the command line says of it comes first.
fn input<'n>(recipe: &Recipe, outputs: impl Iterator<Item = &'n str>, arguments: &Predict) -> DataSource {
    // The standard input has a name in the file system where there is one at all.
    let stdin = arguments.input == Path::new("-");
    let input = if stdin { PathBuf::from("/dev/stdin") } else { arguments.input.clone() };
    let path = input.to_string_lossy().into_owned();
    match &recipe.data {
        Some(DataSource::Csv { labels, features, weight, header, delimiter, .. }) => {
            let (labels, features, weight) = (labels.clone(), features.clone(), weight.clone());
            let (header, delimiter) = (arguments.header.or(*header), arguments.delimiter.unwrap_or(*delimiter));
            DataSource::Csv { path, labels, features, weight, header, delimiter }
        }
        _ => {
            let labels = outputs.map(|output| vec![output.to_owned()]).collect();
            let (header, delimiter) = (arguments.header, arguments.delimiter.unwrap_or(','));
            DataSource::Csv { path, labels, features: Vec::new(), weight: None, header, delimiter }
        }
    }
}
