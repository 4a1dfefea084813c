//! Files that are written whole or not at all: beside their place under a name that nobody can guess, then moved there.
//!
//! [`tempfile`] makes the file, so that it is a new one and never what a link leads to. Here is what it leaves to others: the
//! bytes are on the disk before the file gets its name, and what killed runs left beside it is removed.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::NamedTempFile;

/// What the names of files that are not whole yet begin and end with.
const PREFIX: &str = ".dlm-";
const SUFFIX: &str = ".partial";
/// Characters between them that are drawn.
const DRAWN: usize = 12;
/// A file that is younger may not have been locked yet by the process that makes it.
const YOUNG: Duration = Duration::from_secs(60);

/// Replaces a file as a whole or not at all, or makes it. A link is replaced by a file; who can use the file stays as it was.
/// What is no plain file, such as a pipe, is written directly.
///
/// # Errors
/// If it cannot be written; it is then as it was.
pub fn write(path: impl AsRef<Path>, bytes: &[u8]) -> io::Result<()> {
    let path = path.as_ref();
    if is_special(path) {
        return File::options().write(true).open(path)?.write_all(bytes);
    }
    let mut partial = Partial::beside(path)?;
    partial.write_all(bytes)?;
    partial.put().map(drop)
}

/// Whether something is there that is no plain file: it can be written, but not replaced.
pub fn is_special(path: impl AsRef<Path>) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_file())
}

/// A file that is not at its place yet. Dropped, it is gone.
#[derive(Debug)]
pub struct Partial {
    file: NamedTempFile,
    path: PathBuf,
}

impl Partial {
    /// A new file that is meant for `path`, in the same folder.
    ///
    /// # Errors
    /// If the path names no file, or none can be made in its folder.
    pub fn beside(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        if path.file_name().is_none() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"));
        }
        sweep(folder_of(path));
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX).suffix(SUFFIX).rand_bytes(DRAWN);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // As any new file; the user's mask takes from it.
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        loop {
            let file = builder.tempfile_in(folder_of(path)).map_err(without_path)?;
            // Shows others that it is being written. Where there are no locks, nobody takes it for left behind either.
            match file.as_file().try_lock() {
                Err(fs::TryLockError::WouldBlock) => {}
                Ok(()) | Err(fs::TryLockError::Error(_)) => return Ok(Partial { file, path: path.to_owned() }),
            }
        }
    }

    /// Moves it to its place, once all of it is on the disk; returns it, to be written on.
    ///
    /// # Errors
    /// If it cannot be written or moved; what is at its place is then as it was.
    pub fn put(self) -> io::Result<File> {
        let Partial { file, path } = self;
        #[cfg(unix)]
        if let Ok(earlier) = fs::symlink_metadata(&path)
            && earlier.is_file()
        {
            use std::os::unix::fs::PermissionsExt;
            file.as_file().set_permissions(fs::Permissions::from_mode(earlier.permissions().mode() & 0o777))?;
        }
        file.as_file().sync_all()?;
        let file = file.persist(&path).map_err(|error| error.error)?;
        sync_folder(folder_of(&path));
        // Elsewhere than on Unix nobody could read what is locked.
        let _ = file.unlock();
        Ok(file)
    }
}

impl Write for Partial {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.as_file_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_file_mut().flush()
    }
}

/// What kept a temporary file from being made, without its name, which says nothing to anyone.
pub fn without_path(error: io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Sees to it that a new name outlasts a power cut. Not every file system can, and the file is there already.
fn sync_folder(folder: &Path) {
    #[cfg(unix)]
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    #[cfg(not(unix))]
    let _ = folder;
}

/// Removes what killed processes left in a folder: files of such a name that nobody has locked, nor can be about to. That one
/// cannot be removed hinders nobody.
fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if is_partial(&entry.file_name().to_string_lossy())
            && entry.metadata().is_ok_and(|metadata| metadata.is_file() && is_old(&metadata))
            && let Ok(file) = File::open(entry.path())
            && file.try_lock().is_ok()
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn is_partial(name: &str) -> bool {
    let drawn = name.strip_prefix(PREFIX).and_then(|name| name.strip_suffix(SUFFIX));
    drawn.is_some_and(|drawn| drawn.len() == DRAWN && drawn.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn is_old(metadata: &fs::Metadata) -> bool {
    metadata.modified().ok().and_then(|time| time.elapsed().ok()).is_some_and(|age| age > YOUNG)
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort_unstable();
        names
    }

    fn make_old(path: &Path) {
        let file = File::options().write(true).open(path).unwrap();
        file.set_modified(SystemTime::now() - YOUNG - Duration::from_secs(1)).unwrap();
    }

    #[test]
    fn nothing_is_left_beside_a_file() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path().join("x"), b"1").unwrap();
        write(folder.path().join("x"), b"2").unwrap();
        // A folder cannot be replaced by a file.
        fs::create_dir(folder.path().join("y")).unwrap();
        assert!(write(folder.path().join("y"), b"3").is_err());
        assert!(write("/", b"4").is_err());
        assert!(write(folder.path().join("none/x"), b"5").is_err());
        drop(Partial::beside(folder.path().join("z")).unwrap());
        assert_eq!(names(folder.path()), ["x", "y"]);
        assert_eq!(fs::read(folder.path().join("x")).unwrap(), b"2");
    }

    #[test]
    fn a_file_that_cannot_be_replaced_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("inside"), b"before").unwrap();
        let mut partial = Partial::beside(&path).unwrap();
        partial.write_all(b"after").unwrap();
        assert!(partial.put().is_err());
        assert_eq!(names(folder.path()), ["x"]);
        assert_eq!(fs::read(path.join("inside")).unwrap(), b"before");
    }

    #[test]
    fn what_is_put_at_its_place_can_be_written_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        fs::write(&path, "old").unwrap();
        let partial = Partial::beside(&path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        let mut file = partial.put().unwrap();
        file.write_all(b"one").unwrap();
        assert_eq!((fs::read(&path).unwrap(), names(folder.path())), (b"one".to_vec(), vec!["log".to_owned()]));
    }

    #[test]
    fn what_killed_processes_left_is_removed_and_what_is_being_written_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let held = Partial::beside(folder.path().join("held")).unwrap();
        let held_name = held.file.path().file_name().unwrap().to_str().unwrap().to_owned();
        make_old(held.file.path());
        let (dead, young) = (".dlm-abcdefGHIJ12.partial", ".dlm-abcdefGHIJ13.partial");
        let others = [".dlm-short.partial", "x.partial", ".dlm-abcdefGHIJ12.partials"];
        for name in others.into_iter().chain([dead, young]) {
            fs::write(folder.path().join(name), "left").unwrap();
            if name != young {
                make_old(&folder.path().join(name));
            }
        }
        write(folder.path().join("x"), b"1").unwrap();
        let mut expected = others.map(str::to_owned).to_vec();
        expected.extend([young.to_owned(), held_name, "x".to_owned()]);
        expected.sort_unstable();
        assert_eq!(names(folder.path()), expected);
        drop(held);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_replaced_and_never_written_through() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let (victim, link) = (folder.path().join("victim"), folder.path().join("link"));
        fs::write(&victim, "mine").unwrap();
        symlink(&victim, &link).unwrap();
        write(&link, b"new").unwrap();
        assert_eq!((fs::read(&victim).unwrap(), fs::read(&link).unwrap()), (b"mine".to_vec(), b"new".to_vec()));
        assert!(fs::symlink_metadata(&link).unwrap().is_file());
        // A link that looks like what a killed process left is removed itself at the most.
        let left = folder.path().join(".dlm-abcdefGHIJ12.partial");
        symlink(&victim, left).unwrap();
        make_old(&victim);
        write(&link, b"newer").unwrap();
        assert_eq!(fs::read(&victim).unwrap(), b"mine");
    }

    #[cfg(unix)]
    #[test]
    fn who_can_use_a_file_stays_and_pipes_and_devices_are_written_directly() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        fs::write(&path, "1").unwrap();
        let usual = mode();
        fs::remove_file(&path).unwrap();
        write(&path, b"1").unwrap();
        assert_eq!(mode(), usual);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        write(&path, b"2").unwrap();
        assert_eq!(mode(), 0o600);
        write("/dev/null", b"3").unwrap();
        assert!(is_special("/dev/null"));
    }
}
