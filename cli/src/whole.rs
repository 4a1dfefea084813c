//! Files that a command makes: replaced as a whole or not at all, and never what it reads.

use std::fs;
use std::path::{Path, PathBuf};

use dlm_runtime::whole;

use crate::console::Console;
use crate::failure::Failure;

/// Whether a path stands for the standard input or output.
pub fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

/// Writes a file as a whole or not at all; `-` is the standard output. What is no plain file, such as a pipe, is written directly.
///
/// # Errors
/// If it cannot be written; it is then as it was.
pub fn write(path: &Path, text: &str, console: &Console) -> Result<(), Failure> {
    if is_standard(path) {
        return console.raw_result(text);
    }
    whole::write(path, text.as_bytes()).map_err(|error| Failure::file("write", path, error))
}

/// The files that a command reads, which it must not write over.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    files: Vec<(PathBuf, &'static str)>,
}

impl Inputs {
    /// With one more; `what` says what it is read as, such as `data`. `-` is the standard input.
    #[must_use]
    pub fn and(mut self, path: impl Into<PathBuf>, what: &'static str) -> Self {
        let path = path.into();
        // The standard input has a name in the file system where there is one at all.
        self.files.push((if is_standard(&path) { PathBuf::from("/dev/stdin") } else { path }, what));
        self
    }

    /// With several more that are read as the same.
    #[must_use]
    pub fn with(self, paths: impl IntoIterator<Item = PathBuf>, what: &'static str) -> Self {
        paths.into_iter().fold(self, |inputs, path| inputs.and(path, what))
    }

    /// Makes sure that a file to be written, named by `option`, is none of them, by whatever path.
    ///
    /// # Errors
    /// If it is.
    pub fn spare(&self, output: &Path, option: &str) -> Result<(), Failure> {
        if is_standard(output) {
            return Ok(());
        }
        match self.files.iter().find(|(input, _)| is_same(input, output)) {
            None => Ok(()),
            Some((_, what)) => {
                let message = format!("{} is read, as {what}, and would be written over", output.display());
                Err(Failure::usage(message, format!("name another place by `{option}`")))
            }
        }
    }
}

/// Whether two paths lead to the same plain file, by links of either kind too.
fn is_same(one: &Path, other: &Path) -> bool {
    match (fs::metadata(one), fs::metadata(other)) {
        (Ok(found), Ok(also)) if found.is_file() && also.is_file() => is_same_file(one, other, &found, &also),
        _ => false,
    }
}

#[cfg(unix)]
fn is_same_file(_: &Path, _: &Path, one: &fs::Metadata, other: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_same_file(one: &Path, other: &Path, _: &fs::Metadata, _: &fs::Metadata) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_spared_by_whatever_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("data.csv"), "1").unwrap();
        fs::write(path("other.csv"), "1").unwrap();
        fs::create_dir(path("sub")).unwrap();
        fs::hard_link(path("data.csv"), path("hard")).unwrap();
        std::os::unix::fs::symlink("data.csv", path("soft")).unwrap();
        let inputs = Inputs::default().and(path("none.csv"), "weights").with([path("data.csv")], "data");
        for read in ["data.csv", "sub/../data.csv", "hard", "soft"] {
            let Err(Failure::Usage { message, help }) = inputs.spare(&path(read), "--log") else {
                panic!("{read} is not spared")
            };
            assert!(message.ends_with(&format!("{read} is read, as data, and would be written over")), "{message}");
            assert_eq!(help.as_deref(), Some("name another place by `--log`"));
        }
        for free in ["other.csv", "none.csv", "sub"] {
            assert!(inputs.spare(&path(free), "--log").is_ok(), "{free}");
        }
        assert!(inputs.spare(Path::new("-"), "--log").is_ok() && inputs.spare(Path::new("/dev/null"), "--log").is_ok());
    }
}
