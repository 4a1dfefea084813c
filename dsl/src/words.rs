//! The reserved words, and what begins an item.

use crate::{
    codes,
    diagnostic::Diagnostic,
    token::{Edit, Token, TokenKind},
};

/// The words that cannot name anything.
pub const RESERVED: &[&str] =
    &["const", "block", "model", "train", "as", "like", "input", "output", "repeat", "residual", "true", "false"];

/// Whether `word` is reserved.
pub fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

/// The tokens that are no comments, with the text they come from.
#[derive(Clone, Copy)]
pub(crate) struct Words<'a> {
    pub(crate) source: &'a str,
    pub(crate) tokens: &'a [Token],
}

impl<'a> Words<'a> {
    /// The kind of the token at `index`, where there is one.
    pub(crate) fn kind(&self, index: usize) -> Option<TokenKind> {
        self.tokens.get(index).map(|token| token.kind)
    }

    /// The text of the token at `index`; empty beyond the end.
    pub(crate) fn text(&self, index: usize) -> &'a str {
        self.tokens.get(index).map_or("", |token| token.text(self.source))
    }

    /// Whether the token at `index` is a word that is not reserved.
    pub(crate) fn is_name(&self, index: usize) -> bool {
        self.kind(index) == Some(TokenKind::Name) && !is_reserved(self.text(index))
    }

    /// Whether an item begins at `index`: `const NAME =`, `block NAME (`, `model NAME {`, `train NAME {`, `train NAME as`.
    pub(crate) fn begins_item(&self, index: usize) -> bool {
        self.is_name(index + 1)
            && match self.text(index) {
                "const" => self.text(index + 2) == "=",
                "block" => self.text(index + 2) == "(",
                "model" => self.text(index + 2) == "{",
                "train" => matches!(self.text(index + 2), "{" | "as" | "like"),
                _ => false,
            }
    }

    /// Whether `index` and what follows can be the head of a model, block or recipe, complete or not.
    pub(crate) fn begins_head(&self, index: usize) -> bool {
        matches!(self.text(index), "model" | "train" | "block") && self.is_name(index + 1)
    }

    /// Reserved words that stand where only a name can: reported, and read as names.
    pub(crate) fn misused(&self) -> (Vec<Diagnostic>, Vec<Edit>) {
        let (mut diagnostics, mut edits) = (Vec::new(), Vec::new());
        for (index, token) in self.tokens.iter().enumerate() {
            let word = self.text(index);
            if token.kind != TokenKind::Name || !is_reserved(word) {
                continue;
            }
            let before = index.checked_sub(1).map_or("", |before| self.text(before));
            let after = self.text(index + 1);
            let after_is_mark = !matches!(self.kind(index + 1), Some(TokenKind::Name) | None);
            let declared =
                matches!(before, "const" | "block" | "model" | "train" | "as" | "like" | "input" | "output") && after_is_mark;
            let named = matches!(after, ":" | "=") && !declared;
            let in_path = before == "." && index >= 2 && self.tokens[index - 2].kind == TokenKind::Name;
            if declared || named || in_path {
                let message = format!("`{word}` is a reserved word and cannot be a name");
                let help = match word {
                    "input" | "output" if after == ":" => format!("write `{word} name: …`, or choose another name"),
                    "true" | "false" => "choose another name".to_owned(),
                    _ => format!("choose another name, such as `{word}_1`"),
                };
                diagnostics.push(Diagnostic::new(codes::RESERVED_WORD, token.span, message).help(help));
                // What a misspelt word is read as may be longer than what stands there.
                edits.push(Edit::replace(token.span, &"x".repeat(token.span.end - token.span.start)));
            }
        }
        (diagnostics, edits)
    }
}
