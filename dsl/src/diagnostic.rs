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
    /// What is wrong, in one line: lower case, no full stop, the user's names and shapes; what is very long without its middle.
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

impl Diagnostic {
    /// A diagnostic at `span`.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        let message = bounded(message.into());
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
        self.primary.message = bounded(message.into());
        self
    }

    /// Another place that matters.
    pub fn secondary(mut self, span: Span, message: impl Into<String>) -> Self {
        self.secondary.push(Label { span, message: bounded(message.into()) });
        self
    }

    /// A fact that explains it.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(bounded(note.into()));
        self
    }

    /// What to do about it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(bounded(help.into()));
        self
    }

    /// How grave it is.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// The longest word that is shown whole, in characters, and what is left of a longer one.
const LONGEST: usize = 160;
const LEFT: (usize, usize) = (60, 30);

/// `text` with the middle of very long words left out: a name may be as long as a file, and nobody reads it.
pub fn bounded(text: String) -> String {
    // No word is longer than all of it, and a character has a byte at least.
    if text.len() <= LONGEST {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    for part in text.split_inclusive(char::is_whitespace) {
        let length = part.chars().count();
        if length <= LONGEST {
            out.push_str(part);
        } else {
            out.extend(part.chars().take(LEFT.0).chain(['…']).chain(part.chars().skip(length - LEFT.1)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn very_long_words_lose_their_middle() {
        let name = format!("{}ö{}", "a".repeat(1000), "b".repeat(1000));
        let message = format!("nothing is called `{name}` here");
        let diagnostic = Diagnostic::new(crate::codes::UNKNOWN_NAME, Span::new(0, 2), message.clone()).help(message.clone());
        let shown = format!("nothing is called `{}…{}` here", "a".repeat(59), "b".repeat(28));
        assert_eq!(diagnostic.message, shown);
        assert_eq!(diagnostic.note(message.clone()).label(message).notes, [shown]);
        let long = "all words of this are short ".repeat(40);
        assert_eq!(bounded(long.clone()), long);
    }
}
