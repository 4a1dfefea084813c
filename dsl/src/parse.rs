//! From text to tree: bounds, tokens, brackets, grammar, tree. Each stage reports what it alone can tell, and hands on a
//! text in which that trouble is mended, so that no error is reported twice.

use crate::{
    ast::{File, Span},
    brackets,
    build::Builder,
    codes,
    diagnostic::Diagnostic,
    docs,
    generated::{DlmParser, Rule},
    lexer::{self, Lexed},
    limits, misspelt,
    syntax_error::Broken,
    token::{Repaired, Token},
    words::Words,
};
use pest::Parser as _;

/// The tree of `source` and all its syntax errors, sorted by place.
///
/// Never panics, and takes time linear in the text. What could not be read is missing from the tree, so a tree that comes
/// with errors is good for further checks, but what is said to be missing in it may only have been misread.
///
/// ```
/// let (file, diagnostics) = dlm_dsl::parse("const CLASSES = 10;");
/// assert!(diagnostics.is_empty());
/// assert_eq!(file.items.len(), 1);
///
/// let (_, diagnostics) = dlm_dsl::parse("const CLASSES = 10");
/// assert_eq!(diagnostics[0].code, dlm_dsl::codes::MISSING_SEMICOLON);
/// ```
pub fn parse(source: &str) -> (File, Vec<Diagnostic>) {
    if let Some(diagnostic) = limits::check_size(source) {
        return (File::default(), vec![diagnostic]);
    }
    let Lexed { tokens, mut edits, mut diagnostics } = lexer::lex(source);
    let mut code: Vec<Token> = tokens.iter().filter(|token| !token.kind.is_comment()).copied().collect();
    let (misspelt, respelt) = misspelt::mend(source, &mut code);
    let words = Words { source, tokens: &code };
    for (more, more_edits) in [docs::misplaced(&tokens), words.misused()] {
        diagnostics.extend(more);
        edits.extend(more_edits);
    }
    let mut broken: Vec<Span> = diagnostics.iter().map(|diagnostic| diagnostic.primary.span).collect();
    let balanced = brackets::balance(words, &Broken::new(broken.clone()));
    broken.extend(balanced.broken);
    diagnostics.extend(balanced.diagnostics.into_iter().chain(misspelt));
    // Where a bracket is closed before a word, the bracket comes first.
    edits.extend(balanced.edits.into_iter().chain(respelt));

    let mended = !edits.is_empty();
    let repaired = Repaired::new(source, edits);
    let too_deep = if mended { limits::check_depth(&lexer::lex(&repaired.text).tokens) } else { limits::check_depth(&tokens) };
    if let Some(mut diagnostic) = too_deep {
        let span = diagnostic.primary.span;
        diagnostic.primary.span = repaired.original_span(span.start, span.end);
        return (File::default(), vec![diagnostic]);
    }
    let mut builder = Builder { repaired: &repaired, words, broken: Broken::new(broken), diagnostics };
    let file = match DlmParser::parse(Rule::file, &repaired.text) {
        Ok(mut pairs) => pairs.next().map(|pair| builder.file(pair)).unwrap_or_default(),
        Err(_) => {
            // The grammar takes any balanced text, so this is never reached; if it were, it must not pass in silence.
            let end = source.char_indices().next().map_or(0, |(_, first)| first.len_utf8());
            builder.diagnostics.push(Diagnostic::new(codes::UNEXPECTED, Span::new(0, end), "the file cannot be read"));
            File::default()
        }
    };
    let mut diagnostics = builder.diagnostics;
    diagnostics.sort_by_key(|diagnostic| (diagnostic.primary.span, diagnostic.code));
    (file, diagnostics)
}
