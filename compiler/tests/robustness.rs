//! Any text that parses, however odd its names and numbers, is resolved without a panic, and what is said of it can be shown: every
//! span lies in the text, between two characters.

use std::fs;
use std::path::Path;

use dlm_dsl::{Diagnostic, plain};

/// The models and recipes of the corpus, right and wrong ones.
fn corpus() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus");
    let mut folders = vec![root];
    let mut texts = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the corpus is there").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "dlm") {
                texts.push(fs::read_to_string(&path).expect("test files are text"));
            }
        }
    }
    texts.sort();
    texts.retain(|text| text.len() < 8_000);
    assert!(texts.len() > 30, "the corpus is there");
    texts
}

/// SplitMix64, as in the tests of the parser.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound.max(1) as u64) as usize
    }
}

/// What is put in place of a word: names and texts of several bytes a character, numbers at every bound, misspelt words.
const WORDS: &[&str] = &[
    "größe",
    "日本",
    "e\u{301}",
    "𝒳",
    "x²",
    "\"é.csv\"",
    "\"日本",
    "0",
    "-1",
    "0.5",
    "1e308",
    "1e-320",
    "3000000000",
    "auto",
    "true",
    "ture",
    "ouput",
    "modle",
    "dense",
    "relu",
    "class",
    "adam",
    "()",
    "[é]",
    "a.é[0..2]",
    "(é = 3)",
    "é -> é",
];

/// `source` with some of its words replaced.
fn mutate(source: &str, random: &mut Random) -> String {
    let mut words: Vec<(usize, usize)> = Vec::new();
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    for (at, c) in source.char_indices() {
        match words.last_mut() {
            Some((_, end)) if *end == at && is_part(c) => *end += c.len_utf8(),
            _ if is_part(c) => words.push((at, at + c.len_utf8())),
            _ => {}
        }
    }
    let mut chosen: Vec<usize> = (0..=random.below(3)).map(|_| random.below(words.len())).collect();
    chosen.sort_unstable();
    chosen.dedup();
    let mut text = source.to_owned();
    for word in chosen.into_iter().rev() {
        let (start, end) = words[word];
        text.replace_range(start..end, WORDS[random.below(WORDS.len())]);
    }
    text
}

fn can_be_shown(source: &str, diagnostic: &Diagnostic) {
    for label in std::iter::once(&diagnostic.primary).chain(&diagnostic.secondary) {
        assert!(source.get(label.span.start..label.span.end).is_some(), "{diagnostic:?} in {source}");
    }
    assert!(plain::text(diagnostic, source, "a.dlm").contains(&diagnostic.message));
}

#[test]
fn whatever_is_said_of_a_mutated_file_can_be_shown() {
    let corpus = corpus();
    let mut random = Random(3);
    let mut errors = 0;
    for _ in 0..600 {
        let source = mutate(&corpus[random.below(corpus.len())], &mut random);
        let (_, diagnostics) = dlm_compiler::check(&source);
        errors += diagnostics.len();
        diagnostics.iter().for_each(|diagnostic| can_be_shown(&source, diagnostic));
    }
    assert!(errors > 600, "only {errors} errors were met");
}

#[test]
fn a_name_is_one_however_its_accents_are_typed() {
    let source = "model Größe {\n    input länge: f32[4];\n    é: länge -> dense(3) -> tanh;\n    e\u{301} -> dense(3);\n    output 重み: class[3];\n}\n";
    let (program, diagnostics) = dlm_compiler::check(source);
    assert_eq!(diagnostics, []);
    let program = program.expect("the file has no error");
    let graph = &program.models[0].units[0].graph;
    assert_eq!(graph.parameters[0].path, "é.dense.weight");
    assert_eq!(graph.outputs[0].name, "重み");
    let formatted = dlm_dsl::format(source).expect("the file has no error");
    assert!(formatted.contains("    é -> dense(3);\n"), "{formatted}");
}

#[test]
fn a_misspelt_word_makes_nothing_else_unknown() {
    let source = "modle Net {\n    imput x: f32[4];\n    h: dense(3);\n    ouput y: class[3] = h;\n}\n\ntrian Net {\n    epochs = 3;\n}\n\ntrain Net as \
                  Other liek Net {\n    epochs = 4;\n}\n";
    let (_, diagnostics) = dlm_compiler::check(source);
    let found: Vec<String> = diagnostics.into_iter().flat_map(|diagnostic| diagnostic.help).collect();
    assert_eq!(found, ["model", "input", "output", "train", "like"].map(|word| format!("did you mean `{word}`?")));
}

/// Of a string that does not end nothing more is known than that.
#[test]
fn what_is_broken_is_one_error() {
    let source =
        "model M {\n    input x: f32[2];\n    dense(1);\n    output y: f32[1];\n}\ntrain M {\n    optimizer = \"a\u{e9});\n}\n";
    let (program, diagnostics) = dlm_compiler::check(source);
    assert!(program.is_none());
    let codes: Vec<&str> = diagnostics.iter().map(|diagnostic| diagnostic.code.0).collect();
    assert_eq!(codes, ["E006"]);
    let span = diagnostics[0].primary.span;
    assert_eq!(&source[span.start..span.end], "\"a\u{e9});");
}
