//! `dlm train`: compiles a file ahead of time, trains it, and leaves weights and a log.

use dlm_compiler::compile::{CompileOptions, compile};
use dlm_compiler::describe::describe;
use dlm_compiler::graph::Unit;
use dlm_runtime::{Error, FeatureNames, Labels, Normalize, OutputKind, Report, Spec, Trainer, names_of_reused, room};

use crate::args::Train;
use crate::console::Console;
use crate::data::{Data, Places, last_batch_of_one, unreached_lengths};
use crate::failure::Failure;
use crate::interrupt;
use crate::observe::Watch;
use crate::output::Output;
use crate::prepare::{load, say_notes, say_threads, threads};
use crate::record::{self, Best};
use crate::source::{Replaced, Source};
use crate::table::duration;
use crate::whole::Inputs;

/// Trains. The order is that of what can be said soonest: the file, the data, then the compiler.
pub fn run(arguments: &Train, console: &Console) -> Result<(), Failure> {
    let threads = threads(arguments.threads, console, arguments.quiet)?;
    let source = Source::read(&arguments.selection.file)?;
    let replaced =
        Replaced { data: arguments.data.clone(), epochs: arguments.epochs, seed: arguments.seed, watch: arguments.watch };
    let unit = source.choose(&arguments.selection, replaced, console, arguments.quiet)?;
    let compiled = compile(&unit, CompileOptions::default());
    let places = Places::new(&source, &arguments.selection, arguments.data.is_some());
    let spec = describe(&compiled);
    let inputs = Inputs::default().and(&arguments.selection.file, "the model").with(places.files(&unit.recipe), "data");
    let inputs = inputs.with(arguments.weights.clone(), "weights to begin with");
    let inputs = inputs.with(places.reused(&unit.recipe), "weights that are reused");
    Output::spare(&inputs, arguments.out.as_deref(), arguments.log.as_deref())?;
    let (labels, features) = match (&arguments.weights, spec.recipe.reuse) {
        (Some(weights), _) => (Labels::of_weights(&spec, weights)?, FeatureNames::of_weights(&spec, weights)?),
        (None, Some(reuse)) => names_of_reused(&spec, places.reuse.join(reuse.path))?,
        (None, None) => (Labels::default(), FeatureNames::default()),
    };
    let data = Data::load(&spec, &unit.recipe, &places, &labels, &features)?;
    let smaller = with_no_more_rows(&unit, &data);
    let compiled = smaller.as_ref().map_or(compiled, |unit| compile(unit, CompileOptions::default()));
    let spec = describe(&compiled);
    room::to_train(&spec)?;
    if !arguments.quiet {
        let advice: Vec<_> = last_batch_of_one(&unit, &data).into_iter().chain(unreached_lengths(&unit, &data)).collect();
        console.placeless(&advice);
        if !console.json() {
            classes(&spec, data.main.labels()).iter().for_each(|line| console.status(line));
        }
    }
    interrupt::catch()
        .map_err(|error| Failure::usage(format!("cannot watch for Ctrl-C: {error}"), "run without other handlers"))?;
    let loaded = load(&compiled, &source, console, arguments.quiet)?;
    if interrupt::requested() {
        return Err(Failure::InterruptedCompiling);
    }

    let mut trainer = Trainer::new(loaded.program).with_threads(threads);
    say_threads(trainer.threads(), threads, console, arguments.quiet);
    match (&arguments.weights, spec.recipe.reuse) {
        // Weights of the whole model leave nothing to reuse.
        (Some(weights), _) => trainer.load(weights)?,
        (None, Some(reuse)) => trainer = trainer.reusing(places.reuse.join(reuse.path))?,
        (None, None) => {}
    }
    if trainer.has_normalization() && spec.recipe.normalize == Normalize::None && !arguments.quiet {
        console.status("inputs are normalised as the weights bring it; the recipe does not say how");
    }
    if !arguments.quiet {
        say_notes(trainer.notes(), console);
    }
    let mut output = match &arguments.out {
        Some(folder) => Output::named(folder, arguments.log.as_deref())?,
        None => Output::fresh(&source.stem(), arguments.log.as_deref())?,
    };
    let start = record::start(arguments, &source, &unit, &loaded, &data);
    let mut watch = Watch::new(console, &mut output, arguments.quiet, start);
    let trained = trainer.fit_parts(&data.main, data.validation.as_ref(), data.test.as_ref(), &mut watch);
    let (watched, best, start) = (watch.finish(), watch.best(), watch.start());
    // Whatever happened: what was learned up to the last good state, which the trainer holds now, is not lost.
    if trained.as_ref().map_or_else(has_learned, |_| true) {
        output.begin()?;
        trainer.save(output.last())?;
    }
    let report = match trained {
        Ok(report) => report,
        Err(error) => {
            let failure = diverged(error, &output);
            if output.has_begun() {
                output.record(&record::failed(&failure).to_string())?;
                output.finish(best.is_some())?;
            }
            return Err(failure);
        }
    };
    watched?;
    if let Some(start) = start {
        output.record(&start.to_string())?;
    }
    let end = record::end(&report, best, &output, &unit).to_string();
    output.record(&end)?;
    output.finish(best.is_some())?;
    if console.json() {
        console.result(end)?;
    } else if !arguments.quiet {
        say(&report, best, &output, console)?;
    }
    if report.stopped { Err(Failure::Interrupted) } else { Ok(()) }
}

/// Whether a training that went wrong learned something before.
fn has_learned(error: &Error) -> bool {
    matches!(error, Error::NotFinite { restored: 1.., .. })
}

/// A training that went wrong; if it diverged, with a word on where its last good weights are.
fn diverged(error: Error, output: &Output) -> Failure {
    let note = match error {
        Error::NotFinite { restored: 0, .. } if output.replaces().is_some() => {
            "no epoch was completed, so no weights are saved; what was to be replaced is as it was".to_owned()
        }
        Error::NotFinite { restored: 0, .. } => "no epoch was completed, so no weights are saved".to_owned(),
        Error::NotFinite { .. } => format!("the last good weights are saved in {}", output.last().display()),
        _ => return error.into(),
    };
    Failure::from(error).note(note)
}

/// The recipe with a batch of no more rows than there are, so that its buffers are no larger than the data needs. Whatever part is
/// trained on or evaluated then is one batch, as it was.
fn with_no_more_rows(unit: &Unit, data: &Data) -> Option<Unit> {
    let parts = [data.validation.as_ref(), data.test.as_ref()].into_iter().flatten();
    let rows = parts.fold(data.main.rows(), |rows, part| rows.max(part.rows())).max(1);
    // A batch that is not full is left out, and that is told.
    let fits = rows >= unit.recipe.batch || unit.recipe.drop_last;
    (!fits).then(|| {
        let mut unit = unit.clone();
        unit.recipe.batch = rows;
        unit
    })
}

/// Which class is which, a line for each output whose classes have names: `class_weights` go by their order.
fn classes(spec: &Spec, labels: &Labels) -> Vec<String> {
    let lines = spec.outputs.iter().enumerate().filter_map(|(index, output)| {
        let names = labels.of(index)?;
        // Indices say all by themselves.
        if names.iter().enumerate().all(|(class, name)| *name == class.to_string()) {
            return None;
        }
        if let (OutputKind::Binary, [no, yes]) = (output.kind, names) {
            return Some(format!("{}: yes is `{yes}`, no is `{no}`", output.name));
        }
        let shown: Vec<String> = names.iter().take(SHOWN_CLASSES).map(|name| format!("`{name}`")).collect();
        let more = names.len() - shown.len();
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        Some(format!("{}: the classes are {}{more}, in this order", output.name, shown.join(", ")))
    });
    lines.collect()
}

/// So many classes are named.
const SHOWN_CLASSES: usize = 12;

/// The last lines for people.
fn say(report: &Report, best: Best, output: &Output, console: &Console) -> Result<(), Failure> {
    if let Some(validation) = &report.validation {
        console.line(&format!("validation  {validation}"))?;
    }
    console.line(&report.judged().to_string())?;
    match &report.test {
        Some(test) => console.line(&format!("test  {test}"))?,
        None => console.line(&format!("training  {}", report.train))?,
    }
    report.verdict.iter().for_each(|sentence| console.status(sentence));
    let best = match best {
        Some((_, epoch)) => format!(", the best of epoch {epoch} in {}", output.best().display()),
        None => String::new(),
    };
    let mut watched = report.epochs.iter().flat_map(|epoch| &epoch.signals);
    // What the first step's signals tell was said after that step.
    if let Some(signals) = watched.next_back().filter(|_| watched.next().is_some()) {
        console.verdict(signals);
    }
    if report.stopped_early {
        console.status(format_args!("ended after epoch {}: `early_stop` saw no improvement", report.epochs.len()));
    }
    if let Some(epoch) = report.restored {
        console.status(format_args!("back at the weights of epoch {epoch}, the best"));
    }
    let time = duration(std::time::Duration::from_secs_f64(report.seconds));
    console.status(format_args!("trained in {time}; weights saved in {}{best}", output.last().display()));
    Ok(())
}
