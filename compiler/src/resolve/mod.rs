//! Syntax tree to checked program: names resolved, blocks and repeats expanded, shapes inferred, recipes filled in.
//!
//! All errors of a file are reported at once. What an error leaves unknown is *poisoned*: everything made from it is
//! unknown too, and nothing more is said about it, so that one mistake is one error.

mod block;
mod build;
mod call;
mod finish;
pub(crate) mod initializer;
mod items;
mod join;
mod output;
mod overrides;
mod path;
mod recipe;
mod repeat;
mod shape;
pub(crate) mod value;

use std::collections::{HashMap, HashSet};

use dlm_dsl::aliases::canonical;
use dlm_dsl::ast::{self, Span};
use dlm_dsl::codes;
use dlm_dsl::diagnostic::{Code, Diagnostic, Severity};

use crate::graph::Program;
use crate::signature::{Arguments, Flavor};
use value::Evaluated;

pub use items::{can_name_type, module_name};
pub use overrides::{Override, Overrides};
/// What the reference is made from.
pub(crate) mod reference {
    pub(crate) use super::initializer::INITIALIZERS;
    pub(crate) use super::recipe::{
        CLIPS, NORMALIZATIONS, PLANNED, PLANNED_ARGUMENTS, PLANNED_CALLABLES, RECORDS, SETTINGS, SOURCES, SettingDef,
        regularizers,
    };
    pub(crate) use super::repeat::RESIDUAL;
}
pub(crate) use recipe::{Settings, show_type};
pub(crate) use value::show_number;

/// Layers that a model may hold after expansion.
pub const MAX_LAYERS: usize = 10_000;
/// Links that the expansion of a model may visit: layers, block calls and turns of `repeat`.
pub const MAX_LINKS: usize = 100_000;
/// How deep blocks, `repeat` and `residual` may hold one another, and consts refer to one another.
pub const MAX_DEPTH: usize = 64;
/// The largest size of an axis, and the largest number of values in one sample's tensor.
pub const MAX_SIZE: usize = i32::MAX as usize;
/// Parameters that a model may hold: 8 GiB of them.
pub const MAX_PARAMETERS: usize = 1 << 31;

/// Parses, resolves and lints: the program, unless there is an error, and all diagnostics.
pub fn check(source: &str) -> (Option<Program>, Vec<Diagnostic>) {
    check_with(source, &Overrides::default())
}

/// [`check`] with settings replaced.
pub fn check_with(source: &str, overrides: &Overrides) -> (Option<Program>, Vec<Diagnostic>) {
    let (file, mut diagnostics) = dlm_dsl::parse(source);
    let (program, found) = resolve_with(&file, source, overrides);
    if diagnostics.iter().all(|diagnostic| diagnostic.severity() != Severity::Error) {
        diagnostics.extend(found);
        sort(&mut diagnostics);
        return (program, diagnostics);
    }
    // The tree lacks what could not be parsed. What can be said of a call or a setting by itself still holds, but not of what is
    // broken itself.
    let broken: Vec<Span> = diagnostics.iter().map(|diagnostic| diagnostic.primary.span).collect();
    let is_whole = |span: Span| broken.iter().all(|broken| span.start < broken.start || broken.end < span.end);
    let holds = |diagnostic: &Diagnostic| LOCAL.contains(&diagnostic.code) && is_whole(diagnostic.primary.span);
    diagnostics.extend(found.into_iter().filter(holds));
    sort(&mut diagnostics);
    (None, diagnostics)
}

/// Errors that stay true whatever else the file holds.
const LOCAL: &[Code] = &[
    codes::NOT_SUPPORTED_YET,
    codes::UNKNOWN_ARGUMENT,
    codes::TOO_MANY_ARGUMENTS,
    codes::DUPLICATE_ARGUMENT,
    codes::MISSING_ARGUMENT,
    codes::WRONG_KIND,
    codes::OUT_OF_RANGE,
    codes::NOT_WHOLE,
    codes::UNKNOWN_CHOICE,
    codes::POSITIONAL_AFTER_NAMED,
    codes::UNKNOWN_SETTING,
    codes::SETTING_NOT_SUPPORTED_YET,
    codes::DUPLICATE_SETTING,
    codes::UNKNOWN_CALLABLE,
    codes::OVERRIDE,
];

/// The checked program of `file`, whose text is `source`, unless there is an error; and all diagnostics by position.
/// Lints that the file does not silence are among them.
pub fn resolve(file: &ast::File, source: &str) -> (Option<Program>, Vec<Diagnostic>) {
    resolve_with(file, source, &Overrides::default())
}

/// [`resolve`] with settings replaced, as the command line does. A diagnostic about such a setting has an empty span at
/// the start of the file and names the setting's text.
pub fn resolve_with(file: &ast::File, source: &str, overrides: &Overrides) -> (Option<Program>, Vec<Diagnostic>) {
    let replaced = overrides::parse(overrides, source.len());
    let mut resolver = Resolver::new(file, source);
    for diagnostic in replaced.diagnostics.iter().cloned() {
        resolver.report(diagnostic);
    }
    resolver.collect_items();
    resolver.evaluate_consts();
    resolver.check_blocks();
    let (mut models, mut warnings) = recipe::resolve_models(&mut resolver, overrides, &replaced);
    for diagnostic in models.iter_mut().flat_map(|model| &mut model.units).flat_map(|unit| &mut unit.advice) {
        replaced.locate(diagnostic);
    }
    let program = (resolver.errors == 0).then(|| Program { docs: file.docs.clone(), models });
    let mut diagnostics = std::mem::take(&mut resolver.diagnostics);
    if program.is_some() {
        warnings.retain(|warning| !crate::lint::is_allowed(file, warning));
        diagnostics.append(&mut warnings);
    }
    for diagnostic in &mut diagnostics {
        replaced.locate(diagnostic);
    }
    sort(&mut diagnostics);
    (program, diagnostics)
}

/// By position; at one position by code.
fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by_key(|diagnostic| (diagnostic.primary.span.start, diagnostic.primary.span.end, diagnostic.code));
}

/// A call of a block that is being expanded.
struct CallSite<'a> {
    block: &'a str,
    span: Span,
    /// How many calls the model's expansion had met with this one.
    number: usize,
}

/// What holds for a whole file while it is resolved.
struct Resolver<'a> {
    file: &'a ast::File,
    /// Each recipe by its model and name, once it has been asked for.
    recipes: Option<HashMap<(&'a str, &'a str), &'a ast::Train>>,
    source: &'a str,
    /// The offset at which each line begins.
    lines: Vec<usize>,
    diagnostics: Vec<Diagnostic>,
    /// What has been said already: a block's body is expanded for every call, its errors are reported once.
    said: HashSet<(Code, Span)>,
    /// Errors met so far, repeated ones included.
    errors: usize,
    consts: Vec<items::Const<'a>>,
    blocks: HashMap<&'a str, &'a ast::Block>,
    /// Blocks that contain themselves.
    recursive: HashSet<&'a str>,
    flavor: Flavor,
    /// The parameters of each block call under way; the last ones are visible.
    frames: Vec<HashMap<&'a str, Evaluated>>,
    calls: Vec<CallSite<'a>>,
    const_depth: usize,
}

impl<'a> Resolver<'a> {
    fn new(file: &'a ast::File, source: &'a str) -> Self {
        let breaks = source.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self {
            file,
            recipes: None,
            source,
            lines: std::iter::once(0).chain(breaks).collect(),
            diagnostics: Vec::new(),
            said: HashSet::new(),
            errors: 0,
            consts: Vec::new(),
            blocks: HashMap::new(),
            recursive: HashSet::new(),
            flavor: Flavor::default(),
            frames: Vec::new(),
            calls: Vec::new(),
            const_depth: 0,
        }
    }

    /// The line of `span`, from 1.
    fn line(&self, span: Span) -> usize {
        self.lines.partition_point(|start| *start <= span.start)
    }

    /// Adds an error, once for each code and place, and says from which calls its block came.
    fn report(&mut self, mut diagnostic: Diagnostic) {
        self.errors += 1;
        let span = diagnostic.primary.span;
        if span != Span::default() && !self.said.insert((diagnostic.code, span)) {
            return;
        }
        for call in self.calls.iter().rev().filter(|call| call.span != span).take(3) {
            diagnostic = diagnostic.secondary(call.span, format!("in this call of `{}`", call.block));
        }
        self.diagnostics.push(diagnostic);
    }
}

/// The nearest of `candidates` to `name`, if one is near.
fn closest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    dlm_dsl::names::closest(name, candidates)
}

/// `` `a`, `b` or `c` ``
pub(crate) fn one_of<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        None => "nothing".into(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

/// A resolved graph together with what its ops were made from, for lints.
pub(crate) struct Built {
    pub(crate) graph: crate::graph::Graph,
    /// The arguments of each node's layer; `None` for inputs and layers that the compiler adds.
    pub(crate) arguments: Vec<Option<Arguments>>,
}

/// Whatever may warn about a model.
pub(crate) type Warnings = Vec<Diagnostic>;
