//! Layers that take several named values: `add(a, b)` and `concat(a, b)`.

use dlm_dsl::ast::{self, Call};
use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::block::unknown_value;
use super::build::{Builder, Value};
use super::items::builtin;
use super::value::{as_name, describe_syntax};
use crate::op::OpDef;
use crate::signature::Arguments;

impl<'a> Builder<'_, 'a> {
    /// A call that joins the values named by its arguments; it begins a chain.
    pub(super) fn join(&mut self, def: &OpDef, call: &'a Call, position: usize) -> Value {
        let name = &call.name.name;
        let given = call.arguments.as_deref().unwrap_or_default();
        let mut inputs = Vec::new();
        let mut known = true;
        for argument in given {
            match self.joined(name, argument) {
                Some(Value::Node(node)) => inputs.push(node),
                _ => known = false,
            }
        }
        if given.len() < 2 {
            let message =
                format!("`{name}` joins two or more named values, not {}", if given.is_empty() { "none" } else { "one" });
            let names = self.value_names();
            let example = match names.as_slice() {
                [first, .., second] => format!("write `{name}({first}, {second})`"),
                _ => format!("name the statements whose values it joins, and write `{name}(a, b)`"),
            };
            self.resolver.report(Diagnostic::new(codes::MISSING_ARGUMENT, call.name.span, message).help(example));
            return Value::Poison;
        }
        if position > 0 {
            let message = format!("`{name}` joins the values that it names; the one before it would be lost");
            self.resolver.report(
                Diagnostic::new(codes::NOT_A_LAYER, call.name.span, message)
                    .help(format!("end the statement before it, name it, and begin a new one with `{name}(that_name, …)`")),
            );
            return Value::Poison;
        }
        if !known {
            return Value::Poison;
        }
        let arguments = Arguments::defaults(&def.signature, self.resolver.flavor);
        self.node((def.make)(&arguments), Some(arguments), &inputs, call.name.span, None)
    }

    /// The value that one argument names; `None` after an error.
    fn joined(&mut self, join: &str, argument: &ast::Argument) -> Option<Value> {
        let diagnostic = if let Some(name) = &argument.name {
            let message = format!("`{join}` has no argument `{}`", name.name);
            Diagnostic::new(codes::UNKNOWN_ARGUMENT, name.span, message).help(format!("write `{join}(a, b)`, values by name"))
        } else if let Some(name) = as_name(&argument.value) {
            if let Some(named) = self.lookup(&name.name) {
                return Some(named.value);
            }
            let parameter = self.resolver.frames.last().is_some_and(|frame| frame.contains_key(name.name.as_str()));
            let what = match builtin(&name.name) {
                Some(what) => Some(what.to_owned()),
                None if parameter => Some("a parameter of the block".into()),
                None => self.resolver.taken_by_item(&name.name).map(|(what, _)| what),
            };
            match what {
                Some(what) => {
                    let message = format!("`{join}` joins named values; `{}` is {what}", name.name);
                    Diagnostic::new(codes::WRONG_KIND, name.span, message)
                }
                None => unknown_value(name, self.value_names()),
            }
        } else {
            let message = format!("`{join}` joins named values, not {}", describe_syntax(&argument.value));
            Diagnostic::new(codes::WRONG_KIND, argument.value.span, message)
                .help(format!("give the value a name in a statement of its own, `name: …;`, and write `{join}(name, …)`"))
        };
        self.resolver.report(diagnostic);
        None
    }
}
