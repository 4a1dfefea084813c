//! What the runtime is told of a compiled model and recipe. The description lives as long as the process, as the constants
//! of generated code do.

use dlm_spec::{
    AugmentSpec, DataSpec, Init, InputSpec, OutputSpec, ParameterSpec, PhaseSpec, RecipeSpec, Reuse, Schedule, SignalSpec, Spec,
    StateSpec, TargetNormalization,
};

use crate::compile::{Compiled, Place};
use crate::graph::{self, Graph, ParameterId, Port, Role, Unit};
use crate::initializer::Distribution;
use crate::lower::{StepRole, Variant};
use crate::plan::Content;
use crate::recipe::{self, DataSource, Normalize, Recipe};
use crate::schedule::Formula;
use crate::train_graph::TensorKind;

/// The description of a compiled model.
pub fn describe(compiled: &Compiled<'_>) -> Spec {
    let (graph, recipe) = (&compiled.unit.graph, &compiled.unit.recipe);
    let places = || compiled.layout.tensors.iter();
    let offset = |kind| places().find(|place| place.tensor.kind == kind).map_or(0, |place| place.offset);
    let inputs = graph.inputs.iter().enumerate().map(|(index, input)| InputSpec {
        name: text(&input.name),
        shape: list(input.shape.iter().copied()),
        shift: offset(TensorKind::Shift(Port::Input(index))),
        scale: offset(TensorKind::Scale(Port::Input(index))),
    });
    let normalization = |index: usize| {
        let normalize = recipe.normalize_targets[index];
        let (shift, scale) = (TensorKind::Shift(Port::Output(index)), TensorKind::Scale(Port::Output(index)));
        (normalize != Normalize::None).then(|| TargetNormalization { normalize, shift: offset(shift), scale: offset(scale) })
    };
    let outputs = graph.outputs.iter().zip(&recipe.losses).enumerate().map(|(index, (output, setting))| OutputSpec {
        name: text(&output.name),
        kind: output_kind(&output.kind),
        loss: setting.loss.name(),
        class_weights: list(setting.arguments.numbers("class_weights").iter().copied()),
        yes: recipe.yes[index].as_deref().map(text),
        normalization: normalization(index),
    });
    let states = places().filter_map(|place| match place.tensor.kind {
        TensorKind::State(_, value) => {
            Some(StateSpec { name: text(&place.tensor.name), offset: place.offset, len: place.len, value })
        }
        _ => None,
    });
    Spec {
        model: text(&graph.name),
        inputs: list(inputs),
        outputs: list(outputs),
        parameters: list(places().filter_map(|place| parameter(compiled.unit, place))),
        states: list(states),
        batch: recipe.batch,
        parameters_len: compiled.layout.parameters_len,
        memory_len: compiled.layout.memory_len,
        infer_work_len: compiled.infer_work_len(),
        losses: list(
            compiled
                .infer
                .graph
                .losses
                .iter()
                .map(|id| compiled.infer.buffer(Content::Value(*id)).expect("the losses are kept").offset),
        ),
        lookahead: recipe.optimizer.lookahead(),
        signals: list(signals(graph, compiled)),
        phases: list((0..recipe.phases.len()).map(|phase| phase_spec(compiled, phase))),
        averaged: recipe.average.is_some(),
        mean_by_weight: recipe.flavor != crate::signature::Flavor::Keras
            && (recipe.sample_weights || recipe.losses.iter().any(|loss| !loss.arguments.numbers("class_weights").is_empty())),
        weighted: recipe.sample_weights,
        mixed: recipe.mixes(),
        recipe: recipe_spec(graph, recipe),
    }
}

fn parameter(unit: &Unit, place: &Place) -> Option<ParameterSpec> {
    let graph = &unit.graph;
    let (shape, transposed, init, trainable) = match place.tensor.kind {
        TensorKind::Parameter(id) => {
            let parameter = &graph.parameters[id.0];
            let transposed = parameter.role == Role::Weight && parameter.shape.len() == 2;
            (list(parameter.shape.iter().copied()), transposed, parameter.init, parameter.role.trainable())
        }
        TensorKind::Shift(_) => (list([place.len]), false, Distribution::Constant(0.0), false),
        TensorKind::Scale(port) => {
            let normalize = match port {
                Port::Input(_) => unit.recipe.normalize,
                Port::Output(index) => unit.recipe.normalize_targets[index],
            };
            // What the recipe states holds from the first step; what is to be fitted is by `fit`.
            let factor = if let Normalize::Scale(factor) = normalize { factor } else { 1.0 };
            (list([place.len]), false, Distribution::Constant(factor), false)
        }
        TensorKind::State(..) | TensorKind::Signal(..) => return None,
    };
    let init = match init {
        Distribution::Constant(value) => Init::Constant(value),
        Distribution::Uniform { low, high } => Init::Uniform { low, high },
        Distribution::Normal { mean, deviation, truncated } => Init::Normal { mean, deviation, truncated },
        Distribution::Orthogonal { gain } => Init::Orthogonal { gain },
    };
    Some(ParameterSpec { name: text(&place.tensor.name), shape, transposed, offset: place.offset, init, trainable })
}

/// What watched steps measure, in the order of the graph; a weight comes with its layer.
fn signals(graph: &Graph, compiled: &Compiled<'_>) -> Vec<SignalSpec> {
    let mut signals: Vec<SignalSpec> = compiled.layout.tensors.iter().filter_map(signal).collect();
    let node_of = |of: &str| {
        let weight = graph.parameters.iter().find(|parameter| parameter.path == of).map(|parameter| parameter.node.0);
        weight.or_else(|| graph.nodes.iter().position(|node| node.path == of))
    };
    signals.sort_by_key(|signal| (node_of(signal.of), signal.figure));
    signals
}

fn signal(place: &Place) -> Option<SignalSpec> {
    let TensorKind::Signal(figure, len) = place.tensor.kind else { return None };
    let (of, _) = place.tensor.name.rsplit_once('.')?;
    Some(SignalSpec { of: text(of), figure, len, offset: place.offset })
}

fn phase_spec(compiled: &Compiled<'_>, index: usize) -> PhaseSpec {
    let phase = &compiled.unit.recipe.phases[index];
    let path = |id: &ParameterId| text(&compiled.unit.graph.parameters[id.0].path);
    let kind = |role, watched| compiled.steps.iter().position(|step| step.variant == Variant { phase: index, role, watched });
    PhaseSpec {
        begins: phase.begins,
        frozen: list(phase.frozen.iter().map(path)),
        update: kind(StepRole::Update, false).unwrap_or_default(),
        gather: kind(StepRole::Gather, false),
        watched: kind(StepRole::Update, true),
        statistics: kind(StepRole::Statistics, false),
    }
}

fn output_kind(kind: &graph::OutputKind) -> dlm_spec::OutputKind {
    match kind {
        graph::OutputKind::Class(classes) => dlm_spec::OutputKind::Class(*classes),
        graph::OutputKind::Binary => dlm_spec::OutputKind::Binary,
        graph::OutputKind::Flags(flags) => dlm_spec::OutputKind::Flags(*flags),
        graph::OutputKind::Values(shape) => dlm_spec::OutputKind::Values(list(shape.iter().copied())),
    }
}

fn recipe_spec(graph: &Graph, recipe: &Recipe) -> RecipeSpec {
    let formula = |formula: Formula| list(formula.0);
    let base = recipe.optimizer.learning_rate();
    RecipeSpec {
        name: text(recipe.name.as_deref().unwrap_or(&graph.name)),
        optimizer: recipe.optimizer.def.signature.name,
        schedule: Schedule { rate: formula(recipe.schedule.rate(base)), momentum: recipe.momentum().map(formula) },
        plateau: recipe.plateau,
        epochs: recipe.epochs,
        seed: recipe.seed,
        shuffle: recipe.shuffle,
        drop_last: recipe.drop_last,
        split: recipe.split,
        augment: list(recipe.augment.iter().map(augment_spec)),
        normalize: recipe.normalize,
        accumulate: recipe.accumulate,
        carries: recipe.flavor == crate::signature::Flavor::Keras,
        watch: recipe.watch,
        early_stop: recipe.early_stop,
        reuse: recipe.reuse.as_ref().map(|reuse| reuse_spec(graph, reuse)),
        data: recipe.data.as_ref().map(data_spec),
        validation_data: recipe.validation_data.as_ref().map(data_spec),
        test_data: recipe.test_data.as_ref().map(data_spec),
    }
}

fn augment_spec(augment: &recipe::Augment) -> AugmentSpec {
    AugmentSpec { augmentation: (augment.def.make)(&augment.arguments), inputs: list(augment.inputs.iter().copied()) }
}

fn reuse_spec(graph: &Graph, reuse: &recipe::Reuse) -> Reuse {
    let tensors = reuse.tensors.iter().map(|(id, name)| (text(&graph.parameters[id.0].path), text(name)));
    Reuse { path: text(&reuse.path), tensors: list(tensors) }
}

/// Where data comes from, as the runtime reads it.
pub fn data_spec(source: &DataSource) -> DataSpec {
    match source {
        DataSource::Csv { path, labels, features, weight, header, delimiter } => DataSpec::Csv {
            path: text(path),
            labels: columns(labels),
            features: columns(features),
            weight: weight.as_deref().map(text),
            header: *header,
            delimiter: *delimiter,
        },
        DataSource::Idx { images, labels } => DataSpec::Idx { images: text(images), labels: text(labels) },
    }
}

fn columns(groups: &[Vec<String>]) -> &'static [&'static [&'static str]] {
    list(groups.iter().map(|group| list(group.iter().map(|name| text(name)))))
}

fn text(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

fn list<T>(items: impl IntoIterator<Item = T>) -> &'static [T] {
    Box::leak(items.into_iter().collect::<Vec<T>>().into_boxed_slice())
}
