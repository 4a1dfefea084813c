//! Names with two spellings: the one that the formatter prints, and the others that are read as it.

/// Each alias with the name it stands for.
pub const ALIASES: &[(&str, &str)] = &[("glorot_normal", "xavier_normal"), ("glorot_uniform", "xavier_uniform")];

/// The canonical spelling of `name`; `name` itself where it has but one.
///
/// ```
/// assert_eq!(dlm_dsl::aliases::canonical("glorot_normal"), "xavier_normal");
/// assert_eq!(dlm_dsl::aliases::canonical("dense"), "dense");
/// ```
pub fn canonical(name: &str) -> &str {
    ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, canonical)| canonical)
}
