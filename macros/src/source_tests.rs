use super::*;

/// The answers of `proc_macro2` outside of an expansion; its columns count from 0.
fn known() -> Places {
    Places {
        start: |span| Place { file: "lib.rs".into(), line: span.start().line, column: span.start().column + 1 },
        text: |span| span.source_text(),
    }
}

/// As editors answer: all tokens stand at one place, no text is known.
fn unknown() -> Places {
    Places { start: |_| Place { file: String::new(), line: 1, column: 1 }, text: |_| None }
}

fn parse(text: &str) -> TokenStream {
    text.parse().expect("the text is made of Rust's tokens")
}

const MODEL: &str = "\
//! A file.

/// A model.
/// Two lines.
model M {
    input x: f32[28, 28];  flatten -> dense(3, init = normal(-0.5, 1e-3));
    é: Hidden(\"ä\", r#\"b\"#)->elu;
}
train M { freeze = [h1.x, all_but(hidden[0..2])]; }
";

#[test]
fn text_is_that_of_the_file_without_comments() {
    let with_comments = MODEL.replace("flatten ->", "flatten // flat\n  ->");
    let expected = MODEL.replace("flatten ->", "flatten        \n  ->").replace("flatten        \n", "flatten\n");
    assert_eq!(read(parse(&with_comments), known()).text.trim_end(), expected.trim_end());
    assert_eq!(read(parse(MODEL), known()).text.trim_end(), MODEL.trim_end());
}

#[test]
fn lines_are_those_of_the_file() {
    let source = read(parse("\n\n\n    model M {}"), known());
    assert_eq!(source.text, "\n\n\n    model M {}");
}

#[test]
fn without_places_the_tokens_are_the_same() {
    let source = read(parse(MODEL), unknown());
    let plain = |text: &str| parse(text).to_string();
    assert_eq!(plain(&source.text), plain(MODEL), "{}", source.text);
    assert!(source.text.contains("->") && source.text.contains(".."), "punctuation stays together: {}", source.text);
}

#[test]
fn tokens_that_other_macros_wrote_are_kept_apart() {
    // The second half stands before the first one in the file.
    let (first, second): (TokenStream, TokenStream) = (parse("        model"), parse("M {}"));
    let mut tokens = first;
    tokens.extend(second);
    assert_eq!(read(tokens, known()).text, "        model M { }");
}

#[test]
fn ranges_lead_to_tokens() {
    let text = "model M { dense(3) -> elu; }";
    let source = read(parse(text), known());
    let at = |range: Range<usize>| {
        let (first, last) = source.tokens(range);
        (first.source_text().unwrap_or_default(), last.source_text().unwrap_or_default())
    };
    let find = |part: &str| text.find(part).expect("it is there")..text.find(part).expect("it is there") + part.len();
    let pair = |first: &str, last: &str| (first.to_owned(), last.to_owned());
    assert_eq!(at(find("dense")), pair("dense", "dense"));
    assert_eq!(at(find("dense(3) ->")), pair("dense", ">"));
    assert_eq!(at(find("ns")), pair("dense", "dense"), "part of a token is the token");
    assert_eq!(at(18..18), pair(")", ")"), "nothing, just after a token");
    assert_eq!(at(18..19), pair(")", ")"), "a space: the token before it");
    assert_eq!(at(999..999), pair("}", "}"), "beyond the end");
    assert_eq!(at(0..999), pair("model", "}"));
}

#[test]
fn nothing_has_no_tokens_and_no_text() {
    let source = read(TokenStream::new(), known());
    assert_eq!(source.text, "");
    source.tokens(0..0);
}

#[test]
fn attributes_stay_attributes() {
    let text = "#![allow(W007)]\nmodel M {\n    #[allow(W001)]\n    dense(3);\n    #[doc = \"x\"]\n    elu;\n}";
    assert_eq!(read(parse(text), known()).text, text);
}
