//! Text to tokens, in one pass. Whatever the grammar could not read is reported here, once, and replaced for it.

use crate::{
    ast::Span,
    codes,
    diagnostic::Diagnostic,
    expected::quoted,
    literal, names,
    token::{Bracket, Edit, Token, TokenKind},
};

/// What the lexer found.
#[derive(Debug, Default)]
pub(crate) struct Lexed {
    pub(crate) tokens: Vec<Token>,
    pub(crate) edits: Vec<Edit>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// The tokens of `source`, comments among them.
pub(crate) fn lex(source: &str) -> Lexed {
    let mut lexer = Lexer { source, at: 0, line: 0, line_end: 0, indent: None, out: Lexed::default() };
    if source.starts_with('\u{feff}') {
        lexer.out.edits.push(Edit::blank(Span::new(0, 3)));
        lexer.at = 3;
        lexer.line = 3;
    }
    while lexer.at < source.len() {
        lexer.step();
    }
    lexer.out
}

/// The state of the pass; also what `literal.rs` works on.
pub(crate) struct Lexer<'a> {
    pub(crate) source: &'a str,
    /// The next byte to read.
    pub(crate) at: usize,
    /// Where the line begins.
    line: usize,
    /// Where the line ends, its line break left out: kept, since a line may hold many strings.
    line_end: usize,
    /// The column of the line's first token.
    indent: Option<usize>,
    pub(crate) out: Lexed,
}

/// Operators of other languages: what is written, what it is read as, and what to write here.
const FOREIGN: &[(&str, &str, &str)] = &[
    ("-->", "->", "links are joined by `->`"),
    ("..=", "..", "turns are selected by `a..b`, the last one left out"),
    ("...", "..", "turns are selected by `a..b`, the last one left out"),
    ("=>", "->", "links are joined by `->`"),
    ("~>", "->", "links are joined by `->`"),
    ("|>", "->", "links are joined by `->`"),
    (">>", "->", "links are joined by `->`"),
    ("–>", "->", "links are joined by `->`"),
    ("—>", "->", "links are joined by `->`"),
    ("→", "->", "links are joined by `->`"),
    ("⇒", "->", "links are joined by `->`"),
    ("<-", "->", "chains read from left to right, joined by `->`"),
    (":=", "=", "a value is given by `=`, a name by `:`"),
    ("::", ".", "the segments of a path are joined by `.`"),
    ("==", "=", "a value is given by one `=`"),
    ("!=", "+", "values know `+`, `-`, `*` and `/`"),
    ("<=", "+", "values know `+`, `-`, `*` and `/`"),
    (">=", "+", "values know `+`, `-`, `*` and `/`"),
    ("&&", "+", "values know `+`, `-`, `*` and `/`"),
    ("||", "+", "values know `+`, `-`, `*` and `/`"),
    ("+=", "=", "a value is given by `=`"),
    ("-=", "=", "a value is given by `=`"),
    ("*=", "=", "a value is given by `=`"),
    ("**", "*", "values know `+`, `-`, `*` and `/`; a power is written out, `x * x`"),
    ("^", "*", "values know `+`, `-`, `*` and `/`; a power is written out, `x * x`"),
    ("%", "*", "values know `+`, `-`, `*` and `/`; one per cent is `0.01`"),
    ("×", "*", "a product is written `*`"),
    ("−", "-", "minus is written `-`"),
    ("–", "-", "minus is written `-`"),
    ("<", "+", "values know `+`, `-`, `*` and `/`"),
    (">", "+", "values know `+`, `-`, `*` and `/`"),
    ("&", "+", "values know `+`, `-`, `*` and `/`"),
    ("|", "+", "values know `+`, `-`, `*` and `/`"),
];

impl<'a> Lexer<'a> {
    /// What is still to be read.
    pub(crate) fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    /// The rest of the line, without its end.
    pub(crate) fn rest_of_line(&self) -> &'a str {
        let line = &self.source[self.at..self.line_end];
        line.strip_suffix('\r').unwrap_or(line)
    }

    /// A token of `length` bytes from here on.
    pub(crate) fn push(&mut self, kind: TokenKind, length: usize) {
        let column = self.at - self.line;
        let indent = *self.indent.get_or_insert(column);
        self.out.tokens.push(Token { kind, span: Span::new(self.at, self.at + length), column, indent, read_as: None });
        self.at += length;
    }

    /// Reports, and puts `replacement` in place of `span` for the grammar.
    pub(crate) fn report(&mut self, diagnostic: Diagnostic, span: Span, replacement: &str) {
        self.out.diagnostics.push(diagnostic);
        self.out.edits.push(Edit::replace(span, replacement));
    }

    fn step(&mut self) {
        let rest = self.rest();
        if self.at == 0 || self.at > self.line_end {
            self.line_end = rest.find('\n').map_or(self.source.len(), |end| self.at + end);
        }
        let bytes = rest.as_bytes();
        match bytes[0] {
            b'\n' => {
                self.at += 1;
                self.line = self.at;
                self.indent = None;
            }
            b' ' | b'\t' | b'\r' => self.at += 1,
            b'/' if rest.starts_with("//") => self.comment(),
            b'/' if rest.starts_with("/*") => self.block_comment(),
            b'#' if !rest[1..].trim_start_matches([' ', '!']).starts_with('[') => self.hash_comment(),
            b'r' if literal::raw_string_marks(rest).is_some() => self.raw_string(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(),
            b'0'..=b'9' => self.number(),
            b'.' if bytes.get(1).is_some_and(u8::is_ascii_digit) && self.number_may_begin() => self.number(),
            b'"' => self.string(),
            _ => self.mark(),
        }
    }

    fn comment(&mut self) {
        let line = self.rest_of_line();
        let kind = if line.starts_with("//!") {
            TokenKind::InnerDoc
        } else if line.starts_with("///") && !line.starts_with("////") {
            TokenKind::Doc
        } else {
            TokenKind::Comment
        };
        self.push(kind, line.len());
    }

    /// `# …`, a comment in other languages.
    fn hash_comment(&mut self) {
        let mark = Span::new(self.at, self.at + 1);
        let diagnostic = Diagnostic::new(codes::UNKNOWN_CHARACTER, mark, "`#` does not begin a comment")
            .help("comments begin with `//`; `#` begins an attribute, `#[allow(W007)]`");
        let span = Span::new(self.at, self.at + self.rest_of_line().len());
        self.report(diagnostic, span, "");
        self.at = span.end;
    }

    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        let bytes = self.rest().as_bytes();
        let mut length = 0;
        while length < bytes.len() {
            match &bytes[length..(length + 2).min(bytes.len())] {
                b"/*" => (depth, length) = (depth + 1, length + 2),
                b"*/" => (depth, length) = (depth - 1, length + 2),
                _ => length += 1,
            }
            if depth == 0 {
                break;
            }
        }
        let span = Span::new(self.at, self.at + length);
        let diagnostic = Diagnostic::new(codes::BLOCK_COMMENT, Span::new(self.at, self.at + 2), "there are no block comments")
            .help("begin each line of the comment with `//`");
        self.report(diagnostic, span, "");
        // Lines inside the comment count for the columns of what follows.
        if let Some(newline) = self.source[span.start..span.end].rfind('\n') {
            self.line = span.start + newline + 1;
            self.indent = None;
        }
        self.at = span.end;
    }

    /// A name, or what is meant as one.
    fn word(&mut self) {
        let rest = self.rest();
        let length = rest.find(|c: char| !clings(c)).unwrap_or(rest.len());
        let word = &rest[..length];
        if word == "_" {
            let span = Span::new(self.at, self.at + 1);
            let diagnostic = Diagnostic::new(codes::UNKNOWN_CHARACTER, span, "`_` alone is not a name")
                .help("a statement that needs no name is written without one");
            self.report(diagnostic, span, "x");
        } else if !names::is_name(word) {
            let span = Span::new(self.at, self.at + length);
            let wrong = word.chars().enumerate().find(|(at, c)| !(names::continues(*c) && (*at > 0 || names::begins(*c))));
            let wrong = wrong.map_or_else(String::new, |(_, c)| format!(": `{c}`"));
            let message = format!("the name {} holds a character that names do not have{wrong}", quoted(word));
            let diagnostic = Diagnostic::new(codes::UNKNOWN_CHARACTER, span, message)
                .help("names are those of Rust: letters of any script, digits and `_`, no digit first");
            self.report(diagnostic, span, &"x".repeat(length));
        }
        self.push(TokenKind::Name, length);
    }

    fn mark(&mut self) {
        let rest = self.rest();
        if let Some((written, read, help)) = FOREIGN.iter().find(|(written, ..)| rest.starts_with(written)) {
            let span = Span::new(self.at, self.at + written.len());
            let diagnostic =
                Diagnostic::new(codes::UNKNOWN_OPERATOR, span, format!("there is no operator `{written}`")).help(*help);
            self.report(diagnostic, span, read);
            let kind = match *read {
                "->" => TokenKind::Arrow,
                "=" => TokenKind::Equals,
                "." => TokenKind::Dot,
                ".." => TokenKind::Dots,
                _ => TokenKind::Operator,
            };
            return self.push(kind, written.len());
        }
        let (kind, length) = match rest.as_bytes()[0] {
            b'(' => (TokenKind::Open(Bracket::Paren), 1),
            b')' => (TokenKind::Close(Bracket::Paren), 1),
            b'[' => (TokenKind::Open(Bracket::Square), 1),
            b']' => (TokenKind::Close(Bracket::Square), 1),
            b'{' => (TokenKind::Open(Bracket::Brace), 1),
            b'}' => (TokenKind::Close(Bracket::Brace), 1),
            b';' => (TokenKind::Semicolon, 1),
            b',' => (TokenKind::Comma, 1),
            b':' => (TokenKind::Colon, 1),
            b'=' => (TokenKind::Equals, 1),
            b'.' if rest.starts_with("..") => (TokenKind::Dots, 2),
            b'.' => (TokenKind::Dot, 1),
            b'-' if rest.starts_with("->") => (TokenKind::Arrow, 2),
            b'+' | b'-' | b'*' | b'/' => (TokenKind::Operator, 1),
            b'#' => (TokenKind::Hash, 1),
            b'!' if self.out.tokens.last().is_some_and(|token| token.kind == TokenKind::Hash) => (TokenKind::Bang, 1),
            _ => return self.unknown(),
        };
        self.push(kind, length);
    }

    fn unknown(&mut self) {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return };
        if literal::is_quote(first) {
            return self.foreign_string(first);
        }
        if first.is_alphabetic() || names::begins(first) {
            return self.word();
        }
        let span = Span::new(self.at, self.at + first.len_utf8());
        let named = match first {
            c if c.is_whitespace() => format!("a space of the kind U+{:04X} has no meaning here", u32::from(c)),
            c if c.is_control() || is_invisible(c) => {
                format!("the invisible character U+{:04X} has no meaning here", u32::from(c))
            }
            c => format!("the character `{c}` has no meaning here"),
        };
        let help = match first {
            c if c.is_whitespace() => "write a plain space",
            '@' => "a product of matrices is a layer, `dense(units)`",
            '!' => "`!` stands only in `#![allow(…)]`",
            _ => "remove it",
        };
        let diagnostic = Diagnostic::new(codes::UNKNOWN_CHARACTER, span, named).help(help);
        self.report(diagnostic, span, "");
        self.at = span.end;
    }
}

/// Whether a character belongs to the word or number that it follows; not all that do may stand in one.
pub(crate) fn clings(c: char) -> bool {
    names::continues(c) || c.is_alphanumeric()
}

/// Characters that take no room: joiners, marks of direction, a byte order mark in the midst of the text.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
