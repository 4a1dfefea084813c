//! Weights go to PyTorch and come back: `tests/pytorch/round_trip.py` has loaded what is trained here, trained it further, and saved
//! it in the ways that PyTorch's users do. Its results are kept beside it.

use std::path::{Path, PathBuf};

use dlm::ndarray::{Array2, array};
use dlm::{Dataset, Error, Progress, data};
use serde_json::Value;

dlm::model!("tests/pytorch/flowers.dlm");

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pytorch")
}

fn flowers_to_learn() -> Dataset {
    let spec = &flowers::PROGRAM.spec;
    data::load(spec.recipe.data.as_ref().expect("the recipe says where"), &folder(), spec).expect("the data is there")
}

fn predictions(model: &flowers::Flowers) -> Array2<f32> {
    let garden = array![[5.1, 3.5, 1.4, 0.2], [6.0, 2.7, 4.5, 1.5], [6.7, 3.1, 5.6, 2.4], [0.0, 9.0, -1.0, 3.0]];
    model.predict(garden.view())
}

fn assert_near(found: &Array2<f32>, name: &str, tolerance: f32) {
    let text = std::fs::read_to_string(folder().join("expected.json")).expect("the file is part of the repository");
    let expected: Value = serde_json::from_str(&text).expect("the file is JSON");
    let expected: Vec<Vec<f32>> = serde_json::from_value(expected[name].clone()).expect("rows of numbers");
    for (row, expected) in found.rows().into_iter().zip(&expected) {
        row.iter().zip(expected).for_each(|(a, b)| assert!((a - b).abs() < tolerance, "{name}: {found}, expected {expected:?}"));
    }
}

#[test]
fn pytorch_predicts_what_is_predicted_here() {
    let mut trainer = flowers::Trainer::new();
    trainer.fit(&flowers_to_learn(), &mut Progress::silent()).expect("it trains");
    let file = folder().join("flowers.safetensors");
    if std::env::var_os("DLM_UPDATE_EXPECT").is_some() {
        trainer.save(&file).expect("it can be written");
    }
    let kept = flowers::Flowers::load(&file).expect("the file fits");
    let bits = |model: &flowers::Flowers| {
        let weights = model.to_bytes();
        let tensors = 8 + u64::from_le_bytes(*weights.first_chunk().expect("a header")) as usize;
        weights[tensors..].to_vec()
    };
    assert!(bits(&kept) == bits(&trainer.model()), "the file that PyTorch has loaded is what is trained now");
    assert_near(&predictions(&kept), "flowers", 1e-6);
}

#[test]
fn what_pytorch_saves_with_its_metadata_is_the_whole_model() {
    let model = flowers::Flowers::load(folder().join("tuned.safetensors")).expect("the file fits");
    assert!(model.notes().is_empty() && model.has_normalization());
    assert_eq!(model.labels().of(0).map(<[String]>::len), Some(3), "the names of the species have come back");
    assert_near(&predictions(&model), "tuned", 1e-6);
}

#[test]
fn what_has_lost_its_metadata_is_refused_and_can_be_trained() {
    let file = folder().join("lost.safetensors");
    let error = flowers::Flowers::load(&file).expect_err("shift and scale are unknown");
    assert!(matches!(error, Error::Normalization { .. }), "{error}");
    let mut trainer = flowers::Trainer::new();
    trainer.load(&file).expect("the tensors fit");
    trainer.fit(&flowers_to_learn(), &mut Progress::silent()).expect("it trains");
    assert!(trainer.model().has_normalization());
}

#[test]
fn wrapped_models_of_any_type_are_taken_and_told() {
    for (name, tolerance, note) in [
        ("bfloat16", 2e-2, "7 tensors of BF16 values, which F32 holds as they are"),
        ("float16", 2e-3, "7 tensors of F16 values, which F32 holds as they are"),
        ("float64", 1e-6, "7 tensors of F64 values, rounded to F32"),
    ] {
        let model = flowers::Flowers::load(folder().join(format!("{name}.safetensors"))).expect("the file fits");
        let wrapped = "`module._orig_mod.` was taken off every name: the weights are those of a wrapped model";
        assert_eq!(model.notes(), [wrapped, note]);
        assert_near(&predictions(&model), "tuned", tolerance);
    }
}

#[test]
fn the_page_shows_what_was_run() {
    let (page, script) = (include_str!("../docs/pytorch.md"), include_str!("pytorch/round_trip.py"));
    let (_, run) = script.split_once("begins here.\n").expect("a mark");
    let (run, _) = run.split_once("# And it ends here.").expect("a mark");
    let (_, shown) = page.split_once("```python\n").expect("the page has a block");
    let (shown, _) = shown.split_once("```").expect("the block ends");
    assert_eq!(shown.trim(), run.trim());
    assert!(page.contains(include_str!("pytorch/flowers.dlm").split_once("\n\n").expect("docs and a model").1.trim()));
}
