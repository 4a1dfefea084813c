//! What the `dlm` command is made of, as a library so that tests can use its parts. It is internal: nothing here is a
//! promise to other crates.
//!
//! The way of `dlm train`: [`source`] reads and checks the file, [`aot`] compiles and loads it, [`data`] reads the data,
//! [`commands`] trains. All that is printed goes through [`console`], all that goes wrong is a [`failure::Failure`].

pub mod aot;
pub mod args;
pub mod commands;
pub mod console;
pub mod curve;
pub mod data;
pub mod failure;
pub mod interrupt;
pub mod json;
pub mod keep;
pub mod kernel_times;
pub mod lock;
pub mod measure;
pub mod observe;
pub mod output;
pub mod predictions;
pub mod prepare;
pub mod progress;
pub mod rates;
pub mod record;
pub mod report;
pub mod show;
pub mod source;
pub mod table;
pub mod whole;

use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the command with its arguments, the program's name first; returns how it ended: 0 it did what was asked, 1 it
/// could not or a check failed, 2 it was called wrongly, 128 and a signal's number where that ended it.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match args::parse(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are "errors" too, of exit code 0. Where they cannot be printed, nothing can be.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let console = console::Console::new(arguments.format, arguments.color);
    match commands::run(arguments.command, &console) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            console.failure(&failure);
            ExitCode::from(failure.exit_code())
        }
    }
}
