//! A `.dlm` file: read, checked, and one model and recipe of it chosen.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use dlm_compiler::graph::{Model, Program, Unit};
use dlm_compiler::{Override, Overrides};
use dlm_dsl::ast::Span;
use dlm_dsl::diagnostic::{Diagnostic, Severity};
use dlm_dsl::{MAX_FILE_SIZE, codes};

use crate::args::Selection;
use crate::console::Console;
use crate::failure::Failure;

/// A file as text.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its path as given; `-` for the standard input.
    pub path: PathBuf,
    /// What it is called in messages.
    pub name: String,
    /// Its text.
    pub text: String,
}

impl Source {
    /// Reads a file, or the standard input for `-`. Of a file beyond the language's bound only so much is read that the
    /// parser says so.
    ///
    /// # Errors
    /// If it cannot be read, or is not UTF-8.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let name = if is_standard_input(path) { "<stdin>".to_owned() } else { path.display().to_string() };
        let failed = |error| Failure::file("read", &name, error);
        let mut bytes = Vec::new();
        let bound = MAX_FILE_SIZE as u64 + 4;
        if is_standard_input(path) {
            io::stdin().lock().take(bound).read_to_end(&mut bytes).map_err(failed)?;
        } else {
            let file = File::open(path).map_err(|error| Failure::file("open", path, error))?;
            file.take(bound).read_to_end(&mut bytes).map_err(failed)?;
        }
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            // The bound may have cut a character in two.
            Err(error) if error.utf8_error().valid_up_to() > MAX_FILE_SIZE => {
                let end = error.utf8_error().valid_up_to();
                String::from_utf8_lossy(&error.as_bytes()[..end]).into_owned()
            }
            Err(error) => {
                let message = format!("{name} is not text in UTF-8: byte {} is none of it", error.utf8_error().valid_up_to());
                return Err(Failure::new(codes::FILE_ACCESS, message).help("a .dlm file is plain text"));
            }
        };
        Ok(Source { path: path.to_owned(), name, text })
    }

    /// The file's name without folder and ending, by which results are called.
    pub fn stem(&self) -> String {
        match self.path.file_stem() {
            Some(stem) if !is_standard_input(&self.path) => stem.to_string_lossy().into_owned(),
            _ => "stdin".to_owned(),
        }
    }

    /// The file's name without its folder, for the generated code's docs.
    pub fn file_name(&self) -> String {
        self.path.file_name().map_or_else(|| self.name.clone(), |name| name.to_string_lossy().into_owned())
    }

    /// The folder that the file's paths are relative to.
    pub fn folder(&self) -> PathBuf {
        self.path.parent().map(Path::to_owned).unwrap_or_default()
    }

    /// Checks the file, prints what there is to say, and hands back the model and recipe that the command line names.
    /// Settings of the command line replace those of that recipe alone.
    ///
    /// # Errors
    /// If the file has errors, which are printed, or no such model or recipe.
    pub fn choose(&self, selection: &Selection, replaced: Replaced, console: &Console, quiet: bool) -> Result<Unit, Failure> {
        let mut overrides = replaced.overrides(selection);
        // Whose settings they are is known once the file has been read without them.
        if overrides != Overrides::default()
            && let (Some(program), _) = dlm_compiler::check(&self.text)
        {
            let unit = select(&program, selection)?;
            overrides.model = Some(unit.graph.name.clone());
            overrides.recipe = Some(recipe_name(unit).to_owned());
        }
        let (program, mut diagnostics) = dlm_compiler::check_with(&self.text, &overrides);
        if let Some(program) = &program {
            let chosen = select(program, selection)?;
            diagnostics = diagnostics.into_iter().filter_map(|diagnostic| of_chosen(program, chosen, diagnostic)).collect();
        }
        if quiet {
            diagnostics.retain(|diagnostic| diagnostic.severity() == Severity::Error);
        }
        // What is wrong with a setting of the command line has no place in the file.
        let given = |diagnostic: &Diagnostic| overrides != Overrides::default() && diagnostic.primary.span == Span::default();
        let (outside, inside): (Vec<_>, Vec<_>) = diagnostics.iter().cloned().partition(given);
        console.placeless(&outside);
        console.diagnostics(&inside, &self.text, &self.name);
        match program {
            Some(program) if !has_errors(&diagnostics) => select(&program, selection).cloned(),
            _ => Err(Failure::Reported),
        }
    }
}

/// What the command line replaces in a recipe, beside `--set`. Which numbers can be is for the compiler to say.
#[derive(Clone, Debug, Default)]
pub struct Replaced {
    /// `--data`.
    pub data: Option<String>,
    /// `--epochs`.
    pub epochs: Option<i128>,
    /// `--seed`.
    pub seed: Option<i128>,
    /// `--watch`.
    pub watch: bool,
}

impl Replaced {
    fn overrides(self, selection: &Selection) -> Overrides {
        let set = selection.set.iter().map(|(key, value)| (key.clone(), value.clone()));
        let number = |key: &str, number: Option<i128>| number.map(|number| (key.to_owned(), number.to_string()));
        let watch = self.watch.then(|| ("watch".to_owned(), "signals".to_owned()));
        // What `--set` says of it is the last word.
        let settings = watch.into_iter().chain(set).chain(number("epochs", self.epochs)).chain(number("seed", self.seed));
        let settings = settings.map(|(key, value)| Override { key, value }).collect();
        Overrides { settings, data: self.data, ..Overrides::default() }
    }
}

fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}

/// What is to be said of a diagnostic where one recipe is used: advice on others is for `dlm check`.
fn of_chosen(program: &Program, chosen: &Unit, diagnostic: Diagnostic) -> Option<Diagnostic> {
    let is_same = |other: &&Diagnostic| (other.code, other.primary.span) == (diagnostic.code, diagnostic.primary.span);
    let mut units = program.models.iter().flat_map(|model| &model.units);
    // The same place may be told something else under another recipe.
    match chosen.advice.iter().find(is_same) {
        Some(own) => Some(own.clone()),
        None if units.any(|unit| unit.advice.iter().any(|advice| is_same(&advice))) => None,
        None => Some(diagnostic),
    }
}

/// Whether one of them is an error.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity() == Severity::Error)
}

/// The model and recipe that the command line names.
///
/// # Errors
/// If there is none of that name, or a name is needed to choose.
fn select<'a>(program: &'a Program, selection: &Selection) -> Result<&'a Unit, Failure> {
    let models = &program.models;
    let candidates: Vec<&Model> = match &selection.model {
        None => models.iter().collect(),
        Some(wanted) => match models.iter().find(|model| model.name == *wanted) {
            Some(model) => vec![model],
            None => return Err(no_such("model", wanted, models.iter().map(|model| model.name.as_str()))),
        },
    };
    let Some(wanted) = &selection.recipe else {
        return match candidates.as_slice() {
            [] => Err(Failure::new(codes::NO_SUCH_MODEL, "the file has no model").help("write one: `model Name { … }`")),
            [model] => first_unit(model),
            several => {
                let names = list(several.iter().map(|model| model.name.as_str()));
                let message = format!("the file has several models: {names}");
                Err(Failure::new(codes::NO_SUCH_MODEL, message).help("choose one by `--model`"))
            }
        };
    };
    let units = || candidates.iter().flat_map(|model| &model.units);
    let found: Vec<&Unit> = units().filter(|unit| recipe_name(unit) == wanted).collect();
    match found.as_slice() {
        [unit] => Ok(unit),
        [] => Err(no_such("recipe", wanted, units().map(recipe_name))),
        _ => {
            let message = format!("several models have a recipe `{wanted}`");
            Err(Failure::new(codes::NO_SUCH_MODEL, message).help("choose the model by `--model`"))
        }
    }
}

fn first_unit(model: &Model) -> Result<&Unit, Failure> {
    let missing = || Failure::new(codes::NO_SUCH_MODEL, format!("model `{}` has no recipe", model.name));
    model.units.first().ok_or_else(missing)
}

/// What a recipe goes by: its name, or its model's.
pub fn recipe_name(unit: &Unit) -> &str {
    unit.recipe.name.as_deref().unwrap_or(&unit.graph.name)
}

fn no_such<'n>(what: &str, wanted: &str, names: impl Iterator<Item = &'n str> + Clone) -> Failure {
    let failure = Failure::new(codes::NO_SUCH_MODEL, format!("the file has no {what} `{wanted}`"));
    match dlm_dsl::names::closest(wanted, names.clone()) {
        Some(similar) => failure.help(format!("did you mean `{similar}`?")),
        None => failure.help(format!("it has {}", list(names))),
    }
}

fn list<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
