//! `repeat N { … }` and `residual { … }`.

use std::collections::HashMap;

use dlm_dsl::ast::{self, Ident, Span, Statement};
use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::build::{Builder, Value};
use crate::graph::NodeId;
use crate::op::{self, show};
use crate::signature::{Argument, ArgumentValue, Arguments, Default, Kind, Signature};

/// How `residual` is called.
pub(crate) static RESIDUAL: Signature = Signature {
    name: "residual",
    doc: "adds its input to what its statements make of it",
    arguments: &[Argument {
        name: "project",
        kind: Kind::Choice(&["none", "auto"]),
        default: Default::Choice("none"),
        doc: "`auto`: where the shapes differ, the input goes through a dense layer without bias, `project`",
    }],
};

impl<'a> Builder<'_, 'a> {
    /// The statements of `repeat`, so many times. `direct`: it is a link of the named statement whose scope is open.
    pub(super) fn repeat(
        &mut self,
        count: &'a ast::Value,
        body: &'a [Statement],
        span: Span,
        direct: bool,
        current: Value,
    ) -> Value {
        let word = Span::new(span.start, span.start + "repeat".len());
        let turns = self.resolver.size("the count of `repeat`", count);
        let mut value = if turns.is_ok() { current } else { Value::Poison };
        let path = match self.paths.repeat(word, direct) {
            Ok(path) => path,
            Err(collision) => {
                let path = collision.path.clone();
                self.collides(collision, word, "repeat");
                path
            }
        };
        if !self.enter(word) {
            return Value::Poison;
        }
        for turn in 0..turns.ok().filter(|_| !self.alone).unwrap_or(1) {
            if !self.count_link(word) {
                value = Value::Poison;
                break;
            }
            self.paths.open_turn(&path, turn);
            self.open_scope();
            value = self.body(body, value);
            self.close_scope();
            self.paths.close();
        }
        self.depth -= 1;
        value
    }

    fn open_scope(&mut self) {
        self.names.last_mut().expect("a scope is open").push(HashMap::new());
    }

    fn close_scope(&mut self) {
        self.names.last_mut().expect("a scope is open").pop();
    }

    /// The sum of a value and of what the statements of `residual` make of it.
    pub(super) fn residual(
        &mut self,
        arguments: &'a [ast::Argument],
        body: &'a [Statement],
        span: Span,
        current: Value,
    ) -> Value {
        let word = Span::new(span.start, span.start + RESIDUAL.name.len());
        let name = Ident { name: RESIDUAL.name.into(), span: word };
        let checked = self.resolver.check_call(&RESIDUAL, &name, Some(arguments));
        let mut current = current;
        if current == Value::Missing {
            self.no_value(RESIDUAL.name, word);
            current = Value::Poison;
        }
        if !self.enter(word) {
            return Value::Poison;
        }
        let inner = self.body(body, current);
        self.depth -= 1;
        let (Some(checked), Value::Node(before), Value::Node(inner)) = (checked, current, inner) else { return Value::Poison };
        let skipped = match self.skipped(before, inner, checked.choice("project") == "auto", word) {
            Value::Node(skipped) => skipped,
            unknown => return unknown,
        };
        let add = op::find("add").expect("`add` is in the table");
        let arguments = Arguments::defaults(&add.signature, self.resolver.flavor);
        self.node((add.make)(&arguments), None, &[inner, skipped], word, None)
    }

    /// What is added to `inner`: the value `before` it, projected to its shape where that is asked for and needed.
    fn skipped(&mut self, before: NodeId, inner: NodeId, project: bool, word: Span) -> Value {
        let (from, to) = (&self.nodes[before.0].shape, &self.nodes[inner.0].shape);
        if from == to {
            return Value::Node(before);
        }
        let ([_], [units]) = (from.as_slice(), to.as_slice()) else {
            return self.unequal(before, inner, word, "make both rows of features of one length: put `flatten` before it");
        };
        if !project {
            return self.unequal(before, inner, word, "write `residual(project = auto) { … }` to bring the input to that shape");
        }
        let dense = op::find("dense").expect("`dense` is in the table");
        let mut arguments = Arguments::defaults(&dense.signature, self.resolver.flavor);
        arguments.values.push(("units", ArgumentValue::Number(*units as f64)));
        arguments.values.push(("bias", ArgumentValue::Bool(false)));
        self.node((dense.make)(&arguments), None, &[before], word, Some("project"))
    }

    fn unequal(&mut self, before: NodeId, inner: NodeId, word: Span, help: &str) -> Value {
        let (from, to) = (show(&self.nodes[before.0].shape), show(&self.nodes[inner.0].shape));
        let message = format!("`residual` adds its input of shape {from} to a value of shape {to}");
        let diagnostic = Diagnostic::new(codes::SHAPE_MISMATCH, word, message)
            .secondary(self.nodes[inner.0].span, format!("this has shape {to}"))
            .note(self.shapes_along(inner))
            .help(help);
        self.resolver.report(diagnostic);
        Value::Poison
    }
}
