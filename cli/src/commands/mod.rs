//! The commands, one a file.

mod bench;
mod check;
mod emit;
mod eval;
mod explain;
mod fmt;
mod predict;
mod report;
mod summary;
mod train;

use crate::args::Command;
use crate::console::Console;
use crate::failure::Failure;

/// Does what was asked.
///
/// # Errors
/// Whatever went wrong; nothing of it has been printed but [`Failure::Reported`].
pub fn run(command: Command, console: &Console) -> Result<(), Failure> {
    match command {
        Command::Check(arguments) => check::run(&arguments, console),
        Command::Fmt(arguments) => fmt::run(&arguments, console),
        Command::Summary(selection) => summary::run(&selection, console),
        Command::Emit(arguments) => emit::run(&arguments, console),
        Command::Explain(arguments) => explain::run(&arguments, console),
        Command::Train(arguments) => train::run(&arguments, console),
        Command::Eval(arguments) => eval::run(&arguments, console),
        Command::Predict(arguments) => predict::run(&arguments, console),
        Command::Bench(arguments) => bench::run(&arguments, console),
        Command::Report(arguments) => report::run(&arguments, console),
        Command::New(_) => planned("new"),
        Command::Resume(_) => planned("resume"),
        Command::LrFind(_) => planned("lr-find"),
        Command::Sweep(_) => planned("sweep"),
        Command::Runs(_) => planned("runs"),
        Command::Export(_) => planned("export"),
    }
}

fn planned(name: &str) -> Result<(), Failure> {
    Err(Failure::Usage { message: format!("`dlm {name}` is not supported yet"), help: None })
}
