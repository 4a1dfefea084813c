//! `dlm report`: the log of a training as a page of HTML.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::args::Report;
use crate::console::Console;
use crate::failure::Failure;
use crate::output::LOG;
use crate::report::log::Log;
use crate::report::page;
use crate::whole::{self, Inputs, is_standard};

/// What a page is called where nothing else is said.
const PAGE: &str = "report.html";

/// Reads the log and writes the page.
pub fn run(arguments: &Report, console: &Console) -> Result<(), Failure> {
    let run = &arguments.run;
    let log = if run.is_dir() { run.join(LOG) } else { run.clone() };
    let bytes = fs::read(&log).map_err(|error| missing(Failure::file("read", &log, error), run))?;
    let shown = log.display().to_string();
    // What is no UTF-8 is no JSON either, and is said to be none in its line.
    let log_read = Log::parse(&String::from_utf8_lossy(&bytes), &shown)?;
    let output = arguments.output.clone().unwrap_or_else(|| beside(&log));
    Inputs::default().and(&log, "the log").spare(&output, "--output")?;
    whole::write(&output, &page(&log_read, &name(run, &log)), console)?;
    if is_standard(&output) {
        return Ok(());
    }
    let watched = log_read.watched().count();
    if console.json() {
        let path = output.display().to_string();
        return console.result(json!({ "report": path, "epochs": log_read.epochs.len(), "watched": watched }));
    }
    console.result(output.display())
}

fn missing(failure: Failure, run: &Path) -> Failure {
    match run.is_dir() {
        true => failure.help("name the folder of a training, such as `runs/digits`, or its log"),
        false => failure,
    }
}

/// The page beside a log.
fn beside(log: &Path) -> PathBuf {
    log.with_file_name(PAGE)
}

/// What a training is called: its folder, or its log where that lies elsewhere.
fn name(run: &Path, log: &Path) -> String {
    let folder = if run.is_dir() { run.to_owned() } else { log.parent().map(Path::to_owned).unwrap_or_default() };
    let folder = folder.canonicalize().unwrap_or(folder);
    match (folder.file_name(), log.file_name()) {
        (Some(name), Some(file)) if file == LOG => name.to_string_lossy().into_owned(),
        (_, Some(file)) => file.to_string_lossy().into_owned(),
        _ => "log".to_owned(),
    }
}
