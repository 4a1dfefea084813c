//! The runtime's description of a compiled model, for models that are compiled while the process runs. It lives as long
//! as the process, as the constants of generated code do.

use dlm_compiler::compile::Compiled;
use dlm_compiler::graph::{self, Role};
use dlm_compiler::initializer::Distribution;
use dlm_compiler::recipe::{self, DataSource, Recipe};
use dlm_compiler::signature;
use dlm_compiler::train_graph::{TensorId, TensorKind};
use dlm_runtime::{
    DataSpec, Init, InputSpec, Length, Normalize, OutputKind, OutputSpec, ParameterSpec, RecipeSpec, Schedule, Spec, Split,
    StateSpec,
};

/// The description of a compiled model.
pub fn spec(compiled: &Compiled<'_>) -> Spec {
    let graph = &compiled.unit.graph;
    let tensors = || compiled.training.tensors.iter().zip(&compiled.layout.offsets).enumerate();
    let offset = |kind| tensors().find(|(_, (tensor, _))| tensor.kind == kind).map_or(0, |(_, (_, offset))| *offset);
    let inputs = graph.inputs.iter().enumerate().map(|(index, input)| InputSpec {
        name: text(&input.name),
        shape: list(input.shape.iter().copied()),
        shift: offset(TensorKind::Shift(index)),
        scale: offset(TensorKind::Scale(index)),
    });
    let outputs = graph.outputs.iter().zip(&compiled.unit.recipe.losses).map(|(output, setting)| OutputSpec {
        name: text(&output.name),
        kind: output_kind(&output.kind),
        loss: setting.loss.name(),
    });
    let parameters = tensors().filter_map(|(_, (tensor, offset))| {
        let (shape, transposed, init, trainable) = match tensor.kind {
            TensorKind::Parameter(id) => {
                let parameter = &graph.parameters[id.0];
                let transposed = parameter.role == Role::Weight && parameter.shape.len() == 2;
                (list(parameter.shape.iter().copied()), transposed, parameter.init, parameter.role.trainable())
            }
            TensorKind::Shift(_) => (list([tensor.extent.rows]), false, Distribution::Constant(0.0), false),
            TensorKind::Scale(_) => (list([tensor.extent.rows]), false, Distribution::Constant(1.0), false),
            TensorKind::State(..) => return None,
        };
        Some(ParameterSpec { name: text(&tensor.name), shape, transposed, offset: *offset, init: self::init(init), trainable })
    });
    let states = tensors().filter_map(|(index, (tensor, offset))| match tensor.kind {
        TensorKind::State(_, value) => {
            Some(StateSpec { name: text(&tensor.name), offset: *offset, len: compiled.tensor_len(TensorId(index)), value })
        }
        _ => None,
    });
    Spec {
        model: text(&graph.name),
        inputs: list(inputs),
        outputs: list(outputs),
        parameters: list(parameters),
        states: list(states),
        batch: compiled.unit.recipe.batch,
        parameters_len: compiled.layout.parameters_len,
        memory_len: compiled.layout.memory_len,
        infer_work_len: compiled.infer_work_len(),
        lookahead: compiled.unit.recipe.optimizer.lookahead().map(|beta| beta as f32),
        recipe: recipe_spec(&compiled.unit.recipe, &graph.name),
    }
}

fn recipe_spec(recipe: &Recipe, model: &str) -> RecipeSpec {
    RecipeSpec {
        name: text(recipe.name.as_deref().unwrap_or(model)),
        optimizer: recipe.optimizer.def.signature.name,
        learning_rate: recipe.optimizer.learning_rate(),
        schedule: match recipe.schedule {
            recipe::Schedule::Constant => Schedule::Constant,
            recipe::Schedule::Exponential { rate, every, staircase } => {
                let every = match every {
                    signature::Length::Epochs(count) => Length::Epochs(count),
                    signature::Length::Steps(count) => Length::Steps(count),
                };
                Schedule::Exponential { rate, every, staircase }
            }
        },
        epochs: recipe.epochs,
        seed: recipe.seed,
        shuffle: recipe.shuffle,
        drop_last: recipe.drop_last,
        split: Split {
            validation: recipe.split.validation,
            test: recipe.split.test,
            stratify: recipe.split.stratify,
            seed: recipe.split.seed,
        },
        normalize: match recipe.normalize {
            recipe::Normalize::None => Normalize::None,
            recipe::Normalize::Standard => Normalize::Standard,
            recipe::Normalize::MinMax => Normalize::MinMax,
            recipe::Normalize::Scale(factor) => Normalize::Scale(factor),
        },
        data: recipe.data.as_ref().map(data_spec),
        validation_data: recipe.validation_data.as_ref().map(data_spec),
        test_data: recipe.test_data.as_ref().map(data_spec),
    }
}

/// Where data comes from, as the runtime reads it.
pub fn data_spec(source: &DataSource) -> DataSpec {
    match source {
        DataSource::Csv { path, labels, features, header, delimiter } => DataSpec::Csv {
            path: text(path),
            labels: columns(labels),
            features: columns(features),
            header: *header,
            delimiter: *delimiter,
        },
        DataSource::Idx { images, labels } => DataSpec::Idx { images: text(images), labels: text(labels) },
    }
}

fn columns(groups: &[Vec<String>]) -> &'static [&'static [&'static str]] {
    list(groups.iter().map(|group| list(group.iter().map(|name| text(name)))))
}

fn output_kind(kind: &graph::OutputKind) -> OutputKind {
    match kind {
        graph::OutputKind::Class(classes) => OutputKind::Class(*classes),
        graph::OutputKind::Binary => OutputKind::Binary,
        graph::OutputKind::Flags(flags) => OutputKind::Flags(*flags),
        graph::OutputKind::Values(shape) => OutputKind::Values(list(shape.iter().copied())),
    }
}

fn init(distribution: Distribution) -> Init {
    match distribution {
        Distribution::Constant(value) => Init::Constant(value),
        Distribution::Uniform { low, high } => Init::Uniform { low, high },
        Distribution::Normal { mean, deviation, truncated } => Init::Normal { mean, deviation, truncated },
        Distribution::Orthogonal { gain } => Init::Orthogonal { gain },
    }
}

fn text(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

fn list<T>(items: impl IntoIterator<Item = T>) -> &'static [T] {
    Box::leak(items.into_iter().collect::<Vec<T>>().into_boxed_slice())
}
