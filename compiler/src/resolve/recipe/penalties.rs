//! `regularize`: penalties and constraints, and what they act on.

use dlm_dsl::ast::{Argument, Value, ValueKind};
use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::super::Resolver;
use super::super::value::{describe_syntax, show_number};
use super::callable::PENALTY;
use super::selector::{Standing, weights};
use super::settings::Settings;
use crate::graph::{Graph, ParameterId, Role};
use crate::penalty::{CONSTRAINTS, PENALTIES};
use crate::recipe::{Constraint, Penalty};
use crate::signature::{Arguments, Signature};

/// What a list of `regularize` asks for.
#[derive(Default)]
pub(super) struct Regularization {
    pub(super) penalties: Vec<Penalty>,
    pub(super) constraints: Vec<Constraint>,
}

/// The signatures of all that `regularize` takes: penalties, then constraints.
pub(crate) fn signatures() -> impl Iterator<Item = &'static Signature> {
    PENALTIES.iter().map(|def| &def.signature).chain(CONSTRAINTS.iter().map(|def| &def.signature))
}

impl<'a> Resolver<'a> {
    pub(super) fn regularization_of(&mut self, settings: &Settings, graph: Option<&Graph>) -> Regularization {
        let mut all = Regularization::default();
        let Some(setting) = settings.get("regularize") else { return all };
        let ValueKind::List(entries) = &setting.value.kind else {
            let message = format!("`regularize` is a list of penalties, not {}", describe_syntax(&setting.value));
            let diagnostic = Diagnostic::new(codes::WRONG_KIND, setting.value.span, message);
            self.report(diagnostic.help("such as `[l2(1e-4)]`"));
            return all;
        };
        for entry in entries {
            let Some((index, arguments, parameters)) = self.regularizer(entry, graph) else { continue };
            match PENALTIES.get(index) {
                Some(def) => all.penalties.push(Penalty { def, arguments, parameters }),
                None => {
                    let def = &CONSTRAINTS[index - PENALTIES.len()];
                    if self.has_units(def.signature.name, entry, &parameters, graph) {
                        all.constraints.push(Constraint { def, arguments, parameters });
                    }
                }
            }
        }
        all
    }

    /// The index among [`signatures`], the arguments, and the parameters acted on.
    fn regularizer(&mut self, value: &Value, graph: Option<&Graph>) -> Option<(usize, Arguments, Vec<ParameterId>)> {
        if let ValueKind::Number(number) = value.kind {
            let message = format!("a penalty belongs here, not {}", show_number(number));
            let diagnostic = Diagnostic::new(codes::WRONG_KIND, value.span, message);
            self.report(diagnostic.help(format!("write `l2({})`", show_number(number))));
            return None;
        }
        let names = signatures().map(|signature| signature.name);
        let call = self.callable(PENALTY, names, value).ok()?;
        let (layers, own): (Vec<&Argument>, Vec<&Argument>) = call
            .arguments
            .unwrap_or_default()
            .iter()
            .partition(|argument| argument.name.as_ref().is_some_and(|name| name.name == "layers"));
        let own: Vec<Argument> = own.into_iter().cloned().collect();
        let signature = signatures().nth(call.index)?;
        let arguments = self.check_call(signature, call.name, Some(&own));
        if let [_, second, ..] = layers.as_slice() {
            let span = second.name.as_ref().map_or(second.value.span, |name| name.span);
            self.report(
                Diagnostic::new(codes::DUPLICATE_ARGUMENT, span, "`layers` is given twice").help("leave out one of them"),
            );
            return None;
        }
        let graph = graph?;
        let parameters = match layers.first() {
            Some(layers) => self.selected(&layers.value, graph, Standing::Weights)?,
            None => weights(graph).collect(),
        };
        if parameters.is_empty() {
            let message = format!("`{}` has no weights to penalise", graph.name);
            self.report(Diagnostic::new(codes::EMPTY_SELECTION, value.span, message));
            return None;
        }
        Some((call.index, arguments?, parameters))
    }

    /// Whether all parameters are matrices, whose units have incoming weights.
    fn has_units(&mut self, name: &str, entry: &Value, parameters: &[ParameterId], graph: Option<&Graph>) -> bool {
        let Some(graph) = graph else { return false };
        let Some(other) = parameters.iter().find(|id| graph.parameters[id.0].role != Role::Weight) else { return true };
        let message = format!("`{name}` is for the weights of units, and `{}` has none", graph.parameters[other.0].path);
        let help = "select layers with weights, such as `dense`";
        self.report(Diagnostic::new(codes::EMPTY_SELECTION, entry.span, message).help(help));
        false
    }
}
