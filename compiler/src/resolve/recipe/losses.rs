//! Losses: one for each output, which fits its type.

use dlm_dsl::ast::{Span, Value, ValueKind};
use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::super::call::Known;
use super::super::value::{as_name, describe_syntax};
use super::super::{Resolver, closest, one_of};
use super::callable::LOSS;
use super::settings::{Setting, Settings};
use crate::graph::{Graph, Output, OutputKind};
use crate::loss::{self, LOSSES, LossDef};
use crate::recipe::OutputLoss;
use crate::signature::{Arguments, Range};

/// The type of an output as it is written.
pub(crate) fn show_type(kind: &OutputKind) -> String {
    match kind {
        OutputKind::Class(classes) => format!("class[{classes}]"),
        OutputKind::Binary => "binary".into(),
        OutputKind::Flags(flags) => format!("flags[{flags}]"),
        OutputKind::Values(shape) => {
            let sizes: Vec<String> = shape.iter().map(usize::to_string).collect();
            format!("f32[{}]", sizes.join(", "))
        }
    }
}

/// A loss that is called, not yet for an output.
struct Called {
    def: &'static LossDef,
    arguments: Option<Arguments>,
    span: Span,
}

impl<'a> Resolver<'a> {
    /// The loss of each output. Without a graph nothing but the calls is checked.
    pub(super) fn losses_of(&mut self, settings: &Settings, graph: Option<&Graph>) -> Vec<OutputLoss> {
        let outputs = graph.map_or(&[][..], |graph| &graph.outputs);
        let mut losses: Vec<Option<OutputLoss>> = outputs.iter().map(|_| None).collect();
        if let Some(setting) = settings.get("losses") {
            self.list_of_losses(setting, graph, &mut losses);
        } else if let Some(setting) = settings.get("loss") {
            let called = self.loss(&setting.value);
            match (outputs, called) {
                ([output], Ok(called)) => losses[0] = self.fitted(&called, output, 1.0),
                ([] | [_], _) => {}
                (several, _) => self.several_outputs(setting, several),
            }
        }
        let defaults = losses.into_iter().zip(outputs).map(|(loss, output)| {
            loss.unwrap_or_else(|| {
                let def = loss::default_for(&output.kind);
                let arguments = Arguments::defaults(&def.signature, self.flavor);
                OutputLoss { loss: (def.make)(&arguments, &output.kind), arguments, weight: 1.0 }
            })
        });
        defaults.collect()
    }

    fn loss(&mut self, value: &Value) -> Result<Called, Known> {
        let call = self.callable(LOSS, loss::names(), value)?;
        let def = &LOSSES[call.index];
        let arguments = self.check_planned_call(&def.signature, &call);
        Ok(Called { def, arguments, span: call.name.span })
    }

    fn fitted(&mut self, called: &Called, output: &Output, weight: f64) -> Option<OutputLoss> {
        if !(called.def.fits)(&output.kind) {
            let name = called.def.signature.name;
            let message = format!("`{name}` does not fit the output `{}`, which is {}", output.name, show_type(&output.kind));
            let fitting = LOSSES.iter().filter(|def| (def.fits)(&output.kind)).map(|def| def.signature.name);
            self.report(
                Diagnostic::new(codes::LOSS_MISFIT, called.span, message)
                    .secondary(output.span, "the output")
                    .help(format!("use {}", one_of(fitting))),
            );
            return None;
        }
        let arguments = called.arguments.clone()?;
        if let Some(misfit) = (called.def.misfit)(&arguments, &output.kind) {
            let diagnostic = Diagnostic::new(codes::LOSS_MISFIT, called.span, misfit);
            self.report(diagnostic.secondary(output.span, "the output").help("give each class a weight, in their order"));
            return None;
        }
        Some(OutputLoss { loss: (called.def.make)(&arguments, &output.kind), arguments, weight })
    }

    fn several_outputs(&mut self, setting: &Setting, outputs: &[Output]) {
        let message = format!("`loss` is for models with one output; this one has {}", outputs.len());
        let each: Vec<String> = outputs
            .iter()
            .map(|output| format!("({}, {}, 1.0)", output.name, loss::default_for(&output.kind).signature.name))
            .collect();
        self.report(
            Diagnostic::new(codes::OUTPUT_LOSSES, setting.key.span, message)
                .help(format!("write `losses = [{}]`", each.join(", "))),
        );
    }

    /// `[(output, loss, weight), …]`
    fn list_of_losses(&mut self, setting: &Setting, graph: Option<&Graph>, losses: &mut [Option<OutputLoss>]) {
        let ValueKind::List(entries) = &setting.value.kind else {
            let message = format!("`losses` is a list, not {}", describe_syntax(&setting.value));
            let diagnostic = Diagnostic::new(codes::WRONG_KIND, setting.value.span, message);
            return self.report(diagnostic.help("such as `[(digit, cross_entropy, 1.0), (height, mse, 0.5)]`"));
        };
        let mut seen: Vec<(&str, Span)> = Vec::new();
        let errors = self.errors;
        for entry in entries {
            let Some((name, loss, weight)) = self.entry(entry) else { continue };
            let called = self.loss(loss);
            let weight = match weight {
                Some(weight) => self.number("the weight of a loss", Range::NOT_NEGATIVE, weight).unwrap_or(1.0),
                None => 1.0,
            };
            let Some(name) = as_name(name) else {
                let message = format!("the name of an output belongs here, not {}", describe_syntax(name));
                self.report(Diagnostic::new(codes::WRONG_KIND, name.span, message));
                continue;
            };
            if let Some((_, first)) = seen.iter().find(|(other, _)| *other == name.name) {
                let message = format!("the output `{}` has two losses", name.name);
                self.report(Diagnostic::new(codes::OUTPUT_LOSSES, name.span, message).secondary(*first, "given here first"));
                continue;
            }
            seen.push((&name.name, name.span));
            let Some(graph) = graph else { continue };
            match graph.outputs.iter().position(|output| output.name == name.name) {
                Some(index) => {
                    if let Ok(called) = called {
                        losses[index] = self.fitted(&called, &graph.outputs[index], weight);
                    }
                }
                None => {
                    let message = format!("`{}` has no output called `{}`", graph.name, name.name);
                    let diagnostic = Diagnostic::new(codes::OUTPUT_LOSSES, name.span, message);
                    let names = || graph.outputs.iter().map(|output| output.name.as_str());
                    self.report(match closest(&name.name, names()) {
                        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                        None => diagnostic.help(format!("it has {}", one_of(names()).replace(" or ", " and "))),
                    });
                }
            }
        }
        let Some(graph) = graph.filter(|_| self.errors == errors) else { return };
        if !losses.is_empty()
            && losses.iter().flatten().count() == losses.len()
            && losses.iter().flatten().all(|it| it.weight == 0.0)
        {
            let message = "nothing is left to train: every loss has a weight of 0";
            let diagnostic = Diagnostic::new(codes::SETTINGS_CONFLICT, setting.value.span, message);
            self.report(diagnostic.help("give a loss a weight above 0"));
        }
        for output in graph.outputs.iter().filter(|output| !seen.iter().any(|(name, _)| *name == output.name)) {
            let default = loss::default_for(&output.kind).signature.name;
            let message = format!("the output `{}` has no loss", output.name);
            self.report(
                Diagnostic::new(codes::OUTPUT_LOSSES, setting.value.span, message)
                    .secondary(output.span, "the output")
                    .help(format!("add `({}, {default}, 1.0)`; a weight of 0 leaves it unlearned", output.name)),
            );
        }
    }

    /// `(output, loss)` or `(output, loss, weight)`
    fn entry<'v>(&mut self, entry: &'v Value) -> Option<(&'v Value, &'v Value, Option<&'v Value>)> {
        if let ValueKind::Tuple(arguments) = &entry.kind
            && arguments.iter().all(|argument| argument.name.is_none())
        {
            match arguments.as_slice() {
                [output, loss] => return Some((&output.value, &loss.value, None)),
                [output, loss, weight] => return Some((&output.value, &loss.value, Some(&weight.value))),
                _ => {}
            }
        }
        self.report(
            Diagnostic::new(codes::WRONG_KIND, entry.span, "an output, its loss and the loss's weight belong here")
                .help("such as `(digit, cross_entropy, 1.0)`"),
        );
        None
    }
}
