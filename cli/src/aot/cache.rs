//! What was compiled, kept under a key of everything that it was made of.
//!
//! What is loaded is code, and a file of it may have been cut by a full disk or overwritten. So each has a record beside it of its
//! length and hash, written after it, and is only used if both are this user's own files in a folder that nobody else can write
//! in ([`folder`](super::folder)) and it is what the record says; any other is made anew. Nothing needs to reach the disk in some
//! order, therefore: what a power cut leaves half written is found out.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use dlm_runtime::whole::{self, without_path};
use sha2::{Digest, Sha256};

use super::error::Error;
use super::folder::{is_own, make_own};
use super::rustc::Rustc;
use crate::interrupt;
use crate::lock::{Lock, Owner};

/// A key of everything that something is made of.
pub fn key(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part.as_bytes());
    }
    hex(&hash.finalize()[..16])
}

/// Bytes as text, two digits each.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A library in a folder that is the user's own, or its place.
#[derive(Clone, Debug)]
pub struct Entry {
    folder: PathBuf,
    name: String,
}

impl Entry {
    /// The place of a file of this name.
    pub fn new(folder: &Path, name: String) -> Self {
        Entry { folder: folder.to_owned(), name }
    }

    /// Where the library is.
    pub fn path(&self) -> PathBuf {
        self.folder.join(&self.name)
    }

    fn record(&self) -> PathBuf {
        self.folder.join(format!("{}.sha256", self.name))
    }

    /// What the record of a whole library says: its hash, its length, its name.
    fn expected(&self) -> io::Result<String> {
        let library = fs::read(self.path())?;
        Ok(format!("{}  {}  {}\n", hex(&Sha256::digest(&library)), library.len(), self.name))
    }

    /// Whether it is there, as it was made.
    pub fn is_whole(&self) -> bool {
        let record = self.record();
        is_own(&self.path())
            && is_own(&record)
            && fs::read_to_string(record).is_ok_and(|record| self.expected().is_ok_and(|expected| record == expected))
    }

    /// Forgets it, so that it is made anew.
    pub fn forget(&self) {
        let _ = fs::remove_file(self.record());
    }

    /// Makes it, unless it is whole: once, however many processes and threads want it at the same time. `prepare` gets a folder to
    /// work in and the path of the library to be made, and returns the call of the compiler.
    ///
    /// # Errors
    /// If that fails, or the folder cannot be written.
    pub fn make(&self, rustc: &Rustc, prepare: impl FnOnce(&Path, &Path) -> io::Result<Command>) -> Result<(), Error> {
        let failed = || Error::cache(&self.folder);
        let Some(_lock) = self.lock()? else { return Ok(()) };
        sweep(&self.folder);
        let scratch = Scratch::new(&self.folder).map_err(failed())?;
        let made = scratch.path().join(&self.name);
        let mut command = prepare(scratch.path(), &made).map_err(failed())?;
        match rustc.run(&mut command, &self.folder) {
            Err(Error::Refused { message, .. }) => {
                return Err(Error::Refused { message, source: scratch.keep(&self.folder, &self.name) });
            }
            ended => ended?,
        }
        make_own(&made).map_err(failed())?;
        self.forget();
        fs::rename(made, self.path()).map_err(failed())?;
        let record = self.expected().map_err(failed())?;
        whole::write(self.record(), record.as_bytes()).map_err(failed())?;
        make_own(&self.record()).map_err(failed())
    }

    /// Waits until nobody else makes it; none if it is whole then.
    fn lock(&self) -> Result<Option<Lock>, Error> {
        let path = self.folder.join(format!("{}.lock", self.name));
        loop {
            if self.is_whole() {
                return Ok(None);
            }
            if let Owner::Us(lock) = Lock::take(&path).map_err(Error::cache(&self.folder))? {
                // It may have been made since.
                return Ok((!self.is_whole()).then_some(lock));
            }
            if interrupt::requested() {
                return Err(Error::Interrupted);
            }
            std::thread::sleep(LOOK);
        }
    }
}

/// How often one looks whether another process has made what is waited for.
const LOOK: Duration = Duration::from_millis(50);

/// What the names of the folders that a compiler works in begin with.
const SCRATCH: &str = "building-";
/// And those of what a compiler refused.
const REFUSED: &str = "refused-";
/// The lock in a folder that a compiler works in, held by whoever waits for it.
const AT_WORK: &str = "lock";
/// The age from which a folder whose lock nobody holds is one that nobody is about to work in; and one without a lock, which is
/// made right after it.
const ABANDONED: Duration = Duration::from_secs(60);
/// For so long what a compiler refused is kept, to be reported.
const REPORTABLE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A folder for one run of a compiler, gone with it.
struct Scratch {
    // Dropped before the folder that it is in.
    lock: Option<Lock>,
    folder: tempfile::TempDir,
}

impl Scratch {
    fn new(parent: &Path) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix(SCRATCH).tempdir_in(parent).map_err(without_path)?;
        loop {
            // Nobody else takes it, but somebody may be looking whether it is held.
            if let Owner::Us(lock) = Lock::take(&folder.path().join(AT_WORK))? {
                return Ok(Scratch { lock: Some(lock), folder });
            }
        }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Keeps what the compiler refused, in place of what it last refused of this name.
    fn keep(mut self, parent: &Path, name: &str) -> Option<PathBuf> {
        drop(self.lock.take());
        let kept = parent.join(format!("{REFUSED}{name}"));
        let _ = fs::remove_dir_all(&kept);
        fs::rename(self.folder.path(), &kept).ok().map(|()| kept)
    }
}

/// Removes what was left behind: by compilers whose process was killed, and what was refused long ago. That it cannot be removed
/// hinders nobody.
fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let age = entry.metadata().and_then(|metadata| metadata.modified()).ok().and_then(|time| time.elapsed().ok());
        let older = |than: Duration| age.is_some_and(|age| age > than);
        let dead = match Lock::is_held(&entry.path().join(AT_WORK)) {
            _ if name.starts_with(REFUSED) => older(REPORTABLE),
            _ if !name.starts_with(SCRATCH) => false,
            held => held != Some(true) && older(ABANDONED),
        };
        if dead {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs::File;
    use std::os::unix::fs::symlink;

    use super::*;

    fn age(path: &Path, age: Duration) {
        File::open(path).unwrap().set_modified(std::time::SystemTime::now() - age).unwrap();
    }

    #[test]
    fn what_is_left_of_killed_compilers_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let aged = |name: &str, seconds: u64| {
            let path = folder.path().join(name);
            fs::create_dir(&path).unwrap();
            fs::write(path.join("model.rs"), "").unwrap();
            age(&path, Duration::from_secs(seconds));
            path
        };
        let (old, new, other) = (aged("building-a", 61), aged("building-b", 50), aged("kernels-c", 61));
        let (refused, long_ago) = (aged("refused-d", 61), aged("refused-e", 8 * 24 * 60 * 60));
        let alive = Scratch::new(folder.path()).unwrap();
        age(alive.path(), 2 * ABANDONED);
        // As a process leaves it that is killed: the lock's file is there, and nobody holds it.
        let dead = aged("building-f", 0);
        fs::write(dead.join(AT_WORK), "12345\n").unwrap();
        age(&dead, 2 * ABANDONED);
        sweep(folder.path());
        let there = [&old, &new, &other, &refused, &long_ago, &dead].map(|path| path.exists());
        assert_eq!(there, [false, true, true, true, false, false]);
        assert!(alive.path().exists());
        sweep(&folder.path().join("none"));
    }

    /// A compiler.
    fn rustc(folder: &Path, script: &str) -> Rustc {
        use std::os::unix::fs::PermissionsExt;
        let program = folder.join("rustc");
        fs::write(&program, format!("#!/bin/sh\n[ \"$1\" = -vV ] && exit\n{script}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
        loop {
            match Rustc::at(program.clone()) {
                // A test beside this one has just begun a process, which has not yet closed what it got of this one.
                Err(Error::NoCompiler { error, .. }) if error.kind() == io::ErrorKind::ExecutableFileBusy => {}
                found => return found.unwrap(),
            }
        }
    }

    fn make(entry: &Entry, rustc: &Rustc) -> Result<(), Error> {
        entry.make(rustc, |scratch, out| {
            let mut command = rustc.command(scratch);
            command.arg(out);
            Ok(command)
        })
    }

    /// Writes to its last argument.
    const WRITES: &str = "echo call >> \"$(dirname \"$0\")/calls\"; for last; do :; done; echo made > \"$last\"";

    #[test]
    fn a_library_is_whole_if_it_is_what_was_made() {
        let (folder, tools) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (entry, rustc) = (Entry::new(folder.path(), "model-x.so".to_owned()), rustc(tools.path(), WRITES));
        assert!(!entry.is_whole());
        make(&entry, &rustc).unwrap();
        assert!(entry.is_whole());
        let damage = |change: &dyn Fn()| {
            change();
            assert!(!entry.is_whole());
            make(&entry, &rustc).unwrap();
            assert!(entry.is_whole());
        };
        damage(&|| fs::write(entry.path(), "mad").unwrap());
        damage(&|| fs::write(entry.path(), "mode\n").unwrap());
        damage(&|| fs::write(entry.record(), "").unwrap());
        damage(&|| entry.forget());
        damage(&|| fs::remove_file(entry.path()).unwrap());
        damage(&|| {
            let elsewhere = folder.path().join("elsewhere");
            fs::rename(entry.path(), &elsewhere).unwrap();
            symlink(elsewhere, entry.path()).unwrap();
        });
        // Another's record with its library.
        let other = Entry::new(folder.path(), "model-y.so".to_owned());
        fs::copy(entry.path(), other.path()).unwrap();
        fs::copy(entry.record(), other.record()).unwrap();
        assert!(!other.is_whole());
    }

    #[test]
    fn many_that_want_the_same_make_it_once_and_leave_nothing() {
        let (folder, tools) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let rustc = rustc(tools.path(), &format!("sleep 0.2; {WRITES}"));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| make(&Entry::new(folder.path(), "model-x.so".to_owned()), &rustc).unwrap());
            }
        });
        assert_eq!(fs::read_to_string(tools.path().join("calls")).unwrap(), "call\n");
        let mut names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort_unstable();
        assert_eq!(names, ["model-x.so", "model-x.so.sha256"]);
    }

    #[test]
    fn what_is_refused_is_kept_once() {
        let (folder, tools) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let rustc = rustc(tools.path(), "echo no >&2; exit 1");
        let entry = Entry::new(folder.path(), "model-x.so".to_owned());
        for _ in 0..2 {
            let Err(Error::Refused { message, source: Some(source) }) = make(&entry, &rustc) else { panic!("it is made") };
            assert_eq!((message.as_str(), source), ("no", folder.path().join("refused-model-x.so")));
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
