//! What can be called, and with what: one table row a layer, activation, initialiser, loss, optimizer, schedule. The
//! resolver checks every call against these rows, the reference and `did you mean` are made from them.

use std::fmt;

use dlm_dsl::ast::Span;
pub use dlm_spec::Length;

/// Whose conventions a recipe follows.
#[derive(Clone, Copy, Debug, std::default::Default, PartialEq, Eq, Hash)]
pub enum Flavor {
    /// The study notes.
    #[default]
    Notes,
    /// PyTorch.
    Pytorch,
    /// Keras.
    Keras,
}

/// Something that can be called by name.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// The name.
    pub name: &'static str,
    /// What it is, in one line.
    pub doc: &'static str,
    /// Its arguments in order; any may be given by name, leading ones by position.
    pub arguments: &'static [Argument],
}

/// An argument.
#[derive(Clone, Copy, Debug)]
pub struct Argument {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// What holds where it is not given.
    pub default: Default,
    /// What it does, in one line, with its unit.
    pub doc: &'static str,
}

/// What an argument takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A whole number from 1.
    Size,
    /// A whole number from 0.
    Count,
    /// A number in this range.
    Number(Range),
    /// `true` or `false`.
    Bool,
    /// One of these names.
    Choice(&'static [&'static str]),
    /// An initialiser, such as `he_normal` or `uniform(-0.1, 0.1)`.
    Initializer,
    /// `epochs(n)` or `steps(n)`.
    Length,
    /// Lengths, each longer than the one before, with the number that holds from then on: `[(epochs(10), 1e-3)]`.
    Boundaries,
    /// A list of numbers in this range, such as `[1, 2, 5]`.
    Numbers(Range),
    /// A text in quotes.
    Text,
    /// All values of a call, which has no other argument: whole numbers from 1, or `auto` for one that follows from the others.
    Sizes,
}

/// A range of numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The lowest.
    pub low: f64,
    /// Whether `low` itself is allowed.
    pub low_included: bool,
    /// The highest.
    pub high: f64,
    /// Whether `high` itself is allowed.
    pub high_included: bool,
}

impl Range {
    /// All finite numbers.
    pub const ANY: Self = Self { low: f64::NEG_INFINITY, low_included: false, high: f64::INFINITY, high_included: false };
    /// Above 0.
    pub const POSITIVE: Self = Self { low: 0.0, ..Self::ANY };
    /// From 0.
    pub const NOT_NEGATIVE: Self = Self { low: 0.0, low_included: true, ..Self::ANY };
    /// [0, 1).
    pub const BELOW_ONE: Self = Self { low: 0.0, low_included: true, high: 1.0, high_included: false };
    /// [0, 1].
    pub const UNIT: Self = Self { low: 0.0, low_included: true, high: 1.0, high_included: true };

    /// Whether `x` is in it.
    pub fn contains(self, x: f64) -> bool {
        x.is_finite()
            && (x > self.low || self.low_included && x == self.low)
            && (x < self.high || self.high_included && x == self.high)
    }

    /// Whether `x` is still in it once it is rounded to the `f32` that everything is computed in.
    pub fn contains_rounded(self, x: f64) -> bool {
        self.contains((x as f32).into())
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.low.is_finite(), self.high.is_finite()) {
            (false, false) => f.write_str("a number"),
            (true, false) if self.low_included => write!(f, "a number from {}", self.low),
            (true, false) => write!(f, "a number above {}", self.low),
            (false, true) if self.high_included => write!(f, "a number up to {}", self.high),
            (false, true) => write!(f, "a number below {}", self.high),
            (true, true) => {
                write!(f, "a number from {}{} to ", self.low, if self.low_included { "" } else { " (excluded)" })?;
                write!(f, "{}{}", self.high, if self.high_included { "" } else { " (excluded)" })
            }
        }
    }
}

/// What holds where an argument is not given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Default {
    /// It must be given.
    Required,
    /// This number.
    Number(f64),
    /// A number by the recipe's flavour.
    Flavored {
        /// For `notes`.
        notes: f64,
        /// For `pytorch`.
        pytorch: f64,
        /// For `keras`.
        keras: f64,
    },
    /// This.
    Bool(bool),
    /// This name.
    Choice(&'static str),
    /// Decided from what is around it; the text says how.
    Auto(&'static str),
}

impl Default {
    /// The value under a flavour; `None` where it must be given or is decided from what is around it.
    pub fn value(self, flavor: Flavor) -> Option<ArgumentValue> {
        match self {
            Self::Required | Self::Auto(_) => None,
            Self::Number(value) => Some(ArgumentValue::Number(value)),
            Self::Flavored { notes, pytorch, keras } => Some(ArgumentValue::Number(match flavor {
                Flavor::Notes => notes,
                Flavor::Pytorch => pytorch,
                Flavor::Keras => keras,
            })),
            Self::Bool(value) => Some(ArgumentValue::Bool(value)),
            Self::Choice(name) => Some(ArgumentValue::Choice(name)),
        }
    }
}

/// The arguments of one call, defaults filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Arguments {
    /// The name of what is called.
    pub of: &'static str,
    /// Whose conventions hold.
    pub flavor: Flavor,
    /// A value for each argument of the signature; those left to `Auto` are absent.
    pub values: Vec<(&'static str, ArgumentValue)>,
    /// Where the call stands; `None` where the file holds none.
    pub written: Option<Written>,
}

/// Where a call and its arguments stand.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The name of what is called.
    pub name: Span,
    /// The values of the arguments that are given.
    pub values: Vec<(&'static str, Span)>,
}

/// The value of one argument.
#[derive(Clone, Debug, PartialEq)]
pub enum ArgumentValue {
    /// A size, count or number.
    Number(f64),
    /// A boolean.
    Bool(bool),
    /// A name from a choice.
    Choice(&'static str),
    /// An initialiser.
    Initializer(crate::initializer::Initializer),
    /// A length of training.
    Length(Length),
    /// A text.
    Text(String),
    /// Lengths of training and the numbers that hold from then on.
    Boundaries(Vec<(Length, f64)>),
    /// Numbers.
    Numbers(Vec<f64>),
    /// Sizes; `None` is `auto`.
    Sizes(Vec<Option<usize>>),
}

impl Arguments {
    /// The defaults alone; arguments that must be given are absent.
    pub fn defaults(signature: &Signature, flavor: Flavor) -> Self {
        let values = signature.arguments.iter().filter_map(|argument| Some((argument.name, argument.default.value(flavor)?)));
        Self { of: signature.name, flavor, values: values.collect(), written: None }
    }

    /// Where the value of `name` stands, or where it is not given the name of what is called; `None` if the file holds no call.
    pub fn place(&self, name: &str) -> Option<Span> {
        let written = self.written.as_ref()?;
        Some(written.values.iter().find(|(key, _)| *key == name).map_or(written.name, |(_, span)| *span))
    }

    /// The value of `name`, if it was given or has a default.
    pub fn get(&self, name: &str) -> Option<&ArgumentValue> {
        self.values.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The number `name`; the signature guarantees that it is there.
    pub fn number(&self, name: &str) -> f64 {
        match self.get(name) {
            Some(ArgumentValue::Number(value)) => *value,
            other => unreachable!("signature without a number `{name}`: {other:?}"),
        }
    }

    /// The whole number `name`.
    pub fn size(&self, name: &str) -> usize {
        self.number(name) as usize
    }

    /// The text `name`; the signature guarantees that it is there.
    pub fn text(&self, name: &str) -> &str {
        match self.get(name) {
            Some(ArgumentValue::Text(text)) => text,
            other => unreachable!("signature without a text `{name}`: {other:?}"),
        }
    }

    /// The numbers `name`; none where it is left open.
    pub fn numbers(&self, name: &str) -> &[f64] {
        match self.get(name) {
            Some(ArgumentValue::Numbers(numbers)) => numbers,
            _ => &[],
        }
    }

    /// The length `name`, or `auto` where it is left open.
    pub fn length_or(&self, name: &str, auto: Length) -> Length {
        match self.get(name) {
            Some(ArgumentValue::Length(length)) => *length,
            _ => auto,
        }
    }

    /// The sizes `name`; the signature guarantees that they are there.
    pub fn sizes(&self, name: &str) -> &[Option<usize>] {
        match self.get(name) {
            Some(ArgumentValue::Sizes(sizes)) => sizes,
            other => unreachable!("signature without sizes `{name}`: {other:?}"),
        }
    }

    /// The boolean `name`, or `auto` where it is left open.
    pub fn bool_or(&self, name: &str, auto: bool) -> bool {
        match self.get(name) {
            Some(ArgumentValue::Bool(value)) => *value,
            _ => auto,
        }
    }

    /// The name chosen for `name`; the signature guarantees that it is there.
    pub fn choice(&self, name: &str) -> &'static str {
        match self.get(name) {
            Some(ArgumentValue::Choice(value)) => value,
            other => unreachable!("signature without a choice `{name}`: {other:?}"),
        }
    }

    /// The initialiser `name`, unless it is left open.
    pub fn initializer(&self, name: &str) -> Option<&crate::initializer::Initializer> {
        match self.get(name) {
            Some(ArgumentValue::Initializer(value)) => Some(value),
            _ => None,
        }
    }
}
