//! The names of recipes: whom they train, what they are called, what they are like.

use std::collections::{HashMap, HashSet};

use dlm_dsl::ast::{self, Ident, Item};
use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::super::items::Named;
use super::super::{Resolver, closest, module_name};
use super::recipes_of;

/// The name by which other recipes know this one: an unnamed one goes by its model's.
pub(super) fn name_of(train: &ast::Train) -> &Ident {
    train.name.as_ref().unwrap_or(&train.model)
}

/// A module of the generated code that stands beside those of the recipes.
const GENERATED_MODULE: &str = "program";

impl<'a> Resolver<'a> {
    /// Reports recipes of unknown models and names that are missing or taken.
    pub(super) fn check_recipe_names(&mut self) {
        let file = self.file;
        let models: Vec<&str> = file.items.iter().filter_map(model_name).collect();
        let mut done: Vec<&str> = Vec::new();
        for item in &file.items {
            let Item::Train(train) = item else { continue };
            let model = train.model.name.as_str();
            if !models.contains(&model) {
                let message = format!("there is no model called `{model}`");
                let diagnostic = Diagnostic::new(codes::UNKNOWN_MODEL, train.model.span, message);
                self.report(match closest(model, models.iter().copied()) {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                    None => diagnostic.help(format!("write it: `model {model} {{ … }}`")),
                });
            }
            if !done.contains(&model) {
                done.push(model);
                self.check_names_of(recipes_of(file, model));
            }
        }
    }

    fn check_names_of<'f>(&mut self, trains: impl Iterator<Item = &'f ast::Train>) {
        let mut seen: HashMap<String, &ast::Train> = HashMap::new();
        let mut first_of_all: Option<&ast::Train> = None;
        for train in trains {
            if let Some(name) = &train.name {
                self.check_usable(name, Named::Module);
            } else if first_of_all.is_some() {
                let model = &train.model.name;
                let message = format!("another recipe of `{model}` stands before this one, which has no name");
                self.report(
                    Diagnostic::new(codes::RECIPE_WITHOUT_NAME, train.model.span, message)
                        .secondary(name_of(first_of_all.unwrap_or(train)).span, "the first recipe")
                        .help(format!("name it: `train {model} as Name`; only the first may go without")),
                );
                continue;
            }
            let name = name_of(train);
            let module = module_name(&name.name);
            first_of_all.get_or_insert(train);
            if let Some(first) = seen.get(&module) {
                let message = match name_of(first).name == name.name {
                    true => format!("`{}` has a recipe called `{}` already", train.model.name, name.name),
                    false => format!("`{}` and `{}` would both become the module `{module}`", name.name, name_of(first).name),
                };
                let diagnostic = Diagnostic::new(codes::RECIPE_NAME_TAKEN, name.span, message)
                    .secondary(name_of(first).span, "first used here")
                    .help("choose another name");
                self.report(match first.name {
                    Some(_) => diagnostic,
                    None => diagnostic.note("a recipe without a name goes by its model's"),
                });
            } else if train.name.is_some() && module == GENERATED_MODULE {
                let message = format!("the generated Rust has a module `{module}` of its own");
                self.report(Diagnostic::new(codes::RECIPE_NAME_TAKEN, name.span, message).help("choose another name"));
            }
            seen.entry(module).or_insert(train);
        }
    }

    /// The recipe that `train` is like, among those of its model.
    fn base_of(&mut self, train: &ast::Train) -> Option<&'a ast::Train> {
        let like = train.like.as_ref()?;
        let file = self.file;
        let recipes = self.recipes.get_or_insert_with(|| recipes_by_name(file));
        if let Some(base) = recipes.get(&(train.model.name.as_str(), like.name.as_str())) {
            return Some(base);
        }
        let elsewhere = file.items.iter().find_map(|item| match item {
            Item::Train(other) if name_of(other).name == like.name => Some(other),
            _ => None,
        });
        let diagnostic = if let Some(other) = elsewhere {
            let message = format!("`{}` is a recipe of `{}`, not of `{}`", like.name, other.model.name, train.model.name);
            Diagnostic::new(codes::UNKNOWN_RECIPE, like.span, message)
                .secondary(name_of(other).span, "this recipe")
                .help("a recipe can be like another one of its own model")
        } else {
            let message = format!("`{}` has no recipe called `{}`", train.model.name, like.name);
            let diagnostic = Diagnostic::new(codes::UNKNOWN_RECIPE, like.span, message);
            let others = recipes_of(file, &train.model.name);
            match closest(&like.name, others.map(|other| name_of(other).name.as_str())) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic,
            }
        };
        self.report(diagnostic);
        None
    }

    /// The recipe and those that it is like, its own first.
    pub(super) fn lineage(&mut self, train: &'a ast::Train) -> Vec<&'a ast::Train> {
        let mut lineage = vec![train];
        let mut known: HashSet<*const ast::Train> = HashSet::from([&raw const *train]);
        let mut last = train;
        while let Some(base) = self.base_of(last) {
            if !known.insert(base) {
                let first = lineage.iter().position(|other| std::ptr::eq(*other, base)).unwrap_or(0);
                self.report_like_cycle(&lineage[first..]);
                break;
            }
            lineage.push(base);
            last = base;
        }
        lineage
    }

    fn report_like_cycle(&mut self, cycle: &[&ast::Train]) {
        // The same place from wherever the cycle is entered, so that it is said once.
        let start = (0..cycle.len()).min_by_key(|index| cycle[*index].span.start).unwrap_or(0);
        let names: Vec<String> =
            (0..cycle.len()).map(|offset| format!("`{}`", name_of(cycle[(start + offset) % cycle.len()]).name)).collect();
        let span = cycle[start].like.as_ref().map_or(cycle[start].span, |like| like.span);
        let diagnostic = Diagnostic::new(codes::LIKE_CYCLE, span, format!("recipe {} is like itself", names[0]))
            .help("give one of the recipes all its settings and leave out its `like`");
        let round = format!("the way round is {} like {}", names.join(" like "), names[0]);
        self.report(if cycle.len() > 1 { diagnostic.note(round) } else { diagnostic });
    }
}

/// Each recipe by its model and name; of several with one name the first.
fn recipes_by_name(file: &ast::File) -> HashMap<(&str, &str), &ast::Train> {
    let mut recipes = HashMap::new();
    for item in &file.items {
        if let Item::Train(train) = item {
            recipes.entry((train.model.name.as_str(), name_of(train).name.as_str())).or_insert(train);
        }
    }
    recipes
}

fn model_name(item: &Item) -> Option<&str> {
    match item {
        Item::Model(model) => Some(&model.name.name),
        _ => None,
    }
}
