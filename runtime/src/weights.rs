//! Weights: written to files and read from them, safetensors with the names and shapes of a PyTorch `state_dict`, so that either
//! side loads the other's.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::path::Path;

use safetensors::Dtype;
use safetensors::tensor::TensorView;

use crate::data::{FeatureNames, Labels, called, class_count};
use crate::error::Error;
use crate::model::Model;
use crate::spec::{Normalize, ParameterSpec, Program, Spec};
use crate::trainer::{Normalized, is_normalization, normalizes_input, normalizes_target};
use crate::weights_file::{METADATA, NORMALIZE, WeightsFile};
use crate::whole;

/// The weights of a trainer or model at one moment.
#[derive(Clone, Debug)]
pub struct Weights<'a> {
    pub(crate) program: &'static Program,
    pub(crate) parameters: Cow<'a, [f32]>,
    pub(crate) labels: &'a Labels,
    pub(crate) features: &'a FeatureNames,
    pub(crate) normalized: Normalized,
    pub(crate) normalization: Option<Normalize>,
}

/// What a weights file says besides its tensors.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    pub(crate) labels: Labels,
    pub(crate) features: FeatureNames,
    /// Which normalisation of its training it had.
    pub(crate) normalized: Normalized,
    /// What the inputs' is, where the file says it.
    pub(crate) normalization: Option<Normalize>,
    /// Whether all of the model was taken from it.
    pub(crate) whole: bool,
    /// Whether it has the metadata that this crate writes, and so says what normalises if anything does.
    pub(crate) has_metadata: bool,
    /// What was done to its tensors so that they fit.
    pub(crate) notes: Vec<String>,
}

/// Where weights are read from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source<'a> {
    File(&'a Path),
    Bytes(&'a [u8]),
}

impl<'a> Source<'a> {
    fn bytes(self) -> Result<Cow<'a, [u8]>, Error> {
        match self {
            Self::File(path) => match fs::read(path) {
                Ok(bytes) => Ok(bytes.into()),
                Err(source) => Err(Error::File { action: "read", path: path.to_owned(), source }),
            },
            Self::Bytes(bytes) => Ok(bytes.into()),
        }
    }

    pub(crate) fn path(self) -> Option<&'a Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Bytes(_) => None,
        }
    }
}

impl Labels {
    /// The names of the classes that a weights file of a model holds; none if it holds none.
    ///
    /// # Errors
    /// As [`Model::load`].
    pub fn of_weights(spec: &Spec, path: impl AsRef<Path>) -> Result<Self, Error> {
        Ok(load(spec, Source::File(path.as_ref()), &mut vec![0.0; spec.parameters_len])?.labels)
    }
}

impl FeatureNames {
    /// The names of the columns that a weights file of a model was trained on; none if it holds none.
    ///
    /// # Errors
    /// As [`Model::load`].
    pub fn of_weights(spec: &Spec, path: impl AsRef<Path>) -> Result<Self, Error> {
        Ok(load(spec, Source::File(path.as_ref()), &mut vec![0.0; spec.parameters_len])?.features)
    }
}

/// The names of classes and of columns that a recipe's reused weights bring.
///
/// # Errors
/// As [`Trainer::reuse`](crate::Trainer::reuse).
pub fn names_of_reused(spec: &Spec, path: impl AsRef<Path>) -> Result<(Labels, FeatureNames), Error> {
    let Some(reuse) = spec.recipe.reuse else { return Ok(Default::default()) };
    let loaded = load_some(spec, Source::File(path.as_ref()), reuse.tensors, &mut vec![0.0; spec.parameters_len])?;
    Ok((loaded.labels, loaded.features))
}

impl Weights<'_> {
    /// A model with a copy of them.
    pub fn model(&self) -> Model {
        let (labels, features) = (self.labels.clone(), self.features.clone());
        let (normalized, normalization) = (self.normalized, self.normalization);
        let (whole, has_metadata, notes) = (true, true, Vec::new());
        let about = Loaded { labels, features, normalized, normalization, whole, has_metadata, notes };
        Model::from_parameters(self.program, &self.parameters, about)
    }

    /// Writes a weights file. The file is replaced as a whole or not at all.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        whole::write(path, &self.to_bytes()).map_err(|source| Error::File { action: "write", path: path.to_owned(), source })
    }

    /// The bytes of a weights file, for where there are no files.
    pub fn to_bytes(&self) -> Vec<u8> {
        let spec = &self.program.spec;
        let (normalizations, tensors): (Vec<&ParameterSpec>, Vec<_>) =
            spec.parameters.iter().partition(|parameter| is_normalization(spec, parameter));
        let bytes: Vec<(&ParameterSpec, Vec<u8>)> =
            tensors.into_iter().map(|parameter| (parameter, self.bytes(parameter))).collect();
        let views = bytes.iter().map(|(parameter, bytes)| {
            let view = TensorView::new(Dtype::F32, parameter.shape.to_vec(), bytes);
            (parameter.name, view.expect("a parameter's length is its shape's product"))
        });
        let mut about = serde_json::json!({ "model": spec.model });
        if !self.labels.is_empty() {
            let names = (0..spec.outputs.len()).map(|output| self.labels.of(output).unwrap_or_default());
            about["labels"] = names.collect::<Vec<_>>().into();
        }
        if !self.features.is_empty() {
            let names = (0..spec.inputs.len()).map(|input| self.features.of(input).unwrap_or_default());
            about["features"] = names.collect::<Vec<_>>().into();
        }
        if let Some(normalization) = self.normalization {
            about["normalize"] = normalization.to_string().into();
        }
        for parameter in normalizations.into_iter().filter(|parameter| self.normalized.has(spec, parameter)) {
            let name = parameter.name.strip_prefix(NORMALIZE).unwrap_or(parameter.name);
            about["normalization"][name] = self.values(parameter).into();
        }
        if let Some(bases) = self.features.written_bases() {
            about["bases"] = bases.into();
        }
        let metadata = HashMap::from([(METADATA.to_owned(), about.to_string())]);
        safetensors::serialize(views, Some(metadata)).expect("tensors of one type and with names of their own can be encoded")
    }

    /// A parameter's values in the file's order.
    fn values(&self, parameter: &ParameterSpec) -> Vec<f32> {
        let mut values = vec![0.0; parameter.len()];
        parameter.to_file_order(&self.parameters[parameter.range()], &mut values);
        values
    }

    /// A parameter as a file holds it: little endian, in the file's order.
    fn bytes(&self, parameter: &ParameterSpec) -> Vec<u8> {
        self.values(parameter).iter().flat_map(|value| value.to_le_bytes()).collect()
    }
}

/// Reads weights into `parameters`, which stay as they are unless every name, shape and type fits. What normalises may all be
/// absent; it then stays as it is.
pub(crate) fn load(spec: &Spec, source: Source<'_>, parameters: &mut [f32]) -> Result<Loaded, Error> {
    let bytes = source.bytes()?;
    let all: Vec<&str> = spec.parameters.iter().map(|parameter| parameter.name).collect();
    let file = WeightsFile::parse(source.path(), &bytes, &all)?;
    let normalized = file.has_normalization(spec);
    let differences = differences(spec, &file, normalized);
    if !differences.is_empty() {
        return Err(file.mismatch(spec, differences));
    }
    check_labels(spec, &file.labels).map_err(|message| file.failed(message))?;
    let features = FeatureNames::new(file.features.clone()).with_written_bases(spec.inputs, &file.bases);
    let features = features.map_err(|message| file.failed(message))?;
    if let Some(misfit) = features.misfit(spec.inputs) {
        return Err(file.failed(misfit));
    }
    spec.parameters.iter().for_each(|parameter| file.copy(spec, parameter.name, parameter, parameters));
    let (labels, normalization, has_metadata) = (Labels::new(file.labels.clone()), file.normalization, file.has_metadata);
    Ok(Loaded { labels, features, normalized, normalization, whole: true, has_metadata, notes: file.notes(all.into_iter()) })
}

/// Reads some tensors of a file, each by the name that it has there, and the normalisation if it fits all inputs; the file may
/// hold more. `parameters` stay as they are unless every tensor is there in its shape and type.
pub(crate) fn load_some(
    spec: &Spec,
    source: Source<'_>,
    tensors: &[(&str, &str)],
    parameters: &mut [f32],
) -> Result<Loaded, Error> {
    let bytes = source.bytes()?;
    let called: Vec<&str> = tensors.iter().map(|(_, called)| *called).collect();
    let file = WeightsFile::parse(source.path(), &bytes, &called)?;
    let of = |name: &str| spec.parameters.iter().find(|parameter| parameter.name == name);
    let wanted = || tensors.iter().filter_map(|(name, called)| Some((of(name)?, *called)));
    let names: Vec<&str> = file.names();
    let differences: Vec<String> =
        wanted().filter_map(|(parameter, called)| file.difference(spec, &names, parameter, called)).collect();
    if !differences.is_empty() {
        return Err(file.mismatch(spec, differences));
    }
    let fits = |parameter: &ParameterSpec| file.difference(spec, &[], parameter, parameter.name).is_none();
    let inputs = !spec.inputs.is_empty() && spec.parameters.iter().filter(|it| normalizes_input(spec, it)).all(fits);
    let mut targets = spec.parameters.iter().filter(|it| normalizes_target(spec, it)).peekable();
    let targets = targets.peek().is_some() && targets.all(fits);
    let failed = |message: String| file.failed(message);
    let parameters_of_layers = || spec.parameters.iter().filter(|parameter| !is_normalization(spec, parameter));
    let taken = |parameter: &ParameterSpec| tensors.iter().any(|(name, _)| *name == parameter.name);
    // A new head has new classes; what reads the inputs, or normalises them, reads the columns that it was trained on.
    let whole = parameters_of_layers().all(taken);
    let labels = if whole { check_labels(spec, &file.labels).map_err(failed).map(|()| file.labels.clone())? } else { Vec::new() };
    let normalized = Normalized { inputs, targets: targets && whole };
    let reads = inputs || parameters_of_layers().next().is_some_and(taken);
    let features = FeatureNames::new(if reads { file.features.clone() } else { Vec::new() });
    // A base is half of a normalisation.
    let with_bases = |features: FeatureNames| features.with_written_bases(spec.inputs, &file.bases).map_err(failed);
    let features = if inputs { with_bases(features)? } else { features };
    if let Some(misfit) = features.misfit(spec.inputs) {
        return Err(failed(misfit));
    }
    wanted().for_each(|(parameter, called)| file.copy(spec, called, parameter, parameters));
    let normalizations = spec.parameters.iter().filter(|it| is_normalization(spec, it) && normalized.has(spec, it));
    normalizations.for_each(|parameter| file.copy(spec, parameter.name, parameter, parameters));
    // Layers without what normalises the inputs before them say nothing about those.
    let normalization = file.normalization.filter(|_| inputs || whole);
    let (labels, has_metadata, notes) = (Labels::new(labels), file.has_metadata, file.notes(called.into_iter()));
    Ok(Loaded { labels, features, normalized, normalization, whole, has_metadata, notes })
}

/// Everything in which a file differs from a model, a line each.
fn differences(spec: &Spec, file: &WeightsFile<'_>, normalized: Normalized) -> Vec<String> {
    let names = file.names();
    let known = |name: &str| spec.parameters.iter().any(|parameter| parameter.name == name);
    let unknown: Vec<&str> = names.iter().copied().filter(|name| !known(name)).collect();
    let needed = spec.parameters.iter().filter(|parameter| normalized.has(spec, parameter));
    let mut differences: Vec<String> =
        needed.filter_map(|parameter| file.difference(spec, &unknown, parameter, parameter.name)).collect();
    differences.extend(file.surplus(known).into_iter().map(|line| {
        let of_target = spec.outputs.iter().any(|output| line.starts_with(&format!("`{NORMALIZE}{}.s", output.name)));
        line + if of_target { ": write `normalize_targets` as it was trained, such as `standard`" } else { "" }
    }));
    differences
}

fn check_labels(spec: &Spec, names: &[Vec<String>]) -> Result<(), String> {
    if names.len() > spec.outputs.len() {
        return Err(format!("names the classes of {} outputs, the model has {}", names.len(), spec.outputs.len()));
    }
    for (names, output) in names.iter().zip(spec.outputs) {
        let classes = class_count(output.kind).unwrap_or_default();
        if !names.is_empty() && names.len() != classes {
            return Err(format!("names {} classes for output `{}`, which has {classes}", names.len(), output.name));
        }
        if let (Some(yes), [other, trained]) = (output.yes, names.as_slice())
            && called([other, trained], yes) != Some(1)
        {
            return Err(format!("was trained with `{trained}` as yes of output `{}`, and the recipe says `{yes}`", output.name));
        }
    }
    Ok(())
}
