//! Compiles a model ahead of time and loads the result: the generated functions and the kernels' own source go to plain
//! `rustc`, for this machine's instruction set alone, and the library comes back as a [`Program`].
//!
//! What was compiled is kept in a cache folder under a key of everything that it was made of, so that a model that did
//! not change starts at once.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use dlm_compiler::compile::Compiled;
use dlm_compiler::describe::describe;
use dlm_compiler::emit::{Levels, functions_of_all};
use dlm_kernels::Level;
use dlm_runtime::Program;
use sha2::{Digest, Sha256};

use crate::failure::without_path;
use crate::observe::interrupted;

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
    /// `rustc` refused; this is a bug in the generated code, or no linker is installed.
    Refused {
        /// What it said.
        message: String,
        /// The file that it refused.
        source: PathBuf,
    },
    /// The cache folder cannot be written, or must not be trusted.
    Cache {
        /// Where.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Ctrl-C, while `rustc` was at work.
    Interrupted,
    /// The compiled library cannot be loaded.
    Load {
        /// The library.
        path: PathBuf,
        /// Why.
        message: String,
    },
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoCompiler { rustc, error } => {
                write!(
                    f,
                    "cannot start the Rust compiler `{}`, which turns the model into machine code: {error}",
                    rustc.display()
                )
            }
            Self::Refused { message, source } => {
                write!(f, "the Rust compiler refused the generated code {}:\n{message}", source.display())
            }
            Self::Cache { path, error } => write!(f, "cannot use the cache of compiled models at {}: {error}", path.display()),
            Self::Interrupted => f.write_str("interrupted while compiling"),
            Self::Load { path, message } => write!(f, "cannot load the compiled model {}: {message}", path.display()),
        }
    }
}

impl std::error::Error for Error {}

/// The folder of compiled models: `DLM_CACHE`, or `dlm` in the user's cache folder. Without either, one in the system's
/// temporary folder that is this user's alone, since code is loaded from it.
///
/// # Errors
/// If that one cannot be made, or others can write in it.
pub fn cache_folder() -> Result<PathBuf, Error> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let chosen = variable("DLM_CACHE")
        .or_else(|| variable("XDG_CACHE_HOME").map(|cache| cache.join("dlm")))
        .or_else(|| variable("HOME").map(|home| home.join(".cache").join("dlm")));
    match chosen {
        Some(folder) => Ok(folder),
        None => {
            let folder = std::env::temp_dir().join(private_name());
            make_private(&folder).map_err(|error| Error::Cache { path: folder.clone(), error })?;
            Ok(folder)
        }
    }
}

/// Each user has a folder of another name, so that they do not stand in each other's way.
#[cfg(unix)]
fn private_name() -> String {
    format!("dlm-cache-{}", rustix::process::geteuid().as_raw())
}

/// Makes a folder that only this user can write in, or makes sure that it is one.
#[cfg(unix)]
fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt};
    match fs::DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        made => return made,
    }
    // Not what a link leads to: whoever owns the link decides that.
    let found = fs::symlink_metadata(folder)?;
    if found.is_dir() && found.uid() == rustix::process::geteuid().as_raw() && found.mode() & 0o022 == 0 {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::PermissionDenied, "other users can write there, and code is loaded from it"))
}

/// The temporary folder is the user's own.
#[cfg(not(unix))]
fn private_name() -> String {
    "dlm-cache".to_owned()
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
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
    let rustc = std::env::var_os("RUSTC").map_or_else(|| PathBuf::from("rustc"), PathBuf::from);
    let version = version(&rustc)?;
    let functions = functions_of_all(models, &quote::quote!(::dlm_kernels), Levels::One(level.name()));
    let mut code = format!("#![allow(warnings)]\n{functions}\n");
    for index in 0..models.len() {
        let _ = writeln!(code, "::dlm_kernels::export! {{ step_{index}, infer_{index}, DLM_PROGRAM_{index} }}");
    }
    let kernels_text: String = dlm_kernels::source::FILES.iter().map(|(path, text)| format!("{path}\n{text}\n")).collect();
    let kernels_key = key(&[env!("CARGO_PKG_VERSION"), &version, &kernels_text]);
    let flags: &[&str] = match options.effort {
        Effort::Full if models.len() > 1 => &["-Copt-level=3", "-Ccodegen-units=1"],
        Effort::Full => &["-Copt-level=3"],
        Effort::Quick => &["-Copt-level=0"],
    };
    let model_key = key(&[&kernels_key, &flags.join(" "), &code]);
    let library = options.folder.as_ref().unwrap_or(&folder);
    let library = library.join(format!("model-{model_key}{}", std::env::consts::DLL_SUFFIX));
    // One that does not load is damaged, and made again; once.
    let opened = if library.is_file() { open(&library, models).ok() } else { None };
    let cached = opened.is_some();
    let programs = match opened {
        Some(programs) => programs,
        None => {
            compiling();
            sweep(&folder);
            let kernels = kernels(&rustc, &folder, &kernels_key)?;
            build_model(&rustc, &library, &code, &kernels, flags)?;
            open(&library, models)?
        }
    };
    let elapsed = start.elapsed();
    // Like the library, it stays for as long as the process lives.
    let compiler = version.lines().next().unwrap_or_default().to_owned().leak();
    Ok(programs.into_iter().map(|program| Loaded { program, elapsed, cached, compiler }).collect())
}

fn key(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().take(16).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What the compiler says of itself: code that another version compiled is not reused.
fn version(rustc: &Path) -> Result<String, Error> {
    let output = Command::new(rustc).arg("-vV").output().map_err(|error| Error::NoCompiler { rustc: rustc.into(), error })?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The kernels as a library, compiled once for each of their versions.
fn kernels(rustc: &Path, folder: &Path, key: &str) -> Result<PathBuf, Error> {
    // Threads that load models at the same time wait for the first of them.
    static AT_WORK: Mutex<()> = Mutex::new(());
    let _held = AT_WORK.lock();
    let library = folder.join(format!("kernels-{key}")).join("libdlm_kernels.rlib");
    if library.is_file() {
        return Ok(library);
    }
    build(folder, &library, |scratch| {
        for (path, text) in dlm_kernels::source::FILES {
            let path = scratch.join(path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, text)?;
        }
        let mut command = Command::new(rustc);
        command.args(["--crate-name", "dlm_kernels", "--crate-type", "rlib", "--edition", "2024", "-Copt-level=3"]);
        command.args(["-Cpanic=abort", "--cap-lints=allow", "--cfg", "feature=\"std\"", "-o"]);
        command.arg(scratch.join("libdlm_kernels.rlib")).arg(scratch.join("lib.rs"));
        Ok((command, scratch.join("libdlm_kernels.rlib")))
    })?;
    Ok(library)
}

fn build_model(rustc: &Path, library: &Path, code: &str, kernels: &Path, flags: &[&str]) -> Result<(), Error> {
    let mut dependency = OsString::from("dlm_kernels=");
    dependency.push(kernels);
    build(library.parent().unwrap_or(Path::new(".")), library, |scratch| {
        let (source, out) = (scratch.join("model.rs"), scratch.join("model"));
        fs::write(&source, code)?;
        let mut command = Command::new(rustc);
        command.args(["--crate-name", "dlm_model", "--crate-type", "cdylib", "--edition", "2024", "-Cpanic=abort"]);
        command.args(flags).args(["-Cstrip=debuginfo", "--cap-lints=allow", "--extern"]);
        command.arg(&dependency).arg("-o").arg(&out).arg(&source);
        Ok((command, out))
    })
}

/// Runs a compiler in a folder of its own and moves what it made to its place in one step: a library in the cache is
/// whole, whoever else compiles the same at the same time.
fn build(folder: &Path, target: &Path, prepare: impl FnOnce(&Path) -> io::Result<(Command, PathBuf)>) -> Result<(), Error> {
    let cache_error = |error| Error::Cache { path: folder.into(), error };
    fs::create_dir_all(target.parent().unwrap_or(folder)).map_err(cache_error)?;
    let scratch = tempfile::Builder::new().prefix(SCRATCH).tempdir_in(folder).map_err(without_path).map_err(cache_error)?;
    let (mut command, made) = prepare(scratch.path()).map_err(cache_error)?;
    let rustc = PathBuf::from(command.get_program());
    let output = run(&mut command).map_err(|error| Error::NoCompiler { rustc, error })?.ok_or(Error::Interrupted)?;
    if !output.status.success() {
        let source = scratch.keep();
        return Err(Error::Refused { message: String::from_utf8_lossy(&output.stderr).into_owned(), source });
    }
    fs::rename(made, target).map_err(cache_error)
}

/// How often a compiler at work is looked after.
const LOOK: Duration = Duration::from_millis(20);

/// Runs a compiler and returns what it said on its standard error; nothing if Ctrl-C ended it. It is gone in any case.
fn run(command: &mut Command) -> io::Result<Option<Output>> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let mut pipe = child.stderr.take();
    // Read at the same time, so that the pipe does not fill.
    let reader = std::thread::spawn(move || {
        let mut text = Vec::new();
        pipe.as_mut().map_or(Ok(0), |pipe| pipe.read_to_end(&mut text)).map(|_| text)
    });
    let status = loop {
        if interrupted() {
            // A terminal's Ctrl-C may have ended it already; either way it is waited for.
            let _ = child.kill();
            child.wait()?;
            return Ok(None);
        }
        match child.try_wait()? {
            Some(status) => break status,
            None => std::thread::sleep(LOOK),
        }
    };
    let stderr = reader.join().unwrap_or_else(|_| Ok(Vec::new()))?;
    // Ctrl-C reaches both this process and the compiler, whose end may be seen first.
    let ended_by_signal = status.code().is_none();
    if ended_by_signal {
        std::thread::sleep(LOOK);
    }
    Ok((!interrupted()).then_some(Output { status, stdout: Vec::new(), stderr }))
}

/// What the names of the folders that a compiler works in begin with.
const SCRATCH: &str = "building-";
/// The age from which such a folder is one that nobody works in any more.
const ABANDONED: Duration = Duration::from_secs(60 * 60);

/// Removes what compilers that were killed left behind. That it cannot be removed hinders nobody.
fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let age = entry.metadata().and_then(|metadata| metadata.modified()).ok().and_then(|time| time.elapsed().ok());
        if entry.file_name().to_string_lossy().starts_with(SCRATCH) && age.is_some_and(|age| age > ABANDONED) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Opens a library and finds its models.
fn open(library: &Path, models: &[(&Compiled<'_>, &str)]) -> Result<Vec<&'static Program>, Error> {
    let failed = |message: String| Error::Load { path: library.into(), message };
    // SAFETY: the library was made by `build_model`: its constructors do nothing but what Rust's standard library's do.
    let opened = unsafe { libloading::Library::new(library) }.map_err(|error| failed(error.to_string()))?;
    let mut tables = Vec::new();
    for index in 0..models.len() {
        let name = format!("DLM_PROGRAM_{index}\0");
        // SAFETY: `export!` made this symbol a static `dlm_kernels::Program`; `load` checks its version before its rest.
        let table = unsafe {
            let symbol = opened.get::<*const dlm_kernels::Program>(name.as_bytes()).map_err(|error| failed(error.to_string()))?;
            dlm_kernels::Program::load(*symbol).map_err(|error| failed(error.to_string()))?
        };
        tables.push((table.step(), table.infer()));
    }
    // Programs are `'static`: a library that has them all is never unloaded. Any other is, or the system would not look at
    // the file again.
    Box::leak(Box::new(opened));
    let program = |((compiled, _), (step, infer)): (&(&Compiled<'_>, &str), _)| {
        &*Box::leak(Box::new(Program { spec: describe(compiled), step, infer }))
    };
    Ok(models.iter().zip(tables).map(program).collect())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn what_is_left_of_killed_compilers_is_removed_after_an_hour() {
        let folder = tempfile::tempdir().unwrap();
        let age = |name: &str, minutes: u64| {
            let path = folder.path().join(name);
            fs::create_dir(&path).unwrap();
            fs::write(path.join("model.rs"), "").unwrap();
            let time = std::time::SystemTime::now() - Duration::from_secs(60 * minutes);
            fs::File::open(&path).unwrap().set_modified(time).unwrap();
            path
        };
        let (old, new, other) = (age("building-a", 61), age("building-b", 59), age("kernels-c", 61));
        sweep(folder.path());
        assert_eq!((old.exists(), new.exists(), other.exists()), (false, true, true));
        sweep(&folder.path().join("none"));
    }

    #[test]
    fn a_compiler_may_say_more_than_a_pipe_holds() {
        let output = run(Command::new("sh").args(["-c", "head -c 300000 /dev/zero >&2; exit 3"])).unwrap().unwrap();
        assert_eq!((output.status.code(), output.stderr.len()), (Some(3), 300_000));
        assert!(run(&mut Command::new("./no such compiler")).is_err());
    }

    #[test]
    fn a_folder_that_others_can_write_in_is_not_trusted() {
        let folder = tempfile::tempdir().unwrap();
        let cache = folder.path().join("cache");
        let mode = || fs::metadata(&cache).unwrap().permissions().mode() & 0o777;
        make_private(&cache).unwrap();
        assert_eq!(mode(), 0o700);
        make_private(&cache).unwrap();
        symlink(&cache, folder.path().join("link")).unwrap();
        assert!(make_private(&folder.path().join("link")).is_err());
        fs::write(folder.path().join("file"), "").unwrap();
        assert!(make_private(&folder.path().join("file")).is_err());
        for open_to_others in [0o720, 0o702, 0o777] {
            fs::set_permissions(&cache, fs::Permissions::from_mode(open_to_others)).unwrap();
            assert!(make_private(&cache).is_err(), "{open_to_others:o}");
        }
        fs::set_permissions(&cache, fs::Permissions::from_mode(0o700)).unwrap();
        make_private(&cache).unwrap();
        // Only the system's administrator can give a folder to someone else.
        if std::os::unix::fs::chown(&cache, Some(12345), None).is_ok() {
            assert!(make_private(&cache).is_err(), "someone else's folder");
        }
    }
}
