//! `dlm predict`: CSV in, CSV out.

use std::path::{Path, PathBuf};

use dlm_compiler::compile::{CompileOptions, compile};
use dlm_compiler::describe::data_spec;
use dlm_compiler::recipe::{DataSource, Recipe};
use dlm_runtime::{Model, data};

use crate::args::Predict;
use crate::console::Console;
use crate::failure::Failure;
use crate::predictions::{Predictions, predictions};
use crate::prepare::{load, say_notes, threads};
use crate::source::{Replaced, Source};
use crate::whole;

/// Loads the weights and predicts from every row.
pub fn run(arguments: &Predict, console: &Console) -> Result<(), Failure> {
    let threads = threads(arguments.threads)?;
    let source = Source::read(&arguments.selection.file)?;
    // Advice on training was given when it was trained.
    let unit = source.choose(&arguments.selection, Replaced::default(), console, true)?;
    let compiled = compile(&unit, CompileOptions::default());
    let loaded = load(&compiled, &source, console, true)?;
    let model = Model::load(loaded.program, &arguments.weights)?.with_threads(threads);
    say_notes(model.notes(), console);
    let input = input(&unit.recipe, model.spec().outputs.iter().map(|output| output.name), &arguments.input);
    let inputs = data::load_inputs(&data_spec(&input), Path::new(""), model.spec(), model.features())?;
    let Predictions { csv, rows, undefined } = predictions(&model, &inputs);
    if undefined > 0 {
        console.status(format_args!(
            "{undefined} of {rows} predictions are not a number (NaN), their classes left empty: the weights or inputs are too large"
        ));
    }
    match &arguments.output {
        None => console.raw_result(&csv),
        Some(path) => whole::write(path, &csv).map_err(|error| Failure::file("write", path, error)),
    }
}

/// The input as a source of data: laid out as the recipe's CSV file is, if it has one; else with a first line that names
/// the columns, where one named like an output is left out.
fn input<'n>(recipe: &Recipe, outputs: impl Iterator<Item = &'n str>, input: &Path) -> DataSource {
    // The standard input has a name in the file system where there is one at all.
    let input = if input == Path::new("-") { PathBuf::from("/dev/stdin") } else { input.to_owned() };
    let path = input.to_string_lossy().into_owned();
    match &recipe.data {
        Some(DataSource::Csv { labels, features, weight, header, delimiter, .. }) => {
            let (labels, features) = (labels.clone(), features.clone());
            DataSource::Csv { path, labels, features, weight: weight.clone(), header: *header, delimiter: *delimiter }
        }
        _ => {
            let labels = outputs.map(|output| vec![output.to_owned()]).collect();
            DataSource::Csv { path, labels, features: Vec::new(), weight: None, header: true, delimiter: ',' }
        }
    }
}
