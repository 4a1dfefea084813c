//! The dlm language as text: grammar, syntax tree with spans, diagnostics and formatter.
//!
//! Pure: no file, environment, clock or randomness. [`parse`](fn@parse) never panics and returns a tree together with
//! all its diagnostics.

pub mod ast;
pub mod codes;
pub mod diagnostic;

pub use diagnostic::{Code, Diagnostic, Label, Severity};
