//! Inputs and outputs: their types, and whether the values suit them.

use dlm_dsl::ast::{Ident, Span, Statement, Type};
use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::block::unknown_value;
use super::build::{Builder, Value};
use super::items::Named;
use super::shape::{too_many_values, values};
use super::value::Evaluated;
use super::{Resolver, closest};
use crate::graph::{Input, Node, NodeId, NodeKind, Output, OutputKind, Shape};
use crate::op::show;
use crate::signature::Kind;

/// Every type of the language.
const TYPES: [&str; 5] = ["f32", "index", "class", "binary", "flags"];

impl<'a> Builder<'_, 'a> {
    /// `input name: TYPE;`; its value.
    pub(super) fn input(&mut self, statement: &Statement, name: &'a Ident, ty: &Type) -> Value {
        self.resolver.check_usable(name, Named::Parameter);
        let free = self.declare(name);
        let value = match self.resolver.input_shape(ty) {
            Some(shape) if free => self.input_node(statement, name, shape),
            _ => Value::Poison,
        };
        self.poisoned |= value == Value::Poison;
        if free {
            self.bind(name, value);
        }
        value
    }

    fn input_node(&mut self, statement: &Statement, name: &Ident, shape: Shape) -> Value {
        let path = match self.paths.input(&name.name, name.span) {
            Ok(path) => path,
            Err(collision) => {
                self.collides(collision, name.span, &name.name);
                return Value::Poison;
            }
        };
        let id = NodeId(self.nodes.len());
        self.nodes.push(Node {
            path,
            kind: NodeKind::Input(self.inputs.len()),
            inputs: Vec::new(),
            shape: shape.clone(),
            parameters: Vec::new(),
            span: name.span,
            line: self.resolver.line(name.span),
        });
        self.arguments.push(None);
        self.inputs.push(Input { name: name.name.clone(), docs: statement.attributes.docs.clone(), node: id, shape });
        Value::Node(id)
    }

    /// `output name: TYPE;` of the value before it, or of the one that is named.
    pub(super) fn output(&mut self, statement: &Statement, name: &'a Ident, ty: &Type, of: Option<&Ident>, current: Value) {
        self.resolver.check_usable(name, Named::Parameter);
        let free = self.declare(name);
        let kind = self.resolver.output_kind(ty);
        let value = match of {
            None if current == Value::Missing => {
                self.no_value(&format!("output {}", name.name), name.span);
                Value::Poison
            }
            None => current,
            Some(of) => match self.lookup(&of.name) {
                Some(named) => named.value,
                None => {
                    let unknown = unknown_value(of, self.value_names());
                    self.resolver.report(unknown);
                    Value::Poison
                }
            },
        };
        if free {
            self.bind(name, value);
        }
        if let (Some(kind), Value::Node(node)) = (kind, value)
            && self.suits(&kind, node, name, ty)
            && free
        {
            let docs = statement.attributes.docs.clone();
            self.outputs.push(Output { name: name.name.clone(), docs, kind, node, span: name.span });
        } else {
            self.poisoned = true;
        }
    }

    /// Whether a value suits the type of its output.
    fn suits(&mut self, kind: &OutputKind, node: NodeId, name: &Ident, ty: &Type) -> bool {
        if self.doubled(kind, node, ty) {
            return false;
        }
        let shape = &self.nodes[node.0].shape;
        let (fits, wanted, units) = match kind {
            OutputKind::Class(classes) => (*shape == [*classes], format!("{classes} values, one a class"), *classes),
            OutputKind::Binary => (shape.is_empty() || *shape == [1], "one value".into(), 1),
            OutputKind::Flags(flags) => (*shape == [*flags], format!("{flags} values, one a flag"), *flags),
            OutputKind::Values(wanted) => (shape == wanted, format!("shape {}", show(wanted)), wanted.iter().product()),
        };
        if fits {
            return true;
        }
        let of = self.resolver.text_of(ty.span);
        let message = format!("output `{}` is `{of}` and takes {wanted}; the value has shape {}", name.name, show(shape));
        let mut diagnostic = Diagnostic::new(codes::OUTPUT_SHAPE, ty.span, message)
            .secondary(self.nodes[node.0].span, format!("this has shape {}", show(shape)))
            .note(self.shapes_along(node));
        let reshape = match kind {
            OutputKind::Values(wanted) if wanted.len() != 1 => {
                let sizes: Vec<String> = wanted.iter().map(usize::to_string).collect();
                Some(format!("reshape({})", sizes.join(", ")))
            }
            _ => None,
        };
        let dense = std::iter::once(format!("dense({units})")).chain(reshape.clone()).collect::<Vec<_>>().join(" -> ");
        diagnostic = match shape.as_slice() {
            _ if shape.iter().product::<usize>() == units => {
                diagnostic.help(format!("end with `{}`", reshape.as_deref().unwrap_or("flatten")))
            }
            [_] => diagnostic.help(format!("end with `{dense}`, or declare the size that the value has")),
            _ => diagnostic.help(format!("end with `flatten -> {dense}`")),
        };
        self.resolver.report(diagnostic);
        false
    }

    /// Reports a softmax or sigmoid before an output that applies its own.
    fn doubled(&mut self, kind: &OutputKind, node: NodeId, ty: &Type) -> bool {
        let doubled = match kind {
            OutputKind::Class(_) => "softmax",
            OutputKind::Binary | OutputKind::Flags(_) => "sigmoid",
            OutputKind::Values(_) => return false,
        };
        let mut at = &self.nodes[node.0];
        // What changes nothing in prediction hides nothing.
        while let NodeKind::Op(op) = &at.kind
            && op.keeps_values()
        {
            at = &self.nodes[at.inputs[0].0];
        }
        let NodeKind::Op(op) = &at.kind else { return false };
        let name = op.name();
        if !matches!(name, "softmax" | "sigmoid") || name != doubled && matches!(kind, OutputKind::Class(_)) {
            return false;
        }
        let of = self.resolver.text_of(ty.span);
        let message = format!("`{of}` takes values before {doubled} and applies it itself; `{name}` stands before it");
        let diagnostic = Diagnostic::new(codes::DOUBLE_ACTIVATION, at.span, message)
            .secondary(ty.span, "the output")
            .help(format!("leave `{name}` out"));
        self.resolver.report(diagnostic);
        true
    }
}

impl Resolver<'_> {
    /// The shape that an input's type declares; `None` after an error.
    fn input_shape(&mut self, ty: &Type) -> Option<Shape> {
        let name = &ty.name;
        let diagnostic = match name.name.as_str() {
            "f32" => return self.float_shape(ty),
            "index" => Diagnostic::new(codes::NOT_SUPPORTED_YET, name.span, "`index` inputs are not supported yet"),
            "class" | "binary" | "flags" => {
                let message = format!("`{}` is a type of outputs; an input is `f32[…]`", name.name);
                Diagnostic::new(codes::UNKNOWN_TYPE, name.span, message)
                    .help("targets are not declared as inputs: an output's type says what they are")
            }
            _ => unknown_type(name, &TYPES[..1], "an input is `f32[…]`, such as `f32[28, 28]`"),
        };
        self.report(diagnostic);
        None
    }

    /// What an output's type declares; `None` after an error.
    fn output_kind(&mut self, ty: &Type) -> Option<OutputKind> {
        let name = &ty.name;
        match name.name.as_str() {
            "f32" => self.float_shape(ty).map(OutputKind::Values),
            "class" => self.one_size(ty, "classes", "class[10]").map(OutputKind::Class),
            "flags" => self.one_size(ty, "flags", "flags[4]").map(OutputKind::Flags),
            "binary" => match &ty.dimensions {
                None => Some(OutputKind::Binary),
                Some(_) => {
                    let diagnostic = Diagnostic::new(codes::TYPE_SIZES, ty.span, "`binary` is one yes or no and has no size");
                    self.report(diagnostic.help("write `binary`, or `flags[N]` for several"));
                    None
                }
            },
            "index" => {
                let diagnostic = Diagnostic::new(codes::UNKNOWN_TYPE, name.span, "`index` is a type of inputs, not of outputs");
                self.report(diagnostic.help("for one of N classes write `class[N]`"));
                None
            }
            _ => {
                let help = "an output is `class[C]`, `binary`, `flags[N]` or `f32[…]`";
                self.report(unknown_type(name, &["f32", "class", "binary", "flags"], help));
                None
            }
        }
    }

    /// The shape of `f32[…]`.
    fn float_shape(&mut self, ty: &Type) -> Option<Shape> {
        let dimensions = ty.dimensions.as_deref().unwrap_or_default();
        if dimensions.is_empty() {
            let diagnostic = Diagnostic::new(codes::TYPE_SIZES, ty.span, "`f32` needs the shape of one sample");
            self.report(diagnostic.help("write `f32[1]` for a single number, `f32[28, 28]` for an image of one channel"));
            return None;
        }
        let sizes: Vec<_> = dimensions.iter().map(|size| self.size("a size of `f32[…]`", size)).collect();
        let shape: Shape = sizes.into_iter().collect::<Result<_, _>>().ok()?;
        if values(&shape).is_none() {
            self.report(too_many_values(&shape, ty.span));
            return None;
        }
        Some(shape)
    }

    /// The one size of `class[C]` and `flags[N]`.
    fn one_size(&mut self, ty: &Type, what: &str, example: &str) -> Option<usize> {
        match ty.dimensions.as_deref() {
            Some([size]) => {
                let (of, least) = (format!("the number of {what}"), if ty.name.name == "class" { 2 } else { 1 });
                match self.evaluate(size) {
                    Evaluated::Number(number) if number.fract() == 0.0 && number < 2.0 && least == 2 => {
                        let count = if number == 1.0 { "one class is".into() } else { format!("{number} classes are") };
                        let message = format!("{count} no choice: `class[C]` has two classes or more");
                        let help = "for a yes or no write `binary`, with one value before it";
                        self.report(Diagnostic::new(codes::TYPE_SIZES, ty.span, message).help(help));
                        None
                    }
                    Evaluated::Number(number) => self.whole(&of, number, least, size.span).ok().map(|number| number as usize),
                    other => {
                        // Says what it is; a number it is not.
                        let _ = self.of_kind(&of, Kind::Size, other, size.span);
                        None
                    }
                }
            }
            _ => {
                let message = format!("`{}` needs one size, the number of {what}", ty.name.name);
                self.report(
                    Diagnostic::new(codes::TYPE_SIZES, ty.span, message).help(format!("write, for example, `{example}`")),
                );
                None
            }
        }
    }

    /// What the file says at `span`.
    pub(super) fn text_of(&self, span: Span) -> &str {
        self.source.get(span.start..span.end).unwrap_or("…")
    }
}

fn unknown_type(name: &Ident, among: &[&str], help: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(codes::UNKNOWN_TYPE, name.span, format!("there is no type `{}` here", name.name));
    match closest(&name.name, among.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help(help),
    }
}
