//! Datasets from the files that a recipe names.

use std::path::Path;

use super::csv::Table;
use super::features::Features;
use super::idx::{Idx, Values};
use super::layout::Wanted;
use super::{Dataset, FeatureNames, Labels, notes};
use crate::error::Error;
use crate::shape;
use crate::spec::{DataSpec, Normalize, OutputKind, Spec};

/// Reads samples and their targets from files, whose paths are relative to `base_dir`.
///
/// A CSV column of classes gets its classes from what it holds: numbers in their order, other texts sorted. They are the
/// dataset's [`labels`](Dataset::labels). A header's names of the columns that were read are its
/// [`features`](Dataset::features), with the base of a column whose values `f32` would not tell apart. What looks as if it were
/// not meant is in its [`notes`](Dataset::notes).
///
/// Files are read as they are unpacked, and the values of one may take 2 GiB of memory, or as many bytes as the environment
/// variable `DLM_MAX_DATA` says.
///
/// # Errors
/// If a file cannot be read or is not of its format, a column is not there, the shapes are not the model's, a value is
/// missing or not one that its input or output can have, or the values take more memory than they may.
pub fn load(data: &DataSpec, base_dir: &Path, spec: &Spec) -> Result<Dataset, Error> {
    load_like(data, base_dir, spec, &Labels::default(), &FeatureNames::default())
}

/// As [`load`], with names that are known already, those of a model or of the training part: of classes, and of the columns
/// of features, which are then found by name where the recipe names none itself and the file has a header. Other columns
/// may be there, and are ignored.
///
/// # Errors
/// As [`load`], and if a class is none of them, or a column is not there; if what is known of columns does not fit the inputs.
pub fn load_like(
    data: &DataSpec,
    base_dir: &Path,
    spec: &Spec,
    labels: &Labels,
    features: &FeatureNames,
) -> Result<Dataset, Error> {
    let known = features;
    check_known(known, spec)?;
    match *data {
        DataSpec::Csv { path, labels: targets, features, weight, header, delimiter } => {
            let path = base_dir.join(path);
            let wanted = Wanted { features, labels: targets, weight, known };
            let read = Table::open(&path, header, delimiter, wanted, spec)?.read(wanted, spec, labels)?;
            let dataset = Dataset::from_vecs(spec, read.inputs, read.targets)
                .and_then(|data| data.with_labels(read.labels)?.with_features(read.features));
            dataset.map(|data| data.with_notes(read.notes)).map_err(|error| error.in_file(&path))
        }
        DataSpec::Idx { images, labels: targets } => {
            let (images, targets) = (base_dir.join(images), base_dir.join(targets));
            let (image, target) = (open_images(&images, spec)?, open_targets(&targets, spec)?);
            let (found, expected) = (target.sizes[0], image.sizes[0]);
            if found != expected {
                let (found, expected) = (shape::count(found, "label"), shape::count(expected, "image"));
                let message = format!("has {found}, but {} has {expected}", images.display());
                return Err(Error::Idx { path: targets, message, help: None });
            }
            let (values, columns, notes) = read_images(image, spec, known)?;
            let dataset = Dataset::from_vecs(spec, vec![values], vec![target.values()?.rounded()])
                .and_then(|data| Ok(data.with_features(columns)?.with_notes(notes)));
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
/// Columns whose names are known from a model's training are found as by [`load_like`], and are relative to the bases that they
/// have there. Of a CSV file that is a header alone there are no rows.
///
/// # Errors
/// As [`load_like`].
pub fn load_inputs(data: &DataSpec, base_dir: &Path, spec: &Spec, known: &FeatureNames) -> Result<Vec<Vec<f32>>, Error> {
    check_known(known, spec)?;
    match *data {
        DataSpec::Csv { path, labels, features, weight, header, delimiter } => {
            let wanted = Wanted { features, labels, weight, known };
            Table::open(&base_dir.join(path), header, delimiter, wanted, spec)?.read_inputs(wanted, spec)
        }
        DataSpec::Idx { images, .. } => {
            let path = base_dir.join(images);
            let (values, ..) = read_images(open_images(&path, spec)?, spec, known)?;
            match values.iter().position(|value| !value.is_finite()) {
                None => Ok(vec![values]),
                Some(at) => Err(Error::Value {
                    path: Some(path),
                    place: format!("row {} of input `{}`", at / spec.inputs[0].features() + 1, spec.inputs[0].name),
                    value: values[at].to_string(),
                    expected: "a finite number".to_owned(),
                    help: None,
                }),
            }
        }
    }
}

/// An error if what is known of columns is not of a model's inputs.
fn check_known(known: &FeatureNames, spec: &Spec) -> Result<(), Error> {
    match known.misfit(spec.inputs) {
        None => Ok(()),
        Some(misfit) => Err(Error::Shape { path: None, message: format!("what is known of the columns {misfit}"), help: None }),
    }
}

fn names_input(error: &Error) -> bool {
    matches!(error, Error::Value { place, .. } if place.contains(" of input "))
}

/// Opens images of the model's only input.
fn open_images(path: &Path, spec: &Spec) -> Result<Idx, Error> {
    let [input] = spec.inputs else { return Err(several(spec, "input", spec.inputs.len())) };
    let images = Idx::open(path)?;
    check_sizes(path, &images, "images", input.shape, &format!("input `{}` is {}", input.name, shape::sample(input.shape)))?;
    Ok(images)
}

/// The images' values; their features, which have bases where they need them; and what there is to tell.
fn read_images(images: Idx, spec: &Spec, known: &FeatureNames) -> Result<(Vec<f32>, FeatureNames, Vec<String>), Error> {
    let input = &spec.inputs[0];
    let bases = known.fixed_bases(0);
    let is_based = bases.is_some_and(|bases| bases.iter().any(|base| *base != 0.0));
    let values = match images.values()? {
        Values::Single(values) if !is_based => {
            let none = FeatureNames::default().with_bases(vec![vec![0.0; input.features()]]);
            return Ok((values, none, Vec::new()));
        }
        Values::Single(values) => values.into_iter().map(f64::from).collect(),
        Values::Double(values) => values,
    };
    let mut features = Features::new(input.features(), bases);
    values.into_iter().for_each(|value| features.push(value));
    let is_shifted = matches!(spec.recipe.normalize, Normalize::Standard | Normalize::MinMax);
    let (values, found) = features.finish(is_shifted);
    let columns = FeatureNames::default().with_bases(vec![found.iter().map(|found| found.base).collect()]);
    let told = found
        .iter()
        .enumerate()
        .filter_map(|(feature, found)| found.coarse.map(|why| notes::coarse(&columns.call(input, 0, feature), why, found.base)));
    let notes = told.take(8).collect();
    Ok((values, columns, notes))
}

/// Opens targets of the model's only output.
fn open_targets(path: &Path, spec: &Spec) -> Result<Idx, Error> {
    let [output] = spec.outputs else { return Err(several(spec, "output", spec.outputs.len())) };
    let targets = Idx::open(path)?;
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
        return found.check_length();
    }
    let message = match (found.sizes[0], sizes) {
        (0, _) => format!("holds no {what}"),
        (_, []) => format!("holds {what} of one value each, but {takes}"),
        (_, sizes) => format!("holds {what} of {}, but {takes}", shape::sample(sizes)),
    };
    // What the header of a damaged file says need not fit any number.
    let len = |sizes: &[usize]| sizes.iter().try_fold(1, |len: usize, size| len.checked_mul(*size));
    let same_length = len(sizes).is_some() && len(sizes) == len(sample) && what == "images";
    let help = same_length.then(|| format!("write the input as {}, and `flatten` first", shape::sample(sizes)));
    Err(Error::Shape { path: Some(path.to_owned()), message, help })
}

fn several(spec: &Spec, what: &str, count: usize) -> Error {
    let message = format!("IDX files hold one input and one output, the model {} has {}", spec.model, shape::count(count, what));
    Error::Shape { path: None, message, help: Some("read the data from a CSV file".to_owned()) }
}
