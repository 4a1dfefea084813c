//! `dlm report`: a page of a training's log.

mod common;

use std::fs;

use common::{dlm, json_lines, points, text};
use predicates::prelude::{PredicateBooleanExt, predicate::str::contains};
use tempfile::TempDir;

/// Three epochs with a validation part, the last without a finite loss; two of them watched.
const LOG: &str = r#"{"epoch":1,"steps":4,"learning_rate":0.1,"train_loss":2.5,"seconds":0.25,"samples_per_second":100.0,"validation":{"rows":20,"loss":2.0,"accuracy":0.5},"signals":[{"step":1,"signals":[{"of":"h.relu","len":8,"mean":0.5,"deviation":0.25,"spread":0.125,"flat":0.5,"dead":0.25},{"of":"h.dense.weight","len":16,"gradient":4.0,"update":0.01},{"of":"head.dense.weight","len":16,"gradient":0.0,"update":0.02}],"verdict":["25 % of the units of `h.relu` are dead: no sample moves them"]}]}
{"epoch":2,"steps":4,"learning_rate":0.05,"train_loss":0.02,"seconds":0.25,"samples_per_second":100.0,"validation":{"rows":20,"loss":1.5,"accuracy":0.75},"signals":[{"step":5,"signals":[{"of":"h.relu","len":8,"mean":0.5,"deviation":0.25,"spread":0.125,"flat":0.5,"dead":0.0},{"of":"h.dense.weight","len":16,"gradient":0.004,"update":0.01},{"of":"head.dense.weight","len":16,"gradient":null,"update":0.02}],"verdict":["signals are steady: all is well"]}]}
{"epoch":3,"steps":4,"learning_rate":0.025,"train_loss":null,"seconds":0.25,"samples_per_second":100.0,"validation":{"rows":20,"loss":null,"accuracy":0.25}}
"#;

/// A folder with a log in it.
fn folder(log: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("runs/net")).unwrap();
    fs::write(folder.path().join("runs/net/log.jsonl"), log).unwrap();
    folder
}

fn page(log: &str) -> String {
    let folder = folder(log);
    let report = dlm().current_dir(&folder).args(["report", "runs/net"]).assert().success().stderr("");
    report.stdout("runs/net/report.html\n");
    fs::read_to_string(folder.path().join("runs/net/report.html")).unwrap()
}

#[test]
fn a_page_has_curves_heat_maps_and_verdicts() {
    let page = page(LOG);
    for expected in [
        "<title>Training: net</title>",
        // What one looks for first: the best validation, not the last.
        "<strong>1.5000</strong><span class=\"note\">the best, in epoch 2</span>",
        "<span class=\"name\">validation accuracy</span><strong>75.00 %</strong>",
        "<strong>not a number</strong><span class=\"note\">in epoch 3</span>",
        // Losses that differ by orders, with a curve that ends where it is not a number.
        "<h3>Loss<span class=\"note\"> by magnitude</span></h3>",
        "<title>training, epoch 2: 0.02</title>",
        "<title>accuracy, epoch 3: 25 %</title>",
        "<h3>Learning rate</h3>",
        // Gradients by the root of the number of values.
        "<title>h.dense.weight, step 1: 1</title>",
        "<title>h.dense.weight, step 5: 0.001</title>",
        "fill=\"url(#zero)\"><title>head.dense.weight, step 1: 0</title>",
        "fill=\"url(#undefined)\"><title>head.dense.weight, step 5: not a number</title>",
        "<h3>Dead units</h3>",
        "<title>h.relu, step 1: 25 %</title>",
        "<li>25 % of the units of <code>h.relu</code> are dead: no sample moves them</li>",
        "<div class=\"verdict fine\"><span class=\"name\">step 5</span>",
    ] {
        assert!(page.contains(expected), "no {expected:?} in:\n{page}");
    }
    assert!(!page.contains("training, epoch 3"), "{page}");
    assert!(!page.contains("NaN") && !page.contains("inf"), "{page}");
}

#[test]
fn a_page_needs_nothing_but_itself() {
    let page = page(LOG);
    for wrong in ["<script", "http", "src=", "@import", "<link", "href"] {
        assert!(!page.contains(wrong), "{wrong:?} in:\n{page}");
    }
    assert!(page.starts_with("<!DOCTYPE html><html"));
    // Every element of a drawing is closed: in SVG there are no void ones.
    for element in ["svg", "g", "rect", "line", "path", "circle", "text", "title", "pattern", "figure"] {
        let opened = page.matches(&format!("<{element} ")).count() + page.matches(&format!("<{element}>")).count();
        assert_eq!(opened, page.matches(&format!("</{element}>")).count(), "{element}");
    }
}

#[test]
fn names_are_escaped() {
    let evil = r#"<script>alert('1')</script>\"onload=\"x&"#;
    let log = LOG.replace("h.relu", evil).replace("\"accuracy\"", &format!("\"{evil}\"")).replace("all is well", evil);
    let first =
        format!(r#"{{"record":"start","model":"M","file":"{evil}","settings":{{"{evil}":"{evil}"}},"set":{{"{evil}":"1"}}}}"#);
    let page = page(&format!("{first}\n{log}{{\"record\":\"end\",\"error\":{{\"message\":\"{evil}\"}}}}\n"));
    assert!(!page.contains("<script") && !page.contains("\"onload"), "{page}");
    assert!(page.matches("&lt;script&gt;alert").count() > 10, "{page}");
}

#[test]
fn a_training_that_was_not_watched_has_curves_alone() {
    let line = r#"{"epoch":1,"steps":4,"learning_rate":0.1,"train_loss":2.5,"seconds":1.0,"samples_per_second":1.0}"#;
    let page = page(line);
    assert!(page.contains("No signals were measured") && !page.contains("<h2>Signals</h2>"), "{page}");
    assert!(!page.contains("alidation"), "{page}");
}

#[test]
fn the_page_goes_where_it_is_wanted() {
    let folder = folder(LOG);
    let report = |arguments: &[&str]| dlm().current_dir(&folder).arg("report").args(arguments).assert();
    report(&["runs/net/log.jsonl", "--output", "page.html"]).success().stdout("page.html\n");
    assert!(fs::read_to_string(folder.path().join("page.html")).unwrap().contains("Training: net"));
    let json = report(&["runs/net", "--format", "json"]).success();
    let expected = serde_json::json!({ "report": "runs/net/report.html", "epochs": 3, "watched": 2 });
    assert_eq!(json_lines(&json.get_output().stdout), [expected]);
    fs::copy(folder.path().join("runs/net/log.jsonl"), folder.path().join("my.jsonl")).unwrap();
    report(&["my.jsonl"]).success().stdout("report.html\n");
    report(&["my.jsonl", "-o", "my.jsonl"]).code(2).stderr(contains("my.jsonl is read, as a log, and would be written over"));
    report(&["my.jsonl", "-o", "none/page.html"]).code(1).stderr(contains("error[E301]: cannot write none/page.html: "));
}

#[test]
fn what_is_no_log_is_an_error_and_leaves_the_page_as_it_is() {
    let folder = folder("");
    let (log, page) = (folder.path().join("runs/net/log.jsonl"), folder.path().join("runs/net/report.html"));
    fs::write(&page, "before").unwrap();
    let report = |run: &str| dlm().current_dir(&folder).args(["report", run]).assert().code(1).stdout("");
    report("runs/net").stderr(contains("error[E321]: runs/net/log.jsonl holds no epoch"));
    report("runs/other").stderr(contains("error[E301]: cannot read runs/other: "));
    report("runs").stderr(contains("error[E301]: cannot read runs/log.jsonl: ").and(contains("such as `runs/digits`")));
    fs::write(&log, format!("{LOG}{{\"epoch\":4,\n")).unwrap();
    report("runs/net").stderr(contains("error[E320]: runs/net/log.jsonl:4: the line is cut short"));
    fs::write(&log, format!("{LOG}{{\"record\":\"start\"}}\n")).unwrap();
    report("runs/net")
        .stderr(contains("error[E320]: runs/net/log.jsonl:4: a training begins anew: this is more than one training"));
    fs::write(&log, b"\xff\xfe\x00weights").unwrap();
    report("runs/net").stderr(contains("error[E320]: runs/net/log.jsonl:1: this is no JSON"));
    assert_eq!(fs::read_to_string(&page).unwrap(), "before");
    let left = fs::read_dir(folder.path().join("runs/net")).unwrap().count();
    assert_eq!(left, 2, "something was left beside the page");
}

#[test]
fn a_real_training_is_reported() {
    let folder = points();
    let train = ["train", "points.dlm", "--watch", "--epochs", "3"];
    dlm().current_dir(&folder).args(train).assert().success();
    dlm().current_dir(&folder).args(["report", "runs/points"]).assert().success();
    let page = fs::read(folder.path().join("runs/points/report.html")).unwrap();
    let page = text(&page);
    for expected in [
        "Training: points",
        "relu, step 1: ",
        "dense.weight, step 17: ",
        "<h3>Validation accuracy</h3>",
        "<span class=\"name\">test accuracy</span>",
        "of the final weights, on 20 samples",
        "Learning rate stays at 0.05 throughout.",
        "<code>epochs = 3</code>, <code>watch = signals</code>",
        "<tr class=\"set\"><th>epochs</th><td><code>3</code></td></tr>",
        "<th>seed</th><td>0</td>",
        "<th>rows</th><td>60 train, 20 validation, 20 test</td>",
    ] {
        assert!(page.contains(expected), "no {expected:?} in:\n{page}");
    }
    // What is printed for tools can be reported too.
    let json = dlm().current_dir(&folder).args(train).args(["--format", "json", "--out", "json"]).assert().success();
    fs::write(folder.path().join("printed.jsonl"), &json.get_output().stdout).unwrap();
    dlm().current_dir(&folder).args(["report", "printed.jsonl"]).assert().success();
    let page = fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(page.contains("Training: printed.jsonl") && page.contains("model Points"), "{page}");
}

#[test]
fn a_log_whose_last_line_is_cut_is_reported_with_a_word() {
    let folder = points();
    dlm().current_dir(&folder).args(["train", "points.dlm", "--epochs", "3"]).assert().success();
    let path = folder.path().join("runs/points/log.jsonl");
    let log = fs::read(&path).unwrap();
    let third = log.windows(11).position(|part| part == b"\"epoch\":3,\"").unwrap();
    for end in [third + 30, log.len() - 40] {
        fs::write(&path, &log[..end]).unwrap();
        let report = dlm().current_dir(&folder).args(["report", "runs/points"]).assert().success();
        let (line, epochs) = if end < log.len() - 40 { (4, 2) } else { (5, 3) };
        report.stderr(format!("runs/points/log.jsonl:{line}: the last line is cut short and left out\n"));
        let page = fs::read_to_string(folder.path().join("runs/points/report.html")).unwrap();
        assert!(page.contains(&format!("Line {line} of the log, its last, is cut short and left out")), "{page}");
        assert!(page.contains(&format!("from {epochs} epochs of a log")) && !page.contains("test loss"), "{page}");
    }
    // A training that was killed between two lines leaves no half of one.
    let whole = log.iter().take(third).rposition(|byte| *byte == b'\n').unwrap();
    fs::write(&path, &log[..=whole]).unwrap();
    dlm().current_dir(&folder).args(["report", "runs/points"]).assert().success().stderr("");
    let page = fs::read_to_string(folder.path().join("runs/points/report.html")).unwrap();
    assert!(page.contains("The log has no last record: the training is under way, or was ended from outside."), "{page}");
}

#[test]
fn two_trainings_are_compared() {
    let folder = points();
    let train = |arguments: &[&str]| {
        dlm().current_dir(&folder).args(["train", "points.dlm", "--epochs", "4"]).args(arguments).assert().success();
    };
    train(&["--out", "a"]);
    train(&["--out", "b", "--set", "optimizer.lr=0.01", "--seed", "3"]);
    let report = |arguments: &[&str]| dlm().current_dir(&folder).arg("report").args(arguments).assert();
    report(&["a", "b"]).success().stdout("a/comparison.html\n").stderr("");
    let page = fs::read_to_string(folder.path().join("a/comparison.html")).unwrap();
    for expected in [
        "<title>Trainings: a and b</title>",
        "<tr><th></th><th>a</th><th>b</th></tr>",
        "<tr><th>epochs</th><td>4</td><td>4</td></tr>",
        "<th>test accuracy</th>",
        "<th>seed</th><td><code>0</code></td><td><code>3</code></td>",
        "lr = 0.01",
        "<title>a, training, epoch 1: ",
        "<title>b, validation, epoch 4: ",
        // Constant for each, but not the same.
        "<h3>Learning rate</h3>",
    ] {
        assert!(page.contains(expected), "no {expected:?} in:\n{page}");
    }
    // What is the same is not among the differences.
    assert!(!page.contains("<th>batch</th>") && !page.contains("<th>xxh3 of the data</th>"), "{page}");
    let json = report(&["a", "b", "-o", "both.html", "--format", "json"]).success();
    let of = |watched: u64| serde_json::json!({ "epochs": 4, "watched": watched });
    let expected = serde_json::json!({ "report": "both.html", "epochs": 4, "watched": 0, "other": of(0) });
    assert_eq!(json_lines(&json.get_output().stdout), [expected]);
    // Of one name they are told apart by how they were named.
    fs::create_dir(folder.path().join("c")).unwrap();
    fs::rename(folder.path().join("b"), folder.path().join("c/a")).unwrap();
    report(&["a", "c/a"]).success();
    let page = fs::read_to_string(folder.path().join("a/comparison.html")).unwrap();
    assert!(page.contains("<th>a</th><th>c/a</th>"), "{page}");
    report(&["a", "c/a", "-o", "c/a/log.jsonl"])
        .code(2)
        .stderr(contains("c/a/log.jsonl is read, as a log, and would be written over"));
    report(&["a", "nowhere"]).code(1).stderr(contains("error[E301]: cannot read nowhere"));
}

#[test]
fn a_model_that_is_no_better_than_a_guess_is_not_good_news() {
    let sentence = "the model is no better than a guess: always the mean of the training targets of `y` has an mse of 2";
    let end = format!(
        r#"{{"record":"end","model":"Net","test":{{"rows":3,"loss":80.0,"r2":-40.0}},"guess":{{"r2":-0.25}},"judged":"test","verdict":["{sentence}"]}}"#
    );
    let (log, shown) = (format!("{LOG}{end}\n"), sentence.replace("`y`", "<code>y</code>"));
    let verdict =
        |name: &str| format!("<div class=\"verdict\"><span class=\"name\">{name}</span><ul><li>{shown}</li></ul></div>");
    let beside = "<strong>-40.0000</strong><span class=\"note\">of the final weights, on 3 samples; a guess: -0.2500</span>";
    let line = LOG.lines().last().unwrap();
    for (log, watched) in [(&log, true), (&format!("{line}\n{end}\n"), false)] {
        let page = page(log);
        assert!(page.contains(beside), "{page}");
        // Before what signals tell, where there is that.
        assert!(page.contains(&format!("<h2>Verdict</h2>{}", verdict("final weights"))), "{page}");
        assert_eq!(page.contains("<div class=\"verdict fine\">"), watched, "{page}");
    }
    // Where all is well nothing is said.
    let well = page(&format!("{line}\n{}\n", end.replace(&format!("\"{sentence}\""), "")));
    assert!(well.contains(beside) && !well.contains("<h2>Verdict</h2>"), "{well}");
    let folder = folder(&log);
    fs::write(folder.path().join("other.jsonl"), LOG).unwrap();
    dlm().current_dir(&folder).args(["report", "other.jsonl", "runs/net"]).assert().success();
    let page = fs::read_to_string(folder.path().join("comparison.html")).unwrap();
    assert!(page.contains(&verdict("net")) && page.matches("<div class=\"verdict").count() == 1, "{page}");
    assert!(page.contains("<th>test r2 of a guess</th><td><span class=\"note\">–</span></td><td>-0.2500</td>"), "{page}");
}
