//! Errors of recipes: the corpus of expected ones, and what may be replaced from outside.

use std::path::Path;

use dlm_compiler::{Override, Overrides, check_with};
use dlm_dsl::diagnostic::Code;
use dlm_dsl::{codes, expectation};

/// What a file's lines `// set: key=value` and `// data: value` replace.
fn overrides(source: &str) -> Overrides {
    let settings = source.lines().filter_map(|line| line.strip_prefix("// set: ")?.split_once('='));
    Overrides {
        settings: settings.map(|(key, value)| Override { key: key.into(), value: value.into() }).collect(),
        data: source.lines().find_map(|line| line.strip_prefix("// data: ")).map(str::to_owned),
        ..Overrides::default()
    }
}

#[test]
fn every_error_of_a_recipe_is_the_expected_one_and_no_code_lacks_one() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus/errors/recipes");
    let covered = expectation::check_folder(&folder, |source| check_with(source, &overrides(source)).1)
        .unwrap_or_else(|report| panic!("{report}"));
    // Settings that are still to come are those of tests/planned.rs.
    let here = |code: Code| code.0.starts_with("E2") && code != codes::SETTING_NOT_SUPPORTED_YET;
    for info in codes::ALL.iter().filter(|info| here(info.code)) {
        assert!(covered.contains(&info.code), "{} has no test in {}", info.code.0, folder.display());
    }
}

/// The example under `heading` of a page.
fn example<'a>(page: &'a str, heading: &str) -> &'a str {
    let section = page.split(heading).nth(1).and_then(|section| section.split("```dlm\n").nth(1));
    section.and_then(|section| section.split("```").next()).expect("the page has an example under each heading")
}

/// What the command in an example's first line replaces: `// dlm train FILE --set KEY=VALUE`.
fn command_overrides(example: &str) -> Overrides {
    let command = example.lines().next().and_then(|line| line.strip_prefix("// dlm ")).unwrap_or_default();
    let settings = command.split(" --set ").skip(1).filter_map(|setting| setting.trim_matches('\'').split_once('='));
    Overrides {
        settings: settings.map(|(key, value)| Override { key: key.into(), value: value.into() }).collect(),
        ..Overrides::default()
    }
}

#[test]
fn the_examples_on_the_pages_are_what_they_say() {
    for info in codes::ALL.iter().filter(|info| info.code.0.starts_with("E2")) {
        let found = |heading| {
            let example = example(info.page, heading);
            let diagnostics = check_with(example, &command_overrides(example)).1;
            diagnostics.into_iter().map(|diagnostic| diagnostic.code).collect::<Vec<_>>()
        };
        let wrong = found("\n## Wrong\n");
        assert_eq!(wrong, [info.code], "{}: the wrong example; of what is supported by now another planned name", info.code.0);
        assert_eq!(found("\n## Right\n"), [], "{}: the right example", info.code.0);
    }
}

const NET: &str = "model Net { input x: f32[4]; dense(3); output y: class[3]; }\n\
                   train Net { optimizer = sgd(0.1); split = (test = 0.1); loss = cross_entropy; }\n\
                   train Net as Other like Net { batch = 3; }\n\
                   model More { input x: f32[4]; dense(3); output y: class[3]; }\n";

/// Of each recipe of [`NET`] with what is replaced: its rate, batch and share for the test.
fn replaced(overrides: &Overrides) -> Vec<(f64, usize, f64)> {
    let (program, diagnostics) = check_with(NET, overrides);
    let program = program.unwrap_or_else(|| panic!("{diagnostics:#?}"));
    let recipes = program.models.iter().flat_map(|model| &model.units).map(|unit| &unit.recipe);
    recipes.map(|recipe| (recipe.optimizer.learning_rate(), recipe.batch, recipe.split.test)).collect()
}

fn set(settings: &[(&str, &str)]) -> Overrides {
    let settings = settings.iter().map(|(key, value)| Override { key: (*key).into(), value: (*value).into() });
    Overrides { settings: settings.collect(), ..Overrides::default() }
}

#[test]
fn settings_and_their_arguments_are_replaced() {
    assert_eq!(replaced(&set(&[])), [(0.1, 32, 0.1), (0.1, 3, 0.1), (1e-3, 32, 0.0)]);
    // By position, by name, and where nothing was written.
    let overrides = set(&[("optimizer.lr", "1 / 4"), ("batch", "8"), ("batch", "16"), ("split.test", "0.25")]);
    assert_eq!(replaced(&overrides), [(0.25, 16, 0.25); 3]);
    // All of a value, then one argument of the new one.
    let overrides = set(&[("optimizer", "momentum"), ("optimizer.lr", "0.5"), ("losses", "[(y, cross_entropy, 1.0)]")]);
    assert_eq!(replaced(&overrides), [(0.5, 32, 0.1), (0.5, 3, 0.1), (0.5, 32, 0.0)]);
}

#[test]
fn augmentations_are_inherited_replaced_and_silenced() {
    let source = "model M { input a: f32[8, 8]; input b: f32[3, 3, 2]; f: a -> flatten; g: b -> flatten; concat(f, g) -> dense(2); \
                  output y: f32[2]; } train M { augment = [shift(2), rotate(10, inputs = [b]), mixup(0.2)]; } \
                  train M as Same like M { seed = 1; } train M as None like M { augment = []; }";
    let printed = |overrides: &Overrides| {
        let (program, diagnostics) = check_with(source, overrides);
        let program = program.unwrap_or_else(|| panic!("{diagnostics:#?}"));
        let units = program.models[0].units.iter().map(|unit| {
            let settings = dlm_compiler::summary::summary(unit).settings;
            settings.into_iter().find(|setting| setting.key == "augment").unwrap().value
        });
        units.collect::<Vec<String>>()
    };
    let written = "[shift(pixels = 2, fill = 0), rotate(degrees = 10, fill = 0, inputs = [b]), mixup(alpha = 0.2)]";
    assert_eq!(printed(&Overrides::default()), [written, written, "[]"]);
    assert_eq!(printed(&set(&[("augment", "[]")])), ["[]"; 3]);
    assert_eq!(printed(&set(&[("augment", "[flip(true)]")])), ["[flip(vertical = true, probability = 0.5)]"; 3]);
}

/// One argument of any setting that has arguments, whether the recipe writes the setting or not.
#[test]
fn arguments_of_every_setting_are_replaced() {
    let source = "model M { input x: f32[4]; h: dense(3); output y: class[3]; } train M { split = (validation = 0.1); } \
                  train M as W like M { warmup = epochs(1); reuse = weights(\"a\", layers = [h]); watch = signals(epochs(2)); \
                  data = csv(\"a.csv\", \"y\"); early_stop = (patience = 9); loss = cross_entropy; clip = norm(1); }";
    let printed = |recipe: &str, key: &str, value: &str| {
        let overrides = Overrides { model: Some("M".into()), recipe: Some(recipe.into()), ..set(&[(key, value)]) };
        let (program, diagnostics) = check_with(source, &overrides);
        let program = program.unwrap_or_else(|| panic!("{key}: {diagnostics:#?}"));
        let named = |unit: &&dlm_compiler::graph::Unit| unit.recipe.name.as_deref().unwrap_or("M") == recipe;
        let unit = program.models[0].units.iter().find(named).unwrap();
        let setting = key.split('.').next().unwrap();
        dlm_compiler::summary::summary(unit).settings.into_iter().find(|it| it.key == setting).unwrap().value
    };
    for (recipe, key, value, expected) in [
        ("M", "early_stop.patience", "3", "(monitor = validation_loss, patience = 3, min_delta = 0, restore_best = true)"),
        ("W", "early_stop.patience", "3", "(monitor = validation_loss, patience = 3, min_delta = 0, restore_best = true)"),
        ("M", "watch.every", "steps(10)", "signals(every = steps(10))"),
        ("W", "watch.every", "steps(10)", "signals(every = steps(10))"),
        ("W", "warmup.start", "0.5", "(length = epochs(1), start = 0.5)"),
        ("W", "reuse.path", "\"b\"", "weights(\"b\")"),
        ("W", "data.label", "\"z\"", "csv(\"a.csv\", label = \"z\", header = true, delimiter = \",\")"),
        ("W", "loss.class_weights", "[1, 2, 3]", "cross_entropy(label_smoothing = 0, class_weights = [1, 2, 3])"),
        ("W", "clip.limit", "2", "norm(2)"),
        ("M", "schedule.staircase", "true", ""),
    ] {
        if expected.is_empty() {
            // `constant` has no arguments.
            let (program, _) = check_with(source, &set(&[(key, value)]));
            assert!(program.is_none(), "{key}");
        } else {
            assert_eq!(printed(recipe, key, value), expected, "{recipe}: {key}={value}");
        }
    }
}

#[test]
fn what_is_replaced_can_be_one_models_or_recipes() {
    let model = Overrides { model: Some("More".into()), ..set(&[("batch", "8")]) };
    assert_eq!(replaced(&model).iter().map(|recipe| recipe.1).collect::<Vec<_>>(), [32, 3, 8]);
    let recipe = Overrides { model: Some("Net".into()), recipe: Some("Net".into()), ..set(&[("batch", "8")]) };
    assert_eq!(replaced(&recipe).iter().map(|recipe| recipe.1).collect::<Vec<_>>(), [8, 3, 32]);
}

#[test]
fn an_error_in_what_is_replaced_is_said_once_and_names_it() {
    let (program, diagnostics) = check_with(NET, &set(&[("batch", "0.5")]));
    assert!(program.is_none());
    let [diagnostic] = diagnostics.as_slice() else { panic!("{diagnostics:#?}") };
    assert_eq!((diagnostic.code, diagnostic.primary.span), (codes::NOT_WHOLE, Default::default()));
    assert_eq!(diagnostic.message, "`batch=0.5`: `batch` is a whole number, not 0.5");
}

#[test]
fn a_lint_on_what_is_replaced_names_it() {
    for (key, value, message) in [
        (
            "optimizer.lr",
            "3",
            "`optimizer.lr=3`: a learning rate of 3 is unusually high for `sgd`: training is likely to diverge",
        ),
        ("clip", "norm(1e-9)", "`clip=norm(1e-9)`: gradients are clipped to 1e-9: next to every one is, in every step"),
    ] {
        let overrides = Overrides { model: Some("Net".into()), recipe: Some("Net".into()), ..set(&[(key, value)]) };
        let diagnostics = check_with(NET, &overrides).1;
        let [diagnostic] = diagnostics.as_slice() else { panic!("{diagnostics:#?}") };
        assert_eq!((diagnostic.message.as_str(), diagnostic.primary.span), (message, Default::default()));
    }
}
