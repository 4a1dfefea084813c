//! Numbers and strings: where they end, what is wrong with them, what they stand for.

use crate::{
    ast::Span,
    codes,
    diagnostic::Diagnostic,
    lexer::{self, Lexer},
    token::{Bracket, Edit, TokenKind},
};

/// The number that `text` (`1_000`, `2.5e-3`) stands for.
pub(crate) fn number_value(text: &str) -> f64 {
    // The grammar gives nothing that is not a number.
    text.replace('_', "").parse().unwrap_or(f64::NAN)
}

/// The text of a string literal, quotes taken off and escapes resolved; unknown escapes are left out.
pub(crate) fn string_value(literal: &str) -> String {
    if let Some(marks) = raw_string_marks(literal) {
        return literal.get(marks + 2..literal.len().saturating_sub(marks + 1)).unwrap_or_default().to_owned();
    }
    let inner = literal.get(1..literal.len().saturating_sub(1)).unwrap_or_default();
    let mut value = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(backslash) = rest.find('\\') {
        value.push_str(&rest[..backslash]);
        let (length, meaning) = escape(&rest[backslash..]);
        value.extend(meaning.ok());
        rest = &rest[backslash + length..];
    }
    value.push_str(rest);
    value
}

/// The number of `#` of the raw string that `text` begins with, if it does.
pub(crate) fn raw_string_marks(text: &str) -> Option<usize> {
    let rest = text.strip_prefix('r')?;
    let marks = rest.len() - rest.trim_start_matches('#').len();
    rest[marks..].starts_with('"').then_some(marks)
}

/// Quotes that other languages or word processors use.
pub(crate) fn is_quote(c: char) -> bool {
    matches!(c, '\'' | '`' | '‘' | '’' | '“' | '”' | '„' | '«' | '»')
}

/// The length of the escape that `text` begins with, and what it stands for or what is wrong with it.
fn escape(text: &str) -> (usize, Result<char, String>) {
    let mut characters = text.chars();
    characters.next();
    let Some(kind) = characters.next() else { return (1, Err("a string ends in a lone `\\`".to_owned())) };
    let simple = |c| (2, Ok(c));
    match kind {
        'n' => simple('\n'),
        'r' => simple('\r'),
        't' => simple('\t'),
        '0' => simple('\0'),
        '\\' | '"' | '\'' => simple(kind),
        'x' => {
            let length = 2 + text[2..].bytes().take(2).take_while(u8::is_ascii_hexdigit).count();
            let value = u32::from_str_radix(&text[2..length], 16).ok().filter(|value| length == 4 && *value < 0x80);
            let wrong = || format!("`{}` is not a character: two digits from `\\x00` to `\\x7f` are", &text[..length]);
            (length, value.and_then(char::from_u32).ok_or_else(wrong))
        }
        'u' => {
            let braces =
                text[2..].strip_prefix('{').and_then(|rest| rest.find('}').filter(|end| *end <= 6).map(|end| &rest[..end]));
            let length = braces.map_or(2, |digits| digits.len() + 4);
            let value = braces.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
            (length, value.ok_or_else(|| format!("`{}` is not a character: `\\u{{e9}}` would be one", &text[..length])))
        }
        other => (1 + other.len_utf8(), Err(format!("there is no escape `\\{other}`"))),
    }
}

impl Lexer<'_> {
    /// Whether a `.` here can be the beginning of a number, not part of a path or range.
    pub(crate) fn number_may_begin(&self) -> bool {
        match self.out.tokens.last() {
            Some(last) if last.span.end == self.at => {
                !matches!(last.kind, TokenKind::Name | TokenKind::Number | TokenKind::Close(_) | TokenKind::Dot | TokenKind::Dots)
            }
            _ => true,
        }
    }

    /// Whether what stands before leaves a value to be expected.
    fn value_may_begin(&self) -> bool {
        let before = self.out.tokens.last().map(|token| token.kind);
        matches!(
            before,
            Some(TokenKind::Equals | TokenKind::Comma | TokenKind::Open(Bracket::Paren | Bracket::Square) | TokenKind::Operator)
        )
    }

    pub(crate) fn number(&mut self) {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit() || **b == b'_').count();
        let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
        let mut length = digits(0);
        let whole = length > 0;
        if bytes.get(length) == Some(&b'.') && is_digit(length + 1) {
            length += 1 + digits(length + 1);
        }
        if matches!(bytes.get(length), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
            if is_digit(length + 1 + sign) {
                length += 1 + sign + digits(length + 1 + sign);
            }
        }
        // Whatever else clings to it belongs to it: `1f32`, `0x10`, `1.2.3`, `1.`.
        let good = length;
        loop {
            let next = rest[length..].chars().next();
            let dot = next == Some('.') && bytes.get(length + 1) != Some(&b'.');
            if dot || next.is_some_and(lexer::clings) {
                length += next.map_or(0, char::len_utf8);
            } else {
                break;
            }
        }
        self.check_number(whole, good, length);
        self.push(TokenKind::Number, length);
    }

    /// Reports a number that is none: `good` bytes of its `length` are well-formed.
    fn check_number(&mut self, whole: bool, good: usize, length: usize) {
        let text = &self.rest()[..length];
        let span = Span::new(self.at, self.at + length);
        let suffix = &text[good..];
        let (message, help) = if !whole {
            (format!("`{text}` has no digit before the point"), format!("write `0{text}`"))
        } else if suffix == "." {
            (format!("`{text}` has no digit after the point"), format!("write `{text}0`, or `{}`", &text[..good]))
        } else if matches!(suffix.get(..1), Some("x" | "X" | "b" | "B" | "o" | "O")) && &text[..good] == "0" {
            (format!("`{text}` is not a decimal number"), "numbers are written in base ten".to_owned())
        } else if matches!(suffix, "e" | "E") {
            (format!("`{text}` has no exponent after `{suffix}`"), "write it as in `1e-3`".to_owned())
        } else if suffix.starts_with('.') {
            (format!("`{text}` has more than one point"), "a number is written as in `0.5` or `1e-3`".to_owned())
        } else if !suffix.is_empty() {
            let help = format!("write `{}`: numbers have no suffix, and names do not begin with a digit", &text[..good]);
            (format!("`{text}` is neither a number nor a name"), help)
        } else if number_value(text).is_infinite() {
            (format!("`{text}` is larger than any f64"), "the largest number is about `1.8e308`".to_owned())
        } else {
            return;
        };
        self.report(Diagnostic::new(codes::MALFORMED_NUMBER, span, message).help(help), span, "1");
    }

    pub(crate) fn string(&mut self) {
        let line = self.rest_of_line();
        let bytes = line.as_bytes();
        let mut length = 1;
        while length < bytes.len() && bytes[length] != b'"' {
            length += if bytes[length] == b'\\' { 2 } else { 1 };
        }
        if length >= bytes.len() {
            return self.unterminated(1, "close it by `\"`");
        }
        let mut at = 1;
        while let Some(backslash) = line[at..length].find('\\').map(|found| at + found) {
            let (size, meaning) = escape(&line[backslash..length]);
            if let Err(message) = meaning {
                let span = Span::new(self.at + backslash, self.at + backslash + size);
                let diagnostic = Diagnostic::new(codes::UNKNOWN_ESCAPE, span, message)
                    .help("a backslash is written `\\\\`; in a raw string, `r\"…\"`, it stands for itself");
                self.report(diagnostic, span, "");
            }
            at = backslash + size;
        }
        self.push(TokenKind::Text, length + 1);
    }

    pub(crate) fn raw_string(&mut self) {
        let marks = raw_string_marks(self.rest()).unwrap_or_default();
        let line = self.rest_of_line();
        let begin = marks + 2;
        let end = format!("\"{}", "#".repeat(marks));
        if marks > 2 {
            let span = Span::new(self.at, self.at + begin);
            let diagnostic = Diagnostic::new(codes::UNTERMINATED_STRING, span, "a raw string has at most two `#`")
                .help("write `r\"…\"`, `r#\"…\"#` or `r##\"…\"##`");
            let length = line[begin..].find(&end).map_or(line.len(), |found| begin + found + end.len());
            let whole = Span::new(self.at, self.at + length);
            self.report(diagnostic, whole, "\"\"");
            return self.push(TokenKind::Text, length);
        }
        match line[begin..].find(&end) {
            Some(found) => self.push(TokenKind::Text, begin + found + end.len()),
            None => self.unterminated(begin, &format!("close it by `{end}`")),
        }
    }

    /// A string whose opening takes `begin` bytes and that does not end on its line. It is read as ending before the
    /// brackets and marks that close the line, since these are most often outside.
    fn unterminated(&mut self, begin: usize, help: &str) {
        let line = self.rest_of_line();
        let opening = Span::new(self.at, self.at + line.len());
        let content = line[begin..].trim_end_matches([')', ']', '}', ';', ',', '{', ' ', '\t']);
        let diagnostic = Diagnostic::new(codes::UNTERMINATED_STRING, opening, "this string does not end on its line").help(help);
        let length = begin + content.len();
        let span = Span::new(self.at, self.at + length);
        self.out.diagnostics.push(diagnostic);
        if content.len() < 2 {
            // No room for quotes in place of what was written.
            self.out.edits.push(Edit::replace(span, "1"));
            return self.push(TokenKind::Number, length);
        }
        let inner: String = content.chars().filter(|c| !matches!(c, '"' | '\\')).collect();
        let room = length - 2;
        let kept = inner.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= room).last().unwrap_or(0);
        self.out.edits.push(Edit::replace(span, &format!("\"{}\"", &inner[..kept])));
        self.push(TokenKind::Text, length);
    }

    /// Text between quotes that are none here.
    pub(crate) fn foreign_string(&mut self, first: char) {
        let line = self.rest_of_line();
        let begin = first.len_utf8();
        let Some((end, last)) = line[begin..].char_indices().find(|(_, c)| is_quote(*c)) else {
            if self.value_may_begin() {
                return self.unterminated(begin, "strings stand between `\"` and `\"`");
            }
            let span = Span::new(self.at, self.at + begin);
            let diagnostic =
                Diagnostic::new(codes::UNKNOWN_CHARACTER, span, format!("the character `{first}` has no meaning here"))
                    .help("strings stand between `\"` and `\"`");
            self.report(diagnostic, span, "");
            self.at = span.end;
            return;
        };
        let content = &line[begin..begin + end];
        let length = begin + end + last.len_utf8();
        let span = Span::new(self.at, self.at + length);
        let diagnostic =
            Diagnostic::new(codes::UNKNOWN_CHARACTER, span, format!("strings do not stand between `{first}` and `{last}`"))
                .help(format!("write `\"{content}\"`"));
        let inner: String = content.chars().filter(|c| !matches!(c, '"' | '\\')).collect();
        self.report(diagnostic, span, &format!("\"{inner}\""));
        self.push(TokenKind::Text, length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_unescaped_as_in_rust() {
        assert_eq!(string_value(r#""a\tb\\\"\x41\u{e9}""#), "a\tb\\\"Aé");
        assert_eq!(string_value(r##"r#"C:\new "x""#"##), r#"C:\new "x""#);
        assert_eq!(string_value("\"\""), "");
    }

    #[test]
    fn numbers_may_hold_underscores_and_exponents() {
        assert_eq!(number_value("1_000"), 1000.0);
        assert_eq!(number_value("2.5E-3"), 0.0025);
    }

    #[test]
    fn escapes_that_do_not_exist_are_found() {
        for (text, length) in [("\\d", 2), ("\\x4", 3), ("\\xff", 4), ("\\u{110000}", 10), ("\\u{zz}", 6), ("\\u", 2), ("\\é", 3)]
        {
            let (found, meaning) = escape(text);
            assert!(meaning.is_err(), "{text}");
            assert_eq!(found, length, "{text}");
        }
    }
}
