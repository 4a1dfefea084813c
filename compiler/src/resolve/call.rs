//! Calls checked against signatures: every argument known, given once, of the right kind and in range.

use dlm_dsl::ast::{self, Ident, Span, ValueKind};
use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::value::{Evaluated, as_call, as_name, describe_syntax, show_number};
use super::{MAX_SIZE, Resolver, closest, one_of};
use crate::signature::{self, Argument, ArgumentValue, Arguments, Kind, Length, Signature, Written};

/// Which argument of a call each value is for, by index into the parameters; `None` where that is an error.
pub(super) type Binding<'v> = Vec<(usize, &'v ast::Value)>;

/// What is called, for [`Resolver::bind`].
pub(super) struct Callee<'c> {
    pub(super) name: &'c Ident,
    /// The parameters in order: name, and whether it must be given.
    pub(super) parameters: Vec<(&'c str, bool)>,
    /// Where it is defined, if in the file.
    pub(super) defined: Option<Span>,
}

impl<'a> Resolver<'a> {
    /// The arguments of a call of `signature`, defaults filled in; `None` after an error or where one is unknown.
    pub(super) fn check_call(
        &mut self,
        signature: &Signature,
        name: &Ident,
        arguments: Option<&[ast::Argument]>,
    ) -> Option<Arguments> {
        if let [Argument { name: argument, kind: Kind::Sizes, .. }] = signature.arguments {
            let sizes = self.sizes(name, arguments.unwrap_or_default()).ok()?;
            let values = vec![(*argument, ArgumentValue::Sizes(sizes))];
            let places = arguments.unwrap_or_default().iter().map(|given| (*argument, given.value.span));
            let written = Some(Written { name: name.span, values: places.collect() });
            return Some(Arguments { of: signature.name, flavor: self.flavor, values, written });
        }
        let callee = Callee {
            name,
            parameters: signature
                .arguments
                .iter()
                .map(|argument| (argument.name, argument.default == signature::Default::Required))
                .collect(),
            defined: None,
        };
        let bound = self.bind(&callee, arguments.unwrap_or_default());
        let (bound, mut complete) = match bound {
            Ok(bound) => (bound, true),
            Err(bound) => (bound, false),
        };
        let mut values = Vec::new();
        for (index, argument) in signature.arguments.iter().enumerate() {
            match bound.iter().find(|(at, _)| *at == index) {
                None => values.extend(argument.default.value(self.flavor).map(|value| (argument.name, value))),
                Some((_, value)) => match self.argument(signature, argument, value) {
                    Ok(Some(value)) => values.push((argument.name, value)),
                    Ok(None) => {}
                    Err(Known) => complete = false,
                },
            }
        }
        let places = bound.iter().map(|(index, value)| (signature.arguments[*index].name, value.span));
        let written = Some(Written { name: name.span, values: places.collect() });
        let arguments = complete.then_some(Arguments { of: signature.name, flavor: self.flavor, values, written })?;
        self.in_order(&arguments, name.span).then_some(arguments)
    }

    /// A size for each axis.
    fn sizes(&mut self, callee: &Ident, arguments: &[ast::Argument]) -> Result<Vec<Option<usize>>, Known> {
        let name = &callee.name;
        if arguments.is_empty() {
            let message = format!("`{name}` needs a size for each axis");
            let help = format!("write `{name}(28, 28)`, or `{name}(28, auto)` for one that follows from the others");
            self.report(Diagnostic::new(codes::MISSING_ARGUMENT, callee.span, message).help(help));
            return Err(Known);
        }
        let what = format!("a size of `{name}`");
        let mut sizes = Vec::new();
        for argument in arguments {
            if let Some(key) = &argument.name {
                let message = format!("`{name}` has no argument `{}`", key.name);
                let help = format!("sizes have no names: `{name}(28, 28)`");
                self.report(Diagnostic::new(codes::UNKNOWN_ARGUMENT, key.span, message).help(help));
                sizes.push(Err(Known));
                continue;
            }
            sizes.push(match self.evaluate(&argument.value) {
                Evaluated::Auto => Ok(None),
                value => self.of_kind(&what, Kind::Size, value, argument.value.span).map(|value| match value {
                    ArgumentValue::Number(size) => Some(size as usize),
                    _ => None,
                }),
            });
        }
        sizes.into_iter().collect()
    }

    /// Whether bounds of a range stand in order; else reports it.
    fn in_order(&mut self, arguments: &Arguments, span: Span) -> bool {
        for (low, high) in [("low", "high"), ("lower", "upper")] {
            if let (Some(ArgumentValue::Number(from)), Some(ArgumentValue::Number(to))) =
                (arguments.get(low), arguments.get(high))
                && from > to
            {
                let (from, to) = (show_number(*from), show_number(*to));
                let message = format!("`{}` goes from its lower to its higher bound, not from {from} to {to}", arguments.of);
                self.report(Diagnostic::new(codes::OUT_OF_RANGE, span, message).help(format!("`{low}` is at most `{high}`")));
                return false;
            }
        }
        true
    }

    /// Which parameter each argument is for. After an error, as `Err`, those that are clear.
    pub(super) fn bind<'v>(&mut self, callee: &Callee<'_>, arguments: &'v [ast::Argument]) -> Result<Binding<'v>, Binding<'v>> {
        let mut bound: Binding<'v> = Vec::new();
        let errors = self.errors;
        let mut named = None;
        for (position, argument) in arguments.iter().enumerate() {
            let index = match &argument.name {
                None if named.is_some() => {
                    self.report(
                        Diagnostic::new(
                            codes::POSITIONAL_AFTER_NAMED,
                            argument.value.span,
                            "an argument without a name follows one with a name",
                        )
                        .help("put it before the named arguments, or name it"),
                    );
                    continue;
                }
                None if position >= callee.parameters.len() => {
                    self.too_many(callee, arguments, position);
                    break;
                }
                None => position,
                Some(name) => {
                    named = Some(name);
                    match callee.parameters.iter().position(|(parameter, _)| *parameter == name.name) {
                        Some(index) => index,
                        None => {
                            self.unknown_argument(callee, name);
                            continue;
                        }
                    }
                }
            };
            if let Some((_, first)) = bound.iter().find(|(at, _)| *at == index) {
                let span = argument.name.as_ref().map_or(argument.value.span, |name| name.span);
                let message = format!("`{}` of `{}` is given twice", callee.parameters[index].0, callee.name.name);
                self.report(Diagnostic::new(codes::DUPLICATE_ARGUMENT, span, message).secondary(first.span, "given here first"));
                continue;
            }
            bound.push((index, &argument.value));
        }
        self.check_missing(callee, &bound, errors);
        if self.errors == errors { Ok(bound) } else { Err(bound) }
    }

    fn check_missing(&mut self, callee: &Callee<'_>, bound: &Binding<'_>, errors_before: usize) {
        // A misspelt argument is likely the missing one.
        if self.errors != errors_before {
            return;
        }
        let given = |index| bound.iter().any(|(at, _)| *at == index);
        let required = callee.parameters.iter().enumerate();
        let missing: Vec<&str> =
            required.filter(|(index, (_, required))| *required && !given(*index)).map(|(_, (name, _))| *name).collect();
        if missing.is_empty() {
            return;
        }
        let names: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
        let message = format!("`{}` needs {}", callee.name.name, names.join(" and "));
        let all: Vec<&str> = callee.parameters.iter().filter(|(_, required)| *required).map(|(name, _)| *name).collect();
        let help = format!("write `{}({})`", callee.name.name, all.join(", "));
        self.report(self.defined(Diagnostic::new(codes::MISSING_ARGUMENT, callee.name.span, message).help(help), callee));
    }

    fn defined(&self, diagnostic: Diagnostic, callee: &Callee<'_>) -> Diagnostic {
        match callee.defined {
            Some(span) => diagnostic.secondary(span, "defined here"),
            None => diagnostic,
        }
    }

    fn too_many(&mut self, callee: &Callee<'_>, arguments: &[ast::Argument], first: usize) {
        let name = &callee.name.name;
        let message = match callee.parameters.len() {
            0 => format!("`{name}` takes no arguments"),
            1 => format!("`{name}` takes one argument, `{}`", callee.parameters[0].0),
            count => {
                let names: Vec<&str> = callee.parameters.iter().map(|(name, _)| *name).collect();
                format!("`{name}` takes at most {count} arguments: `{}`", names.join("`, `"))
            }
        };
        let last = arguments.iter().skip(first).take_while(|argument| argument.name.is_none()).last();
        let span = arguments[first].value.span.to(last.map_or(arguments[first].value.span, |last| last.value.span));
        self.report(self.defined(Diagnostic::new(codes::TOO_MANY_ARGUMENTS, span, message), callee));
    }

    fn unknown_argument(&mut self, callee: &Callee<'_>, name: &Ident) {
        let message = format!("`{}` has no argument `{}`", callee.name.name, name.name);
        let mut diagnostic = Diagnostic::new(codes::UNKNOWN_ARGUMENT, name.span, message);
        let names: Vec<&str> = callee.parameters.iter().map(|(name, _)| *name).collect();
        diagnostic = match closest(&name.name, names.iter().copied()) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            // As Keras has it.
            None if name.name == "activation" && callee.name.name == "dense" => {
                diagnostic.help("activations are layers of their own: `dense(…) -> relu`")
            }
            None if names.is_empty() => diagnostic.help(format!("`{}` takes no arguments", callee.name.name)),
            None => diagnostic.help(format!("its arguments are `{}`", names.join("`, `"))),
        };
        self.report(self.defined(diagnostic, callee));
    }

    /// The value of one argument; `None` where it is left to `auto`.
    fn argument(
        &mut self,
        signature: &Signature,
        argument: &Argument,
        value: &ast::Value,
    ) -> Result<Option<ArgumentValue>, Known> {
        let what = format!("`{}` of `{}`", argument.name, signature.name);
        let auto = matches!(argument.default, signature::Default::Auto(_));
        if auto && as_name(value).is_some_and(|name| name.name == "auto") {
            return Ok(None);
        }
        match argument.kind {
            Kind::Choice(choices) => self.choice(&what, choices, value).map(ArgumentValue::Choice).map(Some),
            Kind::Length => self.length(&what, value).map(ArgumentValue::Length).map(Some),
            Kind::Text => self.text(&what, value).map(ArgumentValue::Text).map(Some),
            Kind::Boundaries => self.boundaries(&what, value).map(ArgumentValue::Boundaries).map(Some),
            Kind::Numbers(range) => self.numbers(&what, range, value).map(ArgumentValue::Numbers).map(Some),
            Kind::Sizes => unreachable!("sizes are the only argument of a call and read as one"),
            Kind::Size | Kind::Count | Kind::Number(_) | Kind::Bool | Kind::Initializer => {
                let evaluated = self.evaluate(value);
                if auto && matches!(evaluated, Evaluated::Auto) {
                    return Ok(None);
                }
                self.of_kind(&what, argument.kind, evaluated, value.span).map(Some)
            }
        }
    }

    /// Checks a value that has been evaluated. `what` names its place: `` `units` of `dense` ``.
    pub(super) fn of_kind(&mut self, what: &str, kind: Kind, value: Evaluated, span: Span) -> Result<ArgumentValue, Known> {
        match (kind, value) {
            (_, Evaluated::Poison) => Err(Known),
            (Kind::Size, Evaluated::Number(number)) => self.whole(what, number, 1, span).map(ArgumentValue::Number),
            (Kind::Count, Evaluated::Number(number)) => self.whole(what, number, 0, span).map(ArgumentValue::Number),
            (Kind::Number(range), Evaluated::Number(number)) => {
                if range.contains(number) && range.contains_rounded(number) {
                    return Ok(ArgumentValue::Number(number));
                }
                let shown = show_number(number);
                self.report(match range.contains(number) {
                    false => Diagnostic::new(codes::OUT_OF_RANGE, span, format!("{what} is {range}, not {shown}")),
                    true => {
                        let rounded = number as f32;
                        let (becomes, bound) = match rounded {
                            _ if rounded.is_infinite() => ("infinite".into(), "whose largest number is about 3.4e38"),
                            0.0 => ("0".into(), "whose smallest number above 0 is about 1.4e-45"),
                            _ => (show_number(rounded.into()), "which has about seven digits"),
                        };
                        let message = format!("{what} is {range}, and {shown} is {becomes} as `f32`");
                        let help = format!("networks are computed in `f32`, {bound}");
                        Diagnostic::new(codes::OUT_OF_RANGE, span, message).help(help)
                    }
                });
                Err(Known)
            }
            (Kind::Bool, Evaluated::Bool(value)) => Ok(ArgumentValue::Bool(value)),
            (Kind::Initializer, Evaluated::Initializer(initializer)) => Ok(ArgumentValue::Initializer(initializer)),
            (kind, other) => {
                let message = format!("{what} is {}, not {}", expectation(kind), other.describe());
                let mut diagnostic = Diagnostic::new(codes::WRONG_KIND, span, message);
                if kind == Kind::Initializer {
                    diagnostic = diagnostic.help("such as `he_normal` or `uniform(-0.1, 0.1)`");
                }
                self.report(diagnostic);
                Err(Known)
            }
        }
    }

    /// A whole number from `least` on.
    pub(super) fn whole(&mut self, what: &str, number: f64, least: usize, span: Span) -> Result<f64, Known> {
        let shown = show_number(number);
        let diagnostic = if number.fract() != 0.0 {
            let nearest = number.round().max(least as f64);
            Diagnostic::new(codes::NOT_WHOLE, span, format!("{what} is a whole number, not {shown}"))
                .help(format!("the nearest whole number is {nearest}"))
        } else if number < least as f64 {
            Diagnostic::new(codes::OUT_OF_RANGE, span, format!("{what} is a whole number from {least}, not {shown}"))
        } else if number > MAX_SIZE as f64 {
            Diagnostic::new(codes::TOO_LARGE, span, format!("{what} is {shown}, more than the {MAX_SIZE} that are possible"))
        } else {
            return Ok(number);
        };
        self.report(diagnostic);
        Err(Known)
    }

    /// A size: a whole number from 1.
    pub(super) fn size(&mut self, what: &str, value: &ast::Value) -> Result<usize, Known> {
        let evaluated = self.evaluate(value);
        match self.of_kind(what, Kind::Size, evaluated, value.span)? {
            ArgumentValue::Number(number) => Ok(number as usize),
            _ => Err(Known),
        }
    }

    /// One of `choices`.
    pub(super) fn choice(
        &mut self,
        what: &str,
        choices: &'static [&'static str],
        value: &ast::Value,
    ) -> Result<&'static str, Known> {
        let name = as_name(value);
        if let Some(found) = name.and_then(|name| choices.iter().find(|choice| **choice == name.name)) {
            return Ok(found);
        }
        let message = format!("{what} is {}, not {}", one_of(choices.iter().copied()), describe_syntax(value));
        let mut diagnostic = Diagnostic::new(codes::UNKNOWN_CHOICE, value.span, message);
        if let Some(near) = name.and_then(|name| closest(&name.name, choices.iter().copied())) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        self.report(diagnostic);
        Err(Known)
    }

    /// `epochs(n)` or `steps(n)`.
    pub(super) fn length(&mut self, what: &str, value: &ast::Value) -> Result<Length, Known> {
        if let Some((name, Some([ast::Argument { name: None, value: count }]))) = as_call(value)
            && matches!(name.name.as_str(), "epochs" | "steps")
        {
            let inner = format!("`{}`", name.name);
            let range = Kind::Number(signature::Range::POSITIVE);
            let evaluated = self.evaluate(count);
            return match self.of_kind(&inner, range, evaluated, count.span)? {
                ArgumentValue::Number(count) if name.name == "epochs" => Ok(Length::Epochs(count)),
                ArgumentValue::Number(count) => Ok(Length::Steps(count)),
                _ => Err(Known),
            };
        }
        let message = format!("{what} is a length, not {}", describe_syntax(value));
        let example = match &value.kind {
            ValueKind::Number(number) => show_number(*number),
            _ => "1".into(),
        };
        self.report(
            Diagnostic::new(codes::WRONG_KIND, value.span, message)
                .help(format!("write `epochs({example})` or `steps({example})`")),
        );
        Err(Known)
    }

    /// A number in a range.
    pub(super) fn number(&mut self, what: &str, range: signature::Range, value: &ast::Value) -> Result<f64, Known> {
        let found = self.evaluate(value);
        match self.of_kind(what, Kind::Number(range), found, value.span)? {
            ArgumentValue::Number(number) => Ok(number),
            _ => Err(Known),
        }
    }

    /// `[(epochs(10), 1e-3), (epochs(20), 1e-4)]`
    fn boundaries(&mut self, what: &str, value: &ast::Value) -> Result<Vec<(Length, f64)>, Known> {
        let ValueKind::List(entries) = &value.kind else {
            return Err(self.not_boundaries(what, value));
        };
        let mut boundaries: Vec<(Length, f64)> = Vec::new();
        for entry in entries {
            let ValueKind::Tuple(pair) = &entry.kind else { return Err(self.not_boundaries(what, entry)) };
            let [ast::Argument { name: None, value: length }, ast::Argument { name: None, value: rate }] = pair.as_slice() else {
                return Err(self.not_boundaries(what, entry));
            };
            let boundary = self.length(what, length)?;
            let rate = self.number(what, signature::Range::NOT_NEGATIVE, rate)?;
            // Epochs and steps cannot be compared before the data is known.
            let before = boundaries.iter().rev().find(|(other, _)| {
                matches!((other, boundary), (Length::Epochs(_), Length::Epochs(_)) | (Length::Steps(_), Length::Steps(_)))
            });
            let count = |length: Length| match length {
                Length::Epochs(count) | Length::Steps(count) => count,
            };
            if before.is_some_and(|(other, _)| count(*other) >= count(boundary)) {
                let message = format!("each length in {what} is longer than the one before");
                self.report(Diagnostic::new(codes::OUT_OF_RANGE, length.span, message).help("write them in order"));
                return Err(Known);
            }
            boundaries.push((boundary, rate));
        }
        if boundaries.is_empty() {
            return Err(self.not_boundaries(what, value));
        }
        Ok(boundaries)
    }

    fn not_boundaries(&mut self, what: &str, value: &ast::Value) -> Known {
        let message = format!("{what} is a list of lengths and rates, not {}", describe_syntax(value));
        let diagnostic = Diagnostic::new(codes::WRONG_KIND, value.span, message);
        self.report(diagnostic.help("such as `[(epochs(10), 1e-3), (epochs(20), 1e-4)]`"));
        Known
    }

    /// `[1, 2, 5]`
    fn numbers(&mut self, what: &str, range: signature::Range, value: &ast::Value) -> Result<Vec<f64>, Known> {
        let ValueKind::List(entries) = &value.kind else {
            let message = format!("{what} is a list of numbers, not {}", describe_syntax(value));
            self.report(Diagnostic::new(codes::WRONG_KIND, value.span, message).help("such as `[1, 2, 5]`"));
            return Err(Known);
        };
        entries.iter().map(|entry| self.number(&format!("each of {what}"), range, entry)).collect()
    }

    /// A text in quotes.
    pub(super) fn text(&mut self, what: &str, value: &ast::Value) -> Result<String, Known> {
        if let ValueKind::Text(text) = &value.kind {
            return Ok(text.clone());
        }
        let message = format!("{what} is a text in quotes, not {}", describe_syntax(value));
        let mut diagnostic = Diagnostic::new(codes::WRONG_KIND, value.span, message);
        if let Some(name) = as_name(value) {
            diagnostic = diagnostic.help(format!("write `\"{}\"`", name.name));
        }
        self.report(diagnostic);
        Err(Known)
    }
}

/// The value is unknown, and why has been reported, or need not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Known;

fn expectation(kind: Kind) -> String {
    match kind {
        Kind::Size => "a whole number from 1".into(),
        Kind::Count => "a whole number from 0".into(),
        Kind::Number(range) => range.to_string(),
        Kind::Bool => "`true` or `false`".into(),
        Kind::Choice(choices) => one_of(choices.iter().copied()),
        Kind::Initializer => "an initialiser".into(),
        Kind::Length => "`epochs(n)` or `steps(n)`".into(),
        Kind::Text => "a text in quotes".into(),
        Kind::Boundaries => "a list of lengths and rates".into(),
        Kind::Numbers(_) => "a list of numbers".into(),
        Kind::Sizes => "sizes".into(),
    }
}
