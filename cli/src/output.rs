//! The folder that a training leaves its results in.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Names of the weights files in it.
const FINAL: &str = "final.safetensors";
const BEST: &str = "best.safetensors";
/// What a log is called.
pub const LOG: &str = "log.jsonl";

/// A folder of results. Nothing that an earlier training left there is touched before this one has a result to put in its
/// place; if it never has one, what was made for it is removed again.
#[derive(Debug)]
pub struct Output {
    folder: PathBuf,
    log: PathBuf,
    /// The log, open for what is to be added.
    file: File,
    /// What of an earlier training is there and will be replaced, for people.
    replaces: Option<String>,
    /// Folders that were made for this training, the innermost first.
    made: Vec<PathBuf>,
    /// Whether the log was not there before.
    new_log: bool,
    /// Whether results have been written.
    begun: bool,
}

impl Output {
    /// The folder that was named, made if it is not there. Results of an earlier training in it are to be replaced.
    ///
    /// # Errors
    /// If it cannot be made, or the log cannot be opened.
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
        let new_log = !log.exists();
        match File::options().append(true).create(true).open(&log) {
            Ok(file) => Ok(Output { folder, log, file, replaces, made, new_log, begun: false }),
            Err(error) => {
                remove_empty(&made);
                Err(Failure::file("write", log, error))
            }
        }
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

    /// To be called before each result is written: the first time, empties the log and removes an earlier training's best
    /// weights, which this one may have none to replace by.
    ///
    /// # Errors
    /// If either cannot be done.
    pub fn begin(&mut self) -> Result<(), Failure> {
        if self.begun {
            return Ok(());
        }
        self.begun = true;
        // What is no plain file, such as a pipe, holds nothing to be removed.
        if self.file.metadata().is_ok_and(|metadata| metadata.is_file()) {
            self.file.set_len(0).map_err(|error| Failure::file("write", &self.log, error))?;
        }
        match fs::remove_file(self.best()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Failure::file("replace", self.best(), error)),
            _ => Ok(()),
        }
    }

    /// Adds a line to the log.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn record(&mut self, line: &str) -> Result<(), Failure> {
        let written = self.file.write_all(format!("{line}\n").as_bytes()).and_then(|()| self.file.flush());
        written.map_err(|error| Failure::file("write", &self.log, error))
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if self.begun {
            return;
        }
        if self.new_log {
            // Nothing is in it; if it cannot be removed, an empty file stays.
            let _ = fs::remove_file(&self.log);
        }
        remove_empty(&self.made);
    }
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
