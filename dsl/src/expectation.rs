//! Expected diagnostics written inside test files, under the line they belong to.
//!
//! ```text
//!     dense(3 -> relu;
//! //       ^ error[E003]: this `(` is never closed
//! //   note: …
//! //   help: …
//! ```
//!
//! The carets stand under the primary span (under its part on the line where it begins); the message is compared whole. Several
//! may follow one line. Notes and helps are compared where any is written. A span that begins in the first two columns, where the
//! `//` stands, has its carets written as `<` and the width: `// <2 error[E005]: …` for the first column, `// -<2` for the second.

use crate::{
    ast::Span,
    diagnostic::{Code, Diagnostic, Severity},
    line_index::LineIndex,
};
use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

/// The environment variable that makes [`check`] give the text with its expectations rewritten: `1` adds some and changes their
/// texts, `remove` takes away too what is no longer reported.
pub const UPDATE: &str = "DLM_UPDATE_EXPECT";

/// Whether what tests expect is to be rewritten.
///
/// # Panics
/// If [`UPDATE`] is neither `1` nor `remove`.
pub fn updates() -> bool {
    update() != Update::No
}

/// What is to become of what tests expect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Update {
    No,
    /// Nothing that is expected is given up.
    Add,
    Remove,
}

fn update() -> Update {
    match std::env::var(UPDATE).as_deref() {
        Err(_) | Ok("" | "0") => Update::No,
        Ok("1") => Update::Add,
        Ok("remove") => Update::Remove,
        Ok(other) => panic!("{UPDATE} is `1` or `remove`, not `{other}`"),
    }
}

/// A diagnostic that a test file expects.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expectation {
    /// The line it belongs to, counted from 1.
    pub line: usize,
    /// The column of its first caret, in characters counted from 1.
    pub column: usize,
    /// The number of carets.
    pub width: usize,
    /// `error[E001]: message`.
    pub headline: String,
    /// `note: …` and `help: …`, in the order written.
    pub remarks: Vec<String>,
}

/// The expectations in `source`.
///
/// # Errors
/// A comment that begins as an expectation but cannot be read as one, with its line.
pub fn read(source: &str) -> Result<Vec<Expectation>, String> {
    let index = LineIndex::new(source);
    let mut expectations: Vec<Expectation> = Vec::new();
    let mut subject = 0;
    let mut open = false;
    for number in 1..=index.lines() {
        let line = index.text(number);
        if is_expectation(line) {
            if subject == 0 {
                return Err(format!("line {number}: an expectation stands under no line"));
            }
            let (column, width, headline) =
                carets(line).ok_or_else(|| format!("line {number}: not an expectation: `{}`", line.trim()))?;
            expectations.push(Expectation { line: subject, column, width, headline, remarks: Vec::new() });
            open = true;
        } else if open && let Some(remark) = remark(line) {
            if let Some(last) = expectations.last_mut() {
                last.remarks.push(remark.to_owned());
            }
        } else {
            subject = number;
            open = false;
        }
    }
    Ok(expectations)
}

/// Whether `line` is a comment that begins with carets or what stands for them.
fn is_expectation(line: &str) -> bool {
    let Some(rest) = line.trim_start().strip_prefix("//") else { return false };
    let rest = rest.trim_start();
    let wide = rest
        .strip_prefix('-')
        .unwrap_or(rest)
        .strip_prefix('<')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    rest.starts_with('^') || wide && rest.contains("[")
}

/// The text of a `//   note: …` or `//   help: …` line.
fn remark(line: &str) -> Option<&str> {
    let rest = line.trim().strip_prefix("//")?.trim();
    (rest.starts_with("note: ") || rest.starts_with("help: ")).then_some(rest)
}

/// The column, width and headline of an expectation.
fn carets(line: &str) -> Option<(usize, usize, String)> {
    let indent = line.len() - line.trim_start().len();
    let comment = line.trim_start().strip_prefix("//")?;
    let text = comment.trim_start();
    let (column, width, rest) = if text.starts_with('^') {
        let column = indent + 2 + (comment.len() - text.len()) + 1;
        let rest = text.trim_start_matches('^');
        (column, text.len() - rest.len(), rest)
    } else {
        let second = text.starts_with('-');
        let rest = text.trim_start_matches('-').strip_prefix('<')?;
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        (1 + usize::from(second), rest[..end].parse().ok()?, &rest[end..])
    };
    let headline = rest.trim();
    let severe = headline.starts_with("error[") || headline.starts_with("warning[");
    (severe && headline.contains("]: ")).then(|| (column, width, headline.to_owned()))
}

/// What `diagnostic` would be written as.
fn expectation(index: &LineIndex<'_>, diagnostic: &Diagnostic) -> Expectation {
    let Span { start, end } = diagnostic.primary.span;
    let location = index.locate(start);
    let line_end = index.start(location.line) + index.text(location.line).len();
    let width = index.locate(end.min(line_end)).column.saturating_sub(location.column).max(1);
    let severity = match diagnostic.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let notes = diagnostic.notes.iter().map(|note| format!("note: {}", note.replace('\n', " ")));
    let help = diagnostic.help.iter().map(|help| format!("help: {}", help.replace('\n', " ")));
    Expectation {
        line: location.line,
        column: location.column,
        width,
        headline: format!("{severity}[{}]: {}", diagnostic.code.0, diagnostic.message.replace('\n', " ")),
        remarks: notes.chain(help).collect(),
    }
}

/// Compares the expectations in `source` with `diagnostics`.
///
/// # Errors
/// What is missing, what is too much, and what cannot be read, a line each.
pub fn compare(source: &str, diagnostics: &[Diagnostic]) -> Result<(), String> {
    let mut expected = read(source)?;
    let index = LineIndex::new(source);
    let mut report = String::new();
    for diagnostic in diagnostics {
        let found = expectation(&index, diagnostic);
        let same = |wanted: &Expectation| {
            (wanted.line, wanted.column, wanted.width, &wanted.headline)
                == (found.line, found.column, found.width, &found.headline)
                && (wanted.remarks.is_empty() || wanted.remarks == found.remarks)
        };
        match expected.iter().position(same) {
            Some(position) => drop(expected.remove(position)),
            None => describe(&mut report, "not expected", &found),
        }
    }
    for missing in &expected {
        describe(&mut report, "expected, but missing", missing);
    }
    if report.is_empty() { Ok(()) } else { Err(report) }
}

fn describe(report: &mut String, what: &str, it: &Expectation) {
    // Writing to a string cannot fail.
    let _ = writeln!(report, "{what}: {}:{} (width {}) {}", it.line, it.column, it.width, it.headline);
    for remark in &it.remarks {
        let _ = writeln!(report, "    {remark}");
    }
}

/// `source` with its expectations replaced by `diagnostics`. `remarks` says whether notes and helps are written.
pub fn rewrite(source: &str, diagnostics: &[Diagnostic], remarks: bool) -> String {
    let index = LineIndex::new(source);
    let mut expectations: Vec<Expectation> = diagnostics.iter().map(|diagnostic| expectation(&index, diagnostic)).collect();
    expectations.sort();
    let mut out = String::with_capacity(source.len());
    let mut open = false;
    for number in 1..=index.lines() {
        let line = index.text(number);
        open = is_expectation(line) || open && remark(line).is_some();
        if open {
            continue;
        }
        let last = number == index.lines();
        out.push_str(line);
        let here: Vec<&Expectation> = expectations.iter().filter(|expectation| expectation.line == number).collect();
        if !last || !here.is_empty() {
            out.push('\n');
        }
        for expectation in here {
            write_expectation(&mut out, expectation, remarks);
        }
    }
    out
}

fn write_expectation(out: &mut String, it: &Expectation, remarks: bool) {
    let marks = match it.column {
        1 => format!(" <{}", it.width),
        2 => format!(" -<{}", it.width),
        column => format!("{:>width$}", "^".repeat(it.width), width = column - 3 + it.width),
    };
    let _ = writeln!(out, "//{marks} {}", it.headline);
    if remarks {
        for remark in &it.remarks {
            let _ = writeln!(out, "//   {remark}");
        }
    }
}

/// The expectations in `source` under lines of which fewer errors, or fewer warnings, are reported than are expected.
fn given_up(source: &str, diagnostics: &[Diagnostic]) -> Result<String, String> {
    let expected = read(source)?;
    let index = LineIndex::new(source);
    let found: Vec<Expectation> = diagnostics.iter().map(|diagnostic| expectation(&index, diagnostic)).collect();
    let place = |it: &Expectation| (it.line, it.headline.starts_with("error["));
    let mut report = String::new();
    for it in &expected {
        let count = |of: &[Expectation]| of.iter().filter(|other| place(other) == place(it)).count();
        if count(&found) < count(&expected) && !found.iter().any(|other| other.line == it.line && other.headline == it.headline) {
            describe(&mut report, "expected, and no longer reported", it);
        }
    }
    Ok(report)
}

/// The text to write in place of `source`, if it changes.
fn rewritten(source: &str, diagnostics: &[Diagnostic], update: Update) -> Result<Option<String>, String> {
    let given_up = given_up(source, diagnostics)?;
    if update == Update::Add && !given_up.is_empty() {
        return Err(format!("{given_up}{UPDATE}=1 gives up nothing that is expected; {UPDATE}=remove does\n"));
    }
    let remarks = read(source).is_ok_and(|expectations| expectations.iter().any(|it| !it.remarks.is_empty()));
    let rewritten = rewrite(source, diagnostics, remarks);
    Ok((rewritten != source).then_some(rewritten))
}

/// [`compare`]s, or, where the environment variable [`UPDATE`] says so, gives the text to write in place of `source`.
///
/// # Errors
/// As [`compare`]; where it updates, what is expected and no longer reported, unless that is to be removed.
pub fn check(source: &str, diagnostics: &[Diagnostic]) -> Result<Option<String>, String> {
    match update() {
        Update::No => {}
        update => return rewritten(source, diagnostics, update),
    }
    compare(source, diagnostics).map(|()| None)
}

/// [`check`]s every `.dlm` file in `folder` and the folders in it, in the order of their names, against what `diagnose` says about
/// its text; rewrites the files where [`UPDATE`] asks for it. Gives the codes that were expected anywhere, sorted, so that a test
/// can see which have none.
///
/// # Errors
/// What does not agree, or cannot be read, in all files together.
pub fn check_folder(folder: &Path, diagnose: impl Fn(&str) -> Vec<Diagnostic>) -> Result<Vec<Code>, String> {
    let (mut codes, mut report) = (Vec::new(), String::new());
    for path in files(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let outcome = std::fs::read_to_string(&path).map_err(|error| error.to_string()).and_then(|source| {
            let diagnostics = diagnose(&source);
            codes.extend(diagnostics.iter().map(|diagnostic| diagnostic.code));
            match check(&source, &diagnostics)? {
                Some(rewritten) => std::fs::write(&path, rewritten).map_err(|error| error.to_string()),
                None => Ok(()),
            }
        });
        if let Err(error) = outcome {
            let _ = writeln!(report, "{}:\n{error}", path.display());
        }
    }
    codes.sort_unstable();
    codes.dedup();
    if report.is_empty() { Ok(codes) } else { Err(report) }
}

/// All `.dlm` files in `folder` and the folders in it.
fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "dlm") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// `source` with the lines that hold expectations emptied, byte for byte in length, for what should not see them.
pub fn strip(source: &str) -> String {
    let mut open = false;
    let lines = source.split_inclusive('\n').map(|line| {
        open = is_expectation(line) || open && remark(line).is_some();
        let text = line.trim_end_matches(['\n', '\r']);
        if open { format!("{}{}", " ".repeat(text.len()), &line[text.len()..]) } else { line.to_owned() }
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes;

    const SOURCE: &str =
        "dense(3);\n// <5 error[E017]: out of place\n    desne;\n//  ^^^^^ error[E001]: what is this\n//   help: dense\n";

    fn diagnostics() -> Vec<Diagnostic> {
        let at = SOURCE.find("desne").unwrap();
        vec![
            Diagnostic::new(codes::MISPLACED_ITEM, Span::new(0, 5), "out of place").note("unsaid"),
            Diagnostic::new(codes::UNEXPECTED, Span::new(at, at + 5), "what is this").help("dense"),
        ]
    }

    #[test]
    fn what_is_expected_passes() {
        assert_eq!(compare(SOURCE, &diagnostics()), Ok(()));
        assert_eq!(compare("dense(3);", &[]), Ok(()));
    }

    #[test]
    fn a_missing_error_fails() {
        let report = compare(SOURCE, &diagnostics()[..1]).unwrap_err();
        assert!(report.starts_with("expected, but missing: 3:5 (width 5) error[E001]: what is this"), "{report}");
    }

    #[test]
    fn an_extra_error_fails() {
        let mut extra = diagnostics();
        extra.push(extra[1].clone());
        assert!(compare(SOURCE, &extra).unwrap_err().starts_with("not expected: 3:5"));
    }

    #[test]
    fn a_wrong_span_text_code_or_remark_fails() {
        let changes: [fn(&mut Diagnostic); 5] = [
            |it| it.primary.span.start += 1,
            |it| it.primary.span.end -= 1,
            |it| it.message.push('?'),
            |it| it.code = codes::MISSING_SEMICOLON,
            |it| it.help[0].push('?'),
        ];
        for change in changes {
            let mut changed = diagnostics();
            change(&mut changed[1]);
            let report = compare(SOURCE, &changed).unwrap_err();
            assert!(report.contains("not expected") && report.contains("expected, but missing"), "{report}");
        }
    }

    #[test]
    fn what_looks_like_an_expectation_must_be_one() {
        assert!(read("x;\n// ^^ E001 what\n").unwrap_err().contains("line 2"));
        assert!(read("// ^^ error[E001]: what\n").unwrap_err().contains("under no line"));
        assert_eq!(read("x; // note: the rate\n// a plain comment\n//   help: none\n"), Ok(Vec::new()));
    }

    #[test]
    fn rewriting_gives_what_is_expected_and_changes_nothing_then() {
        let bare = "dense(3);\n    desne;\n";
        let mut found = diagnostics();
        let at = bare.find("desne").unwrap();
        found[1].primary.span = Span::new(at, at + 5);
        let rewritten = rewrite(bare, &found, false);
        assert_eq!(rewritten, "dense(3);\n// <5 error[E017]: out of place\n    desne;\n//  ^^^^^ error[E001]: what is this\n");
        let shift = rewritten.find("desne").unwrap() - at;
        found[1].primary.span = Span::new(at + shift, at + shift + 5);
        assert_eq!(rewrite(&rewritten, &found, false), rewritten);
        assert_eq!(compare(&rewritten, &found), Ok(()));
        assert_eq!(rewrite(SOURCE, &[], false), bare);
    }

    #[test]
    fn updating_gives_up_nothing_unless_told() {
        let mut found = diagnostics();
        found[1].message.push('?');
        let changed = rewritten(SOURCE, &found, Update::Add).unwrap().unwrap();
        assert!(changed.contains("what is this?"), "{changed}");
        // One error of a line more.
        found.push(found[1].clone());
        assert!(rewritten(SOURCE, &found, Update::Add).is_ok());
        let refused = rewritten(SOURCE, &diagnostics()[..1], Update::Add).unwrap_err();
        assert!(refused.starts_with("expected, and no longer reported: 3:5 (width 5) error[E001]: what is this"), "{refused}");
        assert!(refused.ends_with("DLM_UPDATE_EXPECT=remove does\n"), "{refused}");
        let removed = rewritten(SOURCE, &diagnostics()[..1], Update::Remove).unwrap().unwrap();
        assert!(!removed.contains("E001") && removed.contains("E017"), "{removed}");
        // An error that has become a warning is given up too.
        let mut milder = diagnostics();
        milder[1].code = codes::ALL.iter().find(|info| info.severity() == Severity::Warning).unwrap().code;
        assert!(rewritten(SOURCE, &milder, Update::Add).is_err());
    }

    #[test]
    fn stripping_keeps_every_byte_in_place() {
        let stripped = strip(SOURCE);
        assert_eq!(stripped.len(), SOURCE.len());
        assert!(!stripped.contains("error["));
        assert_eq!(stripped.find("desne"), SOURCE.find("desne"));
    }
}
