//! Compiled models: made once, checked before they are loaded, made again where they are damaged, trusted where they are the
//! user's own.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{MODEL, cache, clean, dlm, names, points, text};
use predicates::prelude::{PredicateBooleanExt, predicate::str::contains};

#[test]
fn the_second_training_of_a_file_starts_from_the_cache() {
    let (folder, cache) = (points(), cache());
    let train = || {
        let mut command = dlm();
        command.current_dir(&folder).env("DLM_CACHE", cache.path()).args([
            "train",
            "points.dlm",
            "--out",
            "out",
            "--epochs",
            "1",
        ]);
        text(&command.assert().success().get_output().stderr)
    };
    let first = train();
    assert!(first.contains("points.dlm: model Points, compiled ahead of time in "), "{first}");
    let second = train();
    assert!(second.contains("points.dlm: model Points, compiled before: loaded from the cache in "), "{second}");
    // What is not compiled can change.
    fs::write(folder.path().join("points.dlm"), MODEL.replace("epochs    = 20", "epochs    = 3")).unwrap();
    assert!(train().contains("from the cache"));
    fs::write(folder.path().join("points.dlm"), MODEL.replace("dense(8", "dense(9")).unwrap();
    assert!(train().contains("compiled ahead of time"));
}

/// The library of the one model in a cache.
fn library(cache: &Path) -> PathBuf {
    let libraries = names(cache).into_iter().filter(|name| name.starts_with("model-") && !name.ends_with(".sha256"));
    let libraries: Vec<String> = libraries.collect();
    assert_eq!(libraries.len(), 1, "{libraries:?}");
    cache.join(&libraries[0])
}

/// Trains a little with a cache.
fn train(folder: &Path, cache: &Path) -> assert_cmd::assert::Assert {
    let arguments = ["train", "points.dlm", "--epochs", "1", "--out", "out"];
    dlm().current_dir(folder).env("DLM_CACHE", cache).args(arguments).assert()
}

#[test]
fn a_damaged_cache_is_made_again() {
    let (folder, cache) = (points(), cache());
    let train = || train(folder.path(), cache.path());
    train().success().stderr(contains("compiled ahead of time"));
    let whole = names(cache.path());
    let library = library(cache.path());
    let bytes = fs::read(&library).unwrap();
    // A cut library is mapped and then read beyond its end; an overwritten one runs what is there.
    let half = bytes.len() / 2;
    let overwritten = [&bytes[..half], &[0xcc; 4096], &bytes[half + 4096..]].concat();
    for damaged in [&bytes[..1000], &bytes[..half], &overwritten] {
        fs::write(&library, damaged).unwrap();
        train().success().stderr(contains("compiled ahead of time"));
        train().success().stderr(contains("from the cache"));
        assert_eq!((names(cache.path()), fs::read(&library).unwrap() == *damaged), (whole.clone(), false));
    }
    // The kernels' library is what models are linked with.
    let kernels = whole.iter().find(|name| name.ends_with(".rlib")).unwrap();
    let bytes = fs::read(cache.path().join(kernels)).unwrap();
    fs::write(cache.path().join(kernels), &bytes[..bytes.len() / 2]).unwrap();
    fs::remove_file(&library).unwrap();
    train().success().stderr(contains("compiled ahead of time"));
    assert_eq!(names(cache.path()), whole);
    assert!(fs::metadata(cache.path().join(kernels)).unwrap().len() > bytes.len() as u64 / 4 * 3);
}

#[test]
fn without_a_rust_compiler_the_error_says_so() {
    let (folder, cache) = (points(), tempfile::tempdir().unwrap());
    let train = |rustc: &str, cache: &Path| {
        dlm().current_dir(&folder).env("RUSTC", rustc).env("DLM_CACHE", cache).args(["train", "points.dlm"]).assert().code(1)
    };
    train("/none/rustc", cache.path()).stderr(contains("error[E315]").and(contains("rustup.rs")));
    train("false", cache.path()).stderr(contains("error[E316]"));
    train("rustc", &folder.path().join("points.csv")).stderr(contains("error[E317]").and(contains("DLM_CACHE")));
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    use std::process::{Command, Stdio};

    use super::*;
    use common::{Small, compiler};

    /// Compiles everything to what is no library, and counts.
    const BROKEN: &str =
        "case \"$*\" in *'--crate-name dlm_kernels'*) echo kernels;; *) echo model;; esac >> \"$(dirname \"$0\")/calls\"
while [ $# -gt 0 ]; do [ \"$1\" = -o ] && echo no library > \"$2\"; shift; done";

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_library_that_does_not_load_after_it_was_made_again_is_an_error() {
        let (folder, cache, compiler) = (points(), tempfile::tempdir().unwrap(), compiler(BROKEN));
        for _ in 0..2 {
            let mut train = dlm();
            train.current_dir(&folder).env("DLM_CACHE", cache.path()).env("RUSTC", compiler.path().join("rustc"));
            train.args(["train", "points.dlm"]).assert().code(1).stderr(contains("error[E318]").and(contains("DLM_CACHE")));
        }
    }

    #[test]
    fn first_runs_at_the_same_time_compile_the_kernels_once() {
        let (folder, cache) = (points(), tempfile::tempdir().unwrap());
        let compiler = compiler(&format!("sleep 0.3\n{BROKEN}"));
        let trainings: Vec<_> = (0..8)
            .map(|index| {
                let mut command = Command::new(env!("CARGO_BIN_EXE_dlm"));
                clean(|name, _| {
                    command.env_remove(name);
                });
                command.env("DLM_CACHE", cache.path()).env("RUSTC", compiler.path().join("rustc"));
                // Models of their own, so that nothing but the kernels is the same.
                let model = MODEL.replace("dense(8", &format!("dense({}", 9 + index));
                fs::write(folder.path().join(format!("{index}.dlm")), model).unwrap();
                command.current_dir(&folder).args(["train", &format!("{index}.dlm")]).stderr(Stdio::null()).spawn().unwrap()
            })
            .collect();
        for mut training in trainings {
            assert_eq!(training.wait().unwrap().code(), Some(1));
        }
        let calls = fs::read_to_string(compiler.path().join("calls")).unwrap();
        let of = |library: &str| calls.lines().filter(|line| *line == library).count();
        assert_eq!((of("kernels"), of("model")), (1, 8), "{calls}");
        let left: Vec<String> =
            names(cache.path()).into_iter().filter(|name| name.starts_with("building-") || name.ends_with(".lock")).collect();
        assert!(left.is_empty(), "{left:?}");
    }

    #[test]
    fn a_missing_linker_is_named() {
        let (folder, cache) = (points(), cache());
        let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
        let sysroot = Command::new(rustc).args(["--print", "sysroot"]).output().unwrap();
        let rustc = Path::new(text(&sysroot.stdout).trim()).join("bin/rustc");
        let mut train = dlm();
        train.current_dir(&folder).env("DLM_CACHE", cache.path()).env("RUSTC", rustc).env("PATH", folder.path());
        let train = train.args(["train", "points.dlm"]).assert().code(1);
        train.stderr(contains("error[E315]: the Rust compiler finds no linker `").and(contains("= help: install a C compiler")));
        assert!(names(cache.path()).iter().all(|name| !name.starts_with("building-") && !name.starts_with("refused-")));
    }

    #[test]
    fn without_a_home_the_cache_is_a_private_folder() {
        let (folder, temporary, compiler) = (points(), tempfile::tempdir().unwrap(), compiler(BROKEN));
        let train = || {
            let mut train = dlm();
            train.env_remove("DLM_CACHE").env_remove("XDG_CACHE_HOME").env_remove("HOME");
            train.current_dir(&folder).env("TMPDIR", temporary.path()).env("RUSTC", compiler.path().join("rustc"));
            train.args(["train", "points.dlm"]).assert().code(1)
        };
        // How far the compiler got shows that the folder was taken.
        train().stderr(contains("error[E318]"));
        let user = fs::metadata(temporary.path()).unwrap().uid();
        let cache = temporary.path().join(format!("dlm-cache-{user}"));
        assert_eq!(fs::metadata(&cache).unwrap().permissions().mode() & 0o777, 0o700);
        set_mode(&cache, 0o777);
        train().stderr(contains("error[E317]").and(contains("others can write there")).and(contains("DLM_CACHE")));
    }

    #[test]
    fn code_is_loaded_from_no_folder_that_others_own_or_can_write_in() {
        let (folder, cache) = (points(), cache());
        set_mode(cache.path(), 0o775);
        let refused = contains("error[E317]").and(contains("others can write there (mode 775)")).and(contains("chmod go-w"));
        train(folder.path(), cache.path()).code(1).stderr(refused);
        set_mode(cache.path(), 0o700);
        train(folder.path(), cache.path()).success();
        // What another user has put there is not loaded, even in a folder that was made the user's own since.
        let library = library(cache.path());
        set_mode(&library, 0o777);
        train(folder.path(), cache.path()).success().stderr(contains("compiled ahead of time"));
        if chown(cache.path(), Some(12345), None).is_err() {
            return eprintln!("another owner is not tested: only the system's administrator can give folders away");
        }
        train(folder.path(), cache.path()).code(1).stderr(contains("it belongs to user 12345 (mode 700), and this is user"));
    }

    #[test]
    fn in_the_home_of_someone_else_nothing_is_left() {
        let (folder, home, temporary, compiler) =
            (points(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), compiler(BROKEN));
        if chown(home.path(), Some(12345), None).is_err() {
            return eprintln!("not tested: only the system's administrator can give folders away");
        }
        for variable in ["HOME", "XDG_CACHE_HOME"] {
            let mut train = dlm();
            train.env_remove("DLM_CACHE").env_remove("XDG_CACHE_HOME").env(variable, home.path());
            train.current_dir(&folder).env("TMPDIR", temporary.path()).env("RUSTC", compiler.path().join("rustc"));
            train.args(["train", "points.dlm"]).assert().code(1).stderr(contains("error[E318]").and(contains("dlm-cache-")));
            assert!(names(home.path()).is_empty());
        }
    }

    #[test]
    fn a_full_disk_is_named_and_nothing_is_left_on_it() {
        let Some(disk) = Small::mounted("2m") else { return };
        let (folder, cache) = (points(), disk.path().join("cache"));
        // As the Rust compiler does: it says what the system says.
        let compiler = compiler("head -c 9000000 /dev/zero > \"$TMPDIR/../full\"; exit 1");
        let train = |compiler: &Path| {
            let mut train = dlm();
            train.current_dir(&folder).env("DLM_CACHE", &cache).env("RUSTC", compiler).args(["train", "points.dlm"]).assert()
        };
        let full =
            || contains("error[E317]: the disk is full").and(contains("cache of compiled models")).and(contains(" are free"));
        train(&compiler.path().join("rustc")).code(1).stderr(full().and(contains("bug").not()));
        assert_eq!(names(&cache), ["full"]);
        // Not even the source has room.
        train(Path::new("rustc")).code(1).stderr(full());
        assert_eq!(names(&cache), ["full"]);
    }
}
