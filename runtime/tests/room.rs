//! What does not fit into memory is refused before any of it is taken.

mod common;

use common::{BATCH, LINEAR, dataset, linear, panic_message};
use dlm_runtime::{Error, Flow, Model, Observer, Program, Progress, Trainer, room};

/// The linear model with so many values of work space, which it does not use.
fn with_work(train: usize, infer: usize) -> &'static Program {
    linear(|program| {
        program.spec.memory_len += train;
        program.spec.infer_work_len += infer;
    })
}

#[test]
fn a_model_that_is_too_large_is_an_error_or_a_panic_that_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w");
    Trainer::new(linear(|_| ())).save(&path).unwrap();
    let huge = with_work(1 << 44, 1 << 44);
    let error = room::to_train(&huge.spec).unwrap_err();
    assert_eq!(error.code(), "E330");
    let each = format!("for each of the {BATCH} rows of a batch");
    let expected = |error: &Error| {
        let text = error.to_string();
        assert!(text.contains("TiB of memory, more than the ") && text.contains(&each), "{text}");
    };
    expected(&error);
    expected(&room::to_predict(&huge.spec).unwrap_err());
    expected(&Model::load(huge, &path).unwrap_err());
    let panic = panic_message(|| Trainer::new(huge));
    assert!(panic.starts_with("[E330] training ") && panic.contains("64.0 TiB") && panic.contains("= help: "), "{panic}");
    room::to_train(&LINEAR.spec).unwrap();
    room::to_predict(&LINEAR.spec).unwrap();
}

#[test]
fn work_space_that_nothing_touches_costs_nothing() {
    // 4 GiB for steps, 4 for predictions: more than a test would be allowed to touch.
    let large = with_work(1 << 30, 1 << 30);
    if room::to_train(&large.spec).is_err() {
        return eprintln!("not tested: this machine has not enough memory");
    }
    let begun = std::time::Instant::now();
    Trainer::new(large).fit(&dataset(10), &mut Progress::silent()).unwrap();
    assert!(begun.elapsed() < std::time::Duration::from_secs(60), "it is touched");
}

/// What the observer of a training gets of its weights, as bytes.
#[derive(Default)]
struct Bytes(Vec<Vec<u8>>);

impl Observer for Bytes {
    fn on_epoch(&mut self, _: &dlm_runtime::EpochReport, weights: &dlm_runtime::Weights<'_>) -> Flow {
        self.0.push(weights.to_bytes());
        Flow::Continue
    }
}

#[test]
fn weights_as_bytes_are_what_a_file_holds() {
    let folder = tempfile::tempdir().unwrap();
    let (program, path) = (linear(|_| ()), folder.path().join("w"));
    let (mut trainer, mut bytes) = (Trainer::new(program), Bytes::default());
    trainer.fit(&dataset(30), &mut bytes).unwrap();
    trainer.save(&path).unwrap();
    let saved = std::fs::read(&path).unwrap();
    assert!(bytes.0.last() == Some(&saved) && bytes.0.first() != Some(&saved));
    assert!(trainer.weights().to_bytes() == saved && trainer.model().weights().to_bytes() == saved);
}
