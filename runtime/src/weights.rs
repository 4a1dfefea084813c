//! Weights files: safetensors with the names and shapes of a PyTorch `state_dict`, so that either side loads the other's.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::path::Path;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use crate::data::{FeatureNames, Labels, class_count};
use crate::error::Error;
use crate::model::Model;
use crate::shape;
use crate::spec::{ParameterSpec, Program, Spec};
use crate::suggest::nearest;
use crate::trainer::is_normalization;
use crate::whole;

/// The metadata's only key (several would be written in an order that changes), a JSON object: `model`, its name; where
/// they are known `labels`, the names of classes, a list of lists by output; `features`, the names of the columns that
/// were trained on, a list of lists by input; and where columns have them `bases`, likewise, numbers as texts so that they
/// come back as they were.
const METADATA: &str = "dlm";

/// The weights of a trainer or model at one moment.
#[derive(Clone, Debug)]
pub struct Weights<'a> {
    pub(crate) program: &'static Program,
    pub(crate) parameters: Cow<'a, [f32]>,
    pub(crate) labels: &'a Labels,
    pub(crate) features: &'a FeatureNames,
    pub(crate) normalization: bool,
}

/// What a weights file says besides its tensors.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    pub(crate) labels: Labels,
    pub(crate) features: FeatureNames,
    /// Whether it had the normalisation of its training.
    pub(crate) normalization: bool,
}

impl Labels {
    /// The names of the classes that a weights file of a model holds; none if it holds none.
    ///
    /// # Errors
    /// As [`Model::load`].
    pub fn of_weights(spec: &Spec, path: impl AsRef<Path>) -> Result<Self, Error> {
        Ok(load(spec, path.as_ref(), &mut vec![0.0; spec.parameters_len])?.labels)
    }
}

impl FeatureNames {
    /// The names of the columns that a weights file of a model was trained on; none if it holds none.
    ///
    /// # Errors
    /// As [`Model::load`].
    pub fn of_weights(spec: &Spec, path: impl AsRef<Path>) -> Result<Self, Error> {
        Ok(load(spec, path.as_ref(), &mut vec![0.0; spec.parameters_len])?.features)
    }
}

/// The names of classes and of columns that a recipe's reused weights bring.
///
/// # Errors
/// As [`Trainer::reuse`](crate::Trainer::reuse).
pub fn names_of_reused(spec: &Spec, path: impl AsRef<Path>) -> Result<(Labels, FeatureNames), Error> {
    let Some(reuse) = spec.recipe.reuse else { return Ok(Default::default()) };
    let loaded = load_some(spec, path.as_ref(), reuse.tensors, &mut vec![0.0; spec.parameters_len])?;
    Ok((loaded.labels, loaded.features))
}

impl Weights<'_> {
    /// A model with a copy of them.
    pub fn model(&self) -> Model {
        let (labels, features) = (self.labels.clone(), self.features.clone());
        Model::from_parameters(self.program, &self.parameters, Loaded { labels, features, normalization: self.normalization })
    }

    /// Writes a weights file. The file is replaced as a whole or not at all.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        whole::write(path, &self.to_bytes()).map_err(|source| Error::File { action: "write", path: path.to_owned(), source })
    }

    /// What [`save`](Self::save) writes, to be kept or sent somewhere.
    pub fn to_bytes(&self) -> Vec<u8> {
        let spec = &self.program.spec;
        let kept = spec.parameters.iter().filter(|parameter| self.normalization || !is_normalization(spec, parameter));
        let bytes: Vec<(&ParameterSpec, Vec<u8>)> = kept.map(|parameter| (parameter, self.bytes(parameter))).collect();
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
        if let Some(bases) = self.features.written_bases() {
            about["bases"] = bases.into();
        }
        let metadata = HashMap::from([(METADATA.to_owned(), about.to_string())]);
        safetensors::serialize(views, Some(metadata)).expect("tensors of whole shapes and a text can be encoded")
    }

    /// A parameter as a file holds it: little endian, in the file's order.
    fn bytes(&self, parameter: &ParameterSpec) -> Vec<u8> {
        let mut values = vec![0.0; parameter.len()];
        parameter.to_file_order(&self.parameters[parameter.range()], &mut values);
        let mut bytes = vec![0; values.len() * size_of::<f32>()];
        bytes.as_chunks_mut().0.iter_mut().zip(values).for_each(|(bytes, value)| *bytes = value.to_le_bytes());
        bytes
    }
}

/// Reads a weights file into `parameters`, which stay as they are unless every name, shape and type fits.
pub(crate) fn load(spec: &Spec, path: &Path, parameters: &mut [f32]) -> Result<Loaded, Error> {
    let bytes = read(path)?;
    let (file, metadata) = parse(path, &bytes)?;
    let normalization = has_normalization(spec, &file);
    let differences = differences(spec, &file, normalization);
    if !differences.is_empty() {
        return Err(Error::Mismatch { path: path.to_owned(), model: spec.model.to_owned(), differences });
    }
    let failed = |message: String| Error::Weights { path: path.to_owned(), message };
    let (labels, features) = names(spec, metadata.as_ref()).map_err(failed)?;
    for parameter in spec.parameters {
        // Absent are only normalisations, which then stay as they are.
        copy(&file, parameter.name, parameter, parameters);
    }
    Ok(Loaded { labels, features, normalization })
}

/// Reads some tensors of a file, each by the name that it has there, and the normalisation if it fits all inputs; the file may
/// hold more. `parameters` stay as they are unless every tensor is there in its shape and type.
pub(crate) fn load_some(spec: &Spec, path: &Path, tensors: &[(&str, &str)], parameters: &mut [f32]) -> Result<Loaded, Error> {
    let bytes = read(path)?;
    let (file, metadata) = parse(path, &bytes)?;
    let of = |name: &str| spec.parameters.iter().find(|parameter| parameter.name == name);
    let wanted = || tensors.iter().filter_map(|(name, called)| Some((of(name)?, *called)));
    let names: Vec<&str> = file.names();
    let differences: Vec<String> =
        wanted().filter_map(|(parameter, called)| difference(&file, &names, parameter, called)).collect();
    if !differences.is_empty() {
        return Err(Error::Mismatch { path: path.to_owned(), model: spec.model.to_owned(), differences });
    }
    let mut normalizations = spec.parameters.iter().filter(|parameter| is_normalization(spec, parameter));
    let normalization =
        !spec.inputs.is_empty() && normalizations.all(|parameter| difference(&file, &[], parameter, parameter.name).is_none());
    let failed = |message: String| Error::Weights { path: path.to_owned(), message };
    let Lists { labels, features, bases } = lists(metadata.as_ref()).map_err(failed)?;
    let parameters_of_layers = || spec.parameters.iter().filter(|parameter| !is_normalization(spec, parameter));
    let taken = |parameter: &ParameterSpec| tensors.iter().any(|(name, _)| *name == parameter.name);
    // A new head has new classes; what reads the inputs, or normalises them, reads the columns that it was trained on.
    let whole = parameters_of_layers().all(taken);
    let labels = if whole { check_labels(spec, &labels).map_err(failed).map(|()| labels)? } else { Vec::new() };
    let reads = normalization || parameters_of_layers().next().is_some_and(taken);
    let features = FeatureNames::new(if reads { features } else { Vec::new() });
    // A base is half of a normalisation.
    let with_bases = |features: FeatureNames| features.with_written_bases(spec.inputs, &bases).map_err(failed);
    let features = if normalization { with_bases(features)? } else { features };
    if let Some(misfit) = features.misfit(spec.inputs) {
        return Err(failed(misfit));
    }
    let labels = Labels::new(labels);
    wanted().for_each(|(parameter, called)| copy(&file, called, parameter, parameters));
    if normalization {
        let normalizations = spec.parameters.iter().filter(|parameter| is_normalization(spec, parameter));
        normalizations.for_each(|parameter| copy(&file, parameter.name, parameter, parameters));
    }
    Ok(Loaded { labels, features, normalization })
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|source| Error::File { action: "read", path: path.to_owned(), source })
}

/// A file's tensors and its metadata.
fn parse<'b>(path: &Path, bytes: &'b [u8]) -> Result<(SafeTensors<'b>, Option<HashMap<String, String>>), Error> {
    let failed = |error| Error::Weights { path: path.to_owned(), message: format!("is no whole safetensors file: {error}") };
    let file = SafeTensors::deserialize(bytes).map_err(failed)?;
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(failed)?;
    Ok((file, header.metadata().clone()))
}

/// Whether a file has what normalises inputs; it may lack all of it. Names alone do not tell: a layer may be called
/// `normalize`.
fn has_normalization(spec: &Spec, file: &SafeTensors<'_>) -> bool {
    let mut normalizations = spec.parameters.iter().filter(|parameter| is_normalization(spec, parameter));
    normalizations.any(|parameter| file.tensor(parameter.name).is_ok())
}

/// Copies a tensor of a file into memory, if it is there.
fn copy(file: &SafeTensors<'_>, called: &str, parameter: &ParameterSpec, parameters: &mut [f32]) {
    let Ok(tensor) = file.tensor(called) else { return };
    let (chunks, _) = tensor.data().as_chunks::<4>();
    let values: Vec<f32> = chunks.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    parameter.from_file_order(&values, &mut parameters[parameter.range()]);
}

/// What is wrong with a file's tensor of this name, if anything is. `near` are the names among which a similar one is sought.
fn difference(file: &SafeTensors<'_>, near: &[&str], parameter: &ParameterSpec, called: &str) -> Option<String> {
    match file.tensor(called) {
        Err(_) => {
            let near = nearest(called, near.iter().copied()).map(|near| format!("; the file has `{near}`"));
            Some(format!("`{called}` is missing{}", near.unwrap_or_default()))
        }
        Ok(tensor) if tensor.shape() != parameter.shape => Some(format!(
            "`{called}` has shape {} in the file, {} in the model",
            shape::array(tensor.shape()),
            shape::array(parameter.shape)
        )),
        Ok(tensor) if tensor.dtype() != Dtype::F32 => {
            Some(format!("`{called}` holds {:?} values, the model takes F32", tensor.dtype()))
        }
        Ok(_) => None,
    }
}

/// Everything in which a file differs from a model, a line each.
fn differences(spec: &Spec, file: &SafeTensors<'_>, normalization: bool) -> Vec<String> {
    let mut differences = Vec::new();
    let names: Vec<&str> = file.names();
    let known = |name: &str| spec.parameters.iter().any(|parameter| parameter.name == name);
    let unknown: Vec<&str> = names.iter().copied().filter(|name| !known(name)).collect();
    for parameter in spec.parameters {
        if normalization || !is_normalization(spec, parameter) {
            differences.extend(difference(file, &unknown, parameter, parameter.name));
        }
    }
    let mut unexpected = unknown;
    unexpected.sort_unstable();
    // PyTorch counts the batches that a normalisation has seen; nothing here needs the count.
    unexpected.retain(|name| !name.ends_with(".num_batches_tracked"));
    differences.extend(unexpected.iter().map(|name| format!("`{name}` is in the file, but not in the model")));
    differences
}

/// What a file says of classes and of columns.
fn names(spec: &Spec, metadata: Option<&HashMap<String, String>>) -> Result<(Labels, FeatureNames), String> {
    let Lists { labels, features, bases } = lists(metadata)?;
    check_labels(spec, &labels)?;
    let features = FeatureNames::new(features).with_written_bases(spec.inputs, &bases)?;
    features.misfit(spec.inputs).map_or(Ok((Labels::new(labels), features)), Err)
}

/// Lists by output or input, as a file has them.
#[derive(Default)]
struct Lists {
    labels: Vec<Vec<String>>,
    features: Vec<Vec<String>>,
    bases: Vec<Vec<String>>,
}

fn lists(metadata: Option<&HashMap<String, String>>) -> Result<Lists, String> {
    let Some(text) = metadata.and_then(|metadata| metadata.get(METADATA)) else { return Ok(Lists::default()) };
    let unreadable = |error| format!("its metadata cannot be read: {error}");
    let mut about: serde_json::Value = serde_json::from_str(text).map_err(unreadable)?;
    let mut list = |key: &str| -> Result<Vec<Vec<String>>, String> {
        let lists: Option<_> = match about.get_mut(key) {
            Some(lists) => serde_json::from_value(lists.take()).map_err(unreadable)?,
            None => None,
        };
        Ok(lists.unwrap_or_default())
    };
    Ok(Lists { labels: list("labels")?, features: list("features")?, bases: list("bases")? })
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
    }
    Ok(())
}
