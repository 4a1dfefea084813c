//! The folder that a training leaves its results in.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Names of the files in it.
const FINAL: &str = "final.safetensors";
const BEST: &str = "best.safetensors";
const LOG: &str = "log.jsonl";

/// A folder of results.
#[derive(Clone, Debug)]
pub struct Output {
    folder: PathBuf,
    log: PathBuf,
    /// Whether it holds the results of an earlier training, which are replaced.
    pub replaces: bool,
    /// Whether it was made for this training.
    fresh: bool,
}

impl Output {
    /// The folder that was named, made if it is not there. Results of an earlier training in it are to be replaced.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn named(folder: &Path, log: Option<&Path>) -> Result<Self, Failure> {
        fs::create_dir_all(folder).map_err(|error| Failure::file("create the folder", folder, error))?;
        let replaces = [FINAL, BEST, LOG].iter().any(|name| folder.join(name).exists());
        Ok(Output { replaces, ..Output::at(folder.to_owned(), log) })
    }

    /// A new folder `runs/STEM`, or `runs/STEM-2` and so on where that is there: nothing is overwritten that nobody named.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn fresh(stem: &str, log: Option<&Path>) -> Result<Self, Failure> {
        let runs = Path::new("runs");
        fs::create_dir_all(runs).map_err(|error| Failure::file("create the folder", runs, error))?;
        let mut number = 1;
        loop {
            let name = if number == 1 { stem.to_owned() } else { format!("{stem}-{number}") };
            let folder = runs.join(name);
            match fs::create_dir(&folder) {
                Ok(()) => return Ok(Output { fresh: true, ..Output::at(folder, log) }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(Failure::file("create the folder", folder, error)),
            }
        }
    }

    fn at(folder: PathBuf, log: Option<&Path>) -> Self {
        let log = log.map_or_else(|| folder.join(LOG), Path::to_owned);
        Output { folder, log, replaces: false, fresh: false }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
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

    /// Opens the log, empty, and removes an earlier training's best weights, which this one may have none to replace by.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn begin(&self) -> Result<fs::File, Failure> {
        let log = fs::File::create(&self.log).map_err(|error| {
            if self.fresh {
                // Nothing is in it yet; if it cannot be removed, an empty folder stays.
                let _ = fs::remove_dir(&self.folder);
            }
            Failure::file("write", &self.log, error)
        })?;
        match fs::remove_file(self.best()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Failure::file("replace", self.best(), error)),
            _ => Ok(log),
        }
    }
}
