//! Bounds on what is parsed, checked before the grammar sees the text: they keep time and stack in proportion to it.

use crate::{
    ast::Span,
    codes,
    diagnostic::Diagnostic,
    token::{Bracket, Token, TokenKind},
};

/// The largest file, in bytes.
pub const MAX_FILE_SIZE: usize = 1 << 20;
/// How deep brackets of all kinds may be nested.
pub const MAX_NESTING: usize = 64;
/// How many operators `+ - * /` a value may hold, together with those of the values around it.
pub const MAX_OPERATORS: usize = 256;

/// The error of a file that is too large to be looked at.
pub(crate) fn check_size(source: &str) -> Option<Diagnostic> {
    (source.len() > MAX_FILE_SIZE).then(|| {
        let first = source.chars().next().map_or(0, char::len_utf8);
        let message = format!("the file has {} bytes; at most {MAX_FILE_SIZE} are accepted", source.len());
        Diagnostic::new(codes::FILE_TOO_LARGE, Span::new(0, first), message)
            .help("write what repeats as a `block` or `repeat`; data belongs in files of its own")
    })
}

/// The error of the first bracket or operator beyond a bound; brackets are balanced.
pub(crate) fn check_depth(tokens: &[Token]) -> Option<Diagnostic> {
    // For each open bracket: the operators of the value it stands in.
    let mut open: Vec<usize> = Vec::new();
    let mut operators = 0;
    let mut outer = 0;
    for token in tokens {
        match token.kind {
            TokenKind::Open(bracket) => {
                if open.len() == MAX_NESTING {
                    let message = format!("brackets are nested more than {MAX_NESTING} deep");
                    let help = if bracket == Bracket::Brace {
                        "give inner parts a `block` of their own"
                    } else {
                        "give inner values a `const` of their own"
                    };
                    return Some(Diagnostic::new(codes::NESTED_TOO_DEEPLY, token.span, message).help(help));
                }
                open.push(operators);
                outer += operators;
                operators = 0;
            }
            TokenKind::Close(_) => {
                operators = open.pop().unwrap_or(0);
                outer -= operators;
            }
            TokenKind::Comma | TokenKind::Semicolon | TokenKind::Equals => operators = 0,
            TokenKind::Operator => {
                operators += 1;
                if outer + operators > MAX_OPERATORS {
                    let message = format!("this value holds more than {MAX_OPERATORS} operators");
                    return Some(
                        Diagnostic::new(codes::VALUE_TOO_LONG, token.span, message).help("name a part of the value by a `const`"),
                    );
                }
            }
            _ => {}
        }
    }
    None
}
