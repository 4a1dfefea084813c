//! `regularize`: penalties and what they act on.

use dlm_dsl::ast::{Value, ValueKind};
use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::super::Resolver;
use super::super::call::Callee;
use super::super::value::{describe_syntax, show_number};
use super::callable::{PENALTIES, PENALTY};
use super::selector::weights;
use super::settings::Settings;
use crate::graph::Graph;
use crate::recipe::{Penalty, PenaltyKind};
use crate::signature::Range;

impl<'a> Resolver<'a> {
    pub(super) fn penalties_of(&mut self, settings: &Settings, graph: Option<&Graph>) -> Vec<Penalty> {
        let Some(setting) = settings.get("regularize") else { return Vec::new() };
        let ValueKind::List(entries) = &setting.value.kind else {
            let message = format!("`regularize` is a list of penalties, not {}", describe_syntax(&setting.value));
            let diagnostic = Diagnostic::new(codes::WRONG_KIND, setting.value.span, message);
            self.report(diagnostic.help("such as `[l2(1e-4)]`"));
            return Vec::new();
        };
        entries.iter().filter_map(|entry| self.penalty(entry, graph)).collect()
    }

    fn penalty(&mut self, value: &Value, graph: Option<&Graph>) -> Option<Penalty> {
        if let ValueKind::Number(number) = value.kind {
            let message = format!("a penalty belongs here, not {}", show_number(number));
            let diagnostic = Diagnostic::new(codes::WRONG_KIND, value.span, message);
            self.report(diagnostic.help(format!("write `l2({})`", show_number(number))));
            return None;
        }
        let call = self.callable(PENALTY, PENALTIES.iter().map(|signature| signature.name), value).ok()?;
        let callee = Callee { name: call.name, parameters: vec![("strength", true), ("layers", false)], defined: None };
        let (bound, complete) = match self.bind(&callee, call.arguments.unwrap_or_default()) {
            Ok(bound) => (bound, true),
            Err(bound) => (bound, false),
        };
        let (mut strength, mut layers) = (None, None);
        for (index, value) in bound {
            match index {
                0 => strength = self.number("`strength` of `l2`", Range::NOT_NEGATIVE, value).ok(),
                _ => layers = Some(value),
            }
        }
        let graph = graph?;
        let parameters = match layers {
            Some(layers) => self.selected(layers, graph)?,
            None => weights(graph).collect(),
        };
        if parameters.is_empty() {
            let message = format!("`{}` has no weights to penalise", graph.name);
            self.report(Diagnostic::new(codes::EMPTY_SELECTION, value.span, message));
            return None;
        }
        Some(Penalty { kind: PenaltyKind::L2, strength: strength.filter(|_| complete)?, parameters })
    }
}
