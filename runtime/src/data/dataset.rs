//! Samples in memory.

use ndarray::ArrayViewD;

use super::FeatureNames;
use crate::error::Error;
use crate::shape;
use crate::spec::{InputSpec, OutputKind, OutputSpec, SAMPLE_WEIGHT, Spec};

/// Samples and their targets, checked against a model: for each input and output one row-major slice of all rows.
///
/// Inputs are raw: the model normalises them itself. Targets are class indices for `class[…]`, 0 or 1 for `binary` and
/// `flags[…]`, numbers for `f32[…]`.
#[derive(Clone, Debug)]
pub struct Dataset {
    input_specs: &'static [InputSpec],
    output_specs: &'static [OutputSpec],
    inputs: Vec<Vec<f32>>,
    targets: Vec<Vec<f32>>,
    rows: usize,
    labels: Labels,
    features: FeatureNames,
    notes: Vec<String>,
}

/// The names of classes, for each output that has classes and whose names are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels(Vec<Vec<String>>);

impl Labels {
    /// The names by output; an empty list where there are none.
    pub fn new(names: Vec<Vec<String>>) -> Self {
        Labels(names)
    }

    /// The names of an output's classes in the order of their indices, if they are known.
    pub fn of(&self, output: usize) -> Option<&[String]> {
        self.0.get(output).map(Vec::as_slice).filter(|names| !names.is_empty())
    }

    /// Whether no name is known.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Vec::is_empty)
    }

    /// An error if both know an output's classes and they differ.
    pub(crate) fn check_same(&self, other: &Labels, outputs: &[OutputSpec], whose: &str) -> Result<(), Error> {
        for (index, output) in outputs.iter().enumerate() {
            if let (Some(own), Some(others)) = (self.of(index), other.of(index))
                && own != others
            {
                return Err(Error::Classes {
                    path: None,
                    message: format!(
                        "the classes of output `{}` are {} in the data, but {} {whose}",
                        output.name,
                        crate::error::list(own, 8),
                        crate::error::list(others, 8)
                    ),
                    help: Some("read the data with the classes that the model was trained on".to_owned()),
                });
            }
        }
        Ok(())
    }
}

impl Dataset {
    /// Copies samples and targets: for each input and output all rows, row-major.
    ///
    /// # Errors
    /// If a length is not a whole number of rows, rows differ in number, there are none, an input is not finite, or a target
    /// is not one that its output can have.
    pub fn new(spec: &Spec, inputs: &[&[f32]], targets: &[&[f32]]) -> Result<Self, Error> {
        let inputs = inputs.iter().map(|input| input.to_vec()).collect();
        let targets = targets.iter().map(|target| target.to_vec()).collect();
        Dataset::from_vecs(spec, inputs, targets)
    }

    /// As [`new`](Self::new), without a copy.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn from_vecs(spec: &Spec, inputs: Vec<Vec<f32>>, targets: Vec<Vec<f32>>) -> Result<Self, Error> {
        let expected = (spec.inputs.len(), spec.target_names().count());
        if (inputs.len(), targets.len()) != expected {
            let expected = (shape::count(expected.0, "input"), shape::count(expected.1, "target"));
            let message = format!(
                "the model {} takes {} and {}, found {} and {}",
                spec.model,
                expected.0,
                expected.1,
                inputs.len(),
                targets.len()
            );
            return Err(Error::Shape { path: None, message, help: None });
        }
        let mut rows = None;
        for (input, values) in spec.inputs.iter().zip(&inputs) {
            check_rows("input", input.name, input.shape, input.features(), values.len(), &mut rows)?;
            check_values(
                values,
                input.features(),
                |value| value.is_finite(),
                || (format!("input `{}`", input.name), "a finite number".to_owned()),
            )?;
        }
        for (output, values) in spec.outputs.iter().zip(&targets) {
            let width = output.target_width();
            let shape = if let OutputKind::Class(_) = output.kind { &[] } else { output.shape() };
            check_rows("target", output.name, shape, width, values.len(), &mut rows)?;
            check_values(
                values,
                width,
                |value| is_target(output.kind, value),
                || (format!("target `{}`", output.name), expected_target(output.kind)),
            )?;
        }
        if let Some(weights) = targets.get(spec.outputs.len()) {
            check_rows("target", SAMPLE_WEIGHT, &[], 1, weights.len(), &mut rows)?;
            check_values(
                weights,
                1,
                |value| value.is_finite() && value >= 0.0,
                || ("the samples' weights".to_owned(), "a number from 0".to_owned()),
            )?;
        }
        Ok(Dataset {
            input_specs: spec.inputs,
            output_specs: spec.outputs,
            inputs,
            targets,
            rows: rows.map_or(0, |(_, rows)| rows),
            labels: Labels::default(),
            features: FeatureNames::default(),
            notes: Vec::new(),
        })
    }

    /// From arrays of the shapes (rows, sample's shape…); targets of classes and of yes or no are (rows,).
    ///
    /// # Errors
    /// If a shape is another, and as [`new`](Self::new).
    pub fn from_arrays(spec: &Spec, inputs: &[ArrayViewD<'_, f32>], targets: &[ArrayViewD<'_, f32>]) -> Result<Self, Error> {
        for (input, array) in spec.inputs.iter().zip(inputs) {
            check_shape("input", input.name, input.shape, array.shape())?;
        }
        for (output, array) in spec.outputs.iter().zip(targets) {
            let shape = if let OutputKind::Class(_) = output.kind { &[] } else { output.shape() };
            check_shape("target", output.name, shape, array.shape())?;
        }
        let copy = |array: &ArrayViewD<'_, f32>| array.iter().copied().collect();
        Dataset::from_vecs(spec, inputs.iter().map(copy).collect(), targets.iter().map(copy).collect())
    }

    /// Names the classes; they are saved with the weights.
    ///
    /// # Errors
    /// If an output has another number of classes than names.
    pub fn with_labels(mut self, labels: Labels) -> Result<Self, Error> {
        for (index, output) in self.output_specs.iter().enumerate() {
            let classes = class_count(output.kind);
            if let Some(names) = labels.of(index)
                && Some(names.len()) != classes
            {
                let message = format!(
                    "output `{}` has {}, found {}",
                    output.name,
                    shape::count(classes.unwrap_or(0), "class"),
                    shape::count(names.len(), "name")
                );
                return Err(Error::Classes { path: None, message, help: None });
            }
        }
        self.labels = labels;
        Ok(self)
    }

    /// Says which columns the inputs are; that is saved with the weights.
    ///
    /// # Errors
    /// If an input has another number of features than names or bases.
    pub fn with_features(mut self, features: FeatureNames) -> Result<Self, Error> {
        if let Some(misfit) = features.misfit(self.input_specs) {
            return Err(Error::Shape { path: None, message: format!("the data {misfit}"), help: None });
        }
        self.features = features;
        Ok(self)
    }

    /// The number of samples.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// For each input all rows, row-major.
    pub fn inputs(&self) -> &[Vec<f32>] {
        &self.inputs
    }

    /// For each output the targets of all rows, row-major.
    pub fn targets(&self) -> &[Vec<f32>] {
        &self.targets
    }

    /// The names of the classes, where they are known.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// What is known of the inputs' columns.
    pub fn features(&self) -> &FeatureNames {
        &self.features
    }

    /// With what there is to tell of the data.
    #[cfg(feature = "files")]
    pub(super) fn with_notes(mut self, notes: Vec<String>) -> Self {
        self.notes = notes;
        self
    }

    /// What reading it found that is no error, but may not be meant: columns that look like ids, codes that were read as
    /// numbers, values that `f32` does not tell apart, targets that are all the same. A line each; a training tells its
    /// observer of them ([`Observer::on_note`](crate::Observer::on_note)).
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    pub(crate) fn output_specs(&self) -> &'static [OutputSpec] {
        self.output_specs
    }

    pub(crate) fn input_widths(&self) -> impl Iterator<Item = usize> {
        self.input_specs.iter().map(InputSpec::features)
    }

    pub(crate) fn target_widths(&self) -> impl Iterator<Item = usize> {
        let weights = self.targets.len() - self.output_specs.len();
        self.output_specs.iter().map(OutputSpec::target_width).chain(std::iter::repeat_n(1, weights))
    }

    /// An error if the dataset was made for a model of other inputs or outputs.
    pub(crate) fn check_made_for(&self, spec: &Spec) -> Result<(), Error> {
        let inputs = |specs: &[InputSpec]| specs.iter().map(|input| (input.name, input.shape)).collect::<Vec<_>>();
        let outputs = |specs: &[OutputSpec]| specs.iter().map(|output| (output.name, output.kind)).collect::<Vec<_>>();
        if inputs(self.input_specs) == inputs(spec.inputs) && outputs(self.output_specs) == outputs(spec.outputs) {
            return match (self.targets.len() > spec.outputs.len(), spec.weighted) {
                (given, wanted) if given == wanted => Ok(()),
                (given, _) => {
                    let (have, model) = if given { ("have weights", "takes none") } else { ("have no weights", "takes them") };
                    let message = format!("the samples {have}, and the recipe {} {model}", spec.recipe.name);
                    Err(Error::Shape { path: None, message, help: None })
                }
            };
        }
        let message = format!(
            "the data was made for {:?} -> {:?}, the model {} is {:?} -> {:?}",
            inputs(self.input_specs),
            outputs(self.output_specs),
            spec.model,
            inputs(spec.inputs),
            outputs(spec.outputs)
        );
        Err(Error::Shape { path: None, message, help: None })
    }
}

/// The classes that can have names: those of `class[…]`, and no and yes.
pub(crate) fn class_count(kind: OutputKind) -> Option<usize> {
    match kind {
        OutputKind::Class(count) => Some(count),
        OutputKind::Binary => Some(2),
        OutputKind::Flags(_) | OutputKind::Values(_) => None,
    }
}

/// Whether an output of this kind can have this target.
pub(crate) fn is_target(kind: OutputKind, value: f32) -> bool {
    match kind {
        OutputKind::Class(count) => value >= 0.0 && value < count as f32 && value.fract() == 0.0,
        OutputKind::Binary | OutputKind::Flags(_) => value == 0.0 || value == 1.0,
        OutputKind::Values(_) => value.is_finite(),
    }
}

pub(crate) fn expected_target(kind: OutputKind) -> String {
    match kind {
        OutputKind::Class(count) => format!("a class from 0 to {}", count.saturating_sub(1)),
        OutputKind::Binary | OutputKind::Flags(_) => "0 or 1".to_owned(),
        OutputKind::Values(_) => "a finite number".to_owned(),
    }
}

/// Checks a number of values against a sample's, and their rows against those of the ones before.
fn check_rows<'a>(
    what: &str,
    name: &'a str,
    sample: &[usize],
    width: usize,
    len: usize,
    rows: &mut Option<(&'a str, usize)>,
) -> Result<(), Error> {
    let wrong = |message: String| Err(Error::Shape { path: None, message, help: None });
    if width == 0 || !len.is_multiple_of(width) {
        return wrong(format!(
            "{what} `{name}` has {len} values, no whole number of rows of {} ({} each)",
            shape::sample(sample),
            shape::count(width, "value")
        ));
    }
    match *rows {
        _ if len == 0 => wrong(format!("{what} `{name}` has no rows")),
        Some((other, count)) if count != len / width => {
            wrong(format!("{what} `{name}` has {}, but `{other}` has {count}", shape::count(len / width, "row")))
        }
        _ => {
            *rows = Some((name, len / width));
            Ok(())
        }
    }
}

fn check_values(
    values: &[f32],
    width: usize,
    allowed: impl Fn(f32) -> bool,
    describe: impl Fn() -> (String, String),
) -> Result<(), Error> {
    let Some(wrong) = values.iter().position(|value| !allowed(*value)) else { return Ok(()) };
    let (what, expected) = describe();
    // People count rows from 1, as they do lines.
    let place = format!("row {} of {what}", wrong / width + 1);
    Err(Error::Value { path: None, place, value: values[wrong].to_string(), expected, help: None })
}

fn check_shape(what: &str, name: &str, sample: &[usize], found: &[usize]) -> Result<(), Error> {
    if found.split_first().is_some_and(|(_, rest)| rest == sample) {
        return Ok(());
    }
    let message = format!("{what} `{name}` takes an array of shape {}, found {}", shape::rows_of(sample), shape::array(found));
    Err(Error::Shape { path: None, message, help: None })
}
