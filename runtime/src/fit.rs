//! Training over epochs.

use crate::clock::Moment;
use crate::data::{Dataset, Feed, Part, normalize, shuffle, split};
use crate::error::Error;
use crate::guess::Guess;
use crate::infer::Work;
use crate::metrics::{batch_weight, mean};
use crate::monitor::{PlateauWatch, StopWatch, Verdict, figure, needs_validation};
use crate::pool::Errands;
use crate::progress::{BatchReport, Flow, Observer, Start};
use crate::report::{EpochReport, Guesses, Report};
use crate::shape;
use crate::signals::Signals;
use crate::spec::{Normalize, RecipeSpec, Split};
use crate::trainer::{Counters, Trainer};

impl Trainer {
    /// Trains as the recipe says: splits the data, fits the normalisation on the training part alone (unless weights brought
    /// theirs), and runs its epochs, each in its own order. The observer sees every step and epoch and may stop it.
    ///
    /// # Errors
    /// If the data was made for another model or cannot be split; if the loss or a weight becomes infinite or not a number:
    /// then the trainer is back at the end of the last good epoch.
    pub fn fit(&mut self, data: &Dataset, observer: &mut dyn Observer) -> Result<Report, Error> {
        self.fit_parts(data, None, None, observer)
    }

    /// As [`fit`](Self::fit), with a validation or test part of its own; `data` is split for the other.
    ///
    /// # Errors
    /// As [`fit`](Self::fit); also if the parts' classes have different names.
    pub fn fit_parts(
        &mut self,
        data: &Dataset,
        validation: Option<&Dataset>,
        test: Option<&Dataset>,
        observer: &mut dyn Observer,
    ) -> Result<Report, Error> {
        let spec = self.spec();
        for part in [Some(data), validation, test].into_iter().flatten() {
            part.check_made_for(spec)?;
            part.labels().check_same(data.labels(), spec.outputs, "in the training data")?;
            let columns = if self.normalized.inputs { &self.features } else { data.features() };
            part.features().check_bases(columns, spec.inputs)?;
        }
        let share = |share: f64, given: Option<&Dataset>| if given.is_some() { 0.0 } else { share };
        let shares = spec.recipe.split;
        let shares = Split { validation: share(shares.validation, validation), test: share(shares.test, test), ..shares };
        let rows = split(data, &shares)?;
        let all = |part: Option<&Dataset>| part.map_or(Vec::new(), |part| (0..part.rows()).collect());
        let (validation_rows, test_rows): (Vec<usize>, Vec<usize>) = (all(validation), all(test));
        let part = |given: Option<_>, given_rows, split_rows| match given {
            Some(data) => Part { data, rows: given_rows },
            None => Part { data, rows: split_rows },
        };
        let parts = FitParts {
            train: Part { data, rows: &rows.train },
            validation: part(validation, &validation_rows, &rows.validation),
            test: part(test, &test_rows, &rows.test),
        };
        self.fit_split(parts, observer)
    }
}

/// The rows of each part, each with its data.
#[derive(Clone, Copy)]
struct FitParts<'a> {
    train: Part<'a>,
    validation: Part<'a>,
    test: Part<'a>,
}

/// What lasts from epoch to epoch.
struct Run<'a> {
    parts: FitParts<'a>,
    /// The training rows in the order of the epoch at hand.
    order: Vec<usize>,
    feed: Feed<'a>,
    /// Who fills the next batch while a step takes one; none where the step's own thread fills it.
    errands: Option<Errands>,
    work: Work,
    /// The memory at the end of the last good epoch, and which that was.
    good: Snapshot,
    plateau: Option<PlateauWatch>,
    stop: Option<StopWatch>,
    /// The best epoch, where it may be given back.
    best: Option<Snapshot>,
    /// Parameters and statistics as training has them, while the trainer holds an epoch's exact statistics.
    moving: Option<Vec<f32>>,
}

/// A trainer at the end of an epoch.
#[derive(Clone)]
struct Snapshot {
    /// 0: before the first.
    epoch: usize,
    /// What of it lasts; no step reads what another left in its work space.
    memory: Vec<f32>,
    counters: Counters,
}

impl Snapshot {
    fn of(trainer: &Trainer, epoch: usize) -> Self {
        let memory = trainer.memory.as_slice()[..trainer.lasting()].to_vec();
        Snapshot { epoch, memory, counters: trainer.counters.clone() }
    }

    fn take(&mut self, trainer: &Trainer, epoch: usize) {
        self.epoch = epoch;
        let len = self.memory.len();
        self.memory.copy_from_slice(&trainer.memory.as_slice()[..len]);
        self.counters.clone_from(&trainer.counters);
    }

    fn restore(&self, trainer: &mut Trainer) {
        trainer.memory.as_mut_slice()[..self.memory.len()].copy_from_slice(&self.memory);
        trainer.counters.clone_from(&self.counters);
    }
}

impl Trainer {
    fn fit_split(&mut self, parts: FitParts<'_>, observer: &mut dyn Observer) -> Result<Report, Error> {
        let begun = Moment::now();
        let spec = self.spec();
        let (rows, size) = (parts.train.rows.len(), spec.batch.min(parts.train.rows.len()));
        let steps = if spec.recipe.drop_last { rows / spec.batch } else { rows.div_ceil(spec.batch) };
        if steps == 0 {
            return Err(Error::Split {
                message: format!("{} for training do not fill one batch of {}", shape::count(rows, "row"), spec.batch),
                help: "give more data, a smaller `batch`, or `last_batch = keep`".to_owned(),
            });
        }
        // Data without names leaves those that weights brought.
        if !parts.train.data.labels().is_empty() {
            self.labels = parts.train.data.labels().clone();
        }
        if !parts.train.data.features().is_empty() {
            self.features = parts.train.data.features().clone();
        }
        check_monitors(&spec.recipe, parts.validation)?;
        if let Some(reuse) = spec.recipe.reuse
            && !self.loaded
        {
            let message =
                format!("the recipe {} begins with weights of {:?}, and none were loaded", spec.recipe.name, reuse.path);
            let help = "begin with `Trainer::reuse(path)`, or take `reuse` out of the recipe".to_owned();
            return Err(Error::Reuse { message, help });
        }
        let updates = if spec.recipe.carries { steps / spec.recipe.accumulate } else { steps.div_ceil(spec.recipe.accumulate) };
        self.set_steps_per_epoch(updates as u64);
        if !spec.recipe.carries {
            self.drop_gathered();
        }
        self.check_normalization()?;
        let notes = self.fit_normalization(parts.train);
        observer.on_start(&Start {
            model: spec.model,
            recipe: spec.recipe.name,
            epochs: spec.recipe.epochs,
            steps_per_epoch: steps,
            batch: spec.batch,
            train_rows: rows,
            validation_rows: parts.validation.rows.len(),
            test_rows: parts.test.rows.len(),
            threads: self.threads(),
        });
        parts.train.data.notes().iter().chain(&notes).for_each(|note| observer.on_note(note));
        let errands = self.engine.errands().filter(|_| Feed::takes_long(spec, size));
        let mut run = Run {
            parts,
            order: parts.train.rows.to_vec(),
            feed: Feed::new(parts.train, spec, size, errands.is_some()),
            errands,
            work: Work::new(spec),
            good: Snapshot::of(self, 0),
            plateau: spec.recipe.plateau.map(PlateauWatch::new),
            stop: spec.recipe.early_stop.map(StopWatch::new),
            best: None,
            moving: None,
        };
        let (mut epochs, mut stopped, mut stopped_early) = (Vec::new(), false, false);
        for epoch in 1..=spec.recipe.epochs {
            let (report, mut flow) = self.epoch(&mut run, epoch, steps, observer)?;
            let finished = report.is_some();
            let mut ends = false;
            if let Some(report) = report {
                if observer.on_epoch(&report, &self.weights()) == Flow::Stop {
                    flow = Flow::Stop;
                }
                // Training goes on with what it had.
                if let Some(moving) = run.moving.take() {
                    self.memory.as_mut_slice()[..moving.len()].copy_from_slice(&moving);
                }
                ends = self.check_figures(&mut run, &report);
                run.good.take(self, epoch);
                epochs.push(report);
            }
            if flow == Flow::Stop {
                // After the last epoch there was nothing left to stop.
                stopped = !finished || epoch < spec.recipe.epochs;
                break;
            }
            if ends {
                stopped_early = epoch < spec.recipe.epochs;
                break;
            }
        }
        let last = epochs.last().map_or(0, |report: &EpochReport| report.epoch);
        let best = run.best.as_ref().filter(|best| best.epoch != last || stopped);
        let restored = best.map(|best| {
            best.restore(self);
            best.epoch
        });
        self.gather_statistics(&mut run);
        let guess = Guess::of(spec, parts.train);
        let guesses = |part: Part<'_>| (!part.rows.is_empty()).then(|| guess.evaluate(part));
        let mut evaluate = |part: Part<'_>| (!part.rows.is_empty()).then(|| self.evaluate_part(part, &mut run.work));
        let mut report = Report {
            epochs,
            stopped,
            stopped_early,
            restored,
            train: evaluate(parts.train).expect("there are rows for training"),
            validation: evaluate(parts.validation),
            test: evaluate(parts.test),
            guess: Guesses {
                train: guess.evaluate(parts.train),
                validation: guesses(parts.validation),
                test: guesses(parts.test),
            },
            verdict: Vec::new(),
            seconds: begun.elapsed().as_secs_f64(),
        };
        report.verdict = report.judged().verdict(spec);
        observer.on_end(&report);
        Ok(report)
    }

    /// Gathers statistics of the whole training part, where layers ask for them: one pass, in the order of the rows. What
    /// parameters and statistics were before.
    fn gather_statistics(&mut self, run: &mut Run<'_>) -> Option<Vec<f32>> {
        let spec = self.spec();
        let variant = spec.phases[self.phase()].statistics?;
        // Of the weights that predict, which memory need not hold.
        let held = self.memory.as_slice()[..spec.parameters_len].to_vec();
        let predicting = self.predicting().into_owned();
        self.memory.as_mut_slice()[..spec.parameters_len].copy_from_slice(&predicting);
        let mut seen = 0;
        for rows in run.parts.train.rows.chunks(self.spec().batch) {
            let batch = run.feed.plain(rows);
            seen += rows.len();
            self.run(variant, batch.inputs(), batch.targets(), rows.len(), self.rates(), seen);
        }
        for parameter in spec.parameters.iter().filter(|parameter| parameter.trainable) {
            self.memory.as_mut_slice()[parameter.range()].copy_from_slice(&held[parameter.range()]);
        }
        Some(held)
    }

    /// What the figures of an epoch decide; whether they end the training.
    fn check_figures(&mut self, run: &mut Run<'_>, report: &EpochReport) -> bool {
        let recipe = &self.spec().recipe;
        let of = |monitor| figure(monitor, report.train_loss, report.validation.as_ref());
        if let (Some(plateau), Some(watch)) = (&recipe.plateau, &mut run.plateau)
            && watch.falls(of(plateau.monitor))
        {
            self.scale_learning_rate(plateau.factor);
        }
        let (Some(stop), Some(watch)) = (&recipe.early_stop, &mut run.stop) else { return false };
        let verdict = watch.check(of(stop.monitor));
        if verdict == Verdict::Best && stop.restore_best {
            match &mut run.best {
                Some(best) => best.take(self, report.epoch),
                None => run.best = Some(Snapshot::of(self, report.epoch)),
            }
        }
        verdict == Verdict::Ends
    }

    /// An error where weights brought another normalisation than the recipe says: one of them would go unheard.
    fn check_normalization(&self) -> Result<(), Error> {
        let spec = self.spec();
        let wanted = spec.recipe.normalize;
        let is_scaled = |factor: f64| {
            let of = |at: usize, len: usize, value: f32| self.memory.as_slice()[at..][..len].iter().all(|held| *held == value);
            let mut inputs = spec.inputs.iter();
            inputs.all(|input| of(input.shift, input.features(), 0.0) && of(input.scale, input.features(), factor as f32))
        };
        let brought = match (self.normalization, wanted) {
            // A recipe that says nothing leaves it to the weights.
            (_, Normalize::None) => None,
            (Some(brought), _) => (brought != wanted).then(|| format!("`normalize = {brought}`")),
            (None, Normalize::Scale(factor)) if self.normalized.inputs && !is_scaled(factor) => Some("another".to_owned()),
            (None, _) => None,
        };
        if let Some(brought) = brought {
            let message = format!("the recipe says `normalize = {wanted}`, and the weights were trained with {brought}");
            let help = "write what the weights were trained with, or leave `normalize` out to keep theirs".to_owned();
            return Err(Error::Reuse { message, help });
        }
        let output = spec.outputs.iter().find(|output| {
            self.predicts_raw && !self.normalized.targets && output.normalization.is_some_and(|it| it.normalize.is_fitted())
        });
        let Some((output, normalization)) = output.and_then(|output| Some((output, output.normalization?))) else {
            return Ok(());
        };
        let message = format!(
            "the weights predict `{}` in its own units, and the recipe says `normalize_targets = {}`",
            output.name, normalization.normalize
        );
        Err(Error::Reuse { message, help: "write `normalize_targets = none`".to_owned() })
    }

    /// Fits the normalisation of each input and each output's targets on the training part, unless the weights brought one. Returns
    /// what there is to tell.
    fn fit_normalization(&mut self, train: Part<'_>) -> Vec<String> {
        let spec = self.spec();
        let mut notes = Vec::new();
        let memory = self.memory.as_mut_slice();
        let mut fit = |normalize, values: &[f32], width, shift_at: usize, scale_at: usize| {
            let (shift, scale) = normalize::fit(normalize, values, width, train.rows);
            memory[shift_at..][..width].copy_from_slice(&shift);
            memory[scale_at..][..width].copy_from_slice(&scale);
        };
        if !self.normalized.inputs {
            for (index, (input, values)) in spec.inputs.iter().zip(train.data.inputs()).enumerate() {
                fit(spec.recipe.normalize, values, input.features(), input.shift, input.scale);
                if matches!(spec.recipe.normalize, Normalize::Standard | Normalize::MinMax) {
                    notes.extend(normalize::nearly_constant(values, input.features(), train.rows).into_iter().map(|feature| {
                        let column = train.data.features().call(input, index, feature);
                        format!("{column} is constant but for rounding: it is centred, and not divided by its deviation")
                    }));
                }
            }
            self.normalized.inputs = spec.recipe.normalize != Normalize::None;
            self.normalization = Some(spec.recipe.normalize);
        }
        if !self.normalized.targets {
            for (output, targets) in spec.outputs.iter().zip(train.data.targets()) {
                let Some(normalization) = output.normalization else { continue };
                fit(normalization.normalize, targets, output.width(), normalization.shift, normalization.scale);
                self.normalized.targets = true;
            }
        }
        notes
    }

    /// One pass over the training part; no report if it was stopped on the way. With a report the trainer holds the statistics
    /// that the epoch was measured with, and the run those to go on with, if they are others.
    fn epoch(
        &mut self,
        run: &mut Run<'_>,
        epoch: usize,
        steps: usize,
        observer: &mut dyn Observer,
    ) -> Result<(Option<EpochReport>, Flow), Error> {
        let spec = self.spec();
        let begun = Moment::now();
        self.counters.epochs += 1;
        if spec.recipe.shuffle {
            run.order.copy_from_slice(run.parts.train.rows);
            shuffle(&mut run.order, self.seed, self.counters.epochs);
        }
        run.feed.begin(spec, self.seed, self.counters.epochs);
        let (mut sum, mut weights, mut samples, mut learning_rate, mut flow) = (0.0, 0.0, 0, 0.0, Flow::Continue);
        let mut signals: Vec<Signals> = Vec::new();
        let order = std::mem::take(&mut run.order);
        let mut batches = order.chunks(spec.batch).take(steps).enumerate().peekable();
        while let Some((index, rows)) = batches.next() {
            let rates = self.rates();
            learning_rate = rates.learning_rate;
            let before = self.counters.updates;
            let (batch, fill_next) = run.feed.turn(rows, batches.peek().map(|(_, rows)| *rows));
            let weight = batch_weight(spec, batch.targets(), rows.len());
            let mut step = || self.update(batch.inputs(), batch.targets(), rows.len(), rates, index + 1 == steps);
            let loss = match (&run.errands, fill_next) {
                (Some(errands), Some(fill_next)) => errands.beside(fill_next, step),
                _ => step(),
            };
            if !loss.is_finite() {
                return Err(self.diverged(run, "the loss", loss, epoch, index + 1));
            }
            sum += f64::from(loss) * weight;
            weights += weight;
            // A batch whose gradients wait makes no update, and measures nothing.
            if let Some(measured) = self.has_watched_since(before).then(|| self.signals()).flatten() {
                observer.on_signals(&measured);
                signals.push(measured);
            }
            samples += rows.len();
            flow = observer.on_batch(&BatchReport {
                epoch,
                batch: index + 1,
                batches: steps,
                rows: rows.len(),
                loss: loss.into(),
                mean_loss: mean(sum, weights),
                learning_rate,
                samples,
                elapsed: begun.elapsed(),
            });
            if flow == Flow::Stop && index + 1 < steps {
                run.order = order;
                return match self.not_finite() {
                    Some((name, value)) => Err(self.diverged(run, name, value, epoch, index + 1)),
                    None => Ok((None, flow)),
                };
            }
        }
        run.order = order;
        let training = begun.elapsed().as_secs_f64();
        if let Some((name, value)) = self.not_finite() {
            return Err(self.diverged(run, name, value, epoch, steps));
        }
        run.moving = self.gather_statistics(run);
        let train = self.measure_training.then(|| self.evaluate_part(run.parts.train, &mut run.work));
        let validation = run.parts.validation;
        let validation = (!validation.rows.is_empty()).then(|| self.evaluate_part(validation, &mut run.work));
        let report = EpochReport {
            epoch,
            steps,
            learning_rate,
            train_loss: mean(sum, weights),
            train,
            validation,
            signals,
            seconds: begun.elapsed().as_secs_f64(),
            samples_per_second: if training > 0.0 { samples as f64 / training } else { 0.0 },
        };
        Ok((Some(report), flow))
    }

    /// The first parameter that holds a value that is infinite or not a number.
    fn not_finite(&self) -> Option<(&'static str, f32)> {
        self.spec().parameters.iter().find_map(|parameter| {
            let values = &self.memory.as_slice()[parameter.range()];
            // Many at a time, in vectors; which one it is is asked only where one is found.
            let mut chunks = values.chunks(256);
            let found = chunks.find(|chunk| chunk.iter().fold(false, |found, value| found | !value.is_finite()))?;
            found.iter().find(|value| !value.is_finite()).map(|value| (parameter.name, *value))
        })
    }

    /// Goes back to the last good epoch.
    fn diverged(&mut self, run: &Run<'_>, what: &str, value: f32, epoch: usize, batch: usize) -> Error {
        let step = self.counters.updates;
        run.good.restore(self);
        Error::NotFinite { what: what.to_owned(), value, epoch, step, batch, restored: run.good.epoch }
    }
}

/// An error where a figure of the validation part is asked for and there is none.
fn check_monitors(recipe: &RecipeSpec, validation: Part<'_>) -> Result<(), Error> {
    let plateau = recipe.plateau.filter(|plateau| needs_validation(plateau.monitor)).map(|_| "schedule = plateau");
    let stop = recipe.early_stop.filter(|stop| needs_validation(stop.monitor)).map(|_| "early_stop");
    match stop.or(plateau) {
        Some(setting) if validation.rows.is_empty() => Err(Error::Split {
            message: format!("`{setting}` looks at the validation part, and there is none"),
            help: "hold back a share by `split`, or give a validation part of its own".to_owned(),
        }),
        _ => Ok(()),
    }
}
