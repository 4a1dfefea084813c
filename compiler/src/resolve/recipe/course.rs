//! Settings of a training's course: what it begins with, what is frozen and for how long, when it ends, how gradients are
//! gathered and weights averaged.

use dlm_dsl::ast::{Argument, Span, Value, ValueKind};
use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;
use dlm_spec::{EarlyStop, Monitor, Plateau};

use super::super::Resolver;
use super::super::value::{as_name, describe_syntax};
use super::callable::{SOURCE_OF_WEIGHTS, WATCH};
use super::selector::Standing;
use super::settings::{Setting, Settings};
use crate::graph::{Graph, OutputKind, ParameterId};
use crate::recipe::{Phase, Reuse, Schedule};
use crate::schedule::MONITOR;
use crate::signature::{Argument as Parameter, Arguments, Default, Flavor, Kind, Length, Range, Signature};

/// Arguments of `early_stop`.
pub(crate) static EARLY_STOP: Signature = Signature {
    name: "early_stop",
    doc: "ends the training when a figure no longer improves",
    arguments: &[
        MONITOR,
        Parameter {
            name: "patience",
            kind: Kind::Count,
            default: Default::Number(5.0),
            doc: "epochs without improvement after which it ends",
        },
        Parameter {
            name: "min_delta",
            kind: Kind::Number(Range::NOT_NEGATIVE),
            default: Default::Number(0.0),
            doc: "an improvement is more than this difference",
        },
        Parameter {
            name: "restore_best",
            kind: Kind::Bool,
            default: Default::Bool(true),
            doc: "whether the weights and statistics of the best epoch are given back",
        },
    ],
};

/// Arguments of `warmup`.
pub(crate) static WARMUP: Signature = Signature {
    name: "warmup",
    doc: "the rate goes up in a line to where the schedule begins",
    arguments: &[
        Parameter { name: "length", kind: Kind::Length, default: Default::Required, doc: "how long it takes" },
        Parameter {
            name: "start",
            kind: Kind::Number(Range::NOT_NEGATIVE),
            default: Default::Number(0.0),
            doc: "the first rate",
        },
    ],
};

/// The weights file of `reuse`; `layers` and `rename` are read apart.
pub(crate) static WEIGHTS: Signature = Signature {
    name: "weights",
    doc: "a safetensors file",
    arguments: &[Parameter {
        name: "path",
        kind: Kind::Text,
        default: Default::Required,
        doc: "the file, relative to the one that names it",
    }],
};

/// What `watch` takes.
pub(crate) static SIGNALS: Signature = Signature {
    name: "signals",
    doc: "of each activation mean, deviation, spread and where it is flat; of each weight its gradient and its update",
    arguments: &[Parameter {
        name: "every",
        kind: Kind::Length,
        default: Default::Auto("`epochs(1)`"),
        doc: "how often, from the first step on",
    }],
};

/// What settings take that is no call of the other tables, for the reference.
pub(crate) static RECORDS: &[&Signature] = &[&WARMUP, &EARLY_STOP, &WEIGHTS, &SIGNALS];

impl<'a> Resolver<'a> {
    /// `signals`, or `signals(every = steps(100))`
    pub(super) fn watch_of(&mut self, settings: &Settings) -> Option<Length> {
        let setting = settings.get("watch").filter(|setting| !is_none(&setting.value))?;
        let call = self.callable(WATCH, [SIGNALS.name].into_iter(), &setting.value).ok()?;
        let arguments = self.check_call(&SIGNALS, call.name, call.arguments)?;
        Some(arguments.length_or("every", Length::Epochs(1.0)))
    }

    /// `epochs(1)`, or `(length = steps(100), start = 1e-4)`
    pub(super) fn warmup_of(&mut self, settings: &Settings) -> Option<(Length, f64)> {
        let setting = settings.get("warmup").filter(|setting| !is_none(&setting.value))?;
        if !matches!(setting.value.kind, ValueKind::Tuple(_)) {
            return Some((self.length("`warmup`", &setting.value).ok()?, 0.0));
        }
        let arguments = self.record_of(&WARMUP, setting, "(length = epochs(1), start = 1e-5)")?;
        Some((arguments.length_or("length", Length::Epochs(1.0)), arguments.number("start")))
    }

    /// The values of `(name = value, …)` by a signature; `None` after an error.
    fn record_of(&mut self, signature: &Signature, setting: &Setting, example: &str) -> Option<Arguments> {
        let arguments = self.record(&setting.value, signature.name, example)?;
        self.check_call(signature, &setting.key, Some(arguments))
    }

    pub(super) fn early_stop_of(&mut self, settings: &Settings, graph: Option<&Graph>) -> Option<EarlyStop> {
        let setting = settings.get("early_stop").filter(|setting| !is_none(&setting.value))?;
        let arguments = self.record_of(&EARLY_STOP, setting, "(monitor = validation_loss, patience = 5)")?;
        Some(EarlyStop {
            monitor: self.monitor_of(settings, &arguments, setting.value.span, graph)?,
            patience: arguments.size("patience"),
            min_delta: arguments.number("min_delta"),
            restore_best: arguments.bool_or("restore_best", true),
        })
    }

    pub(super) fn plateau_of(&mut self, settings: &Settings, schedule: &Schedule, graph: Option<&Graph>) -> Option<Plateau> {
        let setting = settings.get("schedule").filter(|_| schedule.def.signature.name == "plateau")?;
        let arguments = &schedule.arguments;
        Some(Plateau {
            monitor: self.monitor_of(settings, arguments, setting.value.span, graph)?,
            factor: arguments.number("factor"),
            // PyTorch lowers the rate at the check after those that it waits for.
            patience: arguments.size("patience") + usize::from(self.flavor == Flavor::Pytorch),
            min_delta: arguments.number("min_delta"),
            relative: self.flavor != Flavor::Keras,
            // Keras already counts at the last check of the cooldown.
            cooldown: arguments.size("cooldown").saturating_sub(usize::from(self.flavor == Flavor::Keras)),
            floor: arguments.number("floor"),
        })
    }

    /// The figure that is watched, which the recipe's data and outputs must have.
    fn monitor_of(&mut self, settings: &Settings, arguments: &Arguments, span: Span, graph: Option<&Graph>) -> Option<Monitor> {
        let name = arguments.choice("monitor");
        let monitor = match name {
            "validation_accuracy" => Monitor::ValidationAccuracy,
            "validation_mse" => Monitor::ValidationMse,
            "validation_mae" => Monitor::ValidationMae,
            "train_loss" => return Some(Monitor::TrainLoss),
            _ => Monitor::ValidationLoss,
        };
        // Without data in the file, the validation part may come from the program that trains.
        let from_file = settings.get("data").is_some();
        if from_file && settings.get("validation_data").is_none() && !splits_validation(settings) {
            let message = format!("`{name}` needs a validation part, and the recipe has none");
            self.report(
                Diagnostic::new(codes::SETTINGS_CONFLICT, span, message)
                    .help("add `split = (validation = 0.1)`, `validation_data = …`, or watch `train_loss`"),
            );
            return None;
        }
        let classes = |kind: &OutputKind| !matches!(kind, OutputKind::Values(_));
        let wanted = match monitor {
            Monitor::ValidationAccuracy => Some(true),
            Monitor::ValidationMse | Monitor::ValidationMae => Some(false),
            _ => None,
        };
        if let (Some(wanted), Some(graph)) = (wanted, graph)
            && !graph.outputs.iter().any(|output| classes(&output.kind) == wanted)
        {
            let what = if wanted { "classes or yes and no" } else { "numbers" };
            let message = format!("`{name}` is for outputs that are {what}, and `{}` has none", graph.name);
            self.report(Diagnostic::new(codes::SETTINGS_CONFLICT, span, message).help("watch `validation_loss`"));
            return None;
        }
        Some(monitor)
    }

    pub(super) fn accumulate_of(&mut self, settings: &Settings) -> usize {
        let written = settings.get("accumulate").and_then(|setting| self.size("`accumulate`", &setting.value).ok());
        written.unwrap_or(1)
    }

    pub(super) fn average_of(&mut self, settings: &Settings) -> Option<f64> {
        let setting = settings.get("average").filter(|setting| !is_none(&setting.value))?;
        self.number("`average`", Range::BELOW_ONE, &setting.value).ok()
    }

    pub(super) fn sample_weights_of(&mut self, settings: &Settings) -> bool {
        let written = settings.get("sample_weights").map(|setting| self.boolean("`sample_weights`", &setting.value));
        written.is_some_and(|written| written.unwrap_or_default())
    }

    /// `[(h1, 0.1), (head, 2)]`
    pub(super) fn rate_scales_of(&mut self, settings: &Settings, graph: Option<&Graph>) -> Vec<(Vec<ParameterId>, f64)> {
        let Some(setting) = settings.get("lr_scale") else { return Vec::new() };
        let pairs = self.pairs(setting, "a layer and a factor", "[(h1, 0.1)]");
        let scales = pairs.into_iter().filter_map(|(layer, factor)| {
            let factor = self.number("the factor of `lr_scale`", Range::NOT_NEGATIVE, factor);
            let parameters = self.selected_by(layer, graph?, Standing::Learned);
            Some((parameters?, factor.ok()?))
        });
        let scales: Vec<(Vec<ParameterId>, f64)> = scales.collect();
        let scale = |id: usize| scales.iter().rfind(|(ids, _)| ids.contains(&ParameterId(id))).map_or(1.0, |(_, scale)| *scale);
        let learned = |graph: &&Graph| (0..graph.parameters.len()).any(|id| graph.parameters[id].role.trainable());
        if let Some(graph) = graph.filter(learned)
            && (0..graph.parameters.len()).all(|id| !graph.parameters[id].role.trainable() || scale(id) == 0.0)
        {
            let message = "nothing is left to train: every layer's learning rate is multiplied by 0";
            let diagnostic = Diagnostic::new(codes::SETTINGS_CONFLICT, setting.value.span, message);
            self.report(diagnostic.help("leave a layer out"));
        }
        scales
    }

    /// `[(h1, epochs(5)), …]`
    fn pairs<'v>(&mut self, setting: &'v Setting, what: &str, example: &str) -> Vec<(&'v Value, &'v Value)> {
        let key = &setting.key.name;
        let ValueKind::List(entries) = &setting.value.kind else {
            let message = format!("`{key}` is a list, not {}", describe_syntax(&setting.value));
            let diagnostic = Diagnostic::new(codes::WRONG_KIND, setting.value.span, message);
            self.report(diagnostic.help(format!("such as `{example}`")));
            return Vec::new();
        };
        let mut pairs = Vec::new();
        for entry in entries {
            if let ValueKind::Tuple(pair) = &entry.kind
                && let [Argument { name: None, value: first }, Argument { name: None, value: second }] = pair.as_slice()
            {
                pairs.push((first, second));
                continue;
            }
            let message = format!("{what} belong here");
            let diagnostic = Diagnostic::new(codes::WRONG_KIND, entry.span, message);
            self.report(diagnostic.help(format!("such as `{example}`")));
        }
        pairs
    }

    /// What is frozen from the beginning, and what of it is trained from when on.
    pub(super) fn phases_of(&mut self, settings: &Settings, graph: Option<&Graph>) -> Vec<Phase> {
        let begin = |frozen| Phase { begins: Length::Steps(0.0), frozen };
        let written = settings.get("freeze").filter(|setting| !is_empty_list(&setting.value));
        let frozen = match (written, graph) {
            (Some(setting), Some(graph)) => self.selected(&setting.value, graph, Standing::Learned).unwrap_or_default(),
            _ => Vec::new(),
        };
        let errors = self.errors;
        let all = graph.map_or(0, |graph| graph.parameters.iter().filter(|it| it.role.trainable()).count());
        let unfreeze = settings.get("unfreeze").filter(|setting| !is_empty_list(&setting.value));
        if let Some(setting) = written
            && !frozen.is_empty()
            && frozen.len() == all
        {
            let message = "nothing is left to train";
            self.report(Diagnostic::new(codes::SETTINGS_CONFLICT, setting.value.span, message).help("leave a layer out"));
        }
        let Some(setting) = unfreeze else { return vec![begin(frozen)] };
        let mut steps: Vec<(Length, Vec<ParameterId>)> = Vec::new();
        for (layer, length) in self.pairs(setting, "a layer and a length", "[(h1, epochs(5))]") {
            let begins = self.length("the length of `unfreeze`", length);
            let Some(graph) = graph else { continue };
            let chosen = self.selected_by(layer, graph, Standing::Learned);
            let (Ok(begins), Some(chosen)) = (begins, chosen) else { continue };
            let freed: Vec<ParameterId> = chosen.into_iter().filter(|id| frozen.contains(id)).collect();
            if freed.is_empty() && self.errors == errors {
                let message = "nothing of this is frozen";
                self.report(Diagnostic::new(codes::EMPTY_SELECTION, layer.span, message).help("name it in `freeze` too"));
                continue;
            }
            let same_unit =
                |other: &(Length, Vec<ParameterId>)| std::mem::discriminant(&other.0) == std::mem::discriminant(&begins);
            if !steps.iter().all(same_unit) {
                let message = "lengths in epochs and in steps cannot be put in order";
                self.report(Diagnostic::new(codes::SETTINGS_CONFLICT, length.span, message).help("use one of the two"));
                continue;
            }
            steps.push((begins, freed));
        }
        steps.sort_by(|(a, _), (b, _)| count(*a).total_cmp(&count(*b)));
        let mut phases = vec![begin(frozen)];
        for (begins, freed) in steps {
            let last = &phases[phases.len() - 1];
            let frozen: Vec<ParameterId> = last.frozen.iter().copied().filter(|id| !freed.contains(id)).collect();
            if phases.len() > 1 && count(last.begins) == count(begins) {
                phases.pop();
            }
            if phases.last().is_none_or(|last| last.frozen != frozen) {
                phases.push(Phase { begins, frozen });
            }
        }
        phases
    }

    /// `weights("digits.safetensors", layers = [h1], rename = [("fc1", h1.dense)])`
    pub(super) fn reuse_of(&mut self, settings: &Settings, graph: Option<&Graph>) -> Option<Reuse> {
        let setting = settings.get("reuse").filter(|setting| !is_none(&setting.value))?;
        let call = self.callable(SOURCE_OF_WEIGHTS, ["weights"].into_iter(), &setting.value).ok()?;
        let mut own = Vec::new();
        let (mut layers, mut rename) = (None, None);
        for argument in call.arguments.unwrap_or_default() {
            let slot = match argument.name.as_ref().map(|name| name.name.as_str()) {
                Some("layers") => &mut layers,
                Some("rename") => &mut rename,
                _ => {
                    own.push(argument.clone());
                    continue;
                }
            };
            if slot.replace(argument).is_some() {
                let name = argument.name.as_ref().map_or("", |name| name.name.as_str());
                let message = format!("`{name}` is given twice");
                self.report(
                    Diagnostic::new(codes::DUPLICATE_ARGUMENT, argument.value.span, message).help("leave out one of them"),
                );
                return None;
            }
        }
        let arguments = self.check_call(&WEIGHTS, call.name, Some(&own));
        let graph = graph?;
        let chosen = match layers {
            Some(layers) => self.selected(&layers.value, graph, Standing::All)?,
            None => (0..graph.parameters.len()).map(ParameterId).collect(),
        };
        let mut tensors: Vec<(ParameterId, String)> =
            chosen.into_iter().map(|id| (id, graph.parameters[id.0].path.clone())).collect();
        if let Some(rename) = rename {
            self.rename(&rename.value, graph, &mut tensors)?;
        }
        Some(Reuse { path: arguments?.text("path").to_owned(), tensors })
    }

    /// `[("fc1", h1.dense)]`: what the file calls a part of the model.
    fn rename(&mut self, value: &Value, graph: &Graph, tensors: &mut [(ParameterId, String)]) -> Option<()> {
        let setting = Setting { key: dlm_dsl::ast::Ident { name: "rename".into(), span: value.span }, value: value.clone() };
        for (name, layer) in self.pairs(&setting, "a name in the file and a layer", "[(\"fc1\", h1.dense)]") {
            let name = self.text("a name of `rename`", name).ok()?;
            let ValueKind::Path(segments) = &layer.kind else {
                let message = format!("the path of a layer belongs here, not {}", describe_syntax(layer));
                self.report(Diagnostic::new(codes::WRONG_KIND, layer.span, message));
                return None;
            };
            let length: usize = segments.iter().map(|segment| 1 + usize::from(segment.turns.is_some())).sum();
            let named = self.named(segments, layer.span, graph)?;
            let mut found = false;
            for (id, called) in tensors.iter_mut().filter(|(id, _)| named.contains(id)) {
                let rest = graph.parameters[id.0].path.split('.').skip(length);
                *called = [name.as_str()].into_iter().filter(|name| !name.is_empty()).chain(rest).collect::<Vec<_>>().join(".");
                found = true;
            }
            if !found {
                let message = "this is not among the layers that are taken";
                self.report(Diagnostic::new(codes::EMPTY_SELECTION, layer.span, message).help("name it in `layers` too"));
                return None;
            }
        }
        Some(())
    }
}

/// Whether `split` holds back rows for validation, as far as it is written; a wrong value has an error of its own.
fn splits_validation(settings: &Settings) -> bool {
    let Some(ValueKind::Tuple(arguments)) = settings.get("split").map(|setting| &setting.value.kind) else { return false };
    let validation = arguments.iter().find(|argument| argument.name.as_ref().is_some_and(|name| name.name == "validation"));
    validation.is_some_and(|argument| !matches!(argument.value.kind, ValueKind::Number(0.0)))
}

/// `none`: the way to take back what is inherited.
fn is_none(value: &Value) -> bool {
    as_name(value).is_some_and(|name| name.name == "none")
}

fn is_empty_list(value: &Value) -> bool {
    matches!(&value.kind, ValueKind::List(entries) if entries.is_empty())
}

fn count(length: Length) -> f64 {
    match length {
        Length::Epochs(count) | Length::Steps(count) => count,
    }
}

#[cfg(test)]
mod tests {
    use crate::recipe::Plateau;

    fn plateau(flavor: &str, cooldown: usize) -> Plateau {
        let source = format!(
            "model Net {{ input x: f32[4]; dense(3); output y: class[3]; }}
            train Net {{ flavor = {flavor}; schedule = plateau(patience = 2, cooldown = {cooldown}, monitor = train_loss); }}"
        );
        let (program, diagnostics) = crate::check(&source);
        let program = program.unwrap_or_else(|| panic!("{diagnostics:?}"));
        program.models[0].units[0].recipe.plateau.expect("the recipe has one")
    }

    /// PyTorch waits for one epoch more; Keras' last epoch of grace counts already.
    #[test]
    fn a_plateau_counts_as_its_flavor_does() {
        let counts = |flavor, cooldown| {
            let plateau = plateau(flavor, cooldown);
            (plateau.patience, plateau.cooldown, plateau.relative)
        };
        assert_eq!(counts("notes", 3), (2, 3, true));
        assert_eq!(counts("pytorch", 3), (3, 3, true));
        assert_eq!(counts("keras", 3), (2, 2, false));
        assert_eq!(counts("keras", 0), (2, 0, false));
    }
}
