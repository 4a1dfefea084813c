//! What a name is, and "did you mean": the known name that is closest to one that is not.

use std::borrow::Cow;

use pest::unicode::{XID_CONTINUE, XID_START};
use strsim::osa_distance;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Whether `text` can be a name: as in Rust, a letter of any script or `_`, then such letters, their marks, and digits; `_` alone is
/// none. Reserved words are names too as far as this goes.
///
/// ```
/// use dlm_dsl::names::is_name;
/// assert!(["h1", "_x", "größe", "重み", "x̂"].into_iter().all(is_name));
/// assert!(!["", "_", "1h", "x²", "a-b", "é "].into_iter().any(is_name));
/// ```
pub fn is_name(text: &str) -> bool {
    text != "_" && text.starts_with(begins) && text.chars().all(continues)
}

/// Whether a name can begin with `c` (Unicode's `XID_Start`, and `_`).
pub(crate) fn begins(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii() && XID_START(c)
}

/// Whether a name can go on with `c` (Unicode's `XID_Continue`).
pub(crate) fn continues(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii() && XID_CONTINUE(c)
}

/// A name as it is compared: in Unicode's normal form C, as in Rust, so that `é` is one letter however it was typed.
pub(crate) fn normal(name: &str) -> Cow<'_, str> {
    match name.is_ascii() || is_nfc_quick(name.chars()) == IsNormalized::Yes {
        true => name.into(),
        false => name.nfc().collect(),
    }
}

/// The name among `among` that `wanted` most likely stands for, if any is close enough.
///
/// Close are: the same letters in another case or with other separators, a beginning of at least three letters
/// (`sigm` for `sigmoid`) or an end of at least four (`smoothing` for `label_smoothing`), and names that differ by few typing slips (one in up to five letters, two in up to eight, else three).
///
/// ```
/// use dlm_dsl::names::closest;
/// assert_eq!(closest("desne", ["dense", "flatten"]), Some("dense"));
/// assert_eq!(closest("BatchNorm", ["batch_norm", "layer_norm"]), Some("batch_norm"));
/// assert_eq!(closest("x", ["dense", "flatten"]), None);
/// ```
pub fn closest<'a>(wanted: &str, among: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = plain(wanted);
    if plain.is_empty() {
        return None;
    }
    let length = plain.chars().count();
    let allowed = match length {
        0..=1 => 0,
        2..=5 => 1,
        6..=8 => 2,
        _ => 3,
    };
    among
        .into_iter()
        .filter(|name| *name != wanted)
        .filter_map(|name| distance(&plain, length, name, allowed).map(|distance| (distance, name)))
        // The first of equals, so that the order of `among` decides and the answer is always the same.
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// How far `name` is from the plain form of what was wanted; `None` where it is too far.
fn distance(wanted: &str, length: usize, name: &str, allowed: usize) -> Option<usize> {
    let name = plain(name);
    if name == wanted {
        return Some(0);
    }
    // Lengths that differ by more need more slips than are allowed.
    let other = name.chars().count();
    let typed = (other.abs_diff(length) <= allowed).then(|| osa_distance(wanted, &name)).filter(|slips| *slips <= allowed);
    let part = || {
        let begins = length >= 3 && name.starts_with(wanted) || other >= 3 && wanted.starts_with(&name) && other * 2 > length;
        let ends = length >= 4 && name.ends_with(wanted);
        // Behind every typing slip.
        (begins || ends).then(|| 4 + other.abs_diff(length))
    };
    typed.or_else(part)
}

/// Lower case, without separators.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYERS: &[&str] =
        &["dense", "flatten", "batch_norm", "layer_norm", "dropout", "sigmoid", "tanh", "relu", "leaky_relu", "elu"];

    fn close(wanted: &str) -> Option<&'static str> {
        closest(wanted, LAYERS.iter().copied())
    }

    #[test]
    fn typing_slips_are_found() {
        assert_eq!(close("dens"), Some("dense"));
        assert_eq!(close("desne"), Some("dense"));
        assert_eq!(close("batch_nrom"), Some("batch_norm"));
        assert_eq!(close("dorpuot"), Some("dropout"));
    }

    #[test]
    fn case_separators_and_beginnings_are_found() {
        assert_eq!(close("Dense"), Some("dense"));
        assert_eq!(close("LeakyReLU"), Some("leaky_relu"));
        assert_eq!(close("sigm"), Some("sigmoid"));
        assert_eq!(close("dropout2"), Some("dropout"));
        assert_eq!(closest("smoothing", ["label_smoothing", "class_weights"]), Some("label_smoothing"));
    }

    #[test]
    fn the_closest_wins_and_the_first_of_equals() {
        assert_eq!(close("rlu"), Some("relu"));
        assert_eq!(closest("ac", ["ab", "ad"]), Some("ab"));
    }

    #[test]
    fn what_is_far_is_not_proposed() {
        assert_eq!(close("convolution"), None);
        assert_eq!(close(""), None);
        assert_eq!(close("_"), None);
        assert_eq!(close("dense"), None, "a name is no correction of itself");
    }
}
