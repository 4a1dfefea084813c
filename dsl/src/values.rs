//! From pest's pairs to values: numbers, names, calls, lists and what operators make of them.

use crate::{
    ast::*,
    build::{Builder, Pair, Pairs},
    generated::Rule,
    literal,
};

impl Builder<'_> {
    /// The values of a list or of the brackets of a type.
    pub(crate) fn values(&mut self, pair: Pair<'_>) -> Vec<Value> {
        pair.into_inner().filter(|part| part.as_rule() == Rule::value).map(|part| self.value(part)).collect()
    }

    /// The arguments of a call, tuple, record or parentheses.
    pub(crate) fn arguments(&mut self, pair: Pair<'_>) -> Vec<Argument> {
        let arguments = pair.into_inner().filter(|part| part.as_rule() == Rule::argument);
        arguments.map(|part| self.argument(part)).collect()
    }

    fn argument(&mut self, pair: Pair<'_>) -> Argument {
        let (mut name, mut value) = (None, None);
        let span = self.span(&pair);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => name = Some(self.ident(&part)),
                Rule::value => value = Some(self.value(part)),
                _ => self.slip(part, "an argument gets its value by `=`"),
            }
        }
        Argument { name, value: value.unwrap_or_else(|| placeholder(span)) }
    }

    /// A call that stands as a link: a name with or without arguments.
    pub(crate) fn call(&mut self, pair: Pair<'_>) -> Call {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        let name = parts.next().map_or_else(|| Ident { name: String::new(), span }, |name| self.ident(&name));
        let arguments = parts.next().map(|part| self.arguments(part));
        Call { name, arguments, span }
    }

    /// A value: operands joined by operators, of which `*` and `/` bind tighter, all to the left.
    pub(crate) fn value(&mut self, pair: Pair<'_>) -> Value {
        let span = self.span(&pair);
        // What has been read: a sum, and the product that is still growing, joined by the operator between them.
        let mut sum: Option<(Value, Operator)> = None;
        let mut product: Option<Value> = None;
        let mut operator = Operator::Add;
        for part in pair.into_inner() {
            if part.as_rule() == Rule::operator {
                operator = read_operator(part.as_str());
                continue;
            }
            let operand = self.operand(part);
            product = Some(match (product, operator) {
                (None, _) => operand,
                (Some(left), Operator::Multiply | Operator::Divide) => binary(operator, left, operand),
                (Some(left), _) => {
                    let left = join(sum.take(), left);
                    sum = Some((left, operator));
                    operand
                }
            });
        }
        product.map_or_else(|| placeholder(span), |product| join(sum, product))
    }

    fn operand(&mut self, pair: Pair<'_>) -> Value {
        let span = self.span(&pair);
        let mut signs = Vec::new();
        let mut value = placeholder(span);
        for part in pair.into_inner() {
            let span = self.span(&part);
            let kind = match part.as_rule() {
                Rule::minus => {
                    signs.push(span);
                    continue;
                }
                Rule::number => ValueKind::Number(literal::number_value(part.as_str())),
                Rule::text | Rule::raw_text => ValueKind::Text(literal::string_value(part.as_str())),
                Rule::boolean => ValueKind::Bool(part.as_str().trim_end() == "true"),
                Rule::list => ValueKind::List(self.values(part)),
                Rule::arguments => self.parentheses(part),
                _ => self.named(part.into_inner(), span),
            };
            value = Value { kind, span };
        }
        for sign in signs.into_iter().rev() {
            let span = sign.to(value.span);
            value = Value { kind: ValueKind::Negative(Box::new(value)), span };
        }
        value
    }

    /// `(value)`, or a tuple or record of other than one unnamed value.
    fn parentheses(&mut self, pair: Pair<'_>) -> ValueKind {
        let mut arguments = self.arguments(pair);
        if arguments.len() == 1 && arguments[0].name.is_none() {
            let argument = arguments.remove(0);
            return ValueKind::Parenthesized(Box::new(argument.value));
        }
        ValueKind::Tuple(arguments)
    }

    /// `name`, `name(arguments)`, `name[0].other`.
    fn named(&mut self, mut parts: Pairs<'_>, span: Span) -> ValueKind {
        let name = parts.next().map_or_else(|| Ident { name: String::new(), span }, |name| self.ident(&name));
        let mut segments = vec![Segment { name: name.clone(), turns: None }];
        for part in parts {
            match part.as_rule() {
                Rule::arguments => {
                    return ValueKind::Call(Call { name, arguments: Some(self.arguments(part)), span });
                }
                Rule::turns => {
                    let turns = self.turns(part);
                    if let Some(last) = segments.last_mut() {
                        last.turns = turns;
                    }
                }
                Rule::segment => {
                    let mut parts = part.into_inner();
                    let name = parts.next().map_or_else(|| Ident { name: String::new(), span }, |name| self.ident(&name));
                    let turns = parts.next().and_then(|turns| self.turns(turns));
                    segments.push(Segment { name, turns });
                }
                _ => {}
            }
        }
        ValueKind::Path(segments)
    }

    fn turns(&mut self, pair: Pair<'_>) -> Option<(Value, Option<Value>)> {
        let mut values = self.values(pair).into_iter();
        values.next().map(|first| (first, values.next()))
    }
}

/// A value in place of one that the grammar promises; never seen.
fn placeholder(span: Span) -> Value {
    Value { kind: ValueKind::Tuple(Vec::new()), span }
}

fn read_operator(text: &str) -> Operator {
    match text.as_bytes().first() {
        Some(b'-') => Operator::Subtract,
        Some(b'*') => Operator::Multiply,
        Some(b'/') => Operator::Divide,
        _ => Operator::Add,
    }
}

fn binary(operator: Operator, left: Value, right: Value) -> Value {
    let span = left.span.to(right.span);
    Value { kind: ValueKind::Binary { operator, left: Box::new(left), right: Box::new(right) }, span }
}

/// The sum so far, if any, with what follows its last operator.
fn join(sum: Option<(Value, Operator)>, right: Value) -> Value {
    match sum {
        Some((left, operator)) => binary(operator, left, right),
        None => right,
    }
}
