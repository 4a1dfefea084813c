//! A file or body as units: comments, docs, attributes, and the items, statements or settings between them.

use super::tree::{Group, Node};
use crate::token::{Bracket, Token, TokenKind};

/// What stands by itself in a file or body.
#[derive(Debug)]
pub(super) struct Unit<'a> {
    pub(super) kind: UnitKind,
    /// What it is made of; without the `;` at its end.
    pub(super) nodes: &'a [Node],
    /// Whether it ends in a `;`.
    pub(super) semicolon: bool,
    /// Whether an empty line stands before it.
    pub(super) blank: bool,
    /// The comment after it on its last line.
    pub(super) trailing: Option<Token>,
}

/// Kinds of units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnitKind {
    /// A comment on a line of its own.
    Comment,
    /// `///` and `//!`.
    Doc,
    /// `#[…]` and `#![…]`.
    Attribute,
    /// An item, statement or setting.
    Part,
}

/// The units of `nodes`, which stand in `source` after the byte `start`.
pub(super) fn units<'a>(source: &str, nodes: &'a [Node], start: usize) -> Vec<Unit<'a>> {
    let mut units: Vec<Unit<'a>> = Vec::new();
    let mut end = start;
    let mut at = 0;
    while at < nodes.len() {
        let node = &nodes[at];
        let (kind, count) = extent(&nodes[at..]);
        let begin = begin(source, node);
        let lines = source[end..begin].matches('\n').count();
        let comment = node.comment().copied().filter(|comment| comment.kind == TokenKind::Comment);
        match (comment, units.last_mut()) {
            // Another comment on the line of what stands before it.
            (Some(comment), Some(last)) if lines == 0 && last.kind == UnitKind::Part && last.trailing.is_none() => {
                last.trailing = Some(comment);
            }
            _ => {
                let all = &nodes[at..at + count];
                let semicolon = all.last().is_some_and(|last| last.kind() == TokenKind::Semicolon);
                let nodes = if semicolon { &all[..all.len() - 1] } else { all };
                units.push(Unit { kind, nodes, semicolon, blank: lines > 1, trailing: None });
            }
        }
        end = nodes[at + count - 1].end();
        at += count;
    }
    units
}

/// The first byte of `node`.
fn begin(source: &str, node: &Node) -> usize {
    match node {
        Node::Leaf(token) => token.span.start,
        // A group begins a unit only in text that the parser refuses.
        Node::Group(group) => group.nodes.first().map_or(group.close.span.start, |first| begin(source, first)).min(source.len()),
    }
}

/// The kind of the unit that `nodes` begins with, and how many of them it takes.
fn extent(nodes: &[Node]) -> (UnitKind, usize) {
    match nodes[0].kind() {
        TokenKind::Comment => return (UnitKind::Comment, 1),
        TokenKind::Doc | TokenKind::InnerDoc => return (UnitKind::Doc, 1),
        TokenKind::Hash => {
            let group = nodes.iter().position(|node| matches!(node, Node::Group(_)));
            return (UnitKind::Attribute, group.map_or(nodes.len(), |at| at + 1));
        }
        _ => {}
    }
    for (at, node) in nodes.iter().enumerate() {
        if node.kind() == TokenKind::Semicolon {
            return (UnitKind::Part, at + 1);
        }
        if matches!(node, Node::Group(Group { bracket: Bracket::Brace, .. })) {
            // A braced group ends the unit, unless the chain goes on; comments may stand between.
            let next = nodes[at + 1..].iter().position(|node| node.comment().is_none()).map(|offset| at + 1 + offset);
            match next.map(|next| (next, nodes[next].kind())) {
                Some((_, TokenKind::Arrow)) => {}
                Some((next, TokenKind::Semicolon)) => return (UnitKind::Part, next + 1),
                _ => return (UnitKind::Part, at + 1),
            }
        }
    }
    (UnitKind::Part, nodes.len())
}
