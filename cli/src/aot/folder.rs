//! Where compiled models are kept, and whether nobody but the user can put code there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::Error;

/// The folder of compiled models: `DLM_CACHE`, or `dlm` in the user's cache folder. Without either, or where others own or can
/// change what leads there (a home that is someone else's, as under `sudo -E`), one in the system's temporary folder that is this
/// user's alone.
///
/// # Errors
/// If `DLM_CACHE` cannot be made, is someone else's or can be written by others; without it, if that is so in the temporary
/// folder.
pub fn cache_folder() -> Result<PathBuf, Error> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(named) = variable("DLM_CACHE") {
        return make_private(&named).map(|()| named);
    }
    let home = variable("HOME").map(|home| home.join(".cache"));
    let usual = variable("XDG_CACHE_HOME").or(home).map(|cache| cache.join("dlm"));
    if let Some(usual) = usual.filter(|usual| is_led_to_safely(usual))
        && make_private(&usual).is_ok()
    {
        return Ok(usual);
    }
    let folder = std::env::temp_dir().join(temporary_name());
    // In a folder that all can write in, a link would be its owner's, and decide where it leads.
    if fs::symlink_metadata(&folder).is_ok_and(|found| found.is_symlink()) {
        return Err(Error::Open { path: folder, why: "it is a link in a folder that all can write in".to_owned() });
    }
    make_private(&folder).map(|()| folder)
}

/// Makes a folder that only this user can write in, or makes sure that it is one. What is in it is then this user's, since
/// nobody else can put anything there.
///
/// # Errors
/// If it cannot be made, is someone else's, or can be written by others.
#[cfg(unix)]
pub fn make_private(folder: &Path) -> Result<(), Error> {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt};
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(Error::cache(folder))?;
    let found = fs::metadata(folder).map_err(Error::cache(folder))?;
    let (owner, user, mode) = (found.uid(), user(), found.mode() & 0o7777);
    let why = match (owner == user, mode & 0o022 == 0) {
        (true, true) => return Ok(()),
        (false, _) => format!("it belongs to user {owner} (mode {mode:o}), and this is user {user}"),
        (true, false) => format!("others can write there (mode {mode:o})"),
    };
    Err(Error::Open { path: folder.to_owned(), why })
}

/// Whether a file is a plain one that this user alone can change.
#[cfg(unix)]
pub fn is_own(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::symlink_metadata(path).is_ok_and(|found| found.is_file() && found.uid() == user() && found.mode() & 0o022 == 0)
}

/// Makes a file one that this user alone can change, whatever the user's mask says.
///
/// # Errors
/// If the system refuses.
#[cfg(unix)]
pub fn make_own(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
}

#[cfg(unix)]
fn user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Whether nobody but this user and the system's administrator could put another folder in this one's place: all folders above
/// it, as far as they are there, are theirs, and those that all can write in let nobody remove what is another's. (A group that
/// can write is taken for the user's own, as it is on most systems.)
#[cfg(unix)]
fn is_led_to_safely(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let there = folder.ancestors().find_map(|ancestor| ancestor.canonicalize().ok());
    let safe = |ancestor: &Path| {
        fs::metadata(ancestor).is_ok_and(|found| {
            let closed = found.mode() & 0o002 == 0 || found.mode() & 0o1000 != 0;
            [0, user()].contains(&found.uid()) && closed
        })
    };
    there.is_some_and(|there| there.ancestors().all(safe))
}

/// Each user has a folder of another name, so that they do not stand in each other's way.
#[cfg(unix)]
fn temporary_name() -> String {
    format!("dlm-cache-{}", user())
}

/// The temporary folder is the user's own.
#[cfg(not(unix))]
fn temporary_name() -> String {
    "dlm-cache".to_owned()
}

/// Makes a folder, which is the user's own.
///
/// # Errors
/// If it cannot be made.
#[cfg(not(unix))]
pub fn make_private(folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(Error::cache(folder))
}

/// Whether a file is a plain one.
#[cfg(not(unix))]
pub fn is_own(path: &Path) -> bool {
    path.is_file()
}

/// Leaves the file as it is.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn make_own(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn is_led_to_safely(_: &Path) -> bool {
    true
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn set(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_folder_that_others_can_write_in_is_not_trusted() {
        let folder = tempfile::tempdir().unwrap();
        let cache = folder.path().join("a/cache");
        let refused = |path: &Path| make_private(path).unwrap_err().to_string();
        make_private(&cache).unwrap();
        assert_eq!(fs::metadata(&cache).unwrap().permissions().mode() & 0o777, 0o700);
        make_private(&cache).unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        assert!(make_private(&folder.path().join("file")).is_err());
        for open_to_others in [0o720, 0o702, 0o777, 0o1777] {
            set(&cache, open_to_others);
            let why = format!("since code is loaded from there: others can write there (mode {open_to_others:o})");
            assert!(refused(&cache).ends_with(&why), "{}", refused(&cache));
        }
        set(&cache, 0o755);
        make_private(&cache).unwrap();
        // A link in a folder of the user's own leads where the user wants.
        symlink(&cache, folder.path().join("link")).unwrap();
        make_private(&folder.path().join("link")).unwrap();
        // Only the system's administrator can give a folder to someone else.
        if std::os::unix::fs::chown(&cache, Some(12345), None).is_ok() {
            let why = format!("it belongs to user 12345 (mode 755), and this is user {}", user());
            assert!(refused(&cache).ends_with(&why), "{}", refused(&cache));
            assert!(refused(&folder.path().join("link")).ends_with(&why));
        } else {
            eprintln!("another owner is not tested: this user cannot give folders away");
        }
    }

    #[test]
    fn what_others_could_replace_is_not_led_to_safely() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        let cache = home.join(".cache/dlm");
        fs::create_dir(&home).unwrap();
        assert!(is_led_to_safely(&cache));
        set(&home, 0o777);
        assert!(!is_led_to_safely(&cache));
        set(&home, 0o1777);
        assert!(is_led_to_safely(&cache));
        set(&home, 0o755);
        if std::os::unix::fs::chown(&home, Some(12345), None).is_ok() {
            assert!(!is_led_to_safely(&cache));
            make_private(&cache).unwrap();
            assert!(!is_led_to_safely(&cache), "a folder of the user's own in someone else's");
        } else {
            eprintln!("another owner is not tested: this user cannot give folders away");
        }
    }

    #[test]
    fn files_that_others_can_change_are_not_the_users_own() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        set(&file, 0o666);
        assert!(!is_own(&file));
        make_own(&file).unwrap();
        assert!(is_own(&file));
        symlink(&file, folder.path().join("link")).unwrap();
        assert!(!is_own(&folder.path().join("link")) && !is_own(folder.path()) && !is_own(&folder.path().join("none")));
        if std::os::unix::fs::chown(&file, Some(12345), None).is_ok() {
            assert!(!is_own(&file));
        }
    }
}
