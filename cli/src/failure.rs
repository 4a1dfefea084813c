//! Why a command did not do what it was asked.

use std::io;
use std::path::Path;

use dlm_dsl::codes;
use dlm_dsl::diagnostic::Code;

use crate::aot;
use crate::interrupt;

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
    /// Ctrl-C or the like; what there was to save has been saved.
    Interrupted,
    /// Ctrl-C or the like while the model was compiled: there was nothing to save.
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
        let path = path.as_ref().display();
        Failure::new(codes::FILE_ACCESS, format!("cannot {action} {path}: {source}"))
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
            Failure::Interrupted | Failure::InterruptedCompiling => interrupt::exit_code(),
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
        let (code, help) = match &error {
            aot::Error::Interrupted => return Failure::InterruptedCompiling,
            aot::Error::NoCompiler { .. } => (
                codes::NO_RUST_COMPILER,
                "install Rust from https://rustup.rs, or name the compiler in the environment variable RUSTC".to_owned(),
            ),
            aot::Error::NoLinker { .. } => (codes::NO_RUST_COMPILER, linker()),
            aot::Error::Refused { .. } => {
                (codes::RUST_COMPILER_REFUSED, "this is a bug in dlm: please report it, with the code".to_owned())
            }
            aot::Error::Cache { .. } => (
                codes::MODEL_CACHE,
                "name a folder of your own that can be written in the environment variable DLM_CACHE".to_owned(),
            ),
            aot::Error::Full { .. } => (
                codes::MODEL_CACHE,
                "make room there, or name a folder on another disk in the environment variable DLM_CACHE".to_owned(),
            ),
            aot::Error::Open { .. } => (
                codes::MODEL_CACHE,
                "name a folder that only you can write in (`chmod go-w` makes it one) in the environment variable DLM_CACHE"
                    .to_owned(),
            ),
            aot::Error::Load { .. } => (
                codes::MODEL_NOT_LOADED,
                "name a folder whose file system lets files be executed in the environment variable DLM_CACHE".to_owned(),
            ),
        };
        Failure::new(code, message).help(help)
    }
}

/// What to do where there is no linker.
fn linker() -> String {
    let install = match std::env::consts::OS {
        "macos" => "`xcode-select --install`",
        "windows" => "the build tools of Visual Studio, https://rust-lang.github.io/rustup/installation/windows-msvc.html",
        _ => "`apt install gcc` on Debian and Ubuntu, `dnf install gcc` on Fedora, `apk add gcc musl-dev` on Alpine",
    };
    format!("install a C compiler, which brings one: {install}")
}
