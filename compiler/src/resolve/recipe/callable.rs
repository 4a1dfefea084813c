//! What settings call: schedules, normalisations, ways to clip and sources of data, as tables.

use dlm_dsl::ast;
use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::super::call::Known;
use super::super::value::{as_call, describe_syntax};
use super::super::{Resolver, closest, one_of};
use super::course::{SIGNALS, WEIGHTS};
use super::source::CSV;
use crate::schedule::SCHEDULES;
use crate::signature::{Argument, Arguments, Default, Kind, Range, Signature};
use crate::{loss, optimizer};

const fn positive(name: &'static str, doc: &'static str) -> Argument {
    Argument { name, kind: Kind::Number(Range::POSITIVE), default: Default::Required, doc }
}

const fn text(name: &'static str, doc: &'static str) -> Argument {
    Argument { name, kind: Kind::Text, default: Default::Required, doc }
}

/// Every normalisation of inputs and targets.
pub(crate) static NORMALIZATIONS: &[Signature] = &[
    Signature { name: "none", doc: "as it is read", arguments: &[] },
    Signature { name: "standard", doc: "per feature to mean 0 and deviation 1; a deviation of 0 counts as 1", arguments: &[] },
    Signature { name: "minmax", doc: "per feature to [0, 1]; a constant feature to 0", arguments: &[] },
    Signature {
        name: "scale",
        doc: "every value times a factor",
        arguments: &[Argument {
            name: "factor",
            kind: Kind::Number(Range::ANY),
            default: Default::Required,
            doc: "the factor, such as 1/255",
        }],
    },
];

/// Every way to clip gradients.
pub(crate) static CLIPS: &[Signature] = &[
    Signature {
        name: "value",
        doc: "every element of the gradient to ±limit",
        arguments: &[positive("limit", "the largest size of an element")],
    },
    Signature {
        name: "norm",
        doc: "the gradient of each tensor to this Euclidean norm",
        arguments: &[positive("limit", "the largest norm of a tensor")],
    },
    Signature {
        name: "global_norm",
        doc: "the gradients of all tensors together to this Euclidean norm",
        arguments: &[positive("limit", "the largest norm of all of them")],
    },
];

/// Every source of data. `csv` takes `label`, `labels` and `features` too.
pub(crate) static SOURCES: &[Signature] = &[
    Signature {
        name: "csv",
        doc: "a table of text, plain or compressed by gzip",
        arguments: &[
            text("path", "the file, relative to the one that names it"),
            Argument {
                name: "header",
                kind: Kind::Bool,
                default: Default::Auto("it does, and where it may be a row instead that is an error"),
                doc: "whether the first line names the columns; else they go by their number, from \"0\"",
            },
            Argument { name: "delimiter", kind: Kind::Text, default: Default::Auto("`\",\"`"), doc: "what separates columns" },
        ],
    },
    Signature {
        name: "idx",
        doc: "a pair of IDX files as MNIST has them, plain or compressed by gzip",
        arguments: &[
            text("images", "the inputs, samples first, relative to the file that names it"),
            text("labels", "the targets, one a sample, relative to the file that names it"),
        ],
    },
];

/// What is still to come: the setting, and what it will be able to call.
pub(crate) static PLANNED_CALLABLES: &[(&str, &[&str])] = &[("data", &["npy", "npz", "images"])];

/// Arguments that are still to come: of what, and their names.
pub(crate) static PLANNED_ARGUMENTS: &[(&str, &[&str])] = &[];

/// A setting that takes calls.
#[derive(Clone, Copy)]
pub(super) struct Role {
    /// The setting whose planned values hold.
    pub(super) key: &'static str,
    /// What is called.
    pub(super) what: &'static str,
}

pub(super) const SCHEDULE: Role = Role { key: "schedule", what: "schedule" };
pub(super) const AUGMENTATION: Role = Role { key: "augment", what: "augmentation" };
pub(super) const NORMALIZATION: Role = Role { key: "normalize", what: "normalisation" };
pub(super) const CLIP: Role = Role { key: "clip", what: "way to clip" };
pub(super) const PENALTY: Role = Role { key: "regularize", what: "penalty" };
pub(super) const SOURCE: Role = Role { key: "data", what: "source of data" };
pub(super) const WATCH: Role = Role { key: "watch", what: "thing to watch" };
pub(super) const SOURCE_OF_WEIGHTS: Role = Role { key: "reuse", what: "source of weights" };
pub(super) const OPTIMIZER: Role = Role { key: "optimizer", what: "optimizer" };
pub(super) const LOSS: Role = Role { key: "loss", what: "loss" };

impl Role {
    fn planned(self) -> &'static [&'static str] {
        PLANNED_CALLABLES.iter().find(|(key, _)| *key == self.key).map_or(&[], |(_, names)| names)
    }
}

/// The parameters in order of what `key`'s value calls by `name`; none if that is unknown.
pub(super) fn parameters(key: &str, name: &str) -> Vec<&'static str> {
    let tables: Vec<&Signature> = match key {
        "optimizer" => optimizer::OPTIMIZERS.iter().map(|def| &def.signature).collect(),
        "loss" => loss::LOSSES.iter().map(|def| &def.signature).collect(),
        "schedule" => SCHEDULES.iter().map(|def| &def.signature).collect(),
        "normalize" | "normalize_targets" => NORMALIZATIONS.iter().collect(),
        "watch" => vec![&SIGNALS],
        "clip" => CLIPS.iter().collect(),
        "reuse" => vec![&WEIGHTS],
        "data" | "validation_data" | "test_data" if name == "csv" => return CSV.iter().map(|(name, _)| *name).collect(),
        "data" | "validation_data" | "test_data" => SOURCES.iter().collect(),
        _ => Vec::new(),
    };
    let signature = tables.into_iter().find(|signature| signature.name == name);
    signature.into_iter().flat_map(|signature| signature.arguments).map(|argument| argument.name).collect()
}

/// A call whose callee is known.
pub(super) struct Callable<'v> {
    /// The index of the callee in its table.
    pub(super) index: usize,
    pub(super) name: &'v ast::Ident,
    pub(super) arguments: Option<&'v [ast::Argument]>,
}

impl<'a> Resolver<'a> {
    /// What `value` calls of the things called `names`.
    pub(super) fn callable<'v>(
        &mut self,
        role: Role,
        names: impl Iterator<Item = &'static str>,
        value: &'v ast::Value,
    ) -> Result<Callable<'v>, Known> {
        let names: Vec<&'static str> = names.collect();
        let Some((name, arguments)) = as_call(value) else {
            let article = if role.what.starts_with(['a', 'o']) { "an" } else { "a" };
            let message = format!("{article} {} belongs here, not {}", role.what, describe_syntax(value));
            let diagnostic = Diagnostic::new(codes::WRONG_KIND, value.span, message);
            self.report(diagnostic.help(format!("there is {}", and_of(&names))));
            return Err(Known);
        };
        if let Some(index) = names.iter().position(|known| *known == name.name) {
            return Ok(Callable { index, name, arguments });
        }
        if role.planned().contains(&name.name.as_str()) {
            let message = format!("`{}` is not supported yet", name.name);
            let diagnostic = Diagnostic::new(codes::SETTING_NOT_SUPPORTED_YET, name.span, message);
            self.report(diagnostic.help(format!("there is {}", and_of(&names))));
            return Err(Known);
        }
        let message = format!("there is no {} called `{}`", role.what, name.name);
        let diagnostic = Diagnostic::new(codes::UNKNOWN_CALLABLE, name.span, message);
        let near = closest(&name.name, names.iter().chain(role.planned()).copied());
        self.report(match near.or_else(|| synonym(&name.name)) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help(format!("there is {}", and_of(&names))),
        });
        Err(Known)
    }

    /// The callee in `table` with its arguments.
    pub(super) fn checked<'t>(
        &mut self,
        role: Role,
        table: &'t [Signature],
        value: &ast::Value,
    ) -> Result<(&'t Signature, Arguments), Known> {
        let call = self.callable(role, table.iter().map(|signature| signature.name), value)?;
        let signature = &table[call.index];
        let arguments = self.check_call(signature, call.name, call.arguments).ok_or(Known)?;
        Ok((signature, arguments))
    }

    /// The arguments of a call of `signature`, after those that are still to come have been reported as such.
    pub(super) fn check_planned_call(&mut self, signature: &Signature, call: &Callable<'_>) -> Option<Arguments> {
        let planned = PLANNED_ARGUMENTS.iter().find(|(of, _)| *of == signature.name).map_or(&[][..], |(_, names)| names);
        let mut kept = Vec::new();
        for argument in call.arguments.unwrap_or_default() {
            match &argument.name {
                Some(name) if planned.contains(&name.name.as_str()) => {
                    let message = format!("`{}` of `{}` is not supported yet", name.name, signature.name);
                    self.report(Diagnostic::new(codes::SETTING_NOT_SUPPORTED_YET, name.span, message));
                }
                _ => kept.push(argument.clone()),
            }
        }
        let complete = kept.len() == call.arguments.unwrap_or_default().len();
        self.check_call(signature, call.name, Some(&kept)).filter(|_| complete)
    }
}

/// What other frameworks call these things.
fn synonym(name: &str) -> Option<&'static str> {
    Some(match name.to_lowercase().as_str() {
        "categorical_crossentropy" | "sparse_categorical_crossentropy" | "nll_loss" | "softmax_cross_entropy" => "cross_entropy",
        "binary_crossentropy" | "bce" | "bce_with_logits" => "binary_cross_entropy",
        "mean_squared_error" | "l2_loss" => "mse",
        "mean_absolute_error" | "l1_loss" => "mae",
        "smooth_l1" => "huber",
        "weight_decay" | "ridge" => "l2",
        "lasso" => "l1",
        "min_max" => "minmax",
        "zscore" | "standardize" => "standard",
        "translate" | "translation" | "random_translation" | "random_shift" => "shift",
        "horizontal_flip" | "vertical_flip" | "random_flip" | "hflip" | "vflip" | "mirror" => "flip",
        "rotation" | "random_rotation" => "rotate",
        "random_zoom" | "random_scale" => "zoom",
        "random_crop" | "pad_and_crop" => "crop",
        "random_erasing" | "erase" | "coarse_dropout" => "cutout",
        "random_brightness" => "brightness",
        "random_contrast" => "contrast",
        "gaussian_noise" | "gauss_noise" => "noise",
        _ => return None,
    })
}

/// `` `a`, `b` and `c` ``
fn and_of(names: &[&str]) -> String {
    one_of(names.iter().copied()).replace(" or ", " and ")
}
