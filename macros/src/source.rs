//! Tokens to text: each token stands at the line and column at which it was written, so that the language's parser sees what
//! the user sees, and every range of the text leads back to tokens.
//!
//! ```text
//! model! {                          ⏎
//!     model M { dense(3) }    =>    ␠␠␠␠model M { dense(3) }     0..0 to 4..9: `model`, …
//! }
//! ```

use std::ops::Range;

use proc_macro2::{Delimiter, Spacing, Span, TokenStream, TokenTree};

use crate::literal;
use crate::places::{Place, Places};

/// Text, and the token of each of its parts.
#[derive(Debug)]
pub(crate) struct Source {
    /// The text. Its lines have the numbers that they have in the user's file.
    pub(crate) text: String,
    /// The name of the user's file.
    pub(crate) file: String,
    /// The bytes of each token and its span, in order.
    tokens: Vec<(Range<usize>, Span)>,
}

impl Source {
    /// The first and the last token of a range of bytes; where the range is empty or between tokens, the token before it.
    pub(crate) fn tokens(&self, range: Range<usize>) -> (Span, Span) {
        let first = self.tokens.partition_point(|(token, _)| token.end <= range.start);
        let beyond = self.tokens.partition_point(|(token, _)| token.start < range.end);
        if first < beyond {
            return (self.tokens[first].1, self.tokens[beyond - 1].1);
        }
        let before = self.tokens.partition_point(|(token, _)| token.start <= range.start);
        let nearest = self.tokens.get(before.saturating_sub(1)).map_or_else(Span::call_site, |(_, span)| *span);
        (nearest, nearest)
    }
}

/// The text of `tokens`.
pub(crate) fn read(tokens: TokenStream, places: Places) -> Source {
    let file = tokens.clone().into_iter().next().map(|first| (places.start)(first.span()).file).unwrap_or_default();
    let mut writer = Writer {
        places,
        at: Place { file: file.clone(), line: 1, column: 1 },
        joint: false,
        out: Source { text: String::new(), file, tokens: Vec::new() },
    };
    writer.stream(tokens);
    writer.out
}

/// More lines than a file of the language can have bytes.
const MAX_LINES: usize = dlm_dsl::MAX_FILE_SIZE;

struct Writer {
    places: Places,
    /// Where the next character will stand.
    at: Place,
    /// Whether the last token was punctuation that the next one continues, such as the `-` of `->`.
    joint: bool,
    out: Source,
}

impl Writer {
    fn stream(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            if let TokenTree::Punct(hash) = &token
                && hash.as_char() == '#'
            {
                let mut rest = tokens.clone();
                let written = (self.places.text)(hash.span());
                // An attribute that was written as one is no doc comment: the language has no `#[doc = …]`.
                if written.as_deref() != Some("#")
                    && let Some(doc) = doc_comment(&mut rest)
                {
                    self.doc(&doc, written, hash.span());
                    tokens = rest;
                    continue;
                }
            }
            self.token(token);
        }
    }

    fn token(&mut self, token: TokenTree) {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::None => return self.stream(group.stream()),
                };
                self.write(open, group.span_open());
                self.stream(group.stream());
                self.write(close, group.span_close());
            }
            TokenTree::Punct(punct) => {
                self.write(punct.as_char().encode_utf8(&mut [0; 4]), punct.span());
                self.joint = punct.spacing() == Spacing::Joint;
            }
            TokenTree::Ident(ident) => self.write(&ident.to_string(), ident.span()),
            TokenTree::Literal(literal) => self.write(&literal.to_string(), literal.span()),
        }
    }

    /// A doc comment arrives as `#[doc = "…"]`, every token of which carries the span of the whole comment.
    fn doc(&mut self, doc: &Doc, written: Option<String>, span: Span) {
        let comment = written.filter(|text| text.starts_with("//") || text.starts_with("/*"));
        let text = comment.unwrap_or_else(|| {
            let mark = if doc.inner { "//!" } else { "///" };
            doc.text.split('\n').map(|line| format!("{mark}{line}")).collect::<Vec<_>>().join("\n")
        });
        self.write(&text, span);
        // Whatever follows stands on another line; where places are unknown, this makes it so.
        self.push("\n");
    }

    fn write(&mut self, text: &str, span: Span) {
        if !std::mem::take(&mut self.joint) {
            self.pad((self.places.start)(span));
        }
        let start = self.out.text.len();
        self.push(text);
        self.out.tokens.push((start..self.out.text.len(), span));
    }

    /// Moves to `place`; where that is behind or in another file, as it is when other macros wrote the tokens, a space must do.
    fn pad(&mut self, place: Place) {
        let same_file = place.file == self.at.file;
        let behind = (place.line, place.column) < (self.at.line, self.at.column);
        if !same_file || behind || place.line > MAX_LINES || place.column > MAX_LINES {
            if !self.out.text.ends_with('\n') {
                self.push(" ");
            }
            return;
        }
        let lines = place.line - self.at.line;
        let columns = place.column - if lines > 0 { 1 } else { self.at.column };
        self.push(&"\n".repeat(lines));
        self.push(&" ".repeat(columns));
    }

    fn push(&mut self, text: &str) {
        self.out.text.push_str(text);
        match text.rfind('\n') {
            None => self.at.column += text.chars().count(),
            Some(last) => {
                self.at.line += text.matches('\n').count();
                self.at.column = 1 + text[last + 1..].chars().count();
            }
        }
    }
}

/// What a doc comment says.
struct Doc {
    /// Whether it is `//!`.
    inner: bool,
    /// The text after the mark, as an attribute has it.
    text: String,
}

/// Takes `[doc = "…"]` or `![doc = "…"]` from `tokens`, if that is what comes next.
fn doc_comment(tokens: &mut impl Iterator<Item = TokenTree>) -> Option<Doc> {
    let mut next = tokens.next()?;
    let inner = matches!(&next, TokenTree::Punct(bang) if bang.as_char() == '!');
    if inner {
        next = tokens.next()?;
    }
    let TokenTree::Group(group) = next else { return None };
    let mut content = group.stream().into_iter();
    match (content.next()?, content.next()?, content.next()?, content.next()) {
        (TokenTree::Ident(doc), TokenTree::Punct(equals), TokenTree::Literal(text), None)
            if doc == "doc" && equals.as_char() == '=' =>
        {
            Some(Doc { inner, text: literal::text(&text.to_string())? })
        }
        _ => None,
    }
}

#[cfg(test)]
#[path = "source_tests.rs"]
mod tests;
