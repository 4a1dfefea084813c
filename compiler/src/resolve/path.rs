//! Paths of layers and parameters: `h1.dense`, `hidden.0.batch_norm`.
//!
//! Names of statements make the segments. Layers are named by kind; within one scope the k-th of a kind, from the
//! second, is `kind_k`. A turn of `repeat` is a segment; blocks and `residual` make none.

use std::collections::HashMap;

use dlm_dsl::ast::Span;

/// The scopes that are open, the innermost last.
pub(super) struct Paths<'a> {
    scopes: Vec<Scope<'a>>,
    /// Block calls met so far.
    pub(super) calls: usize,
}

#[derive(Default)]
struct Scope<'a> {
    /// What stands before its segments, without the last dot.
    prefix: String,
    kinds: HashMap<&'static str, usize>,
    /// The segments in use: where each is from, and whether a statement's name made it.
    segments: HashMap<String, Segment>,
    /// A statement's scope, and nothing but that statement's chain has claimed anything: its first `repeat` adds only turns.
    owner: Option<&'a str>,
}

/// Where a segment in use is from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Segment {
    pub(super) span: Span,
    /// A statement's name; else a layer's kind.
    pub(super) named: bool,
    /// Block calls met before it.
    pub(super) after: usize,
}

/// A segment is in use already.
#[derive(Debug, PartialEq)]
pub(super) struct Collision {
    /// The path that both would have.
    pub(super) path: String,
    /// Who has it.
    pub(super) first: Segment,
}

impl<'a> Paths<'a> {
    pub(super) fn new() -> Self {
        Self { scopes: vec![Scope::default()], calls: 0 }
    }

    fn top(&mut self) -> &mut Scope<'a> {
        self.scopes.last_mut().expect("the model's scope stays open")
    }

    /// The path of a new layer of this kind.
    pub(super) fn layer(&mut self, kind: &'static str, span: Span) -> Result<String, Collision> {
        let by = Segment { span, named: false, after: self.calls };
        let scope = self.top();
        let segment = scope.next(kind);
        scope.claim(segment, by)
    }

    /// Opens the scope of a named statement.
    pub(super) fn open_statement(&mut self, name: &'a str, span: Span) -> Result<(), Collision> {
        let by = Segment { span, named: true, after: self.calls };
        let claimed = self.top().claim(name.to_owned(), by);
        let prefix = claimed.as_ref().map_or_else(|collision| collision.path.clone(), Clone::clone);
        self.scopes.push(Scope { prefix, owner: Some(name), ..Scope::default() });
        claimed.map(|_| ())
    }

    /// Claims an input's name.
    pub(super) fn input(&mut self, name: &str, span: Span) -> Result<String, Collision> {
        let by = Segment { span, named: true, after: self.calls };
        self.top().claim(name.to_owned(), by)
    }

    /// What stands before the turns of a `repeat`. `direct`: it is a link of the statement whose scope is open.
    pub(super) fn repeat(&mut self, span: Span, direct: bool) -> Result<String, Collision> {
        let by = Segment { span, named: false, after: self.calls };
        let scope = self.top();
        let segment = scope.next("repeat");
        if direct && scope.owner.is_some() && segment == "repeat" {
            return Ok(scope.prefix.clone());
        }
        scope.claim(segment, by)
    }

    /// Opens the scope of a turn.
    pub(super) fn open_turn(&mut self, repeat: &str, turn: usize) {
        let prefix = if repeat.is_empty() { turn.to_string() } else { format!("{repeat}.{turn}") };
        self.scopes.push(Scope { prefix, ..Scope::default() });
    }

    /// Closes the innermost scope.
    pub(super) fn close(&mut self) {
        self.scopes.pop();
    }
}

impl Scope<'_> {
    /// The next segment of this kind.
    fn next(&mut self, kind: &'static str) -> String {
        let count = self.kinds.entry(kind).or_insert(0);
        *count += 1;
        if *count == 1 { kind.to_owned() } else { format!("{kind}_{count}") }
    }

    fn claim(&mut self, segment: String, by: Segment) -> Result<String, Collision> {
        let path = if self.prefix.is_empty() { segment.clone() } else { format!("{}.{segment}", self.prefix) };
        match self.segments.get(&segment) {
            Some(first) => Err(Collision { path, first: *first }),
            None => {
                self.segments.insert(segment, by);
                Ok(path)
            }
        }
    }
}
