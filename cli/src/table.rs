//! Tables for people.

use comfy_table::{CellAlignment, Table, presets};
pub use dlm_runtime::duration;
pub use dlm_runtime::room::bytes;

/// A table with these headings; the columns whose numbers are given are aligned to the right.
pub fn table(headings: &[&str], right: &[usize]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(headings);
    for column in right {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// The table as lines without spaces at their ends, each indented.
pub fn lines(table: &Table) -> String {
    table.lines().map(|line| format!("  {}\n", line.trim_end())).collect()
}

/// A whole number with its thousands set apart: `1,234,567`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 model`, `2 models`.
pub fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_set_apart_by_thousands() {
        let shown: Vec<String> = [0, 999, 1000, 1_234_567].into_iter().map(thousands).collect();
        assert_eq!(shown, ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn sizes_have_the_unit_that_suits() {
        let sizes: Vec<String> = [12, 1024, 1536 * 1024, u64::MAX].into_iter().map(bytes).collect();
        assert_eq!(sizes, ["12 bytes", "1.0 KiB", "1.5 MiB", "16777216.0 TiB"]);
    }
}
