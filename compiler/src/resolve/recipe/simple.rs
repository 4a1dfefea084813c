//! Settings that stand by themselves: optimizer, schedule, clipping, sizes, seeds, normalisation, split.

use dlm_dsl::ast::{self, Span, Value, ValueKind};
use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::super::Resolver;
use super::super::call::{Callee, Known};
use super::super::value::{Evaluated, as_name, describe_syntax, show_number};
use super::callable::{CLIP, CLIPS, NORMALIZATION, NORMALIZATIONS, OPTIMIZER, SCHEDULE};
use super::settings::Settings;
use crate::graph::{Graph, OutputKind};
use crate::optimizer::{self, OPTIMIZERS};
use crate::recipe::{Clip, Normalize, Optimizer, Schedule, Split};
use crate::schedule::{self, SCHEDULES, ScheduleDef};
use crate::signature::{ArgumentValue, Arguments, Kind, Range};

/// The optimizer where none is written.
pub(super) const DEFAULT_OPTIMIZER: &str = "adam";

const DEFAULT_SCHEDULE: &str = "constant";

/// Rows of a batch where nothing is written, and at most: kernels are compiled for it and memory is laid out for it.
const DEFAULT_BATCH: usize = 32;
const MAX_BATCH: usize = 65_536;

const DEFAULT_EPOCHS: usize = 10;

/// The largest number up to which every whole one is told from its neighbours: a file's numbers are `f64`s.
const MAX_SEED: f64 = 9_007_199_254_740_991.0;

const SPLIT: &[(&str, bool)] = &[("validation", false), ("test", false), ("stratify", false), ("seed", false)];

impl<'a> Resolver<'a> {
    pub(super) fn optimizer_of(&mut self, settings: &Settings) -> Optimizer {
        let written = settings.get("optimizer").map(|setting| self.optimizer(&setting.value));
        if let Some(Ok(optimizer)) = written {
            return optimizer;
        }
        let def = optimizer::find(DEFAULT_OPTIMIZER).expect("the table holds the default");
        Optimizer { def, arguments: Arguments::defaults(&def.signature, self.flavor) }
    }

    fn optimizer(&mut self, value: &Value) -> Result<Optimizer, Known> {
        let call = self.callable(OPTIMIZER, optimizer::names(), value)?;
        let def = &OPTIMIZERS[call.index];
        let arguments = self.check_call(&def.signature, call.name, call.arguments).ok_or(Known)?;
        Ok(Optimizer { def, arguments })
    }

    pub(super) fn schedule_of(&mut self, settings: &Settings) -> Schedule {
        let warmup = self.warmup_of(settings);
        let written = settings.get("schedule").map(|setting| self.schedule(&setting.value));
        let (def, arguments) = match written {
            Some(Ok(schedule)) => schedule,
            _ => {
                let def = schedule::find(DEFAULT_SCHEDULE).expect("the table holds the default");
                (def, Arguments::defaults(&def.signature, self.flavor))
            }
        };
        Schedule { def, arguments, warmup }
    }

    fn schedule(&mut self, value: &Value) -> Result<(&'static ScheduleDef, Arguments), Known> {
        let call = self.callable(SCHEDULE, schedule::names(), value)?;
        let def = &SCHEDULES[call.index];
        let arguments = self.check_call(&def.signature, call.name, call.arguments).ok_or(Known)?;
        Ok((def, arguments))
    }

    pub(super) fn clip_of(&mut self, settings: &Settings) -> Option<Clip> {
        let setting = settings.get("clip")?;
        // The way to undo what a recipe inherits.
        if as_name(&setting.value).is_some_and(|name| name.name == "none") {
            return None;
        }
        let (signature, arguments) = self.checked(CLIP, CLIPS, &setting.value).ok()?;
        let limit = arguments.number("limit");
        Some(match signature.name {
            "value" => Clip::Value(limit),
            "norm" => Clip::Norm(limit),
            _ => Clip::GlobalNorm(limit),
        })
    }

    pub(super) fn normalize_of(&mut self, settings: &Settings) -> Normalize {
        settings.get("normalize").map_or(Normalize::None, |setting| self.normalization(&setting.value))
    }

    /// A normalisation of inputs or targets.
    pub(super) fn normalization(&mut self, value: &Value) -> Normalize {
        let Ok((signature, arguments)) = self.checked(NORMALIZATION, NORMALIZATIONS, value) else { return Normalize::None };
        match signature.name {
            "standard" => Normalize::Standard,
            "minmax" => Normalize::MinMax,
            "scale" => match arguments.number("factor") {
                0.0 => {
                    let place = arguments.place("factor").unwrap_or(value.span);
                    let message = "`factor` of `scale` is a number other than 0, by which every value would be 0";
                    self.report(Diagnostic::new(codes::OUT_OF_RANGE, place, message));
                    Normalize::None
                }
                factor => Normalize::Scale(factor),
            },
            _ => Normalize::None,
        }
    }

    pub(super) fn batch_of(&mut self, settings: &Settings) -> usize {
        let Some(setting) = settings.get("batch") else { return DEFAULT_BATCH };
        match self.size("`batch`", &setting.value) {
            Ok(rows) if rows > MAX_BATCH => {
                let message = format!("`batch` is a whole number from 1 to {MAX_BATCH}, not {rows}");
                self.report(Diagnostic::new(codes::OUT_OF_RANGE, setting.value.span, message));
                DEFAULT_BATCH
            }
            Ok(rows) => rows,
            Err(Known) => DEFAULT_BATCH,
        }
    }

    pub(super) fn epochs_of(&mut self, settings: &Settings) -> usize {
        let epochs = settings.get("epochs").and_then(|setting| self.size("`epochs`", &setting.value).ok());
        epochs.unwrap_or(DEFAULT_EPOCHS)
    }

    pub(super) fn seed_of(&mut self, settings: &Settings) -> u64 {
        settings.get("seed").and_then(|setting| self.seed("`seed`", &setting.value).ok()).unwrap_or(0)
    }

    fn seed(&mut self, what: &str, value: &Value) -> Result<u64, Known> {
        // Not by way of a number's range: a seed is none of the `f32`s that networks are computed in.
        let number = match self.evaluate(value) {
            Evaluated::Number(number) => number,
            other => match self.of_kind(what, Kind::Number(Range::NOT_NEGATIVE), other, value.span)? {
                ArgumentValue::Number(number) => number,
                _ => return Err(Known),
            },
        };
        let diagnostic = if number.fract() != 0.0 {
            Diagnostic::new(codes::NOT_WHOLE, value.span, format!("{what} is a whole number, not {}", show_number(number)))
        } else if (0.0..=MAX_SEED).contains(&number) {
            return Ok(number as u64);
        } else {
            let message = format!("{what} is a whole number from 0 to {MAX_SEED}, not {}", show_number(number));
            let diagnostic = Diagnostic::new(codes::OUT_OF_RANGE, value.span, message);
            match number > MAX_SEED {
                true => diagnostic.help("beyond 2⁵³ − 1 neighbours are the same number; a program can seed by any `u64`"),
                false => diagnostic,
            }
        };
        self.report(diagnostic);
        Err(Known)
    }

    pub(super) fn shuffle_of(&mut self, settings: &Settings) -> bool {
        settings.get("shuffle").and_then(|setting| self.boolean("`shuffle`", &setting.value).ok()).unwrap_or(true)
    }

    pub(super) fn boolean(&mut self, what: &str, value: &Value) -> Result<bool, Known> {
        let found = self.evaluate(value);
        match self.of_kind(what, Kind::Bool, found, value.span)? {
            ArgumentValue::Bool(value) => Ok(value),
            _ => Err(Known),
        }
    }

    pub(super) fn drop_last_of(&mut self, settings: &Settings) -> bool {
        settings
            .get("last_batch")
            .is_some_and(|setting| self.choice("`last_batch`", &["keep", "drop"], &setting.value) == Ok("drop"))
    }

    pub(super) fn split_of(&mut self, settings: &Settings, graph: Option<&Graph>) -> Split {
        let mut split = Split { validation: 0.0, test: 0.0, stratify: false, seed: 0 };
        let Some(setting) = settings.get("split") else { return split };
        let Some(arguments) = self.record(&setting.value, "split", "(validation = 0.1, test = 0.2)") else { return split };
        let parameters = SPLIT.to_vec();
        let bound = match self.bind(&Callee { name: &setting.key, parameters, defined: None }, arguments) {
            Ok(bound) | Err(bound) => bound,
        };
        for (index, value) in bound {
            let what = format!("`{}` of `split`", SPLIT[index].0);
            match SPLIT[index].0 {
                "validation" => {
                    split.validation = self.number(&what, Range::BELOW_ONE, value).unwrap_or_default();
                    self.check_part(settings, "validation_data", split.validation, value.span);
                }
                "test" => {
                    split.test = self.number(&what, Range::BELOW_ONE, value).unwrap_or_default();
                    self.check_part(settings, "test_data", split.test, value.span);
                }
                "stratify" => {
                    split.stratify = self.boolean(&what, value).unwrap_or_default();
                    self.check_stratify(split.stratify, graph, value.span);
                }
                _ => split.seed = self.seed(&what, value).unwrap_or_default(),
            }
        }
        let held_back = split.validation + split.test;
        if held_back >= 1.0 {
            let message = format!("with {} held back, nothing is left to train on", show_number(held_back));
            self.report(
                Diagnostic::new(codes::SPLIT_SHARES, setting.value.span, message)
                    .help("`validation` and `test` are shares of the data that sum to less than 1"),
            );
        }
        split
    }

    /// A part is either split off or in a file of its own.
    fn check_part(&mut self, settings: &Settings, key: &str, share: f64, span: Span) {
        if let Some(setting) = settings.get(key)
            && share > 0.0
        {
            let message = format!("this part is split off, and `{key}` says where it is");
            self.report(
                Diagnostic::new(codes::SETTINGS_CONFLICT, span, message)
                    .secondary(setting.key.span, "set here")
                    .help(format!("leave out the share or `{key}`")),
            );
        }
    }

    fn check_stratify(&mut self, stratify: bool, graph: Option<&Graph>, span: Span) {
        let Some(graph) = graph else { return };
        if stratify && !graph.outputs.iter().any(|output| matches!(output.kind, OutputKind::Class(_) | OutputKind::Binary)) {
            let message = format!("`{}` has no classes to stratify by", graph.name);
            self.report(
                Diagnostic::new(codes::STRATIFY_WITHOUT_CLASSES, span, message)
                    .help("leave `stratify` out: it keeps the proportion of classes, for outputs `class[…]` and `binary`"),
            );
        }
    }

    /// The named values of `(name = value, …)`.
    pub(super) fn record<'v>(&mut self, value: &'v Value, what: &str, example: &str) -> Option<&'v [ast::Argument]> {
        if let ValueKind::Tuple(arguments) = &value.kind
            && arguments.iter().all(|argument| argument.name.is_some())
        {
            return Some(arguments);
        }
        let message = match &value.kind {
            ValueKind::Tuple(_) => format!("every value of `{what}` has a name"),
            _ => format!("`{what}` is values with names in parentheses, not {}", describe_syntax(value)),
        };
        self.report(Diagnostic::new(codes::WRONG_KIND, value.span, message).help(format!("such as `{example}`")));
        None
    }
}
