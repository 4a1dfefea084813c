//! Where tokens stand in the files they were written in.

use proc_macro2::Span;

/// A place in a Rust file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The file's name as the compiler was given it.
    pub(crate) file: String,
    /// The line, from 1.
    pub(crate) line: usize,
    /// The column, in characters, from 1.
    pub(crate) column: usize,
}

/// How to ask where a token stands. The compiler's own answers exist only inside an expansion, so tests bring theirs.
#[derive(Clone, Copy)]
pub(crate) struct Places {
    /// Where a span begins.
    pub(crate) start: fn(Span) -> Place,
    /// The text of a span as it was written, where that is known.
    pub(crate) text: fn(Span) -> Option<String>,
}

/// The compiler's answers.
pub(crate) fn compiler() -> Places {
    Places {
        start: |span| {
            let span = span.unwrap();
            let start = span.start();
            Place { file: span.file(), line: start.line(), column: start.column() }
        },
        text: |span| span.unwrap().source_text(),
    }
}
