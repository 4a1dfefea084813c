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

/// The line on which `span` begins, underlined as far as it stands on it.
fn excerpt(out: &mut String, index: &LineIndex<'_>, (span, label): (Span, &str), gutter: usize, path: &str) {
    let place = index.locate(span.start);
    let line = index.text(place.line);
    let line_end = index.start(place.line) + line.len();
    let width = index.locate(span.end.min(line_end)).column.saturating_sub(place.column).max(1);
    // Tabs stay tabs, so that the underline stands where the text does.
    let padding: String = line.chars().take(place.column - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
    let _ = write!(
        out,
        "\n{:gutter$}--> {path}:{}:{}\n{:gutter$} |\n{:>gutter$} | {line}\n{:gutter$} | {padding}{}{}{label}",
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
    fn spans_beyond_the_text_do_not_panic() {
        let diagnostic = Diagnostic::new(crate::codes::UNEXPECTED, Span::new(9, 99), "beyond");
        assert!(text(&diagnostic, "ab", "m.dlm").contains("m.dlm:1:3"));
        assert!(text(&diagnostic, "", "m.dlm").contains("m.dlm:1:1"));
    }
}
