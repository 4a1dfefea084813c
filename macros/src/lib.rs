//! The implementation of `dlm::model!`. Use it through the package `dlm-lang`, whose library is named `dlm`.
//!
//! A thin shell: `source` makes text of tokens (or a file), `dlm_compiler` does the work, `report` brings its
//! diagnostics back to the tokens they are about.

mod expand;
mod file;
mod literal;
mod places;
mod report;
mod skeleton;
mod source;

/// Expands to the module of each model. The first token is the path of the crate `dlm`, the rest is what the user wrote:
/// the path of a `.dlm` file as a string, or the text of one.
#[proc_macro]
pub fn model(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand::expand(input.into(), places::compiler()).into()
}
