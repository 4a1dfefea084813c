//! What the tests of the command share. They run the real command on files in folders of their own.

#![allow(dead_code, reason = "each test file uses some of it")]

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use tempfile::TempDir;

/// A small model that trains in no time on [`SAMPLES`].
pub const MODEL: &str = r#"model Points {
    input point: f32[2];
    dense(8, init = he_normal) -> relu;
    dense(2);
    output side: class[2];
}

train Points {
    data      = csv("points.csv", label = "side");
    split     = (validation = 0.2, test = 0.2);
    normalize = standard;
    optimizer = adam(lr = 0.05);
    batch     = 8;
    epochs    = 20;
}
"#;

/// The command, with nothing of the surroundings but a cache of compiled models that all tests share.
pub fn dlm() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dlm"));
    clean(|name, value| {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    });
    command
}

/// Calls `set` with each variable of the environment that the tests fix.
pub fn clean(mut set: impl FnMut(&str, Option<PathBuf>)) {
    set("DLM_CACHE", Some(Path::new(env!("CARGO_TARGET_TMPDIR")).join("dlm-cache")));
    for name in ["DLM_THREADS", "DLM_MAX_DATA", "RUSTC", "NO_COLOR"] {
        set(name, None);
    }
}

/// A cache of compiled models of its own, which has the kernels already.
pub fn cache() -> TempDir {
    let (points, train) = (points(), ["train", "points.dlm", "--epochs", "1", "--quiet"]);
    dlm().current_dir(&points).args(train).assert().success();
    let folder = tempfile::tempdir().unwrap();
    let mut shared = None;
    clean(|name, value| shared = shared.take().or(value.filter(|_| name == "DLM_CACHE")));
    for entry in std::fs::read_dir(shared.unwrap()).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if name.starts_with("libdlm_kernels-") && !name.ends_with(".lock") {
            std::fs::copy(entry.path(), folder.path().join(name)).unwrap();
        }
    }
    folder
}

/// A folder with a program `rustc`, a shell script; `-vV` it answers by itself.
#[cfg(unix)]
pub fn compiler(script: &str) -> TempDir {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rustc");
    std::fs::write(&path, format!("#!/bin/sh\nif [ \"$1\" = -vV ]; then echo script; exit; fi\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

/// A file system of a few bytes, gone with this.
#[cfg(unix)]
pub struct Small(TempDir);

#[cfg(unix)]
impl Small {
    /// One of this size, if this user can have one; says it if not.
    pub fn mounted(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = std::process::Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size},mode=700"), "tmpfs"]).arg(folder.path());
        let mounted = mount.stderr(std::process::Stdio::null()).status().is_ok_and(|status| status.success());
        if !mounted {
            eprintln!("a full disk is not tested: this user can mount none");
        }
        mounted.then_some(Small(folder))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

#[cfg(unix)]
impl Drop for Small {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(self.0.path()).status();
    }
}

/// The names of what is in a folder, sorted.
pub fn names(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort_unstable();
    names
}

/// A folder that holds [`MODEL`] as `points.dlm` and its data.
pub fn points() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("points.dlm"), MODEL).unwrap();
    std::fs::write(folder.path().join("points.csv"), samples(100)).unwrap();
    folder
}

/// Points left and right of a line, as CSV.
pub fn samples(rows: usize) -> String {
    let mut csv = String::from("x,y,side\n");
    for row in 0..rows {
        let (x, y) = ((row * 37 % 100) as f32 / 50.0 - 1.0, (row * 61 % 100) as f32 / 50.0 - 1.0);
        csv.push_str(&format!("{x},{y},{}\n", if x + y > 0.0 { "right" } else { "left" }));
    }
    csv
}

/// A file of the workspace.
pub fn in_workspace(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// What a command wrote, as text.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Each line as JSON.
pub fn json_lines(bytes: &[u8]) -> Vec<serde_json::Value> {
    text(bytes).lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}
