//! Training over epochs.

use std::time::Instant;

use crate::data::{Batch, Dataset, Part, normalize, shuffle, split};
use crate::error::Error;
use crate::infer::Work;
use crate::progress::{BatchReport, Flow, Observer, Start};
use crate::report::{EpochReport, Report};
use crate::shape;
use crate::spec::{Normalize, Split};
use crate::trainer::Trainer;

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
    batch: Batch,
    work: Work,
    /// The memory at the end of the last good epoch, and which that was.
    good: Vec<f32>,
    good_epoch: usize,
    good_counters: (u64, u64, usize),
}

impl Trainer {
    fn fit_split(&mut self, parts: FitParts<'_>, observer: &mut dyn Observer) -> Result<Report, Error> {
        let begun = Instant::now();
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
        self.set_steps_per_epoch(steps as u64);
        self.fit_normalization(parts.train);
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
        let mut run = Run {
            parts,
            order: parts.train.rows.to_vec(),
            batch: Batch::new(parts.train.data, size),
            work: Work::new(spec),
            good: self.memory.as_slice().to_vec(),
            good_epoch: 0,
            good_counters: self.counters(),
        };
        let (mut epochs, mut stopped) = (Vec::new(), false);
        for epoch in 1..=spec.recipe.epochs {
            let (report, mut flow) = self.epoch(&mut run, epoch, steps, observer)?;
            let finished = report.is_some();
            if let Some(report) = report {
                if observer.on_epoch(&report, &self.weights()) == Flow::Stop {
                    flow = Flow::Stop;
                }
                epochs.push(report);
            }
            if flow == Flow::Stop {
                // After the last epoch there was nothing left to stop.
                stopped = !finished || epoch < spec.recipe.epochs;
                break;
            }
        }
        let mut evaluate = |part: Part<'_>| (!part.rows.is_empty()).then(|| self.evaluate_part(part, &mut run.work));
        let report = Report {
            epochs,
            stopped,
            train: evaluate(parts.train).expect("there are rows for training"),
            validation: evaluate(parts.validation),
            test: evaluate(parts.test),
            seconds: begun.elapsed().as_secs_f64(),
        };
        observer.on_end(&report);
        Ok(report)
    }

    /// Fits each input's normalisation on the training part, unless the weights brought one.
    fn fit_normalization(&mut self, train: Part<'_>) {
        let spec = self.spec();
        if self.normalized {
            return;
        }
        for (input, values) in spec.inputs.iter().zip(train.data.inputs()) {
            let (shift, scale) = normalize::fit(spec.recipe.normalize, values, input.features(), train.rows);
            let memory = self.memory.as_mut_slice();
            memory[input.shift..][..shift.len()].copy_from_slice(&shift);
            memory[input.scale..][..scale.len()].copy_from_slice(&scale);
        }
        self.normalized = spec.recipe.normalize != Normalize::None;
    }

    /// One pass over the training part; no report if it was stopped on the way.
    fn epoch(
        &mut self,
        run: &mut Run<'_>,
        epoch: usize,
        steps: usize,
        observer: &mut dyn Observer,
    ) -> Result<(Option<EpochReport>, Flow), Error> {
        let spec = self.spec();
        let begun = Instant::now();
        self.epochs += 1;
        if spec.recipe.shuffle {
            run.order.copy_from_slice(run.parts.train.rows);
            shuffle(&mut run.order, self.seed, self.epochs);
        }
        let (mut sum, mut samples, mut learning_rate, mut flow) = (0.0, 0, 0.0, Flow::Continue);
        let order = std::mem::take(&mut run.order);
        for (index, rows) in order.chunks(spec.batch).take(steps).enumerate() {
            learning_rate = self.learning_rate();
            run.batch.gather(run.parts.train.data, rows);
            let loss = self.update(run.batch.inputs(), run.batch.targets(), rows.len());
            if !loss.is_finite() {
                return Err(self.diverged(run, "the loss", loss, epoch, index + 1));
            }
            sum += f64::from(loss) * rows.len() as f64;
            samples += rows.len();
            flow = observer.on_batch(&BatchReport {
                epoch,
                batch: index + 1,
                batches: steps,
                rows: rows.len(),
                loss: loss.into(),
                mean_loss: sum / samples as f64,
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
        run.good.copy_from_slice(self.memory.as_slice());
        (run.good_epoch, run.good_counters) = (epoch, self.counters());
        let train = self.measure_training.then(|| self.evaluate_part(run.parts.train, &mut run.work));
        let validation = run.parts.validation;
        let validation = (!validation.rows.is_empty()).then(|| self.evaluate_part(validation, &mut run.work));
        let report = EpochReport {
            epoch,
            steps,
            learning_rate,
            train_loss: sum / samples as f64,
            train,
            validation,
            seconds: begun.elapsed().as_secs_f64(),
            samples_per_second: samples as f64 / training,
        };
        Ok((Some(report), flow))
    }

    /// Updates, draws and epochs so far.
    fn counters(&self) -> (u64, u64, usize) {
        (self.updates, self.draws, self.epochs)
    }

    /// The first parameter that holds a value that is infinite or not a number.
    fn not_finite(&self) -> Option<(&'static str, f32)> {
        self.spec().parameters.iter().find_map(|parameter| {
            let values = &self.memory.as_slice()[parameter.range()];
            values.iter().find(|value| !value.is_finite()).map(|value| (parameter.name, *value))
        })
    }

    /// Goes back to the last good epoch.
    fn diverged(&mut self, run: &Run<'_>, what: &str, value: f32, epoch: usize, batch: usize) -> Error {
        let step = self.updates;
        self.memory.as_mut_slice().copy_from_slice(&run.good);
        (self.updates, self.draws, self.epochs) = run.good_counters;
        Error::NotFinite { what: what.to_owned(), value, epoch, step, batch, restored: run.good_epoch }
    }
}
