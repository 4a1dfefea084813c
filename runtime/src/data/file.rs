//! Files of data as bytes, plain or compressed by gzip.

use std::fs;
use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::error::Error;

/// What every gzip file begins with, and no CSV (it is not UTF-8) or IDX file (it begins with zeros) does: so that a file's
/// name does not matter.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Reads a whole file, unpacked. `broken` makes the error of a compressed file that cannot be unpacked.
///
/// # Errors
/// If the file cannot be read or unpacked.
pub(super) fn read(path: &Path, broken: impl FnOnce(String) -> Error) -> Result<Vec<u8>, Error> {
    let bytes = fs::read(path).map_err(|source| Error::File { action: "read", path: path.to_owned(), source })?;
    if !bytes.starts_with(&GZIP) {
        return Ok(bytes);
    }
    let mut unpacked = Vec::new();
    match MultiGzDecoder::new(&*bytes).read_to_end(&mut unpacked) {
        Ok(_) => Ok(unpacked),
        Err(error) => Err(broken(format!("is no whole gzip file: {error}"))),
    }
}
