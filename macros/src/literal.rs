//! The value of a Rust string literal.

/// The value of a string literal as it was written, `"…"`, `r"…"` or `r#"…"#`; `None` for any other literal.
pub(crate) fn text(literal: &str) -> Option<String> {
    if let Some(raw) = literal.strip_prefix('r') {
        let marks = raw.len() - raw.trim_start_matches('#').len();
        let end = format!("\"{}", "#".repeat(marks));
        return Some(raw[marks..].strip_prefix('"')?.strip_suffix(end.as_str())?.to_owned());
    }
    let quoted = literal.strip_prefix('"')?.strip_suffix('"')?;
    let mut value = String::new();
    let mut rest = quoted.chars();
    while let Some(next) = rest.next() {
        if next == '\\' { escape(&mut rest, &mut value)? } else { value.push(next) }
    }
    Some(value)
}

/// What follows a backslash.
fn escape(rest: &mut std::str::Chars<'_>, value: &mut String) -> Option<()> {
    match rest.next()? {
        'n' => value.push('\n'),
        'r' => value.push('\r'),
        't' => value.push('\t'),
        '0' => value.push('\0'),
        'x' => {
            let digits: String = rest.by_ref().take(2).collect();
            value.push(char::from(u8::from_str_radix(&digits, 16).ok()?));
        }
        'u' => {
            let digits: String = rest.by_ref().skip(1).take_while(|digit| *digit != '}').filter(|digit| *digit != '_').collect();
            value.push(char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?);
        }
        // The line break and the indentation of the next line are left out.
        '\n' => *rest = rest.as_str().trim_start().chars(),
        same => value.push(same),
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn values_of_strings() {
        for (written, value) in [
            (r#""models/a.dlm""#, "models/a.dlm"),
            (r#""a\\b\"c\n\t\x41\u{e9}\u{1_F600}\0""#, "a\\b\"c\n\tAé\u{1F600}\0"),
            (r##"r"a\b""##, r"a\b"),
            (r###"r#"a"b"#"###, "a\"b"),
            ("\"a\\\n   b\"", "ab"),
            (r#""""#, ""),
        ] {
            assert_eq!(text(written).as_deref(), Some(value), "{written}");
        }
    }

    #[test]
    fn other_literals_have_none() {
        for written in ["1", "'a'", "b\"a\"", "c\"a\"", "1.5"] {
            assert_eq!(text(written), None, "{written}");
        }
    }
}
