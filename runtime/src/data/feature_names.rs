//! What is known of the columns that inputs are read from.

use crate::error::Error;
use crate::shape;
use crate::spec::InputSpec;

/// The columns that each input was read from: their names, where they are known, by which, not by their order, columns of other
/// files are found again; and the bases of those whose values are stored as their distance from one.
///
/// A column has a base where `f32` would round away what tells its values apart, such as times in seconds since 1970, and the
/// inputs are normalised by a shift. What is read from files with these names is relative to the same bases; who makes
/// inputs of such a model in memory takes the base off first, in `f64`.
#[derive(Clone, Debug, Default)]
pub struct FeatureNames {
    names: Vec<Vec<String>>,
    /// By input, one a feature; nothing at all where it has not been decided yet.
    bases: Vec<Vec<f64>>,
}

/// No names of an input are none, and so is a base of 0.
impl PartialEq for FeatureNames {
    fn eq(&self, other: &Self) -> bool {
        let inputs = self.inputs().max(other.inputs());
        (0..inputs).all(|input| self.of(input) == other.of(input) && self.bases(input) == other.bases(input))
    }
}

impl FeatureNames {
    /// The names by input, one a feature; an empty list where they are not known.
    pub fn new(names: Vec<Vec<String>>) -> Self {
        FeatureNames { names, bases: Vec::new() }
    }

    /// With the columns' bases by input, one a feature, 0 where a column has none.
    #[must_use]
    pub fn with_bases(mut self, bases: Vec<Vec<f64>>) -> Self {
        self.bases = bases;
        self
    }

    /// The names of an input's columns in the order of its features, if they are known.
    pub fn of(&self, input: usize) -> Option<&[String]> {
        self.names.get(input).map(Vec::as_slice).filter(|names| !names.is_empty())
    }

    /// What an input's values are relative to, one a feature in their order, if any of them is.
    pub fn bases(&self, input: usize) -> Option<&[f64]> {
        self.bases.get(input).map(Vec::as_slice).filter(|bases| bases.iter().any(|base| *base != 0.0))
    }

    /// Of how many inputs something is said.
    fn inputs(&self) -> usize {
        self.names.len().max(self.bases.len())
    }

    /// The bases as a weights file has them, if there are any: texts, so that they come back as they were.
    pub(crate) fn written_bases(&self) -> Option<Vec<Vec<String>>> {
        let inputs = 0..self.bases.len();
        let written = |input| self.bases(input).unwrap_or_default().iter().map(f64::to_string).collect();
        inputs.clone().any(|input| self.bases(input).is_some()).then(|| inputs.map(written).collect())
    }

    /// With the bases that a weights file has; of an input of which it has none, they are 0.
    ///
    /// # Errors
    /// If a text is no number.
    pub(crate) fn with_written_bases(self, inputs: &[InputSpec], texts: &[Vec<String>]) -> Result<Self, String> {
        let number = |text: &String| text.parse().map_err(|_| format!("its metadata has the base `{text}`, which is no number"));
        let mut bases: Vec<Vec<f64>> = texts.iter().map(|texts| texts.iter().map(number).collect()).collect::<Result<_, _>>()?;
        bases.resize(bases.len().max(inputs.len()), Vec::new());
        for (bases, input) in bases.iter_mut().zip(inputs).filter(|(bases, _)| bases.is_empty()) {
            bases.resize(input.features(), 0.0);
        }
        Ok(self.with_bases(bases))
    }

    /// The bases that a file is to be read with; none where the file decides.
    #[cfg(feature = "files")]
    pub(super) fn fixed_bases(&self, input: usize) -> Option<&[f64]> {
        self.bases.get(input).map(Vec::as_slice)
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        (0..self.inputs()).all(|input| self.of(input).is_none() && self.bases(input).is_none())
    }

    /// How messages call a feature of an input: by its column, if that is known.
    pub(crate) fn call(&self, input: &InputSpec, index: usize, feature: usize) -> String {
        match self.of(index) {
            Some(names) => format!("column `{}`", names[feature]),
            None => format!("feature {feature} (from 0) of input `{}`", input.name),
        }
    }

    /// An error if inputs are relative to other bases than a model's are.
    pub(crate) fn check_bases(&self, model: &FeatureNames, inputs: &[InputSpec]) -> Result<(), Error> {
        for (index, input) in inputs.iter().enumerate() {
            let none = vec![0.0; input.features()];
            let (own, others) = (self.bases(index).unwrap_or(&none), model.bases(index).unwrap_or(&none));
            if let Some(feature) = own.iter().zip(others).position(|(own, other)| own != other) {
                let (column, own, other) = (model.call(input, index, feature), own[feature], others[feature]);
                let message = format!("{column} is relative to {own} in the data, but to {other} in the weights");
                let help = "read the data with what the weights know of its columns, as `load_like` does".to_owned();
                return Err(Error::Shape { path: None, message, help: Some(help) });
            }
        }
        Ok(())
    }

    /// What does not fit a model's inputs, if anything does not.
    pub(crate) fn misfit(&self, inputs: &[InputSpec]) -> Option<String> {
        let known = self.inputs();
        if known > inputs.len() {
            let (named, inputs) = (shape::count(known, "input"), inputs.len());
            return Some(format!("names the columns of {named}, the model has {inputs}"));
        }
        let wrong_bases = |(bases, input): (&Vec<f64>, &InputSpec)| {
            bases.len() != input.features() || bases.iter().any(|base| !base.is_finite())
        };
        if let Some(at) = self.bases.iter().zip(inputs).position(wrong_bases) {
            let (input, features) = (inputs[at].name, shape::count(inputs[at].features(), "feature"));
            return Some(format!("has bases for input `{input}` that are not {features}' numbers"));
        }
        inputs.iter().enumerate().find_map(|(index, input)| {
            let found = self.of(index).map(<[String]>::len).filter(|found| *found != input.features())?;
            let (found, name) = (shape::count(found, "column"), input.name);
            Some(format!("names {found} for input `{name}`, which has {}", shape::count(input.features(), "feature")))
        })
    }
}
