//! IDX files, the format of MNIST: a type, the sizes of the axes, then the values, all big endian.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::file::{self, Source, larger};
use crate::error::Error;
use crate::room;
use crate::shape;

/// An IDX file whose header has been read. What that says of its size is checked before anything is made of it.
pub(super) struct Idx {
    path: PathBuf,
    source: Source,
    kind: Kind,
    /// The sizes of the axes, samples first.
    pub(super) sizes: Vec<usize>,
}

/// The values of a file, row-major.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Values {
    /// Of a type that `f32` holds.
    Single(Vec<f32>),
    /// Of one that it does not.
    Double(Vec<f64>),
}

/// A type of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Byte,
    SignedByte,
    Short,
    Int,
    Float,
    Double,
}

impl Kind {
    fn of(code: u8) -> Option<Self> {
        let kinds = [Kind::Byte, Kind::SignedByte, Kind::Short, Kind::Int, Kind::Float, Kind::Double];
        let code = [0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x0e].iter().position(|known| *known == code)?;
        Some(kinds[code])
    }

    /// The bytes of a value in the file.
    fn width(self) -> usize {
        match self {
            Kind::Byte | Kind::SignedByte => 1,
            Kind::Short => 2,
            Kind::Int | Kind::Float => 4,
            Kind::Double => 8,
        }
    }

    /// The bytes of a value in memory.
    fn held(self) -> u64 {
        if matches!(self, Kind::Int | Kind::Double) { 8 } else { 4 }
    }
}

impl Idx {
    /// Opens a file, plain or compressed by gzip, and reads its header.
    ///
    /// # Errors
    /// If it cannot be read, or is no IDX file.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let failed = |message: String| Error::Idx { path: path.to_owned(), message, help: None };
        let mut source = Source::open(path)?;
        let packed = source.is_packed();
        let mut read = |count: usize| {
            let mut bytes = Vec::with_capacity(count);
            let read = source.reader.by_ref().take(count as u64).read_to_end(&mut bytes);
            read.map(|_| bytes).map_err(|error| file::failed(path, packed, error, failed))
        };
        let cut = |found: usize| failed(format!("is cut short: {} are no whole header", shape::count(found, "byte")));
        let begin = read(4)?;
        let [first, second, kind, axes] = begin[..] else { return Err(cut(begin.len())) };
        if (first, second) != (0, 0) {
            return Err(failed(format!("is no IDX file: it begins with the bytes {begin:02x?}, not with two zeros")));
        }
        let Some(kind) = Kind::of(kind) else {
            return Err(failed(format!("is no IDX file: its third byte is {kind:#04x}, which is no type of values")));
        };
        let header = read(4 * usize::from(axes))?;
        let (sizes, _) = header.as_chunks::<4>();
        if sizes.len() < usize::from(axes) {
            return Err(cut(4 + header.len()));
        }
        if sizes.is_empty() {
            return Err(failed("has no axes: samples are missing".to_owned()));
        }
        let sizes = sizes.iter().map(|size| u32::from_be_bytes(*size) as usize).collect();
        Ok(Idx { path: path.to_owned(), source, kind, sizes })
    }

    fn failed(&self, message: String) -> Error {
        Error::Idx { path: self.path.clone(), message, help: None }
    }

    /// How many values the header says that there are. What no number holds is more than there is, too.
    fn count(&self) -> u64 {
        self.sizes.iter().try_fold(1, |count: u64, size| count.checked_mul(*size as u64)).unwrap_or(u64::MAX)
    }

    /// How many bytes they take in the file.
    fn bytes(&self) -> u64 {
        self.count().saturating_mul(self.kind.width() as u64)
    }

    /// An error if the file is not as long as its header says, where that is known before it is read.
    pub(super) fn check_length(&self) -> Result<(), Error> {
        let header = 4 + 4 * self.sizes.len() as u64;
        match self.source.length.map(|length| length.saturating_sub(header)) {
            Some(found) if found != self.bytes() => Err(self.wrong_length(found)),
            _ => Ok(()),
        }
    }

    /// Reads the values.
    ///
    /// # Errors
    /// If the file cannot be read, has more or fewer values than its header says, or they would take more memory than they
    /// may.
    pub(super) fn values(mut self) -> Result<Values, Error> {
        self.check_length()?;
        let (count, bytes) = (self.count(), self.bytes());
        let limit = file::limit().map_err(|message| self.failed(message))?;
        let held = count.saturating_mul(self.kind.held());
        if held > limit {
            let (held, limit, sizes) = (room::bytes(held), room::bytes(limit), shape::array(&self.sizes));
            let message =
                format!("has values in the shape {sizes}, which take {held} of memory, more than the {limit} that they may");
            return Err(Error::Idx { path: self.path, message, help: Some(larger()) });
        }
        // What a compressed file promises is believed when it is there.
        let room = if self.source.length.is_some() { usize::try_from(count).unwrap_or_default() } else { 0 };
        let mut values = match self.kind {
            Kind::Int | Kind::Double => Values::Double(Vec::with_capacity(room)),
            _ => Values::Single(Vec::with_capacity(room)),
        };
        let mut chunk = vec![0; 1 << 16];
        let mut left = bytes;
        while left > 0 {
            let wanted = chunk.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let found = self.fill(&mut chunk[..wanted])?;
            values.extend(self.kind, &chunk[..found]);
            left -= found as u64;
            if found < wanted {
                return Err(self.wrong_length(bytes - left));
            }
        }
        let more = self.fill(&mut chunk)? as u64;
        if more > 0 { Err(self.wrong_length(bytes + more)) } else { Ok(values) }
    }

    /// Fills a buffer as far as there is something.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.source.reader.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    return Err(file::failed(&self.path, self.source.is_packed(), error, |message| self.failed(message)));
                }
            }
        }
        Ok(filled)
    }

    fn wrong_length(&self, found: u64) -> Error {
        let expected = self.bytes();
        let cut = if expected > found { "is cut short: " } else { "" };
        let more = if self.source.length.is_none() && found > expected { " or more" } else { "" };
        let (width, sizes) = (shape::count(self.kind.width(), "byte"), shape::array(&self.sizes));
        let found = shape::count(usize::try_from(found).unwrap_or(usize::MAX), "byte");
        self.failed(format!("{cut}for values of {width} in the shape {sizes} found {found}{more}"))
    }
}

impl Values {
    /// Adds values of a type; bytes that are no whole one are dropped.
    fn extend(&mut self, kind: Kind, bytes: &[u8]) {
        match self {
            Values::Single(values) => match kind {
                Kind::SignedByte => values.extend(bytes.iter().map(|byte| f32::from(*byte as i8))),
                Kind::Short => values.extend(bytes.as_chunks().0.iter().map(|value| f32::from(i16::from_be_bytes(*value)))),
                Kind::Float => values.extend(bytes.as_chunks().0.iter().map(|value| f32::from_be_bytes(*value))),
                _ => values.extend(bytes.iter().map(|byte| f32::from(*byte))),
            },
            Values::Double(values) => match kind {
                Kind::Int => values.extend(bytes.as_chunks().0.iter().map(|value| f64::from(i32::from_be_bytes(*value)))),
                _ => values.extend(bytes.as_chunks().0.iter().map(|value| f64::from_be_bytes(*value))),
            },
        }
    }

    /// As `f32`s, rounded.
    pub(super) fn rounded(self) -> Vec<f32> {
        match self {
            Values::Single(values) => values,
            Values::Double(values) => values.into_iter().map(|value| value as f32).collect(),
        }
    }
}
