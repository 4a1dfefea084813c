//! This crate's own source, so that a program can be compiled without cargo:
//!
//! `rustc --crate-type rlib --crate-name dlm_kernels --edition 2024 -Copt-level=3 --cfg 'feature="std"' lib.rs`
//!
//! Without that `--cfg` it compiles too, but fused multiply-add is then slow in the maths functions.

/// Every file: its path from the folder of `lib.rs`, and its text.
pub const FILES: &[(&str, &str)] = &[
    ("aligned.rs", include_str!("aligned.rs")),
    ("call.rs", include_str!("call.rs")),
    ("level/avx2.rs", include_str!("level/avx2.rs")),
    ("level/avx512.rs", include_str!("level/avx512.rs")),
    ("level/check.rs", include_str!("level/check.rs")),
    ("level/common.rs", include_str!("level/common.rs")),
    ("level/mod.rs", include_str!("level/mod.rs")),
    ("level/neon.rs", include_str!("level/neon.rs")),
    ("level/portable.rs", include_str!("level/portable.rs")),
    ("level/product.rs", include_str!("level/product.rs")),
    ("lib.rs", include_str!("lib.rs")),
    ("machine.rs", include_str!("machine.rs")),
    ("macros.rs", include_str!("macros.rs")),
    ("maths/errors.md", include_str!("maths/errors.md")),
    ("maths/functions.rs", include_str!("maths/functions.rs")),
    ("maths/mod.rs", include_str!("maths/mod.rs")),
    ("philox.rs", include_str!("philox.rs")),
    ("program.rs", include_str!("program.rs")),
    ("reference.rs", include_str!("reference.rs")),
    ("source.rs", include_str!("source.rs")),
    ("views.rs", include_str!("views.rs")),
];
