//! Datasets from the files that a recipe names.

use std::path::Path;

use super::csv::Table;
use super::idx::{self, Idx};
use super::{Dataset, FeatureNames, Labels};
use crate::error::Error;
use crate::shape;
use crate::spec::{DataSpec, OutputKind, Spec};

/// Reads samples and their targets from files, whose paths are relative to `base_dir`.
///
/// A CSV column of classes gets its classes from what it holds: numbers in their order, other texts sorted. They are the
/// dataset's [`labels`](Dataset::labels). A header's names of the columns that were read are its
/// [`features`](Dataset::features).
///
/// # Errors
/// If a file cannot be read or is not of its format, a column is not there, the shapes are not the model's, or a value is
/// missing or not one that its input or output can have.
pub fn load(data: &DataSpec, base_dir: &Path, spec: &Spec) -> Result<Dataset, Error> {
    load_like(data, base_dir, spec, &Labels::default(), &FeatureNames::default())
}

/// As [`load`], with names that are known already, those of a model or of the training part: of classes, and of the columns
/// of features, which are then found by name where the recipe names none itself and the file has a header. Other columns
/// may be there, and are ignored.
///
/// # Errors
/// As [`load`], and if a class is none of them, or a column is not there.
pub fn load_like(
    data: &DataSpec,
    base_dir: &Path,
    spec: &Spec,
    labels: &Labels,
    features: &FeatureNames,
) -> Result<Dataset, Error> {
    let known = features;
    match *data {
        DataSpec::Csv { path, labels: targets, features, weight, header, delimiter } => {
            let path = base_dir.join(path);
            let read = Table::open(&path, header, delimiter)?.read(features, targets, weight, spec, labels, known)?;
            let dataset = Dataset::from_vecs(spec, read.inputs, read.targets)
                .and_then(|data| data.with_labels(read.labels)?.with_features(read.features));
            dataset.map_err(|error| error.in_file(&path))
        }
        DataSpec::Idx { images, labels: targets } => {
            let (images, targets) = (base_dir.join(images), base_dir.join(targets));
            let (image, target) = (read_images(&images, spec)?, read_targets(&targets, spec)?);
            let (found, expected) = (target.sizes[0], image.sizes[0]);
            if found != expected {
                let (found, expected) = (shape::count(found, "label"), shape::count(expected, "image"));
                let message = format!("has {found}, but {} has {expected}", images.display());
                return Err(Error::Idx { path: targets, message });
            }
            let dataset = Dataset::from_vecs(spec, vec![image.values], vec![target.values]);
            // Images of bytes are right by now, so that what is wrong with a value is most often the label's.
            let about = |error: &Error| if names_input(error) { images.clone() } else { targets.clone() };
            dataset.and_then(|data| data.with_labels(labels.clone())).map_err(|error| {
                let path = about(&error);
                error.in_file(&path)
            })
        }
    }
}

/// Reads inputs alone, for prediction: for each input all rows, row-major. Columns of labels may be there, and are ignored.
/// Columns whose names are known from a model's training are found as by [`load_like`].
///
/// # Errors
/// As [`load_like`].
pub fn load_inputs(data: &DataSpec, base_dir: &Path, spec: &Spec, known: &FeatureNames) -> Result<Vec<Vec<f32>>, Error> {
    match *data {
        DataSpec::Csv { path, labels, features, weight, header, delimiter } => {
            Table::open(&base_dir.join(path), header, delimiter)?.read_inputs(features, labels, weight, spec, known)
        }
        DataSpec::Idx { images, .. } => {
            let path = base_dir.join(images);
            let images = read_images(&path, spec)?;
            match images.values.iter().position(|value| !value.is_finite()) {
                None => Ok(vec![images.values]),
                Some(at) => Err(Error::Value {
                    path: Some(path),
                    place: format!("row {} of input `{}`", at / spec.inputs[0].features(), spec.inputs[0].name),
                    value: images.values[at].to_string(),
                    expected: "a finite number".to_owned(),
                    help: None,
                }),
            }
        }
    }
}

fn names_input(error: &Error) -> bool {
    matches!(error, Error::Value { place, .. } if place.contains(" of input "))
}

/// Reads images of the model's only input.
fn read_images(path: &Path, spec: &Spec) -> Result<Idx, Error> {
    let [input] = spec.inputs else { return Err(several(spec, "input", spec.inputs.len())) };
    let images = idx::read(path)?;
    check_sizes(path, &images, "images", input.shape, &format!("input `{}` is {}", input.name, shape::sample(input.shape)))?;
    Ok(images)
}

/// Reads targets of the model's only output.
fn read_targets(path: &Path, spec: &Spec) -> Result<Idx, Error> {
    let [output] = spec.outputs else { return Err(several(spec, "output", spec.outputs.len())) };
    let targets = idx::read(path)?;
    let sample = if let OutputKind::Class(_) = output.kind { &[] } else { output.shape() };
    let takes = match sample {
        [] => format!("output `{}` takes one label a sample", output.name),
        sample => format!("output `{}` takes labels of {}", output.name, shape::sample(sample)),
    };
    check_sizes(path, &targets, "labels", sample, &takes)?;
    Ok(targets)
}

fn check_sizes(path: &Path, found: &Idx, what: &str, sample: &[usize], takes: &str) -> Result<(), Error> {
    let sizes = &found.sizes[1..];
    if sizes == sample && found.sizes[0] > 0 {
        return Ok(());
    }
    let message = match (found.sizes[0], sizes) {
        (0, _) => format!("holds no {what}"),
        (_, []) => format!("holds {what} of one value each, but {takes}"),
        (_, sizes) => format!("holds {what} of {}, but {takes}", shape::sample(sizes)),
    };
    let same_length = sizes.iter().product::<usize>() == sample.iter().product::<usize>() && what == "images";
    let help = same_length.then(|| format!("write the input as {}, and `flatten` first", shape::sample(sizes)));
    Err(Error::Shape { path: Some(path.to_owned()), message, help })
}

fn several(spec: &Spec, what: &str, count: usize) -> Error {
    let message = format!("IDX files hold one input and one output, the model {} has {}", spec.model, shape::count(count, what));
    Error::Shape { path: None, message, help: Some("read the data from a CSV file".to_owned()) }
}
