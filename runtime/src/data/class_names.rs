//! When two texts name one class.

/// Whether a cell is a code rather than a number: digits that begin with a zero, as in 01234.
pub(super) fn is_code(cell: &str) -> bool {
    let digits = cell.trim_start_matches(['-', '+']);
    digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The number that a text is, if f64 holds it exactly enough to tell it from its neighbours. Zero has no sign. A code such as 01
/// is none: it is not 1.
pub(super) fn number(text: &str) -> Option<f64> {
    const WHOLE: f64 = (1_u64 << 53) as f64;
    if is_code(text) {
        return None;
    }
    text.parse().ok().filter(|number: &f64| number.abs() < WHOLE).map(|number| number + 0.0)
}

/// Whether a text means what another does: as a number, or in any case.
pub(super) fn is_like(text: &str, other: &str) -> bool {
    match (number(text), number(other)) {
        (Some(value), Some(other)) => value == other,
        _ => text.eq_ignore_ascii_case(other),
    }
}

/// Which of two classes is called so: as it is written, else as a number or in another case. None if neither is, or both.
pub(crate) fn called(classes: [&str; 2], name: &str) -> Option<usize> {
    let only = |is: &dyn Fn(&str) -> bool| match classes.map(is) {
        [true, false] => Some(0),
        [false, true] => Some(1),
        _ => None,
    };
    only(&|class| class == name).or_else(|| only(&|class| is_like(class, name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_begin_with_a_zero() {
        for code in ["01", "007", "00", "-01", "01234"] {
            assert!(is_code(code), "{code}");
        }
        for number in ["0", "-0", "0.5", "1", "100", "0e1", "", "0x1f"] {
            assert!(!is_code(number), "{number}");
        }
    }

    #[test]
    fn a_class_is_called_as_it_is_written_else_alike() {
        assert_eq!(called(["female", "Male"], "male"), Some(1));
        assert_eq!(called(["1", "2"], "1.0"), Some(0));
        assert_eq!(called(["a", "A"], "A"), Some(1));
        assert_eq!((called(["a", "A"], "á"), called(["1", "01"], "1.0"), called(["x", "y"], "z")), (None, Some(0), None));
    }
}
