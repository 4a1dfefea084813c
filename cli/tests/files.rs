//! `check`, `fmt`, `emit`, `summary` and `explain`: the commands that read a file and say something of it.

mod common;

use std::fs;

use dlm_dsl::codes;

use common::{MODEL, dlm, in_workspace, json_lines, points, text};
use predicates::prelude::{PredicateBooleanExt, predicate::str::contains};

#[test]
fn check_says_that_a_file_is_right() {
    let folder = points();
    let check = dlm().current_dir(&folder).args(["check", "points.dlm"]).assert().success();
    check.stdout("points.dlm: 1 model, 1 recipe, no errors\n");
}

#[test]
fn check_reports_all_errors_of_all_files() {
    let folder = points();
    fs::write(folder.path().join("a.dlm"), "model A { input x: f32[2]; desne(3) -> eluu; output y: f32[3]; }\n").unwrap();
    fs::write(folder.path().join("b.dlm"), "const A = ;\n").unwrap();
    let check = dlm().current_dir(&folder).args(["check", "a.dlm", "points.dlm", "none.dlm", "b.dlm"]).assert().code(1);
    let errors = text(&check.get_output().stderr);
    for expected in ["a.dlm:1:28", "did you mean `dense`?", "did you mean `elu`?", "error[E301]: cannot open none.dlm", "b.dlm:1"]
    {
        assert!(errors.contains(expected), "no {expected:?} in:\n{errors}");
    }
    check.stdout("points.dlm: 1 model, 1 recipe, no errors\n");
}

#[test]
fn check_writes_json_for_tools() {
    let folder = points();
    fs::write(folder.path().join("a.dlm"), "const A = ;\n").unwrap();
    let check = dlm().current_dir(&folder).args(["check", "--format", "json", "a.dlm"]).assert().code(1);
    let lines = json_lines(&check.get_output().stdout);
    assert_eq!(lines[0]["path"], "a.dlm");
    assert_eq!(lines[0]["severity"], "error");
    assert_eq!(lines[0]["span"]["line"], 1);
    dlm().current_dir(&folder).args(["check", "--format", "json", "points.dlm"]).assert().success().stdout("");
}

#[test]
fn what_is_no_dlm_file_is_an_error() {
    let folder = points();
    dlm().current_dir(&folder).args(["check", "."]).assert().code(1).stderr(contains("error[E301]: cannot read .:"));
    fs::write(folder.path().join("binary.dlm"), b"model \xff").unwrap();
    let check = dlm().current_dir(&folder).args(["check", "binary.dlm"]).assert().code(1);
    check.stderr(contains("binary.dlm is not text in UTF-8: byte 6"));
    fs::write(folder.path().join("large.dlm"), "//é".repeat(1 << 20)).unwrap();
    dlm().current_dir(&folder).args(["check", "large.dlm"]).assert().code(1).stderr(contains("error[E012]"));
}

#[test]
fn fmt_formats_in_place_once() {
    let folder = points();
    let path = folder.path().join("a.dlm");
    fs::write(&path, "const A=1; // one\n").unwrap();
    let check = |code| dlm().current_dir(&folder).args(["fmt", "--check", "a.dlm", "points.dlm"]).assert().code(code);
    check(1).stdout("a.dlm\n");
    assert_eq!(fs::read_to_string(&path).unwrap(), "const A=1; // one\n");
    dlm().current_dir(&folder).args(["fmt", "a.dlm", "points.dlm"]).assert().success().stdout("");
    assert_eq!(fs::read_to_string(&path).unwrap(), "const A = 1; // one\n");
    assert_eq!(fs::read_to_string(folder.path().join("points.dlm")).unwrap(), MODEL);
    check(0).stdout("");
}

#[test]
fn fmt_formats_the_standard_input() {
    dlm().args(["fmt", "-"]).write_stdin("const A=1;").assert().success().stdout("const A = 1;\n");
    dlm().args(["fmt", "--check", "-"]).write_stdin("const A=1;").assert().code(1).stdout("<stdin>\n");
}

#[test]
fn fmt_leaves_a_file_with_errors_alone() {
    let folder = points();
    let path = folder.path().join("a.dlm");
    fs::write(&path, "const A=(1;\n").unwrap();
    dlm().current_dir(&folder).args(["fmt", "a.dlm"]).assert().code(1).stderr(contains("error[E003]"));
    assert_eq!(fs::read_to_string(&path).unwrap(), "const A=(1;\n");
}

#[cfg(unix)]
#[test]
fn fmt_keeps_permissions_and_links() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = points();
    let path = folder.path().join("a.dlm");
    fs::write(&path, "const A=1;\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("a.dlm", folder.path().join("link.dlm")).unwrap();
    dlm().current_dir(&folder).args(["fmt", "link.dlm"]).assert().success();
    assert!(fs::symlink_metadata(folder.path().join("link.dlm")).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&path).unwrap(), "const A = 1;\n");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn emit_shows_each_stage() {
    let folder = points();
    for (stage, expected) in [
        ("ast", "name: \"relu\""),
        ("graph", "dense.weight: [8, 2], Weight"),
        ("train-graph", "write dense.weight = %"),
        ("plan", "A prediction of one sample: batch 1"),
        ("rust", "    fn step(call: &mut Step<'_>) -> f32 {"),
    ] {
        let emit = dlm().current_dir(&folder).args(["emit", "points.dlm", "--stage", stage]).assert().success();
        emit.stdout(contains(expected));
    }
}

#[test]
fn emit_is_the_same_each_time() {
    let emit = || dlm().arg("emit").arg(in_workspace("examples/digits.dlm")).args(["--stage", "rust"]).output().unwrap().stdout;
    let first = emit();
    assert!(!first.is_empty());
    assert_eq!(first, emit());
}

#[test]
fn emit_of_a_file_with_errors_shows_at_least_its_tree() {
    let source = "model A { input x: f32[2]; desne(3); output y: f32[3]; }\n";
    dlm().args(["emit", "-", "--stage", "graph"]).write_stdin(source).assert().code(1).stdout("").stderr(contains("desne"));
    dlm().args(["emit", "-", "--stage", "ast"]).write_stdin(source).assert().success().stdout(contains("desne"));
}

#[test]
fn explain_prints_pages_and_the_list() {
    dlm().args(["explain", "e002"]).assert().success().stdout(contains("# E002: ").and(contains("## Why")));
    let list = dlm().arg("explain").assert().success();
    let list = text(&list.get_output().stdout);
    for info in codes::ALL {
        assert!(list.contains(&format!("{}  {}\n", info.code.0, info.summary)), "{} is not listed", info.code.0);
    }
    let json = dlm().args(["explain", "E002", "--format", "json"]).assert().success();
    assert_eq!(json_lines(&json.get_output().stdout)[0]["code"], "E002");
}

#[test]
fn explain_knows_what_it_does_not_know() {
    dlm().args(["explain", "E999"]).assert().code(2).stderr(contains("there is no code `E999`"));
    dlm().args(["explain", "wat"]).assert().code(2).stderr(contains("`dlm explain` lists all codes"));
}

#[test]
fn every_code_of_the_runtime_has_a_page_and_is_no_other_error() {
    let source = fs::read_to_string(in_workspace("runtime/src/error.rs")).unwrap();
    let codes: Vec<&str> = source.split("=> \"E").skip(1).map(|rest| &rest[..3]).collect();
    assert!(codes.len() >= 11, "found {codes:?}");
    let own = [codes::NO_SUCH_MODEL, codes::NO_DATA, codes::NO_PART, codes::NO_RUST_COMPILER, codes::MODEL_NOT_LOADED];
    for code in codes {
        let code = format!("E{code}");
        assert!(codes::explain(&code).is_some(), "{code} has no page");
        assert!(own.iter().all(|own| own.0 != code), "{code} has two meanings");
    }
}

#[test]
fn wrong_usage_has_an_exit_code_of_its_own() {
    dlm().args(["train", "x.dlm", "--epohcs", "3"]).assert().code(2).stderr(contains("--epochs"));
    dlm().args(["trian"]).assert().code(2).stderr(contains("train"));
    dlm().args(["emit", "x.dlm", "--stage", "asm"]).assert().code(2).stderr(contains("train-graph"));
    dlm().args(["bench", "x.dlm", "--seconds", "-1"]).assert().code(2);
    dlm().args(["train", "x.dlm", "--set", "epochs"]).assert().code(2).stderr(contains("KEY=VALUE"));
    dlm().assert().code(2);
    dlm().arg("--version").assert().success().stdout(contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn what_is_planned_says_so() {
    for command in ["new", "resume", "lr-find", "sweep", "runs", "export"] {
        let run = dlm().args([command, "x.dlm", "--any"]).assert().code(2);
        run.stderr(contains(format!("`dlm {command}` is not supported yet")));
    }
}

#[test]
fn summary_shows_layers_cost_and_every_default() {
    let folder = points();
    let summary =
        |arguments: &[&str]| dlm().current_dir(&folder).args(["summary", "points.dlm"]).args(arguments).assert().success();
    let text = text(&summary(&[]).get_output().stdout);
    for expected in [
        "input point",
        "f32[2]",
        "output side",
        "class[2]",
        "42 parameters",
        "memory: ",
        "batch          = 8;",
        "seed           = 0;",
    ] {
        assert!(text.contains(expected), "no {expected:?} in:\n{text}");
    }
    assert!(text.contains("all weights are updated with their gradient, which is never stored"), "{text}");
    let json = json_lines(&summary(&["--format", "json", "--set", "clip=global_norm(1.0)"]).get_output().stdout).remove(0);
    assert_eq!(json["trainable"], 42);
    assert_eq!(json["updates"], serde_json::json!({ "dense.weight": "two-phase", "dense_2.weight": "two-phase" }));
    assert_eq!(json["settings"]["batch"], "8");
    // (2·8 + 8·2) multiply-adds a sample, for 8 samples; backward the weights' gradients and one input's.
    assert_eq!(json["costs"][1]["flops"], 2 * 32 * 8);
    assert_eq!(json["costs"][0]["flops"], 2 * (32 + 32 + 16) * 8);
}

#[test]
fn summary_draws_the_schedule() {
    let folder = points();
    let summary = |arguments: &[&str]| {
        let common = ["summary", "points.dlm", "--set", "schedule=cosine(steps(80))", "--set", "warmup=steps(20)"];
        let plain = dlm().current_dir(&folder).args(&common[..2]).args(arguments).output().unwrap().stdout;
        let drawn = dlm().current_dir(&folder).args(common).args(arguments).output().unwrap().stdout;
        [text(&plain), text(&drawn)]
    };
    let [plain, drawn] = summary(&[]);
    assert!(!plain.contains("learning rate"), "{plain}");
    assert!(drawn.contains("\nlearning rate over 120 steps\n  0.05 ┤"), "{drawn}");
    assert!(drawn.ends_with("step 120\n"), "{drawn}");
    let [plain, drawn] = summary(&["--format", "json"]).map(|text| json_lines(text.as_bytes()).remove(0));
    assert!(plain["schedule"].is_null());
    assert_eq!(drawn["schedule"]["unit"], "step");
    assert_eq!(drawn["schedule"]["rate"][0], serde_json::json!([0, 0.0]));
}

#[test]
fn names_that_nobody_reads_to_their_end_are_shortened() {
    let folder = points();
    let name = "a".repeat(100_000);
    let model = MODEL.replace("relu", &name).replace("points.csv", &name);
    fs::write(folder.path().join("points.dlm"), MODEL.replace("Points", &name)).unwrap();
    fs::write(folder.path().join("wrong.dlm"), model).unwrap();
    fs::write(folder.path().join("data.dlm"), MODEL.replace("points.csv", &name)).unwrap();
    let option = &name[..50_000];
    for arguments in [
        &["check", "wrong.dlm"][..],
        &["check", "--format", "json", "wrong.dlm"],
        &["train", "data.dlm"],
        &["train", "--format", "json", "data.dlm"],
        &["train", "points.dlm", "--model", option],
        &["train", "points.dlm", "--set", &format!("{option}=1")],
        &["explain", option],
        &["train", option],
    ] {
        let output = dlm().current_dir(&folder).args(arguments).assert().failure().get_output().clone();
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(said.len() < 2000 && said.contains("aaa…aaa"), "{} bytes: {said:.3000}", said.len());
    }
}
