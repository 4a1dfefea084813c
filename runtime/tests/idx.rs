//! IDX files: what is read, and what each fault is called.
#![cfg(feature = "files")]

mod common;

use std::fs;
use std::io::Write;
use std::path::Path;

use common::random;
use dlm_runtime::data::{load, load_inputs, load_like};
use dlm_runtime::{DataSpec, Error, FeatureNames, InputSpec, Labels, OutputKind, OutputSpec, Spec};

const DATA: DataSpec = DataSpec::Idx { images: "images", labels: "labels" };
const IMAGE: &[InputSpec] = &[InputSpec { name: "image", shape: &[2, 3], shift: 0, scale: 6 }];
const SPEC: Spec = Spec { model: "Digits", inputs: IMAGE, ..common::CLASSIFY.spec };

/// An IDX file of this type of values and these sizes.
fn idx(kind: u8, sizes: &[u32], values: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, kind, sizes.len() as u8];
    sizes.iter().for_each(|size| bytes.extend(size.to_be_bytes()));
    bytes.extend(values);
    bytes
}

fn images() -> Vec<u8> {
    idx(0x08, &[2, 2, 3], &[0, 1, 2, 3, 4, 255, 6, 7, 8, 9, 10, 11])
}

fn labels() -> Vec<u8> {
    idx(0x08, &[2], &[2, 0])
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

fn with_files<R>(images: &[u8], labels: &[u8], f: impl FnOnce(&Path) -> R) -> R {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("images"), images).unwrap();
    fs::write(folder.path().join("labels"), labels).unwrap();
    f(folder.path())
}

/// The error's code, and its message without the folder.
fn error(images: &[u8], labels: &[u8]) -> (&'static str, String) {
    with_files(images, labels, |folder| {
        let error = load(&DATA, folder, &SPEC).unwrap_err();
        (error.code(), error.to_string().replace(&format!("{}/", folder.display()), ""))
    })
}

#[test]
fn images_and_labels_are_read_plain_and_packed() {
    for (images, labels) in [(images(), labels()), (gzip(&images()), gzip(&labels()))] {
        let data = with_files(&images, &labels, |folder| load(&DATA, folder, &SPEC)).unwrap();
        assert_eq!(data.inputs(), [[0.0, 1.0, 2.0, 3.0, 4.0, 255.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0]]);
        assert_eq!((data.targets(), data.rows()), (&[vec![2.0, 0.0]][..], 2));
        assert!(data.labels().is_empty());
    }
}

#[test]
fn every_type_of_values_is_read_big_endian() {
    let images = |kind, values: [&[u8]; 6]| {
        let file = idx(kind, &[1, 2, 3], &values.concat());
        with_files(&file, &[], |folder| load_inputs(&DATA, folder, &SPEC, &FeatureNames::default())).unwrap().concat()
    };
    assert_eq!(images(0x09, [&[0x80], &[0xff], &[0], &[1], &[2], &[127]]), [-128.0, -1.0, 0.0, 1.0, 2.0, 127.0]);
    let expected = [-300.0, -1.0, 0.0, 1.0, 258.0, 32767.0];
    assert_eq!(images(0x0b, expected.map(|value| (value as i16).to_be_bytes()).each_ref().map(|bytes| &bytes[..])), expected);
    assert_eq!(images(0x0c, expected.map(|value| (value as i32).to_be_bytes()).each_ref().map(|bytes| &bytes[..])), expected);
    let expected = [-0.5, 1e30, 0.1, 2.0, 3.0, 4.0_f32];
    assert_eq!(images(0x0d, expected.map(f32::to_be_bytes).each_ref().map(|bytes| &bytes[..])), expected);
    let doubles = expected.map(|value| f64::from(value).to_be_bytes());
    assert_eq!(images(0x0e, doubles.each_ref().map(|bytes| &bytes[..])), expected);
}

#[test]
fn known_classes_are_kept() {
    let known = Labels::new(vec![["zero", "one", "two"].map(str::to_owned).to_vec()]);
    let data =
        with_files(&images(), &labels(), |folder| load_like(&DATA, folder, &SPEC, &known, &FeatureNames::default())).unwrap();
    assert_eq!(data.labels(), &known);
}

#[test]
fn images_need_no_labels_to_be_predicted() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("images"), images()).unwrap();
    assert_eq!(load_inputs(&DATA, folder.path(), &SPEC, &FeatureNames::default()).unwrap()[0].len(), 12);
    assert_eq!(load(&DATA, folder.path(), &SPEC).unwrap_err().code(), "E301");
    let infinite = idx(0x0d, &[1, 2, 3], &[f32::INFINITY.to_be_bytes(); 6].concat());
    let error = with_files(&infinite, &[], |folder| load_inputs(&DATA, folder, &SPEC, &FeatureNames::default())).unwrap_err();
    assert!(error.to_string().ends_with("images: row 1 of input `image`: expected a finite number, found `inf`"), "{error}");
    let error = with_files(&infinite, &idx(8, &[1], &[0]), |folder| load(&DATA, folder, &SPEC)).unwrap_err();
    assert!(error.to_string().ends_with("images: row 1 of input `image`: expected a finite number, found `inf`"), "{error}");
}

#[test]
fn what_is_no_idx_file_or_not_whole_is_refused() {
    let image = |bytes: &[u8]| error(bytes, &labels());
    assert_eq!(image(b""), ("E307", "images: is cut short: 0 bytes are no whole header".to_owned()));
    assert_eq!(image(&images()[..10]).1, "images: is cut short: 10 bytes are no whole header");
    let png = image(b"\x89PNG\r\n").1;
    assert_eq!(png, "images: is no IDX file: it begins with the bytes [89, 50, 4e, 47], not with two zeros");
    let kind = image(&idx(0x0a, &[2], &[])).1;
    assert_eq!(kind, "images: is no IDX file: its third byte is 0x0a, which is no type of values");
    assert_eq!(image(&idx(0x08, &[], &[1])).1, "images: has no axes: samples are missing");
    let short = image(&images()[..20]).1;
    assert_eq!(short, "images: is cut short: for values of 1 byte in the shape (2, 2, 3) found 4 bytes");
    let long = image(&[&images()[..], b"x"].concat()).1;
    assert_eq!(long, "images: for values of 1 byte in the shape (2, 2, 3) found 13 bytes");
    let endless = image(&idx(0x0e, &[u32::MAX, 2, 3], &[0; 8])).1;
    assert_eq!(endless, "images: is cut short: for values of 8 bytes in the shape (4294967295, 2, 3) found 8 bytes");
    let packed = gzip(&images());
    let cut = image(&packed[..packed.len() - 4]);
    assert!(cut.0 == "E307" && cut.1.starts_with("images: is no whole gzip file: "), "{cut:?}");
    let short = image(&gzip(&images()[..20])).1;
    assert_eq!(short, "images: is cut short: for values of 1 byte in the shape (2, 2, 3) found 4 bytes");
    let long = image(&gzip(&[&images()[..], b"x"].concat())).1;
    assert_eq!(long, "images: for values of 1 byte in the shape (2, 2, 3) found 13 bytes or more");
}

#[test]
fn sizes_have_to_be_the_models() {
    let image_of = |bytes: &[u8]| error(bytes, &labels());
    let image = |sizes: &[u32]| {
        let values = vec![0; sizes.iter().product::<u32>() as usize];
        error(&idx(0x08, sizes, &values), &labels())
    };
    assert_eq!(image(&[2, 3, 2]), ("E304", "images: holds images of f32[3, 2], but input `image` is f32[2, 3]".to_owned()));
    assert_eq!(image(&[2]).1, "images: holds images of one value each, but input `image` is f32[2, 3]");
    assert_eq!(image(&[0, 2, 3]).1, "images: holds no images");
    let help = with_files(&idx(8, &[1, 6], &[0; 6]), &labels(), |folder| load(&DATA, folder, &SPEC).unwrap_err().help());
    assert_eq!(help.unwrap(), "write the input as f32[6], and `flatten` first");
    // A header of sizes that no number holds.
    let vast =
        image_of(&[0, 0, 8, 5, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255]);
    assert_eq!(vast, ("E304", "images: holds no images".to_owned()));
    let vast = image_of(&idx(8, &[1, u32::MAX, u32::MAX, u32::MAX], &[])).1;
    assert!(vast.starts_with("images: holds images of f32[4294967295, 4294967295, 4294967295], but"), "{vast}");
    let label = |bytes: &[u8]| error(&images(), bytes);
    let swapped = label(&images());
    assert_eq!(swapped, ("E304", "labels: holds labels of f32[2, 3], but output `kind` takes one label a sample".to_owned()));
    assert_eq!(label(&idx(8, &[3], &[0; 3])), ("E307", "labels: has 3 labels, but images has 2 images".to_owned()));
    let value = label(&idx(8, &[2], &[0, 3]));
    assert_eq!(value, ("E305", "labels: row 2 of target `kind`: expected a class from 0 to 2, found `3`".to_owned()));
}

#[test]
fn targets_can_be_numbers_but_not_several_outputs() {
    let outputs: &[OutputSpec] = &[OutputSpec { name: "y", kind: OutputKind::Values(&[2]), loss: "mse", ..OutputSpec::EMPTY }];
    let spec = Spec { outputs, ..SPEC };
    let targets = idx(0x0d, &[2, 2], &[1.5_f32, -2.0, 0.0, 4.0].map(f32::to_be_bytes).concat());
    let data = with_files(&images(), &targets, |folder| load(&DATA, folder, &spec)).unwrap();
    assert_eq!(data.targets(), [[1.5, -2.0, 0.0, 4.0]]);
    let error: Error = with_files(&images(), &targets, |folder| load(&DATA, folder, &common::SEVERAL.spec)).unwrap_err();
    assert_eq!(error.to_string(), "IDX files hold one input and one output, the model Several has 2 inputs");
}

#[test]
fn whole_numbers_that_f32_merges_are_read_relative_to_a_base() {
    let ints = |values: [i32; 6]| idx(0x0c, &[2, 3], &values.map(i32::to_be_bytes).concat());
    let inputs: &[InputSpec] = &[InputSpec { name: "image", shape: &[3], shift: 0, scale: 3 }];
    let normalize = |normalize| {
        let recipe = dlm_runtime::RecipeSpec { normalize, ..SPEC.recipe };
        Spec { inputs, recipe, ..SPEC }
    };
    let standard = normalize(dlm_runtime::Normalize::Standard);
    let file = ints([1, 100_100_038, 7, 2, 100_100_037, 7]);
    let data = with_files(&file, &labels(), |folder| load(&DATA, folder, &standard)).unwrap();
    assert_eq!(data.inputs(), [[1.0, 1.0, 7.0, 2.0, 0.0, 7.0]]);
    assert_eq!(data.features().bases(0).unwrap(), [0.0, 100_100_037.0, 0.0]);
    assert!(data.notes()[0].starts_with("feature 1 (from 0) of input `image` holds whole numbers beyond 16777216"));
    let later = ints([0, 100_100_040, 0, 0, 100_100_036, 0]);
    let read = with_files(&later, &[], |folder| load_inputs(&DATA, folder, &standard, data.features())).unwrap();
    assert_eq!(read, [[0.0, 3.0, 0.0, 0.0, -1.0, 0.0]]);
    // Of another type, but the same columns.
    let floats = idx(0x0d, &[1, 3], &[1.0_f32, 100_100_040.0, 2.0].map(f32::to_be_bytes).concat());
    let read = with_files(&floats, &[], |folder| load_inputs(&DATA, folder, &standard, data.features())).unwrap();
    assert_eq!(read, [[1.0, 3.0, 2.0]]);
    let raw = normalize(dlm_runtime::Normalize::None);
    let data = with_files(&file, &labels(), |folder| load(&DATA, folder, &raw)).unwrap();
    assert_eq!((data.inputs()[0][1], data.features().bases(0)), (100_100_040.0, None));
}

/// What the tests of changed files begin with: plain and packed, of each type of values.
fn originals() -> Vec<[Vec<u8>; 2]> {
    let values: Vec<u8> = (0..96).collect();
    let of = |kind: u8, width: usize| idx(kind, &[2, 2, 3], &values[..12 * width]);
    let plain = [of(8, 1), of(9, 1), of(0x0b, 2), of(0x0c, 4), of(0x0d, 4), of(0x0e, 8)].map(|images| [images, labels()]);
    plain.into_iter().chain([[gzip(&images()), gzip(&labels())]]).collect()
}

#[test]
fn no_change_of_a_file_panics() {
    let mut random = random(3);
    let files = originals();
    let (mut read_whole, mut refused) = (0, 0);
    let folder = tempfile::tempdir().unwrap();
    for turn in 0..6000 {
        let [mut images, mut labels] = files[turn % files.len()].clone();
        let file = if random(4) == 0 { &mut labels } else { &mut images };
        for _ in 0..=random(3) {
            let at = random(file.len());
            match random(5) {
                0 => file[at] = random(256) as u8,
                1 => file.truncate(at + 1),
                2 => file.insert(at, random(256) as u8),
                // Sizes without end, of as many axes as may be.
                3 => file.iter_mut().skip(4 + at / 4 * 4).take(4 << random(3)).for_each(|byte| *byte = 255),
                _ => file[at.min(3)] = random(16) as u8,
            }
        }
        for (name, bytes) in [("images", images), ("labels", labels)] {
            // A file that is written over may be written to the disk first.
            let _ = fs::remove_file(folder.path().join(name));
            fs::write(folder.path().join(name), bytes).unwrap();
        }
        match load(&DATA, folder.path(), &SPEC) {
            Ok(data) => {
                read_whole += 1;
                assert_eq!(data.rows(), 2);
            }
            Err(_) => refused += 1,
        }
        let _ = load_inputs(&DATA, folder.path(), &SPEC, &FeatureNames::default());
    }
    assert!(read_whole > 100 && refused > 2000, "{read_whole} {refused}");
}

#[test]
fn overflow_is_checked_in_these_tests() {
    // What a header multiplies up must be found here, and not by whoever builds with checks.
    let largest = std::hint::black_box(u32::MAX);
    assert!(std::panic::catch_unwind(|| largest + std::hint::black_box(1)).is_err(), "build the tests with overflow-checks");
}
