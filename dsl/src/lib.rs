//! The dlm language as text: grammar, syntax tree with spans, diagnostics and formatter.
//!
//! Pure: no file, environment, clock or randomness. [`parse`](fn@parse) never panics and returns a tree together with
//! all its diagnostics.
//!
//! The way through: the lexer finds tokens (`lexer.rs`, `literal.rs`), misspelt and misplaced words and docs are noticed
//! (`misspelt.rs`, `words.rs`, `docs.rs`), brackets are balanced (`brackets.rs`); each mends for the next what it has reported. The grammar (`grammar.pest`,
//! by pest, its parser checked in as `generated.rs`) reads the mended text, `build.rs` and `values.rs` make the tree of it, and
//! `syntax_error.rs` says what could not be read.
//!
//! # Features
//! - `render`: the module `render`, diagnostics as rustc draws them and as JSON; [`plain`] needs no feature.
//! - `testing`: the module `expectation`, expected diagnostics inside test files.

pub mod aliases;
pub mod ast;
mod brackets;
mod build;
pub mod codes;
pub mod diagnostic;
mod docs;
#[cfg(feature = "testing")]
pub mod expectation;
mod expected;
mod format;
#[rustfmt::skip]
#[allow(dead_code)] // pest generates more than is used
mod generated;
mod lexer;
mod limits;
mod line_index;
mod literal;
mod misspelt;
pub mod names;
mod parse;
pub mod plain;
#[cfg(feature = "render")]
pub mod render;
mod syntax_error;
mod token;
mod values;
mod words;

pub use diagnostic::{Code, Diagnostic, Label, Severity};
pub use format::format;
pub use limits::{MAX_FILE_SIZE, MAX_NESTING, MAX_OPERATORS};
pub use line_index::{LineIndex, Location};
pub use parse::parse;
pub use words::{RESERVED, is_reserved};
