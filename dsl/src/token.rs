//! What the lexer finds: tokens with spans, and edits that turn the text into one that the grammar can read.

use crate::ast::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Name,
    Number,
    Text,
    Open(Bracket),
    Close(Bracket),
    Semicolon,
    Comma,
    Colon,
    Equals,
    Dot,
    Dots,
    Arrow,
    /// One of `+ - * /`.
    Operator,
    Hash,
    Bang,
    /// `//`, to the end of the line.
    Comment,
    /// `///`, to the end of the line.
    Doc,
    /// `//!`, to the end of the line.
    InnerDoc,
}

impl TokenKind {
    /// Comments and docs.
    pub(crate) fn is_comment(self) -> bool {
        matches!(self, TokenKind::Comment | TokenKind::Doc | TokenKind::InnerDoc)
    }
}

/// The kinds of brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bracket {
    Paren,
    Square,
    Brace,
}

impl Bracket {
    /// The opening mark.
    pub(crate) fn open(self) -> &'static str {
        match self {
            Bracket::Paren => "(",
            Bracket::Square => "[",
            Bracket::Brace => "{",
        }
    }

    /// The closing mark.
    pub(crate) fn close(self) -> &'static str {
        match self {
            Bracket::Paren => ")",
            Bracket::Square => "]",
            Bracket::Brace => "}",
        }
    }
}

/// A token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
    /// Bytes between the start of the line and the token.
    pub(crate) column: usize,
    /// Bytes between the start of the line and its first token.
    pub(crate) indent: usize,
}

impl Token {
    /// Whether nothing but white space stands before it on its line.
    pub(crate) fn first_on_line(&self) -> bool {
        self.column == self.indent
    }

    /// The token's text.
    pub(crate) fn text<'a>(&self, source: &'a str) -> &'a str {
        &source[self.span.start..self.span.end]
    }
}

/// A change to the text: what stands at `span` is replaced. Either the length stays the same or `span` is empty.
#[derive(Clone, Debug)]
pub(crate) struct Edit {
    pub(crate) span: Span,
    pub(crate) text: String,
}

impl Edit {
    /// `text` in place of what stands at `span`, filled up with spaces; `text` is not longer.
    pub(crate) fn replace(span: Span, text: &str) -> Self {
        let length = span.end - span.start;
        debug_assert!(text.len() <= length);
        Self { span, text: format!("{text:<0$}", length - (text.len() - text.chars().count())) }
    }

    /// Spaces in place of what stands at `span`.
    pub(crate) fn blank(span: Span) -> Self {
        Self::replace(span, "")
    }

    /// `text` before the byte `at`.
    pub(crate) fn insert(at: usize, text: &str) -> Self {
        Self { span: Span::new(at, at), text: text.to_owned() }
    }
}

/// The text that the grammar reads, with its way back to the text that was written.
#[derive(Debug)]
pub(crate) struct Repaired {
    pub(crate) text: String,
    /// For each insertion: where it begins in `text`, and how many bytes have been inserted up to its end.
    insertions: Vec<(usize, usize)>,
}

impl Repaired {
    /// `source` with `edits`; of edits that overlap the first holds.
    pub(crate) fn new(source: &str, mut edits: Vec<Edit>) -> Self {
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        let mut text = String::with_capacity(source.len() + edits.len());
        let mut insertions: Vec<(usize, usize)> = Vec::new();
        let mut copied = 0;
        let mut inserted = 0;
        for edit in edits {
            if edit.span.start < copied {
                continue;
            }
            text.push_str(&source[copied..edit.span.start]);
            copied = edit.span.end;
            if edit.span.start == edit.span.end {
                inserted += edit.text.len();
                insertions.push((text.len(), inserted));
            }
            text.push_str(&edit.text);
        }
        text.push_str(&source[copied..]);
        Self { text, insertions }
    }

    /// The place in the text written that `position` of the text read stands for.
    pub(crate) fn original(&self, position: usize) -> usize {
        let before = self.insertions.partition_point(|(start, _)| *start < position);
        match before.checked_sub(1).map(|last| self.insertions[last]) {
            None => position,
            // Inside the inserted bytes: where they were inserted.
            Some((start, inserted)) => {
                let length = inserted - before.checked_sub(2).map_or(0, |earlier| self.insertions[earlier].1);
                position.max(start + length) - inserted
            }
        }
    }

    /// The span in the text written.
    pub(crate) fn original_span(&self, start: usize, end: usize) -> Span {
        Span::new(self.original(start), self.original(end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_find_their_way_back_through_insertions() {
        let edits = vec![Edit::insert(3, "))"), Edit::blank(Span::new(0, 1)), Edit::insert(5, "}"), Edit::insert(3, "]")];
        let repaired = Repaired::new("abcdef", edits);
        assert_eq!(repaired.text, " bc))]de}f");
        let places: Vec<usize> = (0..=repaired.text.len()).map(|at| repaired.original(at)).collect();
        assert_eq!(places, [0, 1, 2, 3, 3, 3, 3, 4, 5, 5, 6]);
    }

    #[test]
    fn replacements_keep_the_length_in_bytes() {
        assert_eq!(Edit::replace(Span::new(2, 5), "->").text, "-> ");
        assert_eq!(Edit::replace(Span::new(2, 7), "é").text.len(), 5);
        assert_eq!(Edit::blank(Span::new(2, 4)).text, "  ");
    }
}
