//! Weights files: what is written is read, and what does not fit is named and changes nothing.

mod common;

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

use common::{CLASSIFIER, LINEAR, SEVERAL, dataset, linear};
use dlm_runtime::{
    Dataset, Error, FeatureNames, Init, Labels, Model, Normalize, Observer, OutputKind, OutputSpec, ParameterSpec, Progress,
    Reuse, TargetNormalization, Trainer, Weights,
};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Folder(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

fn bits(trainer: &Trainer) -> Vec<u32> {
    trainer.parameters().flat_map(|(_, values)| values.into_iter().map(f32::to_bits)).collect()
}

/// Tensors of these names, types and shapes, all bytes 0.
fn write(path: &PathBuf, tensors: &[(&str, Dtype, &[usize])], metadata: Option<HashMap<String, String>>) {
    let size = |dtype: Dtype| dtype.bitsize() / 8;
    let bytes: Vec<Vec<u8>> =
        tensors.iter().map(|(_, dtype, shape)| vec![0; size(*dtype) * shape.iter().product::<usize>()]).collect();
    let views = tensors
        .iter()
        .zip(&bytes)
        .map(|((name, dtype, shape), bytes)| (name, TensorView::new(*dtype, shape.to_vec(), bytes).unwrap()));
    fs::write(path, safetensors::serialize(views, metadata).unwrap()).unwrap();
}

#[test]
fn a_trained_model_survives_its_file() {
    let folder = Folder::new();
    let program = linear(|program| program.spec.recipe.normalize = Normalize::Standard);
    let mut trainer = Trainer::new(program);
    trainer.fit(&dataset(30), &mut Progress::silent()).unwrap();
    trainer.save(folder.path("a")).unwrap();
    let mut other = Trainer::with_seed(program, 99);
    assert_ne!(bits(&other), bits(&trainer));
    other.load(folder.path("a")).unwrap();
    assert_eq!(bits(&other), bits(&trainer));
    let model = Model::load(program, folder.path("a")).unwrap();
    assert!(model.has_normalization());
    assert_eq!(model.evaluate(&dataset(30)).unwrap(), trainer.evaluate(&dataset(30)).unwrap());
    model.save(folder.path("b")).unwrap();
    let (a, b) = (fs::read(folder.path("a")).unwrap(), fs::read(folder.path("b")).unwrap());
    assert!(a == b, "equal weights are equal bytes");
}

#[test]
fn the_file_is_what_pytorch_reads() {
    let folder = Folder::new();
    let mut trainer = Trainer::new(&CLASSIFIER);
    // (out, in), whatever memory holds.
    trainer.set_parameter("dense.weight", &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    trainer.save(folder.path("x")).unwrap();
    let bytes = fs::read(folder.path("x")).unwrap();
    let header = u64::from_le_bytes(*bytes.first_chunk().unwrap());
    assert_eq!(header % 8, 0, "tensors are aligned");
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let weight = file.tensor("dense.weight").unwrap();
    assert_eq!((weight.dtype(), weight.shape()), (Dtype::F32, &[3, 2][..]));
    let values: Vec<f32> = weight.data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    assert_eq!(values, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(trainer.parameter("dense.weight").into_raw_vec_and_offset().0, values);
    let mut names = file.names();
    names.sort_unstable();
    assert_eq!(names, ["dense.bias", "dense.weight"], "no normalisation was fitted, so none is written");
    let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
    let metadata = header.metadata().clone().unwrap();
    assert_eq!(metadata.iter().collect::<Vec<_>>(), [(&"dlm".to_owned(), &r#"{"model":"Classify"}"#.to_owned())]);
}

#[test]
fn classes_keep_their_names() {
    let folder = Folder::new();
    let names = Labels::new(vec![["rose", "tulip", "a \"b\"\n"].map(str::to_owned).to_vec()]);
    let data = Dataset::new(&CLASSIFIER.spec, &[&[0.0; 6]], &[&[0.0, 1.0, 2.0]]).unwrap().with_labels(names.clone()).unwrap();
    let mut trainer = Trainer::new(&CLASSIFIER);
    trainer.fit(&data, &mut Progress::silent()).unwrap();
    trainer.save(folder.path("x")).unwrap();
    assert_eq!(Model::load(&CLASSIFIER, folder.path("x")).unwrap().labels(), &names);
    assert_eq!(Labels::of_weights(&CLASSIFIER.spec, folder.path("x")).unwrap(), names);
    assert_eq!(Labels::of_weights(&SEVERAL.spec, folder.path("x")).unwrap_err().code(), "E311");
    let mut other = Trainer::new(&CLASSIFIER);
    other.load(folder.path("x")).unwrap();
    assert_eq!(other.model().labels(), &names);
    let unnamed = Dataset::new(&CLASSIFIER.spec, &[&[0.0; 2]], &[&[0.0]]).unwrap();
    other.fit(&unnamed, &mut Progress::silent()).unwrap();
    assert_eq!(other.model().labels(), &names);
}

#[test]
fn the_names_of_columns_are_kept_with_weights() {
    let folder = Folder::new();
    let names = FeatureNames::new(vec![["length", "a \"b\""].map(str::to_owned).to_vec()]);
    let data = Dataset::new(&CLASSIFIER.spec, &[&[0.0; 6]], &[&[0.0, 1.0, 2.0]]).unwrap().with_features(names.clone()).unwrap();
    let mut trainer = Trainer::new(&CLASSIFIER);
    trainer.fit(&data, &mut Progress::silent()).unwrap();
    trainer.save(folder.path("x")).unwrap();
    let model = Model::load(&CLASSIFIER, folder.path("x")).unwrap();
    assert_eq!((model.features(), model.clone().features(), trainer.model().features()), (&names, &names, &names));
    assert_eq!(FeatureNames::of_weights(&CLASSIFIER.spec, folder.path("x")).unwrap(), names);
    model.save(folder.path("y")).unwrap();
    // Data without names leaves those that weights brought.
    let mut other = Trainer::new(&CLASSIFIER);
    other.load(folder.path("y")).unwrap();
    let nameless = Dataset::new(&CLASSIFIER.spec, &[&[0.0; 6]], &[&[0.0, 1.0, 2.0]]).unwrap();
    other.fit(&nameless, &mut Progress::silent()).unwrap();
    assert_eq!(other.model().features(), &names);
    let error = nameless.with_features(FeatureNames::new(vec![vec!["length".to_owned()]])).unwrap_err();
    assert_eq!(error.to_string(), "the data names 1 column for input `x`, which has 2 features");
}

#[test]
fn the_bases_of_columns_are_kept_with_weights_and_have_to_be_those_of_the_data() {
    let folder = Folder::new();
    let based = |base: f64| FeatureNames::new(vec![["t", "x"].map(str::to_owned).to_vec()]).with_bases(vec![vec![base, 0.0]]);
    // No sum of powers of two that a reader of JSON may round.
    let columns = based(1_700_000_000.1);
    let plain = Dataset::new(&LINEAR.spec, &[&[0.0, 1.0, 1.0, 2.0]], &[&[0.0, 1.0]]).unwrap();
    let data = plain.clone().with_features(columns.clone()).unwrap();
    let program = linear(|program| program.spec.recipe.normalize = Normalize::Standard);
    let mut trainer = Trainer::new(program);
    trainer.fit(&data, &mut Progress::silent()).unwrap();
    trainer.save(folder.path("x")).unwrap();
    let model = Model::load(program, folder.path("x")).unwrap();
    assert_eq!(model.features().bases(0).unwrap(), [1_700_000_000.1, 0.0]);
    assert_eq!(
        (model.features(), FeatureNames::of_weights(&program.spec, folder.path("x")).unwrap()),
        (&columns, columns.clone())
    );
    assert!(model.evaluate(&data).is_ok());
    let expected = "column `t` is relative to 0 in the data, but to 1700000000.1 in the weights";
    assert_eq!(model.evaluate(&plain).unwrap_err().to_string(), expected);
    assert_eq!(trainer.evaluate(&plain).unwrap_err().to_string(), expected);
    let mut other = Trainer::new(program);
    other.load(folder.path("x")).unwrap();
    assert_eq!(other.fit(&plain, &mut Progress::silent()).unwrap_err().to_string(), expected);
    let moved = plain.with_features(based(1.0)).unwrap();
    let error = other.fit_parts(&data, Some(&moved), None, &mut Progress::silent()).unwrap_err();
    assert!(error.to_string().starts_with("column `t` is relative to 1 in the data"), "{error}");
    other.fit(&data, &mut Progress::silent()).unwrap();
    let error = data.with_features(FeatureNames::default().with_bases(vec![vec![0.0]])).unwrap_err();
    assert_eq!(error.to_string(), "the data has bases for input `x` that are not 2 features' numbers");
}

#[test]
fn metadata_that_is_not_ours_is_named_and_never_trusted() {
    let folder = Folder::new();
    let tensors: [(&str, Dtype, &[usize]); 2] = [("dense.weight", Dtype::F32, &[3, 2]), ("dense.bias", Dtype::F32, &[3])];
    let load = |key: &str, value: &str| {
        write(&folder.path("x"), &tensors, Some(HashMap::from([(key.to_owned(), value.to_owned())])));
        Model::load(&CLASSIFIER, folder.path("x")).map(|model| model.labels().is_empty()).map_err(|error| {
            assert_eq!(error.code(), "E310");
            error.to_string()
        })
    };
    assert_eq!(load("format", "pt"), Ok(true));
    assert_eq!(load("dlm", "{}"), Ok(true));
    assert_eq!(load("dlm", "{\"labels\": null}"), Ok(true));
    assert_eq!(load("dlm", r#"{"labels": [["a", "b", "c"]]}"#), Ok(false));
    for (value, expected) in [
        ("nonsense", "its metadata cannot be read"),
        ("{\"labels\": 3}", "its metadata cannot be read"),
        (r#"{"labels": [["a", "b"]]}"#, "names 2 classes for output `kind`, which has 3"),
        (r#"{"features": [["a"]]}"#, "names 1 column for input `x`, which has 2 features"),
        (r#"{"features": [[], ["a"]]}"#, "names the columns of 2 inputs, the model has 1"),
        (r#"{"bases": [["1", "x"]]}"#, "its metadata has the base `x`, which is no number"),
        (r#"{"bases": [["1"]]}"#, "has bases for input `x` that are not 2 features' numbers"),
        (r#"{"bases": [["1", "inf"]]}"#, "has bases for input `x` that are not 2 features' numbers"),
        (r#"{"bases": [["1", "2"], ["3"]]}"#, "names the columns of 2 inputs, the model has 1"),
        (r#"{"labels": [[], ["a"]]}"#, "names the classes of 2 outputs, the model has 1"),
    ] {
        let message = load("dlm", value).unwrap_err();
        assert!(message.contains(expected), "{value}: {message}");
    }
}

#[test]
fn everything_that_differs_is_listed_and_nothing_changes() {
    let folder = Folder::new();
    write(
        &folder.path("x"),
        &[
            ("dense.wieght", Dtype::F32, &[1, 2]),
            ("dense.bias", Dtype::I32, &[1]),
            ("normalize.x.scale", Dtype::F32, &[3]),
            ("norm.num_batches_tracked", Dtype::I64, &[1]),
            ("head.weight", Dtype::F32, &[1, 1]),
        ],
        None,
    );
    let program = linear(|_| {});
    let mut trainer = Trainer::new(program);
    let before = bits(&trainer);
    let error = trainer.load(folder.path("x")).unwrap_err();
    assert_eq!((error.code(), bits(&trainer)), ("E311", before));
    let Error::Mismatch { differences, model, .. } = error else { panic!("{error}") };
    assert_eq!(model, "Linear");
    assert_eq!(
        differences,
        [
            "`dense.weight` is missing; the file has `dense.wieght`",
            "`dense.bias` holds I32 values, the model takes F32, F64, F16 or BF16",
            "`normalize.x.shift` is missing",
            "`normalize.x.scale` has shape (3,) in the file, (2,) in the model",
            "`dense.wieght` is in the file, but not in the model",
            "`head.weight` is in the file, but not in the model",
        ]
    );
}

/// What a file of before had among its tensors.
const OF_LINEAR: [(&str, Dtype, &[usize]); 4] = [
    ("dense.weight", Dtype::F32, &[1, 2]),
    ("dense.bias", Dtype::F32, &[1]),
    ("normalize.x.shift", Dtype::F32, &[2]),
    ("normalize.x.scale", Dtype::F32, &[2]),
];

#[test]
fn values_that_no_training_leaves_are_named_with_their_place() {
    let folder = Folder::new();
    let program = linear(|program| {
        let mut parameters = program.spec.parameters.to_vec();
        // A variance, as its name says, of two values.
        (parameters[3].name, parameters[3].trainable) = ("norm.running_var", false);
        program.spec.parameters = parameters.leak();
        program.spec.inputs = &[];
    });
    let file = |weight: [f32; 2], variance: [f32; 2]| {
        let of = |values: [f32; 2]| values.into_iter().flat_map(f32::to_le_bytes).collect::<Vec<u8>>();
        let (weight, variance, zeros) = (of(weight), of(variance), of([0.0; 2]));
        let tensor = |shape: &[usize], bytes| TensorView::new(Dtype::F32, shape.to_vec(), bytes).unwrap();
        let tensors = [
            ("dense.weight", tensor(&[1, 2], &weight[..])),
            ("dense.bias", tensor(&[1], &zeros[..4])),
            ("normalize.x.shift", tensor(&[2], &zeros[..])),
            ("norm.running_var", tensor(&[2], &variance[..])),
        ];
        fs::write(folder.path("x"), safetensors::serialize(tensors, None).unwrap()).unwrap();
        let mut trainer = Trainer::new(program);
        let before = bits(&trainer);
        match trainer.load(folder.path("x")) {
            Ok(()) => Vec::new(),
            Err(Error::Mismatch { differences, .. }) => {
                assert_eq!(bits(&trainer), before);
                differences
            }
            Err(error) => panic!("{error}"),
        }
    };
    assert!(file([1.0, -2.0], [0.0, 3.0]).is_empty());
    assert_eq!(file([1.0, f32::NAN], [1.0, 1.0]), ["`dense.weight` holds NaN at [0, 1]"]);
    assert_eq!(
        file([f32::NEG_INFINITY, 1.0], [1.0, -0.5]),
        ["`dense.weight` holds -inf at [0, 0]", "`norm.running_var` holds -0.5 at [1], and a variance is a number from 0"]
    );
}

#[test]
fn what_normalises_is_in_the_metadata_to_the_bit() {
    let folder = Folder::new();
    let program = linear(|program| program.spec.recipe.normalize = Normalize::Standard);
    let mut trainer = Trainer::new(program);
    let shift = [f32::from_bits(0x3dcc_cccd), -f32::MIN_POSITIVE / 3.0];
    let mut random = common::random(3);
    let mut bits = || f32::from_bits((random(1 << 16) as u32) << 16 | random(1 << 16) as u32);
    for _ in 0..300 {
        let scale = std::array::from_fn::<f32, 2, _>(|_| std::iter::repeat_with(&mut bits).find(|x| x.is_finite()).unwrap());
        trainer.set_parameter("normalize.x.shift", &shift);
        trainer.set_parameter("normalize.x.scale", &scale);
        trainer.save(folder.path("x")).unwrap();
        let mut other = Trainer::with_seed(program, 99);
        other.load(folder.path("x")).unwrap();
        let read = |name: &str| other.parameter(name).into_iter().map(f32::to_bits).collect::<Vec<_>>();
        assert_eq!(read("normalize.x.shift"), shift.map(f32::to_bits));
        assert_eq!(read("normalize.x.scale"), scale.map(f32::to_bits));
    }
    let bytes = fs::read(folder.path("x")).unwrap();
    let mut names = SafeTensors::deserialize(&bytes).unwrap().names().into_iter().map(str::to_owned).collect::<Vec<_>>();
    names.sort_unstable();
    assert_eq!(names, ["dense.bias", "dense.weight"], "what PyTorch's strict loading sees");
    let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
    let about: serde_json::Value = serde_json::from_str(&header.metadata().as_ref().unwrap()["dlm"]).unwrap();
    assert_eq!(about["normalization"]["x.shift"][0], 0.1_f32);
    // JSON has no number that is none.
    trainer.set_parameter("normalize.x.scale", &[f32::NAN, 1.0]);
    trainer.save(folder.path("x")).unwrap();
    let Error::Mismatch { differences, .. } = Trainer::new(program).load(folder.path("x")).unwrap_err() else { panic!() };
    assert_eq!(differences, ["`normalize.x.scale` holds NaN at [0]"]);
}

#[test]
fn files_of_before_have_what_normalises_among_their_tensors() {
    let folder = Folder::new();
    write(&folder.path("x"), &OF_LINEAR, None);
    let program = linear(|program| program.spec.recipe.normalize = Normalize::Standard);
    let model = Model::load(program, folder.path("x")).unwrap();
    assert!(model.has_normalization());
    let mut trainer = Trainer::new(program);
    trainer.load(folder.path("x")).unwrap();
    assert_eq!(trainer.parameter("normalize.x.scale").into_raw_vec_and_offset().0, [0.0, 0.0], "as the file has it");
}

#[test]
fn metadata_of_another_shape_or_input_is_named() {
    let folder = Folder::new();
    let differences = |text: &str| {
        write(&folder.path("x"), &OF_LINEAR[..2], Some(HashMap::from([("dlm".to_owned(), text.to_owned())])));
        match Model::load(linear(|_| {}), folder.path("x")).unwrap_err() {
            Error::Mismatch { differences, .. } => differences,
            error => vec![error.to_string()],
        }
    };
    assert_eq!(
        differences(r#"{"normalization": {"x.shift": [1], "z.scale": [2]}}"#),
        [
            "`normalize.x.shift` has shape (1,) in the file, (2,) in the model",
            "`normalize.x.scale` is missing",
            "`normalize.z.scale` is in the file, but not in the model",
        ]
    );
    let unreadable = differences(r#"{"normalization": [1]}"#);
    assert!(unreadable[0].contains("its metadata cannot be read"), "{unreadable:?}");
}

#[test]
fn a_model_does_not_begin_without_the_normalisation_that_was_fitted() {
    let folder = Folder::new();
    write(&folder.path("x"), &OF_LINEAR[..2], None);
    for normalize in [Normalize::Standard, Normalize::MinMax] {
        let program = linear(|program| program.spec.recipe.normalize = normalize);
        let error = Model::load(program, folder.path("x")).unwrap_err();
        assert_eq!(error.code(), "E325");
        let end = "x lacks the normalisation of inputs that the recipe of Linear fits to its training part";
        assert!(error.to_string().ends_with(end), "{error}");
        assert!(error.help().unwrap().contains("`normalize = none`"));
        let bytes = fs::read(folder.path("x")).unwrap();
        let error = Model::from_bytes(program, &bytes).unwrap_err().to_string();
        assert!(error.starts_with("what the bytes given hold lacks"), "{error}");
    }
    for normalize in [Normalize::None, Normalize::Scale(0.5)] {
        let program = linear(|program| program.spec.recipe.normalize = normalize);
        assert!(Model::load(program, folder.path("x")).is_ok(), "{normalize:?} asks nothing of a file");
    }
}

#[test]
fn a_model_does_not_begin_without_the_normalisation_of_its_targets_either() {
    let program = linear(|program| {
        let mut parameters = program.spec.parameters.to_vec();
        for (index, name) in ["normalize.y.shift", "normalize.y.scale"].into_iter().enumerate() {
            parameters.push(ParameterSpec { name, shape: &[1], offset: 7 + index, init: Init::Constant(1.0), ..parameters[2] });
        }
        let normalization = Some(TargetNormalization { normalize: Normalize::Standard, shift: 7, scale: 8 });
        let outputs = vec![OutputSpec { normalization, ..program.spec.outputs[0] }];
        (program.spec.parameters, program.spec.outputs) = (parameters.leak(), outputs.leak());
        (program.spec.parameters_len, program.spec.states) = (9, &[]);
    });
    let folder = Folder::new();
    let load = |metadata: Option<&str>| {
        let metadata = metadata.map(|text| HashMap::from([("dlm".to_owned(), text.to_owned())]));
        write(&folder.path("x"), &OF_LINEAR[..2], metadata);
        Model::load(program, folder.path("x"))
    };
    // What was saved again without its metadata may predict numbers of mean 0.
    let error = load(None).unwrap_err();
    let end = "x lacks the normalisation of targets that the recipe of Linear fits to its training part";
    assert!(error.code() == "E325" && error.to_string().ends_with(end), "{error}");
    assert!(error.help().unwrap().contains("`normalize_targets = none`"));
    // Metadata that tells of none says that there was none.
    assert!(load(Some(r#"{"model": "Linear"}"#)).is_ok());
    assert!(load(Some(r#"{"normalization": {"y.shift": [1], "y.scale": [2]}}"#)).is_ok());
}

#[test]
fn yes_is_the_class_that_the_weights_know_however_it_is_written() {
    let folder = Folder::new();
    write(
        &folder.path("x"),
        &OF_LINEAR[..2],
        Some(HashMap::from([("dlm".to_owned(), r#"{"labels": [["1", "Male"]]}"#.to_owned())])),
    );
    let load = |yes| {
        let output = OutputSpec { kind: OutputKind::Binary, yes, ..LINEAR.spec.outputs[0] };
        Model::load(linear(|program| program.spec.outputs = vec![output].leak()), folder.path("x"))
    };
    for yes in [None, Some("Male"), Some("male")] {
        assert!(load(yes).is_ok(), "{yes:?}");
    }
    for yes in ["1", "1.0", "female"] {
        let error = load(Some(yes)).unwrap_err().to_string();
        assert!(
            error.ends_with(&format!("was trained with `Male` as yes of output `y`, and the recipe says `{yes}`")),
            "{error}"
        );
    }
}

#[test]
fn steps_without_a_fit_take_inputs_as_they_are_and_their_weights_say_so() {
    let program = linear(|program| program.spec.recipe.normalize = Normalize::Standard);
    let mut trainer = Trainer::new(program);
    assert_eq!(Model::from_bytes(program, &trainer.to_bytes()).unwrap_err().code(), "E325", "nothing is known yet");
    trainer.step(&[&[1.0, 2.0]], &[&[1.0]]);
    let model = Model::from_bytes(program, &trainer.to_bytes()).unwrap();
    assert_eq!(model.evaluate(&dataset(30)).unwrap(), trainer.evaluate(&dataset(30)).unwrap());
}

#[test]
fn what_a_recipe_states_is_there_before_any_file() {
    // As the compiler describes `scale(0.25)`.
    let program = linear(|program| {
        let mut parameters = program.spec.parameters.to_vec();
        parameters[3].init = Init::Constant(0.25);
        (program.spec.parameters, program.spec.recipe.normalize) = (parameters.leak(), Normalize::Scale(0.25));
    });
    let folder = Folder::new();
    let mut trainer = Trainer::new(program);
    trainer.set_parameter("dense.weight", &[4.0, 8.0]);
    trainer.save(folder.path("x")).unwrap();
    let model = Model::load(program, folder.path("x")).unwrap();
    let predicted: ndarray::Array2<f32> = model.predict(ndarray::array![[1.0_f32, 1.0]].view());
    assert_eq!(predicted, ndarray::array![[3.0]]);
}

#[test]
fn weights_are_read_from_bytes_as_from_their_file() {
    let program = linear(|program| program.spec.recipe.normalize = Normalize::Standard);
    let mut trainer = Trainer::new(program);
    trainer.fit(&dataset(30), &mut Progress::silent()).unwrap();
    let bytes = trainer.to_bytes();
    let folder = Folder::new();
    trainer.save(folder.path("x")).unwrap();
    assert!(fs::read(folder.path("x")).unwrap() == bytes);
    let model = Model::from_bytes(program, &bytes).unwrap();
    assert!(model.to_bytes() == bytes);
    let mut other = Trainer::with_seed(program, 99);
    other.load_bytes(&bytes).unwrap();
    assert_eq!(bits(&other), bits(&trainer));
    let error = Model::from_bytes(&CLASSIFIER, &bytes).unwrap_err();
    assert!(error.to_string().starts_with("what the bytes given hold does not fit the model Classify:"), "{error}");
    let error = other.load_bytes(&bytes[..20]).unwrap_err();
    assert!(error.to_string().starts_with("what the bytes given hold: is no whole safetensors file"), "{error}");
    assert_eq!(bits(&other), bits(&trainer));
}

#[test]
fn every_type_of_floating_point_is_taken_and_told() {
    let folder = Folder::new();
    let halves = |values: &[u16]| values.iter().flat_map(|bits| bits.to_le_bytes()).collect::<Vec<u8>>();
    let doubles = |values: &[f64]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    for (dtype, weight, bias, expected, note) in [
        (
            Dtype::F16,
            halves(&[0x3c00, 0xc100]),
            halves(&[0x0001]),
            [1.0, -2.5, 5.960_464_5e-8],
            "2 tensors of F16 values, which F32 holds as they are",
        ),
        (
            Dtype::BF16,
            halves(&[0x3f80, 0xc020]),
            halves(&[0x3dcd]),
            [1.0, -2.5, 0.100_097_656],
            "2 tensors of BF16 values, which F32 holds as they are",
        ),
        (Dtype::F64, doubles(&[1.0, -2.5]), doubles(&[0.1]), [1.0, -2.5, 0.1], "2 tensors of F64 values, rounded to F32"),
    ] {
        let views = [
            ("dense.weight", TensorView::new(dtype, vec![1, 2], &weight).unwrap()),
            ("dense.bias", TensorView::new(dtype, vec![1], &bias).unwrap()),
        ];
        fs::write(folder.path("x"), safetensors::serialize(views, None).unwrap()).unwrap();
        let program = linear(|_| {});
        let mut trainer = Trainer::new(program);
        trainer.load(folder.path("x")).unwrap();
        let values: Vec<f32> = trainer.parameters().take(2).flat_map(|(_, values)| values).collect();
        assert_eq!(values, expected, "{dtype:?}");
        assert_eq!(trainer.notes(), [note]);
        assert_eq!(Model::load(program, folder.path("x")).unwrap().notes(), [note]);
        let reusing = linear(|program| {
            let tensors = &[("dense.weight", "dense.weight"), ("dense.bias", "dense.bias")];
            program.spec.recipe.reuse = Some(Reuse { path: "x", tensors });
        });
        let bytes = fs::read(folder.path("x")).unwrap();
        let reused = Trainer::new(reusing).reusing_bytes(&bytes).unwrap();
        assert_eq!((reused.parameter("dense.bias")[[0]], reused.notes()), (expected[2], &[note.to_owned()][..]));
    }
}

#[test]
fn names_of_wrapped_models_are_taken_and_told() {
    let folder = Folder::new();
    let tensors: [(&str, Dtype, &[usize]); 3] = [
        ("module._orig_mod.dense.weight", Dtype::F32, &[3, 2]),
        ("module._orig_mod.dense.bias", Dtype::F32, &[3]),
        ("module._orig_mod.norm.num_batches_tracked", Dtype::I64, &[]),
    ];
    write(&folder.path("x"), &tensors, None);
    let model = Model::load(&CLASSIFIER, folder.path("x")).unwrap();
    let note = "`module._orig_mod.` was taken off every name: the weights are those of a wrapped model";
    assert_eq!(model.notes(), [note]);
    // Not where only some names have it.
    write(&folder.path("x"), &[tensors[0], ("dense.bias", Dtype::F32, &[3])], None);
    let Error::Mismatch { differences, .. } = Model::load(&CLASSIFIER, folder.path("x")).unwrap_err() else { panic!() };
    assert_eq!(
        differences,
        ["`dense.weight` is missing", "`module._orig_mod.dense.weight` is in the file, but not in the model"]
    );
}

#[test]
fn a_trainer_takes_a_file_without_normalisation_and_fits_it() {
    let folder = Folder::new();
    write(&folder.path("x"), &OF_LINEAR[..2], None);
    let program = linear(|program| (program.spec.recipe.normalize, program.spec.recipe.epochs) = (Normalize::MinMax, 1));
    let mut trainer = Trainer::new(program);
    trainer.load(folder.path("x")).unwrap();
    assert_eq!(trainer.parameter("normalize.x.scale").into_raw_vec_and_offset().0, [1.0, 1.0]);
    trainer.fit(&dataset(20), &mut Progress::silent()).unwrap();
    assert_ne!(trainer.parameter("normalize.x.shift")[[0]], 0.0, "then it is fitted");
}

#[test]
fn weights_that_know_no_normalisation_keep_none_of_weights_before_them() {
    let fitted = linear(|program| (program.spec.recipe.normalize, program.spec.recipe.epochs) = (Normalize::Standard, 1));
    let mut trainer = Trainer::new(fitted);
    trainer.fit(&dataset(20), &mut Progress::silent()).unwrap();
    let (normalized, raw) = (trainer.to_bytes(), Trainer::with_seed(linear(|_| {}), 5).to_bytes());
    let scale = |trainer: &Trainer| trainer.parameter("normalize.x.scale").into_raw_vec_and_offset().0;
    let mut trainer = Trainer::new(linear(|_| {}));
    trainer.load_bytes(&normalized).unwrap();
    assert_ne!(scale(&trainer), [1.0, 1.0]);
    trainer.load_bytes(&raw).unwrap();
    assert_eq!(scale(&trainer), [1.0, 1.0]);
    assert!(trainer.to_bytes() == raw);
}

#[test]
fn a_layer_called_normalize_is_no_normalisation() {
    let folder = Folder::new();
    let named = linear(|program| {
        let mut parameters = program.spec.parameters.to_vec();
        (parameters[0].name, parameters[1].name) = ("normalize.weight", "normalize.bias");
        program.spec.parameters = parameters.leak();
    });
    let mut trainer = Trainer::new(named);
    trainer.set_parameter("normalize.weight", &[3.0, 4.0]);
    trainer.save(folder.path("x")).unwrap();
    let model = Model::load(named, folder.path("x")).unwrap();
    assert!(!model.has_normalization(), "none was fitted, so none is in the file");
    let mut other = Trainer::with_seed(named, 99);
    other.load(folder.path("x")).unwrap();
    assert_eq!(bits(&other), bits(&trainer));
    // The layer's weights are as needed as any.
    write(&folder.path("y"), &[("normalize.bias", Dtype::F32, &[1])], None);
    let Error::Mismatch { differences, .. } = other.load(folder.path("y")).unwrap_err() else { panic!() };
    assert_eq!(differences, ["`normalize.weight` is missing"]);
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let folder = Folder::new();
    Trainer::new(&CLASSIFIER).save(folder.path("whole")).unwrap();
    let whole = fs::read(folder.path("whole")).unwrap();
    let mut trainer = Trainer::new(&CLASSIFIER);
    let before = bits(&trainer);
    for len in 0..whole.len() {
        fs::write(folder.path("cut"), &whole[..len]).unwrap();
        let error = trainer.load(folder.path("cut")).unwrap_err();
        assert_eq!(error.code(), "E310", "{len} bytes: {error}");
    }
    assert_eq!(bits(&trainer), before);
    fs::write(folder.path("long"), [&whole[..], b"more"].concat()).unwrap();
    assert_eq!(trainer.load(folder.path("long")).unwrap_err().code(), "E310");
}

#[test]
fn a_file_with_any_bytes_changed_is_taken_whole_or_not_at_all() {
    let folder = Folder::new();
    Trainer::new(&CLASSIFIER).save(folder.path("whole")).unwrap();
    let whole = fs::read(folder.path("whole")).unwrap();
    let mut random = common::random(7);
    let mut refused = 0;
    for _ in 0..600 {
        let mut bytes = whole.clone();
        for _ in 0..=random(3) {
            let at = random(bytes.len());
            bytes[at] = random(256) as u8;
        }
        fs::write(folder.path("changed"), &bytes).unwrap();
        let mut trainer = Trainer::new(&CLASSIFIER);
        let before = bits(&trainer);
        if let Err(error) = trainer.load(folder.path("changed")) {
            assert!(["E310", "E311"].contains(&error.code()), "{error}");
            assert_eq!(bits(&trainer), before);
            refused += 1;
        }
    }
    assert!((150..600).contains(&refused), "{refused}");
}

#[test]
fn files_that_cannot_be_read_or_written_are_named() {
    let folder = Folder::new();
    let trainer = Trainer::new(&SEVERAL);
    let error = Model::load(&SEVERAL, folder.path("none")).unwrap_err();
    assert!(error.to_string().starts_with("cannot read "), "{error}");
    let help = error.help().unwrap();
    assert!(help.ends_with("any other to the working folder"), "no `.dlm` file names weights: {help}");
    assert_eq!(error.code(), "E301");
    let error = trainer.save(folder.path("no/folder")).unwrap_err();
    assert!(error.to_string().starts_with("cannot write ") && error.to_string().contains("no/folder"), "{error}");
    assert_eq!(Model::load(&SEVERAL, folder.path("")).unwrap_err().code(), "E301");
}

#[test]
fn an_observer_can_save_each_epoch() {
    struct Saving(Folder);
    impl Observer for Saving {
        fn on_epoch(&mut self, epoch: &dlm_runtime::EpochReport, weights: &Weights<'_>) -> dlm_runtime::Flow {
            weights.save(self.0.path(&epoch.epoch.to_string())).unwrap();
            dlm_runtime::Flow::Continue
        }
    }
    let program = linear(|program| program.spec.recipe.epochs = 2);
    let mut saving = Saving(Folder::new());
    let mut trainer = Trainer::new(program);
    trainer.fit(&dataset(20), &mut saving).unwrap();
    let weight = |epoch: &str| {
        let mut trainer = Trainer::new(program);
        trainer.load(saving.0.path(epoch)).unwrap();
        trainer.parameter("dense.weight")
    };
    assert_eq!(weight("2"), trainer.parameter("dense.weight"));
    assert_ne!(weight("1"), weight("2"));
}
