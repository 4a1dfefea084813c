//! Values that print themselves as Rust: so a description that the compiler made becomes a constant of generated code.

/// A value that prints itself as an expression that a constant may hold. Names are those of this crate, in scope.
pub trait Literal {
    /// Appends the expression.
    fn literal(&self, out: &mut String);
}

/// The expression of a value.
pub fn literal(value: &impl Literal) -> String {
    let mut out = String::new();
    value.literal(&mut out);
    out
}

/// Where `Debug` prints what Rust reads back.
macro_rules! by_debug {
    ($($type:ty),*) => {
        $(impl Literal for $type {
            fn literal(&self, out: &mut String) {
                out.push_str(&format!("{self:?}"));
            }
        })*
    };
}

by_debug!(bool, char, usize, u64, &str);

macro_rules! floats {
    ($($type:ident),*) => {
        $(impl Literal for $type {
            fn literal(&self, out: &mut String) {
                if self.is_finite() { out.push_str(&format!("{self:?}")) } else { out.push_str(&format!("{}::{}", stringify!($type), name(f64::from(*self)))) }
            }
        })*
    };
}

floats!(f32, f64);

/// The constant of a number that has no digits.
fn name(value: f64) -> &'static str {
    match value {
        _ if value.is_nan() => "NAN",
        _ if value > 0.0 => "INFINITY",
        _ => "NEG_INFINITY",
    }
}

impl<T: Literal> Literal for Option<T> {
    fn literal(&self, out: &mut String) {
        match self {
            None => out.push_str("::core::option::Option::None"),
            Some(value) => {
                out.push_str("::core::option::Option::Some(");
                value.literal(out);
                out.push(')');
            }
        }
    }
}

impl<T: Literal> Literal for &[T] {
    fn literal(&self, out: &mut String) {
        out.push_str("&[");
        for value in *self {
            value.literal(out);
            out.push_str(", ");
        }
        out.push(']');
    }
}

impl<A: Literal, B: Literal> Literal for (A, B) {
    fn literal(&self, out: &mut String) {
        out.push('(');
        self.0.literal(out);
        out.push_str(", ");
        self.1.literal(out);
        out.push(')');
    }
}

/// Declares a struct or enum that is [`Literal`]. Variants have named fields, one value, or none.
macro_rules! described {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$field_meta:meta])* pub $field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
        }

        impl $crate::Literal for $name {
            fn literal(&self, out: &mut String) {
                out.push_str(concat!(stringify!($name), " { "));
                $(
                    out.push_str(concat!(stringify!($field), ": "));
                    self.$field.literal(out);
                    out.push_str(", ");
                )*
                out.push('}');
            }
        }
    };
    ($(#[$meta:meta])* pub enum $name:ident {
        $(
            $(#[$variant_meta:meta])*
            $variant:ident $({ $($(#[$field_meta:meta])* $field:ident: $type:ty,)* })? $(($value:ty))?,
        )*
    }) => {
        $(#[$meta])*
        pub enum $name {
            $(
                $(#[$variant_meta])*
                $variant $({ $($(#[$field_meta])* $field: $type,)* })? $(($value))?,
            )*
        }

        impl $crate::Literal for $name {
            fn literal(&self, out: &mut String) {
                match self {
                    $($name::$variant $({ $($field,)* })? $((described!(@first value $value)))? => {
                        out.push_str(concat!(stringify!($name), "::", stringify!($variant)));
                        $(
                            out.push_str(" { ");
                            $(
                                out.push_str(concat!(stringify!($field), ": "));
                                $field.literal(out);
                                out.push_str(", ");
                            )*
                            out.push('}');
                        )?
                        $(
                            out.push('(');
                            described!(@first value $value).literal(out);
                            out.push(')');
                        )?
                    })*
                }
            }
        }
    };
    (@first $first:ident $second:ty) => { $first };
}
pub(crate) use described;

#[cfg(test)]
mod tests {
    use super::*;

    described! {
        /// All forms.
        pub struct Every {
            /// A float.
            pub float: f64,
            /// A list.
            pub list: &'static [Form],
        }
    }

    described! {
        /// Variants.
        pub enum Form {
            /// None.
            Bare,
            /// One.
            One(&'static str),
            /// Named.
            Named {
                /// An option.
                option: Option<f32>,
            },
        }
    }

    #[test]
    fn every_form_prints_as_rust() {
        let every =
            Every { float: -1e-12, list: &[Form::Bare, Form::One("a\"b\n"), Form::Named { option: Some(f32::INFINITY) }] };
        let expected = "Every { float: -1e-12, list: &[Form::Bare, Form::One(\"a\\\"b\\n\"), \
                        Form::Named { option: ::core::option::Option::Some(f32::INFINITY), }, ], }";
        assert_eq!(literal(&every), expected);
    }
}
