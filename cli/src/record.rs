//! The first and the last record of a log: what was trained, on what and with what, and what came of it.

use std::time::{SystemTime, UNIX_EPOCH};

use dlm_compiler::graph::Unit;
use dlm_compiler::summary::summary;
use dlm_kernels::Level;
use dlm_runtime::{Dataset, Report, Start};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use xxhash_rust::xxh3::Xxh3Default;

use crate::aot::Loaded;
use crate::aot::cache::hex;
use crate::args::Train;
use crate::data::Data;
use crate::failure::Failure;
use crate::json;
use crate::output::Output;
use crate::source::{Source, recipe_name};

/// The name of the field that says what a record is, and what it can be.
pub const RECORD: &str = "record";
/// A training begins.
pub const START: &str = "start";
/// An epoch has ended.
pub const EPOCH: &str = "epoch";
/// The training has ended.
pub const END: &str = "end";

/// What is about to be trained. The rows of each part are added by [`rows`], once they are known.
pub fn start(arguments: &Train, source: &Source, unit: &Unit, loaded: &Loaded, data: &Data) -> Value {
    let summary = summary(unit);
    let settings: Map<String, Value> =
        summary.settings.iter().map(|setting| (setting.key.to_owned(), json!(setting.value))).collect();
    let started = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    json!({
        RECORD: START,
        "started": started,
        "dlm": env!("CARGO_PKG_VERSION"),
        "rustc": loaded.compiler,
        "instruction_set": Level::detect().name(),
        "file": source.name,
        "sha256": hex(&Sha256::digest(source.text.as_bytes())),
        "model": unit.graph.name,
        "recipe": recipe_name(unit),
        "parameters": summary.trainable,
        "settings": settings,
        "set": replaced(arguments),
        "seed": unit.recipe.seed,
        "weights": arguments.weights.as_ref().map(|weights| weights.display().to_string()),
        "data": { "xxh3": fingerprint(&parts(data)) },
    })
}

/// Adds to a first record what is known once the data has been split.
pub fn rows(record: &mut Value, start: &Start) {
    record["threads"] = json!(start.threads);
    record["data"]["train"] = json!(start.train_rows);
    record["data"]["validation"] = json!(start.validation_rows);
    record["data"]["test"] = json!(start.test_rows);
}

/// Adds to a first record what there is to tell of the data.
pub fn note(record: &mut Value, note: &str) {
    match &mut record["data"]["notes"] {
        Value::Array(notes) => notes.push(json!(note)),
        none => *none = json!([note]),
    }
}

/// What the command line puts in place of what the recipe says, as it was written.
fn replaced(arguments: &Train) -> Map<String, Value> {
    let mut set = Map::new();
    let mut put = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            set.insert(key.to_owned(), json!(value));
        }
    };
    put("watch", arguments.watch.then(|| "signals".to_owned()));
    for (key, value) in &arguments.selection.set {
        put(key, Some(value.clone()));
    }
    put("epochs", arguments.epochs.map(|epochs| epochs.to_string()));
    put("seed", arguments.seed.map(|seed| seed.to_string()));
    put("data", arguments.data.clone());
    set
}

/// The values of each part, column by column or image by image.
fn parts(data: &Data) -> [Vec<&[f32]>; 3] {
    fn values(dataset: &Dataset) -> Vec<&[f32]> {
        dataset.inputs().iter().chain(dataset.targets()).map(Vec::as_slice).collect()
    }
    [Some(&data.main), data.validation.as_ref(), data.test.as_ref()].map(|part| part.map(values).unwrap_or_default())
}

/// A number for all values in their order: two trainings with one number have seen the same data.
fn fingerprint(parts: &[Vec<&[f32]>]) -> String {
    let mut hash = Xxh3Default::new();
    let mut bytes = [0; 4096];
    for part in parts {
        // Where one part or list ends and the next begins counts too.
        hash.update(&(part.len() as u64).to_le_bytes());
        for values in part {
            hash.update(&(values.len() as u64).to_le_bytes());
            for values in values.chunks(bytes.len() / 4) {
                for (value, bytes) in values.iter().zip(bytes.chunks_exact_mut(4)) {
                    bytes.copy_from_slice(&value.to_le_bytes());
                }
                hash.update(&bytes[..4 * values.len()]);
            }
        }
    }
    format!("{:016x}", hash.digest())
}

/// The lowest validation loss and its epoch.
pub type Best = Option<(f64, usize)>;

/// What came of a training.
pub fn end(report: &Report, best: Best, output: &Output, unit: &Unit) -> Value {
    let path = |path: std::path::PathBuf| path.display().to_string();
    let judged = report.judged();
    let best = best.map(|(loss, epoch)| json!({ "epoch": epoch, "loss": loss, "weights": path(output.best()) }));
    json!({
        RECORD: END,
        "model": unit.graph.name,
        "recipe": recipe_name(unit),
        "epochs": report.epochs.len(),
        "stopped": report.stopped,
        "stopped_early": report.stopped_early,
        "restored": report.restored,
        "seconds": json::number(report.seconds),
        "train": json::evaluation(&report.train),
        "validation": report.validation.as_ref().map(json::evaluation),
        "test": report.test.as_ref().map(json::evaluation),
        "guess": json::metrics(judged.guess),
        "judged": judged.part,
        "verdict": report.verdict,
        "weights": path(output.last()),
        "best": best,
        "log": path(output.log().to_owned()),
    })
}

/// How a training went wrong.
pub fn failed(failure: &Failure) -> Value {
    let (code, message) = match failure {
        Failure::Error(problem) => (json!(problem.code.0), problem.message.clone()),
        _ => (Value::Null, "the training was given up".to_owned()),
    };
    json!({ RECORD: END, "error": { "code": code, "message": message } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprint_is_of_every_value_and_its_place() {
        let long = vec![0.5; 5000];
        let all: [&[Vec<&[f32]>]; 7] = [
            &[vec![&[1.0, 2.0, 3.0], &[4.0]], vec![]],
            &[vec![&[1.0, 2.0, 3.0], &[5.0]], vec![]],
            &[vec![&[2.0, 1.0, 3.0], &[4.0]], vec![]],
            &[vec![&[1.0, 2.0], &[3.0, 4.0]], vec![]],
            &[vec![&[1.0, 2.0, 3.0]], vec![&[4.0]]],
            &[vec![&long], vec![]],
            &[vec![&long[1..]], vec![]],
        ];
        let found: std::collections::BTreeSet<String> = all.iter().map(|parts| fingerprint(parts)).collect();
        assert_eq!(found.len(), all.len(), "{found:?}");
        let again: Vec<f32> = (1..=3_u8).map(f32::from).collect();
        assert_eq!(fingerprint(all[0]), fingerprint(&[vec![&again, &[4.0]], vec![]]));
    }
}
