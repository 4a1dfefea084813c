//! Recipes: which belong to which model, what they inherit, and every setting with its default.

mod augment;
mod callable;
mod columns;
mod course;
mod losses;
mod names;
mod penalties;
mod selector;
mod settings;
mod simple;
mod source;

use std::collections::HashSet;

use dlm_dsl::ast::{self, Item};

use super::overrides::{Overrides, Replaced};
use super::{Resolver, Warnings};
use crate::graph::{Graph, Model, Unit};
use crate::lint::{self, Subject};
use crate::recipe::Recipe;
use crate::signature::Flavor;

pub(crate) use callable::{CLIPS, NORMALIZATIONS, PLANNED_ARGUMENTS, PLANNED_CALLABLES, SOURCES};
pub(crate) use course::RECORDS;
pub(crate) use losses::show_type;
pub(crate) use penalties::signatures as regularizers;
pub(crate) use settings::{PLANNED, SETTINGS, SettingDef, Settings};

/// Every model with its recipes, and what there is to warn about.
pub(super) fn resolve_models(resolver: &mut Resolver<'_>, overrides: &Overrides, replaced: &Replaced) -> (Vec<Model>, Warnings) {
    let file = resolver.file;
    resolver.check_recipe_names();
    let mut models = Vec::new();
    let mut warnings = Warnings::new();
    let mut known = HashSet::new();
    for item in &file.items {
        let Item::Model(model) = item else { continue };
        // A second model of one name is an error; the recipes are the first's.
        let first = known.insert(model.name.name.as_str());
        let trains: Vec<&ast::Train> = if first { recipes_of(file, &model.name.name).collect() } else { Vec::new() };
        let mut units = Vec::new();
        if trains.is_empty() {
            units.extend(resolver.unit(model, None, (overrides, replaced), &mut warnings));
        }
        for train in &trains {
            units.extend(resolver.unit(model, Some(train), (overrides, replaced), &mut warnings));
        }
        models.push(Model { name: model.name.name.clone(), docs: model.attributes.docs.clone(), span: model.name.span, units });
    }
    // Recipes for models that do not exist: what can be said without one.
    for item in &file.items {
        if let Item::Train(train) = item
            && !known.contains(train.model.name.as_str())
        {
            let settings = resolver.settings(Some(train));
            resolver.recipe(Some(train), &settings, None);
        }
    }
    (models, warnings)
}

/// The recipes that train the model of this name, in the order written.
fn recipes_of<'f>(file: &'f ast::File, model: &'f str) -> impl Iterator<Item = &'f ast::Train> {
    file.items.iter().filter_map(move |item| match item {
        Item::Train(train) if train.model.name == model => Some(train),
        _ => None,
    })
}

impl<'a> Resolver<'a> {
    /// A model under one recipe; `None` after an error in the model.
    fn unit(
        &mut self,
        model: &'a ast::Model,
        train: Option<&'a ast::Train>,
        (overrides, replaced): (&Overrides, &Replaced),
        warnings: &mut Warnings,
    ) -> Option<Unit> {
        let mut settings = self.settings(train);
        let name = train.and_then(|train| train.name.as_ref()).unwrap_or(&model.name);
        let concerned = overrides.model.as_ref().is_none_or(|wanted| *wanted == model.name.name)
            && overrides.recipe.as_ref().is_none_or(|wanted| *wanted == name.name);
        if concerned {
            self.replace(&mut settings, replaced);
        }
        let flavor = self.flavor_of(&settings);
        let built = self.build_model(model, flavor);
        let recipe = self.recipe(train, &settings, built.as_ref().map(|built| &built.graph));
        let built = built?;
        let subject = Subject { graph: &built.graph, arguments: &built.arguments, recipe: &recipe, settings: &settings };
        lint::lint(&subject).into_iter().for_each(|warning| lint::add(warnings, warning));
        Some(Unit { graph: built.graph, recipe })
    }

    /// The recipe that `settings` make, defaults filled in. After an error it is not to be used.
    fn recipe(&mut self, train: Option<&ast::Train>, settings: &Settings, graph: Option<&Graph>) -> Recipe {
        self.flavor = self.flavor_of(settings);
        self.check_known(settings);
        let split = self.split_of(settings, graph);
        let regularization = self.regularization_of(settings, graph);
        let optimizer = self.optimizer_of(settings);
        let schedule = self.schedule_of(settings);
        Recipe {
            name: train.and_then(|train| train.name.as_ref()).map(|name| name.name.clone()),
            docs: train.map(|train| train.attributes.docs.clone()).unwrap_or_default(),
            allows: self.allows_of(train),
            written: train.is_some(),
            flavor: self.flavor,
            losses: self.losses_of(settings, graph),
            optimizer,
            plateau: self.plateau_of(settings, &schedule, graph),
            schedule,
            penalties: regularization.penalties,
            constraints: regularization.constraints,
            clip: self.clip_of(settings),
            rate_scales: self.rate_scales_of(settings, graph),
            batch: self.batch_of(settings),
            accumulate: self.accumulate_of(settings),
            average: self.average_of(settings),
            watch: self.watch_of(settings),
            early_stop: self.early_stop_of(settings, graph),
            phases: self.phases_of(settings, graph),
            reuse: self.reuse_of(settings, graph),
            sample_weights: self.sample_weights_of(settings),
            drop_last: self.drop_last_of(settings),
            epochs: self.epochs_of(settings),
            seed: self.seed_of(settings),
            shuffle: self.shuffle_of(settings),
            split,
            augment: self.augment_of(settings, graph),
            normalize: self.normalize_of(settings),
            data: self.data_of(settings, "data", graph),
            validation_data: self.data_of(settings, "validation_data", graph),
            test_data: self.data_of(settings, "test_data", graph),
        }
    }

    /// The lints that are silenced for a recipe.
    fn allows_of(&self, train: Option<&ast::Train>) -> Vec<String> {
        let before = |attributes: &ast::Attributes| attributes.allows.clone();
        let own = train.map(|train| before(&train.attributes)).unwrap_or_default();
        let settings = train.into_iter().flat_map(|train| &train.settings).flat_map(|setting| before(&setting.attributes));
        let all = self.file.allows.iter().cloned().chain(own).chain(settings);
        all.map(|allow| allow.name).collect()
    }

    fn flavor_of(&mut self, settings: &Settings) -> Flavor {
        let chosen = settings
            .get("flavor")
            .and_then(|setting| self.choice("`flavor`", &["notes", "pytorch", "keras"], &setting.value).ok());
        match chosen {
            Some("pytorch") => Flavor::Pytorch,
            Some("keras") => Flavor::Keras,
            _ => Flavor::Notes,
        }
    }
}
