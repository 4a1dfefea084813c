//! Errors and warnings on models: the corpus of expected ones, and the examples on the pages of the codes.

use std::path::{Path, PathBuf};

use dlm_compiler::check;
use dlm_dsl::diagnostic::{Code, Severity};
use dlm_dsl::{codes, expectation};

fn corpus(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus").join(folder)
}

/// Checks the files of these folders and that among the codes expected there are all that begin with `prefix`.
fn check_folders(folders: &[&str], prefix: &str) {
    let mut covered: Vec<Code> = Vec::new();
    for folder in folders {
        let folder = corpus("errors").join(folder);
        covered.extend(expectation::check_folder(&folder, |source| check(source).1).unwrap_or_else(|report| panic!("{report}")));
    }
    for info in codes::ALL.iter().filter(|info| info.code.0.starts_with(prefix)) {
        assert!(covered.contains(&info.code), "{} has no test in {folders:?}", info.code.0);
    }
}

#[test]
fn errors_of_names_and_shapes_are_the_expected_ones() {
    check_folders(&["names", "shapes"], "E1");
}

#[test]
fn lints_are_the_expected_ones() {
    check_folders(&["lints"], "W");
}

#[test]
fn what_is_shipped_follows_the_advice_or_says_why_not() {
    let mut count = 0;
    for folder in ["../../examples", "../../benches"] {
        for entry in std::fs::read_dir(corpus(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "dlm") {
                let diagnostics = check(&std::fs::read_to_string(&path).unwrap()).1;
                assert!(diagnostics.is_empty(), "{}: {diagnostics:#?}", path.display());
                count += 1;
            }
        }
    }
    assert!(count >= 10, "only {count} files are found");
}

#[test]
fn every_lint_is_silenced_at_the_top_of_the_file() {
    for info in codes::ALL.iter().filter(|info| info.severity() == Severity::Warning) {
        let wrong = example(info.page, "\n## Wrong\n").expect("the page has an example");
        let found = check(&format!("#![allow({})]\n{wrong}", info.code.0)).1;
        assert!(found.is_empty(), "{}: {found:#?}", info.code.0);
    }
}

#[test]
fn the_models_of_the_corpus_have_no_errors() {
    let mut count = 0;
    for entry in std::fs::read_dir(corpus("models")).unwrap() {
        let path = entry.unwrap().path();
        let source = std::fs::read_to_string(&path).unwrap();
        let (program, diagnostics) = check(&source);
        let errors: Vec<_> = diagnostics.iter().filter(|diagnostic| diagnostic.severity() == Severity::Error).collect();
        assert!(program.is_some() && errors.is_empty(), "{}: {errors:#?}", path.display());
        count += 1;
    }
    assert!(count > 0, "the corpus is empty");
}

/// The example under `heading` of a page, if it is one in the language: files and commands have examples of other kinds.
fn example<'a>(page: &'a str, heading: &str) -> Option<&'a str> {
    let section = page.split(heading).nth(1)?.split("\n## ").next()?;
    section.split("```dlm\n").nth(1)?.split("```").next()
}

/// What is pasted from `dlm explain` passes `dlm check`, or gives just what the page is about. Settings from outside, which are
/// a part of some examples, are tested with the errors of recipes.
#[test]
fn the_examples_on_the_pages_are_what_they_say() {
    let mut checked = 0;
    for info in codes::ALL.iter().filter(|info| !info.code.0.starts_with("E2")) {
        let code = info.code.0;
        for (heading, expected) in
            [("\n## Wrong\n", vec![info.code]), ("\n## Right\n", Vec::new()), ("\n## Silence\n", Vec::new())]
        {
            let Some(example) = example(info.page, heading) else {
                assert!(code.starts_with("E3") || heading.contains("Silence"), "{code}: no example under {}", heading.trim());
                continue;
            };
            // What is wrong with data or a command is not seen in the file; nor does a million bytes fit on a page.
            let unseen = code.starts_with("E3") || info.code == codes::FILE_TOO_LARGE;
            let diagnostics = check(example).1;
            let found: Vec<Code> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
            assert_eq!(
                found,
                if unseen { Vec::new() } else { expected },
                "{code}, {}; of what is supported by now another planned name: {diagnostics:#?}",
                heading.trim()
            );
            checked += 1;
        }
    }
    assert!(checked > 150, "only {checked} examples were checked");
}
