//! The Rust compiler: what it says of itself, its run, and what its failures mean.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use super::error::Error;
use crate::interrupt;

/// The compiler, with what it says of itself: code that another version compiled is not reused.
#[derive(Clone, Debug)]
pub struct Rustc {
    program: PathBuf,
    /// `rustc -vV`.
    pub version: String,
}

impl Rustc {
    /// That of the environment variable `RUSTC`, else `rustc`.
    ///
    /// # Errors
    /// If it does not start.
    pub fn find() -> Result<Self, Error> {
        let program = std::env::var_os("RUSTC").map_or_else(|| PathBuf::from("rustc"), PathBuf::from);
        Rustc::at(program)
    }

    /// A compiler of this name.
    ///
    /// # Errors
    /// If it does not start.
    pub fn at(program: PathBuf) -> Result<Self, Error> {
        match Command::new(&program).arg("-vV").output() {
            Ok(output) => Ok(Rustc { program, version: String::from_utf8_lossy(&output.stdout).into_owned() }),
            Err(error) => Err(Error::NoCompiler { rustc: program, error }),
        }
    }

    /// A call of it that compiles in a folder, its temporary files included.
    pub fn command(&self, scratch: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.env("TMPDIR", scratch).args(["--edition", "2024", "-Cpanic=abort", "--cap-lints=allow"]);
        command
    }

    /// Runs a call that compiles in `scratch`, a folder within `folder`.
    ///
    /// # Errors
    /// If it does not start or ends without success. [`Error::Refused`] does not know yet where the source is.
    pub fn run(&self, command: &mut Command, folder: &Path) -> Result<(), Error> {
        let output = run(command).map_err(|error| Error::NoCompiler { rustc: self.program.clone(), error })?;
        let Some(output) = output else { return Err(Error::Interrupted) };
        if output.status.success() { Ok(()) } else { Err(failure(&output, folder)) }
    }
}

/// With less than this free a compiler may have failed for want of space, whatever it says: a linker that writes through mapped
/// memory is ended by a signal.
const SPACE: u64 = 4 << 20;

/// Why a compiler ended without success. `folder` is where it worked.
fn failure(output: &Output, folder: &Path) -> Error {
    let said = String::from_utf8_lossy(&output.stderr);
    let missing = said.split_once("linker `").and_then(|(_, rest)| rest.split_once("` not found"));
    if let Some((linker, _)) = missing {
        return Error::NoLinker { linker: linker.to_owned() };
    }
    let free = free(folder);
    let full = ["No space left on device", "Disk quota exceeded"].iter().any(|words| said.contains(words));
    if full || free.is_some_and(|free| free < SPACE) {
        return Error::Full { path: folder.to_owned(), free };
    }
    let message = match output.status.code() {
        Some(_) => said.trim_end().to_owned(),
        // As a system does that is short of memory.
        None => format!("{}it was ended: {}", said, output.status),
    };
    Error::Refused { message, source: None }
}

/// The bytes that this user can still write in a folder, where the system tells.
#[cfg(unix)]
pub fn free(folder: &Path) -> Option<u64> {
    let folder = folder.ancestors().find(|folder| folder.exists())?;
    let found = rustix::fs::statvfs(folder).ok()?;
    found.f_bavail.checked_mul(found.f_frsize)
}

/// Not known.
#[cfg(not(unix))]
pub fn free(_: &Path) -> Option<u64> {
    None
}

/// How often a compiler at work is looked after.
const LOOK: Duration = Duration::from_millis(20);

/// Runs a compiler and returns what it said on its standard error; nothing if Ctrl-C or the like ended it. It is gone in any
/// case.
fn run(command: &mut Command) -> io::Result<Option<Output>> {
    let mut child = Running(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?);
    let mut pipe = child.0.stderr.take();
    // Read at the same time, so that the pipe does not fill.
    let reader = std::thread::Builder::new().spawn(move || {
        let mut text = Vec::new();
        pipe.as_mut().map_or(Ok(0), |pipe| pipe.read_to_end(&mut text)).map(|_| text)
    })?;
    let status = loop {
        if interrupt::requested() {
            return Ok(None);
        }
        match child.0.try_wait()? {
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
    Ok((!interrupt::requested()).then_some(Output { status, stdout: Vec::new(), stderr }))
}

/// A process that does not outlive what waits for it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended, as by a terminal's Ctrl-C, is only waited for.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use super::*;

    #[test]
    fn a_compiler_may_say_more_than_a_pipe_holds() {
        let output = run(Command::new("sh").args(["-c", "head -c 300000 /dev/zero >&2; exit 3"])).unwrap().unwrap();
        assert_eq!((output.status.code(), output.stderr.len()), (Some(3), 300_000));
        assert!(run(&mut Command::new("./no such compiler")).is_err());
    }

    #[test]
    fn failures_have_their_names() {
        let fails = |status: i32, said: &str| {
            let output = Output { status: ExitStatus::from_raw(status), stdout: Vec::new(), stderr: said.as_bytes().to_vec() };
            failure(&output, Path::new("/tmp"))
        };
        let missing = "error: linker `cc` not found\n  |\n  = note: No such file or directory (os error 2)\n";
        assert!(matches!(fails(256, missing), Error::NoLinker { linker } if linker == "cc"));
        for full in ["/usr/bin/ld: final link failed: No space left on device", "error: Disk quota exceeded (os error 122)"] {
            assert!(matches!(fails(256, full), Error::Full { free: Some(_), .. }), "{full}");
        }
        assert!(matches!(fails(256, "error: oh\n"), Error::Refused { message, .. } if message == "error: oh"));
        let Error::Refused { message, .. } = fails(9, "") else { panic!("a compiler that was ended has refused") };
        assert!(message.starts_with("it was ended: signal: 9"), "{message}");
    }
}
