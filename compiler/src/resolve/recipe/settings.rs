//! The settings of a recipe: which there are, what is inherited, what is replaced from outside.

use dlm_dsl::ast::{self, Argument, Call, Ident, Span, Value, ValueKind};
use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::super::overrides::{Replaced, Setting as Replacement};
use super::super::value::{as_call, as_name};
use super::super::{Resolver, closest};
use super::callable;

/// A setting of the language.
pub(crate) struct SettingDef {
    /// Its key.
    pub(crate) name: &'static str,
    /// What it takes, as in the reference.
    pub(crate) takes: &'static str,
    /// What holds where it is not written.
    pub(crate) default: &'static str,
    /// What it is, in one line.
    pub(crate) doc: &'static str,
}

const fn setting(name: &'static str, takes: &'static str, default: &'static str, doc: &'static str) -> SettingDef {
    SettingDef { name, takes, default, doc }
}

/// Every setting that is supported, in the order of the reference and of a summary.
pub(crate) static SETTINGS: &[SettingDef] = &[
    setting("flavor", "`notes`, `pytorch` or `keras`", "`notes`", "whose conventions hold, for defaults and formulas"),
    setting("data", "`csv(…)` or `idx(…)`", "none", "where the data comes from"),
    setting("validation_data", "`csv(…)` or `idx(…)`", "none", "a validation part of its own"),
    setting("test_data", "`csv(…)` or `idx(…)`", "none", "a test part of its own"),
    setting(
        "split",
        "`(validation = …, test = …, stratify = …, seed = …)`",
        "`(validation = 0, test = 0, stratify = false, seed = 0)`",
        "shares of the data that are held back",
    ),
    setting(
        "augment",
        "a list of augmentations, such as `[shift(2), rotate(10)]`",
        "`[]`",
        "how samples of the training part are changed before each step",
    ),
    setting("normalize", "`none`, `standard`, `minmax` or `scale(factor)`", "`none`", "how inputs are normalised"),
    setting("loss", "a loss", "by the output's type", "the loss of a model with one output"),
    setting("losses", "`[(output, loss, weight), …]`", "by the outputs' types, weight 1", "a loss for each output"),
    setting("optimizer", "an optimizer", "`adam`", "how a step updates the parameters"),
    setting("schedule", "a schedule", "`constant`", "how the learning rate changes"),
    setting("warmup", "`none`, a length, or `(length = …, start = …)`", "`none`", "how long the rate goes up first"),
    setting("lr_scale", "`[(layer, factor), …]`", "`[]`", "what the learning rate is multiplied by for some layers"),
    setting(
        "regularize",
        "a list of penalties and constraints, such as `[l2(1e-4), max_norm(2, layers = [h1])]`",
        "`[]`",
        "penalties and constraints on weights",
    ),
    setting("clip", "`none`, `value(limit)`, `norm(limit)` or `global_norm(limit)`", "`none`", "how gradients are clipped"),
    setting("accumulate", "a whole number from 1", "1", "batches whose gradients make one update"),
    setting("average", "`none` or a number from 0 to 1 (excluded)", "`none`", "the share that a moving average of weights keeps"),
    setting("batch", "a whole number from 1 to 65536", "32", "rows of a batch"),
    setting("last_batch", "`keep` or `drop`", "`keep`", "whether a last batch of fewer rows is used"),
    setting("sample_weights", "`true` or `false`", "`false`", "whether each sample comes with a weight"),
    setting(
        "reuse",
        "`none` or `weights(file, layers = […], rename = [(name, layer), …])`",
        "`none`",
        "weights that it begins with",
    ),
    setting("freeze", "a list of layers", "`[]`", "layers that are not trained"),
    setting("unfreeze", "`[(layer, length), …]`", "`[]`", "frozen layers that are trained from then on"),
    setting("epochs", "a whole number from 1", "10", "passes over the training part"),
    setting(
        "early_stop",
        "`none` or `(monitor = …, patience = …, min_delta = …, restore_best = …)`",
        "`none`",
        "ends the training when a figure no longer improves",
    ),
    setting("watch", "`none` or `signals(every)`", "`none`", "what is measured of activations, gradients and updates"),
    setting("seed", "a whole number from 0", "0", "seeds initialisation, order, augmentation and what layers draw"),
    setting("shuffle", "`true` or `false`", "`true`", "whether each epoch has an order of its own"),
];

/// Settings that are still to come.
pub(crate) static PLANNED: &[&str] = &["checkpoint", "metrics"];

/// Two settings that say the same thing in two ways.
const EXCLUSIVE: (&str, &str) = ("loss", "losses");

/// A setting that holds for a recipe.
pub(crate) struct Setting {
    pub(super) key: Ident,
    pub(super) value: Value,
}

/// The settings that hold for a recipe, its own and inherited ones; each key once.
#[derive(Default)]
pub(crate) struct Settings(Vec<Setting>);

impl Settings {
    pub(super) fn get(&self, key: &str) -> Option<&Setting> {
        self.0.iter().find(|setting| setting.key.name == key)
    }

    pub(super) fn remove(&mut self, key: &str) -> Option<Setting> {
        let index = self.0.iter().position(|setting| setting.key.name == key)?;
        Some(self.0.remove(index))
    }

    /// Where the value of `key` stands, or the name of what it calls; `None` if the setting is not written.
    pub(crate) fn place(&self, key: &str) -> Option<Span> {
        let value = &self.get(key)?.value;
        Some(as_call(value).map_or(value.span, |(name, _)| name.span))
    }

    /// Where the value of an argument of what `key` calls stands; where it is not given, that name.
    pub(crate) fn argument(&self, key: &str, argument: &str) -> Option<Span> {
        let (name, arguments) = as_call(&self.get(key)?.value)?;
        let arguments = arguments.unwrap_or_default();
        let given = position(arguments, &callable::parameters(key, &name.name), argument);
        Some(given.map_or(name.span, |position| arguments[position].value.span))
    }

    /// Whether `key`, or the other way to say it, is there.
    fn says(&self, key: &str) -> bool {
        let partner = match key {
            _ if key == EXCLUSIVE.0 => EXCLUSIVE.1,
            _ if key == EXCLUSIVE.1 => EXCLUSIVE.0,
            other => other,
        };
        self.get(key).is_some() || self.get(partner).is_some()
    }
}

impl<'a> Resolver<'a> {
    /// The settings that hold for `train`.
    pub(super) fn settings(&mut self, train: Option<&'a ast::Train>) -> Settings {
        let mut settings = Settings::default();
        for (generation, train) in train.map(|train| self.lineage(train)).into_iter().flatten().enumerate() {
            let mut own: Vec<&ast::Setting> = Vec::new();
            for setting in &train.settings {
                if let Some(first) = own.iter().find(|other| other.key.name == setting.key.name) {
                    let message = format!("`{}` is set twice", setting.key.name);
                    self.report(
                        Diagnostic::new(codes::DUPLICATE_SETTING, setting.key.span, message)
                            .secondary(first.key.span, "first set here")
                            .help("leave out one of them"),
                    );
                    continue;
                }
                own.push(setting);
            }
            let inherited = own.into_iter().filter(|setting| generation == 0 || !settings.says(&setting.key.name));
            let further: Vec<Setting> =
                inherited.map(|setting| Setting { key: setting.key.clone(), value: setting.value.clone() }).collect();
            settings.0.extend(further);
        }
        settings
    }

    /// Reports settings that do not exist, are still to come, or exclude one another.
    pub(super) fn check_known(&mut self, settings: &Settings) {
        for Setting { key, .. } in &settings.0 {
            let name = key.name.as_str();
            if SETTINGS.iter().any(|known| known.name == name) {
                continue;
            }
            if PLANNED.contains(&name) {
                let message = format!("`{name}` is not supported yet");
                self.report(Diagnostic::new(codes::SETTING_NOT_SUPPORTED_YET, key.span, message));
                continue;
            }
            let diagnostic = Diagnostic::new(codes::UNKNOWN_SETTING, key.span, format!("there is no setting called `{name}`"));
            let names = SETTINGS.iter().map(|known| known.name).chain(PLANNED.iter().copied());
            self.report(match closest(name, names).or_else(|| synonym(name)) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic,
            });
        }
        if let (Some(loss), Some(losses)) = (settings.get(EXCLUSIVE.0), settings.get(EXCLUSIVE.1)) {
            self.report(
                Diagnostic::new(codes::SETTINGS_CONFLICT, losses.key.span, "`loss` and `losses` exclude each other")
                    .secondary(loss.key.span, "`loss` is set here")
                    .help("write `loss` for one output, `losses` for several"),
            );
        }
    }

    /// Replaces what is replaced from outside.
    pub(super) fn replace(&mut self, settings: &mut Settings, replaced: &Replaced) {
        for replacement in &replaced.settings {
            let key = replacement.key.clone();
            let Some(argument) = &replacement.argument else {
                settings.remove(&key.name);
                // The last word on a thing that can be said in two ways.
                for (one, other) in [EXCLUSIVE, (EXCLUSIVE.1, EXCLUSIVE.0)] {
                    if key.name == one {
                        settings.remove(other);
                    }
                }
                settings.0.push(Setting { key, value: replacement.value.clone() });
                continue;
            };
            let known = SETTINGS.iter().any(|known| known.name == key.name);
            let base = settings.remove(&key.name).map(|setting| setting.value).or_else(|| default_value(&key));
            let value = match base {
                Some(base) => with_argument(&key.name, base, argument, &replacement.value),
                None => None,
            };
            match value {
                Some(value) => settings.0.push(Setting { key, value }),
                // Without a value to change, an unknown setting is what there is to report.
                None if !known => settings.0.push(Setting { key, value: replacement.value.clone() }),
                None => self.nothing_to_replace(replacement, argument),
            }
        }
    }

    fn nothing_to_replace(&mut self, replacement: &Replacement, argument: &Ident) {
        let key = &replacement.key.name;
        let message = format!("the recipe has no `{key}` with an argument `{}`", argument.name);
        let help = format!("replace all of it: `{key}=…`");
        self.report(Diagnostic::new(codes::OVERRIDE, replacement.key.span, message).help(help));
    }
}

/// What other frameworks call a setting.
fn synonym(name: &str) -> Option<&'static str> {
    Some(match name {
        "batch_size" => "batch",
        "lr" | "learning_rate" => "optimizer",
        "max_epochs" | "num_epochs" => "epochs",
        "random_state" => "seed",
        "dataset" => "data",
        _ => return None,
    })
}

/// The value that a setting has where it is not written, if arguments of it can be replaced.
fn default_value(key: &Ident) -> Option<Value> {
    let kind = match key.name.as_str() {
        "optimizer" => call(key, super::simple::DEFAULT_OPTIMIZER),
        "schedule" => call(key, "constant"),
        "normalize" => call(key, "none"),
        "watch" => call(key, "signals"),
        "split" | "early_stop" => ValueKind::Tuple(Vec::new()),
        _ => return None,
    };
    Some(Value { kind, span: key.span })
}

fn call(key: &Ident, name: &str) -> ValueKind {
    let name = Ident { name: name.to_owned(), span: key.span };
    ValueKind::Call(Call { name, arguments: None, span: key.span })
}

/// `value` with one argument replaced or added; `None` if it has no arguments.
fn with_argument(key: &str, value: Value, argument: &Ident, replacement: &Value) -> Option<Value> {
    let span = value.span;
    let named = as_name(&value).cloned();
    let kind = match value.kind {
        ValueKind::Parenthesized(inner) => return with_argument(key, *inner, argument, replacement),
        // A length alone is short for a record of it.
        ValueKind::Call(_) if key == "warmup" => {
            let length = Ident { name: "length".into(), span: argument.span };
            let short = vec![Argument { name: Some(length), value: value.clone() }];
            ValueKind::Tuple(set(short, &[], argument, replacement))
        }
        ValueKind::Call(Call { name, arguments, span }) => {
            let parameters = callable::parameters(key, &name.name);
            let arguments = Some(set(arguments.unwrap_or_default(), &parameters, argument, replacement));
            ValueKind::Call(Call { name, arguments, span })
        }
        ValueKind::Path(_) => {
            let name = named?;
            ValueKind::Call(Call { name, arguments: Some(set(Vec::new(), &[], argument, replacement)), span })
        }
        ValueKind::Tuple(arguments) => ValueKind::Tuple(set(arguments, &[], argument, replacement)),
        _ => return None,
    };
    Some(Value { kind, span })
}

fn set(mut arguments: Vec<Argument>, parameters: &[&str], name: &Ident, value: &Value) -> Vec<Argument> {
    match position(&arguments, parameters, &name.name) {
        Some(position) => arguments[position].value = value.clone(),
        None => arguments.push(Argument { name: Some(name.clone()), value: value.clone() }),
    }
    arguments
}

/// Which of `arguments` is the one called `name`, by its name or by its place among `parameters`.
fn position(arguments: &[Argument], parameters: &[&str], name: &str) -> Option<usize> {
    let by_name = arguments.iter().position(|argument| argument.name.as_ref().is_some_and(|other| other.name == name));
    let by_position = parameters
        .iter()
        .position(|parameter| *parameter == name)
        .filter(|position| arguments.get(*position).is_some_and(|argument| argument.name.is_none()));
    by_name.or(by_position)
}
