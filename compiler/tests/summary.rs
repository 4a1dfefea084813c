//! Summaries: what they say is right, and the recipe that they print is the recipe.

use std::path::{Path, PathBuf};

use dlm_compiler::check;
use dlm_compiler::summary::{Summary, summary};

fn summarize(source: &str) -> Vec<Summary> {
    let (program, diagnostics) = check(source);
    let program = program.unwrap_or_else(|| panic!("{diagnostics:#?}"));
    program.models.iter().flat_map(|model| &model.units).map(summary).collect()
}

fn files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folders = ["tests/corpus/models", "examples"].map(|folder| std::fs::read_dir(root.join(folder)).unwrap());
    let paths = folders.into_iter().flatten().map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "dlm")).collect()
}

#[test]
fn the_recipe_that_is_printed_is_the_recipe() {
    let mut recipes = 0;
    for path in files() {
        let source = std::fs::read_to_string(&path).unwrap();
        // The models alone, each with what its summary prints as its recipe.
        let models = source.split("\ntrain ").next().unwrap();
        for before in summarize(&source) {
            let printed = format!("{models}\ntrain {} {{\n{}\n}}\n", before.model, before.recipe_lines().join("\n"));
            let after = summarize(&printed);
            let after = after.iter().find(|after| after.model == before.model).expect("the model is there");
            assert_eq!(after.settings, before.settings, "{}:\n{printed}", path.display());
            recipes += 1;
        }
    }
    assert!(recipes > 20, "{recipes}");
}

/// Each setting written otherwise than its default, with what else it needs.
const WRITTEN: &[(&str, &str)] = &[
    ("flavor", "flavor = keras;"),
    ("data", "data = csv(\"a.csv\", label = \"y\");"),
    ("validation_data", "data = csv(\"a.csv\", label = \"y\"); validation_data = csv(\"b.csv\", label = \"y\");"),
    ("test_data", "data = csv(\"a.csv\", label = \"y\"); test_data = csv(\"b.csv\", label = \"y\");"),
    ("split", "split = (test = 0.1);"),
    ("augment", "augment = [noise(1)];"),
    ("normalize", "normalize = standard;"),
    ("loss", "loss = cross_entropy(0.1);"),
    ("losses", "losses = [(y, cross_entropy, 2)];"),
    ("optimizer", "optimizer = sgd;"),
    ("schedule", "schedule = exponential(0.9);"),
    ("warmup", "warmup = epochs(1);"),
    ("lr_scale", "lr_scale = [(h, 0.1)];"),
    ("regularize", "regularize = [l2(0.1)];"),
    ("clip", "clip = norm(1);"),
    ("accumulate", "accumulate = 2;"),
    ("average", "average = 0.9;"),
    ("batch", "batch = 8;"),
    ("last_batch", "last_batch = drop;"),
    ("sample_weights", "sample_weights = true;"),
    ("reuse", "reuse = weights(\"a\");"),
    ("freeze", "freeze = [h];"),
    ("unfreeze", "freeze = [h]; unfreeze = [(h, epochs(2))];"),
    ("epochs", "epochs = 3;"),
    ("early_stop", "early_stop = (monitor = train_loss);"),
    ("watch", "watch = signals;"),
    ("seed", "seed = 1;"),
    ("shuffle", "shuffle = false;"),
];

/// Whatever a recipe says, its summary says: a setting that it lacks fails, by name.
#[test]
fn every_setting_that_is_written_is_printed() {
    let value = |settings: &str, key: &str| {
        let source = format!(
            "model Net {{ input x: f32[4]; h: dense(5) -> relu; dense(3); output y: class[3]; }} train Net {{ {settings} }}"
        );
        let summary = summarize(&source).remove(0);
        summary.settings.into_iter().find(|setting| setting.key == key).map(|setting| setting.value)
    };
    for (setting, written) in WRITTEN {
        let (printed, default) = (value(written, setting), value("", setting));
        assert!(printed.is_some() && printed != default, "`{written}`: the summary says {printed:?} of `{setting}`");
    }
    for (_, setting) in dlm_compiler::reference::names().into_iter().filter(|(table, _)| *table == "settings") {
        assert!(WRITTEN.iter().any(|(known, _)| *known == setting), "`{setting}` has no row in WRITTEN");
    }
}

#[test]
fn what_is_not_written_is_filled_in() {
    let source = "model Net { input x: f32[4]; dense(3); output y: class[3]; }";
    let summary = &summarize(source)[0];
    assert!(!summary.written);
    assert_eq!(
        summary.recipe_lines(),
        [
            "flavor         = notes;",
            "split          = (validation = 0, test = 0, stratify = false, seed = 0);",
            "augment        = [];",
            "normalize      = none;",
            "loss           = cross_entropy(label_smoothing = 0);",
            "optimizer      = adam(lr = 0.001, beta1 = 0.9, beta2 = 0.999, eps = 1e-12);",
            "schedule       = constant;",
            "warmup         = none;",
            "lr_scale       = [];",
            "regularize     = [];",
            "clip           = none;",
            "accumulate     = 1;",
            "average        = none;",
            "batch          = 32;",
            "last_batch     = keep;",
            "sample_weights = false;",
            "reuse          = none;",
            "freeze         = [];",
            "unfreeze       = [];",
            "epochs         = 10;",
            "early_stop     = none;",
            "watch          = none;",
            "seed           = 0;",
            "shuffle        = true;",
        ]
    );
}

#[test]
fn defaults_are_the_flavours() {
    let source = "model Net { input x: f32[4]; dense(3); output y: class[3]; }\n\
                  train Net { flavor = keras; optimizer = adamw; }\n\
                  train Net as Torch { flavor = pytorch; optimizer = rmsprop(lr = 0.5); }";
    let optimizer = |summary: &Summary| {
        summary.settings.iter().find(|setting| setting.key == "optimizer").map(|setting| setting.value.clone()).unwrap()
    };
    let summaries = summarize(source);
    assert_eq!(optimizer(&summaries[0]), "adamw(lr = 0.001, beta1 = 0.9, beta2 = 0.999, eps = 1e-7, decay = 0.004)");
    assert_eq!(optimizer(&summaries[1]), "rmsprop(lr = 0.5, beta = 0.99, eps = 1e-8)");
}

#[test]
fn layers_have_their_shapes_and_parameters() {
    let source = "model Net {\n    input image: f32[4, 5];\n    flatten;\n    h: dense(6) -> batch_norm -> relu;\n    tower: \
                  repeat 2 { dense(6); }\n    dense(3);\n    output y: class[3];\n}\ntrain Net { regularize = [l2(0.1), \
                  l2(0.2, layers = [tower[1], h.batch_norm])]; }";
    let summary = &summarize(source)[0];
    let rows: Vec<_> = summary
        .layers
        .iter()
        .map(|layer| (layer.path.as_str(), layer.kind, layer.shape.as_slice(), layer.trainable, layer.statistics, layer.line))
        .collect();
    assert_eq!(
        rows,
        [
            ("flatten", "flatten", &[20][..], 0, 0, 3),
            // Without a bias, which the normalisation would cancel.
            ("h.dense", "dense", &[6], 120, 0, 4),
            ("h.batch_norm", "batch_norm", &[6], 12, 12, 4),
            ("h.relu", "relu", &[6], 0, 0, 4),
            ("tower.0.dense", "dense", &[6], 42, 0, 5),
            ("tower.1.dense", "dense", &[6], 42, 0, 5),
            ("dense", "dense", &[3], 21, 0, 6),
        ]
    );
    assert_eq!((summary.trainable, summary.statistics), (237, 12));
    assert_eq!(summary.layers[1].inputs, ["flatten"]);
    assert_eq!((summary.inputs[0].ty.as_str(), summary.outputs[0].ty.as_str()), ("f32[4, 5]", "class[3]"));
    assert_eq!(summary.outputs[0].from, "dense");
    let regularize = summary.settings.iter().find(|setting| setting.key == "regularize").unwrap();
    assert_eq!(regularize.value, "[l2(0.1), l2(0.2, layers = [h.batch_norm.weight, h.batch_norm.bias, tower[1].dense.weight])]");
}

#[test]
fn data_is_printed_with_its_defaults() {
    let source = "model Net { input a: f32[1]; input b: f32[2]; c: concat(a, b); k: c -> dense(3); v: c -> dense(2); \
                  output kind: class[3] = k; output size: f32[2] = v; }\n\
                  train Net { data = csv(\"ü \\\"x\\\".csv\", labels = (size = [\"s\", \"t\"], kind = \"k\"), \
                  features = (b = [\"d\", \"e\"], a = \"f\"), delimiter = \"\\t\"); \
                  losses = [(size, huber(2), 0.5), (kind, cross_entropy)]; }";
    let summary = &summarize(source)[0];
    let value = |key: &str| summary.settings.iter().find(|setting| setting.key == key).map(|setting| setting.value.as_str());
    assert_eq!(
        value("data"),
        Some(
            "csv(\"ü \\\"x\\\".csv\", labels = (kind = [\"k\"], size = [\"s\", \"t\"]), features = (a = [\"f\"], b = [\"d\", \
             \"e\"]), header = true, delimiter = \"\\t\")"
        )
    );
    assert_eq!(
        (value("loss"), value("losses")),
        (None, Some("[(kind, cross_entropy(label_smoothing = 0), 1), (size, huber(delta = 2), 0.5)]"))
    );
}
