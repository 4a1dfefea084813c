//! What is wrong with the cells of a table, column by column: all of it at once, so that a file is mended once.

use std::collections::BTreeMap;

use super::cells::{FILL_IN, Wrong, is_missing, no_number, number};
use super::layout::{Layout, takes};
use super::records::Record;
use crate::error::{Error, list, shorten};
use crate::shape;
use crate::spec::Spec;

/// The most columns that one error names.
const NAMED: usize = 12;

/// What is wrong with columns.
#[derive(Debug, Default)]
pub(super) struct Faults(BTreeMap<usize, Fault>);

/// What is wrong with one column: its first cell that is, and how many.
#[derive(Debug)]
struct Fault {
    line: u64,
    cell: String,
    wrong: Wrong,
    count: u64,
    /// How many of them say that there is no value.
    missing: u64,
    /// Some different texts that are no values.
    texts: Vec<String>,
}

impl Faults {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether more than one column has any.
    pub(super) fn several(&self) -> bool {
        self.0.len() > 1
    }

    /// The error that tells of the first column alone, and its first cell.
    pub(super) fn first_error(self, layout: &Layout) -> Error {
        let (column, fault) = self.0.into_iter().next().expect("an error is made of a fault");
        layout.wrong_cell(fault.line, column, &fault.cell, fault.wrong.expected, fault.wrong.help)
    }

    /// Notes that a cell is not what it has to be.
    pub(super) fn add(&mut self, column: usize, line: u64, cell: &str, why: impl FnOnce() -> Wrong) {
        const TEXTS: usize = 3;
        let new = || Fault { line, cell: cell.to_owned(), wrong: why(), count: 0, missing: 0, texts: Vec::new() };
        let fault = self.0.entry(column).or_insert_with(new);
        fault.count += 1;
        if is_missing(cell) {
            fault.missing += 1;
        } else if fault.texts.len() < TEXTS && !fault.texts.iter().any(|text| text == cell) {
            fault.texts.push(cell.to_owned());
        }
    }

    /// The error that tells of all of them, in a table of so many rows.
    pub(super) fn into_error(self, layout: &Layout, rows: u64) -> Error {
        if self.0.len() > 1 {
            let message = format!("{} hold what they cannot", shape::count(self.0.len(), "column"));
            return Error::Values { path: layout.path().to_owned(), message, faults: self.lines(layout, rows) };
        }
        let (column, fault) = self.0.into_iter().next().expect("an error is made of a fault");
        let more = (fault.count > 1).then(|| format!("it is so in {} of {rows} rows", fault.count));
        let help = match (fault.is_text(rows), more, fault.wrong.help) {
            (true, Some(_), _) => Some(LEAVE_OUT.to_owned()),
            (_, Some(more), Some(help)) => Some(format!("{help}; {more}")),
            (_, more, help) => help.or(more),
        };
        layout.wrong_cell(fault.line, column, &fault.cell, fault.wrong.expected, help)
    }

    /// A line for each column.
    fn lines(&self, layout: &Layout, rows: u64) -> Vec<String> {
        let mut lines: Vec<String> =
            self.0.iter().take(NAMED).map(|(column, fault)| fault.line(&layout.column_name(*column), rows)).collect();
        let more = self.0.len() - lines.len();
        lines.extend((more > 0).then(|| format!("and {} more", shape::count(more, "column"))));
        lines
    }
}

const LEAVE_OUT: &str = "a network takes numbers: leave the column out by `features = […]`, or write numbers for its texts";

impl Fault {
    /// Whether the column holds no number at all, but texts.
    fn is_text(&self, rows: u64) -> bool {
        self.count == rows && self.count > self.missing
    }

    fn line(&self, column: &str, rows: u64) -> String {
        if self.is_text(rows) && self.wrong.expected == "a number" {
            let texts: Vec<String> = self.texts.iter().map(|text| shorten(text)).collect();
            return format!("{column} holds text, such as {}: leave it out, or write numbers for it", list(&texts, 3));
        }
        let place = match self.count {
            1 => format!("line {}", self.line),
            count => format!("{count} of {rows} rows, first in line {}", self.line),
        };
        if self.missing == rows {
            return format!("{column} is empty: leave it out");
        }
        if self.missing == self.count {
            let found = if self.cell.is_empty() { "nothing".to_owned() } else { format!("`{}`", self.cell) };
            return format!("{column} holds {found} in {place}: {FILL_IN}{}", if self.count > 1 { "s" } else { "" });
        }
        let help = self.wrong.help.as_ref().map_or(String::new(), |help| format!("; {help}"));
        format!("{column}: expected {}, found `{}` in {place}{help}", self.wrong.expected, shorten(&self.cell))
    }
}

/// Looks at columns of which there are more, or fewer, than a model takes.
#[derive(Debug, Default)]
pub(super) struct Survey {
    faults: Faults,
    rows: u64,
    /// The columns that count the rows so far, and the number of their first.
    counters: Vec<(usize, f32)>,
}

impl Survey {
    pub(super) fn add(&mut self, row: &Record, columns: &[usize]) {
        for column in columns {
            match number(row.cell(*column)) {
                None => self.faults.add(*column, row.line, row.cell(*column), || no_number(row.cell(*column))),
                Some(first) if self.rows == 0 => self.counters.push((*column, first)),
                Some(_) => {}
            }
        }
        let rows = self.rows as f32;
        self.counters.retain(|(column, first)| number(row.cell(*column)) == Some(first + rows));
        self.rows += 1;
    }

    /// The error of a table whose columns these are, `beside` its labels.
    pub(super) fn into_error(self, layout: &Layout, columns: &[usize], beside: bool, spec: &Spec) -> Error {
        let beside = if beside { " beside its labels" } else { "" };
        let mut message = format!("the file has {}{beside}, {}", shape::count(columns.len(), "column"), takes(spec));
        let mut lines = self.faults.lines(layout, self.rows);
        let counts = |column: &usize| self.rows > 2 && self.counters.iter().any(|(counter, _)| counter == column);
        lines.extend(
            columns
                .iter()
                .filter(|column| counts(column))
                .map(|column| format!("{} counts the rows: a network learns nothing from it", layout.column_name(*column))),
        );
        lines.iter().for_each(|line| message.push_str(&format!("\n  {line}")));
        let good = |column: &&usize| !self.faults.0.contains_key(column) && !counts(column);
        let good: Vec<String> = columns.iter().filter(good).map(|column| layout.selector(*column)).collect();
        let help = if lines.is_empty() || good.is_empty() || good.len() > NAMED {
            "change the input's shape, or choose columns by `features = […]`".to_owned()
        } else {
            format!("numbers in all rows hold `features = [{}]`; change the input's shape, or choose among them", good.join(", "))
        };
        layout.wrong_shape(message, Some(help))
    }
}
