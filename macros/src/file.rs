//! Files named by a string literal, relative to the root of the user's package.

use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;
use quote::quote;

/// The text of the file at `path`, or what is wrong with it.
pub(crate) fn read(path: &str) -> Result<String, String> {
    let Some(root) = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from) else {
        return Err("the path is relative to the package's root, but `CARGO_MANIFEST_DIR`, which cargo sets, is not set".into());
    };
    if Path::new(path).is_absolute() {
        return Err(format!("`{path}` is absolute; write it relative to the package's root, the folder of `Cargo.toml`"));
    }
    let file = root.join(path);
    let bytes = std::fs::read(&file).map_err(|error| {
        let mut message = format!("cannot read {}: {error}", file.display());
        if error.kind() == std::io::ErrorKind::NotFound {
            message.push_str("\nnote: the path is relative to the package's root, the folder of `Cargo.toml`");
        }
        message
    })?;
    String::from_utf8(bytes)
        .map_err(|error| format!("{} is not UTF-8: byte {}", file.display(), error.utf8_error().valid_up_to()))
}

/// Makes the compiler, and so cargo, watch the file at `path`. The constant is not used, so it is in no binary; the path is
/// put together by the compiler, so no folder of this machine is in the generated code.
pub(crate) fn track(path: &str) -> TokenStream {
    quote! {
        const _: &[::core::primitive::u8] =
            ::core::include_bytes!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/", #path));
    }
}
