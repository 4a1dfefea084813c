//! Ctrl-C, SIGTERM, SIGHUP: a training ends after the batch at hand, with its weights saved. And SIGKILL, which ends it at once:
//! what was saved before is whole.
#![cfg(unix)]

mod common;

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use common::{clean, dlm, names, points};
use predicates::prelude::{PredicateBooleanExt, predicate::str::contains};

/// Starts a training that would take hours, and waits until its third epoch is over.
fn start(folder: &Path) -> Child {
    start_by(command(), folder)
}

/// `dlm`, whom no signal that the tests' own starter ignores (`nohup`, a job in the background) is kept from.
fn command() -> Command {
    if cfg!(not(target_os = "linux")) {
        return Command::new(env!("CARGO_BIN_EXE_dlm"));
    }
    let mut command = Command::new("env");
    command.args(["--default-signal=HUP,INT,TERM", env!("CARGO_BIN_EXE_dlm")]);
    command
}

/// As [`start`], by a command that `dlm` or a program that ends as `dlm` is begun with.
fn start_by(mut command: Command, folder: &Path) -> Child {
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

fn send(child: &Child, signal: &str) {
    let status = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

/// What a training ends with that was asked to end.
fn end(child: &mut Child) -> Option<i32> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if begun.elapsed() > Duration::from_secs(30) {
            child.kill().unwrap();
            panic!("still running");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Whether weights are whole, and the model's.
fn evaluates(folder: &Path, weights: &str) {
    let arguments = ["eval", "points.dlm", "--weights", weights, "--part", "validation"];
    dlm().current_dir(folder).args(arguments).assert().success().stdout(contains("20 samples  loss "));
}

#[test]
fn what_asks_a_training_to_end_saves_what_was_learned() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143), ("-HUP", 129)] {
        let folder = points();
        let mut child = start(folder.path());
        send(&child, signal);
        assert_eq!(end(&mut child), Some(code), "{signal}");
        let log = fs::read_to_string(folder.path().join("out/log.jsonl")).unwrap();
        assert!(log.lines().count() >= 3 && log.ends_with("}\n"), "{signal}: the log is whole");
        assert_eq!(names(&folder.path().join("out")), ["best.safetensors", "final.safetensors", "log.jsonl"], "{signal}");
        evaluates(folder.path(), "out/final.safetensors");
        evaluates(folder.path(), "out/best.safetensors");
    }
}

#[test]
fn what_is_ignored_from_the_beginning_stays_ignored() {
    let folder = points();
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' HUP; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_dlm")]);
    let mut child = start_by(command, folder.path());
    let epochs = || fs::read_to_string(folder.path().join("out/log.jsonl")).unwrap().lines().count();
    send(&child, "-HUP");
    let (before, begun) = (epochs(), Instant::now());
    while epochs() < before + 20 {
        assert!(begun.elapsed() < Duration::from_secs(30) && child.try_wait().unwrap().is_none(), "it has ended");
        std::thread::sleep(Duration::from_millis(10));
    }
    send(&child, "-TERM");
    assert_eq!(end(&mut child), Some(143));
}

#[test]
fn two_trainings_do_not_share_a_folder() {
    let folder = points();
    let mut first = start(folder.path());
    let second = || dlm().current_dir(&folder).args(["train", "points.dlm", "--epochs", "1", "--out", "out"]).assert();
    let refused = format!("error[E301]: process {} is training into out; the results of two would be mixed\n", first.id());
    second().code(1).stderr(contains(refused).and(contains("another folder by `--out`")));
    // A training that is killed holds nothing any more.
    first.kill().unwrap();
    first.wait().unwrap();
    second().success();
    assert_eq!(names(&folder.path().join("out")), ["best.safetensors", "final.safetensors", "log.jsonl"]);
}

#[test]
fn a_training_that_is_killed_leaves_whole_weights_and_nothing_for_long() {
    let folder = points();
    let out = folder.path().join("out");
    dlm().current_dir(&folder).args(["train", "points.dlm", "--epochs", "1", "--out", "out"]).assert().success();
    for wait in [0, 3, 10, 30, 100] {
        let mut child = start(folder.path());
        std::thread::sleep(Duration::from_millis(wait));
        child.kill().unwrap();
        child.wait().unwrap();
        // Those of this training, or still those of an earlier one.
        evaluates(folder.path(), "out/best.safetensors");
        evaluates(folder.path(), "out/final.safetensors");
    }
    // What a killed process was writing is removed by the next that writes there, a minute later.
    let left = ".dlm-abcdefGHIJ12.partial";
    fs::write(out.join(left), "half").unwrap();
    let hour = Duration::from_secs(60 * 60);
    for name in names(&out).into_iter().filter(|name| name.ends_with(".partial")) {
        let file = fs::File::options().write(true).open(out.join(name)).unwrap();
        file.set_modified(std::time::SystemTime::now() - hour).unwrap();
    }
    dlm().current_dir(&folder).args(["train", "points.dlm", "--epochs", "1", "--out", "out"]).assert().success();
    assert_eq!(names(&out), ["best.safetensors", "final.safetensors", "log.jsonl"]);
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
    let mut command = command();
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
    send(&child, "-INT");
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
