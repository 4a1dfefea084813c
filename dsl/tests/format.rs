//! The canonical form: what it looks like, that nothing is lost on the way to it, and that it is its own.

use dlm_dsl::{ast::File, format, parse};

/// Snapshots are of the canonical form of these files.
const FILES: &[(&str, &str)] = &[
    ("digits", include_str!("format/digits.dlm")),
    ("comments", include_str!("format/comments.dlm")),
    ("layout", include_str!("format/layout.dlm")),
];

/// The tree without its spans.
fn shape(file: &File) -> String {
    let mut text = format!("{file:?}");
    while let Some(begin) = text.find("Span {") {
        let end = text[begin..].find('}').expect("a span ends") + begin;
        text.replace_range(begin..=end, "_");
    }
    // The one thing in a tree that formatting changes.
    text.replace("glorot_", "xavier_")
}

/// The comments of `source`, sorted; those in strings do not occur in these files.
fn comments(source: &str) -> Vec<&str> {
    let mut found: Vec<&str> = source.lines().filter_map(|line| line.find("//").map(|at| line[at..].trim_end())).collect();
    found.sort_unstable();
    found
}

#[test]
fn the_canonical_form_is_the_reviewed_one() {
    for (name, source) in FILES {
        let formatted = format(source).unwrap_or_else(|errors| panic!("{name}: {errors:?}"));
        insta::assert_snapshot!(*name, formatted);
    }
}

#[test]
fn formatting_twice_changes_nothing() {
    for (name, source) in FILES {
        let once = format(source).expect("the file can be read");
        assert_eq!(format(&once).as_ref(), Ok(&once), "{name}");
    }
}

#[test]
fn formatting_changes_neither_the_tree_nor_the_comments() {
    for (name, source) in FILES {
        let formatted = format(source).expect("the file can be read");
        assert_eq!(shape(&parse(source).0), shape(&parse(&formatted).0), "{name}");
        assert_eq!(comments(source), comments(&formatted), "{name}");
        assert!(formatted.lines().all(|line| line.trim_end() == line), "{name}: white space at line ends");
    }
}

/// A comment after any token of a file is kept, and what comes out is canonical.
#[test]
fn a_comment_may_stand_anywhere() {
    let source = "const A = -1 * (2 + 3);\nblock B(u, r = [1, 2],) { dense(u) -> relu; }\n#[allow(W001)]\nmodel M { input x: f32[2, 3]; \
                  h: repeat 3 { B(4); } -> residual(project = auto) { dense(3); } -> elu; output y: class[3] = h; }\n\
                  train M as N like P { a = f(1, b = (c, d), e = h[0..2].dense); f = 3; }\n";
    let places: Vec<usize> =
        source.char_indices().filter(|(_, c)| " ,;(){}[]".contains(*c)).map(|(at, c)| at + c.len_utf8()).collect();
    assert!(places.len() > 60);
    for at in places {
        for comment in [" // here\n", "\n// here\n", "\n\n    // here\n\n"] {
            let commented = format!("{}{comment}{}", &source[..at], &source[at..]);
            let once = format(&commented).unwrap_or_else(|errors| panic!("{commented}\n{errors:?}"));
            assert_eq!(once.matches("// here").count(), 1, "{commented}\n{once}");
            assert_eq!(shape(&parse(&commented).0), shape(&parse(&once).0), "{commented}\n{once}");
            assert_eq!(format(&once).as_ref(), Ok(&once), "{commented}\n{once}");
        }
    }
}

#[test]
fn what_cannot_be_read_is_not_formatted() {
    let source = "const A = ;";
    assert_eq!(format(source), Err(parse(source).1));
}

#[test]
fn files_without_items_are_kept() {
    assert_eq!(format("").as_deref(), Ok(""));
    assert_eq!(format("\n\n").as_deref(), Ok(""));
    assert_eq!(format("\u{feff}\n// only this\r\n\n").as_deref(), Ok("// only this\n"));
}
