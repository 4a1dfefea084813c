//! Rows of the generator's tables that are rows of the compiler's: what no row there names is called by its signature.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use dlm_compiler::reference;

use crate::generator::{BLOCKS, TABLES};
use crate::support::calls::{Call, calls};

/// The tables of the compiler whose rows go into a table here where no row here names them yet, called by their signatures.
const FROM: &[(&str, &str)] = &[
    ("activation", "activations"),
    ("layer", "layers"),
    ("init", "initialisers"),
    ("optimizer", "optimizers"),
    ("schedule", "schedules"),
    ("clip", "clips"),
    ("penalty", "penalties"),
    ("normalize", "normalisations"),
    ("cross_entropy", "losses"),
    ("cross_entropy_of_flags", "losses"),
    ("error_of_numbers", "losses"),
];

/// For each table of [`FROM`] the rows that it gets by themselves.
pub static MADE: LazyLock<HashMap<&str, Vec<String>>> = LazyLock::new(|| {
    let written: Vec<&str> =
        TABLES.iter().flat_map(|(_, rows)| *rows).copied().chain(BLOCKS.iter().map(|block| block.body)).collect();
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let words: HashSet<&str> = written.iter().flat_map(|row| row.split(|c| !is_part(c))).collect();
    FROM.iter().map(|(table, from)| (*table, made(table, from, &words))).collect()
});

/// The calls of a table of the compiler's that are none of these words, as far as they can stand in a table here.
pub fn made(table: &str, from: &str, words: &HashSet<&str>) -> Vec<String> {
    let new = reference::signatures(from).into_iter().filter(|signature| !named(words, signature.name));
    let calls = new.flat_map(|signature| calls(&signature)).filter(|call| fits(table, call));
    calls.map(|call| call.to_string()).collect()
}

/// The layers and activations that learn something of a row of features.
pub static LEARNED: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let rows = ["layers", "activations"].into_iter().flat_map(reference::signatures);
    let learns = |call: &Call| {
        let source = format!("model M {{ input x: f32[5]; {call}; output y: f32[5]; }}");
        let program = dlm_compiler::check(&source).0;
        program.is_some_and(|program| program.models[0].units[0].graph.parameters.iter().any(|it| it.role.trainable()))
    };
    rows.filter(|row| calls(row).iter().any(learns)).map(|row| row.name).collect()
});

/// Whether a row here names it; the spellings of initialisers are put together.
fn named(words: &HashSet<&str>, name: &str) -> bool {
    let scaled =
        name.split_once('_').is_some_and(|(scheme, kind)| words.contains(scheme) && matches!(kind, "normal" | "uniform"));
    words.contains(name) || scaled
}

/// Whether a call can stand where rows of a table do: a layer by itself if it keeps a row of features, a loss where it fits.
fn fits(table: &str, call: &Call) -> bool {
    let (layers, output, setting) = match table {
        "layer" | "activation" => (call.to_string(), "f32[5]", String::new()),
        "cross_entropy" => ("identity".into(), "class[5]", format!("loss = {call};")),
        "cross_entropy_of_flags" => ("identity".into(), "flags[5]", format!("loss = {call};")),
        "error_of_numbers" => ("identity".into(), "f32[5]", format!("loss = {call};")),
        _ => return true,
    };
    let source = format!("model M {{ input x: f32[4]; dense(5) -> {layers}; output y: {output}; }} train M {{ {setting} }}");
    dlm_compiler::check(&source).0.is_some()
}
