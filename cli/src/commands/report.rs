//! `dlm report`: the log of a training as a page of HTML.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use dlm_runtime::whole::is_special;
use serde_json::json;

use crate::args::Report;
use crate::console::Console;
use crate::failure::Failure;
use crate::output::LOG;
use crate::report::log::Log;
use crate::report::{Run, compare, page};
use crate::whole::{self, Inputs, is_standard};

/// What a page is called where nothing else is said: of one training, and of two.
const PAGE: &str = "report.html";
const COMPARISON: &str = "comparison.html";

/// A training that was asked for.
struct Training {
    /// Where its log is.
    path: PathBuf,
    /// What it is called.
    name: String,
    log: Log,
}

/// Reads the logs and writes the page.
pub fn run(arguments: &Report, console: &Console) -> Result<(), Failure> {
    let first = read(&arguments.run, console)?;
    let second = arguments.other.as_ref().map(|other| read(other, console)).transpose()?;
    let name = if second.is_some() { COMPARISON } else { PAGE };
    let output = arguments.output.clone().unwrap_or_else(|| first.path.with_file_name(name));
    let logs = std::iter::once(&first).chain(&second).map(|training| training.path.clone());
    Inputs::default().with(logs, "a log").spare(&output, "--output")?;
    spare_all_but_pages(&output)?;
    let page = match &second {
        None => page(&Run { name: &first.name, log: &first.log }),
        Some(second) => {
            let [one, other] = told_apart([&first, second], [&arguments.run, arguments.other.as_ref().unwrap_or(&arguments.run)]);
            compare::page(&[Run { name: &one, log: &first.log }, Run { name: &other, log: &second.log }])
        }
    };
    whole::write(&output, &page, console)?;
    if is_standard(&output) {
        return Ok(());
    }
    if console.json() {
        let path = output.display().to_string();
        let of = |training: &Training| json!({ "epochs": training.log.epochs.len(), "watched": training.log.watched().count() });
        let mut object = of(&first);
        object["report"] = json!(path);
        if let Some(second) = &second {
            object["other"] = of(second);
        }
        return console.result(object);
    }
    console.result(output.display())
}

/// What a page begins with, in any case.
const DOCTYPE: &[u8] = b"<!doctype html";

/// Makes sure that a file to be written replaces a page if anything: weights or data may not be made again so easily.
fn spare_all_but_pages(output: &Path) -> Result<(), Failure> {
    if is_standard(output) || is_special(output) {
        return Ok(());
    }
    let mut begin = Vec::new();
    match File::open(output).and_then(|file| file.take(DOCTYPE.len() as u64).read_to_end(&mut begin)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::file("read", output, error)),
        Ok(_) if begin.eq_ignore_ascii_case(DOCTYPE) => Ok(()),
        Ok(_) => {
            let message = format!("{} is there, is no page of HTML, and would be written over", output.display());
            Err(Failure::usage(message, "name another place by `--output`, or remove the file if it is not needed"))
        }
    }
}

/// Reads a log, and says if its last line is cut.
fn read(run: &Path, console: &Console) -> Result<Training, Failure> {
    let path = if run.is_dir() { run.join(LOG) } else { run.to_owned() };
    let bytes = fs::read(&path).map_err(|error| missing(Failure::file("read", &path, error), run))?;
    let shown = path.display().to_string();
    // What is no UTF-8 is no JSON either, and is said to be none in its line.
    let log = Log::parse(&String::from_utf8_lossy(&bytes), &shown)?;
    if let Some(line) = log.cut {
        console.status(format_args!("{shown}:{line}: the last line is cut short and left out"));
    }
    Ok(Training { name: name(run, &path), path, log })
}

/// What two trainings are called beside each other: as alone, or as they were named where that is the same.
fn told_apart(trainings: [&Training; 2], named: [&PathBuf; 2]) -> [String; 2] {
    match trainings[0].name == trainings[1].name {
        false => trainings.map(|training| training.name.clone()),
        true => named.map(|run| run.display().to_string()),
    }
}

fn missing(failure: Failure, run: &Path) -> Failure {
    match run.is_dir() {
        true => failure.help("name the folder of a training, such as `runs/digits`, or its log"),
        false => failure,
    }
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
