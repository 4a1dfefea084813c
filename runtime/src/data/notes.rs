//! What is no error in a table, but may not be meant.

use super::features::{COARSE, Coarse};

/// The fewest rows of which it can be said that a column holds another number in each.
const ROWS: usize = 10;

/// Whether a column of whole numbers, the greatest so much above the least, holds ids: another number in each row, and they
/// fill their range or the column's name says so.
pub(super) fn is_id(values: impl ExactSizeIterator<Item = f32>, range: f64, name: Option<&str>) -> bool {
    let rows = values.len();
    if rows < ROWS || range + 1.0 < rows as f64 {
        return false;
    }
    if range >= 2.0 * rows as f64 && !name.is_some_and(names_id) {
        return false;
    }
    let mut values: Vec<f32> = values.collect();
    values.sort_unstable_by(f32::total_cmp);
    values.windows(2).all(|pair| pair[0] != pair[1])
}

/// Whether a name is one that ids have: `id`, `PassengerId`, `customer_id`, `index`.
fn names_id(name: &str) -> bool {
    const NAMES: [&str; 5] = ["id", "index", "key", "uid", "rowid"];
    let lower = name.to_lowercase();
    let last = lower.rsplit(['_', '-', ' ', '.']).next().unwrap_or_default();
    let word = name.strip_suffix("Id").or_else(|| name.strip_suffix("ID"));
    NAMES.contains(&last) || word.is_some_and(|word| word.ends_with(char::is_lowercase))
}

pub(super) fn id(column: &str) -> String {
    format!("{column} holds another whole number in each row, as ids do: what is learned from it holds for no other row")
}

pub(super) fn code(column: &str, line: u64, code: &str) -> String {
    format!("{column} holds codes such as `{code}` in line {line}, which are read as numbers: 01 is 1")
}

/// That `f32` does not tell a column's values apart, and what was done about it.
pub(super) fn coarse(column: &str, why: Coarse, base: f64) -> String {
    let what = match why {
        Coarse::Whole => "whole numbers beyond 16777216, which f32 does not hold exactly",
        Coarse::Near => "values whose differences f32 rounds off beside their size",
    };
    if base == 0.0 {
        return format!("{column} holds {what}: `normalize = standard` or `minmax` shifts them before they are rounded");
    }
    format!("{column} holds {what}: they are taken relative to {base}, their least, and the weights keep that")
}

/// What there is to tell of a column of targets from the least to the greatest: that `f32` hardly tells them apart, or that all
/// are the same.
pub(super) fn target(column: &str, (low, high): (f64, f64)) -> Option<String> {
    // So little is what the rounding of `f64` leaves, in programs that compute the same value in several ways.
    const ROUNDING: f64 = (1_u64 << 48) as f64;
    let (size, range) = (low.abs().max(high.abs()), high - low);
    if range * ROUNDING <= size {
        return Some(format!("{column} is {low} in all rows: there is nothing to learn of it"));
    }
    if size <= COARSE * range {
        return None;
    }
    let greatest = size as f32;
    let step = f64::from(greatest.next_up()) - f64::from(greatest);
    Some(format!(
        "{column} holds targets from {low} to {high}, and so far from 0 the numbers of f32 are {step} apart: subtract a constant \
         first, such as {low}, and add it to what is predicted; targets are not taken relative to a base, as features are"
    ))
}

/// That a class is called as missing values are.
pub(super) fn class(column: &str, class: &str) -> String {
    format!("{column} has a class `{class}`: where that means that the class is not known, remove its rows")
}

#[cfg(test)]
mod tests {
    #[test]
    fn ids_are_another_whole_number_in_each_row() {
        let is_id = |values: &[f32], name| {
            let (low, high) = values.iter().fold((f32::MAX, f32::MIN), |(low, high), value| (low.min(*value), high.max(*value)));
            super::is_id(values.iter().copied(), f64::from(high - low), name)
        };
        let counted: Vec<f32> = (0..20).map(|row| (row * 7 % 20) as f32).collect();
        assert!(is_id(&counted, None));
        let sparse: Vec<f32> = counted.iter().map(|value| value * 1000.0).collect();
        assert!(!is_id(&sparse, None) && !is_id(&sparse, Some("price")), "prices can all differ");
        for name in ["id", "PassengerId", "customer_id", "Row ID", "index"] {
            assert!(is_id(&sparse, Some(name)), "{name}");
        }
        for name in ["width", "acid", "grid", "paid", "COVID"] {
            assert!(!is_id(&sparse, Some(name)), "{name}");
        }
        let mut again = sparse;
        again[3] = again[4];
        assert!(!is_id(&again, Some("id")));
        assert!(!is_id(&counted[..9], Some("id")), "too few to tell");
    }
}
