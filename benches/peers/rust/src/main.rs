//! Times one training step and the predictions of each workload of a file with a Rust peer.
//!
//! ```text
//! RAYON_NUM_THREADS=1 dlm-peers burn|candle WORKLOADS.json [--only NAME] [--seconds S]
//! ```
//!
//! Prints one JSON object a line, with the keys of `dlm bench --json` and of `peers.py` in the folder above.

mod burn_peer;
mod candle_peer;

use std::time::Instant;

use serde::Deserialize;

#[derive(Deserialize, Clone)]
struct Hidden {
    units: usize,
    activation: String,
    #[serde(default)]
    batch_norm: bool,
    #[serde(default)]
    dropout: f64,
    #[serde(default = "one")]
    repeat: usize,
}

fn one() -> usize {
    1
}

#[derive(Deserialize)]
struct Optimizer {
    kind: String,
    lr: f64,
    #[serde(default)]
    momentum: f64,
    #[serde(default)]
    beta: f64,
}

#[derive(Deserialize)]
struct Workload {
    name: String,
    input: usize,
    batch: usize,
    hidden: Vec<Hidden>,
    output: usize,
    loss: String,
    optimizer: Optimizer,
    l2: Option<f64>,
    clip_norm: Option<f64>,
}

impl Workload {
    fn layers(&self) -> Vec<Hidden> {
        self.hidden.iter().flat_map(|hidden| std::iter::repeat_n(hidden.clone(), hidden.repeat)).collect()
    }
}

/// Microseconds a call: of a training step, of a prediction of one sample and of one of a batch.
struct Times {
    train: f64,
    one: f64,
    batch: f64,
}

/// Batches that are used in turn.
const BATCHES: usize = 16;

/// The mean time of a call in microseconds: the median of nine chunks that together take about `seconds`.
fn median_us(mut call: impl FnMut(usize), seconds: f64) -> f64 {
    let mut timed = |calls: usize| {
        let start = Instant::now();
        (0..calls).for_each(&mut call);
        start.elapsed().as_secs_f64() / calls as f64
    };
    timed(20);
    let one = timed(10).max(1e-9);
    let calls = ((seconds / 9.0 / one) as usize).max(1);
    let mut chunks: Vec<f64> = (0..9).map(|_| timed(calls) * 1e6).collect();
    chunks.sort_by(f64::total_cmp);
    chunks[4]
}

fn main() {
    let mut words = std::env::args().skip(1);
    let usage = "dlm-peers burn|candle WORKLOADS.json [--only NAME] [--seconds S]";
    let (peer, file) = (words.next().expect(usage), words.next().expect(usage));
    let (mut only, mut seconds) = (None, 2.0);
    while let Some(option) = words.next() {
        let value = words.next().expect(usage);
        match option.as_str() {
            "--only" => only = Some(value),
            "--seconds" => seconds = value.parse().expect("--seconds takes a number"),
            _ => panic!("{usage}"),
        }
    }
    let run = match peer.as_str() {
        "burn" => burn_peer::run,
        "candle" => candle_peer::run,
        _ => panic!("{usage}"),
    };
    let threads: usize = std::env::var("RAYON_NUM_THREADS")
        .ok()
        .and_then(|threads| threads.parse().ok())
        .expect("RAYON_NUM_THREADS says on how many threads");
    let text = std::fs::read_to_string(&file).expect("the file of workloads can be read");
    for workload in serde_json::from_str::<Vec<Workload>>(&text).expect("the file holds workloads") {
        if only.as_ref().is_none_or(|only| *only == workload.name) {
            let times = run(&workload, seconds);
            let name = &workload.name;
            println!(
                r#"{{"peer": "{peer}", "name": "{name}", "threads": {threads}, "train_us": {:.3}, "infer1_us": {:.3}, "infer_batch_us": {:.3}}}"#,
                times.train, times.one, times.batch
            );
        }
    }
}
