//! Tokens as a tree of brackets, comments in their places: what the formatter lays out.

use crate::token::{Bracket, Token, TokenKind};

/// A token, or brackets with what stands between them.
#[derive(Debug)]
pub(super) enum Node {
    Leaf(Token),
    Group(Group),
}

/// Brackets with what stands between them.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) bracket: Bracket,
    pub(super) nodes: Vec<Node>,
    /// The closing bracket.
    pub(super) close: Token,
}

impl Node {
    /// The token's kind; that of the opening bracket for a group.
    pub(super) fn kind(&self) -> TokenKind {
        match self {
            Node::Leaf(token) => token.kind,
            Node::Group(group) => TokenKind::Open(group.bracket),
        }
    }

    /// The token, if it is a comment.
    pub(super) fn comment(&self) -> Option<&Token> {
        match self {
            Node::Leaf(token) if token.kind.is_comment() => Some(token),
            _ => None,
        }
    }

    /// The braces, if it is braces.
    pub(super) fn braces(&self) -> Option<&Group> {
        match self {
            Node::Group(group) if group.bracket == Bracket::Brace => Some(group),
            _ => None,
        }
    }

    /// Whether there is a comment in it.
    pub(super) fn has_comment(&self) -> bool {
        match self {
            Node::Leaf(token) => token.kind.is_comment(),
            Node::Group(group) => group.nodes.iter().any(Node::has_comment),
        }
    }

    /// The last byte of it and one more.
    pub(super) fn end(&self) -> usize {
        match self {
            Node::Leaf(token) => token.span.end,
            Node::Group(group) => group.close.span.end,
        }
    }
}

/// The tree of `tokens`, whose brackets are balanced and bounded in depth.
pub(super) fn tree(tokens: &[Token]) -> Vec<Node> {
    // The nodes of each open bracket, outermost first.
    let mut open: Vec<(Bracket, Vec<Node>)> = Vec::new();
    let mut nodes = Vec::new();
    for token in tokens {
        match token.kind {
            TokenKind::Open(bracket) => open.push((bracket, std::mem::take(&mut nodes))),
            TokenKind::Close(_) => {
                if let Some((bracket, outer)) = open.pop() {
                    let inner = std::mem::replace(&mut nodes, outer);
                    nodes.push(Node::Group(Group { bracket, nodes: inner, close: *token }));
                }
            }
            _ => nodes.push(Node::Leaf(*token)),
        }
    }
    nodes
}
