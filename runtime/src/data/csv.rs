//! CSV files: rows of cells as numbers and classes.

use std::io::BufRead;
use std::path::Path;

use super::cells::{Wrong, is_missing, no_number, number};
use super::class_names::is_code;
use super::classes::ClassColumn;
use super::faults::{Faults, Role, Survey};
use super::features::Features;
use super::file::{Source, larger, limit, peek};
use super::layout::{Layout, Wanted, failed};
use super::records::{Record, Records};
use super::targets::{Target, no_target};
use super::{FeatureNames, Labels, notes};
use crate::error::Error;
use crate::room;
use crate::spec::{InputSpec, Normalize, OutputSpec, Spec};

/// A CSV file of which the first line has been read.
pub(super) struct Table {
    layout: Layout,
    records: Records<Box<dyn BufRead>>,
    /// Whether the record that has been read is a row.
    is_row: bool,
    is_packed: bool,
    delimiter: u8,
    /// How many bytes the values may take.
    limit: u64,
}

/// What was read: for each input and output all rows.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) inputs: Vec<Vec<f32>>,
    pub(super) targets: Vec<Vec<f32>>,
    pub(super) labels: Labels,
    pub(super) features: FeatureNames,
    pub(super) notes: Vec<String>,
}

/// Where each of the things is that are read.
struct Places {
    features: Vec<Vec<usize>>,
    targets: Vec<Vec<usize>>,
    weight: Option<usize>,
}

impl Table {
    /// Opens a file and reads its first line.
    pub(super) fn open(
        path: &Path,
        header: Option<bool>,
        delimiter: char,
        wanted: Wanted<'_>,
        spec: &Spec,
    ) -> Result<Self, Error> {
        let wrong = |message| Error::Table { path: path.to_owned(), line: None, message, help: None };
        let Some(delimiter) = u8::try_from(delimiter).ok().filter(u8::is_ascii) else {
            return Err(wrong(format!("columns cannot be separated by {delimiter:?}: it is no ASCII character")));
        };
        let limit = limit().map_err(wrong)?;
        let source = Source::open(path)?;
        let is_packed = source.is_packed();
        let unreadable = |error| super::file::failed(path, is_packed, error, wrong);
        let (begin, mut reader) = peek(source.reader, 3).map_err(unreadable)?;
        match begin[..] {
            [0xef, 0xbb, 0xbf] => reader.consume(3),
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
                let (message, help) = ("the file is text in UTF-16".to_owned(), Some("save it as UTF-8".to_owned()));
                return Err(Error::Table { path: path.to_owned(), line: None, message, help });
            }
            _ => {}
        }
        // So much for what no column needs, and for each that one does as much as a number can be written in.
        let declared: usize = spec.inputs.iter().map(InputSpec::features).sum::<usize>()
            + spec.outputs.iter().map(OutputSpec::target_width).sum::<usize>();
        let longest = usize::try_from(limit / 2048).unwrap_or(usize::MAX).saturating_add(declared.saturating_mul(64));
        let reader: Box<dyn BufRead> = Box::new(reader);
        let mut records = Records::new(reader, delimiter, longest);
        if !records.advance().map_err(|fault| failed(path, is_packed, fault))? {
            return Err(wrong("the file is empty".to_owned()));
        }
        let layout = Layout::new(path, records.record(), header, delimiter, wanted, spec)?;
        let is_row = !layout.has_header();
        Ok(Table { layout, records, is_row, is_packed, delimiter, limit })
    }

    /// Visits the rows; returns how many there are.
    fn for_each(
        &mut self,
        numbers: &[usize],
        mut visit: impl FnMut(&Layout, &Record) -> Result<(), Error>,
    ) -> Result<u64, Error> {
        let Table { layout, records, is_row, is_packed, delimiter, .. } = self;
        let mut rows = 0;
        loop {
            let is_first = std::mem::take(is_row);
            if !is_first && !records.advance().map_err(|fault| failed(layout.path(), *is_packed, fault))? {
                return Ok(rows);
            }
            let row = records.record();
            layout.check_length(row)?;
            layout.check_breaks(row, *delimiter, numbers)?;
            visit(layout, row)?;
            rows += 1;
        }
    }

    /// The columns of the inputs and the targets, for training and scoring. Where the recipe names no features, those known
    /// from a training are found by name.
    ///
    /// # Errors
    /// If a column is not there, the model takes other numbers of them, or a cell is not what it has to be.
    pub(super) fn read(self, wanted: Wanted<'_>, spec: &Spec, classes: &Labels) -> Result<Columns, Error> {
        let (targets, weight) = self.layout.targets(wanted, spec)?;
        let beside: Vec<usize> = targets.iter().flatten().copied().chain(weight).collect();
        match self.layout.features(wanted, &beside, spec)? {
            Ok(features) => {
                if wanted.features.is_empty() && wanted.known.fixed_bases(0).is_none() {
                    self.layout.check_names(&features)?;
                }
                self.collect(&Places { features, targets, weight }, wanted, spec, classes)
            }
            Err(rest) => Err(self.misfit(&rest, true, spec)),
        }
    }

    /// The columns of the inputs alone, for prediction; none may be there but a header. Label columns may be there and are
    /// left out.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub(super) fn read_inputs(self, wanted: Wanted<'_>, spec: &Spec) -> Result<Vec<Vec<f32>>, Error> {
        let labels = self.layout.labels(wanted, spec);
        match self.layout.features(wanted, &labels, spec)? {
            Ok(features) => {
                let places = Places { features, targets: Vec::new(), weight: None };
                Ok(self.collect(&places, wanted, spec, &Labels::default())?.inputs)
            }
            Err(rest) => Err(self.misfit(&rest, !labels.is_empty(), spec)),
        }
    }

    /// The error of columns that are not as many as the inputs take, with what can be told of each.
    fn misfit(mut self, rest: &[usize], beside: bool, spec: &Spec) -> Error {
        let mut survey = Survey::default();
        // What else is wrong further down is for the next time.
        let _ = self.for_each(&[], |_, row| {
            survey.add(row, rest);
            Ok(())
        });
        survey.into_error(&self.layout, rest, beside, spec)
    }

    /// Reads the rows.
    fn collect(mut self, places: &Places, wanted: Wanted<'_>, spec: &Spec, known: &Labels) -> Result<Columns, Error> {
        let mut read = Rows::new(places, wanted, spec);
        let numbers = places.features.concat();
        let (limit, row_bytes) = (self.limit, 4 * numbers.len() as u64 + 8 * places.targets.concat().len() as u64 + 4);
        let mut bytes = 0;
        let rows = self.for_each(&numbers, |layout, row| {
            bytes += if read.faults.is_empty() { row_bytes } else { 0 };
            if bytes > limit {
                return Err(too_large(layout.path(), row.line, limit));
            }
            read.add(layout, row)
        })?;
        let layout = &self.layout;
        if !read.faults.is_empty() {
            return Err(read.faults.into_error(layout, rows));
        }
        let is_prediction = places.targets.is_empty();
        if rows == 0 && !is_prediction {
            return Err(layout.no_rows());
        }
        read.finish(layout, wanted, known)
    }
}

fn too_large(path: &Path, line: u64, limit: u64) -> Error {
    let message = format!("up to here the values take {} of memory, as much as they may", room::bytes(limit));
    Error::Table { path: path.to_owned(), line: Some(line), message, help: Some(larger()) }
}

/// What rows hold, as they are read.
struct Rows<'a> {
    places: &'a Places,
    spec: &'a Spec,
    inputs: Vec<Features>,
    targets: Vec<Target>,
    weights: Vec<f32>,
    faults: Faults,
    /// Columns of features that hold codes with a zero before them: the first of each, and its line.
    codes: Vec<(usize, u64, String)>,
}

impl<'a> Rows<'a> {
    fn new(places: &'a Places, wanted: Wanted<'_>, spec: &'a Spec) -> Self {
        let features = places.features.iter().enumerate();
        let inputs = features.map(|(input, columns)| Features::new(columns.len(), wanted.known.fixed_bases(input))).collect();
        let targets = spec.outputs.iter().zip(&places.targets).map(|(output, _)| Target::new(output)).collect();
        let labels = places.targets.iter().flatten().map(|column| (*column, Role::Target));
        let faults = Faults::new(labels.chain(places.weight.map(|column| (column, Role::Weight))).collect());
        Rows { places, spec, inputs, targets, weights: Vec::new(), faults, codes: Vec::new() }
    }

    fn add(&mut self, layout: &Layout, row: &Record) -> Result<(), Error> {
        let faults = &mut self.faults;
        // Of a file that will be refused nothing is kept, but all of it is looked at.
        let keeps = faults.is_empty();
        let wrong = |faults: &mut Faults, column: usize, cell: &str, why: &dyn Fn() -> Wrong| {
            faults.add(column, row.line, cell, || {
                let Wrong { expected, help } = why();
                Wrong { expected, help: layout.first_row_help(row, cell).or(help) }
            });
        };
        for (features, columns) in self.inputs.iter_mut().zip(&self.places.features) {
            for column in columns {
                let cell = row.cell(*column);
                match number(cell) {
                    Some(value) if keeps => features.push((value, cell)),
                    Some(_) => {}
                    None => wrong(faults, *column, cell, &|| no_number(cell)),
                }
                if is_code(cell) && !self.codes.iter().any(|(code, ..)| code == column) {
                    self.codes.push((*column, row.line, cell.to_owned()));
                }
            }
        }
        if layout.is_first_row(row) && faults.several() {
            // Not several rows are wrong, but what this one is taken for.
            return Err(std::mem::take(faults).first_error(layout));
        }
        for ((target, columns), output) in self.targets.iter_mut().zip(&self.places.targets).zip(self.spec.outputs) {
            for (index, column) in columns.iter().enumerate() {
                let cell = row.cell(*column);
                if !target.add(output, index, cell, row.line, keeps) {
                    wrong(faults, *column, cell, &|| no_target(output, cell));
                }
            }
            target.check(output, layout, columns[0], row.line)?;
        }
        if let Some(column) = self.places.weight {
            let cell = row.cell(column);
            match number(cell) {
                Some(weight) if weight >= 0.0 => self.weights.extend(keeps.then_some(weight)),
                Some(_) => wrong(faults, column, cell, &|| Wrong { expected: "a number from 0".to_owned(), help: None }),
                None => wrong(faults, column, cell, &|| no_number(cell)),
            }
        }
        Ok(())
    }

    fn finish(self, layout: &Layout, wanted: Wanted<'_>, known: &Labels) -> Result<Columns, Error> {
        let Rows { places, spec, inputs: features, targets, weights, codes, .. } = self;
        // What is read as it was in a training has been told of there.
        let is_training = !places.targets.is_empty() && wanted.known.fixed_bases(0).is_none();
        let (mut names, mut notes, mut values) = (vec![Vec::new(); targets.len()], Vec::new(), Vec::new());
        for (index, (target, columns)) in targets.into_iter().zip(&places.targets).enumerate() {
            values.push(match target {
                Target::Numbers(numbers, ranges) => {
                    let found = columns.iter().zip(&ranges).filter(|_| is_training && numbers.len() > columns.len());
                    notes.extend(found.filter_map(|(column, range)| notes::target(&layout.column_name(*column), *range)));
                    numbers
                }
                Target::Classes(classes) => {
                    let output = &spec.outputs[index];
                    let (indices, found) = class_indices(layout, &classes, output, columns[0], known.of(index))?;
                    if known.of(index).is_none() {
                        let missing = found.iter().filter(|name| is_missing(name));
                        notes.extend(missing.map(|name| notes::class(&layout.column_name(columns[0]), name)));
                    }
                    names[index] = found;
                    indices
                }
            });
        }
        values.extend(places.weight.map(|_| weights));
        // Only where a shift comes next do distances from a base mean what the values did.
        let is_shifted = matches!(spec.recipe.normalize, Normalize::Standard | Normalize::MinMax);
        let (mut inputs, mut bases, mut ids_of_features) = (Vec::new(), Vec::new(), Vec::new());
        for (features, columns) in features.into_iter().zip(&places.features) {
            let (values, found) = features.finish(is_shifted);
            for (column, found) in columns.iter().zip(&found) {
                notes.extend(found.coarse.map(|why| notes::coarse(&layout.column_name(*column), why, found.base)));
            }
            bases.push(found.iter().map(|found| found.base).collect());
            let ids = columns.iter().zip(&found).enumerate().filter(|(index, (column, found))| {
                let values = values.iter().skip(*index).step_by(columns.len()).copied();
                found.range.is_some_and(|range| notes::is_id(values, range, layout.name(**column)))
            });
            ids_of_features.extend(ids.map(|(_, (column, _))| notes::id(&layout.column_name(*column))));
            inputs.push(values);
        }
        // Who names the columns has chosen them.
        if wanted.features.is_empty() && is_training {
            notes.extend(codes.iter().map(|(column, line, code)| notes::code(&layout.column_name(*column), *line, code)));
            notes.extend(ids_of_features);
        }
        let features = layout.names(&places.features).with_bases(bases);
        Ok(Columns { inputs, targets: values, labels: Labels::new(names), features, notes })
    }
}

/// A column's classes as indices, and their names.
fn class_indices(
    layout: &Layout,
    column: &ClassColumn,
    output: &OutputSpec,
    number: usize,
    known: Option<&[String]>,
) -> Result<(Vec<f32>, Vec<String>), Error> {
    let names = match known {
        Some(names) => names.to_vec(),
        None => column.names(output, &layout.column_name(number)).map_err(|error| error.in_file(layout.path()))?,
    };
    let indices = column.among(&names).map_err(|unknown| {
        let expected = format!("one of the classes {}", crate::error::list(&names, 8));
        layout.wrong_cell(unknown.line, number, &unknown.text, expected, None)
    })?;
    Ok((indices, names))
}
