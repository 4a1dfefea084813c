//! Diagnostics for people and tools: as rustc draws them, as plain text, as JSON.

use crate::{
    ast::Span,
    diagnostic::{Diagnostic, Severity},
    line_index::LineIndex,
};
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet, renderer::DecorStyle};
use serde_json::{Value, json};

/// `diagnostics` as rustc would draw them, each with the lines of `source` that it is about; `path` is shown as it is. `color`
/// says whether to use the terminal's colours; without them the text is plain and fits any place, such as `compile_error!`. Lines of
/// the file that are longer than `columns` lose what is far from the place.
///
/// Every diagnostic ends in a line break; there is an empty line between two.
pub fn terminal(diagnostics: &[Diagnostic], source: &str, path: &str, color: bool, columns: usize) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(columns);
    let (mut errors, mut warnings) = (0, 0);
    let mut drawn = Vec::new();
    for diagnostic in diagnostics {
        // Errors are why somebody looks at all: warnings leave them room.
        let count = match diagnostic.severity() {
            Severity::Error => &mut errors,
            Severity::Warning => &mut warnings,
        };
        *count += 1;
        if *count <= MOST {
            drawn.push(draw(&renderer, diagnostic, source, path));
        }
    }
    for (count, what) in [(errors, "error"), (warnings, "warning")] {
        if count > MOST {
            drawn.push(format!("{path}: {} further {what}s are not shown\n", count - MOST));
        }
    }
    drawn.join("\n")
}

/// The errors that are drawn of one text, and the warnings, at the most: of a long text a slip that is made everywhere is said
/// thousands of times.
const MOST: usize = 100;

/// The columns of what is no terminal.
pub const COLUMNS: usize = 140;

fn draw(renderer: &Renderer, diagnostic: &Diagnostic, source: &str, path: &str) -> String {
    let level = match diagnostic.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let primary = AnnotationKind::Primary.span(range(source, diagnostic.primary.span));
    let mut snippet = Snippet::source(source).path(path).annotation(match diagnostic.primary.message.as_str() {
        "" => primary,
        message => primary.label(message),
    });
    for label in &diagnostic.secondary {
        let context = AnnotationKind::Context.span(range(source, label.span));
        snippet = snippet.annotation(if label.message.is_empty() { context } else { context.label(label.message.as_str()) });
    }
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.0);
    let mut group = title.element(snippet);
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let mut drawn = renderer.render(&[group]);
    drawn.push('\n');
    drawn
}

/// A span as a range within `source` and on the borders of its characters, whatever it was made from.
fn range(source: &str, span: Span) -> std::ops::Range<usize> {
    let start = source.floor_char_boundary(span.start);
    start..source.ceil_char_boundary(span.end.max(start)).min(source.len())
}

/// `diagnostics` as JSON, one object a line. Of a diagnostic:
///
/// `code`, `severity` (`error` or `warning`), `message`, `path`, `span`, `label` (the text at the span), `labels` (a list of `span`
/// and `message`), `notes` and `help` (lists of texts). Of a span: `start` and `end` in bytes from 0, `line`, `column`, `end_line`
/// and `end_column` in characters from 1; ends are one beyond the last.
pub fn json(diagnostics: &[Diagnostic], source: &str, path: &str) -> String {
    let index = LineIndex::new(source);
    let mut out = String::new();
    for diagnostic in diagnostics {
        let labels: Vec<Value> = diagnostic
            .secondary
            .iter()
            .map(|label| json!({ "span": span_json(&index, label.span), "message": label.message }))
            .collect();
        let object = json!({
            "code": diagnostic.code.0,
            "severity": match diagnostic.severity() {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            "message": diagnostic.message,
            "path": path,
            "span": span_json(&index, diagnostic.primary.span),
            "label": diagnostic.primary.message,
            "labels": labels,
            "notes": diagnostic.notes,
            "help": diagnostic.help,
        });
        out.push_str(&object.to_string());
        out.push('\n');
    }
    out
}

fn span_json(index: &LineIndex<'_>, span: Span) -> Value {
    let (start, end) = (index.locate(span.start), index.locate(span.end));
    json!({
        "start": span.start,
        "end": span.end,
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{codes, parse};

    const SOURCE: &str = "model M {\n    dense(3 -> relu;\n    head = é²;\n}\n";

    #[test]
    fn drawn_as_rustc_draws() {
        let (_, diagnostics) = parse(SOURCE);
        insta::assert_snapshot!(terminal(&diagnostics, SOURCE, "m.dlm", false, COLUMNS), @r"
        error[E003]: this `(` is never closed
         --> m.dlm:2:10
          |
        2 |     dense(3 -> relu;
          |          ^  -- `)` belongs before this

        error[E010]: expected `:`, found `=`
         --> m.dlm:3:10
          |
        3 |     head = é²;
          |          ^
          |
          = help: a statement gets its name by `:`; `=` gives settings and arguments their values

        error[E011]: the name `é²` holds a character that names do not have: `²`
         --> m.dlm:3:12
          |
        3 |     head = é²;
          |            ^^
          |
          = help: names are those of Rust: letters of any script, digits and `_`, no digit first
        ");
    }

    #[test]
    fn colours_only_where_they_are_wanted() {
        let (_, diagnostics) = parse(SOURCE);
        assert!(terminal(&diagnostics, SOURCE, "m.dlm", true, COLUMNS).contains('\u{1b}'));
        assert!(!terminal(&diagnostics, SOURCE, "m.dlm", false, COLUMNS).contains('\u{1b}'));
    }

    #[test]
    fn of_very_many_the_first_are_drawn() {
        let of = |code| Diagnostic::new(code, Span { start: 0, end: 1 }, "said");
        let mut all = vec![of(codes::SATURATING_ACTIVATION); 1000];
        all.push(of(codes::UNKNOWN_SETTING));
        let drawn = terminal(&all, SOURCE, "m.dlm", false, COLUMNS);
        assert_eq!(drawn.matches("warning[W001]").count(), 100);
        assert_eq!(drawn.matches("error[").count(), 1, "warnings leave errors room");
        assert!(drawn.ends_with("m.dlm: 900 further warnings are not shown\n"), "{drawn}");
    }

    #[test]
    fn long_lines_fit_the_terminal() {
        let source = format!("const A = [{}, é, {}];", "11111, ".repeat(40).trim_end_matches(", "), "2".repeat(300));
        let (_, mut diagnostics) = parse("const A = 3");
        let at = source.find('é').unwrap();
        diagnostics[0].primary.span = Span::new(at, at + 2);
        for columns in [40, 80, 140] {
            let drawn = terminal(&diagnostics, &source, "m.dlm", false, columns);
            let longest = drawn.lines().filter(|line| line.contains('é')).map(|line| line.chars().count()).max();
            assert!(longest.is_some_and(|longest| longest <= columns), "{columns}:\n{drawn}");
        }
    }

    #[test]
    fn json_has_a_line_for_each_with_places_in_bytes_and_characters() {
        let (_, diagnostics) = parse(SOURCE);
        let lines: Vec<Value> =
            json(&diagnostics, SOURCE, "m.dlm").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[0]["code"], "E003");
        assert_eq!(lines[0]["severity"], "error");
        assert_eq!(lines[0]["span"], json!({"start": 19, "end": 20, "line": 2, "column": 10, "end_line": 2, "end_column": 11}));
        assert_eq!(lines[0]["labels"][0]["message"], "`)` belongs before this");
        let last = &lines[2]["span"];
        assert_eq!((&last["column"], &last["end_column"]), (&json!(12), &json!(14)), "columns count characters");
        assert_eq!((&last["start"], &last["end"]), (&json!(42), &json!(46)), "bytes count bytes");
    }

    #[test]
    fn spans_beyond_the_text_do_not_panic() {
        let diagnostic = Diagnostic::new(crate::codes::UNEXPECTED, Span::new(4, 99), "beyond").secondary(Span::new(50, 20), "");
        assert!(terminal(std::slice::from_ref(&diagnostic), "ab", "m.dlm", false, COLUMNS).contains("beyond"));
        assert!(json(&[diagnostic], "ab", "m.dlm").contains("beyond"));
    }
}
