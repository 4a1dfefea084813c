//! Values: arithmetic, consts, parameters of blocks, activations and initialisers.

use std::sync::Arc;

use dlm_dsl::ast::{self, Operator, Span, ValueKind};
use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::items::builtin;
use super::{Resolver, closest, initializer};
use crate::initializer::Initializer;
use crate::op::{self, Op};

/// What a value stands for.
#[derive(Clone, Debug)]
pub(super) enum Evaluated {
    /// A finite number.
    Number(f64),
    Bool(bool),
    /// `auto`: what the signature says holds then.
    Auto,
    Initializer(Initializer),
    Activation(Arc<dyn Op>),
    /// Unknown because of an error that has been reported, or because a block is checked without a call.
    Poison,
}

impl Evaluated {
    /// What it is, for a message.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Number(number) => show_number(*number),
            Self::Bool(value) => format!("`{value}`"),
            Self::Auto => "`auto`".into(),
            Self::Initializer(_) => "an initialiser".into(),
            Self::Activation(op) => format!("the activation `{}`", op.name()),
            Self::Poison => "an unknown value".into(),
        }
    }
}

/// A number as the language writes it.
pub(crate) fn show_number(number: f64) -> String {
    let size = number.abs();
    if size != 0.0 && !(1e-4..1e15).contains(&size) { format!("{number:e}") } else { format!("{number}") }
}

/// The single name that a value consists of.
pub(super) fn as_name(value: &ast::Value) -> Option<&ast::Ident> {
    match &value.kind {
        ValueKind::Path(segments) => match segments.as_slice() {
            [segment] if segment.turns.is_none() => Some(&segment.name),
            _ => None,
        },
        ValueKind::Parenthesized(inner) => as_name(inner),
        _ => None,
    }
}

/// A name with or without arguments.
pub(super) fn as_call(value: &ast::Value) -> Option<(&ast::Ident, Option<&[ast::Argument]>)> {
    match &value.kind {
        ValueKind::Call(call) => Some((&call.name, call.arguments.as_deref())),
        ValueKind::Parenthesized(inner) => as_call(inner),
        _ => as_name(value).map(|name| (name, None)),
    }
}

/// The syntax of a value in words.
pub(super) fn describe_syntax(value: &ast::Value) -> String {
    match &value.kind {
        ValueKind::Number(number) => show_number(*number),
        ValueKind::Bool(value) => format!("`{value}`"),
        ValueKind::Text(text) => format!("the text {text:?}"),
        ValueKind::Path(_) => match as_name(value) {
            Some(name) => format!("`{}`", name.name),
            None => "a path".into(),
        },
        ValueKind::Call(call) => format!("`{}(…)`", call.name.name),
        ValueKind::Tuple(_) => "a tuple".into(),
        ValueKind::Parenthesized(inner) => describe_syntax(inner),
        ValueKind::List(_) => "a list".into(),
        ValueKind::Negative(_) | ValueKind::Binary { .. } => "a number".into(),
    }
}

impl<'a> Resolver<'a> {
    /// What `value` stands for among numbers, booleans, activations and initialisers.
    pub(super) fn evaluate(&mut self, value: &ast::Value) -> Evaluated {
        match &value.kind {
            ValueKind::Number(number) => self.finite(*number, value.span),
            ValueKind::Bool(value) => Evaluated::Bool(*value),
            ValueKind::Parenthesized(inner) => self.evaluate(inner),
            ValueKind::Negative(inner) => match self.operand(inner) {
                Some(number) => Evaluated::Number(-number),
                None => Evaluated::Poison,
            },
            ValueKind::Binary { operator, left, right } => self.arithmetic(*operator, left, right, value.span),
            ValueKind::Call(call) => self.evaluate_call(&call.name, call.arguments.as_deref()),
            ValueKind::Path(_) => match as_name(value) {
                Some(name) => self.evaluate_name(name),
                None => self.no_value(value),
            },
            ValueKind::Text(_) | ValueKind::Tuple(_) | ValueKind::List(_) => self.no_value(value),
        }
    }

    fn no_value(&mut self, value: &ast::Value) -> Evaluated {
        let found = describe_syntax(value);
        let message = format!("a number, boolean, activation or initialiser belongs here, not {found}");
        self.report(Diagnostic::new(codes::WRONG_KIND, value.span, message));
        Evaluated::Poison
    }

    fn finite(&mut self, number: f64, span: Span) -> Evaluated {
        if number.is_finite() {
            return Evaluated::Number(number);
        }
        let message =
            if number.is_nan() { "0 / 0 has no value" } else { "this is larger than the largest number, about 1.8e308" };
        self.report(Diagnostic::new(codes::NOT_FINITE, span, message).help("numbers are 64-bit floats and must be finite"));
        Evaluated::Poison
    }

    fn arithmetic(&mut self, operator: Operator, left: &ast::Value, right: &ast::Value, span: Span) -> Evaluated {
        let (left, right_number) = (self.operand(left), self.operand(right));
        let (Some(left), Some(right_number)) = (left, right_number) else { return Evaluated::Poison };
        let result = match operator {
            Operator::Add => left + right_number,
            Operator::Subtract => left - right_number,
            Operator::Multiply => left * right_number,
            Operator::Divide if right_number == 0.0 => {
                let message = format!("{} is divided by zero", show_number(left));
                self.report(Diagnostic::new(codes::NOT_FINITE, span, message).secondary(right.span, "this is 0"));
                return Evaluated::Poison;
            }
            Operator::Divide => left / right_number,
        };
        self.finite(result, span)
    }

    /// The number that `value` is; `None` after an error.
    fn operand(&mut self, value: &ast::Value) -> Option<f64> {
        match self.evaluate(value) {
            Evaluated::Number(number) => Some(number),
            Evaluated::Poison => None,
            other => {
                let message = format!("arithmetic needs numbers, not {}", other.describe());
                self.report(Diagnostic::new(codes::WRONG_KIND, value.span, message));
                None
            }
        }
    }

    fn evaluate_name(&mut self, name: &ast::Ident) -> Evaluated {
        if let Some(value) = self.frames.last().and_then(|frame| frame.get(name.name.as_str())) {
            return value.clone();
        }
        if let Some(index) = self.consts.iter().position(|found| found.item.name.name == name.name) {
            return self.const_value(index, name.span);
        }
        if name.name == "auto" {
            return Evaluated::Auto;
        }
        self.evaluate_call(name, None)
    }

    /// An activation or initialiser with its arguments.
    fn evaluate_call(&mut self, name: &ast::Ident, arguments: Option<&[ast::Argument]>) -> Evaluated {
        if let Some(def) = op::activation::find(&name.name) {
            return match self.check_call(&def.signature, name, arguments) {
                Some(arguments) => Evaluated::Activation((def.make)(&arguments)),
                None => Evaluated::Poison,
            };
        }
        if let Some(signature) = initializer::find(&name.name) {
            let Some(arguments) = self.check_call(signature, name, arguments) else { return Evaluated::Poison };
            return Evaluated::Initializer(initializer::make(signature.name, &arguments));
        }
        self.unknown_value(name, arguments.is_some());
        Evaluated::Poison
    }

    fn unknown_value(&mut self, name: &ast::Ident, called: bool) {
        let what = builtin(&name.name).or_else(|| self.blocks.contains_key(name.name.as_str()).then_some("a block"));
        if let Some(what) = what {
            let message = format!("`{}` is {what}; a number, boolean, activation or initialiser belongs here", name.name);
            self.report(Diagnostic::new(codes::WRONG_KIND, name.span, message));
            return;
        }
        let known = self.frames.last().is_some_and(|frame| frame.contains_key(name.name.as_str()))
            || self.consts.iter().any(|found| found.item.name.name == name.name);
        if called && known {
            let message = format!("`{}` takes no arguments", name.name);
            self.report(Diagnostic::new(codes::WRONG_KIND, name.span, message).help("write the name alone"));
            return;
        }
        let message = format!("nothing is called `{}` here", name.name);
        let mut diagnostic = Diagnostic::new(codes::UNKNOWN_NAME, name.span, message);
        // PyTorch's name of he's initialisers.
        let meant = initializer::names().find(|known| name.name.trim_end_matches('_').replace("kaiming", "he") == **known);
        if let Some(near) = meant.or_else(|| closest(&name.name, self.value_names(called))) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        self.report(diagnostic);
    }

    /// What a value can be called here; with arguments only activations and initialisers can.
    fn value_names(&self, called: bool) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        if !called {
            names.extend(self.frames.last().into_iter().flat_map(|frame| frame.keys().copied()));
            // A map has no order of its own, and messages must not depend on one.
            names.sort_unstable();
            names.extend(self.consts.iter().map(|found| found.item.name.name.as_str()));
            names.extend(["auto", "true", "false"]);
        }
        names.extend(op::activation::names().chain(initializer::names()).map(|name| -> &str { name }));
        names
    }
}
