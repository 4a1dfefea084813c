//! Datasets in memory, and how they are split.

mod common;

use std::collections::BTreeSet;

use common::{CLASSIFIER, LINEAR, SEVERAL, dataset};
use dlm_runtime::data::{Parts, split};
use dlm_runtime::ndarray::{Array1, Array2};
use dlm_runtime::{Dataset, Error, Labels, Split};

fn message<T: std::fmt::Debug>(result: Result<T, Error>) -> (&'static str, String) {
    let error = result.unwrap_err();
    (error.code(), error.to_string())
}

#[test]
fn what_does_not_fit_is_named_with_both_shapes() {
    let new = |inputs: &[&[f32]], targets: &[&[f32]]| message(Dataset::new(&LINEAR.spec, inputs, targets));
    let shape = |text: &str| ("E304", text.to_owned());
    assert_eq!(new(&[], &[&[1.0]]), shape("the model Linear takes 1 input and 1 target, found 0 and 1"));
    let ragged = "input `x` has 3 values, no whole number of rows of f32[2] (2 values each)";
    assert_eq!(new(&[&[0.0; 3]], &[&[1.0]]), shape(ragged));
    assert_eq!(new(&[&[0.0; 4]], &[&[1.0]]), shape("target `y` has 1 row, but `x` has 2"));
    assert_eq!(new(&[&[]], &[&[]]), shape("input `x` has no rows"));
    let value = |text: &str| ("E305", text.to_owned());
    let text = "row 2 of input `x`: expected a finite number, found `NaN`";
    assert_eq!(new(&[&[0.0, 1.0, 2.0, f32::NAN]], &[&[1.0, 2.0]]), value(text));
    let text = "row 1 of target `y`: expected a finite number, found `inf`";
    assert_eq!(new(&[&[0.0; 2]], &[&[f32::INFINITY]]), value(text));
    let class = |class| message(Dataset::new(&CLASSIFIER.spec, &[&[0.0; 2]], &[&[class]]));
    for (wrong, shown) in [(3.0, "3"), (-1.0, "-1"), (0.5, "0.5"), (f32::NAN, "NaN")] {
        let text = format!("row 1 of target `kind`: expected a class from 0 to 2, found `{shown}`");
        assert_eq!(class(wrong), value(&text));
    }
    let flags = message(Dataset::new(&SEVERAL.spec, &[&[0.0], &[0.0; 2]], &[&[1.0], &[0.0, 0.5], &[0.0; 2]]));
    assert_eq!(flags, value("row 1 of target `flags`: expected 0 or 1, found `0.5`"));
}

#[test]
fn arrays_have_to_have_the_samples_shape() {
    let (x, y) = (Array2::<f32>::zeros((3, 2)), Array2::<f32>::zeros((3, 1)));
    let data = Dataset::from_arrays(&LINEAR.spec, &[x.view().into_dyn()], &[y.view().into_dyn()]).unwrap();
    assert_eq!(data.rows(), 3);
    let flat = Array1::<f32>::zeros(3);
    let error = message(Dataset::from_arrays(&LINEAR.spec, &[x.view().into_dyn()], &[flat.view().into_dyn()]));
    assert_eq!(error.1, "target `y` takes an array of shape (rows, 1), found (3,)");
    let data = Dataset::from_arrays(&CLASSIFIER.spec, &[x.view().into_dyn()], &[flat.view().into_dyn()]);
    assert_eq!(data.unwrap().targets(), [[0.0; 3]]);
    // Rows of another layout are put in order.
    let columns = Array2::from_shape_vec((2, 3), vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap();
    let data = Dataset::from_arrays(&LINEAR.spec, &[columns.t().into_dyn()], &[y.view().into_dyn()]).unwrap();
    assert_eq!(data.inputs(), [[1.0, 4.0, 2.0, 5.0, 3.0, 6.0]]);
}

#[test]
fn names_have_to_be_as_many_as_classes() {
    let data = Dataset::new(&CLASSIFIER.spec, &[&[0.0; 2]], &[&[1.0]]).unwrap();
    let names = |names: &[&str]| Labels::new(vec![names.iter().map(|name| (*name).to_owned()).collect()]);
    let error = message(data.clone().with_labels(names(&["a", "b"])));
    assert_eq!(error, ("E306", "output `kind` has 3 classes, found 2 names".to_owned()));
    assert!(data.clone().with_labels(names(&[])).unwrap().labels().is_empty());
    assert_eq!(data.with_labels(names(&["a", "b", "c"])).unwrap().labels().of(0).unwrap()[2], "c");
}

fn shares(validation: f64, test: f64, stratify: bool, seed: u64) -> Split {
    Split { validation, test, stratify, seed }
}

fn all(parts: &Parts) -> Vec<usize> {
    let mut rows = [&parts.train[..], &parts.validation, &parts.test].concat();
    rows.sort_unstable();
    rows
}

#[test]
fn every_row_is_in_just_one_part() {
    for rows in [1, 2, 3, 10, 97] {
        for (validation, test) in [(0.0, 0.0), (0.1, 0.0), (0.0, 0.3), (0.25, 0.25)] {
            let Ok(parts) = split(&dataset(rows), &shares(validation, test, false, 3)) else {
                assert!(rows < 3, "{rows} rows");
                continue;
            };
            assert_eq!(all(&parts), (0..rows).collect::<Vec<_>>());
            let size = |share: f64| if share > 0.0 { ((share * rows as f64).round() as usize).max(1) } else { 0 };
            assert_eq!((parts.validation.len(), parts.test.len()), (size(validation), size(test)));
            assert!(parts.train.is_sorted() && parts.test.is_sorted());
        }
    }
}

#[test]
fn the_seed_and_the_tests_share_alone_decide_the_test_part() {
    let test = |validation, seed| split(&dataset(50), &shares(validation, 0.2, false, seed)).unwrap().test;
    assert_eq!(test(0.0, 1), test(0.0, 1));
    assert_eq!(test(0.0, 1), test(0.3, 1));
    assert_ne!(test(0.0, 1), test(0.0, 2));
    assert_ne!(test(0.0, 1), (40..50).collect::<Vec<_>>());
}

#[test]
fn a_stratified_split_keeps_the_classes_proportions() {
    // 60, 30 and 10 of a hundred.
    let kinds: Vec<f32> = (0..100).map(|row| [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 2.0][row % 10]).collect();
    let data = Dataset::new(&CLASSIFIER.spec, &[&[0.0; 200]], &[&kinds]).unwrap();
    let count = |rows: &[usize]| [0.0, 1.0, 2.0].map(|kind| rows.iter().filter(|row| kinds[**row] == kind).count());
    for seed in 0..20 {
        let parts = split(&data, &shares(0.1, 0.2, true, seed)).unwrap();
        assert_eq!(all(&parts), (0..100).collect::<Vec<_>>());
        assert_eq!((count(&parts.test), count(&parts.validation), count(&parts.train)), ([12, 6, 2], [6, 3, 1], [42, 21, 7]));
        // Remainders go to the largest: 6.6, 3.3 and 1.1 of eleven.
        assert_eq!(count(&split(&data, &shares(0.0, 0.11, true, seed)).unwrap().test), [7, 3, 1]);
    }
    let seeds: BTreeSet<Vec<usize>> = (0..20).map(|seed| split(&data, &shares(0.0, 0.2, true, seed)).unwrap().test).collect();
    assert_eq!(seeds.len(), 20, "each seed takes others");
}

#[test]
fn a_class_of_one_row_is_trained_on() {
    // 12, 7 and 1 of twenty; then 2, 1, 1, of which one goes to the test: all but the first would be gone.
    for (kinds, test, validation) in [(vec![12, 7, 1], 0.5, 0.0), (vec![12, 7, 1], 0.3, 0.4), (vec![2, 1, 1], 0.25, 0.0)] {
        let kinds: Vec<f32> = (0..3).flat_map(|kind| vec![kind as f32; kinds[kind]]).collect();
        let data = Dataset::new(&CLASSIFIER.spec, &[&vec![0.0; 2 * kinds.len()]], &[&kinds]).unwrap();
        for seed in 0..20 {
            let parts = split(&data, &shares(validation, test, true, seed)).unwrap();
            assert_eq!(parts.test.len(), (test * kinds.len() as f64).round() as usize);
            let trained: BTreeSet<usize> = parts.train.iter().map(|row| kinds[*row] as usize).collect();
            assert_eq!(trained.len(), 3, "{parts:?}");
        }
    }
    // Where nothing else is left, a last row is taken.
    let data = Dataset::new(&CLASSIFIER.spec, &[&[0.0; 6]], &[&[0.0, 1.0, 2.0]]).unwrap();
    assert_eq!(split(&data, &shares(0.0, 0.5, true, 0)).unwrap().test.len(), 2);
}

#[test]
fn a_split_that_cannot_be_is_named() {
    let error = message(split(&dataset(2), &shares(0.5, 0.5, false, 0)));
    assert_eq!(error, ("E308", "of 2 rows, 1 for validation and 1 for the test leave none for training".to_owned()));
    let error = split(&dataset(10), &shares(0.1, 0.1, true, 0)).unwrap_err();
    assert_eq!(error.to_string(), "the split cannot be stratified: the model has no class or yes-or-no output");
    assert_eq!(error.help().unwrap(), "remove `stratify = true`");
}
