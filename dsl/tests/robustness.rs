//! Any text is parsed without a panic, with spans that lie in it.

use dlm_dsl::{Diagnostic, ast::Span, codes, format, parse, plain, render};
use std::{fs, path::Path};

/// All test files of the language, whatever stage they are for.
fn corpus() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("../tests/corpus"), root.join("tests/format"), root.join("../examples")];
    let mut texts = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "dlm") {
                texts.push(fs::read_to_string(&path).expect("test files are text"));
            }
        }
    }
    assert!(texts.len() > 15, "the corpus is there");
    texts.sort();
    texts
}

/// SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`.
    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
}

/// What mutations put in: all that means something somewhere, and some that does not.
const PIECES: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ";",
    ",",
    ":",
    "=",
    "->",
    "-",
    "..",
    ".",
    "*",
    "/",
    "//",
    "///",
    "//!",
    "/*",
    "*/",
    "\"",
    "r\"",
    "r#\"",
    "\\",
    "'",
    "#",
    "#[",
    "#![allow(",
    "!",
    "@",
    "“",
    "\n",
    "\t",
    "\r\n",
    " ",
    "é",
    "e\u{301}",
    "größe",
    "日本",
    "𝒳",
    "x²",
    "\"é",
    "'ü",
    "\\é",
    "–",
    "→",
    "\u{200b}",
    "\u{feff}",
    "_",
    "1",
    "1e",
    "0x",
    "1e999",
    "model ",
    "train ",
    "block ",
    "const ",
    "input ",
    "output ",
    "repeat ",
    "residual ",
    "ouput ",
    "modle ",
    "as ",
    "like ",
    "true",
    "x",
    "dense(3)",
    "// c\n",
    "x = 3;",
    "=>",
    "::",
    "\0",
];

fn mutate(source: &str, random: &mut Random) -> String {
    let mut text = source.to_owned();
    for _ in 0..=random.below(4) {
        let mut place = |text: &str| text.floor_char_boundary(random.below(text.len() + 1));
        let (a, b) = (place(&text), place(&text));
        let near = text.floor_char_boundary(a.min(b) + (a.max(b) - a.min(b)) % 12);
        let (from, to) = (a.min(b).min(near), near.max(a.min(b)));
        match random.below(4) {
            0 => text.insert_str(a, PIECES[random.below(PIECES.len())]),
            1 => text.replace_range(from..to, ""),
            2 => text.replace_range(from..to, PIECES[random.below(PIECES.len())]),
            _ => {
                let copy = text[from..to].to_owned();
                text.insert_str(b, &copy);
            }
        }
    }
    text
}

fn check_span(source: &str, span: Span, what: &dyn std::fmt::Debug) {
    assert!(span.start <= span.end, "{what:?} in {source:?}");
    assert!(source.get(span.start..span.end).is_some(), "{what:?} is not within {source:?}");
}

fn check(source: &str) {
    let (file, diagnostics) = parse(source);
    for diagnostic in &diagnostics {
        check_span(source, diagnostic.primary.span, diagnostic);
        assert!(
            diagnostic.primary.span.start < diagnostic.primary.span.end || source.is_empty(),
            "nothing is underlined: {diagnostic:?}"
        );
        assert!(codes::explain(diagnostic.code.0).is_some());
        assert!(!diagnostic.message.contains("cannot be read"), "{diagnostic:?} in {source:?}");
        for label in &diagnostic.secondary {
            check_span(source, label.span, diagnostic);
        }
    }
    // Every span of the tree, without a walk that would have to know the tree.
    let tree = format!("{file:?}");
    for span in tree.split("Span { start: ").skip(1) {
        let mut numbers = span.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
        let mut number = || numbers.next().and_then(|number| number.parse().ok()).expect("a span is two numbers");
        let span = Span::new(number(), number());
        check_span(source, span, &span);
    }
    show(source, &diagnostics);
    if let Ok(once) = format(source) {
        assert_eq!(format(&once).as_ref(), Ok(&once), "not canonical: {source:?}");
    } else {
        assert!(!diagnostics.is_empty());
    }
}

/// Whatever is reported can be shown.
fn show(source: &str, diagnostics: &[Diagnostic]) {
    let few = &diagnostics[..diagnostics.len().min(3)];
    assert_eq!(render::terminal(few, source, "a.dlm", false, render::COLUMNS).is_empty(), few.is_empty());
    assert_eq!(render::json(few, source, "a.dlm").lines().count(), few.len());
    for diagnostic in few {
        assert!(plain::text(diagnostic, source, "a.dlm").contains(&diagnostic.message));
    }
}

#[test]
fn mutated_files_are_parsed_and_formatted_without_a_panic() {
    let corpus = corpus();
    let mut random = Random(1);
    for source in &corpus {
        check(source);
    }
    for _ in 0..1500 {
        let source = &corpus[random.below(corpus.len())];
        // A part of the file, so that many mutations are tried in little time.
        let begin = source.floor_char_boundary(random.below(source.len()));
        let end = source.floor_char_boundary((begin + 400).min(source.len()));
        check(&mutate(&source[begin..end], &mut random));
    }
}

/// Texts that are made of nothing but what earlier stages mend, much of it with characters of several bytes: any place that is found
/// in the mended text and shown in the one written must lie between two characters there.
#[test]
fn spans_lie_on_the_borders_of_characters() {
    const MENDED: &[&str] = &[
        "\"", "'", "“", "”", "r#\"", "r\"", "\\", "é", "ü", "日", "𝒳", "e\u{301}", "²", "–", "→", "−", "×", "⇒", "\u{a0}",
        "\u{200b}", "1", "1e", ".", "a", "_", "(", ")", "[", "]", "{", "}", ";", ",", "=", ":", " ", "\n", "# é\n", "/* é */",
        "/// é\n", "//! é\n", "#[",
    ];
    let mut random = Random(9);
    for head in ["", "const A = ", "model M { ", "model M { input x: ", "train M { optimizer = ", "modle M { ouput "] {
        for _ in 0..500 {
            let mut source = head.to_owned();
            (0..=random.below(9)).for_each(|_| source.push_str(MENDED[random.below(MENDED.len())]));
            check(&source);
        }
    }
}

#[test]
fn a_string_that_does_not_end_is_one_error_over_whole_characters() {
    for text in ["optimizer = \"aé);", "x = [\"日本];", "x = f(\"𝒳)];", "x = r\"é)", "x = 'é);"] {
        let source = format!("train M {{\n    {text}\n}}\n");
        let (file, diagnostics) = parse(&source);
        assert_eq!(diagnostics.len(), 1, "{source}: {diagnostics:?}");
        assert_eq!(diagnostics[0].code, codes::UNTERMINATED_STRING);
        assert_eq!(file.items.len(), 1);
        check(&source);
    }
}

#[test]
fn every_beginning_of_a_file_is_parsed_without_a_panic() {
    let source = include_str!("format/comments.dlm");
    for end in (0..source.len()).filter(|end| source.is_char_boundary(*end)) {
        check(&source[..end]);
    }
}

#[test]
fn deep_nesting_is_refused_whatever_the_bracket_and_whether_it_closes() {
    for (open, close) in
        [("(", ")"), ("[", "]"), ("f(", ")"), ("(a = ", ")"), ("h[", "]"), ("-(", ")"), ("{", "}"), ("residual {", "}")]
    {
        for depth in [60, 70, 5000] {
            for closing in [close, ""] {
                let nested = format!("{}1{}", open.repeat(depth), closing.repeat(depth));
                for source in [format!("const A = {nested};"), format!("model M {{ {nested} }}"), nested] {
                    let (_, diagnostics) = parse(&source);
                    let refused = diagnostics.iter().any(|diagnostic| diagnostic.code == codes::NESTED_TOO_DEEPLY);
                    assert!(refused || depth < 64 || closing.is_empty(), "{source:.80}");
                }
            }
        }
    }
}

/// A macro may be expanded on any thread: what the bounds allow fits in half of the smallest stack that is usual, unoptimised.
#[test]
fn what_the_bounds_allow_fits_in_a_small_stack() {
    let nested =
        |open: &str, depth: usize, inner: &str, close: &str| format!("{}{inner}{}", open.repeat(depth), close.repeat(depth));
    let sources = [
        format!("const A = {};", nested("(", 64, "1", ")")),
        format!("const A = {};", nested("f(a = ", 64, "1", ")")),
        format!("const A = {};", nested("[1, ", 64, "1", "]")),
        format!("const A = {};", nested("h[", 64, "1", "]")),
        format!("const A = {};", nested("1 + 2 * -(", 64, "-1", ")")),
        format!("const A = {}1;", "-".repeat(256)),
        format!("const A = {}1;", "1 * ".repeat(256)),
        format!("model M {{ {} }}", nested("residual { ", 63, "relu;", " }")),
        format!("model M {{ {} }}", nested("h: repeat (2) { ", 63, "relu;", " }")),
    ];
    for source in sources {
        let parse_and_format = move || {
            assert_eq!(parse(&source).1, [], "{source}");
            assert!(format(&source).is_ok(), "{source}");
        };
        let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(parse_and_format).expect("a thread can be started");
        assert!(thread.join().is_ok());
    }
}

#[test]
fn one_long_line_is_no_trouble() {
    // Quadratic anywhere would be 10^10 steps and more, and the test would seem not to end.
    for piece in ["\"a\" ", "dense(3 -> ", "model M { ", "'a ", "x = ;", "r#\"a\"# "] {
        let source = piece.repeat(dlm_dsl::MAX_FILE_SIZE / 8 / piece.len());
        let (_, diagnostics) = parse(&source);
        assert!(!diagnostics.is_empty());
    }
}
