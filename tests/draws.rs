//! What is drawn in a training step, against the exact distributions: dropout, rrelu's slopes, noise; and independence. Draws are those
//! of the reference interpreter, which generated code equals bit for bit.

mod support;

use dlm_compiler::compile::{CompileOptions, compile};
use dlm_compiler::interpret::{Call, Interpreter};
use dlm_compiler::train_graph::Operation;
use support::sample::{Law, STANDARD_ERRORS, independent, is_share};

const FEATURES: usize = 120;
const BATCH: usize = 250;

/// The values of this name in a step of the model of these layers, row by row: a feature of all samples. All inputs are `x`.
fn values(layers: &str, name: &str, x: f32, (seed, step): (u64, u64)) -> Vec<Vec<f32>> {
    let source =
        format!("model M {{ input x: f32[{FEATURES}]; {layers} -> dense(1); output y: f32[1]; }} train M {{ batch = {BATCH}; }}");
    let program = support::program("draws", &source);
    let compiled = compile(&program.models[0].units[0], CompileOptions::default());
    let drawn = |operation: &Operation| matches!(operation, Operation::Uniform { .. });
    assert!(!compiled.prediction.values.iter().any(|value| drawn(&value.operation)), "{layers}: predictions draw nothing");
    let (inputs, targets) = (vec![x; FEATURES * BATCH], vec![0.0; BATCH]);
    let mut computed = Interpreter::<f32>::new(&compiled.first().graph).run(&Call {
        inputs: &[&inputs],
        targets: &[&targets],
        rows: BATCH,
        draw: step,
        seed,
        updates: &[1],
        ..Call::default()
    });
    let named = (0..computed.len()).filter(|index| compiled.first().graph.values[*index].name == name);
    named.map(|index| std::mem::take(&mut computed[index])).collect()
}

fn only(layers: &str, name: &str, x: f32) -> Vec<f32> {
    let mut found = values(layers, name, x, (3, 5));
    assert_eq!(found.len(), 1, "{layers}: {name}");
    found.remove(0)
}

#[test]
fn dropout_keeps_its_share_and_the_mean() {
    let kept = |values: &[f32]| values.iter().filter(|value| **value != 0.0).count() as f64 / values.len() as f64;
    for rate in [0.1, 0.5, 0.9] {
        let found = only(&format!("dropout({rate})"), "dropped", 1.0);
        let scaled = (1.0 / (1.0 - rate)) as f32;
        assert!(found.iter().all(|value| *value == 0.0 || *value == scaled), "{rate}: 0 or {scaled}");
        assert!(is_share(kept(&found), 1.0 - rate, found.len()), "{rate}: {} are kept", kept(&found));
        let mean = found.iter().copied().map(f64::from).sum::<f64>() / found.len() as f64;
        // A value is 1/(1 − rate) or 0: of mean 1 and variance rate/(1 − rate).
        let error = STANDARD_ERRORS * (rate / (1.0 - rate) / found.len() as f64).sqrt();
        assert!((mean - 1.0).abs() <= error, "{rate}: mean {mean}");
        // A rate that is off by 2 in 100 is found.
        assert!(!is_share(kept(&found), 1.0 - rate + 0.02, found.len()), "{rate}");
    }
}

#[test]
fn rrelus_slopes_are_uniform() {
    for (layer, low, high) in [("rrelu", 1.0 / 8.0, 1.0 / 3.0), ("rrelu(lower = 0, upper = 1)", 0.0, 1.0)] {
        let slopes: Vec<f32> = only(layer, "rrelu", -1.0).iter().map(|value| -value).collect();
        Law::uniform(low, high).expect(layer, &slopes);
        let wrong = Law::uniform(low, high - 0.02 * (high - low)).misfits(&slopes);
        assert!(wrong.iter().any(|(what, _)| *what == "bounds"), "{layer}: {wrong:?}");
    }
    assert!(only("rrelu", "rrelu", 2.0).iter().all(|value| *value == 2.0), "above 0 nothing is drawn on");
}

#[test]
fn noise_is_normal() {
    for std in [0.3, 2.0] {
        let found = only(&format!("noise({std})"), "noisy", 0.0);
        Law::normal(0.0, std).expect(&format!("noise({std})"), &found);
        for wrong in [Law::normal(0.06 * std, std), Law::normal(0.0, 1.05 * std), Law::uniform(-3.0 * std, 3.0 * std)] {
            assert_ne!(wrong.misfits(&found), []);
        }
    }
    let shifted = only("noise(0.5)", "noisy", 4.0);
    Law::normal(4.0, 0.5).expect("noise on 4", &shifted);
}

/// Neighbours in both directions, at the distances of lanes and blocks too; layers, steps and seeds.
#[test]
fn draws_are_independent() {
    for (layer, name, x) in [("dropout(0.5)", "mask", 1.0), ("rrelu", "rrelu", -1.0), ("noise(1)", "noisy", 0.0)] {
        let drawn = |seed: u64, step: u64| values(layer, name, x, (seed, step)).remove(0);
        let first = drawn(3, 5);
        let paired = |a: &[f32], b: &[f32]| independent(a.iter().copied().zip(b.iter().copied()));
        for samples in [1, 2, 15, 16, 17, 63, 64, 65] {
            let rows = first.chunks_exact(BATCH);
            let pairs = rows.flat_map(|row| row.iter().copied().zip(row[samples..].iter().copied()));
            assert!(independent(pairs), "{layer}: {samples} samples on");
        }
        for features in [1, 2, 16] {
            assert!(paired(&first, &first[features * BATCH..]), "{layer}: {features} features on");
        }
        for (seed, step) in [(3, 6), (3, 5 + (1 << 32)), (4, 5), (3 + (1 << 32), 5)] {
            assert!(paired(&first, &drawn(seed, step)), "{layer}: seed {seed}, step {step}");
        }
        assert_eq!(first, drawn(3, 5), "{layer}: the same seed and step");
        // The second layer of two draws on its own.
        let both = values(&format!("{layer} -> {layer}"), "uniform", x, (3, 5));
        assert!(both.len() == 2 && paired(&both[0], &both[1]), "{layer}: layers");
        assert!(!paired(&both[0], &both[0]), "{layer}: a layer and itself");
    }
}
