//! What the user wrote to what stands in its place.

use dlm_compiler::emit::{self, ModuleOptions};
use dlm_compiler::graph::Program;
use proc_macro2::{Literal, Span, TokenStream, TokenTree};
use quote::quote;

use crate::places::Places;
use crate::{file, literal, report, skeleton, source};

/// `input`: the path of the crate `dlm`, then what the user wrote.
pub(crate) fn expand(input: TokenStream, places: Places) -> TokenStream {
    let mut tokens = input.into_iter();
    let root: TokenStream = tokens.next().into_iter().collect();
    let written: TokenStream = tokens.collect();
    match named_file(&written) {
        Some(literal) => expand_file(&literal, root),
        None => expand_text(written, root, places),
    }
}

/// The literal, if that is all that was written.
fn named_file(written: &TokenStream) -> Option<Literal> {
    let mut tokens = written.clone().into_iter();
    let Some(TokenTree::Literal(literal)) = tokens.next() else { return None };
    let rest: Vec<TokenTree> = tokens.collect();
    let comma = |token: &TokenTree| matches!(token, TokenTree::Punct(comma) if comma.as_char() == ',');
    (rest.is_empty() || rest.len() == 1 && comma(&rest[0])).then_some(literal)
}

fn expand_text(written: TokenStream, root: TokenStream, places: Places) -> TokenStream {
    if written.is_empty() {
        let message = "expected the path of a .dlm file, as a string, or `model NAME { … }`";
        return report::error(message, (Span::call_site(), Span::call_site()));
    }
    let source = source::read(written, places);
    let (program, diagnostics) = dlm_compiler::check(&source.text);
    let mut out = report::inline(&diagnostics, &source);
    out.extend(module(program.as_ref(), &source.text, root, &source.file));
    out
}

fn expand_file(literal: &Literal, root: TokenStream) -> TokenStream {
    let span = literal.span();
    let path = match literal::text(&literal.to_string()) {
        Some(path) => path,
        None => return report::error("expected the path of a .dlm file as a string", (span, span)),
    };
    let text = match file::read(&path) {
        Ok(text) => text,
        Err(message) => return report::error(&message, (span, span)),
    };
    let (program, diagnostics) = dlm_compiler::check(&text);
    let mut out = file::track(&path);
    out.extend(report::file(&diagnostics, &text, &path, span));
    out.extend(module(program.as_ref(), &text, root, &path));
    out
}

/// The modules of a program; of one with errors, what other code may name of them.
fn module(program: Option<&Program>, text: &str, root: TokenStream, source_name: &str) -> TokenStream {
    let Some(program) = program else { return skeleton::module(&dlm_dsl::parse(text).0, &root) };
    let options = ModuleOptions { root, source_name: source_name.into() };
    let modules = program.models.iter().map(|model| {
        let module = emit::module(&Program { models: vec![model.clone()], ..program.clone() }, &options);
        // The style of generated code is not the user's concern: an exact constant of a recipe is no approximation of √2. Nor are
        // names that the language has no style for.
        quote!(#[allow(nonstandard_style, clippy::all, clippy::pedantic, clippy::nursery)] #module)
    });
    modules.collect()
}
