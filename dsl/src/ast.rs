//! The syntax tree: what was written, with spans. Names are not resolved here and nothing is evaluated.

/// A range of bytes in the source text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The span from `start` to `end`.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The smallest span that covers both.
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A name as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ident {
    /// The name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

/// A whole file.
#[derive(Clone, Debug, Default)]
pub struct File {
    /// The `//!` lines, without the marker and one leading space.
    pub docs: Vec<String>,
    /// `#![allow(W007)]` at the top.
    pub allows: Vec<Ident>,
    /// Consts, blocks, models and recipes in the order written.
    pub items: Vec<Item>,
}

/// What may stand before an item, a statement or a setting: `///` docs and `#[allow(W007)]`.
#[derive(Clone, Debug, Default)]
pub struct Attributes {
    /// The `///` lines, without the marker and one leading space.
    pub docs: Vec<String>,
    /// The codes of `#[allow(…)]`.
    pub allows: Vec<Ident>,
}

/// One top-level item.
#[derive(Clone, Debug)]
pub enum Item {
    /// `const NAME = value;`
    Const(Const),
    /// `block Name(parameter, parameter = default) { … }`
    Block(Block),
    /// `model Name { … }`
    Model(Model),
    /// `train Model as Name like Base { … }`
    Train(Train),
}

/// `const NAME = value;`
#[derive(Clone, Debug)]
pub struct Const {
    /// Docs and lints silenced.
    pub attributes: Attributes,
    /// The name.
    pub name: Ident,
    /// What it stands for.
    pub value: Value,
    /// From `const` to `;`.
    pub span: Span,
}

/// `block Name(parameter, parameter = default) { … }`
#[derive(Clone, Debug)]
pub struct Block {
    /// Docs and lints silenced.
    pub attributes: Attributes,
    /// The name.
    pub name: Ident,
    /// The parameters in order.
    pub parameters: Vec<Parameter>,
    /// The statements.
    pub body: Vec<Statement>,
    /// From `block` to `}`.
    pub span: Span,
}

/// A parameter of a block.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The name.
    pub name: Ident,
    /// The value where a call gives none.
    pub default: Option<Value>,
}

/// `model Name { … }`
#[derive(Clone, Debug)]
pub struct Model {
    /// Docs and lints silenced.
    pub attributes: Attributes,
    /// The name.
    pub name: Ident,
    /// The statements; inputs and outputs among them.
    pub body: Vec<Statement>,
    /// From `model` to `}`.
    pub span: Span,
}

/// `train Model as Name like Base { … }`
#[derive(Clone, Debug)]
pub struct Train {
    /// Docs and lints silenced.
    pub attributes: Attributes,
    /// The model that is trained.
    pub model: Ident,
    /// `as Name`.
    pub name: Option<Ident>,
    /// `like Base`: the recipe whose settings hold where this one writes none.
    pub like: Option<Ident>,
    /// `key = value;` in the order written.
    pub settings: Vec<Setting>,
    /// From `train` to `}`.
    pub span: Span,
}

/// `key = value;`
#[derive(Clone, Debug)]
pub struct Setting {
    /// Docs and lints silenced.
    pub attributes: Attributes,
    /// The key.
    pub key: Ident,
    /// The value.
    pub value: Value,
    /// From the key to `;`.
    pub span: Span,
}

/// A statement of a model or block.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Docs and lints silenced.
    pub attributes: Attributes,
    /// What it says.
    pub kind: StatementKind,
    /// From its first token to its last.
    pub span: Span,
}

/// What a statement says.
#[derive(Clone, Debug)]
pub enum StatementKind {
    /// `input name: f32[28, 28];`
    Input {
        /// The input's name.
        name: Ident,
        /// The type of one sample.
        ty: Type,
    },
    /// `output name: class[10];` or `output name: class[10] = value;`
    Output {
        /// The output's name.
        name: Ident,
        /// What it means.
        ty: Type,
        /// The named value; the last one where absent.
        value: Option<Ident>,
    },
    /// `name: link -> link -> link;`
    Chain {
        /// The statement's name.
        name: Option<Ident>,
        /// The links, at least one. The first may be the name of a value.
        links: Vec<Link>,
    },
}

/// A type: `f32[28, 28]`, `index[N, length]`, `class[10]`, `binary`, `flags[4]`.
#[derive(Clone, Debug)]
pub struct Type {
    /// `f32`, `index`, `class`, `binary`, `flags`, or what was written instead.
    pub name: Ident,
    /// The bracketed sizes; `None` without brackets.
    pub dimensions: Option<Vec<Value>>,
    /// The whole type.
    pub span: Span,
}

/// One link of a chain.
#[derive(Clone, Debug)]
pub enum Link {
    /// `dense(100)`, `elu`, `Hidden(300)`, `add(a, b)`, or the name of a value at the head of a chain.
    Call(Call),
    /// `repeat N { … }`
    Repeat {
        /// How often.
        count: Value,
        /// What is repeated.
        body: Vec<Statement>,
        /// From `repeat` to `}`.
        span: Span,
    },
    /// `residual { … }` or `residual(project = auto) { … }`
    Residual {
        /// The arguments, if parentheses were written.
        arguments: Vec<Argument>,
        /// The inner statements.
        body: Vec<Statement>,
        /// From `residual` to `}`.
        span: Span,
    },
}

impl Link {
    /// Where the link stands.
    pub fn span(&self) -> Span {
        match self {
            Link::Call(call) => call.span,
            Link::Repeat { span, .. } | Link::Residual { span, .. } => *span,
        }
    }
}

/// A name with or without arguments.
#[derive(Clone, Debug)]
pub struct Call {
    /// The name called.
    pub name: Ident,
    /// The arguments; `None` where no parentheses were written.
    pub arguments: Option<Vec<Argument>>,
    /// From the name to the closing parenthesis.
    pub span: Span,
}

/// `value` or `name = value`.
#[derive(Clone, Debug)]
pub struct Argument {
    /// The name, where one was written.
    pub name: Option<Ident>,
    /// The value.
    pub value: Value,
}

/// A value with its span.
#[derive(Clone, Debug)]
pub struct Value {
    /// What it is.
    pub kind: ValueKind,
    /// Where it stands.
    pub span: Span,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum ValueKind {
    /// `1`, `0.5`, `1e-3`, `1_000`.
    Number(f64),
    /// `true`, `false`.
    Bool(bool),
    /// `"text"`, unescaped.
    Text(String),
    /// `name`, `h1.batch_norm`, `hidden[1]`, `hidden[0..2].dense`.
    Path(Vec<Segment>),
    /// `name(arguments)`.
    Call(Call),
    /// `(a, b)`, `(name = value)`: a tuple or record of other than one unnamed value.
    Tuple(Vec<Argument>),
    /// `(value)`.
    Parenthesized(Box<Value>),
    /// `[a, b]`.
    List(Vec<Value>),
    /// `-value`.
    Negative(Box<Value>),
    /// `a + b` and the like.
    Binary {
        /// The operator.
        operator: Operator,
        /// The left side.
        left: Box<Value>,
        /// The right side.
        right: Box<Value>,
    },
}

/// A segment of a path: a name and, optionally, turns of a `repeat`.
#[derive(Clone, Debug)]
pub struct Segment {
    /// The name.
    pub name: Ident,
    /// `[i]` is `(i, None)`; `[a..b]` is `(a, Some(b))`.
    pub turns: Option<(Value, Option<Value>)>,
}

/// `+ - * /`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}
