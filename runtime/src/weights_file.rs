//! A weights file as it was read: its tensors as `f32`, by the names of the model, and what its metadata says.
//!
//! Written by this crate or by PyTorch, that makes no difference: names may carry what a wrapper put in front of them, values may
//! be of any type of floating point, and what normalises is in the metadata or, in files of before, among the tensors.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde_json::Value;

use crate::error::Error;
use crate::shape;
use crate::spec::{Normalize, ParameterSpec, Spec};
use crate::suggest::nearest;
use crate::trainer::{Normalized, is_normalization};

/// The metadata's only key (several would be written in an order that changes), a JSON object: `model`, its name; where they are
/// known `labels`, the names of classes, a list of lists by output; `features`, the names of the columns that were trained on, a
/// list of lists by input; where columns have them `bases`, likewise, numbers as texts so that they come back as they were;
/// `normalize`, how inputs are normalised, as a recipe says it; and `normalization`, lists of numbers by name without
/// [`NORMALIZE`]. These are there and not among the tensors, since PyTorch's `load_state_dict` takes no tensor that its model
/// lacks.
pub(crate) const METADATA: &str = "dlm";

/// What the names of all begin with that normalises: `normalize.image.scale`.
pub(crate) const NORMALIZE: &str = "normalize.";

/// What PyTorch's wrappers, for several devices and for compiled models, put in front of every name.
const WRAPPERS: [&str; 2] = ["module.", "_orig_mod."];

/// Names by output or input.
pub(crate) type Lists = Vec<Vec<String>>;

/// What is in a weights file.
#[derive(Debug)]
pub(crate) struct WeightsFile<'b> {
    path: Option<PathBuf>,
    file: SafeTensors<'b>,
    /// What is in front of every name, and none of a name's own.
    wrapper: String,
    normalize: BTreeMap<String, Vec<f32>>,
    /// Whether it has the metadata that this crate writes.
    pub(crate) has_metadata: bool,
    pub(crate) labels: Lists,
    pub(crate) features: Lists,
    pub(crate) bases: Lists,
    /// How inputs are normalised, as a recipe says it.
    pub(crate) normalization: Option<Normalize>,
}

impl<'b> WeightsFile<'b> {
    /// Reads what a file holds, whose path is known or not. `wanted` are the names that will be asked for.
    pub(crate) fn parse(path: Option<&Path>, bytes: &'b [u8], wanted: &[&str]) -> Result<Self, Error> {
        let failed = |message: String| Error::Weights { path: path.map(Path::to_owned), message };
        let unreadable = |error| failed(format!("is no whole safetensors file: {error}"));
        let file = SafeTensors::deserialize(bytes).map_err(unreadable)?;
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(unreadable)?;
        let mut about = About::read(header.metadata().as_ref()).map_err(failed)?;
        let wrapper = wrapper(&file.names(), wanted);
        Ok(WeightsFile {
            path: path.map(Path::to_owned),
            file,
            wrapper,
            has_metadata: header.metadata().as_ref().is_some_and(|metadata| metadata.contains_key(METADATA)),
            normalize: about.normalize().map_err(failed)?,
            labels: about.lists("labels").map_err(failed)?,
            features: about.lists("features").map_err(failed)?,
            bases: about.lists("bases").map_err(failed)?,
            normalization: about.text("normalize").and_then(|text| text.parse().ok()),
        })
    }

    /// An error about this file as such.
    pub(crate) fn failed(&self, message: String) -> Error {
        Error::Weights { path: self.path.clone(), message }
    }

    /// The error that lists in what the file differs from a model.
    pub(crate) fn mismatch(&self, spec: &Spec, differences: Vec<String>) -> Error {
        Error::Mismatch { path: self.path.clone(), model: spec.model.to_owned(), differences }
    }

    /// The names of the tensors.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.file.names().into_iter().map(|name| &name[self.wrapper.len()..]).collect()
    }

    fn tensor(&self, called: &str) -> Option<TensorView<'b>> {
        self.file.tensor(&format!("{}{called}", self.wrapper)).ok()
    }

    /// The numbers of the metadata that a parameter's name stands for.
    fn vector(&self, parameter: &ParameterSpec) -> Option<&Vec<f32>> {
        self.normalize.get(parameter.name.strip_prefix(NORMALIZE)?)
    }

    /// Whether the file has what normalises, all or some of it. Names alone do not tell: a layer may be called `normalize`.
    pub(crate) fn has_normalization(&self, spec: &Spec) -> Normalized {
        let mut normalized = Normalized::default();
        for parameter in spec.parameters {
            if self.vector(parameter).is_some() || self.tensor(parameter.name).is_some() {
                normalized.note(spec, parameter);
            }
        }
        normalized
    }

    /// Copies a tensor into memory, or what normalises, if it is there.
    pub(crate) fn copy(&self, spec: &Spec, called: &str, parameter: &ParameterSpec, parameters: &mut [f32]) {
        let memory = &mut parameters[parameter.range()];
        match self.vector(parameter).filter(|_| is_normalization(spec, parameter)) {
            Some(vector) => parameter.from_file_order(vector, memory),
            None => {
                if let Some(values) = self.tensor(called).as_ref().and_then(values) {
                    parameter.from_file_order(&values, memory);
                }
            }
        }
    }

    /// What is wrong with what the file calls by this name, if anything is. `near` are the names among which a similar one is
    /// sought.
    pub(crate) fn difference(&self, spec: &Spec, near: &[&str], parameter: &ParameterSpec, called: &str) -> Option<String> {
        if let Some(vector) = self.vector(parameter).filter(|_| is_normalization(spec, parameter)) {
            let unusable = || unusable(vector, parameter).map(|what| format!("`{called}` holds {what}"));
            return misfit(called, &[vector.len()], parameter).or_else(unusable);
        }
        match self.tensor(called) {
            None => {
                let near = nearest(called, near.iter().copied()).map(|near| format!("; the file has `{near}`"));
                Some(format!("`{called}` is missing{}", near.unwrap_or_default()))
            }
            Some(tensor) if !FLOATS.contains(&tensor.dtype()) => {
                let (found, takes) = (tensor.dtype(), "F32, F64, F16 or BF16");
                misfit(called, tensor.shape(), parameter)
                    .or_else(|| Some(format!("`{called}` holds {found:?} values, the model takes {takes}")))
            }
            Some(tensor) => misfit(called, tensor.shape(), parameter).or_else(|| {
                let what = unusable(&values(&tensor)?, parameter)?;
                Some(format!("`{called}` holds {what}"))
            }),
        }
    }

    /// What the file holds and a model has not, a line each. `known` are the model's names.
    pub(crate) fn surplus(&self, known: impl Fn(&str) -> bool) -> Vec<String> {
        let mut names: Vec<String> = self.names().into_iter().map(str::to_owned).collect();
        // PyTorch counts the batches that a normalisation has seen; nothing here needs the count.
        names.retain(|name| !name.ends_with(".num_batches_tracked"));
        names.extend(self.normalize.keys().map(|name| format!("{NORMALIZE}{name}")));
        names.retain(|name| !known(name));
        names.sort_unstable();
        names.iter().map(|name| format!("`{name}` is in the file, but not in the model")).collect()
    }

    /// What was done to tensors of these names so that they fit, for people to know.
    pub(crate) fn notes<'n>(&self, called: impl Iterator<Item = &'n str>) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.wrapper.is_empty() {
            notes.push(format!("`{}` was taken off every name: the weights are those of a wrapped model", self.wrapper));
        }
        let mut converted = BTreeMap::<String, usize>::new();
        for dtype in called.filter_map(|name| self.tensor(name)).map(|tensor| tensor.dtype()).filter(|dtype| *dtype != Dtype::F32)
        {
            *converted.entry(format!("{dtype:?}")).or_default() += 1;
        }
        for (dtype, count) in converted {
            let tensors = shape::count(count, "tensor");
            let values = if dtype == "F64" { "rounded to F32" } else { "which F32 holds as they are" };
            notes.push(format!("{tensors} of {dtype} values, {values}"));
        }
        notes
    }
}

/// "`w` has shape (3,) in the file, (2,) in the model", where it has.
fn misfit(called: &str, found: &[usize], parameter: &ParameterSpec) -> Option<String> {
    let (file, model) = (shape::array(found), shape::array(parameter.shape));
    (found != parameter.shape).then(|| format!("`{called}` has shape {file} in the file, {model} in the model"))
}

/// What wrappers put in front of all names, where that loses none that is wanted.
fn wrapper(names: &[&str], wanted: &[&str]) -> String {
    let mut names: HashSet<&str> = names.iter().copied().collect();
    let mut wrapper = String::new();
    loop {
        let found = |names: &HashSet<&str>| wanted.iter().filter(|name| names.contains(*name)).count();
        let unwrapped = WRAPPERS.into_iter().find_map(|next| {
            let rest: Option<HashSet<&str>> = names.iter().map(|name| name.strip_prefix(next)).collect();
            rest.filter(|rest| !rest.is_empty() && found(rest) >= found(&names)).map(|rest| (next, rest))
        });
        let Some((next, rest)) = unwrapped else { return wrapper };
        wrapper.push_str(next);
        names = rest;
    }
}

/// A value of a tensor that no training can have left there, and where it is: what is not finite, a variance below 0, a scale of 0.
fn unusable(values: &[f32], parameter: &ParameterSpec) -> Option<String> {
    let (variance, scale) = (parameter.name.ends_with(".running_var"), parameter.name.ends_with(".scale"));
    let is_wrong = |value: f32| {
        !value.is_finite() || variance && !parameter.trainable && value < 0.0 || scale && !parameter.trainable && value == 0.0
    };
    let (mut at, value) = values.iter().copied().enumerate().find(|(_, value)| is_wrong(*value))?;
    let mut place: Vec<usize> = parameter.shape.iter().rev().map(|size| (at % size, at /= size).0).collect();
    place.reverse();
    let what = match value {
        value if !value.is_finite() => "",
        value if value < 0.0 => ", and a variance is a number from 0",
        _ => ", and a scale is none",
    };
    Some(format!("{value} at {place:?}{what}"))
}

/// The types of values that are taken.
const FLOATS: [Dtype; 4] = [Dtype::F32, Dtype::F64, Dtype::F16, Dtype::BF16];

/// A tensor's values; none if they are of a type that is not taken.
fn values(tensor: &TensorView<'_>) -> Option<Vec<f32>> {
    let bytes = tensor.data();
    let halves = |value: fn(u16) -> f32| bytes.as_chunks().0.iter().map(|bytes| value(u16::from_le_bytes(*bytes))).collect();
    match tensor.dtype() {
        Dtype::F32 => Some(bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()),
        Dtype::F64 => Some(bytes.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes) as f32).collect()),
        Dtype::F16 => Some(halves(of_f16)),
        Dtype::BF16 => Some(halves(|bits| f32::from_bits(u32::from(bits) << 16))),
        _ => None,
    }
}

/// The value of an IEEE 754 half: a sign, five bits of exponent, ten of fraction.
fn of_f16(bits: u16) -> f32 {
    let (sign, exponent, fraction) = (u32::from(bits >> 15) << 31, u32::from(bits >> 10 & 0x1f), u32::from(bits & 0x3ff));
    match exponent {
        // Without a leading one: fraction · 2⁻²⁴, which is exact.
        0 => f32::from_bits(sign | (fraction as f32 / 16_777_216.0).to_bits()),
        0x1f => f32::from_bits(sign | 0xff << 23 | fraction << 13),
        _ => f32::from_bits(sign | (exponent + 127 - 15) << 23 | fraction << 13),
    }
}

/// The metadata that this crate writes.
struct About(Value);

impl About {
    fn read(metadata: Option<&HashMap<String, String>>) -> Result<Self, String> {
        let text = metadata.and_then(|metadata| metadata.get(METADATA)).map_or("{}", String::as_str);
        serde_json::from_str(text).map(About).map_err(unreadable)
    }

    /// What stands under a key; `null` if nothing does.
    fn take(&mut self, key: &str) -> Value {
        self.0.get_mut(key).map(Value::take).unwrap_or_default()
    }

    fn lists(&mut self, key: &str) -> Result<Lists, String> {
        serde_json::from_value::<Option<_>>(self.take(key)).map(Option::unwrap_or_default).map_err(unreadable)
    }

    fn text(&mut self, key: &str) -> Option<String> {
        self.take(key).as_str().map(str::to_owned)
    }

    /// Numbers are printed so that they are exact as `f64`, and so as `f32`. JSON has none that is no number, and says `null`.
    fn normalize(&mut self) -> Result<BTreeMap<String, Vec<f32>>, String> {
        let vectors: Option<BTreeMap<String, Vec<Option<f64>>>> =
            serde_json::from_value(self.take("normalization")).map_err(unreadable)?;
        let exact = |values: Vec<Option<f64>>| values.into_iter().map(|value| value.map_or(f32::NAN, |value| value as f32));
        Ok(vectors.unwrap_or_default().into_iter().map(|(name, values)| (name, exact(values).collect())).collect())
    }
}

fn unreadable(error: serde_json::Error) -> String {
    format!("its metadata cannot be read: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_what_their_bits_say() {
        for bits in 0..=u16::MAX {
            let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
            let magnitude = match exponent {
                0 => fraction * 2f64.powi(-24),
                31 if fraction == 0.0 => f64::INFINITY,
                31 => f64::NAN,
                _ => (1.0 + fraction / 1024.0) * 2f64.powi(exponent - 15),
            };
            let expected = if bits >> 15 == 1 { -magnitude } else { magnitude };
            let found = f64::from(of_f16(bits));
            assert!(found == expected && found.is_sign_negative() == (bits >> 15 == 1) || found.is_nan() && expected.is_nan());
        }
    }

    #[test]
    fn wrappers_are_taken_off_where_every_name_has_them() {
        assert_eq!(wrapper(&["module.a.weight", "module.b"], &["a.weight", "b"]), "module.");
        assert_eq!(wrapper(&["module._orig_mod.a", "module._orig_mod.b"], &["a", "b"]), "module._orig_mod.");
        assert_eq!(wrapper(&["_orig_mod.module.a"], &["a"]), "_orig_mod.module.");
        assert_eq!(wrapper(&["module.a", "b"], &["a", "b"]), "");
        assert_eq!(wrapper(&["module.a"], &["module.a"]), "", "a layer of that name");
        assert_eq!(wrapper(&["module.module.a", "module.b"], &["module.a", "b"]), "module.", "a wrapped layer of that name");
        assert_eq!(wrapper(&["module.a"], &["b"]), "module.", "what is missing is said without it");
        assert_eq!(wrapper(&[], &[]), "");
    }
}
