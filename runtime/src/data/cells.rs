//! What a cell of a table says, where a number, or yes or no, is expected.

/// Why a cell is not what it has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) expected: String,
    pub(super) help: Option<String>,
}

/// The number that a cell is, if it is one.
pub(super) fn number(cell: &str) -> Option<f32> {
    cell.parse().ok().filter(|number: &f32| number.is_finite())
}

/// Why a cell is no number.
pub(super) fn no_number(cell: &str) -> Wrong {
    let is_infinite = cell.parse::<f32>().is_ok_and(f32::is_infinite);
    let expected = if is_infinite { "a finite number" } else { "a number" };
    Wrong { expected: expected.to_owned(), help: advice(cell) }
}

/// Whether a cell says that there is no value: nothing, or one of the ways in which programs write that.
pub(super) fn is_missing(cell: &str) -> bool {
    const MISSING: [&str; 10] = ["na", "n/a", "#n/a", "nan", "null", "none", "nil", "?", "-", "."];
    cell.is_empty() || MISSING.iter().any(|missing| cell.eq_ignore_ascii_case(missing))
}

/// What to do about a missing value.
pub(super) const FILL_IN: &str = "fill it in, or remove the row";

/// What to write instead of a cell that is no number.
fn advice(cell: &str) -> Option<String> {
    let is_number = |text: &str| number(text).is_some();
    if is_missing(cell) {
        return Some(FILL_IN.to_owned());
    }
    // One comma and three digits behind it: a thousand, or a decimal?
    if let Some(whole) = without_separators(cell, ',', '.') {
        let decimal = cell.replace(',', ".");
        return Some(if is_number(&decimal) {
            format!(
                "write {whole} or {decimal}, whichever it is: decimals are written with a point, thousands without a separator"
            )
        } else {
            format!("write {whole}: thousands have no separator")
        });
    }
    if is_number(&cell.replace(',', ".")) {
        return Some("decimals are written with a point".to_owned());
    }
    let separators =
        [('.', ','), (' ', '.'), (' ', ','), ('\u{a0}', ','), ('\u{202f}', ','), ('\'', '.'), ('’', '.'), ('_', '.')];
    if let Some(whole) = separators.iter().find_map(|(thousands, decimal)| without_separators(cell, *thousands, *decimal)) {
        return Some(format!("write {whole}: thousands have no separator"));
    }
    let bare = cell.trim_matches(['%', '$', '€', '£', '¥', ' ']);
    if bare != cell && !is_missing(bare) {
        return if is_number(bare) { Some(format!("write the number alone: {bare}")) } else { advice(bare) };
    }
    truth(cell).map(|_| "write 1 for yes and 0 for no".to_owned())
}

/// A number whose thousands are separated, without the separators and with a point.
fn without_separators(cell: &str, thousands: char, decimal: char) -> Option<String> {
    let (whole, decimals) = cell.split_once(decimal).map_or((cell, None), |(whole, decimals)| (whole, Some(decimals)));
    let mut groups = whole.split(thousands);
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next()?.trim_start_matches(['-', '+']);
    let groups: Vec<&str> = groups.collect();
    let are_groups = groups.iter().all(|group| group.len() == 3 && are_digits(group));
    let is_number = (1..=3).contains(&first.len()) && are_digits(first) && are_groups && decimals.is_none_or(are_digits);
    (is_number && !groups.is_empty()).then(|| cell.replace(thousands, "").replace(decimal, "."))
}

/// What means no and yes, in lower case.
pub(super) const PAIRS: [(&str, &str); 8] = [
    ("no", "yes"),
    ("n", "y"),
    ("false", "true"),
    ("f", "t"),
    ("negative", "positive"),
    ("neg", "pos"),
    ("off", "on"),
    ("absent", "present"),
];

/// 1 for yes and 0 for no, in the words of any of the pairs that data is written in, in any case.
pub(super) fn truth(cell: &str) -> Option<f32> {
    let is = |word: &str| cell.eq_ignore_ascii_case(word);
    PAIRS.iter().find_map(|(no, yes)| if is(no) { Some(0.0) } else { is(yes).then_some(1.0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advice(cell: &str) -> String {
        assert_eq!(number(cell), None);
        no_number(cell).help.unwrap_or_default()
    }

    #[test]
    fn numbers_are_finite() {
        assert_eq!(number("-1.5e-3"), Some(-0.0015));
        for (cell, expected) in [("1e99", "a finite number"), ("-inf", "a finite number"), ("nan", "a number")] {
            assert_eq!((number(cell), no_number(cell).expected.as_str()), (None, expected));
        }
    }

    #[test]
    fn what_is_written_otherwise_is_said_how() {
        let both = "decimals are written with a point, thousands without a separator";
        assert_eq!(advice("1,234"), format!("write 1234 or 1.234, whichever it is: {both}"));
        assert_eq!(advice("-12,345"), format!("write -12345 or -12.345, whichever it is: {both}"));
        for (cell, number) in [
            ("1,234,567", "1234567"),
            ("1,234.5", "1234.5"),
            ("1.234,5", "1234.5"),
            ("1.234.567", "1234567"),
            ("12 345", "12345"),
            ("1\u{a0}234,5", "1234.5"),
            ("1'234.5", "1234.5"),
            ("1_000", "1000"),
        ] {
            assert_eq!(advice(cell), format!("write {number}: thousands have no separator"), "{cell}");
        }
        for cell in ["0,3", "1,23", "1,2345", ",5", "1234,567"] {
            assert_eq!(advice(cell), "decimals are written with a point", "{cell}");
        }
        assert_eq!(advice("50 %"), "write the number alone: 50");
        assert_eq!(advice("$9.99"), "write the number alone: 9.99");
        assert_eq!(advice("TRUE"), "write 1 for yes and 0 for no");
        assert_eq!(advice("$1,234.50"), "write 1234.50: thousands have no separator");
        assert_eq!(advice("5,1 €"), "decimals are written with a point");
        for cell in ["", "NA", "n/a", "NaN", "null", "?", "-"] {
            assert_eq!(advice(cell), FILL_IN, "{cell}");
        }
        for cell in ["male", "%", "$ -", "1,23,4", "12,34,567", "1-2", "é,123"] {
            assert_eq!(advice(cell), "", "{cell}");
        }
    }

    #[test]
    fn yes_and_no_have_many_words() {
        for (no, yes) in [("no", "YES"), ("False", "true"), ("n", "Y"), ("negative", "Positive"), ("Neg", "POS"), ("OFF", "on")] {
            assert_eq!((truth(no), truth(yes)), (Some(0.0), Some(1.0)));
        }
        assert_eq!((truth("maybe"), truth("")), (None, None));
    }
}
