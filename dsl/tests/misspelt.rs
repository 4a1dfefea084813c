//! Misspelt reserved words: one error that says what was meant, and a tree as if it had been written.

use dlm_dsl::{ast::File, codes, parse};

/// Every reserved word in every place that it has.
const SOURCE: &str = "\
/// Docs.
const A = 3;

block B(units) {
    dense(units) -> repeat 2 { relu; } -> residual { relu; };
}

#[allow(W001)]
model M {
    input x: f32[4];
    #[allow(W001)]
    input z: f32[4];
    repeat A { B(4); }
    repeat (A + 1) { relu; }
    h: residual(project = auto) { dense(3); }
    output y: class[3];
    output w: f32[3] = h;
}

train M {
    epochs = 1;
}

train M as N like M {
    epochs = 2;
}

train M like N { epochs = 3; }
";

/// The words of [`SOURCE`] that can be misspelt, each with the byte at which it stands. What is no word of its own, as `like` in
/// a comment, is not in the text.
fn words() -> Vec<(usize, &'static str)> {
    let all = ["const", "block", "model", "train", "as", "like", "input", "output", "repeat", "residual"];
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let found = all.iter().flat_map(|word| SOURCE.match_indices(word)).filter(|(at, word)| {
        let (before, after) = (&SOURCE[..*at], &SOURCE[at + word.len()..]);
        !before.ends_with(is_part) && !after.starts_with(is_part) && !after.starts_with('[')
    });
    found.collect()
}

/// A word with a slip of each kind.
fn slips(word: &str) -> Vec<String> {
    let last = word.len() - 1;
    let mut swapped: Vec<char> = word.chars().collect();
    swapped.swap(last - 1, last);
    let mut slips = vec![
        word[..1].to_uppercase() + &word[1..],
        word.to_uppercase(),
        format!("{}x{}", &word[..last], &word[last..]),
        swapped.into_iter().collect(),
    ];
    if word.len() > 2 {
        slips.extend([format!("{}{}", &word[..1], &word[2..]), word[..last].to_owned(), format!("{word}s")]);
    }
    slips
}

/// The tree without its spans.
fn shape(file: &File) -> String {
    let mut text = format!("{file:?}");
    while let Some(begin) = text.find("Span {") {
        let end = text[begin..].find('}').expect("a span ends") + begin;
        text.replace_range(begin..=end, "_");
    }
    text
}

#[test]
fn a_slip_in_a_reserved_word_is_one_error_and_changes_nothing_of_the_tree() {
    let right = parse(SOURCE);
    assert_eq!(right.1, []);
    let right = shape(&right.0);
    let words = words();
    assert_eq!(words.len(), 18, "{words:?}");
    for (at, word) in words {
        for slip in slips(word) {
            let source = format!("{}{slip}{}", &SOURCE[..at], &SOURCE[at + word.len()..]);
            let (file, diagnostics) = parse(&source);
            let [only] = diagnostics.as_slice() else { panic!("`{slip}` for `{word}` at {at}: {diagnostics:?}") };
            assert_eq!((only.code, only.primary.span.start), (codes::UNEXPECTED, at), "{only:?}");
            assert_eq!(&source[only.primary.span.start..only.primary.span.end], slip);
            assert!(only.message.starts_with("expected ") && only.message.ends_with(&format!("found `{slip}`")), "{only:?}");
            assert_eq!(only.help, [format!("did you mean `{word}`?")]);
            assert_eq!(shape(&file), right, "`{slip}` for `{word}` at {at}");
        }
    }
}

#[test]
fn several_are_found_at_once() {
    let source = "modle M {\n    imput x: f32[4];\n    ouput y: f32[4];\n}\ntrian M { epochs = 1; }\n";
    let (file, diagnostics) = parse(source);
    let helps: Vec<&str> = diagnostics.iter().flat_map(|diagnostic| &diagnostic.help).map(String::as_str).collect();
    let expected = ["model", "input", "output", "train"].map(|word| format!("did you mean `{word}`?"));
    assert_eq!(helps, expected);
    assert_eq!(file.items.len(), 2);
}

#[test]
fn a_word_whose_name_is_missing_is_one_error() {
    let source = "model M {\n    inputs: f32[4];\n    dense(3);\n    Ouput: class[3];\n}\n";
    let (file, diagnostics) = parse(source);
    let found: Vec<&str> = diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    let expected = ["inputs", "Ouput"].map(|word| format!("expected `input` or `output` and a name, found `{word}`"));
    assert_eq!(found, expected);
    assert_eq!(diagnostics[1].help, ["write `output name: …`"]);
    let right = "model M {\n    input inputs: f32[4];\n    dense(3);\n    output Ouput: class[3];\n}\n";
    assert_eq!(shape(&file), shape(&parse(right).0));
}

#[test]
fn what_begins_an_item_is_not_looked_for_inside_of_one() {
    // `let h = …` in a model is no const that stands in the wrong place.
    let (_, diagnostics) = parse("model M {\n    input x: f32[4];\n    let h = dense(3);\n    output y: class[3];\n}\n");
    let found: Vec<_> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    assert_eq!(found, [codes::MISSING_SEMICOLON, codes::COLON_OR_EQUALS], "{diagnostics:?}");
    // The brace that is missing is the first's, and the recipe a recipe.
    let (_, diagnostics) = parse("model M {\n    input x: f32[4];\n    output y: f32[4];\n\ntrian M {\n    epochs = 3;\n}\n");
    let found: Vec<_> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    assert_eq!(found, [codes::UNCLOSED_BRACKET, codes::UNEXPECTED], "{diagnostics:?}");
}

#[test]
fn names_that_look_like_reserved_words_are_names() {
    let source = "block Input(models) { dense(models); }\nmodel Model { input inputs: f32[4]; out: Input(3) -> relu; output outputs: \
                  f32[3] = out; }\ntrain Model as Train { epochs = 1; }\n";
    assert_eq!(parse(source).1, []);
}

#[test]
fn brackets_of_another_kind_are_named() {
    for (statement, help) in [
        ("input x: f32(3);", "the sizes of a type stand between `[` and `]`: `f32[…]`"),
        ("output y: class(3);", "the sizes of a type stand between `[` and `]`: `class[…]`"),
        ("dense[3];", "arguments stand between `(` and `)`: `dense(…)`"),
    ] {
        let (_, diagnostics) = parse(&format!("model M {{\n    {statement}\n}}\n"));
        assert_eq!(diagnostics.len(), 1, "{statement}: {diagnostics:?}");
        assert_eq!(diagnostics[0].help, [help], "{statement}");
    }
}
