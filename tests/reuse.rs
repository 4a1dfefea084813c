//! Transfer: a recipe begins with layers of a network that PyTorch trained and saved (`reuse/generate.py`).

mod support;

use std::path::{Path, PathBuf};

use dlm::ndarray::{Array2, ArrayView2};
use dlm::{Error, Progress};
use serde_json::Value;
use support::Numbers;

dlm::model! {
    model Net {
        input x: f32[4];
        h1: dense(6) -> batch_norm -> relu;
        h2: dense(5) -> relu;
        head: dense(3);
        output y: class[3];
    }

    /// All of it, by the file's names.
    train Net {
        reuse = weights("pytorch.safetensors", rename = [
            ("features.0", h1.dense), ("features.1", h1.batch_norm), ("features.3", h2.dense), ("fc", head.dense),
        ]);
    }

    /// Its lower layers, which stay as they are, under a new head that learns.
    train Net as Tuned {
        reuse  = weights("pytorch.safetensors", layers = [all_but([head])], rename = [
            ("features.0", h1.dense), ("features.1", h1.batch_norm), ("features.3", h2.dense),
        ]);
        freeze = [h1, h2];
        epochs = 3;
        batch  = 8;
    }

    /// Names that the file does not have.
    train Net as Wrong { reuse = weights("pytorch.safetensors", layers = [h1], rename = [("feature.0", h1.dense)]); }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reuse")
}

fn expected(name: &str) -> Vec<f32> {
    let text = std::fs::read_to_string(folder().join("expected.json")).expect("the file is part of the repository");
    let expected: Value = serde_json::from_str(&text).expect("the file is JSON");
    expected[name].as_array().expect("a list").iter().map(|value| value.as_f64().expect("a number") as f32).collect()
}

fn assert_near(found: &Array2<f32>, expected: &[f32]) {
    assert_eq!(found.len(), expected.len());
    found.iter().zip(expected).for_each(|(a, b)| assert!((a - b).abs() < 1e-5, "{found}, expected {expected:?}"));
}

#[test]
fn a_network_of_pytorch_predicts_as_it_did() {
    let file = folder().join("pytorch.safetensors");
    let trainer = net::Trainer::reuse(file).expect("the file fits");
    let x = expected("x");
    let logits = trainer.model().predict_logits(ArrayView2::from_shape((5, 4), &x).expect("five rows"));
    assert_near(&logits, &expected("logits"));
}

#[test]
fn reused_layers_that_are_frozen_stay_and_the_new_head_learns() {
    let file = folder().join("pytorch.safetensors");
    let mut trainer = net::tuned::Trainer::reuse(&file).expect("the file fits");
    let before: Vec<_> = trainer.parameters().collect();
    let mut numbers = Numbers(5);
    let classes: Vec<u32> = (0..40).map(|row| row % 3).collect();
    let data = net::tuned::Trainer::dataset(&numbers.list(160), &classes).expect("the data is made for the model");
    trainer.fit(&data, &mut Progress::silent()).expect("the training is finite");
    for (name, values) in before {
        // Statistics of a frozen layer are frozen too.
        assert_eq!(trainer.parameter(name) == values, !name.starts_with("head."), "{name}");
    }
    assert_eq!(trainer.frozen().len(), 5, "{:?}", trainer.frozen());
}

#[test]
fn what_a_file_lacks_is_named() {
    let error = net::wrong::Trainer::reuse(folder().join("pytorch.safetensors")).unwrap_err();
    let Error::Mismatch { differences, .. } = &error else { panic!("{error}") };
    assert_eq!(differences[0], "`feature.0.weight` is missing; the file has `features.0.weight`");
    assert_eq!(differences.len(), 5, "{error}");
}
