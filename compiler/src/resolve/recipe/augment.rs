//! `augment`: what changes training samples, and which inputs it changes.

use dlm_dsl::ast::{Argument, Span, Value, ValueKind};
use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::super::value::{as_name, describe_syntax};
use super::super::{Resolver, closest, one_of};
use super::callable::AUGMENTATION;
use super::settings::Settings;
use crate::augment::{self, AUGMENTATIONS, AugmentDef, Scope};
use crate::graph::Graph;
use crate::recipe::Augment;
use crate::signature::Arguments;

impl<'a> Resolver<'a> {
    /// `[shift(2), noise(0.1, inputs = [left])]`
    pub(super) fn augment_of(&mut self, settings: &Settings, graph: Option<&Graph>) -> Vec<Augment> {
        let Some(setting) = settings.get("augment") else { return Vec::new() };
        let ValueKind::List(entries) = &setting.value.kind else {
            let message = format!("`augment` is a list of augmentations, not {}", describe_syntax(&setting.value));
            let diagnostic = Diagnostic::new(codes::WRONG_KIND, setting.value.span, message);
            self.report(diagnostic.help("such as `[shift(2), flip]`; `[]` for none"));
            return Vec::new();
        };
        let mut all: Vec<Augment> = Vec::new();
        for entry in entries {
            let Some(augment) = self.augmentation(entry, graph) else { continue };
            let mixes = |augment: &Augment| augment.def.scope == Scope::Samples;
            if mixes(&augment)
                && let Some(first) = all.iter().find(|other| mixes(other))
            {
                let (name, place) = (augment.def.signature.name, |augment: &Augment| written(&augment.arguments, entry.span));
                let message = format!("`{name}` is there twice");
                let diagnostic = Diagnostic::new(codes::DUPLICATE_SETTING, place(&augment), message);
                let diagnostic = diagnostic.secondary(place(first), "here first");
                self.report(diagnostic.help("leave out one of them: a sample is mixed with one other"));
                continue;
            }
            all.push(augment);
        }
        all
    }

    fn augmentation(&mut self, entry: &Value, graph: Option<&Graph>) -> Option<Augment> {
        let call = self.callable(AUGMENTATION, augment::names(), entry).ok()?;
        let def = &AUGMENTATIONS[call.index];
        let is_selector = |argument: &&Argument| {
            def.scope != Scope::Samples && argument.name.as_ref().is_some_and(|name| name.name == "inputs")
        };
        let (selectors, own): (Vec<&Argument>, Vec<&Argument>) = call.arguments.unwrap_or_default().iter().partition(is_selector);
        let own: Vec<Argument> = own.into_iter().cloned().collect();
        let arguments = self.check_call(&def.signature, call.name, Some(&own));
        if let [_, second, ..] = selectors.as_slice() {
            let span = second.name.as_ref().map_or(second.value.span, |name| name.span);
            let diagnostic = Diagnostic::new(codes::DUPLICATE_ARGUMENT, span, "`inputs` is given twice");
            self.report(diagnostic.help("leave out one of them"));
            return None;
        }
        let graph = graph?;
        let inputs = match selectors.first() {
            Some(selector) => self.selected_inputs(def, &selector.value, graph)?,
            None => self.suitable_inputs(def, call.name.span, graph)?,
        };
        let arguments = arguments?;
        let images = inputs.iter().filter_map(|index| augment::image(&graph.inputs[*index].shape));
        if let Some(message) = images.filter_map(|image| (def.misfit)(&arguments, image)).next() {
            let first = def.signature.arguments[0].name;
            let span = arguments.place(first).unwrap_or(entry.span);
            self.report(Diagnostic::new(codes::OUT_OF_RANGE, span, message));
            return None;
        }
        Some(Augment { def, arguments, inputs })
    }

    /// All inputs that an augmentation can change; reports where there are none.
    fn suitable_inputs(&mut self, def: &AugmentDef, span: Span, graph: &Graph) -> Option<Vec<usize>> {
        let suitable = (0..graph.inputs.len()).filter(|index| def.scope.holds(&graph.inputs[*index].shape));
        let suitable: Vec<usize> = suitable.collect();
        if suitable.is_empty()
            && let Some(input) = graph.inputs.first()
        {
            self.no_image(def, span, &input.name, &input.shape);
            return None;
        }
        Some(suitable)
    }

    /// The inputs that a list names, in the order of the model.
    fn selected_inputs(&mut self, def: &AugmentDef, value: &Value, graph: &Graph) -> Option<Vec<usize>> {
        let ValueKind::List(entries) = &value.kind else {
            let message = format!("a list of inputs belongs here, not {}", describe_syntax(value));
            let example = format!("such as `[{}]`", graph.inputs.first().map_or("image", |input| &input.name));
            self.report(Diagnostic::new(codes::WRONG_KIND, value.span, message).help(example));
            return None;
        };
        if entries.is_empty() {
            let diagnostic = Diagnostic::new(codes::EMPTY_SELECTION, value.span, "an empty list selects nothing");
            self.report(diagnostic.help("leave `inputs` out for all that it can change"));
            return None;
        }
        let mut chosen = Vec::new();
        let mut complete = true;
        for entry in entries {
            match self.selected_input(def, entry, graph) {
                Some(index) => chosen.push(index),
                None => complete = false,
            }
        }
        chosen.sort_unstable();
        chosen.dedup();
        complete.then_some(chosen)
    }

    fn selected_input(&mut self, def: &AugmentDef, entry: &Value, graph: &Graph) -> Option<usize> {
        let names = || graph.inputs.iter().map(|input| input.name.as_str());
        let Some(name) = as_name(entry) else {
            let message = format!("the name of an input belongs here, not {}", describe_syntax(entry));
            self.report(Diagnostic::new(codes::WRONG_KIND, entry.span, message).help(format!("there is {}", one_of(names()))));
            return None;
        };
        let Some(index) = names().position(|known| known == name.name) else {
            let message = format!("`{}` has no input called `{}`", graph.name, name.name);
            let help = match closest(&name.name, names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there is {}", one_of(names())),
            };
            self.report(Diagnostic::new(codes::UNKNOWN_NAME, name.span, message).help(help));
            return None;
        };
        let shape = &graph.inputs[index].shape;
        if !def.scope.holds(shape) {
            self.no_image(def, name.span, &name.name, shape);
            return None;
        }
        Some(index)
    }

    fn no_image(&mut self, def: &AugmentDef, span: Span, input: &str, shape: &[usize]) {
        let name = def.signature.name;
        let message = format!("`{name}` changes images, and `{input}` is none: f32{shape:?}");
        let help = "images are declared as `f32[height, width]` or `f32[height, width, channels]`, and `flatten` comes before \
                    `dense`; `noise` and `mixup` are for inputs of any shape";
        self.report(Diagnostic::new(codes::NO_IMAGE, span, message).help(help));
    }
}

/// Where a call stands.
fn written(arguments: &Arguments, otherwise: Span) -> Span {
    arguments.written.as_ref().map_or(otherwise, |written| written.name)
}
