//! `dlm check`: everything that is wrong with files, all at once.

use dlm_dsl::render;

use crate::args::Check;
use crate::console::Console;
use crate::failure::Failure;
use crate::source::{Source, has_errors};
use crate::table::count;

/// Checks each file. With `--format json` the diagnostics are the result, and go to the standard output.
pub fn run(arguments: &Check, console: &Console) -> Result<(), Failure> {
    let mut failed = false;
    for path in &arguments.files {
        match check(path, console) {
            Ok(()) => {}
            Err(Failure::Reported) => failed = true,
            Err(failure) => {
                console.failure(&failure);
                failed = true;
            }
        }
    }
    if failed { Err(Failure::Reported) } else { Ok(()) }
}

fn check(path: &std::path::Path, console: &Console) -> Result<(), Failure> {
    let source = Source::read(path)?;
    let (program, diagnostics) = dlm_compiler::check(&source.text);
    if console.json() {
        console.raw_result(&render::json(&diagnostics, &source.text, &source.name))?;
    } else {
        console.diagnostics(&diagnostics, &source.text, &source.name);
    }
    let Some(program) = program.filter(|_| !has_errors(&diagnostics)) else { return Err(Failure::Reported) };
    if !console.json() {
        let recipes = program.models.iter().flat_map(|model| &model.units).filter(|unit| unit.recipe.written).count();
        let models = count(program.models.len(), "model");
        let warnings = match diagnostics.len() {
            0 => String::new(),
            warnings => format!(", {}", count(warnings, "warning")),
        };
        console.result(format_args!("{}: {models}, {}, no errors{warnings}", source.name, count(recipes, "recipe")))?;
    }
    Ok(())
}
