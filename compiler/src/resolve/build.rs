//! Models expanded into nodes: statements, chains, layers. Blocks, `repeat`, `residual` and joins are in their own files.

use std::collections::HashMap;
use std::sync::Arc;

use dlm_dsl::ast::{self, Call, Ident, Link, Span, Statement, StatementKind};
use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::items::{builtin, taken};
use super::path::{Collision, Paths};
use super::value::Evaluated;
use super::{MAX_LAYERS, MAX_LINKS, Resolver, closest};
use crate::graph::{Input, Node, NodeId, NodeKind, Output};
use crate::op::{self, Arity, Op};
use crate::signature::Arguments;

/// A value of the network while it is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// There is none yet.
    Missing,
    /// Unknown because of an error.
    Poison,
    /// This node's.
    Node(NodeId),
}

/// A name and the value that it stands for.
#[derive(Clone, Copy)]
pub(super) struct Named {
    pub(super) value: Value,
    pub(super) span: Span,
}

/// A model, or a block by itself, under expansion.
pub(super) struct Builder<'r, 'a> {
    pub(super) resolver: &'r mut Resolver<'a>,
    pub(super) nodes: Vec<Node>,
    /// For each node the arguments that its layer was made from.
    pub(super) arguments: Vec<Option<Arguments>>,
    pub(super) inputs: Vec<Input>,
    pub(super) outputs: Vec<Output>,
    /// The names in sight: for the model and each block call under way, its scopes from the outermost.
    pub(super) names: Vec<Vec<HashMap<&'a str, Named>>>,
    pub(super) paths: Paths<'a>,
    /// Blocks, `repeat`s and `residual`s that are open.
    pub(super) depth: usize,
    links: usize,
    /// Whether a bound is exceeded: nothing is expanded any more.
    pub(super) full: bool,
    /// Whether a value is unknown, so that nothing can be said of what goes unused.
    pub(super) poisoned: bool,
    /// A block is checked by itself: blocks that it calls are checked elsewhere, and one turn of a `repeat` says all.
    pub(super) alone: bool,
}

impl<'r, 'a> Builder<'r, 'a> {
    pub(super) fn new(resolver: &'r mut Resolver<'a>) -> Self {
        Self {
            resolver,
            nodes: Vec::new(),
            arguments: Vec::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            names: vec![vec![HashMap::new()]],
            paths: Paths::new(),
            depth: 0,
            links: 0,
            full: false,
            poisoned: false,
            alone: false,
        }
    }

    /// Expands the statements of a block, `repeat` or `residual` and returns the last value.
    pub(super) fn body(&mut self, statements: &'a [Statement], mut current: Value) -> Value {
        for statement in statements {
            if self.full {
                return Value::Poison;
            }
            current = match &statement.kind {
                StatementKind::Chain { name, links } => self.chain(name.as_ref(), links, current),
                StatementKind::Input { name, .. } => self.misplaced("input", name, current),
                StatementKind::Output { name, .. } => self.misplaced("output", name, current),
            };
        }
        current
    }

    fn misplaced(&mut self, what: &str, name: &Ident, current: Value) -> Value {
        let message = format!("{what} `{}` stands inside a block, `repeat` or `residual`", name.name);
        self.resolver.report(
            Diagnostic::new(codes::MISPLACED_INTERFACE, name.span, message)
                .help(format!("{what}s belong to the model: write it among the model's own statements")),
        );
        current
    }

    /// `name: link -> link;` from the value before it; returns its value.
    pub(super) fn chain(&mut self, name: Option<&'a Ident>, links: &'a [Link], current: Value) -> Value {
        let fresh = name.is_some_and(|name| self.open_name(name));
        let mut value = current;
        for (position, link) in links.iter().enumerate() {
            if !self.count_link(link.span()) {
                value = Value::Poison;
                break;
            }
            value = match link {
                Link::Call(call) => self.link(call, position, value),
                Link::Repeat { count, body, span } => self.repeat(count, body, *span, name.is_some(), value),
                Link::Residual { arguments, body, span } => self.residual(arguments, body, *span, value),
            };
        }
        self.poisoned |= value == Value::Poison;
        if let Some(name) = name {
            self.paths.close();
            if fresh {
                let named = Named { value, span: name.span };
                self.scope().insert(&name.name, named);
            }
        }
        value
    }

    /// Checks that a statement's name is free and opens its scope.
    fn open_name(&mut self, name: &'a Ident) -> bool {
        let free = self.declare(name);
        match self.paths.open_statement(&name.name, name.span) {
            Err(collision) if free => {
                self.collides(collision, name.span, &name.name);
                false
            }
            _ => free,
        }
    }

    /// Whether nothing in sight has this name yet; else reports it.
    pub(super) fn declare(&mut self, name: &Ident) -> bool {
        let taken_by = if let Some(named) = self.lookup(&name.name) {
            Some(("a value".to_owned(), Some(named.span)))
        } else if self.resolver.frames.last().is_some_and(|frame| frame.contains_key(name.name.as_str())) {
            Some(("a parameter of the block".to_owned(), None))
        } else {
            self.resolver.taken_by_item(&name.name)
        };
        match taken_by {
            None => true,
            Some((what, at)) => {
                self.resolver.report(taken(name, &what, at));
                false
            }
        }
    }

    /// The innermost scope of names.
    fn scope(&mut self) -> &mut HashMap<&'a str, Named> {
        self.names.last_mut().and_then(|scopes| scopes.last_mut()).expect("a scope is open")
    }

    /// Adds a name that is known to be free.
    pub(super) fn bind(&mut self, name: &'a Ident, value: Value) {
        let named = Named { value, span: name.span };
        self.scope().insert(&name.name, named);
    }

    /// The value of this name, if one is in sight.
    pub(super) fn lookup(&self, name: &str) -> Option<Named> {
        self.names.last()?.iter().rev().find_map(|scope| scope.get(name)).copied()
    }

    /// The names of values in sight, sorted.
    pub(super) fn value_names(&self) -> Vec<&'a str> {
        let mut names: Vec<&str> = self.names.last().into_iter().flatten().flat_map(|scope| scope.keys().copied()).collect();
        names.sort_unstable();
        names
    }

    pub(super) fn count_link(&mut self, span: Span) -> bool {
        self.links += 1;
        if self.links > MAX_LINKS && !self.full {
            self.full = true;
            let message = format!("with its blocks and repeats expanded, the model has more than {MAX_LINKS} links");
            self.too_large(span, message);
        }
        !self.full
    }

    pub(super) fn too_large(&mut self, span: Span, message: String) {
        self.resolver
            .report(Diagnostic::new(codes::TOO_LARGE, span, message).help("use fewer turns, or fewer blocks inside one another"));
    }

    /// A name with or without arguments as a link.
    fn link(&mut self, call: &'a Call, position: usize, current: Value) -> Value {
        let name = &call.name;
        if let Some(named) = self.lookup(&name.name) {
            return self.reference(call, named, position);
        }
        if let Some(value) = self.resolver.frames.last().and_then(|frame| frame.get(name.name.as_str())).cloned() {
            return self.parameter_link(call, value, current);
        }
        if let Some(block) = self.resolver.blocks.get(name.name.as_str()).copied() {
            return self.call_block(block, call, current);
        }
        let Some(def) = op::find(super::canonical(&name.name)) else {
            self.unknown_layer(call, position);
            return Value::Poison;
        };
        if def.arity == Arity::Many {
            return self.join(&def, call, position);
        }
        match self.resolver.check_call(&def.signature, name, call.arguments.as_deref()) {
            Some(arguments) => self.layer((def.make)(&arguments), Some(arguments), name.span, current),
            None => Value::Poison,
        }
    }

    fn reference(&mut self, call: &Call, named: Named, position: usize) -> Value {
        let name = &call.name;
        if call.arguments.is_some() {
            let message = format!("`{}` is a value and takes no arguments", name.name);
            self.resolver.report(
                Diagnostic::new(codes::NOT_A_LAYER, name.span, message)
                    .secondary(named.span, "named here")
                    .help(format!("to go on from it, write `{} -> …`", name.name)),
            );
            return Value::Poison;
        }
        if position > 0 {
            let message = format!("`{}` is a value; a value can only begin a chain", name.name);
            self.resolver.report(
                Diagnostic::new(codes::NOT_A_LAYER, name.span, message)
                    .secondary(named.span, "named here")
                    .help(format!("to join it with another value, name that one too and write `add({}, other)`", name.name)),
            );
            return Value::Poison;
        }
        named.value
    }

    /// A parameter of a block as a link: an activation.
    fn parameter_link(&mut self, call: &Call, value: Evaluated, current: Value) -> Value {
        let name = &call.name;
        match value {
            Evaluated::Poison => Value::Poison,
            Evaluated::Activation(_) if call.arguments.is_some() => {
                let message = format!("`{}` is an activation with its arguments and takes no others", name.name);
                let help = "write the arguments where the block is called";
                self.resolver.report(Diagnostic::new(codes::NOT_A_LAYER, name.span, message).help(help));
                Value::Poison
            }
            Evaluated::Activation(op) => {
                let arguments = op.activation().map(|activation| activation.arguments.clone());
                self.layer(op, arguments, name.span, current)
            }
            other => {
                let message = format!("`{}` is {}, not a layer", name.name, other.describe());
                self.resolver.report(
                    Diagnostic::new(codes::NOT_A_LAYER, name.span, message)
                        .help("of a block's parameters only activations can be links of a chain"),
                );
                Value::Poison
            }
        }
    }

    fn unknown_layer(&mut self, call: &Call, position: usize) {
        let name = &call.name;
        let meant = synonym(&name.name);
        if let Some(planned) = op::PLANNED.iter().find(|planned| **planned == meant.unwrap_or(&name.name)) {
            let message = format!("`{planned}` is not supported yet");
            self.resolver.report(Diagnostic::new(codes::NOT_SUPPORTED_YET, name.span, message));
            return;
        }
        let what = builtin(&name.name)
            .map(str::to_owned)
            .or_else(|| self.resolver.consts.iter().any(|found| found.item.name.name == name.name).then(|| "a const".to_owned()));
        if let Some(what) = what {
            let message = format!("`{}` is {what}, not a layer", name.name);
            self.resolver.report(Diagnostic::new(codes::NOT_A_LAYER, name.span, message));
            return;
        }
        let starts = position == 0 && call.arguments.is_none();
        let message = match starts {
            true => format!("there is no layer, activation, block or value called `{}` here", name.name),
            false => format!("there is no layer, activation or block called `{}`", name.name),
        };
        let mut candidates: Vec<&str> = op::names().collect();
        candidates.extend(self.resolver.file.items.iter().filter_map(|item| match item {
            ast::Item::Block(block) => Some(block.name.name.as_str()),
            _ => None,
        }));
        if starts {
            candidates.extend(self.value_names());
        }
        let mut diagnostic = Diagnostic::new(codes::UNKNOWN_LAYER, name.span, message);
        if let Some(near) = meant.or_else(|| closest(&name.name, candidates)) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        self.resolver.report(diagnostic);
    }

    /// Adds a layer that takes the value before it.
    pub(super) fn layer(&mut self, op: Arc<dyn Op>, arguments: Option<Arguments>, span: Span, current: Value) -> Value {
        match current {
            Value::Node(input) => self.node(op, arguments, &[input], span, None),
            Value::Poison => Value::Poison,
            Value::Missing => {
                self.no_value(op.name(), span);
                Value::Poison
            }
        }
    }

    /// Reports that a chain has nothing to start from.
    pub(super) fn no_value(&mut self, what: &str, span: Span) {
        let message = format!("there is no value before `{what}`");
        let diagnostic = Diagnostic::new(codes::NO_VALUE, span, message);
        let names: Vec<String> = self.inputs.iter().map(|input| format!("`{}`", input.name)).collect();
        let diagnostic = match names.first() {
            Some(first) => diagnostic
                .note(format!("the model has several inputs: {}", names.join(", ")))
                .help(format!("begin the chain with one of them: {} -> …", first.trim_matches('`'))),
            None => diagnostic.help("declare an input first: input name: f32[…];"),
        };
        self.resolver.report(diagnostic);
    }

    /// Adds a node. Its path is by its op's name, or by `kind`.
    pub(super) fn node(
        &mut self,
        op: Arc<dyn Op>,
        arguments: Option<Arguments>,
        inputs: &[NodeId],
        span: Span,
        kind: Option<&'static str>,
    ) -> Value {
        if self.nodes.len() >= MAX_LAYERS {
            if !self.full {
                self.full = true;
                self.too_large(
                    span,
                    format!("with its blocks and repeats expanded, the model has more than {MAX_LAYERS} layers"),
                );
            }
            return Value::Poison;
        }
        let segment = kind.unwrap_or(op.name());
        let path = self.paths.layer(segment, span);
        let Some(shape) = self.infer_shape(op.as_ref(), inputs, span) else { return Value::Poison };
        let path = match path {
            Ok(path) => path,
            Err(collision) => {
                self.collides(collision, span, segment);
                return Value::Poison;
            }
        };
        let line = self.resolver.line(span);
        self.nodes.push(Node {
            path,
            kind: NodeKind::Op(op),
            inputs: inputs.to_vec(),
            shape,
            parameters: Vec::new(),
            span,
            line,
        });
        self.arguments.push(arguments);
        Value::Node(NodeId(self.nodes.len() - 1))
    }

    /// Two things would have one path.
    pub(super) fn collides(&mut self, collision: Collision, span: Span, name: &str) {
        let Collision { path, first } = collision;
        // The outermost call that came after whoever has the path: a name on it keeps the two apart.
        if let Some(call) = self.resolver.calls.iter().find(|call| call.number > first.after) {
            let message = format!("`{name}` inside `{}` would be the path `{path}` a second time", call.block);
            let call_span = call.span;
            self.resolver.report(
                Diagnostic::new(codes::PATH_TAKEN, call_span, message)
                    .secondary(first.span, "used here first")
                    .help(format!("give the call a name of its own: `name: {}(…)`", call.block)),
            );
            return;
        }
        let (primary, secondary) = if first.named { (first.span, span) } else { (span, first.span) };
        let message = format!("the name `{path}` is also the path of a layer");
        self.resolver.report(
            Diagnostic::new(codes::PATH_TAKEN, primary, message)
                .secondary(secondary, "this layer's")
                .help("choose another name: layers are named by their kind, from the second on with a number"),
        );
    }
}

/// What other frameworks call a layer otherwise, by the name that it has here.
fn synonym(name: &str) -> Option<&'static str> {
    let plain: String = name.chars().filter(|c| *c != '_').collect::<String>().to_lowercase();
    Some(match plain.as_str() {
        "linear" | "fc" | "fullyconnected" | "innerproduct" | "affine" => "dense",
        "batchnormalization" | "batchnorm1d" | "bn" => "batch_norm",
        "layernormalization" | "ln" => "layer_norm",
        "gaussiannoise" => "noise",
        "view" | "unflatten" => "reshape",
        "swish" => "silu",
        "lrelu" => "leaky_relu",
        "conv" | "conv1d" | "conv2d" | "conv3d" => "convolution",
        "maxpool1d" | "maxpool2d" | "maxpooling2d" => "max_pool",
        "avgpool2d" | "averagepooling2d" => "average_pool",
        "multiheadattention" | "selfattention" => "attention",
        _ => return None,
    })
}
