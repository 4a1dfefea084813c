//! Predictions as a table.

use std::collections::HashSet;
use std::fmt::Write as _;

use dlm_runtime::{Model, OutputKind};

/// Predictions as a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Predictions {
    /// As CSV.
    pub csv: String,
    /// All rows.
    pub rows: usize,
    /// Rows in which an output is not a number.
    pub undefined: usize,
}

/// Predictions for all rows of each input, as CSV with a first line that names the columns. Classes, yes or no and flags are
/// decided by logits, as metrics do, since probabilities that differ by little are rounded to equal ones. Where one is not a
/// number, nothing is decided: the cell is empty. Of an output `y`:
///
/// - a class: `y`, the likeliest class by its name if that is known, else by its number; then `y_CLASS`, each probability;
/// - yes or no: `y`, 0 or 1 or the class's name; `y_CLASS`, the probability of the class that is yes, `y_1` without a name;
/// - flags: `y_0`, `y_1` … each 0 or 1; then `y_0_probability` and so on;
/// - numbers: `y` if there is one, else `y_0`, `y_1` … row-major.
///
/// Where two columns would be called alike, such as those of `y: class[2]` with a class `a` and of `y_a: f32[1]`, a dot joins what
/// otherwise `_` does, which no output's name holds.
pub fn predictions(model: &Model, inputs: &[Vec<f32>]) -> Predictions {
    let spec = model.spec();
    let rows = spec.inputs.first().map_or(0, |input| inputs[0].len() / input.features().max(1));
    let slices: Vec<&[f32]> = inputs.iter().map(Vec::as_slice).collect();
    let room = || spec.outputs.iter().map(|output| vec![0.0; rows * output.width()]).collect::<Vec<Vec<f32>>>();
    let (mut values, mut logits) = (room(), room());
    model.predict_into(&slices, &mut values.iter_mut().map(Vec::as_mut_slice).collect::<Vec<_>>());
    if spec.outputs.iter().any(|output| !matches!(output.kind, OutputKind::Values(_))) {
        model.predict_logits_into(&slices, &mut logits.iter_mut().map(Vec::as_mut_slice).collect::<Vec<_>>());
    }
    let columns: Vec<Columns> = spec
        .outputs
        .iter()
        .enumerate()
        .map(|(index, output)| Columns { name: output.name, kind: output.kind, labels: model.labels().of(index) })
        .collect();
    let (mut out, mut undefined) = (String::new(), 0);
    line(&mut out, headings(&columns).into_iter());
    for row in 0..rows {
        let place = |width: usize| row * width..(row + 1) * width;
        let mut parts = values.iter().zip(spec.outputs).map(|(values, output)| &values[place(output.width())]);
        undefined += usize::from(parts.any(|values| values.iter().any(|value| value.is_nan())));
        let cells = columns.iter().zip(spec.outputs).zip(values.iter().zip(&logits));
        let cells = cells.flat_map(|((columns, output), (values, logits))| {
            let place = place(output.width());
            columns.cells(&values[place.clone()], &logits[place])
        });
        line(&mut out, cells);
    }
    Predictions { csv: out, rows, undefined }
}

/// The names of all columns, no two of them alike.
fn headings(columns: &[Columns<'_>]) -> Vec<String> {
    let joined = |joint: char| -> Vec<String> { columns.iter().flat_map(|columns| columns.headings(joint)).collect() };
    let all = joined('_');
    let distinct: HashSet<&String> = all.iter().collect();
    if distinct.len() == all.len() { all } else { joined('.') }
}

/// The columns of one output.
struct Columns<'a> {
    name: &'a str,
    kind: OutputKind,
    labels: Option<&'a [String]>,
}

impl Columns<'_> {
    /// A class by its name, or by its number.
    fn class(&self, class: usize) -> String {
        self.labels.and_then(|labels| labels.get(class)).cloned().unwrap_or_else(|| class.to_string())
    }

    fn headings(&self, joint: char) -> Vec<String> {
        let name = self.name;
        match self.kind {
            OutputKind::Class(classes) => {
                let probabilities = (0..classes).map(|class| format!("{name}{joint}{}", self.class(class)));
                std::iter::once(name.to_owned()).chain(probabilities).collect()
            }
            OutputKind::Binary => vec![name.to_owned(), format!("{name}{joint}{}", self.class(1))],
            OutputKind::Flags(flags) => {
                let values = (0..flags).map(|flag| format!("{name}{joint}{flag}"));
                values.chain((0..flags).map(|flag| format!("{name}{joint}{flag}{joint}probability"))).collect()
            }
            OutputKind::Values(shape) => match shape.iter().product() {
                1 => vec![name.to_owned()],
                count => (0..count).map(|index| format!("{name}{joint}{index}")).collect(),
            },
        }
    }

    /// One row's cells: probabilities or numbers, and what the logits decide.
    fn cells(&self, values: &[f32], logits: &[f32]) -> Vec<String> {
        let numbers = values.iter().map(f32::to_string);
        let decided: Vec<Option<usize>> = match self.kind {
            OutputKind::Class(_) => vec![likeliest(values, logits)],
            OutputKind::Binary | OutputKind::Flags(_) => {
                values.iter().zip(logits).map(|(value, logit)| is_yes(*value, *logit)).collect()
            }
            OutputKind::Values(_) => Vec::new(),
        };
        let cell = |class: Option<usize>| class.map_or_else(String::new, |class| self.class(class));
        decided.into_iter().map(cell).chain(numbers).collect()
    }
}

/// The index of the greatest logit, the first of equals; none if one or a probability is not a number.
fn likeliest(probabilities: &[f32], logits: &[f32]) -> Option<usize> {
    let better = |best: usize, index: usize| if logits[index] > logits[best] { index } else { best };
    let defined = probabilities.iter().chain(logits).all(|value| !value.is_nan());
    defined.then(|| (0..logits.len()).fold(0, better))
}

/// 1 for yes, 0 for no; none if the logit or the probability is not a number.
fn is_yes(probability: f32, logit: f32) -> Option<usize> {
    (!probability.is_nan() && !logit.is_nan()).then_some(usize::from(logit > 0.0))
}

/// Adds a line; cells with commas, quotes or line breaks are quoted.
fn line(out: &mut String, cells: impl Iterator<Item = String>) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            out.push(',');
        }
        if cell.contains([',', '"', '\n', '\r']) {
            // Writing to a string cannot fail.
            let _ = write!(out, "\"{}\"", cell.replace('"', "\"\""));
        } else {
            out.push_str(&cell);
        }
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns<'a>(kind: OutputKind, labels: Option<&'a [String]>) -> Columns<'a> {
        Columns { name: "y", kind, labels }
    }

    #[test]
    fn classes_go_by_their_names_where_these_are_known() {
        let names = ["a".to_owned(), "b,c".to_owned()];
        let named = columns(OutputKind::Class(2), Some(&names));
        assert_eq!(named.headings('_'), ["y", "y_a", "y_b,c"]);
        assert_eq!(named.cells(&[0.25, 0.75], &[-1.0, 0.1]), ["b,c", "0.25", "0.75"]);
        let numbered = columns(OutputKind::Class(2), None);
        assert_eq!(numbered.headings('_'), ["y", "y_0", "y_1"]);
        assert_eq!(numbered.cells(&[0.5, 0.5], &[1.0, 1.0])[0], "0");
        assert_eq!(numbered.cells(&[0.5, 0.5], &[1e-9, 2e-9])[0], "1", "rounded to equal probabilities");
    }

    #[test]
    fn yes_or_no_flags_and_numbers() {
        let names = ["no".to_owned(), "yes".to_owned()];
        let binary = columns(OutputKind::Binary, Some(&names));
        assert_eq!(
            (binary.headings('_'), binary.cells(&[0.75], &[1.1])),
            (vec!["y".into(), "y_yes".into()], vec!["yes".into(), "0.75".into()])
        );
        assert_eq!(columns(OutputKind::Binary, None).headings('_'), ["y", "y_1"]);
        let flags = columns(OutputKind::Flags(2), None);
        assert_eq!(flags.headings('_'), ["y_0", "y_1", "y_0_probability", "y_1_probability"]);
        assert_eq!(flags.cells(&[0.25, 0.75], &[-1.1, 1.1]), ["0", "1", "0.25", "0.75"]);
        assert_eq!(columns(OutputKind::Values(&[]), None).headings('_'), ["y"]);
        assert_eq!(columns(OutputKind::Values(&[2]), None).headings('_'), ["y_0", "y_1"]);
        assert_eq!(columns(OutputKind::Values(&[2]), None).cells(&[1.5, -2.0], &[0.0, 0.0]), ["1.5", "-2"]);
    }

    #[test]
    fn no_two_columns_are_called_alike() {
        let names = ["a".to_owned(), "b".to_owned()];
        let class = || columns(OutputKind::Class(2), Some(&names));
        let other = |name: &'static str| Columns { name, kind: OutputKind::Values(&[1]), labels: None };
        assert_eq!(headings(&[class(), other("y_c")]), ["y", "y_a", "y_b", "y_c"]);
        assert_eq!(headings(&[class(), other("y_a")]), ["y", "y.a", "y.b", "y_a"]);
        let flags = columns(OutputKind::Flags(1), None);
        assert_eq!(headings(&[flags, other("y_0_probability")]), ["y.0", "y.0.probability", "y_0_probability"]);
    }

    #[test]
    fn yes_is_a_logit_above_0_as_in_metrics() {
        let binary = columns(OutputKind::Binary, None);
        // The sigmoid of 1e-9 is 0.5 in f32, and may be rounded either way.
        assert_eq!(binary.cells(&[0.5], &[1e-9])[0], "1");
        assert_eq!(binary.cells(&[0.5], &[0.0])[0], "0");
        assert_eq!(binary.cells(&[0.500_000_06], &[-1e-9])[0], "0");
        assert_eq!(columns(OutputKind::Flags(2), None).cells(&[0.5, 0.5], &[1e-9, -1e-9])[..2], ["1", "0"]);
    }

    #[test]
    fn what_is_not_a_number_is_no_class() {
        let nan = f32::NAN;
        let class = columns(OutputKind::Class(2), None);
        assert_eq!(class.cells(&[nan, nan], &[nan, 1.0]), ["", "NaN", "NaN"]);
        assert_eq!(class.cells(&[nan, nan], &[f32::INFINITY, 1.0])[0], "");
        assert_eq!(columns(OutputKind::Binary, None).cells(&[nan], &[nan]), ["", "NaN"]);
        assert_eq!(columns(OutputKind::Flags(2), None).cells(&[nan, 0.75], &[nan, 1.1]), ["", "1", "NaN", "0.75"]);
    }

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let mut out = String::new();
        line(&mut out, ["a", "b,c", "say \"x\""].into_iter().map(str::to_owned));
        assert_eq!(out, "a,\"b,c\",\"say \"\"x\"\"\"\n");
    }
}
