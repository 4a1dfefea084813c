//! The level of its name.

pub use crate::maths::fused::*;

super::common::common_functions! { #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")] }
super::product::straightforward! { #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")] }
