//! What an argument does not take is refused where it stands: every argument of every row of the tables, by being there.

mod rows;

use dlm_compiler::graph::OutputKind;
use dlm_compiler::op::{self, Arity};
use dlm_compiler::signature::{Argument, Default, Kind, Signature};
use dlm_compiler::{check, loss, reference};
use dlm_dsl::diagnostic::Severity;
use rows::calls::{Call, calls, given};

/// A file in which a row of a table is called, its recipe that of a model with this output.
fn file(table: &str, signature: &Signature, call: &str, arguments: &str, output: &str) -> String {
    let recipe = |setting: &str| format!("model M {{ input x: f32[4]; dense(3); output y: {output}; }} train M {{ {setting} }}");
    match table {
        "layers" | "activations" => {
            let layer = match op::find(signature.name).map(|def| def.arity) {
                Some(Arity::One) => call.to_owned(),
                Some(Arity::Many) => {
                    return format!(
                        "model M {{ input x: f32[4]; input z: f32[4]; {call} -> flatten -> dense(3); output y: f32[3]; }}"
                    );
                }
                // What holds statements.
                None => format!("{call} {{ relu; }}"),
            };
            format!("model M {{ input x: f32[4]; dense(4) -> {layer} -> flatten -> dense(3); output y: f32[3]; }}")
        }
        "initialisers" => format!("model M {{ input x: f32[4]; dense(3, init = {call}); output y: f32[3]; }}"),
        "losses" => {
            let kinds =
                [("class[3]", OutputKind::Class(3)), ("flags[3]", OutputKind::Flags(3)), ("f32[3]", OutputKind::Values(vec![3]))];
            let def = loss::find(signature.name).expect("it is a row");
            let (output, _) = kinds.iter().find(|(_, kind)| (def.fits)(kind)).expect("it is for an output");
            format!("model M {{ input x: f32[4]; dense(3); output y: {output}; }} train M {{ loss = {call}; }}")
        }
        "optimizers" => recipe(&format!("optimizer = {call};")),
        "schedules" => recipe(&format!("schedule = {call};")),
        "normalisations" => recipe(&format!("normalize = {call};")),
        "clips" => recipe(&format!("clip = {call};")),
        "penalties" => recipe(&format!("regularize = [{call}];")),
        "augmentations" => {
            format!("model M {{ input x: f32[8, 8]; flatten -> dense(3); output y: f32[3]; }} train M {{ augment = [{call}]; }}")
        }
        // A table of one column for each target.
        "sources" if signature.name == "csv" => {
            recipe(&format!("data = {};", call.replace(')', ", labels = [\"0\", \"1\", \"2\"])")))
        }
        "sources" => {
            format!("model M {{ input x: f32[4]; dense(3); output y: class[3]; }} train M {{ data = {call}; }}")
        }
        "records" => match signature.name {
            "weights" => recipe(&format!("reuse = {call};")),
            "signals" => recipe(&format!("watch = {call};")),
            name => recipe(&format!("{name} = ({arguments});")),
        },
        other => panic!("where rows of `{other}` are called is not known here"),
    }
}

const TABLES: [&str; 12] = [
    "layers",
    "activations",
    "initialisers",
    "losses",
    "optimizers",
    "schedules",
    "augmentations",
    "normalisations",
    "clips",
    "penalties",
    "sources",
    "records",
];

/// The errors of a file: the code of each and the text that it points at.
fn errors(source: &str) -> Vec<(&'static str, String)> {
    let diagnostics = check(source).1.into_iter().filter(|diagnostic| diagnostic.severity() == Severity::Error);
    diagnostics.map(|it| (it.code.0, source[it.primary.span.start..it.primary.span.end].to_owned())).collect()
}

fn called(table: &str, signature: &Signature, arguments: &str) -> String {
    called_for("f32[3]", table, signature, arguments)
}

fn called_for(output: &str, table: &str, signature: &Signature, arguments: &str) -> String {
    let values: &[&str] = match op::find(signature.name).map(|def| def.arity) {
        Some(Arity::Many) if table == "layers" => &["x", "z"],
        _ => &[],
    };
    let call = Call { name: signature.name, arguments: arguments.to_owned() }.of(values);
    file(table, signature, &call, arguments, output)
}

/// Values that an argument does not take.
fn wrong(argument: &Argument) -> Vec<String> {
    let mut wrong: Vec<String> = match argument.kind {
        Kind::Size => vec!["0", "1.5"],
        Kind::Count => vec!["-1", "0.5"],
        Kind::Bool | Kind::Initializer | Kind::Text => vec!["3"],
        Kind::Choice(_) => vec!["no_such_choice"],
        Kind::Length | Kind::Boundaries => vec!["2", "[2]"],
        Kind::Numbers(_) => vec!["2", "[true]"],
        Kind::Number(_) => vec!["\"text\""],
        Kind::Sizes => vec!["0"],
    }
    .into_iter()
    .map(str::to_owned)
    .collect();
    if let Kind::Number(range) = argument.kind {
        let outside =
            |bound: f64, included: bool, by: f64| bound.is_finite().then_some(if included { bound + by } else { bound });
        let ends = [outside(range.low, range.low_included, -1.0), outside(range.high, range.high_included, 1.0)];
        wrong.extend(ends.into_iter().flatten().map(|number| number.to_string()));
    }
    wrong
}

/// The arguments of a call that must be given, but for one.
fn others(signature: &Signature, but: &str) -> Vec<String> {
    let required = signature.arguments.iter().filter(|other| other.default == Default::Required && other.name != but);
    required.map(given).collect()
}

#[test]
fn every_row_can_be_called() {
    for table in TABLES {
        for signature in reference::signatures(table) {
            for call in calls(&signature) {
                let found = errors(&called(table, &signature, &call.arguments));
                // A figure to monitor may be of classes alone.
                if found.is_empty() || errors(&called_for("class[3]", table, &signature, &call.arguments)).is_empty() {
                    continue;
                }
                panic!(
                    "{table}: {call} is refused: {found:?}; a call that is right goes into EXAMPLES in tests/support/calls.rs"
                );
            }
        }
    }
}

#[test]
fn what_an_argument_does_not_take_is_refused_where_it_stands() {
    let mut refused = 0;
    for table in TABLES {
        for signature in reference::signatures(table) {
            for argument in signature.arguments {
                for value in wrong(argument) {
                    let written =
                        if argument.kind == Kind::Sizes { value.clone() } else { format!("{} = {value}", argument.name) };
                    let arguments = [others(&signature, argument.name), vec![written]].concat().join(", ");
                    let source = called(table, &signature, &arguments);
                    let found = errors(&source);
                    let place = |text: &str| value.contains(text.trim_start_matches('-')) && !text.is_empty();
                    let told = matches!(found.as_slice(), [(_, text)] if place(text));
                    assert!(told, "{table}: `{}` of `{}` takes {value}: {found:?}", argument.name, signature.name);
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 100, "{refused}");
}

/// No setting takes a name that stands for nothing.
#[test]
fn every_setting_refuses_what_it_cannot_take() {
    for (_, setting) in reference::names().into_iter().filter(|(table, _)| *table == "settings") {
        let found = errors(&format!(
            "model M {{ input x: f32[4]; dense(3); output y: f32[3]; }} train M {{ {setting} = no_such_name; }}"
        ));
        assert!(matches!(found.as_slice(), [(_, text)] if text == "no_such_name"), "{setting}: {found:?}");
    }
}

#[test]
fn what_is_missing_or_unknown_is_an_error() {
    for table in TABLES {
        for signature in reference::signatures(table) {
            let required: Vec<&Argument> =
                signature.arguments.iter().filter(|argument| argument.default == Default::Required).collect();
            for argument in &required {
                let found = errors(&called(table, &signature, &others(&signature, argument.name).join(", ")));
                assert!(!found.is_empty(), "{table}: `{}` without `{}`", signature.name, argument.name);
            }
            if signature.arguments.iter().any(|argument| argument.kind == Kind::Sizes) {
                continue;
            }
            let unknown = [others(&signature, ""), vec!["no_such_argument = 1".to_owned()]].concat().join(", ");
            let found = errors(&called(table, &signature, &unknown));
            let told = matches!(found.as_slice(), [(_, text)] if text == "no_such_argument");
            assert!(told, "{table}: `{}` takes an unknown argument: {found:?}", signature.name);
        }
    }
}
