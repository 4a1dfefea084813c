//! Predictions as a table.

use std::fmt::Write as _;

use dlm_runtime::{Model, OutputKind};

/// Predictions for all rows of each input, as CSV with a first line that names the columns. Of an output `y`:
///
/// - a class: `y`, the likeliest class by its name if that is known, else by its number; then `y_CLASS`, each probability;
/// - yes or no: `y`, 0 or 1 or the class's name; `y_probability`, that of 1 or the second class;
/// - flags: `y_0`, `y_1` … each 0 or 1; then `y_0_probability` and so on;
/// - numbers: `y` if there is one, else `y_0`, `y_1` … row-major.
pub fn csv(model: &Model, inputs: &[Vec<f32>]) -> String {
    let spec = model.spec();
    let rows = spec.inputs.first().map_or(0, |input| inputs[0].len() / input.features().max(1));
    let slices: Vec<&[f32]> = inputs.iter().map(Vec::as_slice).collect();
    let mut values: Vec<Vec<f32>> = spec.outputs.iter().map(|output| vec![0.0; rows * output.width()]).collect();
    let mut outputs: Vec<&mut [f32]> = values.iter_mut().map(Vec::as_mut_slice).collect();
    model.predict_into(&slices, &mut outputs);
    let columns: Vec<Columns> = spec
        .outputs
        .iter()
        .enumerate()
        .map(|(index, output)| Columns { name: output.name, kind: output.kind, labels: model.labels().of(index) })
        .collect();
    let mut out = String::new();
    line(&mut out, columns.iter().flat_map(Columns::headings));
    for row in 0..rows {
        let cells = columns
            .iter()
            .zip(spec.outputs)
            .zip(&values)
            .flat_map(|((columns, output), values)| columns.cells(&values[row * output.width()..][..output.width()]));
        line(&mut out, cells);
    }
    out
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

    fn headings(&self) -> Vec<String> {
        let name = self.name;
        match self.kind {
            OutputKind::Class(classes) => {
                let probabilities = (0..classes).map(|class| format!("{name}_{}", self.class(class)));
                std::iter::once(name.to_owned()).chain(probabilities).collect()
            }
            OutputKind::Binary => vec![name.to_owned(), format!("{name}_probability")],
            OutputKind::Flags(flags) => {
                let values = (0..flags).map(|flag| format!("{name}_{flag}"));
                values.chain((0..flags).map(|flag| format!("{name}_{flag}_probability"))).collect()
            }
            OutputKind::Values(shape) => match shape.iter().product() {
                1 => vec![name.to_owned()],
                count => (0..count).map(|index| format!("{name}_{index}")).collect(),
            },
        }
    }

    /// One row's cells.
    fn cells(&self, values: &[f32]) -> Vec<String> {
        let numbers = values.iter().map(f32::to_string);
        let is_yes = |probability: &f32| usize::from(*probability > 0.5);
        match self.kind {
            OutputKind::Class(_) => std::iter::once(self.class(likeliest(values))).chain(numbers).collect(),
            OutputKind::Binary => {
                let class = values.first().map_or(0, is_yes);
                std::iter::once(self.class(class)).chain(numbers).collect()
            }
            OutputKind::Flags(_) => values.iter().map(|value| is_yes(value).to_string()).chain(numbers).collect(),
            OutputKind::Values(_) => numbers.collect(),
        }
    }
}

/// The index of the greatest value, the first of equals.
fn likeliest(values: &[f32]) -> usize {
    let better = |best: usize, index: usize| if values[index] > values[best] { index } else { best };
    (0..values.len()).fold(0, better)
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
        assert_eq!(named.headings(), ["y", "y_a", "y_b,c"]);
        assert_eq!(named.cells(&[0.25, 0.75]), ["b,c", "0.25", "0.75"]);
        let numbered = columns(OutputKind::Class(2), None);
        assert_eq!(numbered.headings(), ["y", "y_0", "y_1"]);
        assert_eq!(numbered.cells(&[0.5, 0.5])[0], "0");
    }

    #[test]
    fn yes_or_no_flags_and_numbers() {
        let names = ["no".to_owned(), "yes".to_owned()];
        let binary = columns(OutputKind::Binary, Some(&names));
        assert_eq!(
            (binary.headings(), binary.cells(&[0.75])),
            (vec!["y".into(), "y_probability".into()], vec!["yes".into(), "0.75".into()])
        );
        let flags = columns(OutputKind::Flags(2), None);
        assert_eq!(flags.headings(), ["y_0", "y_1", "y_0_probability", "y_1_probability"]);
        assert_eq!(flags.cells(&[0.25, 0.75]), ["0", "1", "0.25", "0.75"]);
        assert_eq!(columns(OutputKind::Values(&[]), None).headings(), ["y"]);
        assert_eq!(columns(OutputKind::Values(&[2]), None).headings(), ["y_0", "y_1"]);
        assert_eq!(columns(OutputKind::Values(&[2]), None).cells(&[1.5, -2.0]), ["1.5", "-2"]);
    }

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let mut out = String::new();
        line(&mut out, ["a", "b,c", "say \"x\""].into_iter().map(str::to_owned));
        assert_eq!(out, "a,\"b,c\",\"say \"\"x\"\"\"\n");
    }
}
