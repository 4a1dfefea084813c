//! Why a model could not be compiled or loaded.

use std::fmt;
use std::io;
use std::path::PathBuf;

use dlm_runtime::room::bytes;

/// Why a model could not be compiled or loaded.
#[derive(Debug)]
pub enum Error {
    /// `rustc` is not there or does not start.
    NoCompiler {
        /// What was called.
        rustc: PathBuf,
        /// Why it did not start.
        error: io::Error,
    },
    /// `rustc` finds no linker.
    NoLinker {
        /// What it looked for.
        linker: String,
    },
    /// `rustc` refused; this is a bug in the generated code.
    Refused {
        /// What it said.
        message: String,
        /// What it refused, where that could be kept.
        source: Option<PathBuf>,
    },
    /// The cache folder cannot be made, read or written.
    Cache {
        /// Where.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The disk that the cache folder is on is full.
    Full {
        /// The folder.
        path: PathBuf,
        /// The bytes that are free there, where they are known.
        free: Option<u64>,
    },
    /// Others than the user could put code into the cache folder.
    Open {
        /// The folder.
        path: PathBuf,
        /// Whose it is, and who can write there.
        why: String,
    },
    /// Ctrl-C or the like, while `rustc` was at work.
    Interrupted,
    /// The compiled library cannot be loaded.
    Load {
        /// The library.
        path: PathBuf,
        /// Why.
        message: String,
    },
}

impl Error {
    /// A folder of compiled models that cannot be used.
    pub(super) fn cache(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |error| match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                let free = super::rustc::free(&path);
                Self::Full { path, free }
            }
            _ => Self::Cache { path, error },
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCompiler { rustc, error } => {
                let rustc = rustc.display();
                write!(f, "cannot start the Rust compiler `{rustc}`, which turns the model into machine code: {error}")
            }
            Self::NoLinker { linker } => {
                write!(f, "the Rust compiler finds no linker `{linker}`, which puts the compiled model together")
            }
            Self::Refused { message, source: Some(source) } => {
                write!(f, "the Rust compiler refused the generated code, which is in {}:\n{message}", source.display())
            }
            Self::Refused { message, source: None } => write!(f, "the Rust compiler refused the generated code:\n{message}"),
            Self::Cache { path, error } => write!(f, "cannot use the cache of compiled models at {}: {error}", path.display()),
            Self::Full { path, free } => {
                write!(f, "the disk is full on which {}, the cache of compiled models, is", path.display())?;
                free.map_or(Ok(()), |free| write!(f, ": {} are free, and compiling a model takes some 10 MiB", bytes(free)))
            }
            Self::Open { path, why } => {
                write!(f, "cannot use the cache of compiled models at {}, since code is loaded from there: {why}", path.display())
            }
            Self::Interrupted => f.write_str("interrupted while compiling"),
            Self::Load { path, message } => write!(f, "cannot load the compiled model {}: {message}", path.display()),
        }
    }
}

impl std::error::Error for Error {}
