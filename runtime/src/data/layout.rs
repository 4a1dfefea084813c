//! The columns of a table: whether its first line names them, where the wanted ones are, and how messages call them.

use std::path::{Path, PathBuf};

use super::FeatureNames;
use super::cells::{FILL_IN, is_missing, number};
use super::records::{Fault, Record};
use crate::error::{Error, separated_by, shorten};
use crate::shape;
use crate::spec::{InputSpec, Spec};
use crate::suggest::nearest;

/// Columns by name or number, for each input or output a group.
pub(super) type Groups<'a> = &'a [&'a [&'a str]];

/// The columns that a recipe names, and those that are known from a training.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    pub(super) features: Groups<'a>,
    pub(super) labels: Groups<'a>,
    pub(super) weight: Option<&'a str>,
    pub(super) known: &'a FeatureNames,
}

/// What a table's first line tells of it.
#[derive(Debug)]
pub(super) struct Layout {
    path: PathBuf,
    /// The names of the columns, if the first line has them.
    header: Option<Vec<String>>,
    pub(super) columns: usize,
    /// What seems to separate columns in place of what does.
    delimiter: Option<char>,
}

impl Wanted<'_> {
    /// Whether this line has a column by a name that is asked for. A number is a name only in weights, where all have one.
    fn names_one_of(&self, line: &[String], spec: &Spec) -> bool {
        let has = |name: &str| line.iter().any(|cell| cell == name);
        let is_name = |name: &&str| name.parse::<usize>().is_err();
        let asked = self.features.iter().chain(self.labels).copied().flatten().copied().chain(self.weight);
        let mut known = (0..spec.inputs.len()).filter_map(|input| self.known.of(input)).flatten().map(String::as_str).peekable();
        asked.filter(is_name).any(has) || known.clone().filter(is_name).any(has) || known.peek().is_some() && known.all(has)
    }

    /// A column that is asked for by a name.
    fn name(&self) -> Option<&str> {
        let asked = self.features.iter().chain(self.labels).copied().flatten().copied().chain(self.weight);
        let known = self.known.of(0).into_iter().flatten().map(String::as_str);
        asked.chain(known).find(|name| name.parse::<usize>().is_err())
    }
}

impl Layout {
    /// Of a table whose first line this is.
    ///
    /// Whether it names the columns is what `header` says. Where that says nothing, it does if none of its cells is a number,
    /// or a column is asked for by a name that it has. Otherwise it may be a row as well, and nothing is guessed.
    ///
    /// # Errors
    /// If it is not known what the first line is.
    pub(super) fn new(
        path: &Path,
        first: &Record,
        header: Option<bool>,
        delimiter: u8,
        wanted: Wanted<'_>,
        spec: &Spec,
    ) -> Result<Self, Error> {
        let cells: Vec<String> = first.cells().map(str::to_owned).collect();
        let mut layout = Layout { path: path.to_owned(), header: None, columns: cells.len(), delimiter: None };
        let count = |c: char| cells.iter().map(|cell| cell.matches(c).count()).sum::<usize>();
        let others = [';', '\t', ',', '|'].into_iter().filter(|other| *other != char::from(delimiter));
        layout.delimiter = others.max_by_key(|other| count(*other)).filter(|other| count(*other) >= cells.len());
        let is_header = match header {
            Some(said) => said,
            None => match cells.iter().find(|cell| number(cell).is_some()) {
                Some(cell) if !wanted.names_one_of(&cells, spec) => {
                    return Err(layout.unknown_first_line(first.line, cell, wanted.name()));
                }
                _ => true,
            },
        };
        layout.header = is_header.then_some(cells);
        Ok(layout)
    }

    fn unknown_first_line(&self, line: u64, number: &str, wanted: Option<&str>) -> Error {
        let asked = wanted.map_or(String::new(), |name| format!(" and no `{name}`"));
        let message = format!("the first line has the number `{number}`{asked}: it may name the columns, or be a row already");
        let say = "say which: `header = true` in `csv(…)`, or `false`, and columns go by their number, from \"0\" \
                   (`dlm predict` takes `--header true` and `--header false`)";
        Error::Table { path: self.path.clone(), line: Some(line), message, help: Some(self.or_delimiter(say.to_owned())) }
    }

    /// Whether the first line names the columns.
    pub(super) fn has_header(&self) -> bool {
        self.header.is_some()
    }

    /// The columns of the targets, and of the samples' weights.
    ///
    /// # Errors
    /// If one is not there, or the model takes other numbers of them.
    pub(super) fn targets(&self, wanted: Wanted<'_>, spec: &Spec) -> Result<(Vec<Vec<usize>>, Option<usize>), Error> {
        let labels = wanted.labels;
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
        let weight = self.find_all(&Vec::from_iter(wanted.weight))?;
        Ok((targets, weight.first().copied()))
    }

    /// The columns of targets and weights that a file of inputs has beside them.
    pub(super) fn labels(&self, wanted: Wanted<'_>, spec: &Spec) -> Vec<usize> {
        let inputs: usize = spec.inputs.iter().map(InputSpec::features).sum();
        // A number says where the labels are in a file that has them: one of just the features has none.
        let has_label = |name: &&&str| self.names_column(name) || self.columns != inputs;
        let names = wanted.labels.concat();
        names.iter().chain(&wanted.weight).filter(has_label).filter_map(|name| self.find(name)).collect()
    }

    /// The columns of each input: as named, or as known, or all that are no label, in their order; those that are left where
    /// they are not as many as the inputs take.
    ///
    /// # Errors
    /// If a column is not there, or the recipe names other numbers of them than the inputs take.
    pub(super) fn features(
        &self,
        wanted: Wanted<'_>,
        labels: &[usize],
        spec: &Spec,
    ) -> Result<Result<Vec<Vec<usize>>, Vec<usize>>, Error> {
        let named = wanted.features;
        if named.is_empty() {
            let known: Option<Vec<&[String]>> = (0..spec.inputs.len()).map(|input| wanted.known.of(input)).collect();
            if let (Some(known), Some(header)) = (known, &self.header) {
                return self.find_known(&known, header).map(Ok);
            }
            let rest: Vec<usize> = (0..self.columns).filter(|column| !labels.contains(column)).collect();
            let inputs: usize = spec.inputs.iter().map(InputSpec::features).sum();
            if rest.len() != inputs {
                return Ok(Err(rest));
            }
            let mut rest = rest.into_iter();
            return Ok(Ok(spec.inputs.iter().map(|input| rest.by_ref().take(input.features()).collect()).collect()));
        }
        if named.len() != spec.inputs.len() {
            let inputs = shape::count(named.len(), "input");
            return Err(self.wrong_shape(format!("the recipe names the columns of {inputs}, {}", takes(spec)), None));
        }
        let group = |(names, input): (&&[&str], &InputSpec)| {
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
        named.iter().zip(spec.inputs).map(group).collect::<Result<_, _>>().map(Ok)
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
            let found = self.find(name).ok_or_else(|| self.no_column(name))?;
            self.check_once(name)?;
            Ok(found)
        };
        names.iter().map(|name| find(name.as_ref())).collect()
    }

    /// An error if one of these columns, which a training takes without being asked to, has the name of another: what it learns
    /// would know none of its names, and in a file of another order nothing would tell the columns apart.
    pub(super) fn check_names(&self, columns: &[Vec<usize>]) -> Result<(), Error> {
        columns.iter().flatten().filter_map(|column| self.name(*column)).try_for_each(|name| self.check_once(name))
    }

    /// An error if several columns have this name.
    fn check_once(&self, name: &str) -> Result<(), Error> {
        let places = self.header.iter().flatten().enumerate().filter(|(_, column)| *column == name);
        let places: Vec<String> = places.map(|(place, _)| place.to_string()).collect();
        let Some((last, before @ [_, ..])) = places.split_last() else { return Ok(()) };
        let message = format!("several columns are named `{name}`: {} and {last} (from 0)", before.join(", "));
        let help = "rename them, or say by its number which is meant: `label = \"0\"`, `features = [\"0\", …]`".to_owned();
        Err(Error::Table { path: self.path.clone(), line: Some(1), message, help: Some(help) })
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
                delimiter: self.delimiter,
            });
        }
        known.iter().map(|names| self.find_all(names)).collect()
    }

    /// The names of features' columns; none unless each names one column alone.
    pub(super) fn names(&self, features: &[Vec<usize>]) -> FeatureNames {
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
            delimiter: self.delimiter,
        }
    }

    /// A column's name, if it has one.
    pub(super) fn name(&self, column: usize) -> Option<&str> {
        self.header.as_ref().map(|header| header[column].as_str()).filter(|name| !name.is_empty())
    }

    /// A column as messages call it.
    pub(super) fn column_name(&self, column: usize) -> String {
        self.name(column).map_or_else(|| format!("column {column} (from 0)"), |name| format!("column `{name}`"))
    }

    /// A column as a recipe names it, if it can.
    pub(super) fn selector(&self, column: usize) -> String {
        match self.name(column) {
            Some(name) if self.check_once(name).is_ok() => format!("{name:?}"),
            _ => format!("\"{column}\""),
        }
    }

    /// An error unless a row has as many cells as the first line.
    pub(super) fn check_length(&self, row: &Record) -> Result<(), Error> {
        let (found, expected) = (row.len(), self.columns);
        if let Some(line) = row.empty_line.filter(|_| expected == 1) {
            // Where a line is a single cell, an empty one is a row without its value.
            let help = Some(FILL_IN.to_owned());
            return Err(self.wrong_cell(line, 0, "", "a value".to_owned(), help));
        }
        if found == expected {
            return Ok(());
        }
        let message = format!("expected {} as in the first line, found {found}", shape::count(expected, "column"));
        let help = self.delimiter.map(separated_by);
        Err(Error::Table { path: self.path.clone(), line: Some(row.line), message, help })
    }

    /// An error if a cell holds lines that could be rows: a quote opens before them that another row's quote closes. `columns`
    /// are those that hold numbers.
    pub(super) fn check_breaks(&self, row: &Record, delimiter: u8, columns: &[usize]) -> Result<(), Error> {
        if !row.has_breaks || columns.is_empty() {
            return Ok(());
        }
        let is_row = |line: &&str| {
            let cells: Vec<&str> = line.split(char::from(delimiter)).map(str::trim).collect();
            cells.len() == self.columns && columns.iter().all(|column| number(cells[*column]).is_some())
        };
        for (column, cell) in row.cells().enumerate() {
            if let Some(line) = cell.lines().find(is_row) {
                let message = format!(
                    "the quoted cell of {} has several lines, of which `{}` is a row like any other",
                    self.column_name(column),
                    shorten(line)
                );
                let help = "where a quote is part of a text, write it twice, and the cell in quotes".to_owned();
                return Err(Error::Table { path: self.path.clone(), line: Some(row.line), message, help: Some(help) });
            }
        }
        Ok(())
    }

    /// The error of a table without rows.
    pub(super) fn no_rows(&self) -> Error {
        let message = "there are no rows below the header".to_owned();
        Error::Table { path: self.path.clone(), line: None, message, help: None }
    }

    pub(super) fn wrong_cell(&self, line: u64, column: usize, cell: &str, expected: String, help: Option<String>) -> Error {
        let place = format!("line {line}, {}", self.column_name(column));
        Error::Value { path: Some(self.path.clone()), place, value: cell.to_owned(), expected, help }
    }

    pub(super) fn wrong_shape(&self, message: String, help: Option<String>) -> Error {
        let help = help.map(|help| self.or_delimiter(help)).or_else(|| self.delimiter.map(separated_by));
        Error::Shape { path: Some(self.path.clone()), message, help }
    }

    /// That columns are separated otherwise, if they seem to be; else this.
    fn or_delimiter(&self, help: String) -> String {
        self.delimiter.map_or(help, separated_by)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the first line is this row.
    pub(super) fn is_first_row(&self, row: &Record) -> bool {
        self.header.is_none() && row.line == 1
    }

    /// Advice for a first row that seems to name columns.
    pub(super) fn first_row_help(&self, row: &Record, cell: &str) -> Option<String> {
        let is_name = self.is_first_row(row) && !is_missing(cell);
        is_name.then(|| "if the first line names the columns, write `header = true`".to_owned())
    }
}

/// The error of a stream of records.
pub(super) fn failed(path: &Path, is_packed: bool, fault: Fault) -> Error {
    let table = |line, message, help| Error::Table { path: path.to_owned(), line, message, help };
    match fault {
        Fault::Read(error) => super::file::failed(path, is_packed, error, |message| table(None, message, None)),
        Fault::Table { line, message, help } => table(Some(line), message, help.map(str::to_owned)),
    }
}

/// "input `image` takes 64 (f32[8, 8])", for each input.
pub(super) fn takes(spec: &Spec) -> String {
    let input = |input: &InputSpec| format!("input `{}` takes {} ({})", input.name, input.features(), shape::sample(input.shape));
    spec.inputs.iter().map(input).collect::<Vec<_>>().join(", ")
}
