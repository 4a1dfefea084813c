//! Prediction for any number of rows, and evaluation.

mod common;

use common::{BATCH, CLASSIFIER, LINEAR, SEVERAL, linear, panic_message, samples};
use dlm_runtime::ndarray::{Array1, Array2, Array3, ArrayD, array, s};
use dlm_runtime::{Dataset, Model, Trainer};

static PROGRAM: dlm_runtime::Program = LINEAR;

fn model() -> Model {
    let mut trainer = Trainer::new(&PROGRAM);
    trainer.set_parameter("dense.weight", &[2.0, -3.0]);
    trainer.set_parameter("dense.bias", &[1.0]);
    trainer.set_parameter("normalize.x.shift", &[0.5, 0.0]);
    trainer.model()
}

fn classifier() -> Model {
    let mut trainer = Trainer::new(&CLASSIFIER);
    trainer.set_parameter("dense.weight", &[1.0, 0.0, 0.0, 1.0, -1.0, -1.0]);
    trainer.set_parameter("dense.bias", &[0.0; 3]);
    trainer.model()
}

#[test]
fn any_number_of_rows_is_predicted_like_each_row_alone() {
    let (x, _) = samples(3 * BATCH + 1);
    let expected: Vec<f32> = x.chunks(2).map(|x| (x[0] - 0.5) * 2.0 + x[1] * -3.0 + 1.0).collect();
    for threads in [1, 2, 3] {
        let model = model().with_threads(threads);
        for rows in [0, 1, BATCH - 1, BATCH, BATCH + 1, 3 * BATCH + 1] {
            let mut y = vec![f32::NAN; rows];
            model.predict_into(&[&x[..2 * rows]], &mut [&mut y]);
            assert_eq!(y, expected[..rows], "{rows} rows on {threads} threads");
            let input = Array2::from_shape_vec((rows, 2), x[..2 * rows].to_vec()).unwrap();
            let y: Array2<f32> = model.predict(input.view());
            assert_eq!(y.shape(), [rows, 1]);
            assert_eq!(y.into_raw_vec_and_offset().0, expected[..rows]);
        }
    }
}

#[test]
fn arrays_of_any_layout_are_predicted() {
    let wide = array![[1.0, 9.0, 2.0, 9.0], [3.0, 9.0, 4.0, 9.0]];
    let every_other: Array2<f32> = model().predict(wide.slice(s![.., ..;2]));
    assert_eq!(every_other, model().predict::<_, dlm_runtime::ndarray::Ix2>(array![[1.0, 2.0], [3.0, 4.0]].view()));
    let transposed = array![[1.0, 3.0], [2.0, 4.0]];
    assert_eq!(model().predict::<_, dlm_runtime::ndarray::Ix2>(transposed.t()), every_other);
}

#[test]
fn probabilities_sum_to_one_and_logits_are_what_they_come_from() {
    let x = array![[1.0, 0.0], [0.0, 2.0]];
    let logits: Array2<f32> = classifier().predict_logits(x.view());
    assert_eq!(logits, array![[1.0, 0.0, -1.0], [0.0, 2.0, -2.0]]);
    let probabilities: Array2<f32> = classifier().predict(x.view());
    for (row, logits) in probabilities.rows().into_iter().zip(logits.rows()) {
        assert!((row.sum() - 1.0).abs() < 1e-6);
        let sum: f32 = logits.iter().map(|logit| logit.exp()).sum();
        row.iter().zip(logits).for_each(|(p, logit)| assert!((p - logit.exp() / sum).abs() < 1e-6));
    }
    let mut into = [0.0; 6];
    classifier().predict_logits_into(&[&[1.0, 0.0, 0.0, 2.0]], &mut [&mut into]);
    assert_eq!(into.to_vec(), logits.into_raw_vec_and_offset().0);
}

#[test]
fn several_inputs_and_outputs_have_their_shapes() {
    let model = Trainer::new(&SEVERAL).model();
    let (a, b) = (Array1::from_vec(vec![0.0, 1.0, -1.0, 2.0, 3.0]), Array2::from_elem((5, 2), -1.0));
    let outputs: Vec<ArrayD<f32>> = model.predict_all(&[a.view().into_dyn(), b.view().into_dyn()], false);
    let shapes: Vec<&[usize]> = outputs.iter().map(|output| output.shape()).collect();
    assert_eq!(shapes, [&[5][..], &[5, 2], &[5, 1, 2]]);
    assert_eq!(outputs[0], a.into_dyn());
    let message = panic_message(|| model.predict::<_, dlm_runtime::ndarray::Ix2>(b.view()));
    assert_eq!(message, "Several has 3 outputs; `predict_all` returns them all");
}

#[test]
fn wrong_arrays_are_refused_with_both_shapes() {
    let message = |f: &dyn Fn()| panic_message(f);
    let three = Array2::<f32>::zeros((4, 3));
    let text = message(&|| drop::<Array2<f32>>(model().predict(three.view())));
    assert_eq!(text, "input `x` takes an array of shape (rows, 2), found (4, 3)");
    let text = message(&|| drop::<Array3<f32>>(model().predict(Array2::<f32>::zeros((4, 2)).view())));
    assert_eq!(text, "Linear predicts an array of shape (rows, 1), not one of 3 dimensions");
    let text = message(&|| model().predict_into(&[&[0.0; 3]], &mut [&mut [0.0]]));
    assert_eq!(text, "input `x`: 1 row of 2 values are 2 values, found 3");
    let text = message(&|| model().predict_into(&[&[0.0; 4]], &mut [&mut [0.0]]));
    assert_eq!(text, "output `y`: 2 rows of 1 values are 2 values, found 1");
    let text = message(&|| model().predict_into(&[], &mut [&mut [0.0]]));
    assert_eq!(text, "the model Linear has 1 input, found 0");
    let ragged = panic_message(|| {
        let (a, b) = (Array1::<f32>::zeros(2).into_dyn(), Array2::<f32>::zeros((3, 2)).into_dyn());
        Trainer::new(&SEVERAL).model().predict_all(&[a.view(), b.view()], true)
    });
    assert_eq!(ragged, "input `b`: 2 rows of 2 values are 4 values, found 6");
}

#[test]
fn threads_predict_with_one_model_at_once() {
    let model = model().with_threads(2);
    let (x, _) = samples(40);
    let mut expected = vec![0.0; 40];
    model.predict_into(&[&x], &mut [&mut expected]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    let mut y = vec![0.0; 40];
                    model.predict_into(&[&x], &mut [&mut y]);
                    assert_eq!(y, expected);
                }
            });
        }
    });
    let mut y = vec![0.0; 40];
    model.clone().predict_into(&[&x], &mut [&mut y]);
    assert_eq!(y, expected);
}

#[test]
fn a_model_is_a_copy() {
    let mut trainer = Trainer::new(linear(|_| {}));
    let model = trainer.model();
    let before: Array2<f32> = model.predict(array![[1.0, 1.0]].view());
    assert!(trainer.step(&[&[1.0, 1.0]], &[&[50.0]]) > 1.0);
    assert_eq!(model.predict::<_, dlm_runtime::ndarray::Ix2>(array![[1.0, 1.0]].view()), before);
    assert_ne!(trainer.model().predict::<_, dlm_runtime::ndarray::Ix2>(array![[1.0, 1.0]].view()), before);
}

#[test]
fn evaluation_weighs_by_samples() {
    // Predictions at shift 0.5: 2(x₀ - 0.5) - 3x₁ + 1 = 2x₀ - 3x₁; five rows are two batches.
    let x = [0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 2.0, 0.0];
    let data = Dataset::new(&LINEAR.spec, &[&x], &[&[0.0, 1.0, -3.0, 0.0, 1.0]]).unwrap();
    let found = model().evaluate(&data).unwrap();
    assert_eq!(found.rows, 5);
    assert_eq!(found.get("mse"), Some((1.0 + 1.0 + 9.0) / 5.0));
    assert_eq!(found.get("mae"), Some((1.0 + 1.0 + 3.0) / 5.0));
    assert!((found.loss - 11.0 / 5.0).abs() < 1e-6);
    // The targets' mean is -0.2, their squared differences from it sum to 10.8: R² is 1 - 11/10.8.
    assert_eq!(found.to_string(), "loss 2.2000  mse 2.2000  mae 1.0000  r2 -0.0185");

    let x = [1.0, 0.0, 0.0, 1.0, -1.0, -1.0, 1.0, 0.5, 0.5, 1.0];
    let data = Dataset::new(&CLASSIFIER.spec, &[&x], &[&[0.0, 1.0, 2.0, 1.0, 1.0]]).unwrap();
    let found = classifier().evaluate(&data).unwrap();
    assert_eq!((found.accuracy(), found.outputs[0].output), (Some(0.8), "kind"));
    assert!(found.to_string().ends_with("accuracy 80.00 %"), "{found}");

    let (a, b) = ([1.0, -1.0, 1.0], [1.0, -1.0, 1.0, 1.0, -1.0, -1.0]);
    let data = Dataset::new(&SEVERAL.spec, &[&a, &b], &[&[1.0, 0.0, 0.0], &[1.0, 0.0, 1.0, 0.0, 0.0, 0.0], &b]).unwrap();
    let found = Trainer::new(&SEVERAL).evaluate(&data).unwrap();
    assert_eq!(
        found.to_string(),
        "loss 0.5000  yes.accuracy 66.67 %  flags.accuracy 83.33 %  copy.mse 0.0000  copy.mae 0.0000  copy.r2 1.0000"
    );
    assert_eq!(model().evaluate(&data).unwrap_err().code(), "E304");
}

/// Runs one test of this file in a process of its own; returns whether it succeeded, and what it said.
fn alone(test: &str, variable: &str, value: &str) -> (bool, String) {
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    let output = command.args([test, "--exact", "--nocapture"]).env(variable, value).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn threads_are_chosen_by_call_or_by_environment() {
    assert_eq!(Trainer::new(&PROGRAM).with_threads(2).threads(), 2);
    assert_eq!(panic_message(|| Trainer::new(&PROGRAM).with_threads(0)), "expected at least 1 thread, found 0");
    assert!(alone("the_environments_threads", "DLM_THREADS", "3").0);
    for wrong in ["0", "two", "-1", ""] {
        let (success, text) = alone("the_environments_threads", "DLM_THREADS", wrong);
        let expected = format!("DLM_THREADS: expected a whole number from 1, found {wrong:?}");
        assert!(!success && text.contains(&expected), "{text}");
    }
}

#[test]
fn the_environments_threads() {
    let expected = if std::env::var_os("DLM_THREADS").is_some() { 3 } else { 1 };
    assert_eq!(Trainer::new(&PROGRAM).threads(), expected);
}

/// A panic in compiled code or in a part of it on another thread is a bug of the compiler: it ends the process with its
/// message, and never leaves threads waiting.
#[test]
fn a_panic_on_another_thread_ends_the_process() {
    extern "C" fn broken(call: &mut dlm_kernels::Step<'_>) -> f32 {
        let rows = dlm_kernels::Rows::new(&mut call.memory, 1);
        call.machine.split(4, 1, [rows], |first, _| assert!(first == 0, "broken part {first}"));
        0.0
    }
    if std::env::var_os("DLM_TEST_PANIC").is_some() {
        let mut trainer = Trainer::new(linear(|program| program.step = broken)).with_threads(2);
        trainer.step(&[&[0.0; 8]], &[&[0.0; 4]]);
        return;
    }
    let (success, text) = alone("a_panic_on_another_thread_ends_the_process", "DLM_TEST_PANIC", "1");
    assert!(!success && text.contains("broken part 2"), "{text}");
}
