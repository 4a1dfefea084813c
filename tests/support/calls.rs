//! Calls of what the compiler's tables hold, made from its signatures: a row is put through a test because it is a row.

use dlm_compiler::signature::{Argument, Default, Kind, Range, Signature};

/// Calls of rows whose arguments depend on one another, or on the model around them.
const EXAMPLES: &[(&str, &[&str])] = &[
    ("uniform", &["low = -0.5, high = 0.5"]),
    (
        "cross_entropy",
        &["", "label_smoothing = 0.3", "class_weights = [0.5, 2, 1]", "label_smoothing = 0.3, class_weights = [0.5, 2, 1]"],
    ),
];

/// A call of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The row's name.
    pub name: &'static str,
    /// Its arguments, by name.
    pub arguments: String,
}

impl Call {
    /// `dense(units = 3)`; `add(a, b)` given the values.
    pub fn of(&self, values: &[&str]) -> String {
        let arguments: Vec<&str> =
            values.iter().copied().chain([self.arguments.as_str()]).filter(|argument| !argument.is_empty()).collect();
        if arguments.is_empty() { self.name.to_owned() } else { format!("{}({})", self.name, arguments.join(", ")) }
    }
}

impl std::fmt::Display for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.of(&[]))
    }
}

/// The calls of a row: without what it need not be given; with each of its other arguments alone, by every value of a choice; and
/// with all of them.
pub fn calls(signature: &Signature) -> Vec<Call> {
    let call = |arguments: String| Call { name: signature.name, arguments };
    if let Some((_, examples)) = EXAMPLES.iter().find(|(name, _)| *name == signature.name) {
        return examples.iter().map(|arguments| call((*arguments).to_owned())).collect();
    }
    let (required, others): (Vec<&Argument>, Vec<&Argument>) =
        signature.arguments.iter().partition(|argument| argument.default == Default::Required);
    let required: Vec<String> = required.into_iter().map(given).collect();
    let mut calls = vec![required.clone()];
    for argument in &others {
        for value in values(argument) {
            calls.push([required.clone(), vec![format!("{} = {value}", argument.name)]].concat());
        }
    }
    if others.len() > 1 {
        calls.push([required, others.into_iter().map(given).collect()].concat());
    }
    calls.into_iter().map(|arguments| call(arguments.join(", "))).collect()
}

/// An argument as it is given: `units = 3`.
pub fn given(argument: &Argument) -> String {
    match argument.kind {
        // All values of the call, which go without a name.
        Kind::Sizes => values(argument).remove(0),
        _ => format!("{} = {}", argument.name, values(argument)[0]),
    }
}

/// Some values that an argument takes, as they are written; every one of a choice.
fn values(argument: &Argument) -> Vec<String> {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    match argument.kind {
        Kind::Size => texts(&["3"]),
        Kind::Count => texts(&["1"]),
        Kind::Number(range) => vec![number(range)],
        Kind::Bool => texts(&["true", "false"]),
        Kind::Choice(choices) => texts(choices),
        Kind::Initializer => texts(&["he_normal"]),
        Kind::Length => texts(&["steps(2)"]),
        Kind::Boundaries => texts(&["[(steps(2), 0.01)]"]),
        Kind::Numbers(range) => vec![format!("[{0}, {0}]", number(range))],
        Kind::Text => texts(&["\";\""]),
        Kind::Sizes => texts(&["1, auto"]),
    }
}

/// A number in a range, small and unlike any default.
fn number(range: Range) -> String {
    let inside = [0.3, 0.7, 1.5, -0.3].into_iter().find(|number| range.contains(*number));
    let middle = || (range.low.max(-1e3) + range.high.min(1e3)) / 2.0;
    inside.unwrap_or_else(middle).to_string()
}
