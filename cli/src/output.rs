//! The folder that a training leaves its results in.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use dlm_dsl::codes;
use dlm_runtime::whole::{Partial, is_special};

use crate::failure::Failure;
use crate::lock::{Lock, Owner};
use crate::whole::{Inputs, is_standard};

/// Names of the weights files in it.
const FINAL: &str = "final.safetensors";
const BEST: &str = "best.safetensors";
/// What a log is called.
pub const LOG: &str = "log.jsonl";
/// What keeps two trainings apart.
const LOCK: &str = ".dlm-training.lock";

/// A folder of results, this training's alone. Nothing that an earlier training left there is touched before this one has a
/// result to put in its place; if it never has one, what was made for it is removed again.
#[derive(Debug)]
pub struct Output {
    folder: PathBuf,
    log: PathBuf,
    /// The log, open for what is to be added; none before it is at its place.
    file: Option<File>,
    /// The log before that.
    partial: Option<Partial>,
    /// What of an earlier training is there and will be replaced, for people.
    replaces: Option<String>,
    /// Folders that were made for this training, the innermost first.
    made: Vec<PathBuf>,
    /// Whether results have been written.
    begun: bool,
    lock: Option<Lock>,
}

impl Output {
    /// Makes sure that nothing that is read is written over: by the log, or by weights in a folder that was named.
    ///
    /// # Errors
    /// If it would be.
    pub fn spare(inputs: &Inputs, folder: Option<&Path>, log: Option<&Path>) -> Result<(), Failure> {
        if let Some(log) = log {
            if is_standard(log) {
                let help = "`--format json` prints what a log holds";
                return Err(Failure::usage("`--log -` is no file, and the standard output shows the epochs already", help));
            }
            inputs.spare(log, "--log")?;
        }
        let Some(folder) = folder else { return Ok(()) };
        [FINAL, BEST, LOG].iter().try_for_each(|name| inputs.spare(&folder.join(name), "--out"))
    }

    /// The folder that was named, made if it is not there. Results of an earlier training in it are to be replaced.
    ///
    /// # Errors
    /// If it cannot be made, another training has it, or the log cannot be made.
    pub fn named(folder: &Path, log: Option<&Path>) -> Result<Self, Failure> {
        let made = missing(folder);
        fs::create_dir_all(folder).map_err(|error| Failure::file("create the folder", folder, error))?;
        Output::open(folder.to_owned(), log, made)
    }

    /// A new folder `runs/STEM`, or `runs/STEM-2` and so on where that is there: nothing is overwritten that nobody named.
    ///
    /// # Errors
    /// As [`named`](Self::named).
    pub fn fresh(stem: &str, log: Option<&Path>) -> Result<Self, Failure> {
        let runs = Path::new("runs");
        let mut made = missing(runs);
        fs::create_dir_all(runs).map_err(|error| Failure::file("create the folder", runs, error))?;
        let mut number = 1;
        loop {
            let name = if number == 1 { stem.to_owned() } else { format!("{stem}-{number}") };
            let folder = runs.join(name);
            match fs::create_dir(&folder) {
                Ok(()) => {
                    made.insert(0, folder.clone());
                    return Output::open(folder, log, made);
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(Failure::file("create the folder", folder, error)),
            }
        }
    }

    fn open(folder: PathBuf, log: Option<&Path>, made: Vec<PathBuf>) -> Result<Self, Failure> {
        let named_log = log.filter(|log| log.is_file());
        let log = log.map_or_else(|| folder.join(LOG), Path::to_owned);
        let earlier = [FINAL, BEST, LOG].iter().any(|name| folder.join(name).exists());
        let replaces = match (earlier, named_log) {
            (false, None) => None,
            (true, None) => Some(format!("the results of an earlier training in {}", folder.display())),
            (false, Some(log)) => Some(format!("the log {}", log.display())),
            (true, Some(log)) => {
                Some(format!("the results of an earlier training in {} and the log {}", folder.display(), log.display()))
            }
        };
        // Whatever goes wrong from here on, what was made is removed with it.
        let mut output = Output { folder, log, file: None, partial: None, replaces, made, begun: false, lock: None };
        output.lock = Some(lock(&output.folder)?);
        output.check_log()?;
        let failed = |error| Failure::file("write", &output.log, error);
        if is_special(&output.log) {
            output.file = Some(File::options().append(true).open(&output.log).map_err(failed)?);
        } else {
            output.partial = Some(Partial::beside(&output.log).map_err(failed)?);
        }
        Ok(output)
    }

    /// Makes sure that the log is none of the other results.
    fn check_log(&self) -> Result<(), Failure> {
        let log = place(&self.log);
        let is_log = |weights: &PathBuf| log.is_some() && place(weights) == log;
        if ![self.last(), self.best()].iter().any(is_log) {
            return Ok(());
        }
        let message = format!("the log {} would take the place of weights of the same training", self.log.display());
        Err(Failure::usage(message, "name another place by `--log`"))
    }

    /// What of an earlier training is there and will be replaced, for people.
    pub fn replaces(&self) -> Option<&str> {
        self.replaces.as_deref()
    }

    /// Where the last weights go.
    pub fn last(&self) -> PathBuf {
        self.folder.join(FINAL)
    }

    /// Where the weights of the lowest validation loss go.
    pub fn best(&self) -> PathBuf {
        self.folder.join(BEST)
    }

    /// Where the log goes.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Whether results have been written.
    pub fn has_begun(&self) -> bool {
        self.begun
    }

    /// To be called before weights are written: puts a log without lines at its place, if it is not there yet.
    ///
    /// # Errors
    /// If that cannot be done.
    pub fn begin(&mut self) -> Result<(), Failure> {
        self.write(&[])
    }

    /// Adds a line to the log; the first puts it at its place.
    ///
    /// # Errors
    /// If it cannot be written; what was at its place is as it was if it is the first.
    pub fn record(&mut self, line: &str) -> Result<(), Failure> {
        self.write(format!("{line}\n").as_bytes())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let written = match (self.partial.take(), &mut self.file) {
            (Some(mut partial), file) => partial.write_all(bytes).and_then(|()| partial.put()).map(|put| *file = Some(put)),
            (None, Some(file)) => file.write_all(bytes).and_then(|()| file.flush()),
            (None, None) => Ok(()),
        };
        self.begun |= written.is_ok();
        written.map_err(|error| Failure::file("write", &self.log, error))
    }

    /// To be called in the end, with the last weights on the disk: sees to it that the log is too, and that no best weights of an
    /// earlier training stay if this one has none to put in their place (`best`).
    ///
    /// # Errors
    /// If either cannot be done.
    pub fn finish(&mut self, best: bool) -> Result<(), Failure> {
        // A pipe cannot be synced, and need not be.
        if let Some(file) = self.file.as_ref().filter(|file| file.metadata().is_ok_and(|found| found.is_file())) {
            file.sync_all().map_err(|error| Failure::file("write", &self.log, error))?;
        }
        if best {
            return Ok(());
        }
        match fs::remove_file(self.best()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Failure::file("replace", self.best(), error)),
            _ => Ok(()),
        }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        self.partial = None;
        self.lock = None;
        if !self.begun {
            remove_empty(&self.made);
        }
    }
}

/// Takes a folder for this training alone.
fn lock(folder: &Path) -> Result<Lock, Failure> {
    match Lock::take(&folder.join(LOCK)).map_err(|error| Failure::file("write", folder.join(LOCK), error))? {
        Owner::Us(lock) => Ok(lock),
        Owner::Other(process) => {
            let process = process.map_or_else(|| "another process".to_owned(), |process| format!("process {process}"));
            let message = format!("{process} is training into {}; the results of two would be mixed", folder.display());
            Err(Failure::new(codes::FILE_ACCESS, message).help("wait for it, or name another folder by `--out`"))
        }
    }
}

/// Where a file is or would be: its folder, by whatever path that was named, and its name.
fn place(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?))
}

/// The folders that have to be made for one to be there, the innermost first.
fn missing(folder: &Path) -> Vec<PathBuf> {
    let missing = folder.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
    missing.map(Path::to_owned).collect()
}

/// Removes folders that nothing is in; others stay.
fn remove_empty(folders: &[PathBuf]) {
    for folder in folders {
        let _ = fs::remove_dir(folder);
    }
}
