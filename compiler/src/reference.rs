//! The tables of the language's reference, made from what the resolver checks calls against, so that they cannot differ
//! from it.

use std::fmt::Write as _;

use dlm_dsl::codes;
use dlm_dsl::diagnostic::Severity;

use crate::augment::AUGMENTATIONS;
use crate::graph::OutputKind;
use crate::loss::{self, LOSSES, LossDef};
use crate::op::{self, OPS, activation};
use crate::optimizer::OPTIMIZERS;
use crate::resolve::reference::{
    CLIPS, INITIALIZERS, NORMALIZATIONS, PLANNED, PLANNED_ARGUMENTS, PLANNED_CALLABLES, RECORDS, RESIDUAL, SETTINGS, SOURCES,
    SettingDef, regularizers,
};
use crate::resolve::{one_of, show_number};
use crate::schedule::SCHEDULES;
use crate::signature::{Argument, Default, Kind, Signature};

/// Every table by name, as markdown.
pub fn tables() -> Vec<(&'static str, String)> {
    let mut tables: Vec<(&'static str, String)> =
        TABLES.iter().map(|table| (*table, rows(table).iter().map(|row| row.text()).collect())).collect();
    tables.extend([("settings", settings()), ("formulas", formulas()), ("lints", lints()), ("planned", planned())]);
    tables
}

/// The tables of what can be called, and with what.
const TABLES: [&str; 12] = [
    "layers",
    "activations",
    "initialisers",
    "losses",
    "optimizers",
    "schedules",
    "augmentations",
    "normalisations",
    "clips",
    "penalties",
    "sources",
    "records",
];

/// The table and the name of everything that pages of techniques are about.
pub fn names() -> Vec<(&'static str, &'static str)> {
    let all = TABLES.into_iter().chain(["settings"]);
    all.flat_map(|table| rows(table).into_iter().map(move |row| (table, row.name()))).collect()
}

/// What can be called of a table, and with what; none if there is no such table, or its rows are settings.
pub fn signatures(table: &str) -> Vec<Signature> {
    rows(table).iter().filter_map(Row::signature).collect()
}

/// How many there are of these: rows of a table, or lints.
///
/// # Errors
/// If there is no such table.
pub fn count(table: &str) -> Result<usize, String> {
    match table {
        "lints" => Ok(lints().lines().count()),
        _ => Some(rows(table).len()).filter(|rows| *rows > 0).ok_or_else(|| format!("there is no table `{table}`")),
    }
}

/// The names of a table's rows in a sentence: `` `sgd`, `momentum` and `nesterov` ``.
///
/// # Errors
/// If there is no such table.
pub fn named(table: &str) -> Result<String, String> {
    let names: Vec<String> = rows(table).iter().map(|row| format!("`{}`", row.name())).collect();
    match names.split_last() {
        None => Err(format!("there is no table `{table}`")),
        Some((last, [])) => Ok(last.clone()),
        Some((last, rest)) => Ok(format!("{} and {last}", rest.join(", "))),
    }
}

/// Rows of a table with what they take and their defaults, as a list in markdown.
///
/// # Errors
/// If there is no such table, or no row of one of the names; the message says which.
pub fn entries(table: &str, names: &[&str]) -> Result<String, String> {
    let rows = rows(table);
    if rows.is_empty() {
        return Err(format!("there is no table `{table}`"));
    }
    let text = |name: &&str| {
        let row = rows.iter().find(|row| row.name() == *name);
        row.map(Row::text).ok_or_else(|| format!("there is no `{name}` among {table}"))
    };
    names.iter().map(text).collect()
}

/// A row of a table.
enum Row {
    Call(Signature),
    Loss(&'static LossDef),
    Setting(&'static SettingDef),
}

/// The rows of a table; none if there is no such table.
fn rows(table: &str) -> Vec<Row> {
    let signatures: Vec<Signature> = match table {
        "layers" => OPS.iter().map(|def| def.signature).chain([RESIDUAL]).collect(),
        "activations" => activation::ACTIVATIONS.iter().map(|def| def.signature).collect(),
        "initialisers" => INITIALIZERS.to_vec(),
        "losses" => return LOSSES.iter().map(Row::Loss).collect(),
        "optimizers" => OPTIMIZERS.iter().map(|def| def.signature).collect(),
        "schedules" => SCHEDULES.iter().map(|def| def.signature).collect(),
        "augmentations" => AUGMENTATIONS.iter().map(|def| def.signature).collect(),
        "normalisations" => NORMALIZATIONS.to_vec(),
        "clips" => CLIPS.to_vec(),
        "penalties" => regularizers().copied().collect(),
        "sources" => SOURCES.to_vec(),
        "records" => RECORDS.iter().map(|signature| **signature).collect(),
        "settings" => return SETTINGS.iter().map(Row::Setting).collect(),
        _ => Vec::new(),
    };
    signatures.into_iter().map(Row::Call).collect()
}

impl Row {
    fn name(&self) -> &'static str {
        match self {
            Self::Call(signature) => signature.name,
            Self::Loss(def) => def.signature.name,
            Self::Setting(setting) => setting.name,
        }
    }

    fn signature(&self) -> Option<Signature> {
        match self {
            Self::Call(signature) => Some(*signature),
            Self::Loss(def) => Some(def.signature),
            Self::Setting(_) => None,
        }
    }

    /// A list item, and one below it for each argument.
    fn text(&self) -> String {
        let mut text = String::new();
        match self {
            Self::Call(signature) => {
                line(&mut text, format_args!("- `{}`: {}", call(signature), signature.doc));
                arguments(&mut text, signature);
            }
            Self::Loss(def) => {
                line(&mut text, format_args!("- `{}`: {}. For {}", call(&def.signature), def.signature.doc, fits(def)));
                arguments(&mut text, &def.signature);
            }
            Self::Setting(SettingDef { name, takes, default, doc }) => {
                line(&mut text, format_args!("- `{name} = …`: {doc}. {}; default {default}", capital(takes)));
            }
        }
        text
    }
}

/// Writing to a string cannot fail.
fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    let _ = writeln!(text, "{line}");
}

fn arguments(text: &mut String, signature: &Signature) {
    for argument in signature.arguments {
        let (takes, default) = (takes(argument.kind), default(argument));
        line(text, format_args!("  - `{}`: {}. {takes}; {default}", argument.name, capital(argument.doc)));
    }
}

/// `dense(units, init, bias)`
fn call(signature: &Signature) -> String {
    let name = |argument: &Argument| match argument.kind {
        Kind::Sizes => format!("{}, …", argument.name),
        _ => argument.name.to_owned(),
    };
    let names: Vec<String> = signature.arguments.iter().map(name).collect();
    if names.is_empty() { signature.name.to_owned() } else { format!("{}({})", signature.name, names.join(", ")) }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

fn takes(kind: Kind) -> String {
    match kind {
        Kind::Size => "A whole number from 1".into(),
        Kind::Count => "A whole number from 0".into(),
        Kind::Number(range) => capital(&range.to_string()),
        Kind::Bool => "`true` or `false`".into(),
        Kind::Choice(choices) => one_of(choices.iter().copied()),
        Kind::Initializer => "An initialiser".into(),
        Kind::Length => "`epochs(n)` or `steps(n)`".into(),
        Kind::Text => "A text".into(),
        Kind::Boundaries => "A list of lengths and numbers, such as `[(epochs(10), 1e-3)]`".into(),
        Kind::Numbers(range) => format!("A list of numbers, each {range}").replace("each a number", "each"),
        Kind::Sizes => "Whole numbers from 1, one of them possibly `auto`".into(),
    }
}

fn default(argument: &Argument) -> String {
    match argument.default {
        Default::Required => "must be given".into(),
        Default::Number(number) => format!("default `{}`", show_number(number)),
        Default::Flavored { notes, pytorch, keras } if notes == pytorch && notes == keras => {
            format!("default `{}`", show_number(notes))
        }
        Default::Flavored { notes, pytorch, keras } => {
            let [notes, pytorch, keras] = [notes, pytorch, keras].map(show_number);
            format!("default `{notes}` (pytorch `{pytorch}`, keras `{keras}`)")
        }
        Default::Bool(value) => format!("default `{value}`"),
        Default::Choice(name) => format!("default `{name}`"),
        Default::Auto(how) => format!("default {how}"),
    }
}

/// The outputs that a loss is for.
fn fits(def: &'static LossDef) -> String {
    let kinds = [
        ("class[C]", OutputKind::Class(2)),
        ("binary", OutputKind::Binary),
        ("flags[N]", OutputKind::Flags(2)),
        ("f32[…]", OutputKind::Values(vec![1])),
    ];
    let fits = kinds.iter().filter(|(_, kind)| (def.fits)(kind)).map(|(name, kind)| {
        let default = std::ptr::eq(loss::default_for(kind), def);
        format!("`{name}`{}", if default { " (its default)" } else { "" })
    });
    fits.collect::<Vec<_>>().join(" and ")
}

fn settings() -> String {
    let mut text = String::from("| setting | takes | default | what it is |\n|---|---|---|---|\n");
    for setting in SETTINGS {
        line(&mut text, format_args!("| `{}` | {} | {} | {} |", setting.name, setting.takes, setting.default, setting.doc));
    }
    text
}

/// The formula of each optimizer in each flavour.
fn formulas() -> String {
    let mut text = String::from("| | notes | pytorch | keras |\n|---|---|---|---|\n");
    for def in OPTIMIZERS {
        line(&mut text, format_args!("| `{}` | {} |", def.signature.name, def.formulas.join(" | ")));
    }
    text
}

fn lints() -> String {
    let mut text = String::new();
    for info in codes::ALL.iter().filter(|info| info.severity() == Severity::Warning) {
        line(&mut text, format_args!("- `{}`: {}", info.code.0, info.summary));
    }
    text
}

fn planned() -> String {
    let mut text = String::new();
    for (place, names) in planned_names() {
        let of = match place {
            Planned::Layer => "layers".to_owned(),
            Planned::Setting => "settings".to_owned(),
            Planned::For(setting) => format!("for `{setting}`"),
            Planned::ArgumentOf(name) => format!("arguments of `{name}`"),
        };
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        line(&mut text, format_args!("- {of}: {}", names.join(", ")));
    }
    text
}

/// Where a name is to stand that is still to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planned {
    /// A layer.
    Layer,
    /// A setting of recipes.
    Setting,
    /// What this setting takes.
    For(&'static str),
    /// An argument of this.
    ArgumentOf(&'static str),
}

/// The names of the language that are still to come.
pub fn planned_names() -> Vec<(Planned, &'static [&'static str])> {
    let callables = PLANNED_CALLABLES.iter().map(|(setting, names)| (Planned::For(setting), *names));
    let arguments = PLANNED_ARGUMENTS.iter().map(|(of, names)| (Planned::ArgumentOf(of), *names));
    [(Planned::Layer, op::PLANNED), (Planned::Setting, PLANNED)].into_iter().chain(callables).chain(arguments).collect()
}
