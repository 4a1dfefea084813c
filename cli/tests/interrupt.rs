//! Ctrl-C: a training ends after the batch at hand, with its weights saved.
#![cfg(unix)]

mod common;

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use common::{clean, dlm, points};
use predicates::str::contains;

/// Starts a training that would take hours, and waits until its third epoch is over.
fn start(folder: &std::path::Path) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dlm"));
    clean(|name, value| {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    });
    command.current_dir(folder).args(["train", "points.dlm", "--out", "out", "--epochs", "100000000"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for _ in 0..3 {
        lines.next().expect("the training runs").unwrap();
    }
    // Read on, so that the pipe does not fill.
    std::thread::spawn(move || lines.for_each(drop));
    child
}

fn interrupt(child: &Child) {
    let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

#[test]
fn ctrl_c_saves_what_was_learned() {
    let folder = points();
    let mut child = start(folder.path());
    interrupt(&child);
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begun.elapsed() > Duration::from_secs(30) {
            child.kill().unwrap();
            panic!("still running");
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    assert_eq!(status.code(), Some(130));
    let log = fs::read_to_string(folder.path().join("out/log.jsonl")).unwrap();
    assert!(log.lines().count() >= 3 && log.ends_with("}\n"), "the log is whole");
    let leftovers: Vec<_> = fs::read_dir(folder.path().join("out")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(leftovers.len(), 3, "{leftovers:?}");
    let arguments = ["eval", "points.dlm", "--weights", "out/final.safetensors", "--part", "validation"];
    dlm().current_dir(&folder).args(arguments).assert().success().stdout(contains("20 samples  loss "));
}

#[test]
fn ctrl_c_while_compiling_leaves_nothing_behind() {
    let folder = points();
    let (cache, rustc, started) = (folder.path().join("cache"), folder.path().join("rustc"), folder.path().join("started"));
    // A compiler that says its version, and else works for longer than the test waits.
    let script =
        format!("#!/bin/sh\nif [ \"$1\" = -vV ]; then echo slow; exit; fi\necho $$ > {}\nexec sleep 100\n", started.display());
    fs::write(&rustc, script).unwrap();
    fs::set_permissions(&rustc, fs::Permissions::from_mode(0o700)).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dlm"));
    command.current_dir(&folder).env("DLM_CACHE", &cache).env("RUSTC", &rustc).env_remove("DLM_THREADS");
    let child = command.args(["train", "points.dlm"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    let compiler = loop {
        match fs::read_to_string(&started) {
            Ok(id) if id.ends_with('\n') => break id.trim().to_owned(),
            _ if begun.elapsed() > Duration::from_secs(30) => panic!("the compiler is not called"),
            _ => std::thread::sleep(Duration::from_millis(10)),
        }
    };
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(begun.elapsed() < Duration::from_secs(60), "it waits for the compiler");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(130), 0), "{said}");
    assert!(
        said.contains("compiling Points …\n") && said.ends_with("interrupted while compiling; nothing was trained\n"),
        "{said}"
    );
    let alive = Command::new("kill").args(["-0", &compiler]).stderr(Stdio::null()).status().unwrap();
    assert!(!alive.success(), "the compiler still runs");
    let left = fs::read_dir(&cache).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(left.filter(|name| name.starts_with("building-")).count(), 0);
    assert!(!folder.path().join("runs").exists());
}
