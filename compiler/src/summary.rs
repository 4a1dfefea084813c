//! A model and recipe at a glance, as plain data: layers with shapes and parameters, and the recipe with every default
//! filled in, in the language's own syntax. What a step costs is known to its [plan](crate::plan).

use crate::graph::{Graph, NodeKind, OutputKind, Parameter, ParameterId, Role, Unit};
use crate::loss;
use crate::recipe::{Clip, DataSource, EarlyStop, Monitor, Normalize, Recipe, Reuse};
use crate::resolve::{show_number, show_type};
use crate::signature::{ArgumentValue, Arguments, Flavor, Length, Signature};

/// What there is to know about a model under a recipe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The model's name.
    pub model: String,
    /// The recipe's name; `None` for a recipe without one.
    pub recipe: Option<String>,
    /// Whether the file holds the recipe; else all of it is default.
    pub written: bool,
    /// The inputs, in the order written.
    pub inputs: Vec<Port>,
    /// The layers, each after those that it takes values from.
    pub layers: Vec<Layer>,
    /// The outputs, in the order written.
    pub outputs: Vec<Port>,
    /// Numbers that are learned.
    pub trainable: usize,
    /// Numbers that belong to the model and are not learned: running statistics.
    pub statistics: usize,
    /// Every setting that holds, as it would be written. Settings without a value, such as `data` where nothing says
    /// where it is, are absent.
    pub settings: Vec<Setting>,
}

/// An input or output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Its name.
    pub name: String,
    /// Its type as it is written: `f32[28, 28]`, `class[10]`.
    pub ty: String,
    /// For an output, the path of the layer or the name of the input that it takes its value from; for an input its name.
    pub from: String,
}

/// A layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Its path: `h1.dense`.
    pub path: String,
    /// What it is: `dense`.
    pub kind: &'static str,
    /// The paths of the layers, or names of the inputs, whose values it takes.
    pub inputs: Vec<String>,
    /// The shape of its value for one sample; empty: one number.
    pub shape: Vec<usize>,
    /// Its numbers that are learned.
    pub trainable: usize,
    /// Its numbers that are not learned.
    pub statistics: usize,
    /// The line of its file, from 1; 0 if unknown.
    pub line: usize,
}

/// A setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its key.
    pub key: &'static str,
    /// Its value, in the language.
    pub value: String,
}

/// Sums a model and recipe up.
pub fn summary(unit: &Unit) -> Summary {
    let Unit { graph, recipe, .. } = unit;
    let count = |parameters: &[ParameterId], trainable: bool| -> usize {
        let parameters = parameters.iter().map(|id| &graph.parameters[id.0]);
        parameters.filter(|parameter| parameter.role.trainable() == trainable).map(size).sum()
    };
    let path = |id: crate::graph::NodeId| graph.nodes[id.0].path.clone();
    let layers = graph.nodes.iter().filter_map(|node| match &node.kind {
        NodeKind::Input(_) => None,
        NodeKind::Op(op) => Some(Layer {
            path: node.path.clone(),
            kind: op.name(),
            inputs: node.inputs.iter().map(|input| path(*input)).collect(),
            shape: node.shape.clone(),
            trainable: count(&node.parameters, true),
            statistics: count(&node.parameters, false),
            line: node.line,
        }),
    });
    let layers: Vec<Layer> = layers.collect();
    let inputs = graph.inputs.iter();
    let outputs = graph.outputs.iter();
    Summary {
        model: graph.name.clone(),
        recipe: recipe.name.clone(),
        written: recipe.written,
        inputs: inputs
            .map(|input| Port { name: input.name.clone(), ty: format!("f32{:?}", input.shape), from: input.name.clone() })
            .collect(),
        outputs: outputs
            .map(|output| Port { name: output.name.clone(), ty: show_type(&output.kind), from: path(output.node) })
            .collect(),
        trainable: layers.iter().map(|layer| layer.trainable).sum(),
        statistics: layers.iter().map(|layer| layer.statistics).sum(),
        layers,
        settings: settings(graph, recipe),
    }
}

fn size(parameter: &Parameter) -> usize {
    parameter.shape.iter().product()
}

/// Every setting of `recipe`, in the order of the reference.
fn settings(graph: &Graph, recipe: &Recipe) -> Vec<Setting> {
    let data = |source: &Option<DataSource>| source.as_ref().map(|source| show_source(graph, source));
    let split = &recipe.split;
    let (loss, losses) = show_losses(graph, recipe);
    let all = [
        ("flavor", Some(show_flavor(recipe.flavor).to_owned())),
        ("data", data(&recipe.data)),
        ("validation_data", data(&recipe.validation_data)),
        ("test_data", data(&recipe.test_data)),
        (
            "split",
            Some(format!(
                "(validation = {}, test = {}, stratify = {}, seed = {})",
                show_number(split.validation),
                show_number(split.test),
                split.stratify,
                split.seed
            )),
        ),
        ("augment", Some(show_augment(graph, recipe))),
        ("normalize", Some(show_normalize(recipe.normalize))),
        ("normalize_targets", show_normalize_targets(graph, recipe)),
        ("yes", show_yes(graph, recipe)),
        ("loss", loss),
        ("losses", losses),
        ("optimizer", Some(show_call(&recipe.optimizer.def.signature, &recipe.optimizer.arguments))),
        ("schedule", Some(show_call(&recipe.schedule.def.signature, &recipe.schedule.arguments))),
        ("warmup", Some(show_warmup(recipe.schedule.warmup))),
        ("lr_scale", Some(show_rate_scales(graph, recipe))),
        ("regularize", Some(show_regularization(graph, recipe))),
        ("clip", Some(show_clip(recipe.clip))),
        ("accumulate", Some(recipe.accumulate.to_string())),
        ("average", Some(recipe.average.map_or("none".into(), show_number))),
        ("batch", Some(recipe.batch.to_string())),
        ("last_batch", Some(if recipe.drop_last { "drop" } else { "keep" }.to_owned())),
        ("sample_weights", Some(recipe.sample_weights.to_string())),
        ("reuse", Some(recipe.reuse.as_ref().map_or("none".into(), |reuse| show_reuse(graph, reuse)))),
        ("freeze", Some(format!("[{}]", show_layers(graph, &recipe.phases[0].frozen).join(", ")))),
        ("unfreeze", Some(show_unfreeze(graph, recipe))),
        ("epochs", Some(recipe.epochs.to_string())),
        ("early_stop", Some(recipe.early_stop.map_or("none".into(), show_early_stop))),
        ("watch", Some(recipe.watch.map_or("none".into(), |every| format!("signals(every = {})", show_length(every))))),
        ("seed", Some(recipe.seed.to_string())),
        ("shuffle", Some(recipe.shuffle.to_string())),
    ];
    all.into_iter().filter_map(|(key, value)| Some(Setting { key, value: value? })).collect()
}

fn show_flavor(flavor: Flavor) -> &'static str {
    match flavor {
        Flavor::Notes => "notes",
        Flavor::Pytorch => "pytorch",
        Flavor::Keras => "keras",
    }
}

/// `adam(lr = 0.001, …)`; the name alone where there are no arguments.
fn show_call(signature: &Signature, arguments: &Arguments) -> String {
    let values = arguments.values.iter().filter_map(|(name, value)| Some(format!("{name} = {}", show_argument(value)?)));
    let values: Vec<String> = values.collect();
    if values.is_empty() { signature.name.to_owned() } else { format!("{}({})", signature.name, values.join(", ")) }
}

fn show_argument(value: &ArgumentValue) -> Option<String> {
    Some(match value {
        ArgumentValue::Number(number) => show_number(*number),
        ArgumentValue::Bool(value) => value.to_string(),
        ArgumentValue::Choice(name) => (*name).to_owned(),
        ArgumentValue::Length(length) => show_length(*length),
        ArgumentValue::Text(text) => show_text(text),
        ArgumentValue::Boundaries(boundaries) => {
            let pairs = boundaries.iter().map(|(length, value)| format!("({}, {})", show_length(*length), show_number(*value)));
            format!("[{}]", pairs.collect::<Vec<_>>().join(", "))
        }
        ArgumentValue::Numbers(numbers) => {
            format!("[{}]", numbers.iter().map(|number| show_number(*number)).collect::<Vec<_>>().join(", "))
        }
        // Nothing that a recipe calls takes them.
        ArgumentValue::Initializer(_) | ArgumentValue::Sizes(_) => return None,
    })
}

pub(crate) fn show_length(length: Length) -> String {
    match length {
        Length::Epochs(count) => format!("epochs({})", show_number(count)),
        Length::Steps(count) => format!("steps({})", show_number(count)),
    }
}

fn show_text(text: &str) -> String {
    format!("{text:?}")
}

fn show_augment(graph: &Graph, recipe: &Recipe) -> String {
    let entries = recipe.augment.iter().map(|augment| {
        let call = show_call(&augment.def.signature, &augment.arguments);
        let suitable = (0..graph.inputs.len()).filter(|index| augment.def.scope.holds(&graph.inputs[*index].shape));
        if suitable.eq(augment.inputs.iter().copied()) {
            return call;
        }
        let names: Vec<&str> = augment.inputs.iter().map(|index| graph.inputs[*index].name.as_str()).collect();
        // What selects inputs has arguments.
        format!("{}, inputs = [{}])", call.trim_end_matches(')'), names.join(", "))
    });
    format!("[{}]", entries.collect::<Vec<_>>().join(", "))
}

fn show_normalize(normalize: Normalize) -> String {
    match normalize {
        Normalize::None => "none".into(),
        Normalize::Standard => "standard".into(),
        Normalize::MinMax => "minmax".into(),
        Normalize::Scale(factor) => format!("scale({})", show_number(factor)),
    }
}

/// Of the outputs that are numbers, where there are any; the value alone where they are all alike.
fn show_normalize_targets(graph: &Graph, recipe: &Recipe) -> Option<String> {
    let outputs = graph.outputs.iter().zip(&recipe.normalize_targets);
    let numbers: Vec<_> = outputs.filter(|(output, _)| matches!(output.kind, OutputKind::Values(_))).collect();
    let (_, first) = numbers.first()?;
    if numbers.iter().all(|(_, normalize)| normalize == first) {
        return Some(show_normalize(**first));
    }
    let each = numbers.iter().map(|(output, normalize)| format!("{} = {}", output.name, show_normalize(**normalize)));
    Some(format!("({})", each.collect::<Vec<_>>().join(", ")))
}

/// What is said of which class is yes.
fn show_yes(graph: &Graph, recipe: &Recipe) -> Option<String> {
    let said: Vec<_> = graph.outputs.iter().zip(&recipe.yes).filter_map(|(output, yes)| Some((output, yes.as_ref()?))).collect();
    let binary = graph.outputs.iter().filter(|output| output.kind == OutputKind::Binary).count();
    match said.as_slice() {
        [] => None,
        [(_, yes)] if binary == 1 => Some(show_text(yes)),
        several => {
            let each = several.iter().map(|(output, yes)| format!("{} = {}", output.name, show_text(yes)));
            Some(format!("({})", each.collect::<Vec<_>>().join(", ")))
        }
    }
}

fn show_warmup(warmup: Option<(Length, f64)>) -> String {
    match warmup {
        None => "none".into(),
        Some((length, start)) => format!("(length = {}, start = {})", show_length(length), show_number(start)),
    }
}

fn show_early_stop(stop: EarlyStop) -> String {
    let monitor = match stop.monitor {
        Monitor::ValidationLoss => "validation_loss",
        Monitor::ValidationAccuracy => "validation_accuracy",
        Monitor::ValidationMse => "validation_mse",
        Monitor::ValidationMae => "validation_mae",
        Monitor::TrainLoss => "train_loss",
    };
    let (patience, min_delta, restore) = (stop.patience, show_number(stop.min_delta), stop.restore_best);
    format!("(monitor = {monitor}, patience = {patience}, min_delta = {min_delta}, restore_best = {restore})")
}

fn show_rate_scales(graph: &Graph, recipe: &Recipe) -> String {
    let entries = recipe.rate_scales.iter().flat_map(|(parameters, scale)| {
        show_layers(graph, parameters).into_iter().map(|layer| format!("({layer}, {})", show_number(*scale)))
    });
    format!("[{}]", entries.collect::<Vec<_>>().join(", "))
}

fn show_unfreeze(graph: &Graph, recipe: &Recipe) -> String {
    let phases = recipe.phases.windows(2).flat_map(|pair| {
        let freed: Vec<ParameterId> = pair[0].frozen.iter().copied().filter(|id| !pair[1].frozen.contains(id)).collect();
        let begins = show_length(pair[1].begins);
        show_layers(graph, &freed).into_iter().map(move |layer| format!("({layer}, {begins})"))
    });
    format!("[{}]", phases.collect::<Vec<_>>().join(", "))
}

fn show_reuse(graph: &Graph, reuse: &Reuse) -> String {
    let mut arguments = vec![show_text(&reuse.path)];
    if reuse.tensors.len() < graph.parameters.len() {
        let layers = reuse.tensors.iter().map(|(id, _)| show_selector(&graph.parameters[id.0].path));
        arguments.push(format!("layers = [{}]", layers.collect::<Vec<_>>().join(", ")));
    }
    let renamed = reuse.tensors.iter().filter(|(id, name)| graph.parameters[id.0].path != *name);
    let renamed: Vec<String> =
        renamed.map(|(id, name)| format!("({}, {})", show_text(name), show_selector(&graph.parameters[id.0].path))).collect();
    if !renamed.is_empty() {
        arguments.push(format!("rename = [{}]", renamed.join(", ")));
    }
    format!("weights({})", arguments.join(", "))
}

/// Selectors of parameters: a layer's path where all that it learns is among them.
fn show_layers(graph: &Graph, parameters: &[ParameterId]) -> Vec<String> {
    let mut shown: Vec<String> = Vec::new();
    for id in parameters {
        let parameter = &graph.parameters[id.0];
        let node = &graph.nodes[parameter.node.0];
        let learned = node.parameters.iter().filter(|id| graph.parameters[id.0].role.trainable());
        let whole = learned.clone().count() > 0 && learned.clone().all(|id| parameters.contains(id));
        let selector = show_selector(if whole { &node.path } else { &parameter.path });
        if !shown.contains(&selector) {
            shown.push(selector);
        }
    }
    shown
}

fn show_clip(clip: Option<Clip>) -> String {
    match clip {
        None => "none".into(),
        Some(Clip::Value(limit)) => format!("value({})", show_number(limit)),
        Some(Clip::Norm(limit)) => format!("norm({})", show_number(limit)),
        Some(Clip::GlobalNorm(limit)) => format!("global_norm({})", show_number(limit)),
    }
}

/// `loss`, for one output of weight 1, or `losses`.
fn show_losses(graph: &Graph, recipe: &Recipe) -> (Option<String>, Option<String>) {
    let calls = recipe.losses.iter().map(|output| match loss::find(output.loss.name()) {
        Some(def) => show_call(&def.signature, &output.arguments),
        None => output.loss.name().to_owned(),
    });
    let calls: Vec<String> = calls.collect();
    if let ([call], [output]) = (calls.as_slice(), recipe.losses.as_slice())
        && output.weight == 1.0
    {
        return (Some(call.clone()), None);
    }
    let entries = graph.outputs.iter().zip(&calls).zip(&recipe.losses);
    let entries: Vec<String> =
        entries.map(|((output, call), loss)| format!("({}, {call}, {})", output.name, show_number(loss.weight))).collect();
    (None, Some(format!("[{}]", entries.join(", "))))
}

fn show_regularization(graph: &Graph, recipe: &Recipe) -> String {
    let weights = graph.parameters.iter().enumerate().filter(|(_, parameter)| parameter.role == Role::Weight);
    let weights: Vec<ParameterId> = weights.map(|(index, _)| ParameterId(index)).collect();
    let penalties = recipe.penalties.iter().map(|it| (&it.def.signature, &it.arguments, &it.parameters));
    let constraints = recipe.constraints.iter().map(|it| (&it.def.signature, &it.arguments, &it.parameters));
    let entries = penalties.chain(constraints).map(|(signature, arguments, parameters)| {
        let mut values: Vec<String> =
            signature.arguments.iter().map(|argument| show_number(arguments.number(argument.name))).collect();
        if *parameters != weights {
            let selectors = parameters.iter().map(|id| show_selector(&graph.parameters[id.0].path));
            values.push(format!("layers = [{}]", selectors.collect::<Vec<_>>().join(", ")));
        }
        format!("{}({})", signature.name, values.join(", "))
    });
    format!("[{}]", entries.collect::<Vec<_>>().join(", "))
}

/// A path as a selector: `hidden.0.dense` is `hidden[0].dense`.
fn show_selector(path: &str) -> String {
    let mut selector = String::new();
    for segment in path.split('.') {
        if segment.bytes().all(|byte| byte.is_ascii_digit()) {
            selector.push_str(&format!("[{segment}]"));
            continue;
        }
        if !selector.is_empty() {
            selector.push('.');
        }
        selector.push_str(segment);
    }
    selector
}

fn show_source(graph: &Graph, source: &DataSource) -> String {
    match source {
        DataSource::Idx { images, labels } => {
            format!("idx(images = {}, labels = {})", show_text(images), show_text(labels))
        }
        DataSource::Csv { path, labels, features, weight, header, delimiter } => {
            let mut arguments = vec![show_text(path)];
            let outputs: Vec<&str> = graph.outputs.iter().map(|output| output.name.as_str()).collect();
            arguments.push(match labels.as_slice() {
                [only] if only.len() == 1 => format!("label = {}", show_text(&only[0])),
                groups => format!("labels = {}", show_columns(groups, &outputs)),
            });
            if !features.is_empty() {
                let inputs: Vec<&str> = graph.inputs.iter().map(|input| input.name.as_str()).collect();
                arguments.push(format!("features = {}", show_columns(features, &inputs)));
            }
            if let Some(weight) = weight {
                arguments.push(format!("weight = {}", show_text(weight)));
            }
            arguments.extend(header.map(|header| format!("header = {header}")));
            arguments.push(format!("delimiter = {}", show_text(&delimiter.to_string())));
            format!("csv({})", arguments.join(", "))
        }
    }
}

/// `["a", "b"]`, or by name where there are several groups.
fn show_columns(groups: &[Vec<String>], names: &[&str]) -> String {
    let list = |group: &[String]| {
        let texts: Vec<String> = group.iter().map(|name| show_text(name)).collect();
        format!("[{}]", texts.join(", "))
    };
    match groups {
        [only] => list(only),
        several => {
            let entries: Vec<String> =
                names.iter().zip(several).map(|(name, group)| format!("{name} = {}", list(group))).collect();
            format!("({})", entries.join(", "))
        }
    }
}

impl Summary {
    /// The settings with their keys lined up, one a line, each ending in `;`.
    pub fn recipe_lines(&self) -> Vec<String> {
        let width = self.settings.iter().map(|setting| setting.key.len()).max().unwrap_or(0);
        self.settings.iter().map(|setting| format!("{:<width$} = {};", setting.key, setting.value)).collect()
    }
}
