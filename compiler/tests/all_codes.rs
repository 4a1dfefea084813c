//! Every code of the table has a test that expects it: syntax, names, shapes, recipes and lints in the corpus of expected
//! errors, what goes wrong with files, data and running in the tests of the runtime and the command.

use std::path::{Path, PathBuf};

use dlm_dsl::codes;

/// The text of every file with this extension in `folder` and the folders in it.
fn texts(folder: &Path, extension: &str, found: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    for path in paths {
        if path.is_dir() {
            texts(&path, extension, found);
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn no_code_lacks_a_test_that_expects_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (mut corpus, mut tests, mut sources) = (Vec::new(), Vec::new(), Vec::new());
    texts(&root.join("tests/corpus/errors"), "dlm", &mut corpus);
    for package in ["runtime", "cli"] {
        texts(&root.join(package).join("tests"), "rs", &mut tests);
        texts(&root.join(package).join("src"), "rs", &mut sources);
    }
    // Of a source file only its tests, which stand at its end.
    tests.extend(sources.iter().filter_map(|text| text.split_once("#[cfg(test)]")).map(|(_, tests)| tests.to_owned()));
    assert!(!corpus.is_empty() && !tests.is_empty(), "no tests are found");

    let missing = codes::ALL.iter().filter(|info| {
        let code = info.code.0;
        if code.starts_with("E3") {
            let (text, constant) = (format!("\"{code}\""), format!("codes::{}", info.name));
            !tests.iter().any(|test| test.contains(&text) || test.contains(&constant) || test.contains(&format!("[{code}]")))
        } else {
            // A file beyond the bound does not belong into a corpus; the parser's own tests make one.
            let expected = [format!("error[{code}]: "), format!("warning[{code}]: ")];
            // Names that are still to come are in no corpus either, since one day they are not: tests/planned.rs has them.
            let apart = [codes::FILE_TOO_LARGE, codes::SETTING_NOT_SUPPORTED_YET];
            !apart.contains(&info.code) && !corpus.iter().any(|text| expected.iter().any(|line| text.contains(line)))
        }
    });
    let missing: Vec<&str> = missing.map(|info| info.code.0).collect();
    assert!(missing.is_empty(), "codes without a test that expects them: {missing:?}");
}
