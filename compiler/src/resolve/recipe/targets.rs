//! What becomes of targets before a loss sees them: how numbers are normalised, and which of two classes is yes.

use dlm_dsl::ast::{Span, Value, ValueKind};
use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::super::{Resolver, closest};
use super::losses::show_type;
use super::settings::{Setting, Settings};
use crate::graph::{Graph, Output, OutputKind};
use crate::lint;
use crate::loss;
use crate::recipe::{Normalize, OutputLoss};
use crate::signature::Flavor;

/// A setting of outputs of one kind: one value for all of them, or each by its name.
struct Each<'v> {
    setting: &'v Setting,
    /// What the outputs are called that it is for.
    kind: &'static str,
    /// Such as `(height = standard, share = none)`.
    example: &'static str,
}

fn is_number(output: &Output, losses: &[OutputLoss], index: usize) -> bool {
    // Of an output after an error in the losses nothing is known.
    let any_unit = losses.get(index).and_then(|setting| loss::find(setting.loss.name())).is_none_or(|def| def.any_unit);
    matches!(output.kind, OutputKind::Values(_)) && any_unit
}

impl<'a> Resolver<'a> {
    /// How each output's targets are normalised.
    pub(super) fn normalize_targets_of(
        &mut self,
        settings: &Settings,
        losses: &[OutputLoss],
        graph: Option<&Graph>,
    ) -> Vec<Normalize> {
        let outputs = graph.map_or(&[][..], |graph| &graph.outputs);
        let suits = |index: usize| is_number(&outputs[index], losses, index);
        let usual = |index: usize| match self.flavor {
            // What an activation keeps within bounds cannot be what has none.
            Flavor::Notes if suits(index) && graph.is_some_and(|graph| lint::limits(graph, &outputs[index]).is_none()) => {
                Normalize::Standard
            }
            _ => Normalize::None,
        };
        let mut chosen: Vec<Normalize> = (0..outputs.len()).map(usual).collect();
        let Some(setting) = settings.get("normalize_targets") else { return chosen };
        if !matches!(setting.value.kind, ValueKind::Tuple(_)) {
            let normalize = self.normalization(&setting.value);
            if graph.is_some() && normalize != Normalize::None && !(0..outputs.len()).any(suits) {
                self.no_such_output(setting, "numbers");
            }
            (0..outputs.len()).for_each(|index| chosen[index] = if suits(index) { normalize } else { Normalize::None });
            return chosen;
        }
        let each = Each { setting, kind: "f32[…]", example: "(height = standard, share = none)" };
        for (index, value) in self.by_output(&each, graph, suits) {
            let normalize = self.normalization(value);
            if let Some(index) = index {
                chosen[index] = normalize;
            }
        }
        chosen
    }

    /// The class that is yes, for each output, where it is said.
    pub(super) fn yes_of(&mut self, settings: &Settings, graph: Option<&Graph>) -> Vec<Option<String>> {
        let outputs = graph.map_or(&[][..], |graph| &graph.outputs);
        let mut chosen = vec![None; outputs.len()];
        let Some(setting) = settings.get("yes") else { return chosen };
        let suits = |index: usize| outputs[index].kind == OutputKind::Binary;
        if matches!(setting.value.kind, ValueKind::Tuple(_)) {
            let each = Each { setting, kind: "binary", example: "(ill = \"positive\", sex = \"female\")" };
            for (index, value) in self.by_output(&each, graph, suits) {
                let name = self.text("the name of a class", value);
                if let (Some(index), Ok(name)) = (index, name) {
                    chosen[index] = Some(name);
                }
            }
            return chosen;
        }
        let name = self.text("`yes`", &setting.value);
        let binary: Vec<usize> = (0..outputs.len()).filter(|index| suits(*index)).collect();
        match (binary.as_slice(), name) {
            ([only], Ok(name)) => chosen[*only] = Some(name),
            ([], Ok(_)) if graph.is_some() => self.no_such_output(setting, "`binary`"),
            ([_, _, ..], Ok(name)) => {
                let each: Vec<String> = binary.iter().map(|index| format!("{} = {name:?}", outputs[*index].name)).collect();
                let message = format!("the model has {} `binary` outputs; say of which this is yes", binary.len());
                self.report(
                    Diagnostic::new(codes::SETTINGS_CONFLICT, setting.value.span, message)
                        .help(format!("write `yes = ({})`", each.join(", "))),
                );
            }
            _ => {}
        }
        chosen
    }

    fn no_such_output(&mut self, setting: &Setting, what: &str) {
        let key = &setting.key;
        let message = format!("`{}` is for outputs that are {what}, and the model has none", key.name);
        self.report(Diagnostic::new(codes::SETTINGS_CONFLICT, key.span, message).help("leave it out"));
    }

    /// The values of `(output = value, …)`, each with the output that it is for; `None` after an error, or without a model.
    fn by_output<'v>(
        &mut self,
        each: &Each<'v>,
        graph: Option<&Graph>,
        suits: impl Fn(usize) -> bool,
    ) -> Vec<(Option<usize>, &'v Value)> {
        let key = &each.setting.key.name;
        let record = self.record(&each.setting.value, key, each.example).unwrap_or_default();
        let mut seen: Vec<(&str, Span)> = Vec::new();
        let mut found = Vec::new();
        for argument in record {
            let Some(name) = &argument.name else { continue };
            if let Some((_, first)) = seen.iter().find(|(other, _)| *other == name.name) {
                let message = format!("`{}` of `{key}` is given twice", name.name);
                self.report(Diagnostic::new(codes::DUPLICATE_ARGUMENT, name.span, message).secondary(*first, "given here first"));
                continue;
            }
            seen.push((&name.name, name.span));
            let index = graph.and_then(|graph| self.output_of(each, graph, &name.name, name.span, &suits));
            found.push((index, &argument.value));
        }
        found
    }

    fn output_of(
        &mut self,
        each: &Each<'_>,
        graph: &Graph,
        name: &str,
        span: Span,
        suits: &impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let names = || graph.outputs.iter().map(|output| output.name.as_str());
        let Some(index) = names().position(|other| other == name) else {
            let message = format!("`{}` has no output called `{name}`", graph.name);
            let diagnostic = Diagnostic::new(codes::UNKNOWN_NAME, span, message);
            self.report(match closest(name, names()) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic,
            });
            return None;
        };
        if !suits(index) {
            let (key, output) = (&each.setting.key.name, &graph.outputs[index]);
            let message =
                format!("`{key}` is for outputs of the type `{}`, and `{name}` is `{}`", each.kind, show_type(&output.kind));
            self.report(Diagnostic::new(codes::SETTINGS_CONFLICT, span, message).secondary(output.span, "the output"));
            return None;
        }
        Some(index)
    }
}
