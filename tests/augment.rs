//! Augmentation as a training has it: what is drawn, against the exact distributions; on what it depends and on what not; what
//! it leaves alone; and steps of mixed samples by generated code and by the interpreter, bit for bit. Samples are those that a
//! step is given, recorded.

mod support;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use dlm_cli::aot;
use dlm_compiler::compile::{CompileOptions, Compiled, compile};
use dlm_compiler::describe::describe;
use dlm_kernels::{Infer, Slice, Step};
use dlm_runtime::{Dataset, Error, Observer, Program, Report, Trainer};
use support::reference::Reference;
use support::sample::{Law, independent, is_share};
use support::{Numbers, unit_name};

/// What a step or an evaluation was given: for each input its samples, for each target its values.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    rows: usize,
    inputs: Vec<Vec<f32>>,
    targets: Vec<Vec<f32>>,
    loss: f32,
}

impl Seen {
    fn of(rows: usize, inputs: &[Slice<'_, f32>], targets: &[Slice<'_, f32>]) -> Self {
        let copies = |slices: &[Slice<'_, f32>]| slices.iter().map(|slice| slice.to_vec()).collect();
        Seen { rows, inputs: copies(inputs), targets: copies(targets), loss: 0.0 }
    }

    /// A row of an input.
    fn input(&self, input: usize, row: usize) -> &[f32] {
        let width = self.inputs[input].len() / self.rows;
        &self.inputs[input][row * width..][..width]
    }

    /// A row of a target.
    fn target(&self, target: usize, row: usize) -> &[f32] {
        let width = self.targets[target].len() / self.rows;
        &self.targets[target][row * width..][..width]
    }
}

type StepFunction = extern "C" fn(&mut Step<'_>) -> f32;

thread_local! {
    static STEPS: RefCell<Vec<Seen>> = const { RefCell::new(Vec::new()) };
    static EVALUATED: RefCell<Vec<Seen>> = const { RefCell::new(Vec::new()) };
    /// The step whose loss is not a number, counted from 0.
    static FAILS: Cell<Option<usize>> = const { Cell::new(None) };
    /// The step that generated code makes; without it the loss is 0.
    static REAL: Cell<Option<StepFunction>> = const { Cell::new(None) };
}

extern "C" fn record(call: &mut Step<'_>) -> f32 {
    let mut seen = Seen::of(call.rows, &call.inputs, &call.targets);
    seen.loss = REAL.get().map_or(0.0, |real| real(call));
    STEPS.with_borrow_mut(|steps| {
        if FAILS.get() == Some(steps.len()) {
            seen.loss = f32::NAN;
        }
        let loss = seen.loss;
        steps.push(seen);
        loss
    })
}

extern "C" fn record_infer(call: &mut Infer<'_>) -> f32 {
    EVALUATED.with_borrow_mut(|evaluated| evaluated.push(Seen::of(call.rows, &call.inputs, &call.targets)));
    0.0
}

/// The first model of a source as a program that records.
fn recording(source: &str) -> &'static Program {
    let program = support::program("augment", source);
    let compiled = compile(&program.models[0].units[0], CompileOptions::default());
    Box::leak(Box::new(Program { spec: describe(&compiled), step: record, infer: record_infer }))
}

struct Silent;

impl Observer for Silent {}

fn fit(trainer: &mut Trainer, data: &Dataset) -> Result<(Report, Vec<Seen>), Error> {
    let report = trainer.fit(data, &mut Silent)?;
    Ok((report, STEPS.take()))
}

/// A model of one input whose target is the number of the row.
fn source(shape: &str, settings: &str) -> String {
    format!("model M {{ input x: f32{shape}; flatten -> dense(1); output row: f32[1]; }} train M {{ {settings} }}")
}

/// So many samples of one input, by a function of the row; their targets are their rows.
fn dataset(program: &Program, rows: usize, sample: impl Fn(usize) -> Vec<f32>) -> Dataset {
    let inputs = (0..rows).flat_map(sample).collect();
    Dataset::from_vecs(&program.spec, vec![inputs], vec![(0..rows).map(|row| row as f32).collect()]).unwrap()
}

/// The augmented samples of steps by epoch, from 1, and row.
fn by_row(steps: &[Seen], rows: usize) -> BTreeMap<(usize, usize), Vec<f32>> {
    let mut samples = BTreeMap::new();
    for step in steps {
        for row in 0..step.rows {
            let key = (samples.len() / rows + 1, step.target(0, row)[0] as usize);
            assert!(samples.insert(key, step.input(0, row).to_vec()).is_none(), "{key:?} came twice");
        }
    }
    samples
}

/// What becomes of so many copies of one sample in each of several epochs, in order.
fn changed(shape: &str, augment: &str, sample: &[f32], (rows, epochs): (usize, usize)) -> Vec<Vec<f32>> {
    let program = recording(&source(shape, &format!("augment = [{augment}]; batch = 64; seed = 5; epochs = {epochs};")));
    let data = dataset(program, rows, |_| sample.to_vec());
    let (_, steps) = fit(&mut Trainer::new(program), &data).unwrap();
    by_row(&steps, rows).into_values().collect()
}

const MANY: (usize, usize) = (2500, 4);

/// Whether all outcomes are equally likely, and no other happens.
fn equally_likely<T: Ord + std::fmt::Debug + Copy>(found: &[T], outcomes: usize) -> bool {
    let mut counts = BTreeMap::new();
    found.iter().for_each(|outcome| *counts.entry(*outcome).or_insert(0_usize) += 1);
    let n = found.len();
    counts.len() == outcomes && counts.values().all(|count| is_share(*count as f64 / n as f64, 1.0 / outcomes as f64, n))
}

/// The place of the one pixel of this value.
fn place(image: &[f32], width: usize, value: f32) -> (usize, usize) {
    let mut places = image.iter().enumerate().filter(|(_, found)| **found == value).map(|(index, _)| index);
    let place = places.next().expect("the pixel is there");
    assert_eq!(places.next(), None, "one pixel");
    (place / width, place % width)
}

#[test]
fn shifts_and_crops_are_equally_likely_on_both_axes() {
    // A pixel in the middle of 5 by 7.
    let mut image = [0.0; 35];
    image[2 * 7 + 3] = 1.0;
    for augment in ["shift(2)", "crop(2)", "crop(2, border = edge)"] {
        let found = changed("[5, 7]", augment, &image, MANY);
        assert!(found.iter().all(|image| image.iter().sum::<f32>() == 1.0), "{augment}: the rest is filled");
        let places: Vec<(usize, usize)> = found.iter().map(|image| place(image, 7, 1.0)).collect();
        assert!(equally_likely(&places, 25), "{augment}");
        assert!(places.iter().all(|(row, column)| *row < 5 && (1..6).contains(column)), "{augment}");
    }
    // What is filled, and what is mirrored.
    let corner = |augment| changed("[3, 3]", augment, &[1., 2., 3., 4., 5., 6., 7., 8., 9.], (500, 1));
    assert!(corner("shift(1, fill = -3)").contains(&vec![-3., -3., -3., -3., 1., 2., -3., 4., 5.]));
    assert!(corner("crop(1, fill = 0.5)").contains(&vec![5., 6., 0.5, 8., 9., 0.5, 0.5, 0.5, 0.5]));
    assert!(corner("crop(1, border = edge)").contains(&vec![1., 1., 2., 1., 1., 2., 4., 4., 5.]));
    assert!(corner("crop(1, border = reflect)").contains(&vec![5., 4., 5., 2., 1., 2., 5., 4., 5.]));
}

#[test]
fn flips_come_as_often_as_they_should() {
    let image = [1., 2., 3., 4.];
    for (augment, flipped, probability) in [
        ("flip", [2., 1., 4., 3.], 0.5),
        ("flip(probability = 0.2)", [2., 1., 4., 3.], 0.2),
        ("flip(vertical = true)", [3., 4., 1., 2.], 0.5),
        ("flip(probability = 0)", [2., 1., 4., 3.], 0.0),
        ("flip(true, 1)", [3., 4., 1., 2.], 1.0),
    ] {
        let found = changed("[2, 2]", augment, &image, MANY);
        let count = found.iter().filter(|found| **found == flipped).count();
        assert!(found.iter().all(|found| *found == flipped || *found == image), "{augment}");
        assert!(is_share(count as f64 / found.len() as f64, probability, found.len()), "{augment}: {count}");
    }
}

/// An image of 9 by 9 pixels that hold their own (down, right) from the middle: bilinear reading gives a place exactly.
fn places() -> Vec<f32> {
    (0..81).flat_map(|index| [(index / 9) as f32 - 4.0, (index % 9) as f32 - 4.0]).collect()
}

/// Of each image of places, where the pixel two to the right of the middle comes from.
fn sources(augment: &str) -> Vec<(f32, f32)> {
    let found = changed("[9, 9, 2]", augment, &places(), MANY);
    found.iter().map(|image| (image[2 * (4 * 9 + 6)], image[2 * (4 * 9 + 6) + 1])).collect()
}

#[test]
fn angles_are_uniform() {
    for most in [10.0, 180.0] {
        let sources = sources(&format!("rotate({most})"));
        assert!(sources.iter().all(|(down, right)| (down.hypot(*right) - 2.0).abs() < 1e-5), "{most}: distances stay");
        let angles: Vec<f32> = sources.iter().map(|(down, right)| -down.atan2(*right).to_degrees()).collect();
        // Coordinates are rounded to about a millionth.
        Law::uniform(-most - 1e-4, most + 1e-4).expect(&format!("rotate({most})"), &angles);
        let wrong = Law::uniform(-1.05 * most, 1.05 * most).misfits(&angles);
        assert!(wrong.iter().any(|(what, _)| *what == "deviation"), "{most}: {wrong:?}");
    }
    let still = changed("[9, 9, 2]", "rotate(0), zoom(0), shift(0), brightness(0), contrast(0), noise(0)", &places(), (70, 2));
    assert!(still.iter().all(|image| *image == places()), "nothing is what it was called for");
}

#[test]
fn zooms_are_uniform() {
    let factors: Vec<f32> = sources("zoom(0.3)")
        .iter()
        .map(|(down, right)| {
            assert!(down.abs() < 1e-6);
            2.0 / right
        })
        .collect();
    Law::uniform(0.7 - 1e-6, 1.3 + 1e-6).expect("zoom(0.3)", &factors);
    assert!(!Law::uniform(0.7, 1.33).misfits(&factors).is_empty());
}

#[test]
fn every_pixel_is_as_often_the_middle_of_a_square() {
    let found = changed("[4, 5]", "cutout(1, fill = -1)", &[3.0; 20], MANY);
    let middles: Vec<(usize, usize)> = found.iter().map(|image| place(image, 5, -1.0)).collect();
    assert!(equally_likely(&middles, 20));
    let cut: Vec<f32> =
        changed("[4, 5]", "cutout(3)", &[1.0; 20], MANY).iter().map(|image| 20.0 - image.iter().sum::<f32>()).collect();
    // Of 3 by 3 the corners of the image leave 4 and its edges 6.
    let share = |area: f32| cut.iter().filter(|cut| **cut == area).count() as f64 / cut.len() as f64;
    for (area, middles) in [(4.0, 4.0), (6.0, 10.0), (9.0, 6.0)] {
        assert!(is_share(share(area), middles / 20.0, cut.len()), "{area}: {}", share(area));
    }
}

#[test]
fn brightness_and_contrast_are_uniform() {
    let found = changed("[2, 3]", "brightness(0.4)", &[1.0, 0.0, -2.0, 1.0, 3.0, 8.0], MANY);
    let factors: Vec<f32> = found.iter().map(|image| image[0]).collect();
    assert!(found.iter().all(|image| image[1] == 0.0 && image[5] == 8.0 * image[0] && image[2] == -2.0 * image[0]));
    Law::uniform(0.6, 1.4).expect("brightness(0.4)", &factors);

    let found = changed("[2, 3]", "contrast(0.25)", &[11.0, 9.0, 11.0, 9.0, 12.0, 8.0], MANY);
    let factors: Vec<f32> = found.iter().map(|image| (image[4] - image[5]) / 4.0).collect();
    Law::uniform(0.75 - 1e-6, 1.25 + 1e-6).expect("contrast(0.25)", &factors);
    for (image, factor) in found.iter().zip(&factors) {
        assert!((image.iter().sum::<f32>() / 6.0 - 10.0).abs() < 1e-5, "the mean stays");
        assert!((image[0] - 10.0 - factor).abs() < 1e-5, "all differences are scaled alike");
    }
}

#[test]
fn noise_is_normal_and_independent() {
    let found = changed("[70]", "noise(1.5)", &[0.0; 70], (500, 2));
    let all: Vec<f32> = found.concat();
    Law::normal(0.0, 1.5).expect("noise(1.5)", &all);
    assert!(!Law::normal(0.0, 1.53).misfits(&all).is_empty());
    // Between values of a sample, rows, and epochs.
    assert!(independent(all.iter().copied().zip(all[1..].iter().copied())));
    assert!(independent(all.iter().copied().zip(all[70..].iter().copied())));
    assert!(independent(all.iter().copied().zip(all[35_000..].iter().copied())));
    assert!(!independent(all.iter().copied().zip(all.iter().copied())));
    // Twice is as much as of both variances; what is noisy keeps its mean.
    let twice = changed("[70]", "noise(3), noise(4)", &[2.0; 70], (500, 1)).concat();
    Law::normal(2.0, 5.0).expect("noise(3), noise(4)", &twice);
}

/// Draws of different augmentations, and of the same one in another place of the list, say nothing of one another.
#[test]
fn augmentations_draw_independently() {
    let image: Vec<f32> = places();
    let angle = |image: &[f32]| image[2 * (4 * 9 + 6)].atan2(image[2 * (4 * 9 + 6) + 1]);
    let found = changed("[9, 9, 2]", "rotate(5)", &image, MANY);
    let twice = changed("[9, 9, 2]", "rotate(5), rotate(5)", &image, MANY);
    let second: Vec<f32> = found.iter().zip(&twice).map(|(one, both)| angle(both) - angle(one)).collect();
    assert!(independent(found.iter().map(|image| angle(image)).zip(second)));
    let rotated = found.iter().map(|image| angle(image));
    let zoomed = changed("[9, 9, 2]", "zoom(0.2)", &image, MANY);
    assert!(independent(rotated.zip(zoomed.iter().map(|image| image[2 * (4 * 9 + 6) + 1]))));
}

#[test]
fn they_come_in_the_order_of_the_list_and_leave_the_others_draws_alone() {
    let image: Vec<f32> = (1..=16).map(|value| value as f32).collect();
    let mirrored = |image: &[f32]| image.chunks(4).flat_map(|row| row.iter().rev().copied()).collect::<Vec<f32>>();
    let shifted = changed("[4, 4]", "shift(2)", &image, (200, 2));
    let shifted_then = changed("[4, 4]", "shift(2), flip(probability = 1)", &image, (200, 2));
    let then_shifted = changed("[4, 4]", "flip(probability = 1), shift(2)", &image, (200, 2));
    let of_mirrored = changed("[4, 4]", "shift(2)", &mirrored(&image), (200, 2));
    assert_eq!(shifted_then, shifted.iter().map(|image| mirrored(image)).collect::<Vec<_>>());
    assert_eq!(then_shifted, of_mirrored);
    assert_ne!(shifted_then, then_shifted);
    let after_noise = changed("[4, 4]", "noise(0), rotate(0), shift(2)", &image, (200, 2));
    assert_eq!(after_noise, shifted);
}

/// Every augmentation of images, one after the other; [`every_augmentation_is_known`] holds it against the table.
const ALL: [&str; 9] = [
    "shift(1)",
    "flip",
    "rotate(20)",
    "zoom(0.1)",
    "crop(2, border = reflect)",
    "cutout(2)",
    "brightness(0.2)",
    "contrast(0.3)",
    "noise(0.5)",
];

/// All that may become of the image 3 1 / 0 2, by hand, row by row.
const IMAGES: &[(&str, &[[f32; 4]])] = &[
    (
        "shift(1, fill = 7)",
        &[
            [3.0, 1.0, 0.0, 2.0],
            [7.0, 3.0, 7.0, 0.0],
            [1.0, 7.0, 2.0, 7.0],
            [7.0, 7.0, 3.0, 1.0],
            [0.0, 2.0, 7.0, 7.0],
            [7.0, 7.0, 7.0, 3.0],
            [7.0, 7.0, 1.0, 7.0],
            [7.0, 0.0, 7.0, 7.0],
            [2.0, 7.0, 7.0, 7.0],
        ],
    ),
    (
        "crop(1, border = edge)",
        &[
            [3.0, 1.0, 0.0, 2.0],
            [3.0, 3.0, 0.0, 0.0],
            [1.0, 1.0, 2.0, 2.0],
            [3.0, 1.0, 3.0, 1.0],
            [0.0, 2.0, 0.0, 2.0],
            [3.0; 4],
            [1.0; 4],
            [0.0; 4],
            [2.0; 4],
        ],
    ),
    ("flip(probability = 1)", &[[1.0, 3.0, 2.0, 0.0]]),
    ("flip(vertical = true, probability = 1)", &[[0.0, 2.0, 3.0, 1.0]]),
    ("rotate(0)", &[[3.0, 1.0, 0.0, 2.0]]),
    ("zoom(0)", &[[3.0, 1.0, 0.0, 2.0]]),
    ("cutout(1, fill = 7)", &[[7.0, 1.0, 0.0, 2.0], [3.0, 7.0, 0.0, 2.0], [3.0, 1.0, 7.0, 2.0], [3.0, 1.0, 0.0, 7.0]]),
    ("cutout(2)", &[[0.0, 1.0, 0.0, 2.0], [0.0, 0.0, 0.0, 2.0], [0.0; 4]]),
    ("brightness(0)", &[[3.0, 1.0, 0.0, 2.0]]),
    ("contrast(0)", &[[3.0, 1.0, 0.0, 2.0]]),
    ("noise(0)", &[[3.0, 1.0, 0.0, 2.0]]),
];

/// An augmentation without a place in [`ALL`] or without results by hand fails, by name; `mixup` has tests of its own.
#[test]
fn every_augmentation_is_known() {
    let name = |call: &str| call.split('(').next().unwrap_or_default().to_owned();
    for signature in dlm_compiler::reference::signatures("augmentations").iter().filter(|row| row.name != "mixup") {
        assert!(ALL.iter().any(|call| name(call) == signature.name), "`{}` has no place in ALL", signature.name);
        assert!(IMAGES.iter().any(|(call, _)| name(call) == signature.name), "`{}` has no row in IMAGES", signature.name);
    }
    for (call, wanted) in IMAGES {
        let found = changed("[2, 2]", call, &[3.0, 1.0, 0.0, 2.0], (300, 1));
        for image in *wanted {
            assert!(found.iter().any(|found| found == image), "{call} never gives {image:?}");
        }
        let other = found.iter().find(|found| !wanted.iter().any(|image| *found == image));
        assert!(other.is_none(), "{call} gives {other:?}");
    }
}

/// All that a training has seen, by epoch and row, for what must not matter.
fn mixed_samples(settings: &str, threads: usize) -> BTreeMap<(usize, usize), Vec<f32>> {
    let all = format!("augment = [{}]; epochs = 3;", ALL.join(", "));
    let program = recording(&source("[4, 5]", &format!("{all} {settings}")));
    let data = dataset(program, 60, |row| Numbers(row as u64).list(20));
    let (_, steps) = fit(&mut Trainer::new(program).with_threads(threads), &data).unwrap();
    let samples = by_row(&steps, steps.iter().map(|step| step.rows).sum::<usize>() / 3);
    assert!(samples.iter().all(|((_, row), sample)| *sample != Numbers(*row as u64).list(20)));
    samples
}

#[test]
fn a_sample_depends_on_seed_epoch_and_row_alone() {
    let expected = mixed_samples("batch = 8; seed = 1;", 1);
    assert_eq!(expected.len(), 180);
    for threads in [2, 3] {
        assert_eq!(mixed_samples("batch = 8; seed = 1;", threads), expected);
    }
    assert_eq!(mixed_samples("batch = 7; seed = 1; shuffle = false;", 1), expected);
    assert_eq!(mixed_samples("batch = 64; seed = 1; optimizer = sgd; accumulate = 2;", 2), expected);
    // A row stays what it is, whichever others are for training.
    let parts = mixed_samples("batch = 5; seed = 1; split = (validation = 0.3, test = 0.2);", 1);
    assert_eq!(parts.len(), 90);
    assert!(parts.iter().all(|(key, sample)| expected[key] == *sample));
    let other = mixed_samples("batch = 8; seed = 2;", 1);
    assert!(other.iter().all(|(key, sample)| expected[key] != *sample));
    assert!((0..60).all(|row| expected[&(1, row)] != expected[&(2, row)] && expected[&(2, row)] != expected[&(3, row)]));
}

#[test]
fn epochs_go_on_with_a_second_fit_and_come_again_after_a_loss_that_is_not_a_number() {
    let settings = |epochs| format!("augment = [noise(1), mixup(0.4)]; batch = 8; shuffle = false; epochs = {epochs};");
    let data = |program| dataset(program, 20, |row| Numbers(row as u64).list(6));
    let four = recording(&source("[2, 3]", &settings(4)));
    let (_, expected) = fit(&mut Trainer::new(four), &data(four)).unwrap();
    let two = recording(&source("[2, 3]", &settings(2)));
    let mut trainer = Trainer::new(two);
    let (_, mut found) = fit(&mut trainer, &data(two)).unwrap();
    found.extend(fit(&mut trainer, &data(two)).unwrap().1);
    assert_eq!(found, expected);
    // Three steps an epoch; the second epoch fails in its middle, and is begun anew.
    let mut trainer = Trainer::new(four);
    FAILS.set(Some(4));
    assert!(matches!(fit(&mut trainer, &data(four)), Err(Error::NotFinite { .. })));
    FAILS.set(None);
    let failed = STEPS.take();
    assert_eq!((failed.len(), &failed[..4]), (5, &expected[..4]));
    let (_, again) = fit(&mut trainer, &data(four)).unwrap();
    assert_eq!(again[..9], expected[3..]);
}

#[test]
fn nothing_else_is_changed() {
    let program = recording(&source(
        "[3, 2]",
        "augment = [shift(1), noise(1), mixup(1)]; normalize = standard; split = (validation = 0.25, test = 0.25); batch = 4; \
         epochs = 2;",
    ));
    let sample = |row: usize| Numbers(row as u64).list(6);
    let data = dataset(program, 40, sample);
    let mut trainer = Trainer::new(program);
    trainer.measure_training(true);
    let (report, _) = fit(&mut trainer, &data).unwrap();
    assert_eq!(report.epochs.len(), 2);
    let evaluated = EVALUATED.take();
    // Each epoch training and validation, at the end all three.
    assert_eq!(evaluated.iter().map(|seen| seen.rows).sum::<usize>(), 2 * 30 + 40);
    for seen in &evaluated {
        for row in 0..seen.rows {
            assert_eq!(seen.input(0, row), sample(seen.target(0, row)[0] as usize));
        }
    }
    // The normalisation is that of the samples as they are.
    let plain = recording(&source("[3, 2]", "normalize = standard; split = (validation = 0.25, test = 0.25); batch = 4;"));
    let mut other = Trainer::new(plain);
    fit(&mut other, &dataset(plain, 40, sample)).unwrap();
    for name in ["normalize.x.shift", "normalize.x.scale"] {
        assert_eq!(trainer.parameter(name), other.parameter(name));
    }
    // A step takes what it is given.
    let (x, y) = (sample(3), [3.0]);
    trainer.step(&[&x], &[&y]);
    let steps = STEPS.take();
    assert_eq!((&steps[0].inputs[0], &steps[0].targets[0]), (&x, &y.to_vec()));
}

const SEVERAL: &str = "model M {
    input image: f32[3, 4];
    input more: f32[3, 4];
    input x: f32[12];
    flat: image -> flatten;
    also: more -> flatten;
    h: concat(flat, also, x) -> dense(4);
    a: h -> dense(5);
    b: h -> dense(1);
    c: h -> dense(2);
    d: h -> dense(2);
    output id: f32[2] = d;
    output kind: class[5] = a;
    output yes: binary = b;
    output flags: flags[2] = c;
}
";

/// Inputs that are the same three times; targets: the row and its square, and others.
fn several(program: &Program, rows: usize) -> Dataset {
    let mut numbers = Numbers(3);
    let input = numbers.list(12 * rows);
    let id = (0..rows).flat_map(|row| [row as f32, (row * row) as f32]).collect();
    let mut targets: Vec<Vec<f32>> = vec![id, (0..rows).map(|row| (row % 5) as f32).collect()];
    targets.push((0..rows).map(|_| numbers.next().round()).collect());
    targets.push((0..2 * rows).map(|_| numbers.next().round()).collect());
    if program.spec.weighted {
        targets.push((0..rows).map(|_| numbers.next() + 0.5).collect());
    }
    Dataset::from_vecs(&program.spec, vec![input.clone(), input.clone(), input], targets).unwrap()
}

fn steps_of_several(settings: &str) -> (Dataset, Vec<Seen>) {
    let program = recording(&format!("{SEVERAL} train M {{ shuffle = false; {settings} }}"));
    let data = several(program, 50);
    let (_, steps) = fit(&mut Trainer::new(program), &data).unwrap();
    (data, steps)
}

#[test]
fn images_of_a_sample_are_moved_alike_and_other_inputs_not_at_all() {
    let (data, steps) = steps_of_several("augment = [shift(2), rotate(30)]; batch = 50; epochs = 1;");
    let [image, more, x] = &steps[0].inputs[..] else { panic!("three inputs") };
    assert_eq!((image, x), (more, &data.inputs()[2]));
    assert_ne!(image, x);
    let (_, steps) = steps_of_several("augment = [shift(2, inputs = [more]), noise(1)]; batch = 50; epochs = 1;");
    let [image, more, x] = &steps[0].inputs[..] else { panic!("three inputs") };
    let noise = |values: &[f32]| values.iter().zip(&data.inputs()[2]).map(|(noisy, value)| noisy - value).collect::<Vec<f32>>();
    assert_ne!(noise(image), noise(more));
    assert!(independent(noise(image).into_iter().zip(noise(x))));
    Law::normal(0.0, 1.0).expect("noise(1)", &[noise(image), noise(x)].concat());
}

#[test]
fn mixed_samples_are_so_much_of_the_one_and_the_rest_of_the_other() {
    let before = "shift(1, inputs = [more]), noise(0.5), flip";
    for weighted in [true, false] {
        let more = format!("sample_weights = {weighted}; batch = 8; epochs = 4; seed = 9;");
        let (_, plain) = steps_of_several(&format!("augment = [{before}]; {more}"));
        let (_, steps) = steps_of_several(&format!("augment = [{before}, mixup(0.7)]; {more}"));
        let targets = 4 + usize::from(weighted);
        let at = |epoch: usize, row: usize| (&plain[7 * epoch + row / 8], row % 8);
        let (mut shares, mut partners) = (Vec::new(), Vec::new());
        for (index, step) in steps.iter().enumerate() {
            assert_eq!(step.targets.len(), targets + 2, "the other class, and the share");
            let epoch = index / 7;
            for place in 0..step.rows {
                let (row, share) = (index % 7 * 8 + place, step.target(targets + 1, place)[0]);
                let mix = |a: f32, b: f32| share * a + (1.0 - share) * b;
                let is_mixed = |found: &[f32], a: &[f32], b: &[f32]| {
                    found.iter().zip(a.iter().zip(b)).all(|(found, (a, b))| *found == mix(*a, *b))
                };
                // All that was mixed says that it was with the same row, which went through the same.
                let (one, own) = at(epoch, row);
                let fits = |other: &usize| {
                    let (two, its) = at(epoch, *other);
                    let inputs = (0..3).all(|i| is_mixed(step.input(i, place), one.input(i, own), two.input(i, its)));
                    let others = (0..targets).filter(|target| *target != 1);
                    let mut all = others.map(|t| is_mixed(step.target(t, place), one.target(t, own), two.target(t, its)));
                    let classes =
                        step.target(1, place) == one.target(1, own) && step.target(targets, place) == two.target(1, its);
                    inputs && classes && all.all(|mixed| mixed)
                };
                let mut fitting = (0..50).filter(fits);
                partners.push(fitting.next().unwrap_or_else(|| panic!("row {row} is mixed with none")));
                shares.push(share);
            }
        }
        let mut seen = partners.clone();
        seen.sort_unstable();
        seen.dedup();
        assert!(seen.len() > 45, "any row may be the other");
        // Beta(0.7, 0.7): mean ½, variance 1/(4·2.4).
        let mean = shares.iter().sum::<f32>() / shares.len() as f32;
        assert!((mean - 0.5).abs() < 4.5 * (1.0 / 9.6 / shares.len() as f32).sqrt(), "{mean}");
    }
}

#[test]
fn what_comes_after_mixing_changes_what_is_mixed() {
    let (_, before) = steps_of_several("augment = [mixup(0.5)]; epochs = 2;");
    let (_, after) = steps_of_several("augment = [mixup(0.5), flip(vertical = true, probability = 1)]; epochs = 2;");
    for (before, after) in before.iter().zip(&after) {
        for row in 0..before.rows {
            let flipped: Vec<f32> = before.input(0, row).rchunks(4).flatten().copied().collect();
            assert_eq!((after.input(0, row), after.input(2, row)), (&flipped[..], before.input(2, row)));
        }
        assert_eq!(before.targets, after.targets);
    }
}

/// The partner's part: of the training part alone, so that nothing of what is held back is learned from.
#[test]
fn samples_are_mixed_with_the_training_part_alone() {
    let settings = "augment = [mixup(1)]; split = (validation = 0.3, test = 0.3); epochs = 30; seed = 2;";
    let program = recording(&source("[1]", settings));
    // A sample holds the bit of its row.
    let data = dataset(program, 20, |row| vec![(1 << row) as f32]);
    let mut trainer = Trainer::new(program);
    let (_, steps) = fit(&mut trainer, &data).unwrap();
    let evaluated = EVALUATED.take();
    let held: Vec<usize> =
        evaluated.iter().filter(|seen| seen.rows == 6).flat_map(|seen| seen.targets[0].clone()).map(|row| row as usize).collect();
    let train: Vec<usize> = (0..20).filter(|row| !held.contains(row)).collect();
    assert_eq!(train.len(), 8);
    let most = train.iter().map(|row| (1 << row) as f32).fold(0.0, f32::max);
    let least = train.iter().map(|row| (1 << row) as f32).fold(f32::INFINITY, f32::min);
    let found: Vec<f32> = steps.iter().flat_map(|step| step.inputs[0].clone()).collect();
    assert!(found.iter().all(|value| (least..=most).contains(value)));
    // The mean over all partners and shares is the training part's.
    let mean = |values: &[f32]| values.iter().map(|value| f64::from(*value)).sum::<f64>() / values.len() as f64;
    let expected = mean(&train.iter().map(|row| (1 << row) as f32).collect::<Vec<_>>());
    assert!((mean(&found) / expected - 1.0).abs() < 0.15, "{} for {expected}", mean(&found));
}

/// Real steps of mixed samples: what generated code makes of what a training hands it is what the interpreter makes of it.
#[test]
fn steps_of_mixed_samples_equal_the_interpreter() {
    for (stem, text) in support::sources().into_iter().filter(|(stem, _)| stem.starts_with("mixed")) {
        steps_equal_the_interpreter(&stem, &text);
    }
}

fn steps_equal_the_interpreter(stem: &str, text: &str) {
    let program = support::program(stem, text);
    let units: Vec<_> = program.models.iter().flat_map(|model| &model.units).collect();
    let options = CompileOptions { split_from: 0, ..CompileOptions::default() };
    let compiled: Vec<Compiled<'_>> = units.iter().map(|unit| compile(unit, options)).collect();
    let models: Vec<(&Compiled<'_>, &str)> = compiled.iter().map(|compiled| (compiled, stem)).collect();
    let loaded = aot::load_all(&models, &aot::Options::default()).expect("generated code compiles");
    for (compiled, loaded) in compiled.iter().zip(loaded) {
        let name = unit_name(compiled.unit);
        let recording: &'static Program = Box::leak(Box::new(Program { step: record, ..*loaded.program }));
        REAL.set(Some(loaded.program.step));
        let (inputs, targets) = Numbers(4).batch(compiled.unit, 17);
        let data = Dataset::from_vecs(&recording.spec, inputs, targets).unwrap();
        let mut first = None;
        for threads in [1, 2, 3] {
            let mut trainer = Trainer::new(recording).with_threads(threads);
            let mut reference = Reference::<f32>::new(compiled, &trainer, None);
            let (_, steps) = fit(&mut trainer, &data).unwrap();
            if let Some(first) = &first {
                assert_eq!(steps, *first, "{name} on {threads} threads");
                continue;
            }
            let share = steps[0].targets.last().expect("there are targets");
            assert!(!name.starts_with("Mixed") || share.iter().any(|share| *share != 1.0), "{name}");
            for (draw, step) in (0..).zip(&steps) {
                let loss = reference.step((step.rows, &step.inputs, &step.targets), false, draw, trainer.seed());
                assert_eq!(step.loss.to_bits(), loss.to_bits(), "{name}, step {draw}: {} for {loss}", step.loss);
            }
            for (place, (found, expected)) in
                compiled.layout.tensors.iter().zip(support::parameters(compiled, &trainer).iter().zip(reference.predicting()))
            {
                if let Some(found) = found {
                    assert_eq!(*found, expected, "{name}: {}", place.tensor.name);
                }
            }
            first = Some(steps);
        }
    }
}
