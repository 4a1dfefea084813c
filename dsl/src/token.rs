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
    /// The reserved word that it is read as, where it is that word misspelt.
    pub(crate) read_as: Option<&'static str>,
}

impl Token {
    /// Whether nothing but white space stands before it on its line.
    pub(crate) fn first_on_line(&self) -> bool {
        self.column == self.indent
    }

    /// The token's text; of a misspelt word, what it stands for.
    pub(crate) fn text<'a>(&self, source: &'a str) -> &'a str {
        self.read_as.unwrap_or(&source[self.span.start..self.span.end])
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
    /// What was written where something of the same length stands now, sorted. What is within it is a place in the one text but
    /// none in the other, and may even lie inside a character.
    replaced: Vec<Span>,
}

impl Repaired {
    /// `source` with `edits`; of edits that overlap the first holds.
    pub(crate) fn new(source: &str, mut edits: Vec<Edit>) -> Self {
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        let mut text = String::with_capacity(source.len() + edits.len());
        let mut insertions: Vec<(usize, usize)> = Vec::new();
        let mut replaced: Vec<Span> = Vec::new();
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
            } else {
                replaced.push(edit.span);
            }
            text.push_str(&edit.text);
        }
        text.push_str(&source[copied..]);
        Self { text, insertions, replaced }
    }

    /// The place in the text written that `position` of the text read stands for; within what was replaced, its beginning.
    pub(crate) fn original(&self, position: usize) -> usize {
        let place = self.moved(position);
        self.within_replaced(place).map_or(place, |span| span.start)
    }

    /// What was replaced around `place`, if it lies within and not at an end.
    fn within_replaced(&self, place: usize) -> Option<Span> {
        let at = self.replaced.partition_point(|span| span.end <= place);
        self.replaced.get(at).copied().filter(|span| span.start < place)
    }

    /// `position` without the bytes inserted before it.
    fn moved(&self, position: usize) -> usize {
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

    /// The span in the text written: all of what was replaced, where it is a part of it.
    pub(crate) fn original_span(&self, start: usize, end: usize) -> Span {
        let (start, end) = (self.original(start), self.moved(end));
        Span::new(start, self.within_replaced(end).map_or(end, |span| span.end))
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
    fn a_span_that_ends_within_what_was_replaced_takes_all_of_it() {
        // `"aé);` is read as `"a" );`: the string read ends where `é` is but half over.
        let edits = vec![Edit::replace(Span::new(2, 6), "\"a\""), Edit::insert(6, "]")];
        let repaired = Repaired::new("= \"aé);", edits);
        assert_eq!(repaired.text, "= \"a\" ]);");
        assert_eq!(repaired.original_span(2, 5), Span::new(2, 6));
        assert_eq!(repaired.original_span(4, 6), Span::new(2, 6));
        assert_eq!(repaired.original_span(0, 2), Span::new(0, 2), "what stands before is as it was");
        assert_eq!(repaired.original_span(6, 8), Span::new(6, 7), "what was inserted takes no room");
        assert_eq!((repaired.original(5), repaired.original(7), repaired.original(8)), (2, 6, 7));
    }

    #[test]
    fn replacements_keep_the_length_in_bytes() {
        assert_eq!(Edit::replace(Span::new(2, 5), "->").text, "-> ");
        assert_eq!(Edit::replace(Span::new(2, 7), "é").text.len(), 5);
        assert_eq!(Edit::blank(Span::new(2, 4)).text, "  ");
    }
}
