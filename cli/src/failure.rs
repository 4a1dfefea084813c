//! Why a command did not do what it was asked.

use std::io;
use std::path::Path;

use dlm_dsl::codes;
use dlm_dsl::diagnostic::Code;

use crate::aot;

/// What kept a temporary file from being made, without its name, which says nothing to anyone.
pub fn without_path(error: io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
}

/// Why a command ended without success. What there is to say is printed once, at the end.
#[derive(Debug)]
pub enum Failure {
    /// It was said already, such as the diagnostics of a `.dlm` file.
    Reported,
    /// The command was called wrongly.
    Usage {
        /// What is wrong.
        message: String,
        /// A way out.
        help: Option<String>,
    },
    /// Something else went wrong: files, data, weights, training.
    Error(Box<Problem>),
    /// Ctrl-C; what there was to save has been saved.
    Interrupted,
    /// Ctrl-C while the model was compiled: there was nothing to save.
    InterruptedCompiling,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its code.
    pub code: Code,
    /// What is wrong, lower case, no full stop; may have several lines.
    pub message: String,
    /// Facts that explain it.
    pub notes: Vec<String>,
    /// Ways out.
    pub help: Vec<String>,
}

impl Failure {
    /// A problem with a code.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Failure::Error(Box::new(Problem { code, message: message.into(), notes: Vec::new(), help: Vec::new() }))
    }

    /// A wrong usage.
    pub fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        Failure::Usage { message: message.into(), help: Some(help.into()) }
    }

    /// A file named on the command line that could not be opened, read or written (`action`).
    pub fn file(action: &'static str, path: impl AsRef<Path>, source: io::Error) -> Self {
        Failure::new(codes::FILE_ACCESS, format!("cannot {action} {}: {source}", path.as_ref().display()))
    }

    /// With a way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        match &mut self {
            Failure::Error(problem) => problem.help.push(help.into()),
            Failure::Usage { help: slot, .. } => *slot = Some(help.into()),
            Failure::Reported | Failure::Interrupted | Failure::InterruptedCompiling => {}
        }
        self
    }

    /// With a fact that explains it.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        if let Failure::Error(problem) = &mut self {
            problem.notes.push(note.into());
        }
        self
    }

    /// What the process ends with.
    pub fn exit_code(&self) -> u8 {
        match self {
            Failure::Reported | Failure::Error(_) => 1,
            Failure::Usage { .. } => 2,
            Failure::Interrupted | Failure::InterruptedCompiling => 130,
        }
    }
}

impl From<dlm_runtime::Error> for Failure {
    fn from(error: dlm_runtime::Error) -> Self {
        let code = codes::explain(error.code()).map_or(codes::FILE_ACCESS, |info| info.code);
        let failure = Failure::new(code, error.to_string());
        match error.help() {
            Some(help) => failure.help(help),
            None => failure,
        }
    }
}

impl From<aot::Error> for Failure {
    fn from(error: aot::Error) -> Self {
        let message = error.to_string();
        match error {
            aot::Error::Interrupted => Failure::InterruptedCompiling,
            aot::Error::NoCompiler { .. } => Failure::new(codes::NO_RUST_COMPILER, message)
                .help("install Rust from https://rustup.rs, or name the compiler in the environment variable RUSTC"),
            aot::Error::Refused { .. } => Failure::new(codes::RUST_COMPILER_REFUSED, message.trim_end())
                .help("if a linker is missing, install a C compiler such as gcc; else this is a bug in dlm: please report it"),
            aot::Error::Cache { .. } => Failure::new(codes::MODEL_CACHE, message)
                .help("name a folder of your own that can be written in the environment variable DLM_CACHE"),
            aot::Error::Load { .. } => Failure::new(codes::MODEL_NOT_LOADED, message)
                .help("name a folder whose file system lets files be executed in the environment variable DLM_CACHE"),
        }
    }
}
