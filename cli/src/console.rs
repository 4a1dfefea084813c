//! Everything that is printed: results to the standard output, all else to the standard error.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use dlm_dsl::diagnostic::{Diagnostic, Severity, brief};
use dlm_dsl::render;
use dlm_runtime::Signals;
use serde_json::json;

use crate::args::{Color, Format};
use crate::failure::Failure;
use crate::interrupt;

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
    /// If it cannot be written. That nobody reads it any more (`dlm … | head`, a terminal that was closed) is no error.
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
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe && !interrupt::requested() => {
                Err(Failure::file("write", "the standard output", error))
            }
            _ => Ok(()),
        }
    }

    /// Says what is going on. A line that cannot be written is lost.
    pub fn status(&self, text: impl Display) {
        let _ = writeln!(io::stderr(), "{}", brief(text.to_string()));
    }

    /// Says what signals tell.
    pub fn verdict(&self, signals: &Signals) {
        signals.verdict().iter().for_each(|verdict| self.status(format_args!("at step {}: {verdict}", signals.update)));
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

    /// Prints diagnostics that no place in a file belongs to.
    pub fn placeless(&self, diagnostics: &[Diagnostic]) {
        for diagnostic in diagnostics {
            let Diagnostic { code, message, notes, help, .. } = diagnostic;
            self.problem(diagnostic.severity(), Some(code.0), message, notes, help);
        }
    }

    /// Says why a command failed.
    pub fn failure(&self, failure: &Failure) {
        match failure {
            Failure::Reported => {}
            Failure::InterruptedCompiling => {
                self.problem(Severity::Error, None, "interrupted while compiling; nothing was trained", &[], &[]);
            }
            Failure::Interrupted => self.problem(Severity::Error, None, "interrupted", &[], &[]),
            Failure::Usage { message, help } => self.problem(Severity::Error, None, message, &[], help.as_slice()),
            Failure::Error(problem) => {
                self.problem(Severity::Error, Some(problem.code.0), &problem.message, &problem.notes, &problem.help);
            }
        }
    }

    fn problem(&self, severity: Severity, code: Option<&str>, message: &str, notes: &[String], help: &[String]) {
        let (severity, color) = match severity {
            Severity::Error => ("error", "\x1b[1;31m"),
            Severity::Warning => ("warning", "\x1b[1;33m"),
        };
        if self.json() {
            let brief = |text: &String| brief(text.clone());
            let (notes, help): (Vec<_>, Vec<_>) = (notes.iter().map(brief).collect(), help.iter().map(brief).collect());
            let message = dlm_dsl::diagnostic::brief(message.to_owned());
            let object = json!({ "code": code, "severity": severity, "message": message, "notes": notes, "help": help });
            // Whole, whatever it holds: a tool reads it.
            let _ = writeln!(io::stderr(), "{object}");
            return;
        }
        let label = code.map_or(severity.to_owned(), |code| format!("{severity}[{code}]"));
        let (color, bold, plain) = if self.color { (color, "\x1b[1m", "\x1b[0m") } else { ("", "", "") };
        self.status(format_args!("{color}{label}{plain}{bold}: {message}{plain}"));
        for (kind, remarks) in [("note", notes), ("help", help)] {
            remarks.iter().for_each(|remark| self.status(format_args!("  = {bold}{kind}{plain}: {remark}")));
        }
    }
}
