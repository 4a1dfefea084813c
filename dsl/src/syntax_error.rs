//! What cannot be read: read again alone, and said in people's words.

use crate::{
    ast::{Ident, Link, Span},
    build::{Builder, Pair},
    codes,
    diagnostic::Diagnostic,
    expected,
    generated::{DlmParser, Rule},
    names::closest,
    token::{Token, TokenKind},
    words::is_reserved,
};
use pest::{
    Parser as _,
    error::{ErrorVariant, InputLocation},
};

/// Parts of the text about which something has been said, disjoint and sorted.
#[derive(Debug, Default)]
pub(crate) struct Broken(Vec<Span>);

impl Broken {
    /// The union of `spans`.
    pub(crate) fn new(mut spans: Vec<Span>) -> Self {
        spans.sort_unstable();
        let mut union: Vec<Span> = Vec::new();
        for span in spans {
            match union.last_mut() {
                Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
                _ => union.push(span),
            }
        }
        Self(union)
    }

    /// Whether any of it touches `span`.
    pub(crate) fn touches(&self, span: Span) -> bool {
        let first = self.0.partition_point(|broken| broken.end < span.start);
        self.0.get(first).is_some_and(|broken| broken.start <= span.end)
    }

    /// Whether all of `span` is within one of them.
    pub(crate) fn covers(&self, span: Span) -> bool {
        let first = self.0.partition_point(|broken| broken.end < span.end);
        self.0.get(first).is_some_and(|broken| broken.start <= span.start)
    }
}

impl Builder<'_> {
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    pub(crate) fn report_unless_broken(&mut self, diagnostic: Diagnostic) {
        if !self.broken.touches(diagnostic.primary.span) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// The index of the first token that ends after `position`.
    fn token_at(&self, position: usize) -> usize {
        self.words.tokens.partition_point(|token| token.span.end <= position)
    }

    /// `:` where `=` belongs, or the other way round; `help` says what belongs where.
    pub(crate) fn slip(&mut self, mark: Pair<'_>, help: &str) {
        let (expected, found) = match mark.as_rule() {
            Rule::wrong_colon => ("=", ":"),
            Rule::wrong_equals => (":", "="),
            _ => return,
        };
        let span = self.span(&mark);
        let message = format!("expected `{expected}`, found `{found}`");
        self.report_unless_broken(Diagnostic::new(codes::COLON_OR_EQUALS, span, message).help(help));
    }

    /// The end of a statement, setting or const: a `;`, or where it is missing. `last` is what stands before, and `what` names
    /// the whole. Gives the span of the last token.
    pub(crate) fn end(&mut self, end: Option<Pair<'_>>, last: Span, what: &str) -> Span {
        match end {
            Some(pair) if pair.as_rule() == Rule::semicolon => self.span(&pair),
            Some(_) => {
                self.missing_semicolon(last, format!("expected `;` after {what}"));
                last
            }
            None => last,
        }
    }

    /// A chain that does not end in `;`, or whose next link is not joined by `->`.
    pub(crate) fn missing_after_link(&mut self, name: Option<&Ident>, links: &[Link]) {
        let Some(last) = links.last() else { return };
        let what = match last {
            Link::Call(call) => call.name.name.as_str(),
            Link::Repeat { .. } => "repeat",
            Link::Residual { .. } => "residual",
        };
        let next = self.words.tokens.get(self.token_at(last.span().end));
        let joined =
            next.is_some_and(|next| !next.first_on_line() && next.kind != TokenKind::Close(crate::token::Bracket::Brace));
        let bare = matches!(links, [Link::Call(call)] if call.arguments.is_none()) && name.is_none();
        let expected = match (joined, bare) {
            (false, _) => "`;`",
            (true, false) => "`->` or `;`",
            (true, true) => "`:`, `->` or `;`",
        };
        self.missing_semicolon(last.span(), format!("expected {expected} after `{what}`"));
    }

    fn missing_semicolon(&mut self, last: Span, message: String) {
        let index = self.token_at(last.end.saturating_sub(1));
        let span = self.words.tokens.get(index).map_or(last, |token| token.span);
        let mut diagnostic = Diagnostic::new(codes::MISSING_SEMICOLON, span, message).label("after this");
        if let Some(next) = self.words.tokens.get(index + 1) {
            diagnostic = diagnostic.secondary(next.span, "before this");
        }
        self.report_unless_broken(diagnostic);
    }

    /// Reports what is wrong with `pair`, which the grammar skipped, by reading it alone as `rule`.
    pub(crate) fn junk(&mut self, pair: &Pair<'_>, rule: Rule) {
        let begin = pair.as_span().start();
        let Err(error) = DlmParser::parse(rule, pair.as_str()) else { return };
        let (InputLocation::Pos(offset) | InputLocation::Span((offset, _))) = error.location;
        let position = self.repaired.original(begin + offset);
        let found = self.token_at(position);
        let place = self.words.tokens.get(found).map_or_else(|| self.last_span(), |token| token.span);
        let first = self.first_token(pair);
        if self.broken.touches(Span::new(self.repaired.original(begin), place.end)) {
            return;
        }
        if let Some(diagnostic) = self.misplaced(rule, first, found) {
            return self.report(diagnostic);
        }
        let ErrorVariant::ParsingError { positives, .. } = &error.variant else {
            // Only a limit on pest's calls, which nothing here sets, ends in another kind of error.
            return self.report(Diagnostic::new(codes::UNEXPECTED, place, "this cannot be read"));
        };
        let port = matches!(self.words.text(first), "input" | "output");
        let of_type = port && found > 0 && self.words.text(found - 1) == ":";
        let positives = if of_type { &[Rule::r#type] } else { positives.as_slice() };
        let diagnostic = self.unexpected(rule, positives, found, place);
        self.report(diagnostic);
    }

    /// The last token of the text; its first character where there is none.
    fn last_span(&self) -> Span {
        let first = self.words.source.chars().next().map_or(0, char::len_utf8);
        self.words.tokens.last().map_or(Span::new(0, first), |token| token.span)
    }

    /// The first token of `pair` after docs and attributes.
    fn first_token(&self, pair: &Pair<'_>) -> usize {
        let attributes = pair.clone().into_inner().next().filter(|part| part.as_rule() == Rule::attributes);
        let skipped = attributes.and_then(|part| part.into_inner().next_back()).map(|last| self.span(&last).end);
        self.token_at(skipped.unwrap_or_else(|| self.repaired.original(pair.as_span().start())))
    }

    /// Things that can be read, but stand in a place that holds others.
    fn misplaced(&self, rule: Rule, first: usize, found: usize) -> Option<Diagnostic> {
        let words = self.words;
        let (word, next) = (words.text(first), words.text(first + 1));
        let token: &Token = words.tokens.get(first)?;
        let item = matches!(word, "const" | "block" | "model" | "train") && words.is_name(first + 1);
        let statement = matches!(word, "input" | "output" | "repeat" | "residual")
            || words.is_name(first) && (matches!(next, "(" | "->") || next == ":" && rule != Rule::lone_statement)
            || words.is_name(first) && next == ";" && rule == Rule::lone_item;
        let (message, help) = match rule {
            Rule::lone_item if item => return None,
            Rule::lone_item if statement => (
                "a statement stands outside of models and blocks".to_owned(),
                "at the top of a file stand `const`, `block`, `model` and `train`; move it into a model or block",
            ),
            Rule::lone_item if words.is_name(first) && next == "=" => (
                format!("`{word} = …` stands outside of recipes"),
                "a setting belongs in a recipe, `train Model { … }`; a number is named by `const NAME = …;`",
            ),
            Rule::lone_item => return None,
            _ if item => {
                let place = if rule == Rule::lone_setting { "a recipe" } else { "a model or block" };
                (format!("a `{word}` stands inside {place}"), "move it to the top level of the file")
            }
            Rule::lone_setting if statement && (next != ":" || found > first + 2) => (
                "a statement stands inside a recipe".to_owned(),
                "a recipe holds settings, `key = value;`; statements belong in a model or block",
            ),
            Rule::lone_statement if words.is_name(first) && next == "=" && found == first + 2 => (
                format!("the setting `{word}` stands outside of recipes"),
                "a model or block holds statements; settings belong in a recipe, `train Model { … }`",
            ),
            _ => return None,
        };
        Some(Diagnostic::new(codes::MISPLACED_ITEM, token.span, message).help(help))
    }

    /// "Expected this, found that".
    fn unexpected(&self, rule: Rule, positives: &[Rule], found: usize, place: Span) -> Diagnostic {
        let expected = expected::in_words(positives, rule);
        let word = self.words.text(found);
        if is_reserved(word) && expected.names && !(found > 0 && self.words.begins_item(found)) {
            let message = format!("`{word}` is a reserved word and cannot be a name");
            return Diagnostic::new(codes::RESERVED_WORD, place, message).help("choose another name");
        }
        let shown = match self.words.tokens.get(found) {
            None => "the end of the file".to_owned(),
            Some(_) => expected::quoted(word),
        };
        let mut diagnostic = Diagnostic::new(codes::UNEXPECTED, place, format!("expected {}, found {shown}", expected.text));
        if let Some(proposal) = closest(word, expected.words.iter().copied()) {
            diagnostic = diagnostic.help(format!("did you mean `{proposal}`?"));
        } else if let Some(help) = self.other_bracket(rule, word, found) {
            diagnostic = diagnostic.help(help);
        }
        diagnostic
    }

    /// What belongs in the place of a bracket of another kind behind a name: `class(3)`, `dense[3]`.
    fn other_bracket(&self, rule: Rule, word: &str, found: usize) -> Option<String> {
        let before = found.checked_sub(1).filter(|before| self.words.is_name(*before))?;
        let name = self.words.text(before);
        let is_type = before.checked_sub(1).is_some_and(|colon| self.words.text(colon) == ":");
        match (word, rule) {
            ("(", Rule::lone_statement) if is_type => Some(format!("the sizes of a type stand between `[` and `]`: `{name}[…]`")),
            ("[", Rule::lone_statement) if !is_type => Some(format!("arguments stand between `(` and `)`: `{name}(…)`")),
            _ => None,
        }
    }
}
