//! From a compiled model to one that is loaded, with a word on how long that took.

use dlm_compiler::compile::Compiled;

use crate::aot::{self, Loaded};
use crate::args::Selection;
use crate::console::Console;
use crate::failure::Failure;
use crate::source::{Source, recipe_name};
use crate::table::{count, duration};

/// The most threads that can be asked for.
const MAX_THREADS: u16 = 1024;

/// Compiles and loads a model, and says so, before and after, unless `quiet`.
///
/// # Errors
/// If there is no Rust compiler, or the cache of compiled models cannot be used.
pub fn load(compiled: &Compiled<'_>, source: &Source, console: &Console, quiet: bool) -> Result<Loaded, Failure> {
    let (model, recipe) = (&compiled.unit.graph.name, recipe_name(compiled.unit));
    let compiling = || {
        if !quiet {
            console.status(format_args!("compiling {model} …"));
        }
    };
    let loaded = aot::load(compiled, &source.file_name(), compiling)?;
    if !quiet {
        let what = if model == recipe { format!("model {model}") } else { format!("model {model}, recipe {recipe}") };
        let elapsed = duration(loaded.elapsed);
        if loaded.cached {
            console.status(format_args!("{}: {what}, compiled before: loaded from the cache in {elapsed}", source.name));
        } else {
            console.status(format_args!("{}: {what}, compiled ahead of time in {elapsed}", source.name));
        }
    }
    Ok(loaded)
}

/// The number of threads: as asked for, or as the environment variable `DLM_THREADS` says, or one; never more than there are
/// cores, which is said unless `quiet`: results do not depend on it, and threads that wait for a core keep all others waiting.
///
/// # Errors
/// If either is not a whole number from 1 to 1024.
pub fn threads(wanted: Option<u16>, console: &Console, quiet: bool) -> Result<usize, Failure> {
    let in_range = |threads: &u16| (1..=MAX_THREADS).contains(threads);
    let expected = format!("give a whole number from 1 to {MAX_THREADS}");
    // Looked at even if it does not decide: the runtime reads it too.
    let variable = match std::env::var_os("DLM_THREADS") {
        None => None,
        Some(text) => {
            let threads = text.to_str().and_then(|text| text.trim().parse().ok()).filter(in_range);
            Some(threads.ok_or_else(|| Failure::usage(format!("DLM_THREADS is {text:?}, no number of threads"), &expected))?)
        }
    };
    if let Some(threads) = wanted.filter(|threads| !in_range(threads)) {
        return Err(Failure::usage(format!("there cannot be {threads} threads"), expected));
    }
    let wanted = usize::from(wanted.or(variable).unwrap_or(1));
    let cores = std::thread::available_parallelism().map_or(usize::MAX, usize::from);
    if wanted > cores && !quiet {
        console.status(format_args!("{wanted} threads are more than there are cores: working on {cores}, with the same results"));
    }
    Ok(wanted.min(cores))
}

/// Says that the system gave fewer threads than were asked for.
pub fn say_threads(works: usize, wanted: usize, console: &Console, quiet: bool) {
    if works < wanted && !quiet {
        let works = count(works, "thread");
        console.status(format_args!("the system gives no {wanted} threads: working on {works}, with the same results"));
    }
}

/// Says what was done to the tensors of a weights file so that they fit.
pub fn say_notes(notes: &[String], console: &Console) {
    notes.iter().for_each(|note| console.status(format_args!("weights: {note}")));
}

/// Whether a whole setting was given on the command line, by `--set KEY=…`.
pub fn is_set(selection: &Selection, key: &str) -> bool {
    selection.set.iter().any(|(set, _)| set == key)
}
