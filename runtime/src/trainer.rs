//! Training, a step at a time.

use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;

use dlm_kernels::{Level, Slice, SliceMut, Step};
use ndarray::{ArrayD, IxDyn};

use crate::data::{Dataset, FeatureNames, Labels, Part, is_target};
use crate::error::{Error, list};
use crate::infer::{Infer, Work};
use crate::init::initialize;
use crate::memory::Memory;
use crate::metrics::{Evaluation, evaluate};
use crate::model::Model;
use crate::pool::{Engine, threads_from_environment};
use crate::ports::with_slices;
use crate::room;
use crate::schedule;
use crate::shape;
use crate::signals::{Pace, Signals};
use crate::spec::{Length, Normalize, OutputKind, OutputSpec, ParameterSpec, PhaseSpec, Program, Spec};
use crate::suggest::nearest;
use crate::weights::{self, Source, Weights};

/// A model being trained: parameters, optimizer state and work space in one allocation, and the counters of its steps.
#[derive(Debug)]
pub struct Trainer {
    pub(crate) program: &'static Program,
    pub(crate) memory: Memory,
    pub(crate) seed: u64,
    pub(crate) counters: Counters,
    /// What a schedule by epochs counts in; unknown while nobody has said.
    pub(crate) steps_per_epoch: Option<u64>,
    pub(crate) labels: Labels,
    pub(crate) features: FeatureNames,
    /// Which normalisation has been fitted, loaded or set, and so is to be kept.
    pub(crate) normalized: Normalized,
    /// What the inputs' is, where that is known of weights that were loaded.
    pub(crate) normalization: Option<Normalize>,
    /// Whether it has begun with weights that were loaded or set.
    pub(crate) loaded: bool,
    /// Whether those predict targets as they are.
    pub(crate) predicts_raw: bool,
    /// What was done to tensors that were loaded so that they fit.
    notes: Vec<String>,
    pub(crate) measure_training: bool,
    /// Where samples are mixed, the share of each in itself: as many ones as a batch has rows.
    ones: Vec<f32>,
    pub(crate) engine: Engine,
}

/// How far a training has come.
#[derive(Clone, Debug)]
pub(crate) struct Counters {
    /// Updates so far.
    pub(crate) updates: u64,
    /// Steps that drew random numbers so far.
    pub(crate) draws: u64,
    /// Epochs that `fit` began so far.
    pub(crate) epochs: usize,
    /// The number of the next update within each phase so far.
    phases: Vec<u64>,
    /// Samples and batches whose gradients wait for an update.
    gathered: (usize, usize),
    /// The last update that was watched, the phase that it was in, and what its learning rate was among others.
    watched: Option<(u64, usize, Pace)>,
    /// What a plateau has made of the learning rate.
    pub(crate) rate_factor: f64,
    /// The highest learning rate so far.
    highest_rate: f64,
}

/// What a schedule says of one update.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rates {
    pub(crate) learning_rate: f64,
    momentum: f64,
    next_momentum: f64,
}

impl Counters {
    fn new(spec: &Spec) -> Self {
        let mut phases = Vec::with_capacity(spec.phases.len());
        phases.push(1);
        Counters { updates: 0, draws: 0, epochs: 0, phases, gathered: (0, 0), watched: None, rate_factor: 1.0, highest_rate: 0.0 }
    }
}

impl Trainer {
    /// A new model with the recipe's seed, on as many threads as the environment variable `DLM_THREADS` says, else one.
    ///
    /// # Panics
    /// If `DLM_THREADS` is not a whole number from 1, or there is not enough memory.
    pub fn new(program: &'static Program) -> Self {
        Trainer::with_seed(program, program.spec.recipe.seed)
    }

    /// As [`new`](Self::new), with another seed for initial weights, order, augmentation and dropout. (The split has its own.)
    ///
    /// # Panics
    /// As [`new`](Self::new).
    pub fn with_seed(program: &'static Program, seed: u64) -> Self {
        let spec = &program.spec;
        room::to_step(spec).unwrap_or_else(|error| panic!("{error:?}"));
        let mut memory = Memory::new(spec.memory_len);
        for parameter in spec.parameters {
            initialize(parameter, seed, &mut memory.as_mut_slice()[parameter.range()]);
        }
        for state in spec.states {
            memory.as_mut_slice()[state.offset..state.offset + state.len].fill(state.value);
        }
        let mut trainer = Trainer {
            program,
            memory,
            seed,
            counters: Counters::new(spec),
            steps_per_epoch: None,
            labels: Labels::default(),
            features: FeatureNames::default(),
            normalized: Normalized::default(),
            normalization: None,
            loaded: false,
            predicts_raw: false,
            notes: Vec::new(),
            measure_training: false,
            ones: vec![1.0; if spec.mixed { spec.batch } else { 0 }],
            engine: Engine::new(threads_from_environment()),
        };
        trainer.begin_averages(|_| true);
        trainer
    }

    /// A trainer that begins with the tensors of a weights file that the recipe reuses, under the names that it says they have
    /// there; all others begin as they do in a new model. The file may hold more. If it has the normalisation of its
    /// training, that is kept, and with it the names of the columns; the names of classes only if the whole model is reused.
    ///
    /// # Errors
    /// If the recipe reuses nothing, the file cannot be read or is no safetensors file, or a tensor is missing or of another
    /// shape or type; the error lists all differences.
    pub fn reuse(program: &'static Program, path: impl AsRef<Path>) -> Result<Self, Error> {
        Trainer::new(program).reusing(path)
    }

    /// This trainer, begun with the tensors of a file as by [`reuse`](Self::reuse).
    ///
    /// # Errors
    /// As [`reuse`](Self::reuse).
    pub fn reusing(self, path: impl AsRef<Path>) -> Result<Self, Error> {
        self.reusing_from(Source::File(path.as_ref()))
    }

    /// As [`reusing`](Self::reusing), from the bytes of a weights file.
    ///
    /// # Errors
    /// As [`reuse`](Self::reuse).
    pub fn reusing_bytes(self, bytes: &[u8]) -> Result<Self, Error> {
        self.reusing_from(Source::Bytes(bytes))
    }

    fn reusing_from(mut self, source: Source<'_>) -> Result<Self, Error> {
        let spec = self.spec();
        let Some(reuse) = spec.recipe.reuse else {
            let message = format!("the recipe {} reuses no weights", spec.recipe.name);
            return Err(Error::Reuse { message, help: "begin with `Trainer::new()`, or add `reuse = weights(…)`".to_owned() });
        };
        let parameters = &mut self.memory.as_mut_slice()[..spec.parameters_len];
        let loaded = weights::load_some(spec, source, reuse.tensors, parameters)?;
        self.begin_with(loaded);
        Ok(self)
    }

    /// Trains on so many threads, or on as many as the system gives, which [`threads`](Self::threads) tells. Results do not
    /// depend on them.
    ///
    /// # Panics
    /// If `threads` is 0.
    #[must_use]
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.engine = self.engine.with_threads(threads);
        self
    }

    /// Trains with no better an instruction set than this. Results do not depend on it: a result of another machine can be
    /// replayed, or its speed be seen. By default the processor's best is used.
    #[must_use]
    pub fn with_limit(mut self, limit: Level) -> Self {
        self.engine = self.engine.with_limit(limit);
        self
    }

    /// Calls `mark` between the kernels of a program that was printed with marks; of any other, never.
    #[doc(hidden)]
    #[must_use]
    pub fn with_mark(mut self, mark: dlm_kernels::Mark) -> Self {
        self.engine = self.engine.with_mark(mark);
        self
    }

    /// Whether `fit` evaluates the training part at the end of each epoch, which costs about a third of its time; default
    /// no. It always does at the end.
    pub fn measure_training(&mut self, measure: bool) {
        self.measure_training = measure;
    }

    /// Tells a schedule by epochs how many updates an epoch has. `fit` does so itself; until it is told, such a schedule stays
    /// at its first rate.
    pub fn set_steps_per_epoch(&mut self, steps: u64) {
        self.steps_per_epoch = Some(steps);
    }

    /// One update from up to one batch of samples: for each input its rows, for each output its targets, row-major; with
    /// `sample_weights` also a weight for each row, as one more target. Inputs are raw, the model normalises them; classes
    /// are given by their index. Returns the batch's mean loss, penalties included. With `accumulate = n` every n-th call
    /// updates, the others gather gradients for it.
    ///
    /// Allocates nothing (with more than 16 inputs or outputs, a list of them).
    ///
    /// # Panics
    /// If a length is not that of a whole number of rows, rows differ in number, there are none or more than a batch, or a
    /// target is none of its output's classes.
    #[track_caller]
    pub fn step(&mut self, inputs: &[&[f32]], targets: &[&[f32]]) -> f32 {
        self.checked_step(inputs, targets, false)
    }

    /// As [`step`](Self::step), for the last batch of an epoch: gradients that wait for more make an update now, with this
    /// batch's. (In flavour `keras` they are carried on to the next epoch.)
    ///
    /// # Panics
    /// As [`step`](Self::step).
    #[track_caller]
    pub fn last_step(&mut self, inputs: &[&[f32]], targets: &[&[f32]]) -> f32 {
        self.checked_step(inputs, targets, true)
    }

    #[track_caller]
    fn checked_step(&mut self, inputs: &[&[f32]], targets: &[&[f32]], last: bool) -> f32 {
        let spec = self.spec();
        let rows = check_step(spec, inputs, targets);
        if !spec.mixed {
            return self.update(inputs.iter().copied(), targets.iter().copied(), rows, self.rates(), last);
        }
        // Each sample is mixed with itself.
        let ones = std::mem::take(&mut self.ones);
        let is_class = |output: &&OutputSpec| matches!(output.kind, OutputKind::Class(_));
        let partners = spec.outputs.iter().zip(targets).filter(|(output, _)| is_class(output)).map(|(_, targets)| *targets);
        let share = spec.outputs.iter().any(|output| is_class(&output)).then_some(&ones[..rows]);
        let targets = targets.iter().copied().chain(partners).chain(share);
        let loss = self.update(inputs.iter().copied(), targets, rows, self.rates(), last);
        self.ones = ones;
        loss
    }

    /// A step whose lengths are known to be right. The last of an epoch does not wait for more gradients to gather, unless
    /// they are carried on.
    pub(crate) fn update<'a>(
        &mut self,
        inputs: impl Iterator<Item = &'a [f32]>,
        targets: impl Iterator<Item = &'a [f32]>,
        rows: usize,
        rates: Rates,
        last: bool,
    ) -> f32 {
        let spec = self.spec();
        self.begin_phases();
        let phase = &spec.phases[self.phase()];
        let (samples, batches) = (self.counters.gathered.0 + rows, self.counters.gathered.1 + 1);
        let waits = batches < spec.recipe.accumulate && (!last || spec.recipe.carries);
        let watched = phase.watched.filter(|_| !waits && self.is_watched());
        let variant = phase.gather.filter(|_| waits).or(watched).unwrap_or(phase.update);
        let loss = self.run(variant, inputs, targets, rows, rates, samples);
        self.counters.draws += 1;
        if waits {
            self.counters.gathered = (samples, batches);
        } else {
            self.counters.gathered = (0, 0);
            self.counters.updates += 1;
            self.counters.highest_rate = self.counters.highest_rate.max(rates.learning_rate);
            self.counters.phases.iter_mut().for_each(|update| *update += 1);
            let now = (self.counters.updates, self.phase());
            let pace = || Pace::new(rates.learning_rate, self.learning_rate(), self.counters.highest_rate);
            self.counters.watched = watched.map(|_| (now.0, now.1, pace())).or(self.counters.watched);
        }
        loss
    }

    /// Runs a step of some kind; counts nothing.
    pub(crate) fn run<'a>(
        &mut self,
        variant: usize,
        inputs: impl Iterator<Item = &'a [f32]>,
        targets: impl Iterator<Item = &'a [f32]>,
        rows: usize,
        rates: Rates,
        gathered: usize,
    ) -> f32 {
        let Rates { learning_rate, momentum, next_momentum } = rates;
        with_slices(inputs, |inputs| {
            with_slices(targets, |targets| {
                (self.program.step)(&mut Step {
                    memory: SliceMut::from(self.memory.as_mut_slice()),
                    inputs: Slice::from(inputs),
                    targets: Slice::from(targets),
                    rows,
                    variant,
                    learning_rate,
                    momentum,
                    next_momentum,
                    updates: Slice::from(&self.counters.phases[..]),
                    gathered,
                    draw: self.counters.draws,
                    seed: self.seed,
                    machine: self.engine.machine(),
                })
            })
        })
    }

    /// Whether signals are to be measured at the next update.
    fn is_watched(&self) -> bool {
        let every = match (self.spec().recipe.watch, self.steps_per_epoch) {
            (None, _) => return false,
            (Some(Length::Steps(count)), _) => count,
            (Some(Length::Epochs(count)), Some(steps)) => count * steps as f64,
            (Some(Length::Epochs(_)), None) => f64::INFINITY,
        };
        // The first of each stretch, so that the very first step is seen.
        let stretch = |update: u64| (update as f64 / every.max(1.0)).floor();
        self.counters.updates == 0 || stretch(self.counters.updates) > stretch(self.counters.updates - 1)
    }

    /// Whether signals were measured at an update after the first so many.
    pub(crate) fn has_watched_since(&self, updates: u64) -> bool {
        self.counters.watched.is_some_and(|(update, ..)| update > updates)
    }

    /// What was measured at the last watched update; none without `watch`.
    pub fn signals(&self) -> Option<Signals> {
        let (update, phase, pace) = self.counters.watched?;
        let spec = self.spec();
        Some(Signals::read(spec.signals, spec.phases[phase].frozen, self.memory.as_slice(), update, pace))
    }

    /// What of memory lasts from step to step, at its begin.
    pub(crate) fn lasting(&self) -> usize {
        room::lasting(self.spec())
    }

    /// The phase of the last update; the first before there is one.
    pub(crate) fn phase(&self) -> usize {
        self.counters.phases.len() - 1
    }

    /// Forgets gradients that wait for an update.
    pub(crate) fn drop_gathered(&mut self) {
        self.counters.gathered = (0, 0);
        for (_, gathered) in self.states(".gathered") {
            self.memory.as_mut_slice()[gathered].fill(0.0);
        }
    }

    /// Begins the phases whose time has come.
    fn begin_phases(&mut self) {
        let spec = self.spec();
        while let Some(next) = spec.phases.get(self.counters.phases.len())
            && schedule::is_reached(next.begins, self.counters.updates, self.steps_per_epoch)
        {
            self.counters.phases.push(1);
        }
    }

    /// The learning rate of the next update.
    pub fn learning_rate(&self) -> f64 {
        let recipe = &self.spec().recipe;
        let rate = schedule::evaluate(recipe.schedule.rate, self.counters.updates, self.steps_per_epoch);
        match recipe.plateau {
            // A rate that is below the floor already, as in a warm-up, is not raised to it.
            Some(plateau) => (rate * self.counters.rate_factor).max(plateau.floor.min(rate)),
            None => rate * self.counters.rate_factor,
        }
    }

    /// What the schedule says of the next update.
    pub(crate) fn rates(&self) -> Rates {
        let momentum = |update| self.momentum_of(update);
        let (momentum, next_momentum) = (momentum(self.counters.updates), momentum(self.counters.updates + 1));
        Rates { learning_rate: self.learning_rate(), momentum, next_momentum }
    }

    /// The momentum of the next update, if the schedule changes it; under adam and its kin β₁.
    pub fn momentum(&self) -> Option<f64> {
        self.spec().recipe.schedule.momentum.map(|_| self.momentum_of(self.counters.updates))
    }

    /// The momentum of an update, counted from 0, if the schedule changes it; else that of look-ahead.
    fn momentum_of(&self, update: u64) -> f64 {
        let spec = self.spec();
        match spec.recipe.schedule.momentum {
            Some(formula) => schedule::evaluate(formula, update, self.steps_per_epoch),
            None => spec.lookahead.unwrap_or_default(),
        }
    }

    /// Multiplies the learning rate of all updates to come, as `schedule = plateau` does in `fit`; a program with a loop of its own
    /// asks [`PlateauWatch`](crate::monitor::PlateauWatch) when.
    pub fn scale_learning_rate(&mut self, factor: f64) {
        self.counters.rate_factor *= factor;
    }

    /// The number of updates so far.
    pub fn updates(&self) -> u64 {
        self.counters.updates
    }

    /// The names of the parameters that the next update leaves as they are, since they are frozen.
    pub fn frozen(&self) -> &'static [&'static str] {
        let begun = |phase: &&PhaseSpec| schedule::is_reached(phase.begins, self.counters.updates, self.steps_per_epoch);
        let phase = self.spec().phases.iter().take_while(begun).count().max(self.counters.phases.len());
        self.spec().phases[phase - 1].frozen
    }

    /// The model's and recipe's description.
    pub fn spec(&self) -> &'static Spec {
        &self.program.spec
    }

    /// Whether inputs are normalised by what has been fitted, loaded or set.
    pub fn has_normalization(&self) -> bool {
        self.normalized.inputs
    }

    /// The seed of initial weights, order, augmentation and dropout.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Threads that work.
    pub fn threads(&self) -> usize {
        self.engine.threads()
    }

    /// All parameters, statistics and normalisation by name, in the order of the graph, with the shapes that a weights file
    /// has.
    pub fn parameters(&self) -> impl Iterator<Item = (&'static str, ArrayD<f32>)> + '_ {
        let values = self.predicting();
        self.spec().parameters.iter().map(move |parameter| (parameter.name, array_of(parameter, &values)))
    }

    /// A parameter, statistic or normalisation by name, with the shape that a weights file has: a dense weight is (out, in).
    ///
    /// # Panics
    /// If there is none of this name.
    #[track_caller]
    pub fn parameter(&self, name: &str) -> ArrayD<f32> {
        array_of(find(self.spec(), name), &self.predicting())
    }

    /// Sets a parameter, statistic or normalisation, from values in the order of a weights file.
    ///
    /// # Panics
    /// If there is none of this name, or the number of values is not its.
    #[track_caller]
    pub fn set_parameter(&mut self, name: &str, values: &[f32]) {
        let parameter = find(self.spec(), name);
        let (expected, shape) = (parameter.len(), shape::array(parameter.shape));
        assert!(values.len() == expected, "`{name}` has shape {shape}, {expected} values; found {}", values.len());
        parameter.from_file_order(values, &mut self.memory.as_mut_slice()[parameter.range()]);
        self.begin_averages(|other| std::ptr::eq(other, parameter));
        self.look_ahead(|looked| std::ptr::eq(looked, parameter));
        let normalizes = self.normalized.note(self.spec(), parameter);
        if normalizes {
            self.normalization = None;
        }
        self.loaded |= !normalizes;
    }

    /// The model as it is now, for prediction: a copy of its parameters.
    pub fn model(&self) -> Model {
        self.weights().model()
    }

    /// The weights as they are now.
    pub fn weights(&self) -> Weights<'_> {
        Weights {
            program: self.program,
            parameters: self.predicting(),
            labels: &self.labels,
            features: &self.features,
            // Steps that came before any fit took inputs and targets as they are: that is then what the weights have learned from.
            normalized: self.known_normalization(),
            normalization: self.normalization,
        }
    }

    /// Which normalisation the weights as they are now go with.
    fn known_normalization(&self) -> Normalized {
        let (spec, steps) = (self.spec(), self.counters.updates > 0);
        let inputs = self.normalized.inputs || steps && spec.recipe.normalize != Normalize::None;
        let targets = self.normalized.targets || steps && spec.outputs.iter().any(|output| output.normalization.is_some());
        Normalized { inputs, targets }
    }

    /// The parameters that predict: memory's own, unless it holds averages of them or points ahead.
    pub(crate) fn predicting(&self) -> Cow<'_, [f32]> {
        let spec = self.spec();
        let parameters = &self.memory.as_slice()[..spec.parameters_len];
        if spec.averaged {
            let mut averaged = parameters.to_vec();
            for (parameter, average) in self.states(".average") {
                averaged[parameter.range()].copy_from_slice(&self.memory.as_slice()[average]);
            }
            return averaged.into();
        }
        if spec.lookahead.is_none() {
            return parameters.into();
        }
        let beta = self.momentum_of(self.counters.updates) as f32;
        let mut recovered = parameters.to_vec();
        for (parameter, momentum) in self.states(".m") {
            let momentum = &self.memory.as_slice()[momentum];
            recovered[parameter.range()].iter_mut().zip(momentum).for_each(|(value, m)| *value += beta * m);
        }
        recovered.into()
    }

    /// Turns chosen parameters, just set to θ, into what memory holds of them: under look-ahead Φ = θ − βm.
    fn look_ahead(&mut self, chosen: impl Fn(&ParameterSpec) -> bool) {
        if self.spec().lookahead.is_none() {
            return;
        }
        let beta = self.momentum_of(self.counters.updates) as f32;
        for (parameter, momentum) in self.states(".m") {
            if chosen(parameter) {
                for (to, from) in parameter.range().zip(momentum) {
                    let m = self.memory.as_slice()[from];
                    self.memory.as_mut_slice()[to] -= beta * m;
                }
            }
        }
    }

    /// Makes the averages of chosen parameters, just set, what these are.
    fn begin_averages(&mut self, chosen: impl Fn(&ParameterSpec) -> bool) {
        for (parameter, average) in self.states(".average").filter(|(parameter, _)| chosen(parameter)) {
            self.memory.as_mut_slice().copy_within(parameter.range(), average.start);
        }
    }

    /// The parameters that have a state of this name, and where that lies.
    fn states(&self, suffix: &'static str) -> impl Iterator<Item = (&'static ParameterSpec, Range<usize>)> + use<> {
        let spec = self.spec();
        spec.states.iter().filter_map(move |state| {
            let name = state.name.strip_suffix(suffix)?;
            let parameter = spec.parameters.iter().find(|parameter| parameter.name == name)?;
            Some((parameter, state.offset..state.offset + state.len))
        })
    }

    /// What follows from weights that have just been loaded.
    fn begin_with(&mut self, loaded: weights::Loaded) {
        self.begin_averages(|_| true);
        self.look_ahead(|_| true);
        self.loaded = true;
        if loaded.whole && loaded.has_metadata {
            // All that the weights were trained with: what they do without is not left over from others.
            let spec = self.spec();
            for parameter in spec.parameters.iter().filter(|parameter| !loaded.normalized.has(spec, parameter)) {
                initialize(parameter, 0, &mut self.memory.as_mut_slice()[parameter.range()]);
            }
            (self.normalized, self.normalization, self.predicts_raw) = (Normalized::default(), None, false);
        }
        if loaded.normalized.inputs || loaded.normalization.is_some() {
            self.normalization = loaded.normalization;
        }
        self.normalized.inputs |= loaded.normalized.inputs;
        self.normalized.targets |= loaded.normalized.targets;
        self.predicts_raw |= loaded.whole && !loaded.normalized.targets;
        self.labels = loaded.labels;
        self.features = loaded.features;
        self.notes = loaded.notes;
    }

    /// What was done to the tensors that were loaded last so that they fit, as [`Model::notes`] has it.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Writes a weights file, which PyTorch can load. The file is replaced as a whole or not at all. The optimizer's state is
    /// not in it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        self.weights().save(path)
    }

    /// The bytes of a weights file.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.weights().to_bytes()
    }

    /// Replaces the parameters by those of a weights file. If it has the normalisation of its training, that is kept from then
    /// on; if not, `fit` fits it. The optimizer's state and counters stay as they are.
    ///
    /// # Errors
    /// As [`Model::load`]; the trainer is then as before.
    pub fn load(&mut self, path: impl AsRef<Path>) -> Result<(), Error> {
        self.load_from(Source::File(path.as_ref()))
    }

    /// As [`load`](Self::load), from the bytes of a weights file.
    ///
    /// # Errors
    /// As [`Model::load`]; the trainer is then as before.
    pub fn load_bytes(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.load_from(Source::Bytes(bytes))
    }

    fn load_from(&mut self, source: Source<'_>) -> Result<(), Error> {
        let spec = self.spec();
        let parameters = &mut self.memory.as_mut_slice()[..spec.parameters_len];
        let loaded = weights::load(spec, source, parameters)?;
        self.begin_with(loaded);
        Ok(())
    }

    /// Loss and metrics on samples with their targets, in prediction mode.
    ///
    /// # Errors
    /// If the data was made for a model of other inputs or outputs, or its classes have other names.
    pub fn evaluate(&self, data: &Dataset) -> Result<Evaluation, Error> {
        data.check_made_for(self.spec())?;
        data.labels().check_same(&self.labels, self.spec().outputs, "in the weights")?;
        data.features().check_bases(&self.features, self.spec().inputs)?;
        let rows: Vec<usize> = (0..data.rows()).collect();
        Ok(self.evaluate_part(Part { data, rows: &rows }, &mut Work::new(self.spec())))
    }

    pub(crate) fn evaluate_part(&self, part: Part<'_>, work: &mut Work) -> Evaluation {
        evaluate(&Infer { program: self.program, parameters: &self.predicting(), engine: &self.engine }, work, part)
    }
}

/// Parameters of a model that is normalised as a new one is, by what the recipe states or not at all; all others are 0.
pub(crate) fn initial_normalization(spec: &Spec) -> Memory {
    let mut memory = Memory::new(spec.parameters_len);
    for parameter in spec.parameters.iter().filter(|parameter| is_normalization(spec, parameter)) {
        initialize(parameter, 0, &mut memory.as_mut_slice()[parameter.range()]);
    }
    memory
}

fn array_of(parameter: &ParameterSpec, values: &[f32]) -> ArrayD<f32> {
    let mut array = vec![0.0; parameter.len()];
    parameter.to_file_order(&values[parameter.range()], &mut array);
    ArrayD::from_shape_vec(IxDyn(parameter.shape), array).expect("a parameter's length is its shape's product")
}

/// Whether a parameter is the shift or scale of an input or of an output's targets.
pub(crate) fn is_normalization(spec: &Spec, parameter: &ParameterSpec) -> bool {
    normalizes_input(spec, parameter) || normalizes_target(spec, parameter)
}

/// Whether a parameter is an input's shift or scale.
pub(crate) fn normalizes_input(spec: &Spec, parameter: &ParameterSpec) -> bool {
    spec.inputs.iter().any(|input| parameter.offset == input.shift || parameter.offset == input.scale)
}

/// Whether a parameter is the shift or scale of an output's targets.
pub(crate) fn normalizes_target(spec: &Spec, parameter: &ParameterSpec) -> bool {
    let mut outputs = spec.outputs.iter().filter_map(|output| output.normalization);
    outputs.any(|normalization| parameter.offset == normalization.shift || parameter.offset == normalization.scale)
}

/// Which normalisations are known: fitted, loaded or set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Normalized {
    /// The inputs'.
    pub(crate) inputs: bool,
    /// The targets'.
    pub(crate) targets: bool,
}

impl Normalized {
    /// Takes note of a parameter that is there; whether it belongs to a normalisation.
    pub(crate) fn note(&mut self, spec: &Spec, parameter: &ParameterSpec) -> bool {
        let (input, target) = (normalizes_input(spec, parameter), normalizes_target(spec, parameter));
        self.inputs |= input;
        self.targets |= target;
        input || target
    }

    /// Whether a parameter is to be kept and found in a file: all are, but normalisations that are not known.
    pub(crate) fn has(self, spec: &Spec, parameter: &ParameterSpec) -> bool {
        (self.inputs || !normalizes_input(spec, parameter)) && (self.targets || !normalizes_target(spec, parameter))
    }
}

#[track_caller]
fn find(spec: &'static Spec, name: &str) -> &'static ParameterSpec {
    let found = spec.parameters.iter().find(|parameter| parameter.name == name);
    found.unwrap_or_else(|| {
        let names: Vec<&str> = spec.parameters.iter().map(|parameter| parameter.name).collect();
        match nearest(name, names.iter().copied()) {
            Some(similar) => panic!("{} has no parameter `{name}`; did you mean `{similar}`?", spec.model),
            None => panic!("{} has no parameter `{name}`; it has {}", spec.model, list(&names, 12)),
        }
    })
}

/// Checks the lengths of a step's slices and its classes; returns its rows.
#[track_caller]
fn check_step(spec: &Spec, inputs: &[&[f32]], targets: &[&[f32]]) -> usize {
    let (model, batch) = (spec.model, spec.batch);
    let count = |what, expected, found| {
        assert!(expected == found, "the model {model} has {}, found {found}", shape::count(expected, what));
    };
    count("input", spec.inputs.len(), inputs.len());
    count("target", spec.target_names().count(), targets.len());
    let rows = spec.inputs.first().map_or(0, |input| inputs[0].len() / input.features());
    for (input, values) in spec.inputs.iter().zip(inputs) {
        let (name, sample, expected) = (input.name, input.shape, rows * input.features());
        let found = values.len();
        assert!(
            found == expected,
            "input `{name}`: {} of f32{sample:?} are {expected} values, found {found}",
            shape::count(rows, "row")
        );
    }
    for ((name, width), values) in spec.target_names().zip(targets) {
        let (expected, found) = (rows * width, values.len());
        assert!(
            found == expected,
            "target `{name}`: {} of {} are {expected} values, found {found}",
            shape::count(rows, "row"),
            shape::count(width, "value")
        );
    }
    assert!((1..=batch).contains(&rows), "the model {model} is compiled for 1 to {batch} rows a step, found {rows}");
    spec.outputs.iter().zip(targets).for_each(|(output, values)| check_classes(output, values));
    if let Some(weights) = targets.get(spec.outputs.len()) {
        let wrong = weights.iter().position(|weight| !(weight.is_finite() && *weight >= 0.0));
        assert!(wrong.is_none(), "the weight of row {} is {}, no number from 0", wrong.unwrap_or(0), weights[wrong.unwrap_or(0)]);
    }
    rows
}

/// Checks that targets of classes are classes: compiled code finds a logit by them.
#[track_caller]
fn check_classes(output: &OutputSpec, targets: &[f32]) {
    let OutputKind::Class(classes) = output.kind else { return };
    if let Some(row) = targets.iter().position(|target| !is_target(output.kind, *target)) {
        let (name, target) = (output.name, targets[row]);
        panic!("target `{name}`: row {row} holds {target}, which is none of {classes} classes, counted from 0");
    }
}
