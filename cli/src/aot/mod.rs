//! Compiles a model ahead of time and loads the result: the generated functions and the kernels' own source go to plain
//! `rustc`, for this machine's instruction set alone, and the library comes back as a [`Program`].
//!
//! What was compiled is kept in a [cache], in a [folder] of the user's own, under a key of everything that it was made of, so that
//! a model that did not change starts at once. [`rustc`] is the compiler, [`library`] what becomes of its work.

pub mod cache;
mod error;
pub mod folder;
pub mod library;
pub mod rustc;

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use dlm_compiler::compile::Compiled;
use dlm_compiler::emit::{Levels, functions_of_all};
use dlm_kernels::Level;
use dlm_runtime::Program;

pub use error::Error;

use cache::{Entry, key};
use folder::{cache_folder, make_private};
use rustc::Rustc;

/// A compiled and loaded model.
#[derive(Clone, Copy, Debug)]
pub struct Loaded {
    /// The model and recipe, ready to train and predict. It stays loaded for as long as the process lives.
    pub program: &'static Program,
    /// How long it took until it was loaded.
    pub elapsed: Duration,
    /// Whether it came from the cache.
    pub cached: bool,
    /// The compiler that made it, by its own words: `rustc 1.95.0 (…)`.
    pub compiler: &'static str,
}

/// How models are compiled.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How fast the code is that is made of them.
    pub effort: Effort,
    /// Where the library is kept instead of in the cache folder.
    pub folder: Option<PathBuf>,
    /// The instruction set to compile for instead of the best that this processor has. The program panics when it is called
    /// at another: limit trainers and models to it.
    pub level: Option<Level>,
}

/// What compiling takes for how fast the code is. What it computes is the same, bit for bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Effort {
    /// The fastest code.
    #[default]
    Full,
    /// Without optimisation and with the checks of debugging, in a sixth of the time: to test many models.
    Quick,
}

/// Compiles a model, unless the cache holds it, and loads it. `source` is the file's name, for the generated code's docs.
/// `compiling` is called before the compiler is, which takes seconds.
///
/// # Errors
/// If there is no Rust compiler, the cache cannot be used, what was compiled cannot be loaded, or Ctrl-C was pressed.
pub fn load(compiled: &Compiled<'_>, source: &str, compiling: impl FnOnce()) -> Result<Loaded, Error> {
    let mut loaded = load_with(&[(compiled, source)], &Options::default(), compiling)?;
    Ok(loaded.remove(0))
}

/// As [`load`], for several models in one library: one start of the compiler for all.
///
/// # Errors
/// As [`load`].
pub fn load_all(models: &[(&Compiled<'_>, &str)], options: &Options) -> Result<Vec<Loaded>, Error> {
    load_with(models, options, || ())
}

fn load_with(models: &[(&Compiled<'_>, &str)], options: &Options, compiling: impl FnOnce()) -> Result<Vec<Loaded>, Error> {
    let start = Instant::now();
    let folder = cache_folder()?;
    let level = options.level.unwrap_or_else(Level::detect);
    let rustc = Rustc::find()?;
    let functions = functions_of_all(models, &quote::quote!(::dlm_kernels), Levels::One(level.name()));
    // Tokens print as one line, in which rustc would look for the column of each of thousands of places from its beginning: on
    // lines of their own, statements compile in a fraction of the time.
    let functions = functions.to_string().replace(" ; ", " ;\n").replace(" } ", " }\n");
    let mut code = format!("#![allow(warnings)]\n{functions}\n");
    for index in 0..models.len() {
        let _ = writeln!(code, "::dlm_kernels::export! {{ step_{index}, infer_{index}, DLM_PROGRAM_{index} }}");
    }
    let kernels_text: String = dlm_kernels::source::FILES.iter().map(|(path, text)| format!("{path}\n{text}\n")).collect();
    let kernels_key = key(&[env!("CARGO_PKG_VERSION"), &rustc.version, &kernels_text]);
    let flags: &[&str] = match options.effort {
        Effort::Full if models.len() > 1 => &["-Copt-level=3", "-Ccodegen-units=1"],
        Effort::Full => &["-Copt-level=3"],
        Effort::Quick => &["-Copt-level=0"],
    };
    let model_key = key(&[&kernels_key, &flags.join(" "), &code]);
    let place = options.folder.as_ref().unwrap_or(&folder);
    make_private(place)?;
    let library = Entry::new(place, format!("model-{model_key}{}", std::env::consts::DLL_SUFFIX));
    let open = || library::open(&library.path(), models);
    // One that is whole and does not load may be another machine's: it is made again; once.
    let opened = if library.is_whole() { open().ok() } else { None };
    let cached = opened.is_some();
    let programs = match opened {
        Some(programs) => programs,
        None => {
            compiling();
            library.forget();
            let kernels = Entry::new(&folder, format!("libdlm_kernels-{kernels_key}.rlib"));
            make_kernels(&rustc, &kernels)?;
            make_model(&rustc, &library, &code, &kernels.path(), flags)?;
            open()?
        }
    };
    let elapsed = start.elapsed();
    // Like the library, it stays for as long as the process lives.
    let compiler = rustc.version.lines().next().unwrap_or_default().to_owned().leak();
    Ok(programs.into_iter().map(|program| Loaded { program, elapsed, cached, compiler }).collect())
}

/// The kernels as a library, compiled once for each of their versions.
fn make_kernels(rustc: &Rustc, entry: &Entry) -> Result<(), Error> {
    entry.make(rustc, |scratch, out| {
        for (path, text) in dlm_kernels::source::FILES {
            let path = scratch.join(path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, text)?;
        }
        let mut command = rustc.command(scratch);
        command.args(["--crate-name", "dlm_kernels", "--crate-type", "rlib", "-Copt-level=3", "--cfg", "feature=\"std\"", "-o"]);
        command.arg(out).arg(scratch.join("lib.rs"));
        Ok(command)
    })
}

fn make_model(rustc: &Rustc, entry: &Entry, code: &str, kernels: &Path, flags: &[&str]) -> Result<(), Error> {
    let mut dependency = OsString::from("dlm_kernels=");
    dependency.push(kernels);
    entry.make(rustc, |scratch, out| {
        let source = scratch.join("model.rs");
        fs::write(&source, code)?;
        let mut command = rustc.command(scratch);
        command.args(["--crate-name", "dlm_model", "--crate-type", "cdylib"]).args(flags);
        command.args(["-Cstrip=debuginfo", "--extern"]).arg(&dependency).arg("-o").arg(out).arg(&source);
        Ok(command)
    })
}
