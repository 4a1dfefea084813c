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
fn the_second_training_of_a_file_starts_from_the_cache() {
    let (folder, cache) = (points(), tempfile::tempdir().unwrap());
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
        ("threads", 2.into()),
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
    let again = log(&["--weights", "out/final.safetensors"]);
    assert_eq!((&again[0]["data"], &again[0]["weights"]), (&start["data"], &"out/final.safetensors".into()));
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
    let diverging = ["--set", "optimizer.lr=1e38", "--weights", "keep/best.safetensors"];
    train(&diverging).code(1).stderr(contains("error[E309]").and(contains("what was to be replaced is as it was")));
    assert_eq!(results(), before);
    train(&["--weights", "keep/best.safetensors"]).success().stderr(contains("replacing the results"));
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
fn without_a_rust_compiler_the_error_says_so() {
    let (folder, cache) = (points(), tempfile::tempdir().unwrap());
    let train = |rustc: &str, cache: &Path| {
        dlm().current_dir(&folder).env("RUSTC", rustc).env("DLM_CACHE", cache).args(["train", "points.dlm"]).assert().code(1)
    };
    train("/none/rustc", cache.path()).stderr(contains("error[E315]").and(contains("rustup.rs")));
    train("false", cache.path()).stderr(contains("error[E316]"));
    train("rustc", &folder.path().join("points.csv")).stderr(contains("error[E317]").and(contains("DLM_CACHE")));
}

#[test]
fn a_damaged_cache_is_made_again() {
    let (folder, cache) = (points(), tempfile::tempdir().unwrap());
    let train = || {
        let arguments = ["train", "points.dlm", "--epochs", "1", "--out", "out"];
        dlm().current_dir(&folder).env("DLM_CACHE", cache.path()).args(arguments).assert()
    };
    train().success();
    let models = || {
        let entries = fs::read_dir(cache.path()).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.is_file()).collect::<Vec<_>>()
    };
    assert_eq!(models().len(), 1, "one model was compiled, and nothing else is left beside the kernels' folder");
    fs::write(&models()[0], "no library").unwrap();
    train().success().stderr(contains("compiled ahead of time"));
    train().success().stderr(contains("from the cache"));
    assert_eq!(models().len(), 1);
}

/// A folder with a program that compiles everything to what is no library.
#[cfg(unix)]
fn broken_compiler() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rustc");
    let script = "#!/bin/sh\nwhile [ $# -gt 0 ]; do [ \"$1\" = -o ] && echo no library > \"$2\"; shift; done\n";
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

#[cfg(unix)]
#[test]
fn a_library_that_does_not_load_after_it_was_made_again_is_an_error() {
    let (folder, cache, compiler) = (points(), tempfile::tempdir().unwrap(), broken_compiler());
    for _ in 0..2 {
        let mut train = dlm();
        train.current_dir(&folder).env("DLM_CACHE", cache.path()).env("RUSTC", compiler.path().join("rustc"));
        train.args(["train", "points.dlm"]).assert().code(1).stderr(contains("error[E318]").and(contains("DLM_CACHE")));
    }
}

#[cfg(unix)]
#[test]
fn without_a_home_the_cache_is_a_private_folder() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let (folder, temporary, compiler) = (points(), tempfile::tempdir().unwrap(), broken_compiler());
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
    fs::set_permissions(&cache, fs::Permissions::from_mode(0o777)).unwrap();
    train().stderr(contains("error[E317]").and(contains("other users can write there")).and(contains("DLM_CACHE")));
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
    train("2", "1").success().stderr(contains("2 threads"));
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
