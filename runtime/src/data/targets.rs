//! The targets of an output as a table is read: numbers or classes.

use super::cells::{FILL_IN, Wrong, is_missing, no_number, number, truth};
use super::classes::ClassColumn;
use super::dataset::{class_count, expected_target, is_target};
use super::layout::Layout;
use crate::error::Error;
use crate::spec::{OutputKind, OutputSpec};

/// The most bytes of a class's name.
const LONGEST_CLASS: usize = 1024;

/// Why a cell is no target of an output.
pub(super) fn no_target(output: &OutputSpec, cell: &str) -> Wrong {
    let wrong = |expected: String, help| Wrong { expected, help };
    match output.kind {
        OutputKind::Class(_) | OutputKind::Binary if cell.is_empty() => wrong("a class".to_owned(), Some(FILL_IN.to_owned())),
        OutputKind::Class(_) | OutputKind::Binary => wrong(format!("the name of a class, at most {LONGEST_CLASS} bytes"), None),
        OutputKind::Flags(_) if number(cell).is_some() || !is_missing(cell) => {
            wrong(expected_target(output.kind) + ", or yes or no", None)
        }
        OutputKind::Flags(_) | OutputKind::Values(_) => no_number(cell),
    }
}

/// An output's targets as they are read.
pub(super) enum Target {
    /// Row by row, and the least and greatest value of each column, in `f64`.
    Numbers(Vec<f32>, Vec<(f64, f64)>),
    Classes(ClassColumn),
}

impl Target {
    pub(super) fn new(output: &OutputSpec) -> Self {
        match output.kind {
            OutputKind::Class(_) | OutputKind::Binary => Target::Classes(ClassColumn::default()),
            OutputKind::Flags(_) | OutputKind::Values(_) => {
                Target::Numbers(Vec::new(), vec![(f64::INFINITY, f64::NEG_INFINITY); output.target_width()])
            }
        }
    }

    /// Whether a cell, of the output's column of this index, is a target of the output; keeps what it says if that is wanted.
    pub(super) fn add(&mut self, output: &OutputSpec, index: usize, cell: &str, line: u64, keeps: bool) -> bool {
        match self {
            Target::Classes(classes) => {
                let is_class = !cell.is_empty() && cell.len() <= LONGEST_CLASS;
                if is_class && keeps {
                    classes.push(cell, line);
                }
                is_class
            }
            Target::Numbers(numbers, ranges) => {
                let flag = matches!(output.kind, OutputKind::Flags(_)).then(|| truth(cell)).flatten();
                let value = flag.or_else(|| number(cell)).filter(|value| is_target(output.kind, *value));
                if let Some(value) = value.filter(|_| keeps) {
                    numbers.push(value);
                    let (range, exact) = (&mut ranges[index], cell.parse().unwrap_or(f64::from(value)));
                    *range = (range.0.min(exact), range.1.max(exact));
                }
                value.is_some()
            }
        }
    }

    /// An error if a column of classes has so many different texts that it cannot be one.
    pub(super) fn check(&self, output: &OutputSpec, layout: &Layout, column: usize, line: u64) -> Result<(), Error> {
        // A class can be written in several ways, such as 1, 1.0 and 1e0.
        let most = class_count(output.kind).unwrap_or_default().saturating_mul(16).max(1 << 16);
        match self {
            Target::Classes(classes) if classes.texts() > most => {
                let column = layout.column_name(column);
                let message = format!("up to line {line} {column} holds {} different texts: too many to be classes", most + 1);
                Err(layout.wrong_shape(message, Some("choose another column as the label".to_owned())))
            }
            _ => Ok(()),
        }
    }
}
