//! What can go wrong with data, files and training, each kind with a code, a message and, where there is one, a way out.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// What can go wrong outside the program: files, data, diverging training. A programmer's mistake (a slice of the wrong
/// length) panics instead, with the shapes named.
///
/// Its `Debug` is for people too, since that is what a `main` that returns it prints: the code, the message, a way out.
#[non_exhaustive]
pub enum Error {
    /// E301: a file could not be opened, read or written.
    File {
        /// What was being done: `open`, `read`, `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// E302: a CSV file is not a table: rows of different lengths, text that is not UTF-8, no rows.
    Table {
        /// The file.
        path: PathBuf,
        /// The line, from 1, where it is known.
        line: Option<u64>,
        /// What is the matter.
        message: String,
        /// A way out.
        help: Option<String>,
    },
    /// E303: a CSV file has no such column.
    Column {
        /// The file.
        path: PathBuf,
        /// The columns that were asked for and are not there, at least one.
        missing: Vec<String>,
        /// Whether they are those that the model was trained on; else the recipe names them.
        trained: bool,
        /// A column whose name is similar to that of the first.
        similar: Option<String>,
        /// All columns there are.
        columns: Vec<String>,
        /// What seems to separate columns in place of what does.
        delimiter: Option<char>,
    },
    /// E304: the data does not have the shape that the model takes.
    Shape {
        /// The file; none for data in memory.
        path: Option<PathBuf>,
        /// What is the matter, with both shapes.
        message: String,
        /// A way out.
        help: Option<String>,
    },
    /// E305: a cell or value is missing, not a number, or not one that its column or output can have.
    Value {
        /// The file; none for data in memory.
        path: Option<PathBuf>,
        /// Where it is: `line 3, column "age"`, or `row 3 of input "image"`.
        place: String,
        /// The value as it was written.
        value: String,
        /// What was expected instead.
        expected: String,
        /// A way out.
        help: Option<String>,
    },
    /// E305: several cells are not what they have to be, of one column or more.
    Values {
        /// The file.
        path: PathBuf,
        /// What is the matter.
        message: String,
        /// What is wrong with each column, a line each.
        faults: Vec<String>,
    },
    /// E306: the classes of the data are not those of the model.
    Classes {
        /// The file; none for data in memory.
        path: Option<PathBuf>,
        /// What is the matter, with both sets of classes.
        message: String,
        /// A way out.
        help: Option<String>,
    },
    /// E307: a file is not an IDX file, is cut short, or too large.
    Idx {
        /// The file.
        path: PathBuf,
        /// What is the matter.
        message: String,
        /// A way out.
        help: Option<String>,
    },
    /// E308: the data cannot be split as the recipe says.
    Split {
        /// What is the matter.
        message: String,
        /// A way out.
        help: String,
    },
    /// E309: the loss or a weight became infinite or not a number. The trainer is back at the last good epoch.
    NotFinite {
        /// What it was: the loss, or a parameter's name.
        what: String,
        /// Its value.
        value: f32,
        /// The epoch, from 1.
        epoch: usize,
        /// The update since the trainer was made, from 1.
        step: u64,
        /// The batch within the epoch, from 1.
        batch: usize,
        /// The epoch whose weights the trainer holds now; 0: those it began with.
        restored: usize,
    },
    /// E310: a file holds no safetensors, or is cut short.
    Weights {
        /// The file; none for bytes in memory.
        path: Option<PathBuf>,
        /// What is the matter.
        message: String,
    },
    /// E319: the recipe and the trainer do not agree on the weights that a training begins with.
    Reuse {
        /// What is the matter.
        message: String,
        /// A way out.
        help: String,
    },
    /// E311: a weights file is for another model. Nothing was changed.
    Mismatch {
        /// The file; none for bytes in memory.
        path: Option<PathBuf>,
        /// The model.
        model: String,
        /// Everything that differs, a line each.
        differences: Vec<String>,
    },
    /// E330: there is not enough memory. Nothing of it was taken.
    Memory {
        /// What is wanted, for what, and what there is.
        message: String,
        /// A way out.
        help: String,
    },
    /// E325: weights came without the normalisation that their training fitted.
    Normalization {
        /// The file; none for bytes in memory.
        path: Option<PathBuf>,
        /// The model.
        model: String,
        /// Whether it is that of targets; else that of inputs.
        targets: bool,
    },
}

impl Error {
    /// The code, such as `E301`; `dlm explain E301` prints its page.
    pub fn code(&self) -> &'static str {
        match self {
            Error::File { .. } => "E301",
            Error::Table { .. } => "E302",
            Error::Column { .. } => "E303",
            Error::Shape { .. } => "E304",
            Error::Value { .. } | Error::Values { .. } => "E305",
            Error::Classes { .. } => "E306",
            Error::Idx { .. } => "E307",
            Error::Split { .. } => "E308",
            Error::NotFinite { .. } => "E309",
            Error::Weights { .. } => "E310",
            Error::Mismatch { .. } => "E311",
            Error::Reuse { .. } => "E319",
            Error::Memory { .. } => "E330",
            Error::Normalization { .. } => "E325",
        }
    }

    /// The same, with the file that it is about, where that is not named yet.
    #[cfg(feature = "files")]
    pub(crate) fn in_file(mut self, file: &std::path::Path) -> Self {
        if let Error::Shape { path, .. } | Error::Value { path, .. } | Error::Classes { path, .. } = &mut self {
            path.get_or_insert_with(|| file.to_owned());
        }
        self
    }

    /// A way out, where there is one to name.
    pub fn help(&self) -> Option<String> {
        match self {
            Error::File { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                Some("a path in a `.dlm` file is relative to that file, any other to the working folder".to_owned())
            }
            Error::Column { delimiter: Some(delimiter), .. } => Some(separated_by(*delimiter)),
            Error::Column { similar: Some(similar), .. } => Some(format!("did you mean `{similar}`?")),
            Error::Column { columns, trained: true, .. } => {
                Some(format!("the columns are {}; choose among them by `features = […]`", list(columns, 12)))
            }
            Error::Column { columns, .. } => Some(format!("the columns are {}", list(columns, 12))),
            Error::Shape { help, .. }
            | Error::Value { help, .. }
            | Error::Classes { help, .. }
            | Error::Table { help, .. }
            | Error::Idx { help, .. } => help.clone(),
            Error::Split { help, .. } | Error::Memory { help, .. } | Error::Reuse { help, .. } => Some(help.clone()),
            Error::NotFinite { restored, .. } => {
                let weights = match restored {
                    0 => "the weights are those before training".to_owned(),
                    epoch => format!("the weights are those at the end of epoch {epoch}"),
                };
                Some(format!("{weights}; try a lower learning rate, `clip`, or `normalize = standard`"))
            }
            Error::Weights { .. } => Some("weights are files in the safetensors format, as `save` writes them".to_owned()),
            Error::Normalization { targets, .. } => {
                let otherwise = match targets {
                    false => "`normalize = none` if inputs come as the weights take them",
                    true => "`normalize_targets = none` if the weights predict in the targets' own units",
                };
                Some(format!("keep the file's metadata where it is saved again, or say {otherwise}"))
            }
            Error::File { .. } | Error::Values { .. } | Error::Mismatch { .. } => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::File { action, path, source } => write!(f, "cannot {action} {}: {source}", path.display()),
            Error::Table { path, line: Some(line), message, .. } => write!(f, "{}:{line}: {message}", path.display()),
            Error::Table { path, line: None, message, .. } => write!(f, "{}: {message}", path.display()),
            Error::Column { path, missing, trained, .. } => {
                write!(f, "{}: there is no column {}", path.display(), list(missing, 8))?;
                f.write_str(if *trained { ", on which the model was trained" } else { "" })
            }
            Error::Shape { path, message, .. } | Error::Classes { path, message, .. } => {
                prefix(f, path)?;
                f.write_str(message)
            }
            Error::Value { path, place, value, expected, .. } => {
                prefix(f, path)?;
                write!(f, "{place}: expected {expected}, found ")?;
                if value.is_empty() { f.write_str("nothing") } else { write!(f, "`{}`", shorten(value)) }
            }
            Error::Values { path, message, faults } => {
                write!(f, "{}: {message}:", path.display())?;
                faults.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
            }
            Error::Idx { path, message, .. } => write!(f, "{}: {message}", path.display()),
            Error::Weights { path, message } => write!(f, "{}: {message}", weights(path)),
            Error::Split { message, .. } | Error::Memory { message, .. } | Error::Reuse { message, .. } => f.write_str(message),
            Error::NotFinite { what, value, epoch, step, batch, .. } => {
                write!(f, "{what} became {value} in epoch {epoch} at step {step} (batch {batch} of the epoch)")
            }
            Error::Mismatch { path, model, differences } => {
                write!(f, "{} does not fit the model {model}:", weights(path))?;
                differences.iter().try_for_each(|difference| write!(f, "\n  {difference}"))
            }
            Error::Normalization { path, model, targets } => {
                let (path, of) = (weights(path), if *targets { "targets" } else { "inputs" });
                write!(f, "{path} lacks the normalisation of {of} that the recipe of {model} fits to its training part")
            }
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {self}", self.code())?;
        self.help().map_or(Ok(()), |help| write!(f, "\n  = help: {help}"))
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::File { source, .. } => Some(source),
            _ => None,
        }
    }
}

fn prefix(f: &mut fmt::Formatter<'_>, path: &Option<PathBuf>) -> fmt::Result {
    path.as_ref().map_or(Ok(()), |path| write!(f, "{}: ", path.display()))
}

/// Help where another character separates columns.
pub(crate) fn separated_by(delimiter: char) -> String {
    format!("did you mean `delimiter = {:?}`?", delimiter.to_string())
}

/// What weights were read from.
fn weights(path: &Option<PathBuf>) -> std::borrow::Cow<'_, str> {
    path.as_ref().map_or("what the bytes given hold".into(), |path| path.to_string_lossy())
}

/// A value's begin, on one line.
pub(crate) fn shorten(value: &str) -> String {
    const SHOWN: usize = 40;
    let mut characters = value.chars();
    let begin: String = characters.by_ref().take(SHOWN).collect();
    let more = if characters.next().is_some() { "…" } else { "" };
    let shown = begin.chars().map(|c| if c.is_control() { c.escape_default().to_string() } else { c.to_string() });
    shown.collect::<String>() + more
}

/// "`a`, `b`, `c` and 3 more".
pub(crate) fn list<S: AsRef<str>>(names: &[S], at_most: usize) -> String {
    let shown: Vec<String> = names.iter().take(at_most).map(|name| format!("`{}`", name.as_ref())).collect();
    match names.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_at_most_so_many() {
        assert_eq!(list(&["a", "b"], 2), "`a`, `b`");
        assert_eq!(list(&["a", "b", "c", "d"], 2), "`a`, `b` and 2 more");
    }

    #[test]
    fn a_missing_cell_is_said_to_be_missing() {
        let error = Error::Value {
            path: Some("x.csv".into()),
            place: "line 3, column `age`".to_owned(),
            value: String::new(),
            expected: "a number".to_owned(),
            help: None,
        };
        assert_eq!(error.to_string(), "x.csv: line 3, column `age`: expected a number, found nothing");
        assert_eq!(error.code(), "E305");
    }

    #[test]
    fn a_main_that_returns_an_error_prints_it_for_people() {
        let file = |kind: io::ErrorKind| Error::File { action: "read", path: "x.csv".into(), source: kind.into() };
        let missing = format!("{:?}", file(io::ErrorKind::NotFound));
        let help = "a path in a `.dlm` file is relative to that file, any other to the working folder";
        assert_eq!(missing, format!("[E301] cannot read x.csv: entity not found\n  = help: {help}"));
        assert_eq!(format!("{:?}", file(io::ErrorKind::PermissionDenied)), "[E301] cannot read x.csv: permission denied");
    }

    #[test]
    fn values_are_shown_on_one_line_and_not_at_length() {
        assert_eq!(shorten("naïve"), "naïve");
        assert_eq!(shorten("a\nb\u{1b}[2J"), "a\\nb\\u{1b}[2J");
        assert_eq!(shorten(&"é".repeat(41)), "é".repeat(40) + "…");
    }
}
