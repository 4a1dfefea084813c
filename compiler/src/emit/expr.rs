//! Prints scalar expressions as Rust. What occurs more than once in an expression is computed once.

use std::collections::HashMap;

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use crate::expr::{Binary, Compare, Expr, Leaf, Unary, constant, select};

/// What an expression is computed in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Number {
    /// `f32`, with the level's functions.
    F32,
    /// `f64`, for the scalars of a step.
    F64,
}

/// How tightly an expression binds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Binding {
    /// `if … else …`, which stands by itself only.
    Choice,
    Sum,
    Factor,
    Sign,
    Atom,
}

/// Prints an expression: bindings for what it needs more than once, then the expression itself. Names that the bindings
/// introduce begin with `prefix`.
pub fn print(expr: &Expr, number: Number, prefix: &str, leaf: &dyn Fn(Leaf) -> TokenStream) -> (TokenStream, TokenStream) {
    let mut counts = HashMap::new();
    count(expr, &mut counts);
    let mut printer = Printer { number, prefix, leaf, counts, bound: HashMap::new(), bindings: TokenStream::new() };
    let (tokens, _) = printer.print(expr);
    (printer.bindings, tokens)
}

/// How often each part occurs. Parts of a part that was seen before are not counted again: it is computed once.
fn count(expr: &Expr, counts: &mut HashMap<String, usize>) {
    if matches!(expr, Expr::Constant(_) | Expr::Leaf(_)) {
        return;
    }
    let seen = counts.entry(format!("{expr:?}")).or_insert(0);
    *seen += 1;
    if *seen > 1 {
        return;
    }
    match expr {
        Expr::Constant(_) | Expr::Leaf(_) => {}
        Expr::Unary(_, x) => count(x, counts),
        Expr::Binary(_, a, b) => {
            count(a, counts);
            count(b, counts);
        }
        Expr::Select { left, right, then, other, .. } => {
            [left, right, then, other].into_iter().for_each(|part| count(part, counts));
        }
    }
}

struct Printer<'a> {
    number: Number,
    prefix: &'a str,
    leaf: &'a dyn Fn(Leaf) -> TokenStream,
    counts: HashMap<String, usize>,
    bound: HashMap<String, TokenStream>,
    bindings: TokenStream,
}

impl Printer<'_> {
    fn print(&mut self, expr: &Expr) -> (TokenStream, Binding) {
        match expr {
            Expr::Constant(value) => return self.constant(*value),
            Expr::Leaf(leaf) => return ((self.leaf)(*leaf), Binding::Atom),
            _ => {}
        }
        let key = format!("{expr:?}");
        if let Some(name) = self.bound.get(&key) {
            return (name.clone(), Binding::Atom);
        }
        let printed = self.compound(expr);
        if self.counts.get(&key).is_none_or(|count| *count < 2) {
            return printed;
        }
        (self.bind(key, printed.0), Binding::Atom)
    }

    fn bind(&mut self, key: String, tokens: TokenStream) -> TokenStream {
        // No other name ends in an underscore: see `fresh` of kernels.
        let name = format_ident!("{}_{}_", self.prefix, self.bound.len() + 1);
        self.bindings.extend(quote! { let #name = #tokens; });
        self.bound.insert(key, quote!(#name));
        quote!(#name)
    }

    fn constant(&self, value: f64) -> (TokenStream, Binding) {
        let magnitude = match self.number {
            // Numbers are checked to be finite in `f32`; what is computed from them at compile time need not be.
            Number::F32 if !(value as f32).is_finite() => {
                return if value.is_nan() {
                    (quote!(f32::NAN), Binding::Atom)
                } else if value < 0.0 {
                    (quote!(f32::NEG_INFINITY), Binding::Atom)
                } else {
                    (quote!(f32::INFINITY), Binding::Atom)
                };
            }
            Number::F32 => Literal::f32_unsuffixed((value as f32).abs()),
            Number::F64 => Literal::f64_unsuffixed(value.abs()),
        };
        if value.is_sign_negative() { (quote!(-#magnitude), Binding::Sign) } else { (quote!(#magnitude), Binding::Atom) }
    }

    /// The expression where at least this binding is needed.
    fn at_least(&mut self, binding: Binding, expr: &Expr) -> TokenStream {
        let (tokens, own) = self.print(expr);
        match own {
            Binding::Choice => self.bind(format!("{expr:?}"), tokens),
            own if own < binding => quote!((#tokens)),
            _ => tokens,
        }
    }

    fn compound(&mut self, expr: &Expr) -> (TokenStream, Binding) {
        match expr {
            Expr::Constant(_) | Expr::Leaf(_) => self.print(expr),
            Expr::Unary(function, x) => self.unary(*function, x),
            Expr::Binary(function, a, b) => self.binary(*function, a, b),
            Expr::Select { compare, left, right, then, other } => {
                let (left, right) = (self.at_least(Binding::Sum, left), self.at_least(Binding::Sum, right));
                // Both sides before the choice, so that a loop over them has no branch.
                let then = self.side(then);
                let other = self.side(other);
                let compare = match compare {
                    Compare::Less => quote!(<),
                    Compare::LessEqual => quote!(<=),
                    Compare::Greater => quote!(>),
                    Compare::GreaterEqual => quote!(>=),
                    Compare::Equal => quote!(==),
                };
                (quote!(if #left #compare #right { #then } else { #other }), Binding::Choice)
            }
        }
    }

    /// One side of a choice, computed beforehand unless it is at hand.
    fn side(&mut self, expr: &Expr) -> TokenStream {
        let (tokens, _) = self.print(expr);
        let at_hand = matches!(expr, Expr::Constant(_) | Expr::Leaf(_)) || self.bound.contains_key(&format!("{expr:?}"));
        if at_hand { tokens } else { self.bind(format!("{expr:?}"), tokens) }
    }

    fn unary(&mut self, function: Unary, x: &Expr) -> (TokenStream, Binding) {
        if function == Unary::Neg {
            let x = self.at_least(Binding::Sign, x);
            return (quote!(-#x), Binding::Sign);
        }
        if function == Unary::Abs || self.number == Number::F64 {
            let (x, _) = self.print(x);
            // The type is named: of a number's digits alone Rust does not know it.
            let ty = match self.number {
                Number::F32 => quote!(f32),
                Number::F64 => quote!(f64),
            };
            let method = match function {
                Unary::Abs => quote!(abs),
                Unary::Sqrt => quote!(sqrt),
                other => unreachable!("{other:?} is no scalar of a step"),
            };
            return (quote!(#ty::#method(#x)), Binding::Atom);
        }
        if function == Unary::Sign {
            let below = select(Compare::Less, x.clone(), constant(0.0), constant(-1.0), constant(0.0));
            return self.print(&select(Compare::Greater, x.clone(), constant(0.0), constant(1.0), below));
        }
        let (x, _) = self.print(x);
        let name = match function {
            Unary::Neg | Unary::Abs | Unary::Sign => unreachable!("printed above"),
            Unary::Sqrt => quote!(sqrt),
            Unary::Exp => quote!(exp),
            Unary::Expm1 => quote!(expm1),
            Unary::Ln => quote!(ln),
            Unary::Ln1p => quote!(ln_1p),
            Unary::Tanh => quote!(tanh),
            Unary::Sigmoid => quote!(sigmoid),
            Unary::Erf => quote!(erf),
        };
        (quote!(level::#name(#x)), Binding::Atom)
    }

    fn binary(&mut self, function: Binary, a: &Expr, b: &Expr) -> (TokenStream, Binding) {
        let (operator, left, right, own) = match function {
            Binary::Add => (quote!(+), Binding::Sum, Binding::Factor, Binding::Sum),
            Binary::Sub => (quote!(-), Binding::Sum, Binding::Factor, Binding::Sum),
            Binary::Mul => (quote!(*), Binding::Factor, Binding::Sign, Binding::Factor),
            Binary::Div => (quote!(/), Binding::Factor, Binding::Sign, Binding::Factor),
            Binary::Min => return self.print(&choose(Compare::Less, a, b)),
            Binary::Max => return self.print(&choose(Compare::Greater, a, b)),
            Binary::PowInt => {
                let ((a, _), (b, _)) = (self.print(a), self.print(b));
                return (quote!(pow_int(#a, #b as u64)), Binding::Atom);
            }
        };
        let (a, b) = (self.at_least(left, a), self.at_least(right, b));
        (quote!(#a #operator #b), own)
    }
}

/// `if a ⋚ b { a } else { b }`
fn choose(compare: Compare, a: &Expr, b: &Expr) -> Expr {
    Expr::Select { compare, left: a.clone().into(), right: b.clone().into(), then: a.clone().into(), other: b.clone().into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::operand;

    fn printed(expr: &Expr) -> String {
        let (bindings, tokens) = print(expr, Number::F32, "y", &|leaf| match leaf {
            Leaf::Operand(0) => quote!(a),
            _ => quote!(b),
        });
        format!("{bindings} {tokens}").trim().to_string()
    }

    #[test]
    fn parentheses_keep_the_order() {
        let (a, b) = (operand(0), operand(1));
        assert_eq!(printed(&(a.clone() - (b.clone() - a.clone()))), "a - (b - a)");
        assert_eq!(printed(&((a.clone() - b.clone()) - a.clone())), "a - b - a");
        assert_eq!(printed(&((a.clone() + b.clone()) * -a.clone())), "(a + b) * - a");
        assert_eq!(printed(&(a.clone() / (b.clone() * a.clone()))), "a / (b * a)");
        assert_eq!(printed(&(constant(-2.0) * a.clone().abs())), "- 2.0 * f32 :: abs (a)");
        assert_eq!(printed(&(a + b).sqrt()), "level :: sqrt (a + b)");
    }

    #[test]
    fn what_occurs_twice_is_computed_once() {
        let e = operand(0).exp();
        assert_eq!(printed(&(e.clone() * (e + constant(1.0)))), "let y_1_ = level :: exp (a) ; y_1_ * (y_1_ + 1.0)");
    }

    #[test]
    fn both_sides_of_a_choice_are_computed() {
        let choice = select(Compare::Greater, operand(0), constant(0.0), operand(0), operand(0).expm1());
        assert_eq!(printed(&choice), "let y_1_ = level :: expm1 (a) ; if a > 0.0 { a } else { y_1_ }");
        let doubled = printed(&(constant(2.0) * choice));
        assert!(doubled.ends_with("let y_2_ = if a > 0.0 { a } else { y_1_ } ; 2.0 * y_2_"), "{doubled}");
    }
}
