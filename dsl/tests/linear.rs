//! The work of parsing grows with the text and not faster.

use dlm_dsl::parse;
use std::num::NonZeroUsize;

/// Texts that made other PEGs slow, `n` times over.
fn repeated(n: usize) -> Vec<String> {
    let deep = |open: &str, close: &str| format!("const A = {}1{};\n", open.repeat(60), close.repeat(60)).repeat(n / 60 + 1);
    let statements = |text: &str| format!("model M {{\n{}}}\n", text.repeat(n));
    vec![
        deep("(", ")"),
        deep("(a = ", ")"),
        deep("f(", ", 2)"),
        deep("[", "]"),
        deep("(", " 2)"),
        deep("[", "; ]"),
        statements("dense(3) -> relu;\n"),
        statements("dense(3\n"),
        statements("dense 3;\n"),
        statements("h: dense(3)\n"),
        statements("dense(3, );; -> \n"),
        statements("residual { dense(3) } ?\n"),
        statements(&format!("{}dense(3);{}\n", "residual { ".repeat(40), " } 3 ".repeat(40))),
        statements("/// doc\n#[allow(W001)]\n"),
        format!("model M {{ x {} ; }}", "-> residual { dense(3); } ".repeat(n)),
        format!("model M {{ x {} ; }}", "-> { } ".repeat(n)),
        format!("const A = {}1;", "1 , ".repeat(n)),
        format!("train M {{ a = h{}; }}", ".b[1]".repeat(n)),
        "const A = 1;".repeat(n),
        "train M as ".repeat(n),
        "model M {".repeat(n),
        "} ".repeat(n),
        "((;".repeat(n),
        "\"a\" ".repeat(n),
        "#".repeat(n),
        "'".repeat(n),
        "//".repeat(n),
        "/*".repeat(n),
        "-".repeat(n),
    ]
}

/// pest counts the rules it tries: with a bound of so many for each byte, no text of any size runs into it. The bound holds for
/// the whole process, so this is the only test in it.
#[test]
fn the_work_grows_with_the_text_and_not_faster() {
    const CALLS_PER_BYTE: usize = 200;
    for n in [50, 400, 1600] {
        for source in repeated(n) {
            pest::set_call_limit(NonZeroUsize::new(CALLS_PER_BYTE * (source.len() + 100)));
            let (_, diagnostics) = parse(&source);
            pest::set_call_limit(None);
            assert!(diagnostics.len() <= source.len() + 1);
            let stopped = diagnostics.iter().find(|diagnostic| diagnostic.message.contains("cannot be read"));
            assert_eq!(stopped, None, "{n} times: {:.60}", source);
        }
    }
}
