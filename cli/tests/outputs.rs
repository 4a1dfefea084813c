//! What commands write: never over what they read, whole or not at all, and where they were told to.

mod common;

use std::fs;

use common::{dlm, json_lines, names, points, text};
use predicates::prelude::{PredicateBooleanExt, predicate::str::contains};

#[test]
fn nothing_that_is_read_is_written_over() {
    let folder = points();
    let path = |name: &str| folder.path().join(name);
    let run = |arguments: &[&str]| dlm().current_dir(&folder).args(arguments).assert();
    run(&["train", "points.dlm", "--epochs", "1", "--out", "out"]).success();
    fs::copy(path("out/final.safetensors"), path("w.safetensors")).unwrap();
    for copy in ["more.csv", "other.csv", "test.csv"] {
        fs::copy(path("points.csv"), path(copy)).unwrap();
    }
    fs::copy(path("w.safetensors"), path("reused")).unwrap();
    fs::copy(path("out/log.jsonl"), path("my.jsonl")).unwrap();
    fs::hard_link(path("points.csv"), path("hard.csv")).unwrap();
    let files = [
        "points.dlm",
        "points.csv",
        "more.csv",
        "other.csv",
        "test.csv",
        "w.safetensors",
        "reused",
        "my.jsonl",
        "out/final.safetensors",
        "out/best.safetensors",
    ];
    let contents = || files.map(|name| fs::read(path(name)).unwrap());
    let before = contents();
    let more = r#"validation_data=csv("more.csv", label = "side")"#;
    let train = ["train", "points.dlm", "--epochs", "1", "--set", "split=(test = 0.2)", "--set", more];
    let predict = ["predict", "points.dlm", "--weights", "w.safetensors", "points.csv", "--output"];
    // The recipe's data is not what is predicted from.
    let recipe = [r#"validation_data=csv("other.csv", label = "side")"#, r#"test_data=csv("test.csv", label = "side")"#];
    let predict_more = ["predict", "points.dlm", "--weights", "w.safetensors", "more.csv", "--set", "split=()"];
    let predict_more = [&predict_more[..], &["--set", recipe[0], "--set", recipe[1], "--output"]].concat();
    for (arguments, what, help) in [
        (&[&train[..], &["--log", "points.csv"]].concat(), "points.csv is read, as data,", "`--log`"),
        (&[&train[..], &["--log", "./out/../more.csv"]].concat(), "more.csv is read, as data,", "`--log`"),
        (&[&train[..], &["--log", "hard.csv"]].concat(), "hard.csv is read, as data,", "`--log`"),
        (&[&train[..], &["--log", "points.dlm"]].concat(), "points.dlm is read, as the model,", "`--log`"),
        (
            &[&train[..], &["--weights", "w.safetensors", "--log", "w.safetensors"]].concat(),
            "as weights to begin with,",
            "`--log`",
        ),
        (&[&train[..], &["--weights", "out/best.safetensors", "--out", "out"]].concat(), "as weights to begin with,", "`--out`"),
        (
            &[&train[..], &["--set", r#"reuse=weights("out/final.safetensors")"#, "--out", "out"]].concat(),
            "as weights that are reused,",
            "`--out`",
        ),
        (&[&predict[..], &["points.csv"]].concat(), "points.csv is read, as data,", "`--output`"),
        (&[&predict_more[..], &["points.csv"]].concat(), "points.csv is read, as data of the recipe,", "`--output`"),
        (&[&predict_more[..], &["./out/../other.csv"]].concat(), "other.csv is read, as data of the recipe,", "`--output`"),
        (&[&predict_more[..], &["test.csv"]].concat(), "test.csv is read, as data of the recipe,", "`--output`"),
        (
            &[&predict[..], &["reused", "--set", r#"reuse=weights("reused")"#]].concat(),
            "reused is read, as weights that are reused,",
            "`--output`",
        ),
        (&[&predict[..], &["w.safetensors"]].concat(), "w.safetensors is read, as weights,", "`--output`"),
        (&[&predict[..], &["points.dlm"]].concat(), "points.dlm is read, as the model,", "`--output`"),
        (&vec!["report", "my.jsonl", "--output", "my.jsonl"], "my.jsonl is read, as a log,", "`--output`"),
    ] {
        run(arguments).code(2).stderr(contains(what).and(contains("and would be written over")).and(contains(help)));
        assert!(contents() == before, "{arguments:?}");
    }
    // Neither are results by one another.
    for log in ["out/final.safetensors", "out/../out/best.safetensors", "new/final.safetensors"] {
        fs::create_dir_all(path("new")).unwrap();
        let run = run(&["train", "points.dlm", "--epochs", "1", "--out", log.split_once('/').unwrap().0, "--log", log]);
        run.code(2).stderr(contains("would take the place of weights of the same training"));
        assert!(contents() == before, "{log}");
    }
}

#[test]
fn a_dash_is_the_standard_output() {
    let folder = points();
    let run = |arguments: &[&str]| dlm().current_dir(&folder).args(arguments).assert();
    run(&["train", "points.dlm", "--epochs", "2", "--out", "out"]).success();
    let predict = ["predict", "points.dlm", "--weights", "out/final.safetensors", "points.csv"];
    let printed = run(&predict).success();
    let dash = run(&[&predict[..], &["--output", "-"]].concat()).success();
    assert_eq!(text(&dash.get_output().stdout), text(&printed.get_output().stdout));
    assert!(text(&dash.get_output().stdout).starts_with("side,side_left,side_right\n"));
    for format in ["text", "json"] {
        let report = run(&["report", "out", "-o", "-", "--format", format]).success();
        let page = text(&report.get_output().stdout);
        assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"), "{page}");
    }
    run(&["train", "points.dlm", "--log", "-"]).code(2).stderr(contains("`--log -` is no file").and(contains("--format json")));
    assert_eq!(names(folder.path()), ["out", "points.csv", "points.dlm"]);
    assert_eq!(names(&folder.path().join("out")), ["best.safetensors", "final.safetensors", "log.jsonl"]);
}

#[test]
fn what_does_not_fit_into_memory_is_an_error_before_anything_is_compiled() {
    let folder = points();
    let model = common::MODEL.replace("dense(8,", "dense(2000000,").replace("batch     = 8", "batch     = 65536");
    fs::write(folder.path().join("points.dlm"), model).unwrap();
    let run = |arguments: &[&str]| dlm().current_dir(&folder).args(arguments).assert().code(1);
    // A training has no more rows in a batch than its data, which are few.
    let wide = fs::read_to_string(folder.path().join("points.dlm")).unwrap().replace("2000000", "200000000");
    fs::write(folder.path().join("wide.dlm"), wide).unwrap();
    let train =
        run(&["train", "wide.dlm"]).stderr(contains("error[E330]: training Points takes").and(contains("compiling").not()));
    train.stderr(contains("rows of a batch").and(contains("65536").not()));
    fs::remove_file(folder.path().join("wide.dlm")).unwrap();
    let refused =
        || contains("error[E330]: ").and(contains("TiB of memory")).and(contains("for each of the 65536 rows of a batch"));
    run(&["eval", "points.dlm", "--weights", "none"]).stderr(refused().and(contains("predicting with Points takes")));
    run(&["predict", "points.dlm", "--weights", "none", "points.csv"]).stderr(refused());
    run(&["bench", "points.dlm"]).stderr(refused());
    assert_eq!(names(folder.path()), ["points.csv", "points.dlm"]);
}

#[test]
fn a_batch_larger_than_the_data_takes_no_more_memory_and_trains_the_same() {
    let folder = points();
    let rows = fs::read_to_string(folder.path().join("points.csv")).unwrap().lines().count() - 1;
    let train = |batch: usize| {
        let (batch, out) = (format!("batch={batch}"), format!("out-{batch}"));
        let arguments = ["train", "points.dlm", "--epochs", "3", "--set", &batch, "--out", &out];
        dlm().current_dir(&folder).args(arguments).assert().success();
        fs::read(folder.path().join(out).join("final.safetensors")).unwrap()
    };
    assert!(train(rows) == train(65_536));
}

#[cfg(unix)]
#[test]
fn links_in_a_folder_of_results_are_replaced_and_not_followed() {
    use std::os::unix::fs::symlink;
    let folder = points();
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    fs::write(folder.path().join("victim"), "mine").unwrap();
    for name in ["final.safetensors", "best.safetensors", "log.jsonl"] {
        symlink("../victim", out.join(name)).unwrap();
    }
    dlm().current_dir(&folder).args(["train", "points.dlm", "--epochs", "1", "--out", "out"]).assert().success();
    dlm().current_dir(&folder).args(["report", "out"]).assert().success();
    assert_eq!(fs::read(folder.path().join("victim")).unwrap(), b"mine");
    assert!(names(&out).iter().all(|name| fs::symlink_metadata(out.join(name)).unwrap().is_file()));
    assert_eq!(json_lines(&fs::read(out.join("log.jsonl")).unwrap()).len(), 3);
    // A lock that leads elsewhere is none.
    symlink("../victim", out.join(".dlm-training.lock")).unwrap();
    let train = dlm().current_dir(&folder).args(["train", "points.dlm", "--epochs", "1", "--out", "out"]).assert().code(1);
    train.stderr(contains("error[E301]: cannot write out/.dlm-training.lock"));
    assert_eq!(fs::read(folder.path().join("victim")).unwrap(), b"mine");
}

#[cfg(unix)]
#[test]
fn a_full_disk_costs_nothing_that_was_there() {
    let Some(disk) = common::Small::mounted("64k") else { return };
    let (folder, out) = (points(), disk.path().join("out"));
    let train = |seed: &str| {
        let arguments = ["train", "points.dlm", "--seed", seed, "--out", out.to_str().unwrap()];
        dlm().current_dir(&folder).args(arguments).assert()
    };
    train("1").success();
    let results = || names(&out).into_iter().map(|name| (name.clone(), fs::read(out.join(name)).unwrap())).collect::<Vec<_>>();
    let before = results();
    assert_eq!(before.len(), 3);
    // As much as there is.
    let full = fs::write(disk.path().join("full"), vec![1; 1 << 20]).unwrap_err();
    assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
    train("2").code(1).stderr(contains("error[E301]: cannot write").and(contains("No space left on device")));
    assert!(results() == before, "{:?}", names(&out));
    fs::remove_file(disk.path().join("full")).unwrap();
    train("2").success();
    assert!(results() != before && results().len() == 3);
}

#[test]
fn a_report_replaces_pages_alone() {
    let folder = points();
    let path = |name: &str| folder.path().join(name);
    let run = |arguments: &[&str]| dlm().current_dir(&folder).args(arguments).assert();
    run(&["train", "points.dlm", "--epochs", "1", "--out", "out"]).success();
    run(&["train", "points.dlm", "--epochs", "1", "--out", "more"]).success();
    let report = |output: &str| run(&["report", "out", "--output", output]);
    for file in ["points.csv", "points.dlm", "out/final.safetensors", "out/best.safetensors", "more/log.jsonl"] {
        let before = fs::read(path(file)).unwrap();
        let refused = || contains(format!("{file} is there, is no page of HTML, and would be written over"));
        report(file).code(2).stdout("").stderr(refused().and(contains("name another place by `--output`, or remove the file")));
        if file != "more/log.jsonl" {
            run(&["report", "out", "more", "--output", file]).code(2).stderr(refused());
        }
        assert!(fs::read(path(file)).unwrap() == before, "{file}");
    }
    // Neither where it goes by itself.
    fs::write(path("out/report.html"), "notes").unwrap();
    run(&["report", "out"]).code(2).stderr(contains("out/report.html is there, is no page of HTML"));
    // A page is replaced, its own and any other.
    for page in ["<!doctype html>\n<p>old", "<!DOCTYPE HTML PUBLIC", "<!DOCTYPE html"] {
        fs::write(path("out/report.html"), page).unwrap();
        run(&["report", "out"]).success();
        run(&["report", "out"]).success();
        assert!(fs::read_to_string(path("out/report.html")).unwrap().contains("Training: out"));
    }
    report("new.html").success();
}
