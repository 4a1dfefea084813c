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
pub(super) struct Faults {
    columns: BTreeMap<usize, Fault>,
    /// The columns that are targets or weights, and so are no features.
    beside: Vec<(usize, Role)>,
}

/// What a column is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Feature,
    Target,
    Weight,
}

/// What is wrong with one column: its first cell that is, and how many.
#[derive(Debug)]
struct Fault {
    line: u64,
    cell: String,
    wrong: Wrong,
    count: u64,
    /// How many of them say that there is no value.
    missing: u64,
    /// Some different texts that are no values, and what to do about each.
    texts: Vec<(String, Option<String>)>,
}

impl Faults {
    /// None yet, in a table with these columns beside its features.
    pub(super) fn new(beside: Vec<(usize, Role)>) -> Self {
        Faults { columns: BTreeMap::new(), beside }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// Whether more than one column has any.
    pub(super) fn several(&self) -> bool {
        self.columns.len() > 1
    }

    /// The error that tells of the first column alone, and its first cell.
    pub(super) fn first_error(self, layout: &Layout) -> Error {
        let (column, fault) = self.columns.into_iter().next().expect("an error is made of a fault");
        layout.wrong_cell(fault.line, column, &fault.cell, fault.wrong.expected, fault.wrong.help)
    }

    /// Notes that a cell is not what it has to be.
    pub(super) fn add(&mut self, column: usize, line: u64, cell: &str, why: impl Fn() -> Wrong) {
        const TEXTS: usize = 3;
        let new = || Fault { line, cell: cell.to_owned(), wrong: why(), count: 0, missing: 0, texts: Vec::new() };
        let fault = self.columns.entry(column).or_insert_with(new);
        fault.count += 1;
        if is_missing(cell) {
            fault.missing += 1;
        } else if fault.texts.len() < TEXTS && !fault.texts.iter().any(|(text, _)| text == cell) {
            fault.texts.push((cell.to_owned(), why().help));
        }
    }

    /// The error that tells of all of them, in a table of so many rows.
    pub(super) fn into_error(self, layout: &Layout, rows: u64) -> Error {
        let mut faults = self.columns.values();
        if let (Some(Fault { count: 1, .. }), None) = (faults.next(), faults.next()) {
            return self.first_error(layout);
        }
        let hold = if self.several() { "hold what they cannot" } else { "holds what it cannot" };
        let message = format!("{} {hold}", shape::count(self.columns.len(), "column"));
        Error::Values { path: layout.path().to_owned(), message, faults: self.lines(layout, rows) }
    }

    /// A line for each column.
    fn lines(&self, layout: &Layout, rows: u64) -> Vec<String> {
        let role = |column| self.beside.iter().find(|(beside, _)| *beside == column).map_or(Role::Feature, |(_, role)| *role);
        let line = |(column, fault): (&usize, &Fault)| fault.line(&layout.column_name(*column), role(*column), rows);
        let mut lines: Vec<String> = self.columns.iter().take(NAMED).map(line).collect();
        let more = self.columns.len() - lines.len();
        lines.extend((more > 0).then(|| format!("and {} more", shape::count(more, "column"))));
        lines
    }
}

impl Fault {
    /// Whether the column holds no number at all, but texts that are none written otherwise.
    fn is_text(&self, rows: u64) -> bool {
        let is_other = self.texts.iter().any(|(_, help)| help.is_none());
        self.count == rows && is_other && self.wrong.expected == "a number"
    }

    fn line(&self, column: &str, role: Role, rows: u64) -> String {
        if self.is_text(rows) {
            let texts: Vec<String> = self.texts.iter().map(|(text, _)| shorten(text)).collect();
            let help = match role {
                Role::Feature => "leave it out, or write numbers for it",
                Role::Target => "write numbers for it, or make the output one of classes, `class[…]` or `binary`",
                Role::Weight => "samples' weights are numbers from 0",
            };
            return format!("{column} holds text, such as {}: {help}", list(&texts, 3));
        }
        let place = match self.count {
            1 => format!("line {}", self.line),
            count => format!("{count} of {rows} rows, first in line {}", self.line),
        };
        if self.missing == rows {
            let help = if role == Role::Feature { "leave it out" } else { "fill it in, or name another" };
            return format!("{column} is empty: {help}");
        }
        let found = if self.cell.is_empty() { "nothing".to_owned() } else { format!("`{}`", shorten(&self.cell)) };
        if self.missing == self.count {
            return format!("{column} holds {found} in {place}: {FILL_IN}{}", if self.count > 1 { "s" } else { "" });
        }
        // Where values are missing first, what else there is would come as the next error.
        let text = self.texts.first().filter(|_| is_missing(&self.cell));
        let also = text.map_or(String::new(), |(text, _)| format!(" and `{}`", shorten(text)));
        let helps = self.wrong.help.iter().chain(text.and_then(|(_, help)| help.as_ref()));
        let help: String = helps.map(|help| format!("; {help}")).collect();
        format!("{column}: expected {}, found {found}{also} in {place}{help}", self.wrong.expected)
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
        let good = |column: &&usize| !self.faults.columns.contains_key(column) && !counts(column);
        let good: Vec<String> = columns.iter().filter(good).map(|column| layout.selector(*column)).collect();
        let help = if lines.is_empty() || good.is_empty() || good.len() > NAMED {
            "change the input's shape, or choose columns by `features = […]`".to_owned()
        } else {
            format!("numbers in all rows hold `features = [{}]`; change the input's shape, or choose among them", good.join(", "))
        };
        layout.wrong_shape(message, Some(help))
    }
}
