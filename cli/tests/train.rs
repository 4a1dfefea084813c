//! `dlm train` on real runs of the command.

mod common;

use std::fs;
use std::path::Path;

use common::{MODEL, dlm, in_workspace, json_lines, points, samples, text};
use predicates::prelude::{PredicateBooleanExt, predicate::str::contains};

/// Of [`MODEL`], by `sha256sum`.
const POINTS_SHA256: &str = "3a8545ff19d99b414d71b3262b8d8c23f78ebddce39020e0fc90a876daca35a1";

fn read(folder: &Path, name: &str) -> Vec<u8> {
    fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn a_training_leaves_weights_and_a_log() {
    let folder = points();
    let train = dlm().current_dir(&folder).args(["train", "points.dlm"]).assert().success();
    let (out, errors) = (text(&train.get_output().stdout), text(&train.get_output().stderr));
    assert!(errors.contains("model Points, compile"), "{errors}");
    assert!(
        errors.contains("data: 60 training, 20 validation, 20 test samples; 20 epochs of 8 steps, batch 8, 1 thread"),
        "{errors}"
    );
    assert!(errors.contains("weights saved in runs/points/final.safetensors"), "{errors}");
    let epochs: Vec<&str> = out.lines().filter(|line| line.starts_with("epoch ")).collect();
    assert_eq!(epochs.len(), 20, "{out}");
    assert!(epochs[0].starts_with("epoch  1/20  loss 0."), "{out}");
    assert!(out.lines().last().unwrap().starts_with("test  loss "), "{out}");

    let results = folder.path().join("runs/points");
    let log = json_lines(&read(&results, "log.jsonl"));
    assert_eq!(log.len(), 22);
    assert_eq!(log[20]["epoch"], 20);
    assert!(log[20]["train_loss"].as_f64().unwrap() < log[1]["train_loss"].as_f64().unwrap());
    assert_eq!(log[1]["validation"]["rows"], 20);
    assert!(log[1]["validation"]["accuracy"].is_f64());
    assert!(!read(&results, "final.safetensors").is_empty());
    assert!(!read(&results, "best.safetensors").is_empty());
}

#[test]
fn what_nobody_named_is_not_overwritten_and_what_was_named_is_replaced() {
    let folder = points();
    let train = |arguments: &[&str]| {
        let common = ["train", "points.dlm", "--epochs", "1"];
        dlm().current_dir(&folder).args(common).args(arguments).assert().success()
    };
    train(&[]).stderr(contains("runs/points/final.safetensors"));
    train(&[]).stderr(contains("runs/points-2/final.safetensors"));
    train(&["--out", "here"]).stderr(contains("replacing").not());
    assert!(folder.path().join("here/best.safetensors").exists());
    let split = ["--out", "here", "--set", "split=(test = 0.2)", "--set", "split.validation=0"];
    train(&split[..4]).stderr(contains("replacing the results of an earlier training in here"));
    assert!(!folder.path().join("here/best.safetensors").exists(), "the best weights of an earlier training are still there");
}

#[test]
fn quiet_says_nothing_and_json_is_for_tools() {
    let folder = points();
    let train = |arguments: &[&str]| {
        dlm()
            .current_dir(&folder)
            .args(["train", "points.dlm", "--epochs", "2", "--log", "my.jsonl"])
            .args(arguments)
            .assert()
            .success()
    };
    train(&["--quiet"]).stdout("").stderr("");
    assert_eq!(json_lines(&read(folder.path(), "my.jsonl")).len(), 4);
    let json = train(&["--format", "json", "--out", "out"]);
    let lines = json_lines(&json.get_output().stdout);
    assert_eq!(lines.len(), 4);
    assert_eq!(lines, json_lines(&read(folder.path(), "my.jsonl")), "what is printed is the log");
    assert_eq!((&lines[1]["epoch"], &lines[2]["epoch"]), (&1.into(), &2.into()));
    assert_eq!(lines[3]["model"], "Points");
    assert_eq!(lines[3]["epochs"], 2);
    assert_eq!(lines[3]["stopped"], false);
    assert_eq!(lines[3]["test"]["rows"], 20);
    assert!(lines[3]["weights"].as_str().unwrap().ends_with("final.safetensors"));
    assert!(!folder.path().join("out/log.jsonl").exists(), "the log was to go elsewhere");
}

#[test]
fn a_training_is_a_function_of_its_inputs_on_any_number_of_threads() {
    let folder = points();
    let train = |out: &str, arguments: &[&str]| {
        let common = ["train", "points.dlm", "--quiet", "--epochs", "3", "--out", out];
        dlm().current_dir(&folder).args(common).args(arguments).assert().success().stdout("");
        read(&folder.path().join(out), "final.safetensors")
    };
    let first = train("a", &["--seed", "7"]);
    assert_eq!(first, train("b", &["--seed", "7", "--threads", "2"]));
    assert_ne!(first, train("c", &["--seed", "8"]));
    assert_ne!(first, train("d", &["--seed", "7", "--set", "optimizer.lr=0.01"]));
    let from_there = train("e", &["--weights", "a/final.safetensors"]);
    assert_ne!(first, from_there);
    assert_eq!(from_there, train("f", &["--weights", "a/final.safetensors"]));
}

#[test]
fn data_can_come_from_the_command_line() {
    let folder = points();
    fs::create_dir(folder.path().join("models")).unwrap();
    fs::rename(folder.path().join("points.dlm"), folder.path().join("models/points.dlm")).unwrap();
    fs::write(folder.path().join("other.csv"), samples(40).replace("side", "which")).unwrap();
    let train = |arguments: &[&str]| {
        dlm().current_dir(&folder).args(["train", "models/points.dlm", "--epochs", "1", "--out", "out"]).args(arguments).assert()
    };
    // The file's own path is relative to the file, that of the command line to the working folder.
    train(&[]).code(1).stderr(contains("error[E301]").and(contains("models/points.csv")));
    train(&["--data", r#"csv("other.csv", label = "which")"#]).success().stderr(contains("24 training, 8 validation, 8 test"));
    train(&["--set", r#"data=csv("other.csv", label = "which")"#]).success().stderr(contains("24 training"));
    train(&["--data", r#"csv("other.csv", label = "wich")"#]).code(1).stderr(contains("error[E303]").and(contains("`which`")));
    train(&["--data", r#"cvs("other.csv")"#]).code(1).stderr(contains("cvs"));
    train(&["--data", "csv("]).code(1).stderr(contains("error["));
    // What is wrong with the command line is not shown as if it stood in the file.
    let wrong = train(&["--set", "optimizer.lrr=1"]).code(1);
    wrong.stderr("error[E106]: `optimizer.lrr=1`: `adam` has no argument `lrr`\n  = help: did you mean `lr`?\n");
}

#[test]
fn a_recipe_without_data_says_what_to_give() {
    let folder = points();
    let model = MODEL.replace("data      = csv(\"points.csv\", label = \"side\");", "");
    fs::write(folder.path().join("points.dlm"), model).unwrap();
    let train = dlm().current_dir(&folder).args(["train", "points.dlm"]).assert().code(1);
    train.stderr(contains("error[E313]").and(contains("--data 'csv(")));
    assert!(!folder.path().join("runs").exists(), "a training that did not begin leaves nothing");
}

#[test]
fn bad_data_is_named_with_its_place() {
    let folder = points();
    let train = |csv: &str| {
        fs::write(folder.path().join("points.csv"), csv).unwrap();
        dlm().current_dir(&folder).args(["train", "points.dlm"]).assert().code(1)
    };
    train("x,y,side\n1,2,left\n1,left\n").stderr(contains("error[E302]"));
    train("x,y,what\n1,2,left\n").stderr(contains("error[E303]"));
    train("x,y,z,side\n1,2,3,left\n").stderr(contains("error[E304]"));
    train("x,y,side\n1,two,left\n").stderr(contains("error[E305]").and(contains("two")));
    train("x,y,side\n1,2,left\n1,2,right\n1,2,up\n").stderr(contains("error[E306]"));
    train("x,y,side\n1,2,left\n2,1,right\n").stderr(contains("error[E308]").and(contains("of 2 rows")));
    train("").stderr(contains("error["));
    train("x,y,side\n").stderr(contains("error["));
}

#[test]
fn what_data_may_take_of_memory_is_bounded_and_the_bound_can_be_moved() {
    let folder = points();
    let train = |limit: &str| {
        let train = ["train", "points.dlm", "--epochs", "1", "--quiet"];
        dlm().current_dir(&folder).env("DLM_MAX_DATA", limit).args(train).assert()
    };
    let refused = train("1K").code(1);
    refused.stderr(contains("points.csv:53: up to here the values take 1.0 KiB of memory").and(contains("DLM_MAX_DATA=16G")));
    train("2 KiB").success();
    train("much").code(1).stderr(contains("the environment variable DLM_MAX_DATA is \"much\", no number of bytes"));
}

#[test]
fn columns_that_may_not_be_meant_are_told_of() {
    let folder = points();
    let model = MODEL.replace("f32[2]", "f32[3]");
    fs::write(folder.path().join("points.dlm"), model).unwrap();
    let numbered: String = samples(100)
        .lines()
        .enumerate()
        .map(|(row, line)| if row == 0 { format!("id,{line}\n") } else { format!("{row},{line}\n") })
        .collect();
    fs::write(folder.path().join("points.csv"), numbered).unwrap();
    let train = |arguments: &[&str]| {
        dlm().current_dir(&folder).args(["train", "points.dlm", "--epochs", "1"]).args(arguments).assert().success()
    };
    let told = "note: column `id` holds another whole number in each row, as ids do";
    train(&[]).stderr(contains(told));
    train(&["--quiet"]).stderr("");
    let log = json_lines(&read(&folder.path().join("runs/points"), "log.jsonl"));
    assert!(log[0]["data"]["notes"][0].as_str().is_some_and(|note| note.contains("as ids do")), "{}", log[0]);
    let json = train(&["--format", "json"]);
    let lines = text(&json.get_output().stderr);
    let note = lines.lines().find(|line| line.contains("as ids do")).unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(note).unwrap()["severity"], "note");
}

#[test]
fn images_are_read_from_idx_files() {
    let folder = points();
    // Four images of one row and two columns, and their labels.
    let images = [&[0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 2][..], &[0, 9, 9, 0, 1, 8, 8, 1]].concat();
    fs::write(folder.path().join("images"), &images).unwrap();
    fs::write(folder.path().join("labels"), [0, 0, 8, 1, 0, 0, 0, 4, 0, 1, 0, 1]).unwrap();
    let model = MODEL.replace("f32[2];\n", "f32[1, 2];\n    flatten;\n");
    fs::write(folder.path().join("points.dlm"), model).unwrap();
    let train = |images: &str| {
        let data = format!(r#"idx(images = "{images}", labels = "labels")"#);
        dlm().current_dir(&folder).args(["train", "points.dlm", "--epochs", "2", "--data", &data]).assert()
    };
    train("images").success().stderr(contains("2 training, 1 validation, 1 test samples"));
    train("points.csv").code(1).stderr(contains("error[E307]").and(contains("points.csv")));
    fs::write(folder.path().join("short"), &images[..images.len() - 1]).unwrap();
    train("short").code(1).stderr(contains("error[E307]"));
}

#[test]
fn weights_of_another_model_change_nothing() {
    let folder = points();
    let train = |arguments: &[&str]| {
        dlm().current_dir(&folder).args(["train", "points.dlm", "--epochs", "1", "--quiet"]).args(arguments).assert()
    };
    train(&["--out", "a"]).success();
    fs::write(folder.path().join("points.dlm"), MODEL.replace("dense(8", "dense(4")).unwrap();
    train(&["--weights", "a/final.safetensors", "--out", "b"])
        .code(1)
        .stderr(contains("error[E311]").and(contains("dense.weight")));
    train(&["--weights", "points.csv", "--out", "b"]).code(1).stderr(contains("error[E310]"));
    train(&["--weights", "none.safetensors", "--out", "b"]).code(1).stderr(contains("error[E301]"));
    assert!(!folder.path().join("b").exists());
}

#[test]
fn results_that_cannot_be_written_are_an_error_before_the_training() {
    let folder = points();
    let train =
        |arguments: &[&str]| dlm().current_dir(&folder).args(["train", "points.dlm"]).args(arguments).assert().code(1).stdout("");
    train(&["--out", "points.csv"]).stderr(contains("error[E301]").and(contains("points.csv")));
    train(&["--out", "points.csv/out"]).stderr(contains("error[E301]"));
    train(&["--out", "out", "--log", "none/log.jsonl"]).stderr(contains("error[E301]").and(contains("none/log.jsonl")));
    train(&["--log", "none/log.jsonl"]).stderr(contains("error[E301]"));
    assert!(!folder.path().join("runs/points").exists(), "a training that did not begin leaves nothing");
}

#[test]
fn a_model_or_recipe_that_is_not_there_is_named() {
    let folder = points();
    let train =
        |arguments: &[&str]| dlm().current_dir(&folder).args(["train", "points.dlm", "--epochs", "1"]).args(arguments).assert();
    train(&["--model", "Point"]).code(1).stderr(contains("error[E312]").and(contains("did you mean `Points`?")));
    train(&["--recipe", "Other"]).code(1).stderr(contains("the file has no recipe `Other`").and(contains("`Points`")));
    let two = format!("{MODEL}\ntrain Points as Long like Points {{ epochs = 2; }}\n");
    fs::write(folder.path().join("points.dlm"), two).unwrap();
    train(&["--recipe", "Long"]).success().stderr(contains("model Points, recipe Long"));
}

#[test]
fn a_loss_that_is_no_number_ends_the_training_with_the_last_good_weights() {
    let folder = points();
    let model = MODEL.replace("output side: class[2]", "output side: f32[2]");
    let model = model.replace("label = \"side\"", "labels = [\"a\", \"b\"]").replace("adam(lr = 0.05)", "sgd(lr = 1e30)");
    fs::write(folder.path().join("points.dlm"), model).unwrap();
    fs::write(folder.path().join("points.csv"), "x,y,a,b\n1,2,3,4\n2,1,4,3\n".to_owned() + &"0.5,3,1,1\n".repeat(30)).unwrap();
    let train = dlm().current_dir(&folder).args(["train", "points.dlm", "--out", "out"]).assert().code(1);
    let nothing = contains("in epoch 1 at step").and(contains("note: no epoch was completed, so no weights are saved\n"));
    train.stderr(contains("error[E309]").and(nothing));
    assert!(!folder.path().join("out").exists(), "untrained weights are no result");
    // Slow enough for a good epoch, after which it diverges.
    let slow = ["train", "points.dlm", "--out", "out", "--set", "optimizer.lr=0.6", "--epochs", "1000"];
    let train = dlm().current_dir(&folder).args(slow).assert().code(1);
    let saved = contains("note: the last good weights are saved in out/final.safetensors");
    train.stderr(contains("error[E309]").and(saved).and(contains("at the end of epoch")));
    assert!(!read(&folder.path().join("out"), "final.safetensors").is_empty());
    let log = json_lines(&read(&folder.path().join("out"), "log.jsonl"));
    assert_eq!((&log[0]["record"], &log[log.len() - 1]["record"]), (&"start".into(), &"end".into()));
    assert_eq!(log[log.len() - 1]["error"]["code"], "E309");
}

#[test]
fn a_log_says_what_was_trained_with_what_and_what_came_of_it() {
    let folder = points();
    let log = |arguments: &[&str]| {
        let common = ["train", "points.dlm", "--epochs", "2", "--quiet", "--out", "out"];
        dlm().current_dir(&folder).args(common).args(arguments).assert().success();
        json_lines(&read(&folder.path().join("out"), "log.jsonl"))
    };
    let plain = log(&["--seed", "7", "--set", "optimizer.lr=0.01", "--threads", "2"]);
    let start = &plain[0];
    let kinds: Vec<&str> = plain.iter().map(|line| line["record"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["start", "epoch", "epoch", "end"]);
    for (key, expected) in [
        ("dlm", serde_json::json!(env!("CARGO_PKG_VERSION"))),
        ("file", "points.dlm".into()),
        ("model", "Points".into()),
        ("recipe", "Points".into()),
        ("parameters", 42.into()),
        ("seed", 7.into()),
        // More than there are cores are not used.
        ("threads", std::thread::available_parallelism().unwrap().get().min(2).into()),
        ("set", serde_json::json!({ "epochs": "2", "optimizer.lr": "0.01", "seed": "7" })),
        ("weights", serde_json::Value::Null),
    ] {
        assert_eq!(start[key], expected, "{key} of {start}");
    }
    assert!(start["rustc"].as_str().unwrap().starts_with("rustc 1."), "{start}");
    assert_eq!(start["instruction_set"], dlm_kernels::Level::detect().name());
    assert!(start["settings"]["optimizer"].as_str().unwrap().contains("lr = 0.01"), "{start}");
    assert_eq!(start["settings"]["shuffle"], "true", "a default is filled in");
    assert_eq!((&start["data"]["train"], &start["data"]["test"]), (&60.into(), &20.into()));
    // SHA-256 of the file, by another program.
    assert_eq!(start["sha256"], POINTS_SHA256);
    let end = &plain[3];
    assert!(end["test"]["loss"].is_f64() && end["test"]["accuracy"].is_f64(), "{end}");

    // The same data gives the same number, another value another.
    fs::copy(folder.path().join("out/final.safetensors"), folder.path().join("begin.safetensors")).unwrap();
    let again = log(&["--weights", "begin.safetensors"]);
    assert_eq!((&again[0]["data"], &again[0]["weights"]), (&start["data"], &"begin.safetensors".into()));
    fs::write(folder.path().join("points.csv"), samples(100).replacen("0.5", "0.25", 1)).unwrap();
    let other = log(&[]);
    assert_ne!(other[0]["data"]["xxh3"], start["data"]["xxh3"]);
    assert_eq!(other[0]["sha256"], start["sha256"]);
}

#[test]
fn an_earlier_training_is_replaced_by_results_alone() {
    let folder = points();
    let train = |arguments: &[&str]| {
        let common = ["train", "points.dlm", "--epochs", "1", "--out", "keep"];
        dlm().current_dir(&folder).args(common).args(arguments).assert()
    };
    train(&[]).success();
    let results = || {
        let files = ["final.safetensors", "best.safetensors", "log.jsonl"];
        files.map(|name| read(&folder.path().join("keep"), name))
    };
    let before = results();
    // Found out only when the data is split: there is less than a batch.
    train(&["--set", "batch=99", "--set", "last_batch=drop"]).code(1).stderr(contains("error[E308]"));
    assert_eq!(results(), before);
    fs::copy(folder.path().join("keep/best.safetensors"), folder.path().join("begin.safetensors")).unwrap();
    let diverging = ["--set", "optimizer.lr=1e38", "--weights", "begin.safetensors"];
    train(&diverging).code(1).stderr(contains("error[E309]").and(contains("what was to be replaced is as it was")));
    assert_eq!(results(), before);
    train(&["--weights", "begin.safetensors"]).success().stderr(contains("replacing the results"));
    let after = results();
    assert!(after[0] != before[0] && after[1] != before[1]);
    assert_eq!(json_lines(&after[2]).len(), 3, "the log is that of the last training");
}

#[test]
fn a_training_that_cannot_begin_leaves_nothing() {
    let folder = points();
    let train = |arguments: &[&str]| {
        let common = ["train", "points.dlm", "--set", "batch=99", "--set", "last_batch=drop"];
        dlm().current_dir(&folder).args(common).args(arguments).assert().code(1).stderr(contains("error[E308]"))
    };
    let files = || fs::read_dir(&folder).unwrap().count();
    let before = files();
    train(&[]);
    train(&["--out", "a/b/c"]);
    train(&["--log", "my.jsonl"]);
    assert_eq!(files(), before);
    fs::write(folder.path().join("my.jsonl"), "mine\n").unwrap();
    train(&["--log", "my.jsonl"]);
    assert_eq!(read(folder.path(), "my.jsonl"), b"mine\n");
}

#[test]
fn a_log_that_is_replaced_is_named() {
    let folder = points();
    let train = |arguments: &[&str]| {
        let common = ["train", "points.dlm", "--epochs", "1", "--log", "my.jsonl"];
        dlm().current_dir(&folder).args(common).args(arguments).assert().success()
    };
    train(&[]).stderr(contains("replacing").not());
    train(&[]).stderr(contains("replacing the log my.jsonl\n"));
    assert_eq!(json_lines(&read(folder.path(), "my.jsonl")).len(), 3);
    train(&["--out", "runs/points"]).stderr(contains("replacing the results of an earlier training in runs/points and the log"));
}

#[test]
fn classes_are_those_of_the_weights_that_are_trained_on() {
    let folder = points();
    let train = |arguments: &[&str]| {
        let common = ["train", "points.dlm", "--epochs", "1", "--set", "split.test=0"];
        dlm().current_dir(&folder).args(common).args(arguments).assert()
    };
    train(&["--out", "a"]).success();
    // Sorted alone, these would be other classes; and `left` alone would be too few.
    let csv = samples(100);
    let left: String = csv.lines().filter(|line| !line.ends_with("right")).map(|line| format!("{line}\n")).collect();
    fs::write(folder.path().join("points.csv"), left).unwrap();
    train(&["--out", "b", "--weights", "a/final.safetensors"]).success();
    let predict = ["predict", "points.dlm", "--weights", "b/final.safetensors", "points.csv"];
    dlm().current_dir(&folder).args(predict).assert().success().stdout(contains("side,side_left,side_right\n"));
    fs::write(folder.path().join("points.csv"), csv.replace("right", "above")).unwrap();
    train(&["--out", "c", "--weights", "a/final.safetensors"]).code(1).stderr(contains("error[E30").and(contains("above")));
    assert!(!folder.path().join("c").exists());
}

#[test]
fn threads_are_checked_wherever_they_come_from() {
    let folder = points();
    let train = |threads: &str, variable: &str| {
        let arguments = ["train", "points.dlm", "--epochs", "1", "--threads", threads];
        dlm().current_dir(&folder).env("DLM_THREADS", variable).args(arguments).assert()
    };
    train("0", "1").code(2).stderr(contains("0 threads"));
    train("1", "many").code(2).stderr(contains("DLM_THREADS is \"many\""));
    let cores = std::thread::available_parallelism().unwrap().get();
    let works = if cores == 1 { "1 thread\n".to_owned() } else { format!("{} threads\n", cores.min(1000)) };
    let more = train("1000", "1").success().stderr(contains(format!("batch 8, {works}")));
    more.stderr(contains("1000 threads are more than there are cores: working on").and(contains(", with the same results\n")));
}

#[test]
fn the_examples_train() {
    let folder = tempfile::tempdir().unwrap();
    for (name, least) in [("iris", 0.9), ("digits", 0.9)] {
        let file = in_workspace(&format!("examples/{name}.dlm"));
        let mut command = dlm();
        command.current_dir(&folder).arg("train").arg(file).args(["--format", "json", "--set", "epochs=20"]);
        let train = command.assert().success();
        let lines = json_lines(&train.get_output().stdout);
        let accuracy = lines.last().unwrap()["test"]["accuracy"].as_f64().unwrap();
        assert!(accuracy > least, "{name}: {accuracy}");
    }
}

#[test]
fn numbers_below_0_are_refused_with_the_reason() {
    let folder = points();
    let train = |option: &str| dlm().current_dir(&folder).args(["train", "points.dlm", option, "-1"]).assert();
    for option in ["--seed", "--epochs"] {
        train(option).code(1).stderr(contains("error[E").and(contains("-1")).and(contains("unexpected argument").not()));
    }
    train("--threads").code(2).stderr(contains("-1").and(contains("unexpected argument").not()));
    assert!(!folder.path().join("runs").exists());
}

#[test]
fn one_epoch_is_no_epochs() {
    let folder = points();
    let train = |epochs: &str| dlm().current_dir(&folder).args(["train", "points.dlm", "--epochs", epochs]).assert().success();
    train("1").stderr(contains("; 1 epoch of 8 steps, batch 8, 1 thread\n"));
    train("2").stderr(contains("; 2 epochs of 8 steps, "));
}

#[test]
fn what_signals_tell_is_said_after_the_first_step_and_at_the_end() {
    let folder = points();
    let train = |arguments: &[&str]| {
        let common = ["train", "points.dlm", "--watch", "--out", "out"];
        dlm().current_dir(&folder).args(common).args(arguments).assert().success()
    };
    let run = train(&["--epochs", "3"]);
    let said = text(&run.get_output().stderr);
    let place = |part: &str| said.find(part).unwrap_or_else(|| panic!("no {part:?} in:\n{said}"));
    let places = ["data: 60", "at step 1: ", "at step 17: ", "trained in "].map(place);
    assert!(places.is_sorted(), "{said}");
    assert_eq!(said.matches("at step ").count(), 2, "{said}");
    // Of one epoch only the first step is watched.
    let run = train(&["--epochs", "1"]);
    assert_eq!(text(&run.get_output().stderr).matches("at step ").count(), 1);
    train(&["--epochs", "1", "--quiet"]).stdout("").stderr("");
    let run = train(&["--epochs", "1", "--format", "json"]);
    assert!(!text(&run.get_output().stderr).contains("at step "));
    let epoch = &json_lines(&run.get_output().stdout)[1];
    assert_eq!(epoch["signals"][0]["step"], 1);
    assert!(epoch["signals"][0]["verdict"][0].is_string());
}

#[test]
fn which_class_is_yes_is_said_and_named_in_predictions() {
    let folder = tempfile::tempdir().unwrap();
    let model = r#"model Patients {
    input values: f32[2];
    dense(1);
    output sick: binary;
}

train Patients {
    data      = csv("sick.csv", label = "side");
    optimizer = adam(lr = 0.1);
}
"#;
    fs::write(folder.path().join("sick.dlm"), model).unwrap();
    let data = |no: &str, yes: &str| {
        let csv = samples(100).replace("left", no).replace("right", yes);
        fs::write(folder.path().join("sick.csv"), csv).unwrap();
    };
    let train =
        |arguments: &[&str]| dlm().current_dir(&folder).args(["train", "sick.dlm", "--out", "out"]).args(arguments).assert();
    let predict = || {
        fs::write(folder.path().join("new.csv"), "x,y\n1,1\n-1,-1\n").unwrap();
        let arguments = ["predict", "sick.dlm", "--weights", "out/final.safetensors", "new.csv"];
        let predicted = dlm().current_dir(&folder).args(arguments).assert().success();
        let out = text(&predicted.get_output().stdout);
        let rows: Vec<Vec<String>> = out.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect();
        (rows[0].join(","), rows[1].clone(), rows[2].clone())
    };
    // By bytes `no` comes after `Yes`.
    data("no", "Yes");
    train(&[]).success().stderr(contains("sick: yes is `Yes`, no is `no`"));
    let (heading, right, left) = predict();
    assert_eq!(heading, "sick,sick_Yes");
    assert_eq!((right[0].as_str(), left[0].as_str()), ("Yes", "no"));
    assert!(right[1].parse::<f32>().unwrap() > 0.5 && left[1].parse::<f32>().unwrap() < 0.5);
    // What has no such meaning is for the recipe to say.
    data("male", "female");
    let help = "say it in the recipe: `yes = \"male\"`";
    train(&[]).code(1).stderr(contains("nothing says which of them is yes of output `sick`").and(contains(help)));
    train(&["--set", "yes=\"female\""]).success().stderr(contains("sick: yes is `female`, no is `male`"));
    assert_eq!(predict().0, "sick,sick_female");
    // Weights and recipe agree on it.
    let other = ["train", "sick.dlm", "--out", "other", "--set", "yes=\"male\"", "--weights", "out/final.safetensors"];
    dlm()
        .current_dir(&folder)
        .args(other)
        .assert()
        .code(1)
        .stderr(contains("was trained with `female` as yes of output `sick`, and the recipe says `male`"));
}

#[test]
fn what_a_training_is_measured_by_and_classes_are_said() {
    let folder = points();
    let train = dlm().current_dir(&folder).args(["train", "points.dlm", "--out", "out"]).assert().success();
    let (out, errors) = (text(&train.get_output().stdout), text(&train.get_output().stderr));
    assert!(errors.contains("side: the classes are `left`, `right`, in this order"), "{errors}");
    let guess = out.lines().rev().nth(1).unwrap();
    assert!(guess.starts_with("guess on the test part  accuracy "), "{out}");
    // Between the lines of two parts it says to which it belongs, which is the validation's where there is no test.
    for (split, part) in [("(validation = 0.2)", "validation"), ("()", "training")] {
        let split = ["train", "points.dlm", "--epochs", "1", "--out", "out", "--set", &format!("split={split}")];
        let out = text(&dlm().current_dir(&folder).args(split).assert().success().get_output().stdout);
        let guess = out.lines().rev().nth(1).unwrap();
        assert!(guess.starts_with(&format!("guess on the {part} part  accuracy ")), "{out}");
    }
    let json = ["train", "points.dlm", "--out", "out", "--format", "json"];
    let train = dlm().current_dir(&folder).args(json).assert().success();
    let last = json_lines(&train.get_output().stdout).pop().unwrap();
    assert!(last["guess"]["accuracy"].is_f64() && last["judged"] == "test" && last["verdict"] == serde_json::json!([]), "{last}");
}

#[test]
fn weights_with_another_normalisation_are_refused_and_what_is_kept_is_said() {
    let folder = points();
    let train = |arguments: &[&str]| {
        let common = ["train", "points.dlm", "--epochs", "1"];
        dlm().current_dir(&folder).args(common).args(arguments).assert()
    };
    train(&["--out", "out"]).success();
    let weights = ["--weights", "out/final.safetensors", "--out", "more", "--set"];
    let refused = train(&[&weights[..], &["normalize=minmax"]].concat()).code(1);
    refused.stderr(contains("the recipe says `normalize = minmax`, and the weights were trained with `normalize = standard`"));
    let kept = train(&[&weights[..], &["normalize=none"]].concat()).success();
    kept.stderr(contains("inputs are normalised as the weights bring it"));
}

#[test]
fn advice_is_on_the_recipe_that_is_trained() {
    let folder = points();
    let model = format!("{MODEL}\ntrain Points as Wild like Points {{ optimizer = adam(lr = 50); }}\n");
    fs::write(folder.path().join("points.dlm"), model).unwrap();
    let run = |arguments: &[&str]| {
        let run = dlm().current_dir(&folder).args(arguments).assert().success();
        text(&run.get_output().stderr)
    };
    let train = ["train", "points.dlm", "--epochs", "1"];
    assert!(!run(&train).contains("W007"));
    assert!(run(&[&train[..], &["--recipe", "Wild"]].concat()).contains("W007"));
    assert!(run(&["check", "points.dlm"]).contains("W007"));
    // What counts in updates is told once the data is known: eight for each of twenty epochs.
    let said = run(&["train", "points.dlm", "--set", "warmup=steps(160)"]);
    assert!(
        said.contains("W029") && said.contains("`warmup` says steps(160), and the training ends after 160 updates"),
        "{said}"
    );
    assert!(!run(&["train", "points.dlm", "--set", "warmup=steps(159)"]).contains("W029"));
}

#[test]
fn a_rate_of_0_teaches_nothing_and_the_watch_says_so() {
    let folder = points();
    let train = |set: &str| {
        let arguments = ["train", "points.dlm", "--watch", "--epochs", "2", "--out", "out", "--set", set];
        text(&dlm().current_dir(&folder).args(arguments).assert().success().get_output().stderr)
    };
    let said = train("optimizer.lr=0");
    for step in [1, 9] {
        assert!(said.contains(&format!("at step {step}: nothing is learned: every update is 0\n")), "{said}");
    }
    // At the first step of a warm-up it is as it is meant to be.
    let said = train("warmup=epochs(1)");
    assert!(
        said.contains("at step 1: signals are steady") && !said.contains("are 0 to") && !said.contains("nothing is"),
        "{said}"
    );
}
