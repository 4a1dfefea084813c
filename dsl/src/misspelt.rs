//! Reserved words that are misspelt: `ouput y: class[3];`. Where the words around it leave room for nothing but a reserved one, a
//! word that is near to it is reported and read as it. So what it begins is in the tree, and whatever uses that is not unknown.

use crate::{
    codes,
    diagnostic::Diagnostic,
    expected::quoted,
    names::closest,
    token::{Bracket, Edit, Token, TokenKind},
    words::Words,
};

/// What other languages and frameworks write in place of a reserved word, where no typing slip leads from the one to the other.
const FOREIGN: &[(&str, &str)] = &[
    ("def", "block"),
    ("extends", "like"),
    ("fit", "train"),
    ("fn", "block"),
    ("for", "repeat"),
    ("from", "like"),
    ("in", "input"),
    ("let", "const"),
    ("loop", "repeat"),
    ("net", "model"),
    ("network", "model"),
    ("out", "output"),
    ("recipe", "train"),
    ("skip", "residual"),
    ("times", "repeat"),
];

/// The names of types. They are no reserved words, but say what a statement is.
const TYPES: &[&str] = &["f32", "index", "class", "binary", "flags"];

/// Reports the misspelt words among `tokens`, has them read as what they stand for, and mends the text.
pub(crate) fn mend(source: &str, tokens: &mut [Token]) -> (Vec<Diagnostic>, Vec<Edit>) {
    let (mut diagnostics, mut edits) = (Vec::new(), Vec::new());
    let mut depth = 0_usize;
    for index in 0..tokens.len() {
        match tokens[index].kind {
            TokenKind::Open(Bracket::Brace) => depth += 1,
            TokenKind::Close(Bracket::Brace) => depth = depth.saturating_sub(1),
            // What stands at the left edge is an item, whatever has lost its brace before.
            _ if tokens[index].first_on_line() && tokens[index].column == 0 => depth = 0,
            _ => {}
        }
        let words = Words { source, tokens };
        let Some(expected) = expected(words, index, depth > 0) else { continue };
        let (written, span) = (words.text(index), tokens[index].span);
        let foreign = FOREIGN.iter().find(|(foreign, _)| *foreign == written).map(|(_, word)| *word);
        let Some(word) = foreign.filter(|word| expected.contains(word)).or_else(|| closest(written, expected.iter().copied()))
        else {
            continue;
        };
        let one_of = one_of(word);
        if words.text(index + 1) == ":" {
            // Its name is missing too: what was written stands in for it.
            let message = format!("expected {one_of} and a name, found {}", quoted(written));
            diagnostics.push(Diagnostic::new(codes::UNEXPECTED, span, message).help(format!("write `{word} name: …`")));
            edits.push(Edit::insert(span.start, &format!("{word} ")));
            continue;
        }
        let message = format!("expected {one_of}, found {}", quoted(written));
        diagnostics.push(Diagnostic::new(codes::UNEXPECTED, span, message).help(format!("did you mean `{word}`?")));
        tokens[index].read_as = Some(word);
        edits.extend([Edit::insert(span.start, word), Edit::blank(span)]);
    }
    (diagnostics, edits)
}

/// The reserved words of which one must be meant at `index`, to judge by what stands around it; `inside` says whether that is in the
/// braces of an item.
fn expected(words: Words<'_>, index: usize, inside: bool) -> Option<&'static [&'static str]> {
    if !words.is_name(index) {
        return None;
    }
    let before = |back: usize| index.checked_sub(back).map_or("", |before| words.text(before));
    let next_is_name = words.is_name(index + 1) && !words.tokens[index + 1].first_on_line();
    // The head of a recipe: `train Model as Name like Base {`.
    let (first, second) = (before(2) == "train", before(4) == "train" && before(2) == "as");
    if next_is_name && (first || second) {
        let goes_on = words.text(index + 2) == "{" || first && words.kind(index + 2) == Some(TokenKind::Name);
        return goes_on.then_some(&["as", "like"]);
    }
    let begins = matches!(before(1), "" | "{" | "}" | ";" | "]") || words.tokens[index].first_on_line();
    if next_is_name && begins && !inside {
        return match words.text(index + 2) {
            "as" | "like" => Some(&["train"]),
            "(" => Some(&["block"]),
            ":" | "=" => Some(&["const"]),
            "{" => Some(&["model", "train"]),
            _ => (words.kind(index + 2) == Some(TokenKind::Name)).then_some(&["train"]),
        };
    }
    let link = begins || matches!(before(1), "->" | ":");
    match (next_is_name, words.text(index + 1), words.text(index + 2)) {
        (true, _, ":" | "=") if begins => Some(&["input", "output"]),
        (true, _, "{") if link => Some(&["repeat"]),
        (false, ":", ty) if begins && TYPES.contains(&ty) && matches!(words.text(index + 3), "[" | ";") => {
            Some(&["input", "output"])
        }
        (false, _, "{") if link && words.kind(index + 1) == Some(TokenKind::Number) => Some(&["repeat"]),
        (false, "{", _) if link => Some(&["residual"]),
        (false, "(", _) if link => parenthesized_before_brace(words, index + 1),
        _ => None,
    }
}

/// What a word can be whose parentheses, which begin at `open`, are followed by a brace.
fn parenthesized_before_brace(words: Words<'_>, open: usize) -> Option<&'static [&'static str]> {
    /// Tokens that are looked through: `residual(project = auto)` has five, a count that is computed hardly more.
    const FAR: usize = 16;
    let close = (open..open + FAR).find(|at| words.text(*at) == ")")?;
    (words.text(close + 1) == "{").then_some(&["residual", "repeat"])
}

/// What could stand where `word` does.
fn one_of(word: &str) -> &'static str {
    match word {
        "input" | "output" => "`input` or `output`",
        "repeat" | "residual" => "`repeat` or `residual`",
        "as" | "like" => "`as` or `like`",
        _ => "`const`, `block`, `model` or `train`",
    }
}
