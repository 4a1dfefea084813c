//! Ctrl-C: a training ends after the batch at hand, with its weights saved.
#![cfg(unix)]

mod common;

use std::fs;
use std::io::{BufRead, BufReader};
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
