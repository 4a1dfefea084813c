//! `dlm predict`: CSV in, CSV out.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use dlm_compiler::compile::{CompileOptions, compile};
use dlm_compiler::describe::data_spec;
use dlm_compiler::recipe::{DataSource, Recipe};
use dlm_runtime::{Model, data};

use crate::args::Predict;
use crate::console::Console;
use crate::failure::{Failure, without_path};
use crate::predictions::{Predictions, predictions};
use crate::prepare::{load, threads, warn_of_missing_normalization};
use crate::source::{Replaced, Source};

/// Loads the weights and predicts from every row.
pub fn run(arguments: &Predict, console: &Console) -> Result<(), Failure> {
    let threads = threads(arguments.threads)?;
    let source = Source::read(&arguments.selection.file)?;
    // Advice on training was given when it was trained.
    let unit = source.choose(&arguments.selection, Replaced::default(), console, true)?;
    let compiled = compile(&unit, CompileOptions::default());
    let loaded = load(&compiled, &source, console, true)?;
    let model = Model::load(loaded.program, &arguments.weights)?.with_threads(threads);
    warn_of_missing_normalization(&model, &unit.recipe, console);
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
        Some(path) => write(path, &csv).map_err(|error| Failure::file("write", path, error)),
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

/// Writes a file as a whole or not at all; what is no plain file, such as a pipe, is written directly.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return fs::File::options().write(true).open(path)?.write_all(text.as_bytes());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any new file; the user's mask takes from it.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder).map_err(without_path)?;
    file.write_all(text.as_bytes())?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
