//! Doc comments that stand where the grammar knows none: reported, and left out.

use crate::{
    codes,
    diagnostic::Diagnostic,
    token::{Bracket, Edit, Token, TokenKind},
};

/// Docs inside statements, and `//!` below the top of the file.
pub(crate) fn misplaced(tokens: &[Token]) -> (Vec<Diagnostic>, Vec<Edit>) {
    let (mut diagnostics, mut edits) = (Vec::new(), Vec::new());
    let mut place = Place { header: true, ..Place::default() };
    for (index, token) in tokens.iter().enumerate() {
        let (message, help) = match token.kind {
            TokenKind::InnerDoc if !place.header => {
                ("`//!` stands below the top of the file", "write `///` to document what follows, or `//` for a plain comment")
            }
            TokenKind::Doc if place.inside || place.depth > 0 => {
                ("this doc comment stands inside a statement", "write `//` for a plain comment")
            }
            TokenKind::Doc => {
                place.header = false;
                continue;
            }
            TokenKind::InnerDoc | TokenKind::Comment => continue,
            kind => {
                place.pass(kind, tokens.get(index + 1).map(|next| next.kind));
                continue;
            }
        };
        diagnostics.push(Diagnostic::new(codes::MISPLACED_DOC, token.span, message).help(help));
        edits.push(Edit::blank(token.span));
    }
    (diagnostics, edits)
}

/// Where in the file a token stands, as far as docs care.
#[derive(Default)]
struct Place {
    /// Only docs and attributes of the file have been seen.
    header: bool,
    /// The brackets open since the `#` of an attribute of the file.
    attribute: Option<usize>,
    /// The token before leaves a statement open.
    inside: bool,
    /// Parentheses and square brackets that are open.
    depth: usize,
}

impl Place {
    fn pass(&mut self, kind: TokenKind, next: Option<TokenKind>) {
        if self.header && kind == TokenKind::Hash && next == Some(TokenKind::Bang) {
            self.attribute = Some(0);
        }
        match (kind, &mut self.attribute) {
            (TokenKind::Open(_), Some(open)) => *open += 1,
            (TokenKind::Close(_), Some(open)) if *open > 1 => *open -= 1,
            (TokenKind::Close(_), Some(_)) => self.attribute = None,
            (_, Some(_)) => {}
            (_, None) => self.header = false,
        }
        match kind {
            TokenKind::Open(Bracket::Paren | Bracket::Square) => self.depth += 1,
            TokenKind::Close(Bracket::Paren | Bracket::Square) => self.depth = self.depth.saturating_sub(1),
            TokenKind::Open(Bracket::Brace) | TokenKind::Close(Bracket::Brace) | TokenKind::Semicolon => self.depth = 0,
            _ => {}
        }
        self.inside = matches!(
            kind,
            TokenKind::Arrow
                | TokenKind::Comma
                | TokenKind::Colon
                | TokenKind::Equals
                | TokenKind::Operator
                | TokenKind::Dot
                | TokenKind::Dots
                | TokenKind::Hash
        );
    }
}
