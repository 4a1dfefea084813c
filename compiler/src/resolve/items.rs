//! The items of a file and the one namespace that consts, blocks, parameters, inputs, names, layers, activations and
//! initialisers share.

use std::collections::HashSet;

use dlm_dsl::ast::{self, Ident, Item, Link, Span, Statement, StatementKind};
use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::value::Evaluated;
use super::{MAX_DEPTH, Resolver, initializer};
use crate::op;

/// A const and its value, once known.
pub(super) struct Const<'a> {
    pub(super) item: &'a ast::Const,
    pub(super) state: ConstState,
}

/// How far the evaluation of a const is.
#[derive(Clone)]
pub(super) enum ConstState {
    /// Not begun.
    Waiting,
    /// Begun: meeting it again is a cycle.
    Open,
    /// Done.
    Known(Evaluated),
}

/// What the language itself calls by this name.
pub(super) fn builtin(name: &str) -> Option<&'static str> {
    if op::activation::find(name).is_some() {
        Some("an activation")
    } else if op::find(name).is_some() || op::PLANNED.contains(&name) || name == "project" {
        Some("a layer")
    } else if initializer::find(name).is_some() {
        Some("an initialiser")
    } else {
        None
    }
}

/// The name of the module that a model or recipe becomes: `FineTune` is `fine_tune`.
pub fn module_name(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    let mut module = String::new();
    for (at, character) in characters.iter().enumerate() {
        let previous = at.checked_sub(1).map(|at| characters[at]);
        let next_is_lower = characters.get(at + 1).is_some_and(|next| next.is_lowercase());
        let boundary = previous.is_some_and(|previous| {
            previous.is_lowercase() || previous.is_ascii_digit() || previous.is_uppercase() && next_is_lower
        });
        if character.is_uppercase() && boundary {
            module.push('_');
        }
        module.extend(character.to_lowercase());
    }
    module
}

/// Names that Rust allows nowhere, in any case of letters: `Self` too.
const UNUSABLE: &[&str] = &["self", "super", "crate", "_"];

/// What a name of the file names in the generated Rust.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// A type, in a module that has others: a model.
    Type,
    /// A module among other things: a recipe.
    Module,
    /// A parameter of functions: an input or output.
    Parameter,
}

impl Named {
    /// Names that mean something else there.
    fn taken(self) -> &'static [&'static str] {
        match self {
            Self::Type => &[
                "Trainer",
                "PROGRAM",
                "Inputs",
                "Outputs",
                "InputsOfOne",
                "OutputsOfOne",
                "program",
                "step",
                "infer",
                "dlm",
                "bool",
                "char",
                "str",
                "f32",
                "f64",
                "u8",
                "u16",
                "u32",
                "u64",
                "u128",
                "usize",
                "i8",
                "i16",
                "i32",
                "i64",
                "i128",
                "isize",
            ],
            Self::Module => &[],
            Self::Parameter => &["None", "Some", "Ok", "Err", "PROGRAM"],
        }
    }
}

/// Whether a model can have this name, which its type in the generated Rust gets.
pub fn can_name_type(name: &str) -> bool {
    can_be(name, Named::Type)
}

fn can_be(name: &str, named: Named) -> bool {
    !UNUSABLE.contains(&name.to_lowercase().as_str()) && !named.taken().contains(&name)
}

impl<'a> Resolver<'a> {
    /// Gathers consts and blocks and reports names that are taken.
    pub(super) fn collect_items(&mut self) {
        for item in &self.file.items {
            match item {
                Item::Const(item) => {
                    if self.declare_item(&item.name) {
                        self.consts.push(Const { item, state: ConstState::Waiting });
                    }
                }
                Item::Block(block) => {
                    if self.declare_item(&block.name) {
                        self.blocks.insert(&block.name.name, block);
                    }
                }
                Item::Model(_) | Item::Train(_) => {}
            }
        }
        self.check_model_names();
        for allow in crate::lint::unknown_allows(self.file) {
            self.report(allow);
        }
    }

    fn declare_item(&mut self, name: &Ident) -> bool {
        match self.taken_by_item(&name.name) {
            None => true,
            Some((what, at)) => {
                self.report(taken(name, &what, at));
                false
            }
        }
    }

    /// What the language or an item of the file calls by this name, and where that is.
    pub(super) fn taken_by_item(&self, name: &str) -> Option<(String, Option<Span>)> {
        if let Some(what) = builtin(name) {
            return Some((what.into(), None));
        }
        if let Some(found) = self.consts.iter().find(|found| found.item.name.name == name) {
            return Some(("a const".into(), Some(found.item.name.span)));
        }
        self.blocks.get(name).map(|block| ("a block".into(), Some(block.name.span)))
    }

    /// Models are told apart by the modules that they become.
    fn check_model_names(&mut self) {
        let mut seen: Vec<(String, &Ident)> = Vec::new();
        for item in &self.file.items {
            let Item::Model(model) = item else { continue };
            self.check_usable(&model.name, Named::Type);
            let module = module_name(&model.name.name);
            match seen.iter().find(|(other, _)| *other == module) {
                None => seen.push((module, &model.name)),
                Some((_, first)) if first.name == model.name.name => {
                    self.report(taken(&model.name, "a model", Some(first.span)));
                }
                Some((_, first)) => {
                    let name = &model.name.name;
                    let message = format!("`{name}` and `{}` would both become the module `{module}`", first.name);
                    self.report(
                        Diagnostic::new(codes::NAME_TAKEN, model.name.span, message)
                            .secondary(first.span, "first used here")
                            .help("give one of the models another name"),
                    );
                }
            }
        }
    }

    /// Names that become Rust names must be possible there.
    pub(super) fn check_usable(&mut self, name: &Ident, named: Named) {
        if !can_be(&name.name, named) {
            let message = format!("`{}` cannot be a name in the generated Rust", name.name);
            self.report(Diagnostic::new(codes::UNUSABLE_NAME, name.span, message).help("choose another name"));
        }
    }

    /// Evaluates every const, so that each is checked whether used or not.
    pub(super) fn evaluate_consts(&mut self) {
        self.frames.push(Default::default());
        for index in 0..self.consts.len() {
            self.const_value(index, self.consts[index].item.name.span);
        }
        self.frames.pop();
    }

    /// The value of the const of this index, which is named at `span`.
    pub(super) fn const_value(&mut self, index: usize, span: Span) -> Evaluated {
        let item = self.consts[index].item;
        let name = &item.name.name;
        match self.consts[index].state.clone() {
            ConstState::Known(value) => return value,
            ConstState::Open => {
                let message = format!("the value of `{name}` depends on itself");
                self.report(
                    Diagnostic::new(codes::CONST_CYCLE, span, message)
                        .secondary(item.name.span, "defined here")
                        .help("give one of the consts a value of its own"),
                );
                return Evaluated::Poison;
            }
            ConstState::Waiting => {}
        }
        self.consts[index].state = ConstState::Open;
        self.const_depth += 1;
        let value = if self.const_depth > MAX_DEPTH {
            let message = format!("`{name}` is reached through more than {MAX_DEPTH} consts");
            self.report(
                Diagnostic::new(codes::TOO_LARGE, item.name.span, message).help("define consts before the consts that use them"),
            );
            Evaluated::Poison
        } else {
            match self.evaluate(&item.value) {
                number @ (Evaluated::Number(_) | Evaluated::Poison) => number,
                other => {
                    let message = format!("a const is a number, not {}", other.describe());
                    self.report(Diagnostic::new(codes::WRONG_KIND, item.value.span, message));
                    Evaluated::Poison
                }
            }
        };
        self.const_depth -= 1;
        self.consts[index].state = ConstState::Known(value.clone());
        value
    }

    /// Reports blocks that contain themselves, each cycle once; they expand to nothing.
    pub(super) fn find_recursive_blocks(&mut self) {
        let file = self.file;
        let mut done: HashSet<&str> = HashSet::new();
        for item in &file.items {
            let Item::Block(start) = item else { continue };
            if !self.is_block(start) || !done.insert(&start.name.name) {
                continue;
            }
            // Depth first without recursion: each entry is a block that is open and its calls that are still to follow.
            let mut open = vec![(start, called(&start.body).into_iter())];
            while let Some((_, calls)) = open.last_mut() {
                let Some((name, span)) = calls.next() else {
                    open.pop();
                    continue;
                };
                if let Some(first) = open.iter().position(|(block, _)| block.name.name == name) {
                    let cycle: Vec<&ast::Block> = open[first..].iter().map(|(block, _)| *block).collect();
                    self.report_cycle(&cycle, span);
                } else if let Some(inner) = self.blocks.get(name)
                    && done.insert(name)
                {
                    open.push((inner, called(&inner.body).into_iter()));
                }
            }
        }
    }

    fn report_cycle(&mut self, cycle: &[&'a ast::Block], call: Span) {
        let names: Vec<String> = cycle.iter().map(|block| format!("`{}`", block.name.name)).collect();
        let diagnostic = Diagnostic::new(codes::RECURSIVE_BLOCK, call, format!("block {} contains itself", names[0]))
            .secondary(cycle[0].name.span, "defined here")
            .help("to use a block several times, call it several times or write `repeat N { … }`");
        let around = format!("the way round is {} -> {}", names.join(" -> "), names[0]);
        self.report(if cycle.len() > 1 { diagnostic.note(around) } else { diagnostic });
        self.recursive.extend(cycle.iter().map(|block| block.name.name.as_str()));
    }

    /// Whether this is the block that its name stands for; another of the same name is not.
    pub(super) fn is_block(&self, block: &ast::Block) -> bool {
        self.blocks.get(block.name.name.as_str()).is_some_and(|known| std::ptr::eq(*known, block))
    }
}

/// The names called in `body`, nested statements included.
pub(super) fn called(body: &[Statement]) -> Vec<(&str, Span)> {
    let mut names = Vec::new();
    for statement in body {
        let StatementKind::Chain { links, .. } = &statement.kind else { continue };
        for link in links {
            match link {
                Link::Call(call) => names.push((call.name.name.as_str(), call.name.span)),
                Link::Repeat { body, .. } | Link::Residual { body, .. } => names.extend(called(body)),
            }
        }
    }
    names
}

/// The error for a name that stands for something already.
pub(super) fn taken(name: &Ident, what: &str, at: Option<Span>) -> Diagnostic {
    let message = format!("`{}` is already the name of {what}", name.name);
    let diagnostic = Diagnostic::new(codes::NAME_TAKEN, name.span, message).help("choose another name: no name hides another");
    match at {
        Some(span) => diagnostic.secondary(span, "first defined here"),
        None => diagnostic,
    }
}

#[cfg(test)]
mod tests {
    use super::module_name;

    #[test]
    fn module_names_are_snake_case() {
        let cases =
            [("Digits", "digits"), ("FineTune", "fine_tune"), ("MNISTNet", "mnist_net"), ("Net2D", "net2_d"), ("a_b", "a_b")];
        for (name, module) in cases {
            assert_eq!(module_name(name), module);
        }
    }
}
