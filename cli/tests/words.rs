//! What the command says: its help, what it says of wrong arguments, and its colours.

mod common;

use common::{MODEL, dlm, json_lines, points, text};
use predicates::prelude::{PredicateBooleanExt, predicate::str::contains};

/// The usage line of a command's help.
fn usage(command: &str) -> String {
    let help = text(&dlm().args([command, "--help"]).assert().success().get_output().stdout);
    let line = help.lines().find_map(|line| line.strip_prefix("Usage: ")).unwrap_or_else(|| panic!("{command}: {help}"));
    line.to_owned()
}

#[test]
fn usage_lines_say_what_each_argument_is() {
    for (command, expected) in [
        ("check", "dlm check [OPTIONS] <FILE.dlm>..."),
        ("fmt", "dlm fmt [OPTIONS] <FILE.dlm>..."),
        ("summary", "dlm summary [OPTIONS] <FILE.dlm>"),
        ("emit", "dlm emit [OPTIONS] --stage <STAGE> <FILE.dlm>"),
        ("explain", "dlm explain [OPTIONS] [CODE]"),
        ("train", "dlm train [OPTIONS] <FILE.dlm>"),
        ("eval", "dlm eval [OPTIONS] --weights <WEIGHTS> <FILE.dlm>"),
        ("predict", "dlm predict [OPTIONS] --weights <WEIGHTS> <FILE.dlm> <INPUT.csv>"),
        ("bench", "dlm bench [OPTIONS] <FILE.dlm>"),
        ("report", "dlm report [OPTIONS] <RUN> [OTHER]"),
    ] {
        assert_eq!(usage(command), expected);
        // No two arguments of a command are called the same, and its own options come before those that every command has.
        let names: Vec<&str> = expected.split(['<', '[']).skip(1).filter_map(|part| part.split(['>', ']']).next()).collect();
        assert_eq!(names.len(), names.iter().collect::<std::collections::BTreeSet<_>>().len(), "{expected}");
        let help = text(&dlm().args([command, "--help"]).assert().success().get_output().stdout);
        let place = |part: &str| help.find(part).unwrap_or_else(|| panic!("no {part} in {help}"));
        assert!(place("-h, --help") < place("What is printed:") && place("What is printed:") < place("--format"), "{help}");
    }
}

#[test]
fn wrong_arguments_are_named_with_what_belongs_there() {
    let said = |arguments: &[&str]| text(&dlm().args(arguments).assert().code(2).stdout("").get_output().stderr);
    for (arguments, expected) in [
        (&["train", "a.dlm", "--epochs", "ten"][..], "'ten' for '--epochs <NUMBER>': expected a whole number\n"),
        (&["train", "a.dlm", "--seed", "0.5"], "'0.5' for '--seed <NUMBER>': expected a whole number\n"),
        (&["eval", "a.dlm", "--weights", "w", "--threads", "70000"], "expected a whole number from 1 to 1024\n"),
        (&["predict", "a.dlm"], "Usage: dlm predict --weights <WEIGHTS> <FILE.dlm> <INPUT.csv>\n"),
        (&["train", "a.dlm", "--wieghts", "w"], "tip: a similar argument exists: '--weights'\n"),
        (&["chekc"], "tip: a similar subcommand exists: 'check'\n"),
    ] {
        let said = said(arguments);
        assert!(said.contains(expected), "no {expected:?} in:\n{said}");
        assert!(!said.contains("invalid digit") && !said.contains('\u{1b}'), "{said}");
    }
}

#[test]
fn colours_are_those_that_were_asked_for() {
    let folder = points();
    std::fs::write(folder.path().join("wrong.dlm"), "modle M {\n    input x: f32[4];\n    output y: f32[4];\n}\n").unwrap();
    let said = |color: &[&str], no_color: &str, arguments: &[&str]| {
        let mut command = dlm();
        command.current_dir(&folder).args(arguments).args(color).env("NO_COLOR", no_color);
        text(&command.output().unwrap().stderr)
    };
    for arguments in [
        &["check", "wrong.dlm"][..],
        &["check", "none.dlm"],
        &["train", "points.dlm", "--watch", "--epochs", "1", "--out", "out"],
        &["train", "points.dlm", "--epochs"],
    ] {
        // The standard error of a test is no terminal.
        for plain in
            [said(&[], "", arguments), said(&["--color", "auto"], "", arguments), said(&["--color", "never"], "", arguments)]
        {
            assert!(!plain.is_empty() && !plain.contains('\u{1b}'), "{plain}");
        }
        // What was asked for by name holds, whatever the surroundings say.
        for coloured in [said(&["--color", "always"], "", arguments), said(&["--color=always"], "1", arguments)] {
            assert!(coloured.contains('\u{1b}'), "{arguments:?}: {coloured}");
        }
    }
    let verdict = said(&["--color", "always"], "", &["train", "points.dlm", "--watch", "--epochs", "1", "--out", "out"]);
    assert!(
        verdict.contains("\u{1b}[1;32mat step 1:\u{1b}[0m ") || verdict.contains("\u{1b}[1;33mat step 1:\u{1b}[0m "),
        "{verdict}"
    );
}

#[test]
fn no_epoch_takes_no_time() {
    let folder = points();
    let train = dlm().current_dir(&folder).args(["train", "points.dlm", "--epochs", "2"]).assert().success();
    let out = text(&train.get_output().stdout);
    let epoch = out.lines().next().unwrap();
    assert!(epoch.contains(" µs  ") || epoch.contains(" ms  "), "{epoch}");
    assert!(!out.contains("0.00 s"), "{out}");
    dlm()
        .args(["check", "-"])
        .write_stdin("model M {")
        .assert()
        .code(1)
        .stderr(contains("error[E003]").and(contains("\u{1b}").not()));
}

#[test]
fn names_of_any_script_go_all_the_way() {
    let folder = points();
    // Declared with one letter, used as a letter and an accent.
    let model = MODEL.replace("model Points", "model Größe").replace("train Points", "train Gro\u{308}ße");
    let model = model.replace("point:", "länge:").replace("dense(2);", "kopf: dense(2);").replace("side:", "種:");
    std::fs::write(folder.path().join("größe.dlm"), model).unwrap();
    let run = |arguments: &[&str]| dlm().current_dir(&folder).args(arguments).assert().success();
    let train = run(&["train", "größe.dlm", "--model", "Größe", "--epochs", "2", "--out", "out", "--format", "json"]);
    let lines = json_lines(&train.get_output().stdout);
    assert_eq!((&lines[0]["model"], &lines[3]["model"]), (&"Größe".into(), &"Größe".into()));
    let predict = run(&["predict", "größe.dlm", "--weights", "out/final.safetensors", "points.csv"]);
    predict.stdout(contains("種,種_left,種_right\n"));
    run(&["summary", "größe.dlm"]).stdout(contains("kopf.dense").and(contains("input länge")));
    run(&["report", "out"]).stdout("out/report.html\n");
    assert!(std::fs::read_to_string(folder.path().join("out/report.html")).unwrap().contains("model Größe"));
}

#[test]
fn pages_install_the_command_as_it_can_be() {
    for page in ["README.md", "cli/README.md"] {
        let text = std::fs::read_to_string(common::in_workspace(page)).unwrap();
        let installs: Vec<&str> = text.lines().filter(|line| line.contains("cargo install")).collect();
        assert!(!installs.is_empty(), "{page} does not say how the command is installed");
        // Nothing is published: it comes from a checkout.
        for line in installs {
            assert!(line.contains("cargo install --path cli") && line.contains("from a checkout"), "{page}: {line}");
        }
    }
}
