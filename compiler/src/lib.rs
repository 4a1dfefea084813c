//! The dlm compiler: syntax tree to graph to training graph to plan to Rust.
//!
//! Pure: no file, environment, clock or randomness. The same text gives the same tokens, byte for byte.

pub mod augment;
pub mod compile;
pub mod describe;
pub mod emit;
pub mod expr;
pub mod graph;
pub mod initializer;
pub mod interpret;
mod lint;
pub mod loss;
pub mod lower;
pub mod op;
pub mod optimizer;
pub mod penalty;
pub mod plan;
pub mod real;
pub mod recipe;
pub mod reference;
mod resolve;
pub mod schedule;
pub mod signature;
pub mod summary;
pub mod train_graph;
mod update;
mod watch;

pub use resolve::{Override, Overrides, can_name_type, check, check_with, module_name, resolve, resolve_with};
