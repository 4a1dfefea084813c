//! `dlm fmt`: files in their canonical form.

use std::fs;
use std::path::Path;

use dlm_runtime::whole;

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

/// Replaces a file as a whole or not at all, through links.
fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error| Failure::file("write", path, error);
    let path = path.canonicalize().map_err(failed)?;
    if fs::metadata(&path).map_err(failed)?.permissions().readonly() {
        return Err(failed(std::io::ErrorKind::PermissionDenied.into()));
    }
    whole::write(&path, text.as_bytes()).map_err(failed)
}
