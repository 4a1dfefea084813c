//! Diagnostics as plain text without any dependency: what `compile_error!` shows.

use crate::{
    ast::Span,
    diagnostic::{Diagnostic, Severity},
    line_index::LineIndex,
};
use std::fmt::Write as _;

/// `diagnostic` with the lines of `source` that it is about, as rustc would write it; `path` is shown as it is.
///
/// Lines of text without one at the end. The headline is left as `message [CODE]`, since rustc puts its own `error:` before it.
///
/// ```
/// let source = "const CLASSES = 10";
/// let (_, diagnostics) = dlm_dsl::parse(source);
/// assert_eq!(
///     dlm_dsl::plain::text(&diagnostics[0], source, "a.dlm"),
///     "expected `;` after the value of `CLASSES` [E002]\n --> a.dlm:1:17\n  |\n1 | const CLASSES = 10\n  |                 ^^ after this"
/// );
/// ```
pub fn text(diagnostic: &Diagnostic, source: &str, path: &str) -> String {
    let index = LineIndex::new(source);
    let spans = std::iter::once(diagnostic.primary.span).chain(diagnostic.secondary.iter().map(|label| label.span));
    let gutter = spans.map(|span| index.locate(span.start).line).max().unwrap_or(1).to_string().len();
    let mut out = headline(diagnostic);
    excerpt(&mut out, &index, (diagnostic.primary.span, &diagnostic.primary.message), gutter, path);
    for label in &diagnostic.secondary {
        excerpt(&mut out, &index, (label.span, &label.message), gutter, path);
    }
    for (kind, remarks) in [("note", &diagnostic.notes), ("help", &diagnostic.help)] {
        for remark in remarks {
            // Writing to a string cannot fail.
            let _ = write!(out, "\n{:gutter$} = {kind}: {remark}", "");
        }
    }
    out
}

/// The message and the code, on one line: for places where the span itself is shown by others.
pub fn headline(diagnostic: &Diagnostic) -> String {
    let warning = if diagnostic.severity() == Severity::Warning { "warning: " } else { "" };
    format!("{warning}{} [{}]", diagnostic.message, diagnostic.code.0)
}

/// The most columns of a line that are shown, and those before what is underlined if there are more.
const COLUMNS: usize = 160;
const BEFORE: usize = 60;

/// The line on which `span` begins, underlined as far as it stands on it. Of a very long line, what is around the span.
fn excerpt(out: &mut String, index: &LineIndex<'_>, (span, label): (Span, &str), gutter: usize, path: &str) {
    let place = index.locate(span.start);
    let line = index.text(place.line);
    let line_end = index.start(place.line) + line.len();
    let width = index.locate(span.end.min(line_end)).column.saturating_sub(place.column).max(1);
    let length = line.chars().count();
    let first = if length > COLUMNS { (place.column - 1).saturating_sub(BEFORE).min(length - COLUMNS) } else { 0 };
    let (begin, end) = (if first > 0 { "…" } else { "" }, if length > first + COLUMNS { "…" } else { "" });
    let shown: String = line.chars().skip(first).take(COLUMNS).collect();
    // Tabs stay tabs, so that the underline stands where the text does.
    let before = line.chars().skip(first).take(place.column - 1 - first).map(|c| if c == '\t' { '\t' } else { ' ' });
    let padding: String = begin.chars().map(|_| ' ').chain(before).collect();
    let width = width.min(COLUMNS + 1 - (place.column - first).min(COLUMNS));
    let _ = write!(
        out,
        "\n{:gutter$}--> {path}:{}:{}\n{:gutter$} |\n{:>gutter$} | {begin}{shown}{end}\n{:gutter$} | {padding}{}{}{label}",
        "",
        place.line,
        place.column,
        "",
        place.line,
        "",
        "^".repeat(width),
        if label.is_empty() { "" } else { " " },
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_note_and_help_is_there() {
        let source = "model M {\n\tdense(3 -> relu;\n}\n";
        let (_, diagnostics) = crate::parse(source);
        let diagnostic = diagnostics[0].clone().note("a fact").help("a way");
        insta::assert_snapshot!(text(&diagnostic, source, "m.dlm"), @r"
        this `(` is never closed [E003]
         --> m.dlm:2:7
          |
        2 | 	dense(3 -> relu;
          | 	     ^
         --> m.dlm:2:10
          |
        2 | 	dense(3 -> relu;
          | 	        ^^ `)` belongs before this
          = note: a fact
          = help: a way
        ");
    }

    #[test]
    fn of_a_very_long_line_what_is_around_the_span_is_shown() {
        let source = format!("{}é{}", "a".repeat(500), "b".repeat(500));
        let at = |start: usize, end: usize| {
            let diagnostic = Diagnostic::new(crate::codes::UNEXPECTED, Span::new(start, end), "here");
            let drawn = text(&diagnostic, &source, "m.dlm");
            let lines: Vec<String> = drawn.lines().skip(3).map(str::to_owned).collect();
            assert!(drawn.lines().all(|line| line.chars().count() <= COLUMNS + 8), "{drawn}");
            (lines[0].clone(), lines[1].clone())
        };
        let (line, marks) = at(500, 502);
        assert_eq!(line, format!("1 | …{}é{}…", "a".repeat(60), "b".repeat(99)));
        assert_eq!(marks, format!("  | {}^", " ".repeat(61)));
        let (line, marks) = at(0, 1000);
        assert_eq!(line, format!("1 | {}…", "a".repeat(160)));
        assert_eq!(marks, format!("  | {}", "^".repeat(160)));
        let (line, marks) = at(1001, 1002);
        assert_eq!((line.chars().next_back(), marks.len()), (Some('b'), 4 + 1 + 160));
    }

    #[test]
    fn spans_beyond_the_text_do_not_panic() {
        let diagnostic = Diagnostic::new(crate::codes::UNEXPECTED, Span::new(9, 99), "beyond");
        assert!(text(&diagnostic, "ab", "m.dlm").contains("m.dlm:1:3"));
        assert!(text(&diagnostic, "", "m.dlm").contains("m.dlm:1:1"));
    }
}
