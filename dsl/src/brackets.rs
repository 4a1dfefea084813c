//! Balances the brackets. Each that has no partner is reported once, at the bracket itself, and given one for the grammar,
//! where the text gives most away: `->` and `;` cannot stand inside parentheses, an item cannot stand inside another.

use crate::{
    ast::Span,
    codes,
    diagnostic::Diagnostic,
    syntax_error::Broken,
    token::{Bracket, Edit, Token, TokenKind},
    words::Words,
};

/// What balancing came to.
#[derive(Debug, Default)]
pub(crate) struct Balanced {
    pub(crate) edits: Vec<Edit>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Parts of the text in which other errors would only repeat these.
    pub(crate) broken: Vec<Span>,
}

/// Balances the brackets of `words`. What is wrong with one inside of what was `reported` is mended in silence: a string that does
/// not end has taken its partner.
pub(crate) fn balance(words: Words<'_>, reported: &Broken) -> Balanced {
    let mut balancer =
        Balancer { words, reported, open: Vec::new(), suspect: None, ended: None, head: None, out: Balanced::default() };
    for index in 0..words.tokens.len() {
        balancer.step(index);
    }
    balancer.end_item(words.tokens.len());
    balancer.out
}

struct Balancer<'a> {
    words: Words<'a>,
    /// What earlier stages have reported.
    reported: &'a Broken,
    /// The open brackets, as indices of tokens.
    open: Vec<usize>,
    /// A pair of braces inside the outermost open ones whose indentation differs, as indices of tokens: likely not a pair.
    suspect: Option<(usize, usize)>,
    /// The `}` that ended the last item, as long as no other item has begun.
    ended: Option<usize>,
    /// The first word of the last item.
    head: Option<usize>,
    out: Balanced,
}

impl Balancer<'_> {
    fn token(&self, index: usize) -> &Token {
        &self.words.tokens[index]
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        if !self.reported.covers(diagnostic.primary.span) {
            self.out.diagnostics.push(diagnostic);
        }
    }

    fn bracket(&self, index: usize) -> Option<Bracket> {
        match self.words.kind(index) {
            Some(TokenKind::Open(bracket) | TokenKind::Close(bracket)) => Some(bracket),
            _ => None,
        }
    }

    /// The innermost open bracket, where it is none of braces.
    fn inner(&self) -> Option<(usize, Bracket)> {
        let index = *self.open.last()?;
        self.bracket(index).filter(|bracket| *bracket != Bracket::Brace).map(|bracket| (index, bracket))
    }

    fn step(&mut self, index: usize) {
        match self.token(index).kind {
            TokenKind::Open(Bracket::Brace) => {
                self.close_inner(index);
                self.open.push(index);
            }
            TokenKind::Open(_) => self.open.push(index),
            TokenKind::Close(Bracket::Brace) => self.close_brace(index),
            TokenKind::Close(bracket) => self.close(index, bracket),
            TokenKind::Semicolon if self.is_comma(index) => self.semicolon_for_comma(index),
            TokenKind::Semicolon | TokenKind::Arrow => self.close_inner(index),
            TokenKind::Name => self.word(index),
            _ => {}
        }
    }

    fn word(&mut self, index: usize) {
        let begins_item = self.words.begins_item(index) || self.begins_headless(index);
        if begins_item && (self.open.is_empty() || self.left_of_item(index)) {
            self.end_item(index);
            self.head = Some(index);
            self.ended = None;
            self.suspect = None;
            return self.check_head(index);
        }
        let begins_statement = matches!(self.words.text(index), "input" | "output") && self.words.is_name(index + 1)
            || self.words.is_name(index)
                && self.token(index).first_on_line()
                && self.words.kind(index + 1) == Some(TokenKind::Colon)
                && !matches!(self.previous(index), Some(TokenKind::Comma | TokenKind::Open(_)));
        if begins_item || begins_statement {
            self.close_inner(index);
        }
    }

    /// `model M input …`: an item whose `{` is missing.
    fn begins_headless(&self, index: usize) -> bool {
        self.open.is_empty() && self.words.begins_head(index)
    }

    fn previous(&self, index: usize) -> Option<TokenKind> {
        index.checked_sub(1).and_then(|before| self.words.kind(before))
    }

    /// Whether `index` stands no further to the right than the item it seems to be in: then that item has lost its end.
    fn left_of_item(&self, index: usize) -> bool {
        let Some(head) = self.head else { return false };
        self.token(index).first_on_line() && self.token(index).column <= self.token(head).indent
    }

    /// Inserts the `{` that a model, block or recipe lacks.
    fn check_head(&mut self, head: usize) {
        let words = self.words;
        let mut at = head + 2;
        match words.text(head) {
            "model" => {}
            "train" => {
                for word in ["as", "like"] {
                    if words.text(at) == word && words.is_name(at + 1) {
                        at += 2;
                    }
                }
            }
            _ => return,
        }
        if words.kind(at) == Some(TokenKind::Name) && !words.begins_item(at) && !matches!(words.text(at), "as" | "like") {
            let name = self.token(at - 1);
            let diagnostic =
                Diagnostic::new(codes::UNEXPECTED, self.token(at).span, format!("expected `{{`, found `{}`", words.text(at)))
                    .secondary(name.span, "`{` belongs after this");
            self.out.edits.push(Edit::insert(self.token(at).span.start, "{"));
            self.report(diagnostic);
            // The `}` that ends the item is there; this keeps it in pair.
            self.open.push(at - 1);
        }
    }

    /// Closes parentheses and square brackets that are open where, at `index`, none can be.
    fn close_inner(&mut self, index: usize) {
        let Some((first, bracket)) = self.inner() else { return };
        let mark = bracket.open();
        let place = self.token(index).span;
        let mut diagnostic =
            Diagnostic::new(codes::UNCLOSED_BRACKET, self.token(first).span, format!("this `{mark}` is never closed"))
                .secondary(place, format!("`{}` belongs before this", bracket.close()));
        // Everything up to here would be reported again.
        let mut start = self.token(first).span.start;
        let mut closing = String::new();
        while let Some((open, bracket)) = self.inner() {
            self.open.pop();
            closing.push_str(bracket.close());
            start = self.token(open).span.start;
            if open != first {
                diagnostic =
                    diagnostic.secondary(self.token(open).span, format!("this `{}` is not closed either", bracket.open()));
            }
        }
        let end = index.checked_sub(1).map_or(place.start, |before| self.token(before).span.end);
        self.out.edits.push(Edit::insert(end, &closing));
        self.out.broken.push(Span::new(start, place.start));
        self.report(diagnostic);
    }

    fn close(&mut self, index: usize, bracket: Bracket) {
        let span = self.token(index).span;
        let Some((top, open)) = self.inner() else {
            let message = format!("this `{}` closes nothing", bracket.close());
            self.report(Diagnostic::new(codes::UNMATCHED_BRACKET, span, message).help("remove it"));
            self.out.edits.push(Edit::blank(span));
            self.out.broken.push(span);
            return;
        };
        if open == bracket {
            self.open.pop();
            return;
        }
        let top_span = self.token(top).span;
        if self.words.kind(index + 1) == Some(TokenKind::Close(open)) {
            // `(10])`: the bracket that closes here comes next.
            let message = format!("this `{}` closes nothing", bracket.close());
            let diagnostic = Diagnostic::new(codes::UNMATCHED_BRACKET, span, message)
                .secondary(top_span, format!("`{}` is still open", open.open()))
                .help("remove it");
            self.report(diagnostic);
            self.out.edits.push(Edit::blank(span));
            self.out.broken.push(span);
            return;
        }
        let below = self.open.len().checked_sub(2).and_then(|below| self.bracket(self.open[below]));
        self.open.pop();
        if below == Some(bracket) {
            // The bracket around it is the one that closes here.
            self.open.pop();
            let message = format!("this `{}` is never closed", open.open());
            let diagnostic = Diagnostic::new(codes::UNCLOSED_BRACKET, top_span, message)
                .secondary(span, format!("`{}` belongs before this", open.close()));
            self.report(diagnostic);
            self.out.edits.push(Edit::insert(span.start, open.close()));
        } else {
            let message = format!("`{}` is closed by `{}`", open.open(), bracket.close());
            let diagnostic = Diagnostic::new(codes::UNMATCHED_BRACKET, span, message)
                .secondary(top_span, "opened here")
                .help(format!("write `{}`", open.close()));
            self.report(diagnostic);
            self.out.edits.push(Edit::replace(span, open.close()));
        }
        self.out.broken.push(top_span.to(span));
    }

    fn close_brace(&mut self, index: usize) {
        self.close_inner(index);
        let Some(open) = self.open.pop() else { return self.unmatched_brace(index) };
        let (opening, closing) = (self.token(open), self.token(index));
        let differs = closing.first_on_line() && opening.indent > closing.column;
        if self.open.is_empty() {
            self.ended = Some(index);
            self.suspect = None;
        } else if differs {
            self.suspect.get_or_insert((open, index));
        }
    }

    /// A `}` where no `{` is open. If an item ended earlier and statements have followed it, that end was one too many.
    fn unmatched_brace(&mut self, index: usize) {
        let span = self.token(index).span;
        let mut diagnostic = Diagnostic::new(codes::UNMATCHED_BRACKET, span, "this `}` closes nothing").help("remove it");
        let mut superfluous = span;
        if let Some(ended) = self.ended.filter(|ended| ended + 1 < index) {
            superfluous = self.token(ended).span;
            diagnostic = diagnostic.secondary(superfluous, "this `}` has already ended the item");
            diagnostic.help = vec!["remove one of the two".to_owned()];
            self.ended = Some(index);
        }
        self.report(diagnostic);
        self.out.edits.push(Edit::blank(superfluous));
        self.out.broken.push(superfluous);
    }

    /// At the end of the file or the beginning of an item nothing can be open.
    fn end_item(&mut self, index: usize) {
        if self.open.is_empty() {
            return;
        }
        if index < self.words.tokens.len() {
            self.close_inner(index);
        } else if let Some((open, bracket)) = self.inner() {
            // A bracket and the braces around it are open at the end: one error, at the innermost.
            let closing: String = self.open.iter().rev().filter_map(|open| self.bracket_closing(*open)).collect();
            self.unclosed((open, bracket), index, &closing);
            self.open.clear();
            return;
        }
        let Some(innermost) = self.open.last().copied() else { return };
        let mut closing = "}".repeat(self.open.len());
        match self.suspect {
            Some((open, close)) => {
                // The brace that closed it was meant for the one around it.
                let place = self.token(close).span;
                let end = self.token(close - 1).span.end;
                let diagnostic = Diagnostic::new(codes::UNCLOSED_BRACKET, self.token(open).span, "this `{` is never closed")
                    .secondary(place, "by its indentation, this `}` closes another");
                self.report(diagnostic);
                self.out.edits.push(Edit::insert(end, "}"));
                closing.pop();
                if !closing.is_empty() {
                    self.out.edits.push(Edit::insert(self.token(index - 1).span.end, &closing));
                }
            }
            None => self.unclosed((innermost, Bracket::Brace), index, &closing),
        }
        self.open.clear();
    }

    fn bracket_closing(&self, open: usize) -> Option<&'static str> {
        // A head without `{` stands in for it.
        Some(self.bracket(open).unwrap_or(Bracket::Brace).close())
    }

    /// Reports the bracket `open`, still open before the token `index`, and closes it and those around it.
    fn unclosed(&mut self, (open, bracket): (usize, Bracket), index: usize, closing: &str) {
        let end = index.checked_sub(1).map_or(0, |before| self.token(before).span.end);
        let token = self.token(open);
        let message = format!("this `{}` is never closed", bracket.open());
        let mut diagnostic =
            Diagnostic::new(codes::UNCLOSED_BRACKET, token.span, message).help(format!("close it by `{}`", bracket.close()));
        if bracket == Bracket::Brace && self.words.kind(open) != Some(TokenKind::Open(Bracket::Brace)) {
            // Its `{` is missing and has been reported; so is its `}`.
            self.out.edits.push(Edit::insert(end, closing));
            return;
        }
        if let Some(next) = self.words.tokens.get(index) {
            diagnostic = diagnostic.secondary(next.span, "an item begins before it is closed");
        }
        self.report(diagnostic);
        self.out.edits.push(Edit::insert(end, closing));
        if bracket != Bracket::Brace {
            self.out.broken.push(Span::new(self.token(open).span.start, end));
        }
    }

    /// Whether the `;` at `index` stands in parentheses that are closed on the same line: then it is meant as a comma.
    fn is_comma(&self, index: usize) -> bool {
        let Some((_, bracket)) = self.inner() else { return false };
        let mut depth = 0_usize;
        for (offset, token) in self.words.tokens[index + 1..].iter().enumerate() {
            match token.kind {
                _ if token.first_on_line() => return false,
                TokenKind::Open(Bracket::Brace) | TokenKind::Close(Bracket::Brace) => return false,
                TokenKind::Arrow | TokenKind::Semicolon | TokenKind::Colon => return false,
                TokenKind::Open(_) => depth += 1,
                TokenKind::Close(found) if depth == 0 => return found == bracket && offset > 0,
                TokenKind::Close(_) => depth -= 1,
                _ => {}
            }
        }
        false
    }

    fn semicolon_for_comma(&mut self, index: usize) {
        let span = self.token(index).span;
        let Some((open, bracket)) = self.inner() else { return };
        let diagnostic = Diagnostic::new(codes::UNEXPECTED, span, format!("expected `,` or `{}`, found `;`", bracket.close()))
            .secondary(self.token(open).span, format!("inside this `{}`", bracket.open()));
        self.report(diagnostic.help("values are separated by `,`"));
        self.out.edits.push(Edit::replace(span, ","));
    }
}
