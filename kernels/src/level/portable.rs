//! Any processor. Fused multiply-add is computed exactly from `f64`s, so that the bits are those of every other level.

pub use crate::maths::exact::*;

super::common::common_functions! {}
super::product::straightforward! {}
