//! Syntax errors: the corpus of expected ones, and the examples on the pages of the codes.

use dlm_dsl::{MAX_FILE_SIZE, codes, expectation, parse};
use std::path::Path;

#[test]
fn every_syntax_error_is_the_expected_one_and_no_code_lacks_one() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus/errors/syntax");
    let covered = expectation::check_folder(&folder, |source| parse(source).1).unwrap_or_else(|report| panic!("{report}"));
    for info in codes::ALL.iter().filter(|info| info.code.0.starts_with("E0")) {
        // A file beyond the bound is made by the test below.
        let made = info.code == codes::FILE_TOO_LARGE;
        assert!(made || covered.contains(&info.code), "{} has no test in {}", info.code.0, folder.display());
    }
}

#[test]
fn a_file_may_be_as_large_as_the_bound_and_no_larger() {
    let comment = |size: usize| format!("//{}", "é".repeat((size - 2) / 2));
    assert_eq!(parse(&comment(MAX_FILE_SIZE)).1, []);
    let (file, diagnostics) = parse(&comment(MAX_FILE_SIZE + 2));
    assert!(file.items.is_empty());
    assert_eq!(diagnostics.len(), 1);
    assert_eq!(diagnostics[0].code, codes::FILE_TOO_LARGE);
    assert_eq!(diagnostics[0].message, "the file has 1048578 bytes; at most 1048576 are accepted");
}

/// The example under `heading`, if it is one in the language: files and commands have examples of other kinds.
fn example<'a>(page: &'a str, heading: &str) -> Option<&'a str> {
    let section = page.split(heading).nth(1).expect("the page has the heading").split("\n## ").next()?;
    section.split("```dlm\n").nth(1)?.split("```").next()
}

#[test]
fn the_examples_on_the_pages_are_what_they_say() {
    for info in codes::ALL {
        let code = info.code.0;
        if let Some(right) = example(info.page, "\n## Right\n") {
            assert_eq!(parse(right).1, [], "{code}: the right example");
        }
        if let Some(wrong) = example(info.page, "\n## Wrong\n") {
            let found: Vec<_> = parse(wrong).1.into_iter().map(|diagnostic| diagnostic.code).collect();
            // Errors of later stages are syntactically right; a file of a million bytes does not fit a page.
            let syntactic = code.starts_with("E0") && info.code != codes::FILE_TOO_LARGE;
            let expected = if syntactic { vec![info.code] } else { Vec::new() };
            assert_eq!(found, expected, "{code}: the wrong example");
        } else {
            assert!(code.starts_with("E3"), "{code}: the page has no example");
        }
    }
}
