//! IDX files, the format of MNIST: a type, the sizes of the axes, then the values, all big endian.

use std::path::Path;

use super::file;
use crate::error::Error;
use crate::shape;

/// An IDX file's contents.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Idx {
    /// The sizes of the axes, samples first.
    pub(super) sizes: Vec<usize>,
    /// The values, row-major.
    pub(super) values: Vec<f32>,
}

/// Reads a file, plain or compressed by gzip.
///
/// # Errors
/// If it cannot be read, is no IDX file, or has more or fewer values than its header says.
pub(super) fn read(path: &Path) -> Result<Idx, Error> {
    let failed = |message: String| Error::Idx { path: path.to_owned(), message };
    let bytes = file::read(path, failed)?;
    parse(&bytes).map_err(failed)
}

fn parse(bytes: &[u8]) -> Result<Idx, String> {
    let cut = || format!("is cut short: {} are no whole header", shape::count(bytes.len(), "byte"));
    let ([0, 0, kind, axes], rest) = bytes.split_first_chunk().ok_or_else(cut)? else {
        return Err(format!("is no IDX file: it begins with the bytes {:02x?}, not with two zeros", &bytes[..4]));
    };
    let width = match kind {
        0x08 | 0x09 => 1,
        0x0b => 2,
        0x0c | 0x0d => 4,
        0x0e => 8,
        kind => return Err(format!("is no IDX file: its third byte is {kind:#04x}, which is no type of values")),
    };
    let axes = usize::from(*axes);
    let (header, values) = rest.split_at_checked(4 * axes).ok_or_else(cut)?;
    let sizes: Vec<usize> = header.as_chunks::<4>().0.iter().map(|size| u32::from_be_bytes(*size) as usize).collect();
    if sizes.is_empty() {
        return Err("has no axes: samples are missing".to_owned());
    }
    // Too large for the address space is more than there is, too.
    let expected = sizes.iter().try_fold(width, |bytes: usize, size| bytes.checked_mul(*size)).unwrap_or(usize::MAX);
    if expected == values.len() {
        return Ok(Idx { sizes, values: decode(*kind, values) });
    }
    let cut = if expected > values.len() { "is cut short: " } else { "" };
    let sizes = shape::array(&sizes);
    Err(format!(
        "{cut}for values of {} in the shape {sizes} found {}",
        shape::count(width, "byte"),
        shape::count(values.len(), "byte")
    ))
}

/// The values of a known type as `f32`s.
fn decode(kind: u8, bytes: &[u8]) -> Vec<f32> {
    match kind {
        0x09 => bytes.iter().map(|byte| f32::from(*byte as i8)).collect(),
        0x0b => bytes.as_chunks().0.iter().map(|value| f32::from(i16::from_be_bytes(*value))).collect(),
        0x0c => bytes.as_chunks().0.iter().map(|value| i32::from_be_bytes(*value) as f32).collect(),
        0x0d => bytes.as_chunks().0.iter().map(|value| f32::from_be_bytes(*value)).collect(),
        0x0e => bytes.as_chunks().0.iter().map(|value| f64::from_be_bytes(*value) as f32).collect(),
        _ => bytes.iter().map(|byte| f32::from(*byte)).collect(),
    }
}
