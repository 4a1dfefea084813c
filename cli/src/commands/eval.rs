//! `dlm eval`: scores weights on a part of the data.

use dlm_compiler::compile::{CompileOptions, compile};
use dlm_compiler::describe::describe;
use dlm_runtime::{Model, room};
use serde_json::json;

use crate::args::Eval;
use crate::console::Console;
use crate::data::{Places, part};
use crate::failure::Failure;
use crate::json;
use crate::prepare::{load, say_notes, say_threads, threads};
use crate::source::{Replaced, Source, recipe_name};

/// Loads the weights and prints their loss and metrics.
pub fn run(arguments: &Eval, console: &Console) -> Result<(), Failure> {
    let threads = threads(arguments.threads, console, console.json())?;
    let source = Source::read(&arguments.selection.file)?;
    let replaced = Replaced { data: arguments.data.clone(), ..Replaced::default() };
    // Advice on training was given when it was trained.
    let unit = source.choose(&arguments.selection, replaced, console, true)?;
    let compiled = compile(&unit, CompileOptions::default());
    room::to_predict(&describe(&compiled))?;
    let loaded = load(&compiled, &source, console, console.json())?;
    let model = Model::load(loaded.program, &arguments.weights)?.with_threads(threads);
    say_threads(model.threads(), threads, console, console.json());
    let mut recipe = unit.recipe.clone();
    if arguments.data.is_some() {
        // Data from the command line stands for all of the recipe's.
        (recipe.validation_data, recipe.test_data) = (None, None);
    }
    let places = Places::new(&source, &arguments.selection, arguments.data.is_some());
    let (data, name) = part(&model, &recipe, &places, arguments.part)?;
    let evaluation = model.evaluate(&data)?;
    say_notes(model.notes(), console);
    if console.json() {
        let mut object = json::evaluation(&evaluation);
        object["model"] = json!(unit.graph.name);
        object["recipe"] = json!(recipe_name(&unit));
        object["part"] = json!(name);
        return console.result(object);
    }
    let what = if name == "all" { "all".to_owned() } else { format!("{name} part") };
    console.result(format_args!("{what}, {} samples  {evaluation}", evaluation.rows))
}
