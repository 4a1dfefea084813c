//! The names of recipes: whom they train, what they are called, what they are like.

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
        let mut seen: Vec<(String, &ast::Train)> = Vec::new();
        for (position, train) in trains.enumerate() {
            if let Some(name) = &train.name {
                self.check_usable(name, Named::Module);
            } else if position > 0 {
                let model = &train.model.name;
                let message = format!("another recipe of `{model}` stands before this one, which has no name");
                self.report(
                    Diagnostic::new(codes::RECIPE_WITHOUT_NAME, train.model.span, message)
                        .secondary(name_of(seen[0].1).span, "the first recipe")
                        .help(format!("name it: `train {model} as Name`; only the first may go without")),
                );
                continue;
            }
            let name = name_of(train);
            let module = module_name(&name.name);
            if let Some((_, first)) = seen.iter().find(|(other, _)| *other == module) {
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
            seen.push((module, train));
        }
    }

    /// The recipe that `train` is like, among those of its model.
    pub(super) fn base_of<'t>(&mut self, train: &ast::Train, trains: &[&'t ast::Train]) -> Option<&'t ast::Train> {
        let like = train.like.as_ref()?;
        if let Some(base) = trains.iter().find(|other| name_of(other).name == like.name) {
            return Some(base);
        }
        let file = self.file;
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
            match closest(&like.name, trains.iter().map(|other| name_of(other).name.as_str())) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic,
            }
        };
        self.report(diagnostic);
        None
    }

    /// The recipe and those that it is like, its own first.
    pub(super) fn lineage<'t>(&mut self, train: &'t ast::Train, trains: &[&'t ast::Train]) -> Vec<&'t ast::Train> {
        let mut lineage = vec![train];
        let mut last = train;
        while let Some(base) = self.base_of(last, trains) {
            if let Some(first) = lineage.iter().position(|other| std::ptr::eq(*other, base)) {
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

fn model_name(item: &Item) -> Option<&str> {
    match item {
        Item::Model(model) => Some(&model.name.name),
        _ => None,
    }
}
