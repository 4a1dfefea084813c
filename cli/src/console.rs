//! Everything that is printed: results to the standard output, all else to the standard error.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use console::Term;
use dlm_dsl::diagnostic::{Diagnostic, Severity, bounded};
use dlm_dsl::render;
use dlm_runtime::Signals;
use serde_json::json;

use crate::args::{Color, Format};
use crate::failure::Failure;
use crate::interrupt;

/// How a terminal is told what colour comes.
const ERROR: &str = "\x1b[1;31m";
const WARNING: &str = "\x1b[1;33m";
const FINE: &str = "\x1b[1;32m";
const BOLD: &str = "\x1b[1m";
const PLAIN: &str = "\x1b[0m";

/// Where and how to print.
#[derive(Clone, Copy, Debug)]
pub struct Console {
    format: Format,
    color: bool,
}

impl Console {
    /// A console of this process.
    pub fn new(format: Format, color: Color) -> Self {
        let wanted = || {
            let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            let dumb = std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
            io::stderr().is_terminal() && !refused && !dumb
        };
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

    /// Prints a line of parts that stand two blanks apart. On a terminal that is too narrow for it, it is broken between parts.
    ///
    /// # Errors
    /// As [`result`](Self::result).
    pub fn line(&self, text: &str) -> Result<(), Failure> {
        match Term::stdout().size_checked() {
            Some((_, columns)) => self.result(broken(text, columns.into())),
            None => self.result(text),
        }
    }

    /// Says what is going on. A line that cannot be written is lost.
    pub fn status(&self, text: impl Display) {
        let _ = writeln!(io::stderr(), "{}", bounded(text.to_string()));
    }

    /// Says what is no error, but may not be meant.
    pub fn note(&self, note: &str) {
        if self.json() {
            return self.status(json!({ "code": null, "severity": "note", "message": note, "notes": [], "help": [] }));
        }
        let (bold, plain) = if self.color { (BOLD, PLAIN) } else { ("", "") };
        self.status(format_args!("{bold}note{plain}: {note}"));
    }

    /// Says what signals tell.
    pub fn verdict(&self, signals: &Signals) {
        for verdict in signals.verdict() {
            // What is well is said in green, what is not as a warning is.
            let color = if is_fine(&verdict) { FINE } else { WARNING };
            let (color, plain) = if self.color { (color, PLAIN) } else { ("", "") };
            self.status(format_args!("{color}at step {}:{plain} {verdict}", signals.update));
        }
    }

    /// Prints diagnostics of a `.dlm` file.
    pub fn diagnostics(&self, diagnostics: &[Diagnostic], source: &str, path: &str) {
        if diagnostics.is_empty() {
            return;
        }
        let text = if self.json() {
            render::json(diagnostics, source, path)
        } else {
            let columns = Term::stderr().size_checked().map_or(render::COLUMNS, |(_, columns)| columns.into());
            render::terminal(diagnostics, source, path, self.color, columns)
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
            Severity::Error => ("error", ERROR),
            Severity::Warning => ("warning", WARNING),
        };
        if self.json() {
            let all = |texts: &[String]| texts.iter().cloned().map(bounded).collect::<Vec<_>>();
            let (message, notes, help) = (bounded(message.to_owned()), all(notes), all(help));
            let object = json!({ "code": code, "severity": severity, "message": message, "notes": notes, "help": help });
            // Whole, whatever it holds: a tool reads it.
            let _ = writeln!(io::stderr(), "{object}");
            return;
        }
        let label = code.map_or(severity.to_owned(), |code| format!("{severity}[{code}]"));
        let (color, bold, plain) = if self.color { (color, BOLD, PLAIN) } else { ("", "", "") };
        self.status(format_args!("{color}{label}{plain}{bold}: {message}{plain}"));
        for (kind, remarks) in [("note", notes), ("help", help)] {
            remarks.iter().for_each(|remark| self.status(format_args!("  = {bold}{kind}{plain}: {remark}")));
        }
    }
}

/// Whether a verdict says that all is well.
pub fn is_fine(verdict: &str) -> bool {
    verdict.starts_with("signals are steady")
}

/// `text` in lines of at most so many columns, broken where two blanks stand; all lines but the first are indented.
fn broken(text: &str, columns: usize) -> String {
    const INDENT: &str = "    ";
    let mut out = String::new();
    let mut taken = 0;
    for (index, part) in text.split("  ").enumerate() {
        let width = part.chars().count();
        if index == 0 {
            taken = width;
        } else if taken + 2 + width <= columns {
            out += "  ";
            taken += 2 + width;
        } else {
            out += "\n";
            out += INDENT;
            taken = INDENT.len() + width;
        }
        out += part;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_parts_where_the_terminal_ends() {
        let text = "epoch  1/20  loss 0.2500  validation loss 0.1250  accuracy 97.50 %  1.42 ms  5600 samples/s";
        assert_eq!(broken(text, 120), text);
        assert_eq!(broken(text, 95), text);
        let narrow = broken(text, 40);
        assert_eq!(
            narrow,
            "epoch  1/20  loss 0.2500\n    validation loss 0.1250\n    accuracy 97.50 %  1.42 ms\n    5600 samples/s"
        );
        assert!(narrow.lines().all(|line| line.chars().count() <= 40));
        // What has no place to break is left to the terminal.
        assert_eq!(broken("one part that is long", 5), "one part that is long");
    }
}
