//! Where data comes from, and its parts.

use std::path::PathBuf;

use dlm_compiler::describe::data_spec;
use dlm_compiler::graph::{Node, NodeKind, Unit};
use dlm_compiler::recipe::{DataSource, Recipe, Unreached};
use dlm_compiler::signature::{Flavor, Length};
use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;
use dlm_runtime::{Dataset, FeatureNames, Labels, Model, Spec, Split, data};

use crate::args::{Part, Selection};
use crate::failure::Failure;
use crate::prepare::is_set;
use crate::source::Source;

/// The folders that the paths of a recipe's sources are relative to: the file's for those in the file, the working
/// folder for those on the command line.
#[derive(Clone, Debug)]
pub struct Places {
    main: PathBuf,
    validation: PathBuf,
    test: PathBuf,
    /// Of the weights that a recipe reuses.
    pub reuse: PathBuf,
}

impl Places {
    /// Where the sources of a file are, some of whose settings may be from the command line; `data` says whether
    /// `--data` is.
    pub fn new(source: &Source, selection: &Selection, data: bool) -> Self {
        let place = |given: bool| if given { PathBuf::new() } else { source.folder() };
        Places {
            main: place(data || is_set(selection, "data")),
            validation: place(is_set(selection, "validation_data")),
            test: place(is_set(selection, "test_data")),
            reuse: place(is_set(selection, "reuse")),
        }
    }

    /// The file of the weights that a recipe reuses.
    pub fn reused(&self, recipe: &Recipe) -> Option<PathBuf> {
        recipe.reuse.as_ref().map(|reuse| self.reuse.join(&reuse.path))
    }

    /// The files that the sources of a recipe are read from.
    pub fn files(&self, recipe: &Recipe) -> Vec<PathBuf> {
        let sources = [(&recipe.data, &self.main), (&recipe.validation_data, &self.validation), (&recipe.test_data, &self.test)];
        let files = sources.into_iter().filter_map(|(source, place)| source.as_ref().map(|source| (source, place)));
        let paths = |source: &DataSource| match source {
            DataSource::Csv { path, .. } => vec![path.clone()],
            DataSource::Idx { images, labels, .. } => vec![images.clone(), labels.clone()],
        };
        files.flat_map(|(source, place)| paths(source).into_iter().map(|path| place.join(path))).collect()
    }
}

/// A recipe's data as files hold it.
#[derive(Clone, Debug)]
pub struct Data {
    /// What is split.
    pub main: Dataset,
    /// A validation part of its own.
    pub validation: Option<Dataset>,
    /// A test part of its own.
    pub test: Option<Dataset>,
}

impl Data {
    /// Reads all that a recipe names. Classes are numbered alike in all of it, and as in `labels` where these are known;
    /// columns are found as in `features` where these are known.
    ///
    /// # Errors
    /// If nothing names the data, or a file of it cannot be read or does not fit the model or the classes.
    pub fn load(
        spec: &Spec,
        recipe: &Recipe,
        places: &Places,
        labels: &Labels,
        features: &FeatureNames,
    ) -> Result<Self, Failure> {
        let source = recipe.data.as_ref().ok_or_else(no_data)?;
        let main = data::load_like(&data_spec(source), &places.main, spec, labels, features)?;
        let like = |source: Option<&DataSource>, place: &PathBuf| {
            let load = |source| data::load_like(&data_spec(source), place, spec, main.labels(), main.features());
            source.map(load).transpose()
        };
        let validation = like(recipe.validation_data.as_ref(), &places.validation)?;
        let test = like(recipe.test_data.as_ref(), &places.test)?;
        Ok(Data { main, validation, test })
    }
}

/// The shares that a recipe splits off its data; parts in files of their own are none.
fn shares(recipe: &Recipe) -> Split {
    let share = |share: f64, own: &Option<DataSource>| if own.is_some() { 0.0 } else { share };
    Split {
        validation: share(recipe.split.validation, &recipe.validation_data),
        test: share(recipe.split.test, &recipe.test_data),
        stratify: recipe.split.stratify,
        seed: recipe.split.seed,
    }
}

/// Advice that only the data can tell: `batch_norm` on a last batch of one row.
pub fn last_batch_of_one(unit: &Unit, data: &Data) -> Option<Diagnostic> {
    let recipe = &unit.recipe;
    let is_batch_norm = |node: &Node| matches!(&node.kind, NodeKind::Op(op) if op.name() == "batch_norm");
    let silenced = recipe.allows.iter().any(|code| code == codes::BATCH_OF_ONE.0);
    if silenced || recipe.drop_last || recipe.batch == 1 || !unit.graph.nodes.iter().any(is_batch_norm) {
        return None;
    }
    // What cannot be split is for the training to say.
    let rows = data::split(&data.main, &shares(recipe)).ok()?.train.len();
    if rows % recipe.batch != 1 {
        return None;
    }
    let message =
        format!("of {rows} training rows in batches of {} the last batch has one, and `batch_norm` makes 0 of it", recipe.batch);
    let diagnostic = Diagnostic::new(codes::BATCH_OF_ONE, Default::default(), message)
        .note("it also takes the running variance, by which predictions are divided, nearer to 0 in each epoch")
        .help("write `last_batch = drop`, or another size of `batch`");
    Some(diagnostic)
}

/// Advice that only the data can tell: lengths in updates that the training ends before.
pub fn unreached_lengths(unit: &Unit, data: &Data) -> Vec<Diagnostic> {
    let recipe = &unit.recipe;
    let silenced = recipe.allows.iter().any(|code| code == codes::UNREACHED_LENGTH.0);
    // What cannot be split is for the training to say.
    let Some(rows) = data::split(&data.main, &shares(recipe)).ok().map(|parts| parts.train.len()).filter(|_| !silenced) else {
        return Vec::new();
    };
    let batches = if recipe.drop_last { rows / recipe.batch } else { rows.div_ceil(recipe.batch) };
    let updates = match recipe.flavor {
        Flavor::Keras => batches as f64 / recipe.accumulate as f64,
        _ => batches.div_ceil(recipe.accumulate) as f64,
    };
    let in_steps = |found: &Unreached| matches!(found.length, Length::Steps(_));
    let unreached = recipe.unreached(Some(updates)).into_iter().filter(in_steps);
    let advice = unreached.map(|found| {
        let message = found.message(recipe.epochs, Some(updates));
        Diagnostic::new(codes::UNREACHED_LENGTH, Default::default(), message).help("make it shorter, or the training longer")
    });
    advice.collect()
}

fn no_data() -> Failure {
    Failure::new(codes::NO_DATA, "the recipe names no `data`")
        .help("give it on the command line: --data 'csv(\"samples.csv\", label = \"column\")'")
        .help("or in the recipe: `data = csv(\"samples.csv\", label = \"column\");`")
}

/// The rows of one part of a recipe's data, read for a model, with the part's name for people. Without a part asked for, the test part if
/// there is one, else all rows.
///
/// # Errors
/// As [`Data::load`]; also if there is no such part.
pub fn part(model: &Model, recipe: &Recipe, places: &Places, wanted: Option<Part>) -> Result<(Dataset, &'static str), Failure> {
    let spec = model.spec();
    let has = |share: f64, own: &Option<DataSource>| share > 0.0 || own.is_some();
    let wanted = match wanted {
        Some(part) => part,
        None if has(recipe.split.test, &recipe.test_data) => Part::Test,
        None => Part::All,
    };
    let name = match wanted {
        Part::Test => "test",
        Part::Validation => "validation",
        Part::Train => "train",
        Part::All => "all",
    };
    let read =
        |source: &DataSource, place: &PathBuf| data::load_like(&data_spec(source), place, spec, model.labels(), model.features());
    match (wanted, &recipe.test_data, &recipe.validation_data) {
        (Part::Test, Some(source), _) => return Ok((read(source, &places.test)?, name)),
        (Part::Validation, _, Some(source)) => return Ok((read(source, &places.validation)?, name)),
        _ => {}
    }
    let all = read(recipe.data.as_ref().ok_or_else(no_data)?, &places.main)?;
    let shares = shares(recipe);
    let rows = match wanted {
        Part::All => return Ok((all, name)),
        Part::Test if shares.test == 0.0 => return Err(no_part(name)),
        Part::Validation if shares.validation == 0.0 => return Err(no_part(name)),
        Part::Test => data::split(&all, &shares)?.test,
        Part::Validation => data::split(&all, &shares)?.validation,
        Part::Train => data::split(&all, &shares)?.train,
    };
    Ok((subset(spec, &all, &rows)?, name))
}

fn no_part(name: &str) -> Failure {
    Failure::new(codes::NO_PART, format!("the recipe holds nothing back for a {name} part"))
        .help(format!("give it a share, `split = ({name} = 0.2)`, or files of its own, `{name}_data = …`"))
        .help("or take all rows by `--part all`")
}

/// Some rows of a dataset.
fn subset(spec: &Spec, all: &Dataset, rows: &[usize]) -> Result<Dataset, Failure> {
    let pick = |values: &[Vec<f32>]| -> Vec<Vec<f32>> {
        let pick = |values: &Vec<f32>| {
            let width = values.len() / all.rows().max(1);
            rows.iter().flat_map(|row| values[row * width..][..width].iter().copied()).collect()
        };
        values.iter().map(pick).collect()
    };
    let subset = Dataset::from_vecs(spec, pick(all.inputs()), pick(all.targets()))?;
    Ok(subset.with_labels(all.labels().clone())?.with_features(all.features().clone())?)
}
