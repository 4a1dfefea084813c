//! Errors of recipes: the corpus of expected ones, and what may be replaced from outside.

use std::path::Path;

use dlm_compiler::{Override, Overrides, check_with};
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
    for info in codes::ALL.iter().filter(|info| info.code.0.starts_with("E2")) {
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
        assert_eq!(found("\n## Wrong\n"), [info.code], "{}: the wrong example", info.code.0);
        assert_eq!(found("\n## Right\n"), [], "{}: the right example", info.code.0);
    }
}
