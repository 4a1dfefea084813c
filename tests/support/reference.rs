//! A training by the reference interpreter, step by step, as the runtime does it with generated code.

use dlm_compiler::compile::Compiled;
use dlm_compiler::interpret::{Call, Interpreter};
use dlm_compiler::lower::{ExtraTargets, StepRole, Variant};
use dlm_compiler::real::Real;
use dlm_compiler::signature::{Flavor, Length};
use dlm_compiler::train_graph::TensorKind;
use dlm_runtime::schedule::evaluate;
use dlm_runtime::{Spec, Trainer};

use super::{parameters, slices};

/// A training by the interpreter: all tensors of a layout, and the counters that say which kind of step comes next.
pub struct Reference<'a, T> {
    compiled: &'a Compiled<'a>,
    spec: &'static Spec,
    /// What each tensor of the layout holds.
    pub tensors: Vec<Vec<T>>,
    updates_per_epoch: Option<u64>,
    updates: u64,
    /// The number of the next update in each phase so far.
    phases: Vec<u64>,
    /// Samples and batches that wait for an update.
    gathered: (usize, usize),
}

impl<'a, T: Real> Reference<'a, T> {
    /// From what a trainer holds before its first step; what counts in epochs counts in so many updates.
    pub fn new(compiled: &'a Compiled<'a>, trainer: &Trainer, updates_per_epoch: Option<u64>) -> Self {
        let held = parameters(compiled, trainer);
        let places = &compiled.layout.tensors;
        let values = |held: &[f32]| held.iter().map(|value| T::from_f64((*value).into())).collect();
        let tensors = places.iter().zip(&held).map(|(place, own)| match (own, place.tensor.kind) {
            (Some(own), _) => values(own),
            // Until there is an update, the average is the parameter.
            (None, TensorKind::State(id, _)) if place.tensor.name.ends_with(".average") => {
                let of = places.iter().position(|place| place.tensor.kind == TensorKind::Parameter(id)).expect("its parameter");
                values(held[of].as_deref().expect("the trainer holds it"))
            }
            (None, TensorKind::State(_, value)) => vec![T::from_f64(value.into()); place.len],
            (None, TensorKind::Signal(..)) => vec![T::from_f64(0.0); place.len],
            _ => unreachable!("all else is the optimizer's"),
        });
        let (spec, tensors) = (trainer.spec(), tensors.collect());
        Reference { compiled, spec, tensors, updates_per_epoch, updates: 0, phases: vec![1], gathered: (0, 0) }
    }

    fn momentum(&self, update: u64) -> f64 {
        self.spec.recipe.schedule.momentum.map_or(0.0, |formula| evaluate(formula, update, self.updates_per_epoch))
    }

    /// The learning rate of the next update.
    pub fn learning_rate(&self) -> f64 {
        evaluate(self.spec.recipe.schedule.rate, self.updates, self.updates_per_epoch)
    }

    /// One step from some samples, the last of an epoch or not; its loss.
    pub fn step(&mut self, batch: (usize, &[Vec<f32>], &[Vec<f32>]), last: bool, draw: u64, seed: u64) -> T {
        let (rows, inputs, targets) = batch;
        let recipe = &self.compiled.unit.recipe;
        let begins = |length| match length {
            Length::Steps(count) => count,
            Length::Epochs(count) => count * self.updates_per_epoch.map_or(f64::INFINITY, |updates| updates as f64),
        };
        while recipe.phases.get(self.phases.len()).is_some_and(|phase| self.updates as f64 >= begins(phase.begins)) {
            self.phases.push(1);
        }
        let gathered = (self.gathered.0 + rows, self.gathered.1 + 1);
        let waits = gathered.1 < recipe.accumulate && (!last || recipe.flavor == Flavor::Keras);
        let role = if waits { StepRole::Gather } else { StepRole::Update };
        let variant = Variant { phase: self.phases.len() - 1, role, watched: !waits && self.is_watched() };
        let step = self.compiled.step(variant).expect("there is such a step");
        let places: Vec<usize> = step
            .graph
            .tensors
            .iter()
            .map(|tensor| {
                let places = &self.compiled.layout.tensors;
                places.iter().position(|place| place.tensor.name == tensor.name).expect("every tensor has a place")
            })
            .collect();
        let mut interpreter = Interpreter::<T>::new(&step.graph);
        interpreter.tensors.iter_mut().zip(&places).for_each(|(tensor, place)| tensor.clone_from(&self.tensors[*place]));
        let values = interpreter.run(&Call {
            inputs: &slices(inputs),
            targets: &slices(&with_partners(self.compiled, targets)),
            rows,
            learning_rate: self.learning_rate(),
            momentum: self.momentum(self.updates),
            next_momentum: self.momentum(self.updates + 1),
            updates: &self.phases,
            gathered: gathered.0,
            draw,
            seed,
        });
        for (tensor, place) in interpreter.tensors.into_iter().zip(places) {
            self.tensors[place] = tensor;
        }
        if waits {
            self.gathered = gathered;
        } else {
            self.gathered = (0, 0);
            self.updates += 1;
            self.phases.iter_mut().for_each(|update| *update += 1);
        }
        values[step.graph.loss.expect("a step has a loss").0][0]
    }

    /// Whether the next update measures signals: the first of each stretch.
    fn is_watched(&self) -> bool {
        let every = match self.compiled.unit.recipe.watch {
            None => return false,
            Some(Length::Steps(count)) => count,
            Some(Length::Epochs(count)) => count * self.updates_per_epoch.map_or(f64::INFINITY, |updates| updates as f64),
        };
        let stretches = |updates: u64| (updates as f64 / every.max(1.0)).floor();
        self.updates == 0 || stretches(self.updates) != stretches(self.updates - 1)
    }

    /// The figures that the last watched step left, by name.
    pub fn signals(&self) -> Vec<(String, T)> {
        let places = self.compiled.layout.tensors.iter().zip(&self.tensors);
        let signals = places.filter(|(place, _)| matches!(place.tensor.kind, TensorKind::Signal(..)));
        signals.map(|(place, values)| (place.tensor.name.clone(), values[0])).collect()
    }

    /// The tensors as a model predicts with them: averages where they are kept, and under the notes' nesterov θ = Φ + βm, Φ being
    /// what is held.
    pub fn predicting(&self) -> Vec<Vec<T>> {
        let recipe = &self.compiled.unit.recipe;
        let places = &self.compiled.layout.tensors;
        let mut recovered = self.tensors.clone();
        for (state, held) in places.iter().zip(&self.tensors) {
            let TensorKind::State(id, _) = state.tensor.kind else { continue };
            let of = places.iter().position(|place| place.tensor.kind == TensorKind::Parameter(id)).expect("its parameter");
            if state.tensor.name.ends_with(".average") {
                recovered[of].clone_from(held);
            } else if state.tensor.name.ends_with(".m") && recipe.optimizer.looks_ahead() && recipe.average.is_none() {
                let scheduled = recipe.momentum().is_some();
                let beta = if scheduled { self.momentum(self.updates) } else { recipe.optimizer.lookahead().unwrap() };
                let beta = T::from_f64(beta);
                recovered[of].iter_mut().zip(held).for_each(|(value, m)| *value = *value + beta * *m);
            }
        }
        recovered
    }
}

/// Targets with what a step takes besides where samples are mixed: unless they say with what, each is mixed with itself.
fn with_partners(compiled: &Compiled<'_>, targets: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let extra = ExtraTargets::of(&compiled.unit.graph, &compiled.unit.recipe);
    let mut all = targets.to_vec();
    if targets.len() == extra.count {
        return all;
    }
    for (output, _) in extra.partners.iter().enumerate().filter(|(_, partner)| partner.is_some()) {
        all.push(targets[output].clone());
    }
    if extra.share.is_some() {
        let rows = all.last().map_or(0, Vec::len);
        all.push(vec![1.0; rows]);
    }
    all
}
