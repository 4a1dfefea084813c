//! Selectors: which parameters `h1`, `h1.batch_norm`, `hidden[1]`, `hidden[0..2]` and `all_but([head])` mean.

use dlm_dsl::ast::{self, Argument, Segment, Span, Value, ValueKind};
use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::super::call::Known;
use super::super::value::describe_syntax;
use super::super::{Resolver, closest};
use crate::graph::{Graph, Parameter, ParameterId, Role};
use crate::signature::{ArgumentValue, Kind};

/// A part of a path that is looked for.
#[derive(Clone, Copy)]
enum Part<'v> {
    Name(&'v str),
    /// These turns of a `repeat`; the end is excluded.
    Turns(usize, usize),
}

impl Part<'_> {
    fn matches(self, segment: &str) -> bool {
        match self {
            Self::Name(name) => name == segment,
            Self::Turns(from, to) => segment.parse::<usize>().is_ok_and(|turn| from <= turn && turn < to),
        }
    }
}

/// Whether `path` begins with what `parts` describe.
fn begins(path: &str, parts: &[Part<'_>]) -> bool {
    let mut segments = path.split('.');
    parts.iter().all(|part| segments.next().is_some_and(|segment| part.matches(segment)))
}

/// What a layer stands for in a list of selectors.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Its weights; what has none was named for itself.
    Weights,
    /// All that it learns.
    Learned,
    /// All that it holds.
    All,
}

impl<'a> Resolver<'a> {
    /// The parameters that a list of selectors means, in their order; `None` after an error.
    pub(super) fn selected(&mut self, value: &Value, graph: &Graph, standing: Standing) -> Option<Vec<ParameterId>> {
        let selectors = self.selectors(value)?;
        let mut chosen = Vec::new();
        let mut complete = true;
        for selector in selectors {
            match self.selected_by(selector, graph, standing) {
                Some(parameters) => chosen.extend(parameters),
                None => complete = false,
            }
        }
        chosen.sort_unstable();
        chosen.dedup();
        complete.then_some(chosen)
    }

    fn selectors<'v>(&mut self, value: &'v Value) -> Option<&'v [Value]> {
        match &value.kind {
            ValueKind::List(selectors) if !selectors.is_empty() => Some(selectors),
            ValueKind::List(_) => {
                self.report(
                    Diagnostic::new(codes::EMPTY_SELECTION, value.span, "an empty list selects nothing")
                        .help("name layers: `[h1, hidden[0..2]]`"),
                );
                None
            }
            _ => {
                let message = format!("a list of layers belongs here, not {}", describe_syntax(value));
                let help = "such as `[h1, hidden[0..2]]` or `[all_but([head])]`";
                self.report(Diagnostic::new(codes::WRONG_KIND, value.span, message).help(help));
                None
            }
        }
    }

    /// The parameters that one selector means.
    pub(super) fn selected_by(&mut self, selector: &Value, graph: &Graph, standing: Standing) -> Option<Vec<ParameterId>> {
        match &selector.kind {
            ValueKind::Parenthesized(inner) => self.selected_by(inner, graph, standing),
            ValueKind::Path(segments) => {
                let found = self.named(segments, selector.span, graph)?;
                let with_role = |wanted: fn(Role) -> bool| -> Vec<ParameterId> {
                    found.iter().copied().filter(|id| wanted(graph.parameters[id.0].role)).collect()
                };
                let chosen = match standing {
                    Standing::Weights => {
                        let weights = with_role(|role| role == Role::Weight);
                        if weights.is_empty() { with_role(Role::trainable) } else { weights }
                    }
                    Standing::Learned => with_role(Role::trainable),
                    Standing::All => found,
                };
                if chosen.is_empty() {
                    let message = "nothing selected here is learned";
                    self.report(Diagnostic::new(codes::EMPTY_SELECTION, selector.span, message));
                    return None;
                }
                Some(chosen)
            }
            ValueKind::Call(call) if call.name.name == "all_but" => self.all_but(call, graph, standing),
            _ => {
                let message = format!("the path of a layer belongs here, not {}", describe_syntax(selector));
                let help = "such as `h1`, `h1.dense`, `hidden[0..2]` or `all_but([head])`";
                self.report(Diagnostic::new(codes::WRONG_KIND, selector.span, message).help(help));
                None
            }
        }
    }

    fn all_but(&mut self, call: &ast::Call, graph: &Graph, standing: Standing) -> Option<Vec<ParameterId>> {
        let Some([Argument { name: None, value }]) = call.arguments.as_deref() else {
            let message = "`all_but` takes a list of layers";
            let diagnostic = Diagnostic::new(codes::WRONG_KIND, call.span, message);
            self.report(diagnostic.help("such as `all_but([head])`"));
            return None;
        };
        let mut left_out = Vec::new();
        for selector in self.selectors(value)? {
            let ValueKind::Path(segments) = &selector.kind else {
                let message = format!("the path of a layer belongs here, not {}", describe_syntax(selector));
                self.report(Diagnostic::new(codes::WRONG_KIND, selector.span, message));
                return None;
            };
            left_out.extend(self.named(segments, selector.span, graph)?);
        }
        let stands = |id: &ParameterId| match standing {
            Standing::Weights => graph.parameters[id.0].role == Role::Weight,
            Standing::Learned => graph.parameters[id.0].role.trainable(),
            Standing::All => true,
        };
        let all = (0..graph.parameters.len()).map(ParameterId);
        let chosen: Vec<ParameterId> = all.filter(stands).filter(|id| !left_out.contains(id)).collect();
        if chosen.is_empty() {
            let message = "without these layers no weight is left";
            self.report(Diagnostic::new(codes::EMPTY_SELECTION, value.span, message));
            return None;
        }
        Some(chosen)
    }

    /// Every parameter whose path begins so.
    pub(super) fn named(&mut self, segments: &[Segment], span: Span, graph: &Graph) -> Option<Vec<ParameterId>> {
        let mut parts = Vec::new();
        for segment in segments {
            parts.push(Part::Name(&segment.name.name));
            if let Some((from, to)) = &segment.turns {
                let from_turn = self.turn(from).ok()?;
                let to_turn = match to {
                    Some(to) => self.turn(to).ok()?,
                    None => from_turn + 1,
                };
                parts.push(Part::Turns(from_turn, to_turn));
            }
        }
        let find = |parts: &[Part<'_>]| -> Vec<ParameterId> {
            let matching = graph.parameters.iter().enumerate().filter(|(_, parameter)| begins(&parameter.path, parts));
            matching.map(|(index, _)| ParameterId(index)).collect()
        };
        let found = find(&parts);
        // A range must not reach beyond the turns that there are.
        let reaches = parts.iter().enumerate().all(|(at, part)| match *part {
            Part::Turns(from, to) if from < to => {
                let mut last = parts.clone();
                last[at] = Part::Turns(to - 1, to);
                !find(&last).is_empty()
            }
            Part::Turns(..) => false,
            Part::Name(_) => true,
        });
        if !found.is_empty() && reaches {
            return Some(found);
        }
        self.selects_nothing(&parts, span, &graph.parameters, !found.is_empty());
        None
    }

    fn turn(&mut self, value: &Value) -> Result<usize, Known> {
        let evaluated = self.evaluate(value);
        match self.of_kind("a turn", Kind::Count, evaluated, value.span)? {
            ArgumentValue::Number(turn) => Ok(turn as usize),
            _ => Err(Known),
        }
    }

    fn selects_nothing(&mut self, parts: &[Part<'_>], span: Span, parameters: &[Parameter], some: bool) {
        let known = (1..=parts.len())
            .take_while(|length| parameters.iter().any(|parameter| begins(&parameter.path, &parts[..*length])))
            .last()
            .unwrap_or(0);
        // What could stand in place of the first part that is not found.
        let mut next: Vec<&str> = parameters
            .iter()
            .filter(|parameter| begins(&parameter.path, &parts[..known]))
            .filter_map(|parameter| parameter.path.split('.').nth(known))
            .collect();
        let mut unique = std::collections::HashSet::new();
        next.retain(|segment| unique.insert(*segment));
        let text = if some { "this selects turns that there are not" } else { "this selects nothing" };
        let mut diagnostic = Diagnostic::new(codes::EMPTY_SELECTION, span, text);
        let wanted = match parts.get(known) {
            Some(Part::Name(name)) => Some(*name),
            _ => None,
        };
        if let Some(near) = wanted.and_then(|name| closest(name, next.iter().copied())) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        } else if parts.iter().any(|part| matches!(part, Part::Turns(..))) {
            diagnostic = diagnostic.help("turns count from 0, and the end of a range is not part of it");
        } else if !next.is_empty() {
            let shown: Vec<&str> = next.iter().copied().take(8).collect();
            diagnostic = diagnostic.help(format!("there is `{}`", shown.join("`, `")));
        }
        self.report(diagnostic);
    }
}

/// The weights of a model.
pub(super) fn weights(graph: &Graph) -> impl Iterator<Item = ParameterId> {
    let parameters = graph.parameters.iter().enumerate();
    parameters.filter(|(_, parameter)| parameter.role == Role::Weight).map(|(index, _)| ParameterId(index))
}
