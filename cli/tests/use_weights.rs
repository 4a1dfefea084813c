//! `dlm eval`, `dlm predict` and `dlm bench`: what is done with weights and compiled models.

mod common;

use std::fs;

use common::{MODEL, dlm, in_workspace, json_lines, points, samples, text};
use predicates::prelude::{PredicateBooleanExt, predicate::str::contains};
use tempfile::TempDir;

/// [`points`], trained; the weights are `out/final.safetensors`.
fn trained() -> TempDir {
    let folder = points();
    dlm().current_dir(&folder).args(["train", "points.dlm", "--quiet", "--out", "out"]).assert().success();
    folder
}

#[test]
fn eval_agrees_with_the_training() {
    let folder = points();
    let train = dlm().current_dir(&folder).args(["train", "points.dlm", "--format", "json", "--out", "out"]).assert().success();
    let trained = json_lines(&train.get_output().stdout).pop().unwrap();
    for (part, rows) in [("test", 20), ("validation", 20), ("train", 60), ("all", 100)] {
        let arguments = ["eval", "points.dlm", "--weights", "out/final.safetensors", "--format", "json", "--part", part];
        let eval = dlm().current_dir(&folder).args(arguments).assert().success();
        let lines = json_lines(&eval.get_output().stdout);
        assert_eq!(lines.len(), 1);
        assert_eq!((&lines[0]["part"], &lines[0]["rows"]), (&part.into(), &rows.into()));
        assert_eq!(lines[0]["model"], "Points");
        for metric in ["loss", "accuracy"] {
            assert!(lines[0][metric].is_f64());
            if part != "all" {
                assert_eq!(lines[0][metric], trained[part][metric], "{part} {metric}");
            }
        }
    }
}

#[test]
fn eval_takes_the_test_part_where_there_is_one() {
    let folder = trained();
    let eval = |arguments: &[&str]| {
        dlm().current_dir(&folder).args(["eval", "points.dlm", "--weights", "out/final.safetensors"]).args(arguments).assert()
    };
    eval(&[]).success().stdout(contains("test part, 20 samples  loss ").and(contains("accuracy ")));
    eval(&["--set", "split.test=0"]).success().stdout(contains("all, 100 samples"));
    eval(&["--set", "split.test=0", "--part", "test"]).code(1).stderr(contains("error[E314]"));
    fs::write(folder.path().join("own.csv"), samples(30)).unwrap();
    let own = r#"test_data=csv("own.csv", label = "side")"#;
    eval(&["--set", "split.test=0", "--set", own]).success().stdout(contains("test part, 30 samples"));
    let data = r#"csv("own.csv", label = "side")"#;
    eval(&["--data", data]).success().stdout(contains("test part, 6 samples"));
    eval(&["--set", "split.test=0", "--set", own, "--data", data]).success().stdout(contains("all, 30 samples"));
    eval(&["--data", data, "--part", "all"]).success().stdout(contains("all, 30 samples"));
}

#[test]
fn eval_refuses_weights_and_data_that_do_not_fit() {
    let folder = trained();
    let eval =
        |weights: &str| dlm().current_dir(&folder).args(["eval", "points.dlm", "--weights", weights]).assert().code(1).stdout("");
    eval("none.safetensors").stderr(contains("error[E301]").and(contains("none.safetensors")));
    eval("points.csv").stderr(contains("error[E310]"));
    eval(".").stderr(contains("error[E301]"));
    fs::write(folder.path().join("points.csv"), samples(100).replace("left", "up")).unwrap();
    eval("out/final.safetensors").stderr(contains("error[E30").and(contains("up")));
    fs::write(folder.path().join("points.dlm"), MODEL.replace("dense(8", "dense(7")).unwrap();
    eval("out/final.safetensors").stderr(contains("error[E311]").and(contains("(8, 2)").or(contains("[8, 2]"))));
    let json = dlm().current_dir(&folder).args(["eval", "points.dlm", "--weights", "none", "--format", "json"]).assert().code(1);
    assert_eq!(json_lines(&json.get_output().stderr)[0]["code"], "E301");
}

#[test]
fn predict_writes_a_row_for_each_row() {
    let folder = trained();
    let predict = |arguments: &[&str]| {
        dlm().current_dir(&folder).args(["predict", "points.dlm", "--weights", "out/final.safetensors"]).args(arguments).assert()
    };
    fs::write(folder.path().join("new.csv"), "x,y\n1,1\n-1,-1\n0.5,0.9\n").unwrap();
    let out = text(&predict(&["new.csv"]).success().stderr("").get_output().stdout);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0], "side,side_left,side_right");
    let classes: Vec<&str> = lines[1..].iter().map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(classes, ["right", "left", "right"]);
    for line in &lines[1..] {
        let sum: f32 = line.split(',').skip(1).map(|cell| cell.parse::<f32>().unwrap()).sum();
        assert!((sum - 1.0).abs() < 1e-5, "{line}");
    }
    // Labels may be there and change nothing.
    fs::write(folder.path().join("labelled.csv"), "x,y,side\n1,1,left\n-1,-1,right\n0.5,0.9,\n").unwrap();
    predict(&["labelled.csv"]).success().stdout(out.clone());
    predict(&["new.csv", "--output", "predicted.csv"]).success().stdout("");
    assert_eq!(fs::read_to_string(folder.path().join("predicted.csv")).unwrap(), out);
    // Any number of rows, of which the last batch is short.
    fs::write(folder.path().join("many.csv"), samples(1003)).unwrap();
    let many = predict(&["many.csv", "--threads", "2"]).success();
    assert_eq!(text(&many.get_output().stdout).lines().count(), 1004);
}

#[test]
fn weights_without_the_normalisation_of_their_training_are_refused() {
    let folder = points();
    let train = ["train", "points.dlm", "--quiet", "--epochs", "1", "--out", "out", "--set", "normalize=none"];
    dlm().current_dir(&folder).args(train).assert().success();
    let predict = ["predict", "points.dlm", "--weights", "out/final.safetensors", "points.csv"];
    let refused = dlm().current_dir(&folder).args(predict).assert().failure();
    refused.stderr(contains("[E325]").and(contains("lacks the normalisation of inputs")).and(contains("`normalize = none`")));
    dlm().current_dir(&folder).args(predict).args(["--set", "normalize=none"]).assert().success().stderr("");
}

#[test]
fn predictions_that_are_not_a_number_are_said_to_be_none() {
    let folder = trained();
    let path = folder.path().join("out/final.safetensors");
    let mut weights = fs::read(&path).unwrap();
    // Behind the header, whose length the file begins with, all are tensors of f32.
    let tensors = 8 + u64::from_le_bytes(*weights.first_chunk().unwrap()) as usize;
    let mut fill = |value: f32| {
        weights[tensors..].as_chunks_mut::<4>().0.fill(value.to_le_bytes());
        fs::write(&path, &weights).unwrap();
    };
    // What is none in the file is found there; what is finite can still come to infinities of both signs.
    fill(f32::NAN);
    let eval = ["eval", "points.dlm", "--weights", "out/final.safetensors"];
    dlm().current_dir(&folder).args(eval).assert().code(1).stderr(contains("`dense.weight` holds NaN at [0, 0]"));
    fill(-f32::MAX);
    fs::write(folder.path().join("new.csv"), "x,y\n-1,-1\n-2,-1\n").unwrap();
    let predict = ["predict", "points.dlm", "--weights", "out/final.safetensors", "new.csv"];
    let predict = dlm().current_dir(&folder).args(predict).assert().success();
    predict
        .stdout("side,side_left,side_right\n,NaN,NaN\n,NaN,NaN\n")
        .stderr(contains("2 of 2 predictions are not a number (NaN)"));
}

#[test]
fn predict_of_no_rows_is_a_header() {
    let folder = trained();
    fs::write(folder.path().join("none.csv"), "y,x,side\n").unwrap();
    let predict = ["predict", "points.dlm", "--weights", "out/final.safetensors", "none.csv"];
    dlm().current_dir(&folder).args(predict).assert().success().stdout("side,side_left,side_right\n").stderr("");
}

#[test]
fn predict_takes_no_row_for_a_header() {
    let folder = trained();
    fs::write(folder.path().join("rows.csv"), "1,1\n-1,-1\n0.5,0.9\n").unwrap();
    let predict = |arguments: &[&str]| {
        let predict = ["predict", "points.dlm", "--weights", "out/final.safetensors", "rows.csv"];
        dlm().current_dir(&folder).args(predict).args(arguments).assert()
    };
    predict(&[]).code(1).stdout("").stderr(contains("error[E302]").and(contains("`--header false`")));
    let rows = |arguments: &[&str]| text(&predict(arguments).success().get_output().stdout).lines().count() - 1;
    assert_eq!(rows(&["--header", "false"]), 3);
    predict(&["--header", "true"]).code(1).stderr(contains("error[E303]"));
    predict(&["--header", "maybe"]).code(2);
    fs::write(folder.path().join("rows.csv"), "1;1\n-1;-1\n").unwrap();
    predict(&["--header", "false"]).code(1).stderr(contains("did you mean `delimiter = \";\"`?"));
    assert_eq!(rows(&["--header", "false", "--delimiter", ";"]), 2);
    fs::write(folder.path().join("rows.csv"), "1\t1\n-1\t-1\n").unwrap();
    assert_eq!(rows(&["--header", "false", "--delimiter", "\\t"]), 2);
    predict(&["--delimiter", ";;"]).code(2).stderr(contains("one ASCII character"));
    // A model without data, whose weights know no names.
    let model = common::MODEL.replace(
        "data      = csv(\"points.csv\", label = \"side\");",
        "data = csv(\"points.csv\", label = \"2\", header = false);",
    );
    fs::write(folder.path().join("numbered.dlm"), &model).unwrap();
    let numbered = samples(100).split_once('\n').unwrap().1.to_owned();
    fs::write(folder.path().join("points.csv"), numbered).unwrap();
    let train = ["train", "numbered.dlm", "--quiet", "--epochs", "1", "--out", "numbered"];
    dlm().current_dir(&folder).args(train).assert().success();
    fs::write(folder.path().join("bare.dlm"), model.replace("data = csv(\"points.csv\", label = \"2\", header = false);", ""))
        .unwrap();
    fs::write(folder.path().join("rows.csv"), "1,1\n-1,-1\n0.5,0.9\n").unwrap();
    let predict = |arguments: &[&str]| {
        let predict = ["predict", "bare.dlm", "--weights", "numbered/final.safetensors", "rows.csv"];
        dlm().current_dir(&folder).args(predict).args(arguments).assert()
    };
    predict(&[]).code(1).stdout("").stderr(contains("error[E302]").and(contains("the first line has the number `1`")));
    assert_eq!(text(&predict(&["--header", "false"]).success().get_output().stdout).lines().count(), 4);
    assert_eq!(text(&predict(&["--header", "true"]).success().get_output().stdout).lines().count(), 3);
}

#[test]
fn times_of_which_f32_rounds_the_minutes_off_are_told_apart() {
    let folder = points();
    let model = common::MODEL.replace("epochs    = 20", "epochs    = 200").replace("left", "early");
    fs::write(folder.path().join("points.dlm"), model).unwrap();
    // Seconds since 1970: f32 knows every 128th. Early or late within two minutes.
    let row = |row: usize| {
        format!("{},{},{}\n", 1_700_000_000 + row * 61 % 120, row % 3, if row * 61 % 120 < 60 { "early" } else { "late" })
    };
    let rows: String = (0..100).map(row).collect();
    fs::write(folder.path().join("points.csv"), format!("time,other,side\n{rows}")).unwrap();
    let train = dlm().current_dir(&folder).args(["train", "points.dlm", "--out", "out"]).assert().success();
    train.stderr(contains("note: column `time` holds whole numbers beyond 16777216").and(contains("relative to 1700000000")));
    let eval = ["eval", "points.dlm", "--weights", "out/final.safetensors", "--part", "all", "--format", "json"];
    let eval = dlm().current_dir(&folder).args(eval).assert().success();
    let accuracy = json_lines(&eval.get_output().stdout)[0]["accuracy"].as_f64().unwrap();
    assert!(accuracy > 0.9, "{accuracy}");
    fs::write(folder.path().join("new.csv"), "other,time\n1,1700000003\n1,1700000117\n").unwrap();
    let predict = ["predict", "points.dlm", "--weights", "out/final.safetensors", "new.csv"];
    let out = text(&dlm().current_dir(&folder).args(predict).assert().success().get_output().stdout);
    let sides: Vec<&str> = out.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(sides, ["early", "late"]);
}

#[test]
fn predict_names_what_is_wrong_with_its_input() {
    let folder = trained();
    let predict = |csv: &str| {
        fs::write(folder.path().join("new.csv"), csv).unwrap();
        let arguments = ["predict", "points.dlm", "--weights", "out/final.safetensors", "new.csv", "--output", "out.csv"];
        dlm().current_dir(&folder).args(arguments).assert().code(1).stdout("")
    };
    predict("x,y\n1,one\n").stderr(contains("error[E305]").and(contains("one")));
    predict("x\n1\n").stderr(contains("error[E303]").and(contains("`y`, on which the model was trained")));
    predict("x,y\n1\n").stderr(contains("error[E302]"));
    assert!(!folder.path().join("out.csv").exists());
    let arguments = ["predict", "points.dlm", "--weights", "out/final.safetensors"];
    dlm().current_dir(&folder).args(arguments).arg("none.csv").assert().code(1).stderr(contains("error[E301]"));
    let unwritable = ["points.csv", "--output", "none/out.csv"];
    dlm()
        .current_dir(&folder)
        .args(arguments)
        .args(unwritable)
        .assert()
        .code(1)
        .stderr(contains("error[E301]").and(contains("none/out.csv")));
}

#[test]
fn columns_are_found_by_the_names_that_were_trained_on() {
    let folder = trained();
    let path = |name: &str| folder.path().join(name);
    let swapped = |id: &str| {
        let lines = samples(100);
        let lines = lines.lines().enumerate().map(|(row, line)| {
            let cells: Vec<&str> = line.split(',').collect();
            let first = if row == 0 { id.to_owned() } else { format!("n{row}") };
            format!("{first},{},{},{}\n", cells[2], cells[1], cells[0])
        });
        lines.collect::<String>()
    };
    fs::write(path("swapped.csv"), swapped("id")).unwrap();
    let weights = ["--weights", "out/final.safetensors"];
    let predict = |file: &str| dlm().current_dir(&folder).args(["predict", "points.dlm", file]).args(weights).assert();
    let expected = text(&predict("points.csv").success().get_output().stdout);
    predict("swapped.csv").success().stdout(expected);
    let data = ["--data", r#"csv("swapped.csv", label = "side")"#];
    let eval = |data: &[&str]| dlm().current_dir(&folder).args(["eval", "points.dlm"]).args(weights).args(data).assert();
    let expected = text(&eval(&[]).success().get_output().stdout);
    eval(&data).success().stdout(expected);
    let train = ["train", "points.dlm", "--quiet", "--epochs", "1", "--out", "more"];
    let train = || dlm().current_dir(&folder).args(train).args(weights).args(data).assert();
    train().success();
    fs::write(path("swapped.csv"), swapped("id").replace("y,x", "y,xx")).unwrap();
    for refused in [predict("swapped.csv"), eval(&data), train()] {
        refused.code(1).stdout("").stderr(contains("error[E303]").and(contains("there is no column `x`")));
    }
}

#[test]
fn predict_of_a_regression_writes_values() {
    let folder = tempfile::tempdir().unwrap();
    let file = in_workspace("examples/diabetes.dlm");
    let train = ["--quiet", "--epochs", "3", "--out", "out"];
    dlm().current_dir(&folder).arg("train").arg(&file).args(train).assert().success();
    let mut predict = dlm();
    predict.current_dir(&folder).arg("predict").arg(&file).args(["--weights", "out/final.safetensors"]);
    let predict = predict.arg(in_workspace("examples/data/diabetes.csv")).assert().success();
    let out = text(&predict.get_output().stdout);
    assert!(out.starts_with("progression\n"), "{out}");
    assert_eq!(out.lines().count(), 443);
    assert!(out.lines().skip(1).all(|line| line.parse::<f32>().is_ok_and(f32::is_finite)));
}

#[test]
fn bench_prints_one_line_for_tools() {
    let folder = points();
    let bench = dlm().current_dir(&folder).args(["bench", "points.dlm", "--json", "--seconds", "0.05"]).assert().success();
    let lines = json_lines(&bench.get_output().stdout);
    assert_eq!(lines.len(), 1);
    assert_eq!((&lines[0]["peer"], &lines[0]["name"], &lines[0]["threads"]), (&"dlm".into(), &"points".into(), &1.into()));
    for time in ["train_us", "epoch_us_per_step", "infer1_us", "infer_batch_us"] {
        assert!(lines[0][time].as_f64().is_some_and(|micros| micros > 0.0), "{time}");
    }
    assert_eq!(lines[0].as_object().unwrap().len(), 7);
}

#[test]
fn bench_compiles_every_workload() {
    let bench = dlm().arg("bench").arg(in_workspace("benches/iris-mlp.dlm")).args(["--seconds", "0.05"]).assert().success();
    bench.stdout(contains("training step of 32").and(contains("GFLOP/s")));
    for entry in fs::read_dir(in_workspace("benches")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "dlm") {
            dlm().arg("check").arg(&path).assert().success().stderr("");
        }
    }
}

#[test]
fn what_cannot_be_written_is_named_as_it_was_asked_for() {
    let folder = trained();
    let arguments = ["predict", "points.dlm", "points.csv", "--weights", "out/final.safetensors", "--output", "none/out.csv"];
    let predict = dlm().current_dir(&folder).args(arguments).assert().code(1);
    predict.stderr(contains("cannot write none/out.csv: ").and(contains("at path").not()));
}

#[test]
fn a_last_batch_of_one_row_is_warned_of_under_batch_norm() {
    let folder = points();
    // Sixty rows are for training.
    let train = |model: &str, set: &[&str]| {
        fs::write(folder.path().join("points.dlm"), model).unwrap();
        let common = ["train", "points.dlm", "--epochs", "1", "--out", "out"];
        text(&dlm().current_dir(&folder).args(common).args(set).assert().success().get_output().stderr)
    };
    let model = MODEL.replace("-> relu", "-> batch_norm -> relu").replace("batch     = 8;", "batch     = 59;");
    let warned = "warning[W009]: of 60 training rows in batches of 59 the last batch has one";
    assert!(train(&model, &[]).contains(warned));
    for set in ["last_batch=drop", "batch=58"] {
        assert!(!train(&model, &["--set", set]).contains("warning["), "{set}");
    }
    assert!(!train(&model, &["--quiet"]).contains("warning["));
    assert!(!train(&model.replace("train Points {", "#[allow(W009)]\ntrain Points {"), &[]).contains("warning["));
    assert!(!train(&model.replace("batch_norm", "layer_norm"), &[]).contains("warning["));
}

#[test]
fn advice_on_training_is_given_at_training() {
    let folder = points();
    let model = MODEL.replace("-> relu", "-> relu -> batch_norm");
    fs::write(folder.path().join("points.dlm"), model).unwrap();
    let train = ["train", "points.dlm", "--epochs", "1", "--out", "out"];
    dlm().current_dir(&folder).args(train).assert().success().stderr(contains("warning["));
    for command in [&["eval", "points.dlm"][..], &["predict", "points.dlm", "points.csv"]] {
        let used = dlm().current_dir(&folder).args(command).args(["--weights", "out/final.safetensors"]).assert();
        used.success().stderr(contains("warning[").not());
    }
}

/// Columns in another order, and with a class missing: what a training reuses says which is which, as `--weights` does.
#[test]
fn reused_weights_bring_the_names_of_columns_and_classes() {
    let folder = points();
    // The side by x alone, so that it matters which column is x.
    let by_x = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let side = if cells[0].starts_with('x') {
            "side"
        } else if cells[0].starts_with('-') {
            "left"
        } else {
            "right"
        };
        format!("{},{},{side}\n", cells[0], cells[1])
    };
    let table: String = samples(100).lines().map(by_x).collect();
    fs::write(folder.path().join("points.csv"), &table).unwrap();
    dlm().current_dir(&folder).args(["train", "points.dlm", "--quiet", "--out", "out"]).assert().success();
    let turned: String = table
        .lines()
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            format!("{},{},{}\n", cells[1], cells[0], cells[2])
        })
        .collect();
    fs::write(folder.path().join("turned.csv"), turned).unwrap();
    let again = MODEL.to_owned()
        + "train Points as Again like Points { reuse = weights(\"out/final.safetensors\"); epochs = 1; #[allow(W007)] optimizer = sgd(lr = 1e-9); }\n";
    fs::write(folder.path().join("again.dlm"), again).unwrap();
    let train = |more: &[&str]| {
        let data = ["--data", "csv(\"turned.csv\", label = \"side\")", "--format", "json"];
        let train = dlm().current_dir(&folder).args(["train", "again.dlm", "--recipe", "Again"]).args(data).args(more).assert();
        json_lines(&train.success().get_output().stdout).pop().unwrap()["test"]["accuracy"].as_f64().unwrap()
    };
    let (reused, loaded) = (train(&[]), train(&["--weights", "out/final.safetensors"]));
    assert_eq!(reused, loaded);
    assert!(reused > 0.8, "{reused}");
}
