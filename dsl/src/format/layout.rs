//! Lays out what stands in brackets and between them: on one line where it fits, else one element a line.

use std::borrow::Cow;

use super::{
    Formatter, INDENT, WIDTH,
    tree::{Group, Node},
};
use crate::{
    aliases, names,
    token::{Bracket, TokenKind},
    words,
};

/// An element of a list or of arguments: its nodes, the comments before it, and the one after it on its line.
struct Element<'a> {
    before: Vec<&'a str>,
    nodes: Vec<&'a Node>,
    after: Option<&'a str>,
}

impl Formatter<'_> {
    /// A token's text in its canonical spelling.
    fn leaf(&self, node: &Node) -> Cow<'_, str> {
        match node {
            Node::Leaf(token) if token.kind == TokenKind::Name => names::normal(aliases::canonical(token.text(self.source))),
            Node::Leaf(token) => token.text(self.source).trim_end().into(),
            Node::Group(_) => "".into(),
        }
    }

    /// `nodes` on one line, comments left out.
    pub(super) fn flat<'n>(&self, nodes: impl IntoIterator<Item = &'n Node>) -> String {
        let mut out = String::new();
        self.flat_into(&mut out, nodes);
        out
    }

    fn flat_into<'n>(&self, out: &mut String, nodes: impl IntoIterator<Item = &'n Node>) {
        let mut before: Option<&Node> = None;
        let mut unary = false;
        for node in nodes.into_iter().filter(|node| node.comment().is_none()) {
            if self.spaced(before, node, unary) {
                out.push(' ');
            }
            unary = node.kind() == TokenKind::Operator && self.is_unary(before);
            match node {
                Node::Leaf(_) => out.push_str(&self.leaf(node)),
                Node::Group(group) if group.bracket == Bracket::Brace => self.flat_braces(out, group),
                Node::Group(group) => {
                    out.push_str(group.bracket.open());
                    self.flat_into(out, without_last_comma(&group.nodes));
                    out.push_str(group.bracket.close());
                }
            }
            before = Some(node);
        }
    }

    fn flat_braces(&self, out: &mut String, group: &Group) {
        if group.nodes.is_empty() {
            return out.push_str("{}");
        }
        out.push_str("{ ");
        self.flat_into(out, &group.nodes);
        out.push_str(" }");
    }

    /// Whether an operator after `before` is a sign.
    fn is_unary(&self, before: Option<&Node>) -> bool {
        match before {
            None => true,
            Some(node) => match node.kind() {
                TokenKind::Name => self.leaf(node) == "repeat",
                TokenKind::Number | TokenKind::Text | TokenKind::Open(_) => false,
                _ => true,
            },
        }
    }

    /// Whether a space stands between `before` and `node`; `unary` says that `before` is a sign.
    fn spaced(&self, before: Option<&Node>, node: &Node, unary: bool) -> bool {
        let Some(before) = before else { return false };
        if unary || matches!(before.kind(), TokenKind::Dot | TokenKind::Dots | TokenKind::Hash | TokenKind::Bang) {
            return false;
        }
        match node.kind() {
            TokenKind::Comma | TokenKind::Semicolon | TokenKind::Colon | TokenKind::Dot | TokenKind::Dots => false,
            TokenKind::Open(Bracket::Paren | Bracket::Square) => {
                let word = self.leaf(before);
                // `residual` takes arguments like a call; no other reserved word does.
                before.kind() != TokenKind::Name || words::is_reserved(&word) && word != "residual"
            }
            _ => true,
        }
    }

    /// `nodes`, begun at `column` of a line that is indented by `indent`; groups that do not fit with `after` more
    /// characters behind them, or that hold comments, are broken.
    pub(super) fn run(&self, nodes: &[&Node], indent: usize, column: usize, after: usize) -> String {
        let mut out = String::new();
        let mut column = column;
        let mut before: Option<&Node> = None;
        let mut unary = false;
        for (index, node) in nodes.iter().enumerate() {
            if self.spaced(before, node, unary) {
                out.push(' ');
                column += 1;
            }
            unary = node.kind() == TokenKind::Operator && self.is_unary(before);
            let last = index + 1 == nodes.len();
            let text = match node {
                Node::Leaf(_) => self.leaf(node).into_owned(),
                Node::Group(group) if group.bracket == Bracket::Brace => self.braces(group, indent),
                Node::Group(group) => self.group(group, before, indent, column + if last { after } else { 0 }),
            };
            match text.rfind('\n') {
                Some(newline) => column = width(&text[newline + 1..]),
                None => column += width(&text),
            }
            out.push_str(&text);
            before = Some(node);
        }
        out
    }

    /// Parentheses or square brackets.
    fn group(&self, group: &Group, before: Option<&Node>, indent: usize, column: usize) -> String {
        let commented = group.nodes.iter().any(Node::has_comment);
        if !commented {
            let mut flat = group.bracket.open().to_owned();
            self.flat_into(&mut flat, without_last_comma(&group.nodes));
            flat.push_str(group.bracket.close());
            if column + width(&flat) <= WIDTH || group.nodes.is_empty() {
                return flat;
            }
        }
        let elements = self.elements(group);
        let inner = indent + INDENT;
        let plain = |element: &Element<'_>| element.nodes.iter().all(|node| matches!(node, Node::Leaf(_)));
        let mut out = group.bracket.open().to_owned();
        if group.bracket == Bracket::Square && !commented && elements.iter().all(plain) {
            self.fill(&mut out, &elements, inner);
        } else {
            // Parentheses around one value are no tuple, and turns of a path no list: neither takes a comma.
            let called = before.is_some_and(|before| before.kind() == TokenKind::Name);
            let single = elements.iter().filter(|element| !element.nodes.is_empty()).count() == 1
                && called == (group.bracket == Bracket::Square);
            for element in &elements {
                self.element(&mut out, element, inner, if single { "" } else { "," });
            }
        }
        line(&mut out, indent);
        out.push_str(group.bracket.close());
        out
    }

    /// One element on a line of its own, with its comments.
    fn element(&self, out: &mut String, element: &Element<'_>, indent: usize, comma: &str) {
        for comment in &element.before {
            line(out, indent);
            out.push_str(comment);
        }
        if element.nodes.is_empty() {
            return;
        }
        line(out, indent);
        out.push_str(&self.run(&element.nodes, indent, indent, 1));
        out.push_str(comma);
        if let Some(comment) = element.after {
            out.push(' ');
            out.push_str(comment);
        }
    }

    /// Short elements, as many a line as fit.
    fn fill(&self, out: &mut String, elements: &[Element<'_>], indent: usize) {
        let mut column = WIDTH;
        for element in elements {
            let text = self.flat(element.nodes.iter().copied());
            if column + 2 + width(&text) > WIDTH {
                line(out, indent);
                column = indent;
            } else {
                out.push(' ');
                column += 1;
            }
            out.push_str(&text);
            out.push(',');
            column += width(&text) + 1;
        }
    }

    /// What stands between the commas of `group`. Comments after the last element make one without nodes.
    fn elements<'n>(&'n self, group: &'n Group) -> Vec<Element<'n>> {
        let new = || Element { before: Vec::new(), nodes: Vec::new(), after: None };
        let mut elements: Vec<Element<'n>> = Vec::new();
        let mut current = new();
        // Comments on lines of their own after an element's nodes: whether it goes on is not known yet.
        let mut pending: Vec<&str> = Vec::new();
        for node in &group.nodes {
            match node.comment() {
                Some(comment) => {
                    let text = comment.text(self.source).trim_end();
                    let own_line = comment.first_on_line();
                    match elements.last_mut() {
                        // After the comma, on the line of the element.
                        Some(last)
                            if !own_line && current.nodes.is_empty() && current.before.is_empty() && last.after.is_none() =>
                        {
                            last.after = Some(text);
                        }
                        // Before the comma that is still to come, or at the end without one.
                        _ if !own_line && !current.nodes.is_empty() && current.after.is_none() => current.after = Some(text),
                        _ if current.nodes.is_empty() => current.before.push(text),
                        _ => pending.push(text),
                    }
                }
                None if node.kind() == TokenKind::Comma => {
                    elements.push(std::mem::replace(&mut current, new()));
                    current.before.append(&mut pending);
                }
                None => {
                    // A comment inside an element goes before it.
                    current.before.extend(current.after.take());
                    current.before.append(&mut pending);
                    current.nodes.push(node);
                }
            }
        }
        if !current.nodes.is_empty() || !current.before.is_empty() {
            elements.push(current);
        }
        if !pending.is_empty() {
            elements.push(Element { before: pending, ..new() });
        }
        elements
    }
}

/// A new line, indented.
pub(super) fn line(out: &mut String, indent: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
}

/// The width of `text` in columns.
pub(super) fn width(text: &str) -> usize {
    text.chars().count()
}

/// `nodes` without a comma at their end.
fn without_last_comma(nodes: &[Node]) -> &[Node] {
    match nodes.split_last() {
        Some((last, rest)) if last.kind() == TokenKind::Comma => rest,
        _ => nodes,
    }
}
