//! CSV files: columns chosen by name or number, cells as numbers and classes.

use std::path::{Path, PathBuf};

use csv::{ReaderBuilder, StringRecord};

use super::classes::ClassColumn;
use super::dataset::{expected_target, is_target};
use super::{FeatureNames, Labels, file};
use crate::error::Error;
use crate::shape;
use crate::spec::{OutputKind, OutputSpec, Spec};
use crate::suggest::nearest;

/// Columns by name or number, for each input or output a group.
pub(super) type Groups<'a> = &'a [&'a [&'a str]];

/// A CSV file in memory.
#[derive(Debug)]
pub(super) struct Table {
    path: PathBuf,
    text: String,
    delimiter: u8,
    /// The names of the columns, if the first line has them.
    header: Option<Vec<String>>,
    columns: usize,
}

/// What was read: for each input and output all rows.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) inputs: Vec<Vec<f32>>,
    pub(super) targets: Vec<Vec<f32>>,
    pub(super) labels: Labels,
    pub(super) features: FeatureNames,
}

/// One line's cells.
struct Row<'a> {
    cells: &'a StringRecord,
    line: u64,
}

impl Row<'_> {
    fn cell(&self, column: usize) -> &str {
        self.cells.get(column).unwrap_or_default().trim()
    }
}

impl Table {
    /// Reads a file and its first line.
    pub(super) fn open(path: &Path, header: bool, delimiter: char) -> Result<Self, Error> {
        let failed = |line, message| Error::Table { path: path.to_owned(), line, message };
        let bytes = file::read(path, |message| failed(None, message))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let (end, bytes) = (error.utf8_error().valid_up_to(), error.as_bytes());
            let line = 1 + bytes[..end].iter().filter(|byte| **byte == b'\n').count() as u64;
            failed(Some(line), format!("expected text in UTF-8, but byte {end} of the file is none of it"))
        })?;
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        let Some(delimiter) = u8::try_from(delimiter).ok().filter(u8::is_ascii) else {
            return Err(failed(None, format!("columns cannot be separated by {delimiter:?}: it is no ASCII character")));
        };
        let mut table = Table { path: path.to_owned(), text, delimiter, header: None, columns: 0 };
        let mut first = None;
        table.for_each(|row| {
            first = Some(row.cells.iter().map(|cell| cell.trim().to_owned()).collect::<Vec<_>>());
            Ok(false)
        })?;
        let first = first.ok_or_else(|| failed(None, "the file is empty".to_owned()))?;
        table.columns = first.len();
        table.header = header.then_some(first);
        Ok(table)
    }

    /// Visits the lines, the header's too, until told to stop by `false`.
    fn for_each(&self, mut visit: impl FnMut(&Row<'_>) -> Result<bool, Error>) -> Result<(), Error> {
        let mut reader =
            ReaderBuilder::new().has_headers(false).flexible(true).delimiter(self.delimiter).from_reader(self.text.as_bytes());
        let mut cells = StringRecord::new();
        loop {
            match reader.read_record(&mut cells) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(error) => {
                    let line = error.position().map(csv::Position::line);
                    return Err(Error::Table { path: self.path.clone(), line, message: error.to_string() });
                }
            }
            let line = cells.position().map_or(0, |position| self.line_of(position));
            if !visit(&Row { cells: &cells, line })? {
                return Ok(());
            }
        }
    }

    /// The line at which a record begins: its position is that of the empty lines before it, which the reader skips.
    fn line_of(&self, position: &csv::Position) -> u64 {
        let rest = self.text.as_bytes().get(position.byte() as usize..).unwrap_or_default();
        let skipped = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n').count();
        position.line() + skipped as u64
    }

    /// The columns of the inputs and the targets, for training and scoring. Where `features` names none, those `known` from
    /// a training are found by name.
    ///
    /// # Errors
    /// If a column is not there, the model takes other numbers of them, or a cell is not what it has to be.
    pub(super) fn read(
        &self,
        features: Groups<'_>,
        labels: Groups<'_>,
        weight: Option<&str>,
        spec: &Spec,
        classes: &Labels,
        known: &FeatureNames,
    ) -> Result<Columns, Error> {
        if labels.len() != spec.outputs.len() {
            let message = format!(
                "the recipe's `data` names the label columns of {}, the model {} has {}",
                shape::count(labels.len(), "output"),
                spec.model,
                shape::count(spec.outputs.len(), "output")
            );
            let help = Some("name them: `csv(\"…\", label = \"…\")`".to_owned());
            return Err(Error::Shape { path: None, message, help });
        }
        let targets = labels.iter().map(|group| self.find_all(group)).collect::<Result<Vec<_>, _>>()?;
        for (columns, output) in targets.iter().zip(spec.outputs) {
            let width = output.target_width();
            if columns.len() != width {
                let takes = format!("output `{}` takes {}", output.name, shape::count(width, "label column"));
                return Err(self.wrong_shape(format!("{takes}, found {}", columns.len()), None));
            }
        }
        let weight = self.find_all(&Vec::from_iter(weight))?;
        let features = self.features(features, &[targets.concat(), weight.clone()].concat(), spec, known)?;
        self.collect(&features, &targets, weight.first().copied(), spec, classes)
    }

    /// The columns of the inputs alone, for prediction. Label columns may be there and are left out.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub(super) fn read_inputs(
        &self,
        features: Groups<'_>,
        labels: Groups<'_>,
        weight: Option<&str>,
        spec: &Spec,
        known: &FeatureNames,
    ) -> Result<Vec<Vec<f32>>, Error> {
        let wanted: usize = spec.inputs.iter().map(|input| input.features()).sum();
        // A number says where the labels are in a file that has them: one of just the features has none.
        let has_label = |name: &&&str| self.names_column(name) || self.columns != wanted;
        let labels: Vec<usize> =
            labels.concat().iter().chain(&weight).filter(has_label).filter_map(|name| self.find(name)).collect();
        let features = self.features(features, &labels, spec, known)?;
        Ok(self.collect(&features, &[], None, spec, &Labels::default())?.inputs)
    }

    /// The columns of each input: as named, or as known, or all that are no label, in their order.
    fn features(&self, named: Groups<'_>, labels: &[usize], spec: &Spec, known: &FeatureNames) -> Result<Vec<Vec<usize>>, Error> {
        if named.is_empty() {
            let known: Option<Vec<&[String]>> = (0..spec.inputs.len()).map(|input| known.of(input)).collect();
            if let (Some(known), Some(header)) = (known, &self.header) {
                return self.find_known(&known, header);
            }
            let rest: Vec<usize> = (0..self.columns).filter(|column| !labels.contains(column)).collect();
            let wanted: usize = spec.inputs.iter().map(|input| input.features()).sum();
            if rest.len() != wanted {
                let beside = if labels.is_empty() { "" } else { " beside its labels" };
                let message = format!("the file has {}{beside}, {}", shape::count(rest.len(), "column"), takes(spec));
                let help = "change the input's shape, or choose columns by `features = […]`".to_owned();
                return Err(self.wrong_shape(message, Some(help)));
            }
            let mut rest = rest.into_iter();
            return Ok(spec.inputs.iter().map(|input| rest.by_ref().take(input.features()).collect()).collect());
        }
        if named.len() != spec.inputs.len() {
            let inputs = shape::count(named.len(), "input");
            return Err(self.wrong_shape(format!("the recipe names the columns of {inputs}, {}", takes(spec)), None));
        }
        let group = |(names, input): (&&[&str], &crate::spec::InputSpec)| {
            if names.len() != input.features() {
                let message = format!(
                    "the recipe names {} for input `{}`, which is {}",
                    shape::count(names.len(), "column"),
                    input.name,
                    shape::sample(input.shape)
                );
                return Err(self.wrong_shape(message, None));
            }
            self.find_all(names)
        };
        named.iter().zip(spec.inputs).map(group).collect()
    }

    /// Reads the rows.
    fn collect(
        &self,
        features: &[Vec<usize>],
        targets: &[Vec<usize>],
        weight: Option<usize>,
        spec: &Spec,
        known: &Labels,
    ) -> Result<Columns, Error> {
        let mut weights = Vec::new();
        let mut inputs: Vec<Vec<f32>> = vec![Vec::new(); features.len()];
        let mut outputs: Vec<Target> = spec.outputs.iter().zip(targets).map(|(output, _)| Target::new(output)).collect();
        let (mut rows, mut skip) = (0_usize, self.header.is_some());
        self.for_each(|row| {
            self.check_length(row)?;
            if std::mem::take(&mut skip) {
                return Ok(true);
            }
            rows += 1;
            for (values, columns) in inputs.iter_mut().zip(features) {
                for column in columns {
                    values.push(self.number(row, *column)?);
                }
            }
            for ((target, columns), output) in outputs.iter_mut().zip(targets).zip(spec.outputs) {
                columns.iter().try_for_each(|column| self.push_target(target, output, row, *column))?;
            }
            if let Some(column) = weight {
                weights.push(self.number(row, column)?);
            }
            Ok(true)
        })?;
        if rows == 0 {
            let message = "there are no rows below the header".to_owned();
            return Err(Error::Table { path: self.path.clone(), line: None, message });
        }
        let mut names = vec![Vec::new(); outputs.len()];
        let mut values = Vec::new();
        for (index, (target, columns)) in outputs.into_iter().zip(targets).enumerate() {
            values.push(match target {
                Target::Numbers(numbers) => numbers,
                Target::Classes(classes) => {
                    let (indices, found) = self.classes(&classes, &spec.outputs[index], columns[0], known.of(index))?;
                    names[index] = found;
                    indices
                }
            });
        }
        values.extend(weight.map(|_| weights));
        Ok(Columns { inputs, targets: values, labels: Labels::new(names), features: self.names(features) })
    }

    fn classes(
        &self,
        column: &ClassColumn,
        output: &OutputSpec,
        number: usize,
        known: Option<&[String]>,
    ) -> Result<(Vec<f32>, Vec<String>), Error> {
        let names = match known {
            Some(names) => names.to_vec(),
            None => column.names(output, &self.column_name(number)).map_err(|error| error.in_file(&self.path))?,
        };
        let indices = column.among(&names).map_err(|unknown| {
            let expected = format!("one of the classes {}", crate::error::list(&names, 8));
            self.wrong_cell(unknown.line, number, &unknown.text, expected, None)
        })?;
        Ok((indices, names))
    }

    fn push_target(&self, target: &mut Target, output: &OutputSpec, row: &Row<'_>, column: usize) -> Result<(), Error> {
        match target {
            Target::Classes(classes) => match row.cell(column) {
                "" => return Err(self.wrong_cell(row.line, column, "", "a class".to_owned(), missing())),
                cell => classes.push(cell, row.line),
            },
            Target::Numbers(numbers) => {
                let number = self.number(row, column)?;
                if !is_target(output.kind, number) {
                    return Err(self.wrong_cell(row.line, column, row.cell(column), expected_target(output.kind), None));
                }
                numbers.push(number);
            }
        }
        Ok(())
    }

    fn number(&self, row: &Row<'_>, column: usize) -> Result<f32, Error> {
        let cell = row.cell(column);
        let expected = match cell.parse::<f32>() {
            Ok(number) if number.is_finite() => return Ok(number),
            Ok(_) => "a finite number",
            Err(_) => "a number",
        };
        let help = if cell.is_empty() {
            missing()
        } else if self.header.is_none() && row.line == 1 {
            Some("if the first line names the columns, write `header = true`".to_owned())
        } else if cell.replace(',', ".").parse::<f32>().is_ok_and(f32::is_finite) {
            Some("decimals are written with a point".to_owned())
        } else {
            None
        };
        Err(self.wrong_cell(row.line, column, cell, expected.to_owned(), help))
    }

    fn check_length(&self, row: &Row<'_>) -> Result<(), Error> {
        let (found, expected) = (row.cells.len(), self.columns);
        if found == expected {
            return Ok(());
        }
        let message = format!("expected {} as in the first line, found {found}", shape::count(expected, "column"));
        Err(Error::Table { path: self.path.clone(), line: Some(row.line), message })
    }

    /// Whether the header has a column of this name.
    fn names_column(&self, name: &str) -> bool {
        self.header.as_ref().is_some_and(|header| header.iter().any(|column| column == name))
    }

    /// A column by its name, else by its number.
    fn find(&self, name: &str) -> Option<usize> {
        let by_name = self.header.as_ref().and_then(|header| header.iter().position(|column| column == name));
        by_name.or_else(|| name.parse().ok().filter(|number| *number < self.columns))
    }

    fn find_all(&self, names: &[impl AsRef<str>]) -> Result<Vec<usize>, Error> {
        let find = |name: &str| {
            let Some(found) = self.find(name) else { return Err(self.no_column(name)) };
            let again = self.header.iter().flatten().skip(found + 1).any(|column| column == name);
            if again {
                let message = format!("several columns are named `{name}`; say which by its number, from 0");
                return Err(Error::Table { path: self.path.clone(), line: Some(1), message });
            }
            Ok(found)
        };
        names.iter().map(|name| find(name.as_ref())).collect()
    }

    /// The columns that a model was trained on, by name alone: a number in a weights file is a name like any other.
    fn find_known(&self, known: &[&[String]], header: &[String]) -> Result<Vec<Vec<usize>>, Error> {
        let is_there = |name: &&String| header.contains(name);
        let missing: Vec<String> = known.iter().copied().flatten().filter(|name| !is_there(name)).cloned().collect();
        if let Some(first) = missing.first() {
            let unknown = header.iter().filter(|column| !known.iter().any(|names| names.contains(column)));
            return Err(Error::Column {
                path: self.path.clone(),
                similar: nearest(first, unknown.map(String::as_str)).map(str::to_owned),
                missing,
                trained: true,
                columns: header.to_vec(),
            });
        }
        known.iter().map(|names| self.find_all(names)).collect()
    }

    /// The names of features' columns; none unless each names one column alone.
    fn names(&self, features: &[Vec<usize>]) -> FeatureNames {
        let Some(header) = &self.header else { return FeatureNames::default() };
        let once = |name: &String| !name.is_empty() && header.iter().filter(|column| *column == name).count() == 1;
        let mut columns = features.iter().flatten().map(|column| &header[*column]);
        if !columns.all(once) {
            return FeatureNames::default();
        }
        let group = |columns: &Vec<usize>| columns.iter().map(|column| header[*column].clone()).collect();
        FeatureNames::new(features.iter().map(group).collect())
    }

    fn no_column(&self, name: &str) -> Error {
        let similar = self.header.as_ref().and_then(|header| nearest(name, header.iter().map(String::as_str)));
        let numbers = || (0..self.columns).map(|number| number.to_string()).collect();
        Error::Column {
            path: self.path.clone(),
            missing: vec![name.to_owned()],
            trained: false,
            similar: similar.map(str::to_owned),
            columns: self.header.clone().unwrap_or_else(numbers),
        }
    }

    fn column_name(&self, column: usize) -> String {
        match self.header.as_ref().map(|header| header[column].as_str()) {
            Some(name) if !name.is_empty() => format!("column `{name}`"),
            _ => format!("column {column} (from 0)"),
        }
    }

    fn wrong_cell(&self, line: u64, column: usize, cell: &str, expected: String, help: Option<String>) -> Error {
        let place = format!("line {line}, {}", self.column_name(column));
        Error::Value { path: Some(self.path.clone()), place, value: cell.to_owned(), expected, help }
    }

    fn wrong_shape(&self, message: String, help: Option<String>) -> Error {
        Error::Shape { path: Some(self.path.clone()), message, help }
    }
}

/// An output's targets as they are read.
enum Target {
    Numbers(Vec<f32>),
    Classes(ClassColumn),
}

impl Target {
    fn new(output: &OutputSpec) -> Self {
        match output.kind {
            OutputKind::Class(_) | OutputKind::Binary => Target::Classes(ClassColumn::default()),
            OutputKind::Flags(_) | OutputKind::Values(_) => Target::Numbers(Vec::new()),
        }
    }
}

fn missing() -> Option<String> {
    Some("fill it in, or remove the row".to_owned())
}

/// "input `image` takes 64 (f32[8, 8])", for each input.
fn takes(spec: &Spec) -> String {
    let input = |input: &crate::spec::InputSpec| {
        format!("input `{}` takes {} ({})", input.name, input.features(), shape::sample(input.shape))
    };
    spec.inputs.iter().map(input).collect::<Vec<_>>().join(", ")
}
