//! Errors and warnings: a code, exact spans, the shapes and names involved, and a way out.

use crate::ast::Span;

/// How grave a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The file cannot be compiled.
    Error,
    /// Advice; can be silenced by `#[allow(CODE)]`.
    Warning,
}

/// A diagnostic's code: `E012` or `W007`. All of them, with their pages, are in [`crate::codes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub &'static str);

impl Code {
    /// Warnings begin with `W`, errors with `E`.
    pub fn severity(self) -> Severity {
        if self.0.starts_with('W') { Severity::Warning } else { Severity::Error }
    }
}

/// A span with what there is to say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What about it; may be empty.
    pub message: String,
}

/// One error or warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its code.
    pub code: Code,
    /// What is wrong, in one line: lower case, no full stop, the user's names and shapes.
    pub message: String,
    /// The smallest span that shows it.
    pub primary: Label,
    /// Other places that matter.
    pub secondary: Vec<Label>,
    /// Facts that explain it, such as the shapes along a chain.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Vec<String>,
}

/// The longest word that is shown whole, in bytes, and what is shown of a longer one: its begin and its end.
const LONGEST: usize = 300;
const BEGIN: usize = 120;
const END: usize = 40;

/// A message without the middle of words that nobody reads to their end, such as a name of a thousand letters.
pub fn brief(text: String) -> String {
    if text.len() <= LONGEST {
        return text;
    }
    let words = text.split_inclusive(char::is_whitespace).map(|word| match word.len() > LONGEST {
        true => {
            let (begin, end) = (word.floor_char_boundary(BEGIN), word.ceil_char_boundary(word.len() - END));
            format!("{}…{}", &word[..begin], &word[end..])
        }
        false => word.to_owned(),
    });
    words.collect()
}

impl Diagnostic {
    /// A diagnostic at `span`. Of very long words in what it says, here and in all of its parts, the middle is left out.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        let message = brief(message.into());
        debug_assert!(
            !message.ends_with('.') && !message.starts_with(|first: char| first.is_uppercase()),
            "messages are lower case and end without a full stop: {message:?}"
        );
        Self {
            code,
            message,
            primary: Label { span, message: String::new() },
            secondary: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
        }
    }

    /// What to write beside the primary span.
    pub fn label(mut self, message: impl Into<String>) -> Self {
        self.primary.message = brief(message.into());
        self
    }

    /// Another place that matters.
    pub fn secondary(mut self, span: Span, message: impl Into<String>) -> Self {
        self.secondary.push(Label { span, message: brief(message.into()) });
        self
    }

    /// A fact that explains it.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(brief(note.into()));
        self
    }

    /// What to do about it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(brief(help.into()));
        self
    }

    /// How grave it is.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_very_long_words_is_left_out() {
        let name = "é".repeat(50_000);
        let text = brief(format!("there is no layer `{name}`, but `{}`", "b".repeat(298)));
        assert_eq!(text, format!("there is no layer `{}…{}`, but `{}`", "é".repeat(59), "é".repeat(18), "b".repeat(298)));
        let diagnostic = Diagnostic::new(Code("E001"), Span::default(), format!("no `{name}`"))
            .label(name.clone())
            .secondary(Span::default(), name.clone())
            .note(name.clone())
            .help(name.clone());
        let Diagnostic { message, primary, secondary, notes, help, .. } = diagnostic;
        for text in [message, primary.message, secondary[0].message.clone(), notes[0].clone(), help[0].clone()] {
            assert!(text.len() < 200 && text.contains('…'), "{text}");
        }
        let path = "/a/long/path".repeat(20);
        assert_eq!(brief(path.clone()), path);
    }
}
