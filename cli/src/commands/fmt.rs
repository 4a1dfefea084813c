//! `dlm fmt`: files in their canonical form.

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::args::Fmt;
use crate::console::Console;
use crate::failure::Failure;
use crate::source::Source;

/// Formats each file in place, or with `--check` only says which are not formatted.
pub fn run(arguments: &Fmt, console: &Console) -> Result<(), Failure> {
    let mut failed = false;
    for path in &arguments.files {
        match format(path, arguments.check, console) {
            Ok(()) => {}
            Err(failure) => {
                console.failure(&failure);
                failed = true;
            }
        }
    }
    if failed { Err(Failure::Reported) } else { Ok(()) }
}

fn format(path: &Path, check: bool, console: &Console) -> Result<(), Failure> {
    let source = Source::read(path)?;
    let formatted = dlm_dsl::format(&source.text).map_err(|diagnostics| {
        console.diagnostics(&diagnostics, &source.text, &source.name);
        Failure::Reported
    })?;
    let changed = formatted != source.text;
    if check {
        return if changed {
            console.result(&source.name)?;
            Err(Failure::Reported)
        } else {
            Ok(())
        };
    }
    if path == Path::new("-") {
        return console.raw_result(&formatted);
    }
    if changed { replace(path, &formatted) } else { Ok(()) }
}

/// Replaces a file as a whole or not at all, with its permissions, through links.
fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error| Failure::file("write", path, error);
    let path = path.canonicalize().map_err(failed)?;
    let metadata = fs::metadata(&path).map_err(failed)?;
    if metadata.permissions().readonly() {
        return Err(failed(std::io::ErrorKind::PermissionDenied.into()));
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(crate::failure::without_path).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    file.as_file().set_permissions(metadata.permissions()).map_err(failed)?;
    file.persist(&path).map_err(|error| failed(error.error))?;
    Ok(())
}
