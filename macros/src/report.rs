//! Diagnostics as Rust items: an error is a `compile_error!`, a warning the use of a deprecated constant, each where the user's
//! eye should go.

use dlm_dsl::ast::Span as Range;
use dlm_dsl::{Diagnostic, LineIndex, Severity, plain};
use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

use crate::source::Source;

/// Each diagnostic at the tokens that it is about.
pub(crate) fn inline(diagnostics: &[Diagnostic], source: &Source) -> TokenStream {
    let lines = LineIndex::new(&source.text);
    let place = |range: Range| {
        let start = lines.locate(range.start);
        format!("{}:{}:{}", source.file, start.line, start.column)
    };
    let report = |diagnostic: &Diagnostic| {
        let range = diagnostic.primary.span;
        item(diagnostic, &inline_message(diagnostic, place), source.tokens(range.start..range.end))
    };
    diagnostics.iter().map(report).collect()
}

/// The message, then what is said beside the spans, which `compile_error!` cannot draw.
fn inline_message(diagnostic: &Diagnostic, place: impl Fn(Range) -> String) -> String {
    let mut lines = vec![format!("{} [{}]", diagnostic.message, diagnostic.code.0)];
    if !diagnostic.primary.message.is_empty() {
        lines.push(format!("here: {}", diagnostic.primary.message));
    }
    lines.extend(diagnostic.secondary.iter().map(|label| match label.message.as_str() {
        "" => format!("note: see {}", place(label.span)),
        message => format!("{}: {message}", place(label.span)),
    }));
    lines.extend(diagnostic.notes.iter().map(|note| format!("note: {note}")));
    lines.extend(diagnostic.help.iter().map(|help| format!("help: {help}")));
    lines.join("\n")
}

/// Each diagnostic of the file `path`, whose text is `text`, at the string literal that names it.
pub(crate) fn file(diagnostics: &[Diagnostic], text: &str, path: &str, literal: Span) -> TokenStream {
    let report = |diagnostic: &Diagnostic| item(diagnostic, &file_message(diagnostic, text, path), (literal, literal));
    diagnostics.iter().map(report).collect()
}

/// The place and the lines of the file. rustc itself says whether it is an error or a warning.
fn file_message(diagnostic: &Diagnostic, text: &str, path: &str) -> String {
    let drawn = plain::text(diagnostic, text, path);
    drawn.strip_prefix("warning: ").map_or_else(|| drawn.clone(), str::to_owned)
}

fn item(diagnostic: &Diagnostic, message: &str, tokens: (Span, Span)) -> TokenStream {
    match diagnostic.severity() {
        Severity::Error => error(message, tokens),
        Severity::Warning => warning(diagnostic.code.0, message, tokens.0),
    }
}

/// An error at all tokens from the first to the last: rustc underlines from the path of `compile_error!` to its braces.
pub(crate) fn error(message: &str, (first, last): (Span, Span)) -> TokenStream {
    let mut literal = Literal::string(message);
    literal.set_span(last);
    let mut braces = Group::new(Delimiter::Brace, TokenTree::from(literal).into());
    braces.set_span(last);
    let mut bang = Punct::new('!', Spacing::Alone);
    bang.set_span(first);
    let mut tokens = quote_spanned!(first=> ::core::compile_error);
    tokens.extend([TokenTree::from(bang), TokenTree::from(braces)]);
    tokens
}

/// A warning at one token. A macro on the stable compiler has no other way to warn.
fn warning(code: &str, message: &str, token: Span) -> TokenStream {
    let name = format!("dlm_{}", code.to_lowercase());
    let (definition, usage) = (Ident::new(&name, Span::call_site()), Ident::new(&name, token));
    quote! {
        const _: () = {
            #[deprecated(note = #message)]
            #[allow(non_upper_case_globals)]
            const #definition: () = ();
            #usage
        };
    }
}
