//! Locks between processes: a file that one of them holds, with its number in it, and removes when it is done.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// A lock that this process holds. Where the file system has no locks, it holds nothing off.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
}

/// Whose a lock is.
#[derive(Debug)]
pub enum Owner {
    /// This process's, from now on.
    Us(Lock),
    /// Another's, whose number is known if it has got to write it.
    Other(Option<u32>),
}

impl Lock {
    /// Takes a lock, if nobody holds it. That of a process that is gone is nobody's.
    ///
    /// # Errors
    /// If the file cannot be made, or what is there is no plain file.
    pub fn take(path: &Path) -> io::Result<Owner> {
        loop {
            let mut file = match open(path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound && path.parent().is_some_and(Path::is_dir) => continue,
                opened => opened?,
            };
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => return Ok(Owner::Other(number(&mut file))),
                Err(TryLockError::Error(_)) | Ok(()) => {}
            }
            // Whoever held it may have removed the file since it was opened.
            if !is_at(&file, path) {
                continue;
            }
            // For people; on a full disk it is held all the same.
            let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{}", std::process::id()));
            return Ok(Owner::Us(Lock { file, path: path.to_owned() }));
        }
    }

    /// Whether somebody holds a lock; none if it is not there.
    pub fn is_held(path: &Path) -> Option<bool> {
        let file = File::open(path).ok()?;
        Some(matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // While it is held: nobody else can have taken it for free.
        if is_at(&self.file, &self.path) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Opens a lock's file, made if it is not there; never what a link leads to.
fn open(path: &Path) -> io::Result<File> {
    match File::options().read(true).write(true).create_new(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        made => return made,
    }
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "what is there is no plain file"));
    }
    File::options().read(true).write(true).open(path)
}

/// The number that a lock's holder has written.
fn number(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(16).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

/// Whether a file is the one that its path names, itself and not by a link.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let place = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(file), Ok(named)) => place(file) == place(named),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(path: &Path) -> Lock {
        match Lock::take(path).unwrap() {
            Owner::Us(lock) => lock,
            Owner::Other(holder) => panic!("held by {holder:?}"),
        }
    }

    #[test]
    fn one_at_a_time_holds_a_lock_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        assert_eq!(Lock::is_held(&path), None);
        let held = ours(&path);
        assert_eq!(Lock::is_held(&path), Some(true));
        assert!(matches!(Lock::take(&path).unwrap(), Owner::Other(Some(holder)) if holder == std::process::id()));
        drop(held);
        assert!(!path.exists());
        // What a process left that was killed.
        fs::write(&path, "12345678\nand more").unwrap();
        assert_eq!(Lock::is_held(&path), Some(false));
        let held = ours(&path);
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{}\n", std::process::id()));
        drop(held);
        assert!(Lock::take(&folder.path().join("none/lock")).is_err());
    }

    #[test]
    fn a_lock_that_many_want_is_held_by_one_at_a_time() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let (inside, turns) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let mut taken = 0;
                    while taken < 50 {
                        let Owner::Us(_lock) = Lock::take(&path).unwrap() else { continue };
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "two hold the lock");
                        std::thread::yield_now();
                        inside.fetch_sub(1, Ordering::SeqCst);
                        taken += 1;
                    }
                    turns.fetch_add(taken, Ordering::SeqCst);
                });
            }
        });
        assert_eq!((turns.into_inner(), path.exists()), (200, false));
    }

    #[cfg(unix)]
    #[test]
    fn what_a_link_leads_to_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let (victim, path) = (folder.path().join("victim"), folder.path().join("lock"));
        fs::write(&victim, "mine").unwrap();
        std::os::unix::fs::symlink(&victim, &path).unwrap();
        assert!(Lock::take(&path).is_err());
        std::os::unix::fs::symlink(folder.path().join("none"), folder.path().join("dangling")).unwrap();
        assert!(Lock::take(&folder.path().join("dangling")).is_err());
        assert_eq!(fs::read_to_string(&victim).unwrap(), "mine");
        assert!(!folder.path().join("none").exists());
    }
}
