//! The level of its name.

pub use crate::maths::fused::*;

super::common::common_functions! { #[target_feature(enable = "neon")] }
super::product::straightforward! { #[target_feature(enable = "neon")] }
