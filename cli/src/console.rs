//! Everything that is printed: results to the standard output, all else to the standard error.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use dlm_dsl::diagnostic::Diagnostic;
use dlm_dsl::render;
use serde_json::json;

use crate::args::{Color, Format};
use crate::failure::Failure;

/// Where and how to print.
#[derive(Clone, Copy, Debug)]
pub struct Console {
    format: Format,
    color: bool,
}

impl Console {
    /// A console of this process.
    pub fn new(format: Format, color: Color) -> Self {
        let wanted = || io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let color = match color {
            Color::Auto => wanted(),
            Color::Always => true,
            Color::Never => false,
        };
        Console { format, color }
    }

    /// Whether tools read what is printed.
    pub fn json(&self) -> bool {
        self.format == Format::Json
    }

    /// Whether the standard error shows a progress bar.
    pub fn shows_progress(&self) -> bool {
        !self.json() && io::stderr().is_terminal()
    }

    /// Prints a result, with a line break behind it.
    ///
    /// # Errors
    /// If it cannot be written. That nobody reads it any more (`dlm … | head`) is no error.
    pub fn result(&self, text: impl Display) -> Result<(), Failure> {
        self.raw_result(&format!("{text}\n"))
    }

    /// Prints a result as it is.
    ///
    /// # Errors
    /// As [`result`](Self::result).
    pub fn raw_result(&self, text: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::file("write", "the standard output", error)),
            _ => Ok(()),
        }
    }

    /// Says what is going on. A line that cannot be written is lost.
    pub fn status(&self, text: impl Display) {
        let _ = writeln!(io::stderr(), "{text}");
    }

    /// Prints diagnostics of a `.dlm` file.
    pub fn diagnostics(&self, diagnostics: &[Diagnostic], source: &str, path: &str) {
        if diagnostics.is_empty() {
            return;
        }
        let text = if self.json() {
            render::json(diagnostics, source, path)
        } else {
            render::terminal(diagnostics, source, path, self.color)
        };
        let _ = io::stderr().write_all(text.as_bytes());
    }

    /// Says why a command failed.
    pub fn failure(&self, failure: &Failure) {
        let (code, message, notes, help) = match failure {
            Failure::Reported => return,
            Failure::Interrupted => (None, "interrupted", &[][..], Vec::new()),
            Failure::Usage { message, help } => (None, message.as_str(), &[][..], help.iter().cloned().collect()),
            Failure::Error(problem) => (Some(problem.code.0), problem.message.as_str(), &problem.notes[..], problem.help.clone()),
        };
        if self.json() {
            let object = json!({ "code": code, "severity": "error", "message": message, "notes": notes, "help": help });
            self.status(object);
            return;
        }
        let label = code.map_or("error".to_owned(), |code| format!("error[{code}]"));
        let (red, bold, plain) = if self.color { ("\x1b[1;31m", "\x1b[1m", "\x1b[0m") } else { ("", "", "") };
        self.status(format_args!("{red}{label}{plain}{bold}: {message}{plain}"));
        for note in notes {
            self.status(format_args!("  = {bold}note{plain}: {note}"));
        }
        for help in help {
            self.status(format_args!("  = {bold}help{plain}: {help}"));
        }
    }
}
