//! Files are compiled and compared in processes of their own: generated code that panics ends its process, what never ends
//! is ended, and what was loaded is gone with them.

use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use dlm_cli::aot::{self, Effort};
use dlm_compiler::compile::{CompileOptions, Compiled, compile};
use dlm_compiler::graph::{NodeKind, Program, Unit};
use dlm_compiler::plan::Products;
use dlm_runtime::Level;

use crate::support;
use crate::support::compare::{beginning, compare, interpreted};

/// Files that are compiled into one library.
const TOGETHER: usize = 20;
/// Steps of a training.
const STEPS: u64 = 6;
/// How long a library's worth of files may take.
const PATIENCE: Duration = Duration::from_secs(600);

/// What the process of a worker is told by.
const JOB: &str = "DLM_RANDOM_JOB";
const EFFORT: &str = "DLM_RANDOM_EFFORT";
const FAULT: &str = "DLM_RANDOM_FAULT";

/// What became of a file: whether its training ended with a number, or what is wrong.
pub type Verdict = Result<bool, Failure>;

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    pub kind: Kind,
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Generated code and the interpreter differ.
    Differs,
    /// The compiler, the interpreter or the trainer panics.
    Panics,
    /// `rustc` refuses what is generated.
    Refused,
    /// The process ends in another way, or does not end.
    Dies,
}

const KINDS: [(Kind, &str); 4] =
    [(Kind::Differs, "differs"), (Kind::Panics, "panics"), (Kind::Refused, "refused by rustc"), (Kind::Dies, "dies")];

impl Kind {
    pub fn name(self) -> &'static str {
        KINDS.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }
}

/// Compiles and compares files.
#[derive(Clone, Debug)]
pub struct Judge {
    pub effort: Effort,
    /// A layer that is taken to be computed wrongly, to see that it is found.
    pub fault: Option<&'static str>,
}

impl Judge {
    /// What becomes of some files, on all processors.
    pub fn judge(&self, files: &[String]) -> Vec<Verdict> {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        // A few files are spread too.
        let together = files.len().div_ceil(processors).clamp(1, TOGETHER);
        support::in_parallel(files.chunks(together), |files| self.together(files)).concat()
    }

    /// Files in one process, and each in one of its own if that one does not say which it is.
    fn together(&self, files: &[String]) -> Vec<Verdict> {
        let (mut verdicts, end) = self.work(files);
        if let [_] = files {
            let died = || Err(Failure { kind: Kind::Dies, message: end.clone() });
            return vec![verdicts.remove(0).unwrap_or_else(died)];
        }
        let alone = |(file, verdict): (&String, Option<Verdict>)| match verdict {
            Some(verdict) if !verdict.as_ref().is_err_and(|failure| failure.kind == Kind::Refused) => verdict,
            _ => self.together(std::slice::from_ref(file)).remove(0),
        };
        files.iter().zip(verdicts).map(alone).collect()
    }

    /// What a worker says of each file, where it came to that; and how it ended.
    fn work(&self, files: &[String]) -> (Vec<Option<Verdict>>, String) {
        static JOBS: AtomicUsize = AtomicUsize::new(0);
        let number = JOBS.fetch_add(1, Ordering::Relaxed);
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("random-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).expect("the target folder can be written");
        for (index, file) in files.iter().enumerate() {
            fs::write(folder.join(format!("{index}.dlm")), file).expect("the target folder can be written");
        }
        let mut command = Command::new(std::env::current_exe().expect("the test has a file"));
        command.args(["worker", "--exact", "--ignored", "--nocapture"]).env(JOB, &folder);
        command.env(EFFORT, format!("{:?}", self.effort)).env(FAULT, self.fault.unwrap_or_default()).env("RUST_BACKTRACE", "0");
        let errors = fs::File::create(folder.join("errors")).expect("the target folder can be written");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(errors);
        let ended = wait(command.spawn().expect("the test can be started once more"));
        let read = |index: usize| verdict(&fs::read_to_string(folder.join(format!("{index}.verdict"))).ok()?);
        let verdicts = (0..files.len()).map(read).collect();
        let errors = String::from_utf8_lossy(&fs::read(folder.join("errors")).unwrap_or_default()).into_owned();
        let _ = fs::remove_dir_all(&folder);
        (verdicts, format!("{ended}\n{errors}"))
    }
}

/// How a process ended; one that does not is ended.
fn wait(mut child: Child) -> String {
    let begin = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.to_string(),
            Err(error) => return error.to_string(),
            Ok(None) if begin.elapsed() > PATIENCE => {
                let _ = child.kill();
                let _ = child.wait();
                return format!("did not end within {PATIENCE:?}");
            }
            Ok(None) => thread::sleep(Duration::from_millis(5)),
        }
    }
}

/// What the file of a verdict says: a line with the kind, and the message. Whatever is not complete says nothing.
fn verdict(text: &str) -> Option<Verdict> {
    let (kind, message) = text.strip_suffix("\nend\n")?.split_once('\n')?;
    let failure = KINDS.iter().find(|(_, name)| *name == kind);
    Some(match failure {
        Some((kind, _)) => Err(Failure { kind: *kind, message: message.into() }),
        None => Ok(kind == NUMBERS),
    })
}

/// The first line of a verdict on what does not fail.
const NUMBERS: &str = "the same numbers";
const NO_NUMBERS: &str = "the same";

/// The whole work of a worker's process; none if it is not one.
pub fn worker() {
    let Some(folder) = std::env::var_os(JOB).map(PathBuf::from) else { return };
    let effort = if std::env::var(EFFORT).is_ok_and(|effort| effort == "Full") { Effort::Full } else { Effort::Quick };
    let fault = std::env::var(FAULT).unwrap_or_default();
    let files: Vec<String> = (0..).map_while(|index| fs::read_to_string(folder.join(format!("{index}.dlm"))).ok()).collect();
    let say = |index: usize, kind: &str, message: &str| {
        fs::write(folder.join(format!("{index}.verdict")), format!("{kind}\n{message}\nend\n")).expect("the folder is there");
    };
    // What panics say goes into verdicts.
    panic::set_hook(Box::new(|_| ()));
    let programs: Vec<Program> = files.iter().map(|file| support::program("random", file)).collect();
    let mut compiled: Vec<(usize, Compiled<'_>)> = Vec::new();
    for (index, program) in programs.iter().enumerate() {
        let options = CompileOptions { split_from: 0, products: Products::Chosen, marks: false };
        match caught(|| compile(unit(program), options)) {
            Ok(done) => compiled.push((index, done)),
            Err(message) => say(index, Kind::Panics.name(), &message),
        }
    }
    let models: Vec<(&Compiled<'_>, &str)> = compiled.iter().map(|(_, compiled)| (compiled, "random.dlm")).collect();
    let loaded = match aot::load_all(&models, &aot::Options { effort, folder: Some(folder.join("library")), level: None }) {
        Ok(loaded) => loaded,
        Err(error) => {
            compiled.iter().for_each(|(index, _)| say(*index, Kind::Refused.name(), &error.to_string()));
            return;
        }
    };
    for ((index, compiled), loaded) in compiled.iter().zip(loaded) {
        let expected = caught(|| {
            let mut expected = interpreted(compiled, &beginning(loaded.program), STEPS);
            if has(compiled.unit, &fault) {
                expected[0].loss += 1.0;
            }
            expected
        });
        let compared = expected.and_then(|expected| {
            for threads in [1, 2] {
                caught(|| compare(&format!("{threads} threads"), compiled, loaded.program, Level::detect(), threads, &expected))?;
            }
            Ok(expected[expected.len() - 1].loss.is_finite())
        });
        match compared {
            Ok(true) => say(*index, NUMBERS, ""),
            Ok(false) => say(*index, NO_NUMBERS, ""),
            Err(message) if message.contains("the interpreter") => say(*index, Kind::Differs.name(), &message),
            Err(message) => say(*index, Kind::Panics.name(), &message),
        }
    }
}

/// The recipe of a file that is trained: its last.
pub fn unit(program: &Program) -> &Unit {
    program.models.last().and_then(|model| model.units.last()).expect("every file has a model")
}

/// Whether a model has a layer of this kind.
pub fn has(unit: &Unit, layer: &str) -> bool {
    unit.graph.nodes.iter().any(|node| matches!(&node.kind, NodeKind::Op(op) if op.name() == layer))
}

/// What a function gives, or how it panics.
fn caught<T>(function: impl FnOnce() -> T) -> Result<T, String> {
    panic::catch_unwind(AssertUnwindSafe(function)).map_err(|panic| match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(panic) => panic.downcast::<&str>().map_or_else(|_| "a panic".into(), |message| (*message).to_owned()),
    })
}
