//! Where data comes from: `csv(…)` and `idx(…)`.

use dlm_dsl::ast::Value;
use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::super::Resolver;
use super::super::call::{Callee, Known};
use super::callable::{Callable, SOURCE, SOURCES};
use super::columns::{Column, Port};
use super::losses::show_type;
use super::settings::Settings;
use crate::graph::{Graph, OutputKind};
use crate::recipe::DataSource;

/// What `csv` takes, in order.
pub(super) const CSV: &[(&str, bool)] = &[
    ("path", true),
    ("label", false),
    ("labels", false),
    ("features", false),
    ("weight", false),
    ("header", false),
    ("delimiter", false),
];

/// Targets of one sample.
fn targets(kind: &OutputKind) -> usize {
    match kind {
        OutputKind::Class(_) | OutputKind::Binary => 1,
        OutputKind::Flags(flags) => *flags,
        OutputKind::Values(shape) => shape.iter().product(),
    }
}

fn outputs(graph: &Graph) -> Vec<Port> {
    let outputs = graph.outputs.iter();
    outputs.map(|output| Port::new(&output.name, targets(&output.kind), show_type(&output.kind))).collect()
}

fn inputs(graph: &Graph) -> Vec<Port> {
    let inputs = graph.inputs.iter();
    inputs.map(|input| Port::new(&input.name, input.shape.iter().product(), format!("f32{:?}", input.shape))).collect()
}

impl<'a> Resolver<'a> {
    /// The source that the setting `key` names.
    pub(super) fn data_of(&mut self, settings: &Settings, key: &str, graph: Option<&Graph>) -> Option<DataSource> {
        let value = &settings.get(key)?.value;
        let call = self.callable(SOURCE, SOURCES.iter().map(|signature| signature.name), value).ok()?;
        match SOURCES[call.index].name {
            "csv" => self.csv(settings, &call, graph),
            _ => self.idx(settings, &call, graph),
        }
    }

    fn csv(&mut self, settings: &Settings, call: &Callable<'_>, graph: Option<&Graph>) -> Option<DataSource> {
        let errors = self.errors;
        let callee = Callee { name: call.name, parameters: CSV.to_vec(), defined: None };
        let bound = match self.bind(&callee, call.arguments.unwrap_or_default()) {
            Ok(bound) | Err(bound) => bound,
        };
        let given = |name: &str| bound.iter().find(|(index, _)| CSV[*index].0 == name).map(|(_, value)| *value);
        let path = given("path").and_then(|value| self.text("`path` of `csv`", value).ok());
        let header = given("header").map(|value| self.boolean("`header` of `csv`", value).unwrap_or(true));
        let delimiter = given("delimiter").map_or(Ok(','), |value| self.delimiter(value));
        let labels = match (given("label"), given("labels")) {
            (Some(label), Some(labels)) => {
                self.report(
                    Diagnostic::new(codes::SETTINGS_CONFLICT, labels.span, "`label` and `labels` exclude each other")
                        .secondary(label.span, "`label` is given here")
                        .help("name all columns in `labels`"),
                );
                None
            }
            (Some(label), None) => match self.text("`label` of `csv`", label) {
                Ok(_) => self.columns("label", "output", label, graph.map(outputs).as_deref()),
                Err(Known) => None,
            },
            (None, Some(labels)) => self.columns("labels", "output", labels, graph.map(outputs).as_deref()),
            (None, None) => {
                // Where an argument is misspelt, that is what is missing.
                if self.errors == errors {
                    let message = "`csv` needs `label` or `labels`, the columns of the targets";
                    self.report(
                        Diagnostic::new(codes::MISSING_ARGUMENT, call.name.span, message)
                            .help("such as `csv(\"data.csv\", label = \"species\")`"),
                    );
                }
                None
            }
        };
        let features = match given("features") {
            Some(features) => self.columns("features", "input", features, graph.map(inputs).as_deref()),
            None => {
                self.check_one_input(call, graph);
                Some(Vec::new())
            }
        };
        let weight = given("weight");
        self.check_weight(settings, call, weight.is_some());
        let weight = weight.map(|value| self.text("`weight` of `csv`", value));
        if let (Some(labels), Some(features)) = (&labels, &features) {
            self.check_columns(labels, features, header);
        }
        if self.errors != errors {
            return None;
        }
        let names = |groups: Vec<Vec<Column>>| {
            groups.into_iter().map(|group| group.into_iter().map(|column| column.name).collect()).collect()
        };
        Some(DataSource::Csv {
            path: path?,
            labels: names(labels?),
            features: names(features?),
            weight: weight.transpose().ok()?,
            header,
            delimiter: delimiter.ok()?,
        })
    }

    /// Samples have weights in the recipe and in the data, or in neither.
    fn check_weight(&mut self, settings: &Settings, call: &Callable<'_>, given: bool) {
        let wanted = self.sample_weights_of(settings);
        if wanted == given {
            return;
        }
        let (message, help) = if wanted {
            let message = format!("`sample_weights` is set, and `{}` names no column of weights", call.name.name);
            (message, "add `weight = \"…\"` to `csv`, or leave out `sample_weights`")
        } else {
            ("there is a column of weights, and `sample_weights` is not set".into(), "add `sample_weights = true`")
        };
        self.report(Diagnostic::new(codes::SETTINGS_CONFLICT, call.name.span, message).help(help));
    }

    fn check_one_input(&mut self, call: &Callable<'_>, graph: Option<&Graph>) {
        let Some(graph) = graph.filter(|graph| graph.inputs.len() > 1) else { return };
        let each: Vec<String> = graph.inputs.iter().map(|input| format!("{} = [\"…\"]", input.name)).collect();
        let message = format!("`{}` has {} inputs; say which columns are whose", graph.name, graph.inputs.len());
        self.report(
            Diagnostic::new(codes::DATA_COLUMNS, call.name.span, message).help(format!("add `features = ({})`", each.join(", "))),
        );
    }

    fn delimiter(&mut self, value: &Value) -> Result<char, Known> {
        let text = self.text("`delimiter` of `csv`", value)?;
        let mut characters = text.chars();
        match (characters.next(), characters.next()) {
            (Some(only), None) if only.is_ascii() && !matches!(only, '"' | '\n' | '\r') => Ok(only),
            _ => {
                let message = format!("`delimiter` of `csv` is one ASCII character and no quote or line break, not {text:?}");
                let diagnostic = Diagnostic::new(codes::OUT_OF_RANGE, value.span, message);
                self.report(diagnostic.help("such as \",\", \";\" or \"\\t\""));
                Err(Known)
            }
        }
    }

    fn idx(&mut self, settings: &Settings, call: &Callable<'_>, graph: Option<&Graph>) -> Option<DataSource> {
        self.check_weight(settings, call, false);
        let signature = &SOURCES[call.index];
        let arguments = self.check_call(signature, call.name, call.arguments)?;
        if let Some(graph) = graph {
            let misfit = match (graph.inputs.as_slice(), graph.outputs.as_slice()) {
                ([_], [output]) if targets(&output.kind) == 1 => None,
                ([_], [output]) => Some(format!("the output `{}` is {}", output.name, show_type(&output.kind))),
                (inputs, outputs) => {
                    Some(format!("`{}` has {} and {}", graph.name, count(inputs.len(), "input"), count(outputs.len(), "output")))
                }
            };
            if let Some(misfit) = misfit {
                self.report(
                    Diagnostic::new(codes::SOURCE_MISFIT, call.name.span, format!("`idx` does not fit: {misfit}"))
                        .note("a pair of IDX files holds one input and one number as target for each sample")
                        .help("use `csv(…)`"),
                );
            }
        }
        let text = |name: &str| match arguments.get(name) {
            Some(crate::signature::ArgumentValue::Text(text)) => Some(text.clone()),
            _ => None,
        };
        Some(DataSource::Idx { images: text("images")?, labels: text("labels")? })
    }
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
