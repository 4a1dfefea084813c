//! Blocks: calls expanded in place, parameters bound; and blocks that nothing calls checked by themselves.

use std::collections::{HashMap, HashSet};

use dlm_dsl::ast::{self, Call, Item, Span};
use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::build::{Builder, Value};
use super::call::Callee;
use super::items::{called, taken};
use super::value::Evaluated;
use super::{CallSite, MAX_DEPTH, Resolver};

impl<'a> Builder<'_, 'a> {
    /// A block's statements in place of its call.
    pub(super) fn call_block(&mut self, block: &'a ast::Block, call: &'a Call, current: Value) -> Value {
        let frame = self.resolver.block_frame(block, call);
        if self.alone || self.resolver.recursive.contains(block.name.name.as_str()) {
            return Value::Poison;
        }
        let mut current = current;
        if current == Value::Missing {
            self.no_value(&block.name.name, call.name.span);
            current = Value::Poison;
        }
        if !self.enter(call.span) {
            return Value::Poison;
        }
        self.paths.calls += 1;
        self.resolver.calls.push(CallSite { block: &block.name.name, span: call.span, number: self.paths.calls });
        let value = self.block_body(block, frame, current);
        self.resolver.calls.pop();
        self.depth -= 1;
        value
    }

    /// The statements of a block with these parameters; of the names outside none is in sight.
    fn block_body(&mut self, block: &'a ast::Block, frame: HashMap<&'a str, Evaluated>, current: Value) -> Value {
        self.resolver.frames.push(frame);
        self.names.push(vec![HashMap::new()]);
        let value = self.body(&block.body, current);
        self.names.pop();
        self.resolver.frames.pop();
        value
    }

    /// Goes one level deeper, if that is allowed; whoever entered lowers `depth` again.
    pub(super) fn enter(&mut self, span: Span) -> bool {
        if self.depth >= MAX_DEPTH {
            let message = format!("blocks, `repeat` and `residual` hold one another more than {MAX_DEPTH} deep");
            self.too_large(span, message);
            return false;
        }
        self.depth += 1;
        true
    }
}

impl<'a> Resolver<'a> {
    /// The values of a block's parameters in this call; unknown where an argument is wrong.
    fn block_frame(&mut self, block: &'a ast::Block, call: &Call) -> HashMap<&'a str, Evaluated> {
        let callee = Callee {
            name: &call.name,
            parameters: block
                .parameters
                .iter()
                .map(|parameter| (parameter.name.name.as_str(), parameter.default.is_none()))
                .collect(),
            defined: Some(block.name.span),
        };
        let (bound, complete) = match self.bind(&callee, call.arguments.as_deref().unwrap_or_default()) {
            Ok(bound) => (bound, true),
            Err(bound) => (bound, false),
        };
        let mut frame = HashMap::new();
        for (index, value) in bound {
            let value = self.evaluate(value);
            frame.insert(block.parameters[index].name.name.as_str(), value);
        }
        self.frames.push(frame);
        for parameter in &block.parameters {
            let name = parameter.name.name.as_str();
            if self.frames.last().is_some_and(|frame| frame.contains_key(name)) {
                continue;
            }
            // A default may use the parameters before it. After an error the argument may well have been given.
            let value = match &parameter.default {
                Some(default) if complete => self.evaluate(default),
                _ => Evaluated::Poison,
            };
            self.frames.last_mut().expect("the frame was pushed above").insert(name, value);
        }
        self.frames.pop().expect("the frame was pushed above")
    }

    /// Checks the names of all blocks and their parameters, and whatever else can be said of blocks that no model calls.
    pub(super) fn check_blocks(&mut self) {
        self.find_recursive_blocks();
        let file = self.file;
        let reached = self.reached_blocks();
        for item in &file.items {
            let Item::Block(block) = item else { continue };
            let frame = self.unknown_frame(block);
            let expanded = self.is_block(block) && reached.contains(block.name.name.as_str());
            if !expanded && !self.recursive.contains(block.name.name.as_str()) {
                let mut builder = Builder::new(self);
                builder.alone = true;
                builder.block_body(block, frame, Value::Poison);
            }
        }
    }

    /// The parameters of a block that is not called: their names are checked, their values unknown.
    fn unknown_frame(&mut self, block: &'a ast::Block) -> HashMap<&'a str, Evaluated> {
        let mut seen: HashMap<&str, Span> = HashMap::new();
        self.frames.push(HashMap::new());
        for parameter in &block.parameters {
            let name = &parameter.name;
            if let Some(first) = seen.get(name.name.as_str()) {
                self.report(taken(name, "a parameter of the block", Some(*first)));
            } else if let Some((what, at)) = self.taken_by_item(&name.name) {
                self.report(taken(name, &what, at));
            }
            if let Some(default) = &parameter.default {
                self.evaluate(default);
            }
            seen.entry(&name.name).or_insert(name.span);
            self.frames.last_mut().expect("the frame was pushed above").insert(&name.name, Evaluated::Poison);
        }
        self.frames.pop().expect("the frame was pushed above")
    }

    /// The blocks that a model calls, directly or through others.
    fn reached_blocks(&self) -> HashSet<&'a str> {
        let bodies = self.file.items.iter().filter_map(|item| match item {
            Item::Model(model) => Some(&model.body),
            _ => None,
        });
        let mut waiting: Vec<&str> = bodies.flat_map(|body| called(body)).map(|(name, _)| name).collect();
        let mut reached = HashSet::new();
        while let Some(name) = waiting.pop() {
            if let Some(block) = self.blocks.get(name)
                && reached.insert(name)
            {
                waiting.extend(called(&block.body).into_iter().map(|(name, _)| name));
            }
        }
        reached
    }
}

/// Reports that nothing has this name, with the nearest of `candidates`.
pub(super) fn unknown_value<'c>(name: &ast::Ident, candidates: impl IntoIterator<Item = &'c str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(codes::UNKNOWN_NAME, name.span, format!("no value is called `{}` here", name.name));
    match super::closest(&name.name, candidates) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help(format!("name a statement to use its value: `{}: …;`", name.name)),
    }
}
