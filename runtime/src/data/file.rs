//! Files of data as streams of bytes, plain or compressed by gzip, and how much memory what they hold may take.

use std::env::{self, VarError};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::error::Error;

/// What every gzip file begins with, and no CSV (it is not UTF-8) or IDX file (it begins with zeros) does: so that a file's
/// name does not matter.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The environment variable that says how many bytes the values of one source may take.
pub(super) const LIMIT: &str = "DLM_MAX_DATA";

/// How many they may take where it says nothing: 2 GiB. Of a compressed file nobody sees what it unpacks to.
const DEFAULT_LIMIT: u64 = 2 << 30;

/// A file's bytes, unpacked, as they are read.
pub(super) struct Source {
    pub(super) reader: Box<dyn BufRead>,
    packed: bool,
    /// How many bytes there are, where the system knows.
    pub(super) length: Option<u64>,
}

impl Source {
    /// Opens a file.
    ///
    /// # Errors
    /// If it cannot be opened or read.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let failed = |source| Error::File { action: "read", path: path.to_owned(), source };
        let file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        let (begin, reader) = peek(BufReader::with_capacity(1 << 16, file), GZIP.len()).map_err(failed)?;
        let packed = begin == GZIP;
        let length = (metadata.is_file() && !packed).then_some(metadata.len());
        let reader: Box<dyn BufRead> =
            if packed { Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(reader))) } else { Box::new(reader) };
        Ok(Source { reader, packed, length })
    }
}

/// The error of a file that could not be read to its end: of a compressed one that it is `broken`, unless the system said so.
pub(super) fn failed(path: &Path, packed: bool, source: io::Error, broken: impl FnOnce(String) -> Error) -> Error {
    if packed && source.raw_os_error().is_none() {
        return broken(format!("is no whole gzip file: {source}"));
    }
    Error::File { action: "read", path: path.to_owned(), source }
}

impl Source {
    /// Whether it is unpacked as it is read.
    pub(super) fn is_packed(&self) -> bool {
        self.packed
    }
}

/// The first bytes, up to so many, and a reader of all of them.
pub(super) fn peek<R: BufRead>(mut reader: R, count: usize) -> io::Result<(Vec<u8>, impl BufRead + use<R>)> {
    let mut begin = Vec::with_capacity(count);
    reader.by_ref().take(count as u64).read_to_end(&mut begin)?;
    Ok((begin.clone(), io::Cursor::new(begin).chain(reader)))
}

/// How many bytes the values of one source may take in memory.
///
/// # Errors
/// If `DLM_MAX_DATA` says something that is no number of bytes.
pub(super) fn limit() -> Result<u64, String> {
    let wrong = |text: &dyn std::fmt::Debug| {
        format!("the environment variable {LIMIT} is {text:?}, no number of bytes such as 4000000000 or 4G")
    };
    match env::var(LIMIT) {
        Err(VarError::NotPresent) => Ok(DEFAULT_LIMIT),
        Ok(text) => bytes(&text).ok_or_else(|| wrong(&text)),
        Err(VarError::NotUnicode(text)) => Err(wrong(&text)),
    }
}

/// A number of bytes, as itself or in powers of 1024: `4G`, `512 MiB`.
fn bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim().to_ascii_uppercase();
    let power = match unit.trim_end_matches('B').trim_end_matches('I') {
        "" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(1 << power)
}

/// What to do about data that is larger than it may be.
pub(super) fn larger() -> String {
    format!("if there is that much memory, allow it by the environment variable {LIMIT}, such as {LIMIT}=16G")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_bytes_have_units() {
        let expected = [
            ("1024", Some(1024)),
            (" 2 ", Some(2)),
            ("4G", Some(4 << 30)),
            ("512 MiB", Some(512 << 20)),
            ("1kb", Some(1024)),
            ("3T", Some(3 << 40)),
            ("99999999999T", None),
            ("-1", None),
            ("1.5G", None),
            ("", None),
            ("G", None),
            ("4X", None),
        ];
        for (text, number) in expected {
            assert_eq!(bytes(text), number, "{text:?}");
        }
    }
}
