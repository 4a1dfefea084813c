//! Weights files: safetensors with the names and shapes of a PyTorch `state_dict`, so that either side loads the other's.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use crate::data::{FeatureNames, Labels, class_count};
use crate::error::Error;
use crate::model::Model;
use crate::shape;
use crate::spec::{Normalize, OutputSpec, ParameterSpec, Program, Spec};
use crate::suggest::nearest;
use crate::trainer::{Normalized, is_normalization, normalizes_input, normalizes_target};

/// The metadata's only key (several would be written in an order that changes), a JSON object: `model`, its name; where
/// they are known `labels`, the names of classes, a list of lists by output; `features`, the names of the columns that were
/// trained on, a list of lists by input; where columns have them `bases`, likewise, numbers as texts so that they come back as
/// they were; and `normalize`, how inputs are normalised, as a recipe says it.
const METADATA: &str = "dlm";

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
        let (normalized, normalization) = (self.normalized, self.normalization);
        Model::from_parameters(
            self.program,
            &self.parameters,
            Loaded { labels, features, normalized, normalization, whole: true },
        )
    }

    /// Writes a weights file. The file is replaced as a whole or not at all.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        let spec = &self.program.spec;
        let kept = spec.parameters.iter().filter(|parameter| self.normalized.has(spec, parameter));
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
        if let Some(normalization) = self.normalization {
            about["normalize"] = normalization.to_string().into();
        }
        if let Some(bases) = self.features.written_bases() {
            about["bases"] = bases.into();
        }
        let metadata = HashMap::from([(METADATA.to_owned(), about.to_string())]);
        let file = safetensors::serialize(views, Some(metadata))
            .map_err(|error| Error::Weights { path: path.to_owned(), message: format!("cannot be encoded: {error}") })?;
        replace(path, &file).map_err(|source| Error::File { action: "write", path: path.to_owned(), source })
    }

    /// A parameter as a file holds it: little endian, in the file's order.
    fn bytes(&self, parameter: &ParameterSpec) -> Vec<u8> {
        let mut values = vec![0.0; parameter.len()];
        parameter.to_file_order(&self.parameters[parameter.range()], &mut values);
        values.iter().flat_map(|value| value.to_le_bytes()).collect()
    }
}

/// Numbers the files that this process writes, so that no two threads write the same beside its place.
static WRITTEN: AtomicU64 = AtomicU64::new(0);

/// Writes a file whole: beside its place under a name of its own, then moved there.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"))?;
    let mut beside = name.to_owned();
    beside.push(format!(".{}.{}.partial", std::process::id(), WRITTEN.fetch_add(1, Ordering::Relaxed)));
    let beside: PathBuf = path.with_file_name(beside);
    let written = (|| {
        let mut file = File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    })();
    if written.is_err() {
        // What is left of it is of no use to anyone; that it cannot be removed changes nothing about the error.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Reads a weights file into `parameters`, which stay as they are unless every name, shape and type fits.
pub(crate) fn load(spec: &Spec, path: &Path, parameters: &mut [f32]) -> Result<Loaded, Error> {
    let bytes = read(path)?;
    let (file, metadata) = parse(path, &bytes)?;
    let normalized = has_normalization(spec, &file);
    let differences = differences(spec, &file, normalized);
    if !differences.is_empty() {
        return Err(Error::Mismatch { path: path.to_owned(), model: spec.model.to_owned(), differences });
    }
    let failed = |message: String| Error::Weights { path: path.to_owned(), message };
    let (labels, features) = names(spec, metadata.as_ref()).map_err(failed)?;
    for parameter in spec.parameters {
        // Absent are only normalisations, which then stay as they are.
        copy(&file, parameter.name, parameter, parameters);
    }
    Ok(Loaded { labels, features, normalized, normalization: normalization_of(metadata.as_ref()), whole: true })
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
    let fits = |parameter: &&ParameterSpec| difference(&file, &[], parameter, parameter.name).is_none();
    let inputs = !spec.inputs.is_empty() && spec.parameters.iter().filter(|it| normalizes_input(spec, it)).all(|it| fits(&it));
    let mut targets = spec.parameters.iter().filter(|it| normalizes_target(spec, it)).peekable();
    let targets = targets.peek().is_some() && targets.all(|it| fits(&it));
    let failed = |message: String| Error::Weights { path: path.to_owned(), message };
    let Lists { labels, features, bases } = lists(metadata.as_ref()).map_err(failed)?;
    let parameters_of_layers = || spec.parameters.iter().filter(|parameter| !is_normalization(spec, parameter));
    let taken = |parameter: &ParameterSpec| tensors.iter().any(|(name, _)| *name == parameter.name);
    // A new head has new classes; what reads the inputs, or normalises them, reads the columns that it was trained on.
    let whole = parameters_of_layers().all(taken);
    let labels = if whole { check_labels(spec, &labels).map_err(failed).map(|()| labels)? } else { Vec::new() };
    let normalized = Normalized { inputs, targets: targets && whole };
    let reads = inputs || parameters_of_layers().next().is_some_and(taken);
    let features = FeatureNames::new(if reads { features } else { Vec::new() });
    // A base is half of a normalisation.
    let with_bases = |features: FeatureNames| features.with_written_bases(spec.inputs, &bases).map_err(failed);
    let features = if inputs { with_bases(features)? } else { features };
    if let Some(misfit) = features.misfit(spec.inputs) {
        return Err(failed(misfit));
    }
    let labels = Labels::new(labels);
    wanted().for_each(|(parameter, called)| copy(&file, called, parameter, parameters));
    let normalizations = spec.parameters.iter().filter(|it| is_normalization(spec, it) && normalized.has(spec, it));
    normalizations.for_each(|parameter| copy(&file, parameter.name, parameter, parameters));
    // Layers without what normalises the inputs before them say nothing about those.
    let normalization = normalization_of(metadata.as_ref()).filter(|_| inputs || whole);
    Ok(Loaded { labels, features, normalized, normalization, whole })
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

/// Whether a file has what normalises inputs, and what normalises targets; it may lack all of either. Names alone do not tell: a
/// layer may be called `normalize`.
fn has_normalization(spec: &Spec, file: &SafeTensors<'_>) -> Normalized {
    let mut normalized = Normalized::default();
    for parameter in spec.parameters.iter().filter(|parameter| file.tensor(parameter.name).is_ok()) {
        normalized.note(spec, parameter);
    }
    normalized
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
        Ok(tensor) => unusable(tensor.data(), parameter).map(|what| format!("`{called}` holds {what}")),
    }
}

/// A value of a tensor that no training can have left there, and where it is: what is not finite, a variance below 0, a scale of 0.
fn unusable(bytes: &[u8], parameter: &ParameterSpec) -> Option<String> {
    let (variance, scale) = (parameter.name.ends_with(".running_var"), parameter.name.ends_with(".scale"));
    let is_wrong = |value: f32| {
        !value.is_finite() || variance && !parameter.trainable && value < 0.0 || scale && !parameter.trainable && value == 0.0
    };
    let values = bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
    let (mut at, value) = values.enumerate().find(|(_, value)| is_wrong(*value))?;
    let mut place: Vec<usize> = parameter.shape.iter().rev().map(|size| (at % size, at /= size).0).collect();
    place.reverse();
    let what = match value {
        value if !value.is_finite() => "",
        value if value < 0.0 => ", and a variance is a number from 0",
        _ => ", and a scale is none",
    };
    Some(format!("{value} at {place:?}{what}"))
}

/// Everything in which a file differs from a model, a line each.
fn differences(spec: &Spec, file: &SafeTensors<'_>, normalized: Normalized) -> Vec<String> {
    let mut differences = Vec::new();
    let names: Vec<&str> = file.names();
    let known = |name: &str| spec.parameters.iter().any(|parameter| parameter.name == name);
    let unknown: Vec<&str> = names.iter().copied().filter(|name| !known(name)).collect();
    for parameter in spec.parameters {
        if normalized.has(spec, parameter) {
            differences.extend(difference(file, &unknown, parameter, parameter.name));
        }
    }
    let mut unexpected = unknown;
    unexpected.sort_unstable();
    // PyTorch counts the batches that a normalisation has seen; nothing here needs the count.
    unexpected.retain(|name| !name.ends_with(".num_batches_tracked"));
    differences.extend(unexpected.iter().map(|name| {
        let of = |output: &&OutputSpec| [format!("normalize.{}.shift", output.name), format!("normalize.{}.scale", output.name)];
        let target = spec.outputs.iter().any(|output| of(&output).contains(&(*name).to_owned()));
        let hint = if target { ": write `normalize_targets` as it was trained, such as `standard`" } else { "" };
        format!("`{name}` is in the file, but not in the model{hint}")
    }));
    differences
}

/// How inputs are normalised, where a file says it.
fn normalization_of(metadata: Option<&HashMap<String, String>>) -> Option<Normalize> {
    let about: serde_json::Value = serde_json::from_str(metadata?.get(METADATA)?).ok()?;
    about["normalize"].as_str()?.parse().ok()
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
        if let (Some(yes), [_, trained]) = (output.yes, names.as_slice())
            && yes != trained
        {
            return Err(format!("was trained with `{trained}` as yes of output `{}`, and the recipe says `{yes}`", output.name));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_replaced_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.safetensors");
        replace(&path, b"before").unwrap();
        // Folders stand where the next files would be written: an obstacle for every user, root too.
        let next = WRITTEN.load(Ordering::Relaxed);
        let obstacle = |number| folder.path().join(format!("x.safetensors.{}.{number}.partial", std::process::id()));
        (next..next + 100).for_each(|number| fs::create_dir(obstacle(number)).unwrap());
        assert!(replace(&path, b"after").is_err());
        assert_eq!(fs::read(&path).unwrap(), b"before");
    }

    #[test]
    fn nothing_is_left_beside_a_file() {
        let folder = tempfile::tempdir().unwrap();
        replace(&folder.path().join("x"), b"1").unwrap();
        replace(&folder.path().join("x"), b"2").unwrap();
        // A folder cannot be replaced by a file.
        fs::create_dir(folder.path().join("y")).unwrap();
        assert!(replace(&folder.path().join("y"), b"3").is_err());
        assert!(replace(Path::new("/"), b"4").is_err());
        let mut names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort_unstable();
        assert_eq!(names, ["x", "y"]);
        assert_eq!(fs::read(folder.path().join("x")).unwrap(), b"2");
    }
}
