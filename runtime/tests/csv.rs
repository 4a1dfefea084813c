//! CSV files: what is read, and what each fault is called.
#![cfg(feature = "files")]

mod common;

use std::fs;
use std::io::Write;
use std::path::Path;

use common::{CLASSIFIER, LINEAR, SEVERAL, random};
use dlm_runtime::data::{load, load_inputs, load_like};
use dlm_runtime::{DataSpec, Dataset, Error, FeatureNames, Labels, OutputKind, OutputSpec, Spec};

const FLOWERS: &str = "length,width,kind\n5.1,3.5,tulip\n4.9,-3e-1, rose \n\"6\",.5,violet\n";
const KIND: DataSpec = csv(&[&["kind"]], &[]);

/// The file `x.csv` with a header.
const fn csv(labels: &'static [&'static [&'static str]], features: &'static [&'static [&'static str]]) -> DataSpec {
    DataSpec::Csv { path: "x.csv", labels, features, weight: None, header: true, delimiter: ',' }
}

const fn headless(labels: &'static [&'static [&'static str]]) -> DataSpec {
    DataSpec::Csv { path: "x.csv", labels, features: &[], weight: None, header: false, delimiter: ',' }
}

/// Calls `f` with a folder that holds this `x.csv`.
fn with_file<R>(text: impl AsRef<[u8]>, f: impl FnOnce(&Path) -> R) -> R {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("x.csv"), text).unwrap();
    f(folder.path())
}

fn read(text: impl AsRef<[u8]>, data: &DataSpec, spec: &Spec) -> Result<Dataset, Error> {
    with_file(text, |folder| load(data, folder, spec))
}

/// The error's code and message without the folder, and its help.
fn error(text: impl AsRef<[u8]>, data: &DataSpec, spec: &Spec) -> (&'static str, String, Option<String>) {
    with_file(text, |folder| {
        let error = load(data, folder, spec).unwrap_err();
        let message = error.to_string();
        assert!(message.contains("x.csv"), "{message}");
        (error.code(), message.replace(&format!("{}/", folder.display()), ""), error.help())
    })
}

fn message(text: impl AsRef<[u8]>, data: &DataSpec, spec: &Spec) -> String {
    error(text, data, spec).1
}

#[test]
fn columns_that_are_no_label_are_the_input_and_classes_are_sorted() {
    let data = read(FLOWERS, &KIND, &CLASSIFIER.spec).unwrap();
    assert_eq!(data.rows(), 3);
    assert_eq!(data.inputs(), [[5.1, 3.5, 4.9, -0.3, 6.0, 0.5]]);
    assert_eq!(data.targets(), [[1.0, 0.0, 2.0]]);
    assert_eq!(data.labels().of(0).unwrap(), ["rose", "tulip", "violet"]);
}

#[test]
fn line_ends_blank_lines_a_byte_order_mark_and_gzip_make_no_difference() {
    let expected = read(FLOWERS, &KIND, &CLASSIFIER.spec).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(FLOWERS.as_bytes()).unwrap();
    for text in [
        FLOWERS.replace('\n', "\r\n").into_bytes(),
        FLOWERS.replace('\n', "\n\n").into_bytes(),
        format!("\u{feff}{}", FLOWERS.trim_end()).into_bytes(),
        gzip.finish().unwrap(),
    ] {
        let data = read(&text, &KIND, &CLASSIFIER.spec).unwrap();
        assert_eq!((data.inputs(), data.targets()), (expected.inputs(), expected.targets()));
        assert_eq!(data.labels(), expected.labels());
    }
}

#[test]
fn columns_are_chosen_by_name_or_number_in_the_order_given() {
    let text = "a;b;c\n1;2;3\n4;5;6\n";
    let data =
        DataSpec::Csv { path: "x.csv", labels: &[&["0"]], features: &[&["2", "b"]], weight: None, header: true, delimiter: ';' };
    let found = read(text, &data, &LINEAR.spec).unwrap();
    assert_eq!((found.inputs(), found.targets()), (&[vec![3.0, 2.0, 6.0, 5.0]][..], &[vec![1.0, 4.0]][..]));
    let found = read("1,2,3\n4,5,6\n", &headless(&[&["1"]]), &LINEAR.spec).unwrap();
    assert_eq!((found.inputs(), found.targets()), (&[vec![1.0, 3.0, 4.0, 6.0]][..], &[vec![2.0, 5.0]][..]));
    // A name goes before a number.
    let found = read("1,2,0\n4,5,6\n", &csv(&[&["0"]], &[]), &LINEAR.spec).unwrap();
    assert_eq!(found.targets(), [[6.0]]);
}

#[test]
fn several_inputs_and_outputs_take_their_columns() {
    let text = "yes,f0,f1,c0,c1,a,b0,b1\nno,0,1,0.5,2,7,8,9\nyes,1,0,-1,0,4,5,6\n";
    let labels: &[&[&str]] = &[&["yes"], &["f0", "f1"], &["c0", "c1"]];
    let rest = read(text, &csv(labels, &[]), &SEVERAL.spec).unwrap();
    assert_eq!(rest.inputs(), [vec![7.0, 4.0], vec![8.0, 9.0, 5.0, 6.0]]);
    assert_eq!(rest.targets(), [vec![0.0, 1.0], vec![0.0, 1.0, 1.0, 0.0], vec![0.5, 2.0, -1.0, 0.0]]);
    assert_eq!((rest.labels().of(0).unwrap().join(" "), rest.labels().of(1)), ("no yes".to_owned(), None));
    let named = read(text, &csv(labels, &[&["b0"], &["a", "b1"]]), &SEVERAL.spec).unwrap();
    assert_eq!(named.inputs(), [vec![8.0, 5.0], vec![7.0, 9.0, 4.0, 6.0]]);
    let wrong = text.replace("1,0,-1", "1,2,-1");
    assert_eq!(message(wrong, &csv(labels, &[]), &SEVERAL.spec), "x.csv: line 3, column `f1`: expected 0 or 1, found `2`");
}

#[test]
fn wrong_cells_are_named_with_line_column_and_text() {
    let cell = |cell: &str| error(FLOWERS.replace("-3e-1", cell), &KIND, &CLASSIFIER.spec);
    let expected = |expected: &str, found: &str| format!("x.csv: line 3, column `width`: expected {expected}, found {found}");
    assert_eq!(cell("?"), ("E305", expected("a number", "`?`"), None));
    let (code, message, help) = cell(" ");
    assert_eq!((code, message), ("E305", expected("a number", "nothing")));
    assert_eq!(help.unwrap(), "fill it in, or remove the row");
    assert_eq!(cell("nan").1, expected("a finite number", "`nan`"));
    assert_eq!(cell("1e99").1, expected("a finite number", "`1e99`"));
    let (_, message, help) = cell("\"0,3\"");
    assert_eq!((message, help.unwrap()), (expected("a number", "`0,3`"), "decimals are written with a point".to_owned()));
    let missing = FLOWERS.replace(" rose ", "");
    assert_eq!(self::message(missing, &KIND, &CLASSIFIER.spec), "x.csv: line 3, column `kind`: expected a class, found nothing");
    // Empty lines count.
    let blank = FLOWERS.replace("4.9,-3e-1", "\r\n\n4.9,x");
    let found = self::message(blank, &KIND, &CLASSIFIER.spec);
    assert_eq!(found, "x.csv: line 5, column `width`: expected a number, found `x`");
    let (_, message, help) = error("a,b,c\n1,2,3\n", &headless(&[&["2"]]), &LINEAR.spec);
    assert_eq!(message, "x.csv: line 1, column 0 (from 0): expected a number, found `a`");
    assert_eq!(help.unwrap(), "if the first line names the columns, write `header = true`");
}

#[test]
fn columns_that_are_not_there_are_named_with_what_is_similar() {
    let (code, message, help) = error(FLOWERS, &csv(&[&["knid"]], &[]), &CLASSIFIER.spec);
    assert_eq!((code, message.as_str()), ("E303", "x.csv: there is no column `knid`"));
    assert_eq!(help.unwrap(), "did you mean `kind`?");
    let (_, _, help) = error(FLOWERS, &csv(&[&["species"]], &[]), &CLASSIFIER.spec);
    assert_eq!(help.unwrap(), "the columns are `length`, `width`, `kind`");
    let (_, message, help) = error(FLOWERS, &headless(&[&["3"]]), &CLASSIFIER.spec);
    assert_eq!((message.as_str(), help.unwrap()), ("x.csv: there is no column `3`", "the columns are `0`, `1`, `2`".to_owned()));
    let twice = "a,b,a\n1,2,3\n";
    let expected = "x.csv:1: several columns are named `a`; say which by its number, from 0";
    assert_eq!(self::message(twice, &csv(&[&["a"]], &[]), &LINEAR.spec), expected);
    assert_eq!(read(twice, &csv(&[&["2"]], &[]), &LINEAR.spec).unwrap().targets(), [[3.0]]);
}

#[test]
fn what_is_no_table_is_refused() {
    let refused = |text: &[u8]| error(text, &KIND, &CLASSIFIER.spec);
    assert_eq!(refused(b"").1, "x.csv: the file is empty");
    assert_eq!(refused(b"\n\n").1, "x.csv: the file is empty");
    assert_eq!(refused(b"length,width,kind\n").1, "x.csv: there are no rows below the header");
    let (code, message, _) = refused(FLOWERS.replace("4.9,", "").as_bytes());
    assert_eq!((code, message.as_str()), ("E302", "x.csv:3: expected 3 columns as in the first line, found 2"));
    let open = FLOWERS.replace("4.9", "\"4.9");
    let swallowed = "x.csv: line 3, column `length`: expected a number, found `4.9,-3e-1, rose \\n6\"`";
    assert_eq!(refused(open.as_bytes()).1, swallowed);
    let to_the_end = refused(open.replace("\"6\"", "6").as_bytes()).1;
    assert_eq!(to_the_end, "x.csv:3: expected 3 columns as in the first line, found 1");
    let latin = [b"length,width,kind\n1,2,ros\xe9e\n".as_slice(), FLOWERS.as_bytes()].concat();
    assert_eq!(refused(&latin).1, "x.csv:2: expected text in UTF-8, but byte 25 of the file is none of it");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(FLOWERS.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    assert!(refused(&gzip[..gzip.len() - 9]).1.starts_with("x.csv: is no whole gzip file: "));
    let wide = DataSpec::Csv { path: "x.csv", labels: &[&["kind"]], features: &[], weight: None, header: true, delimiter: '→' };
    assert_eq!(message_of(&wide), "x.csv: columns cannot be separated by '→': it is no ASCII character");
    let absent = DataSpec::Csv { path: "y.csv", labels: &[], features: &[], weight: None, header: true, delimiter: ',' };
    let absent = with_file("", |folder| load(&absent, folder, &LINEAR.spec).unwrap_err());
    assert!(absent.code() == "E301" && absent.to_string().contains("y.csv"), "{absent}");
    assert_eq!(absent.help().unwrap(), "a path in a `.dlm` file is relative to that file, any other to the working folder");
}

fn message_of(data: &DataSpec) -> String {
    message(FLOWERS, data, &CLASSIFIER.spec)
}

#[test]
fn columns_have_to_fit_the_models_shapes() {
    let (code, message, help) = error(FLOWERS.replace(",width", ",width,more"), &KIND, &CLASSIFIER.spec);
    assert_eq!((code, message.as_str()), ("E304", "x.csv: the file has 3 columns beside its labels, input `x` takes 2 (f32[2])"));
    assert!(help.unwrap().contains("features"));
    let named = csv(&[&["kind"]], &[&["width"]]);
    assert_eq!(message_of(&named), "x.csv: the recipe names 1 column for input `x`, which is f32[2]");
    let named = csv(&[&["kind"]], &[&["width", "length"], &["width"]]);
    assert_eq!(message_of(&named), "x.csv: the recipe names the columns of 2 inputs, input `x` takes 2 (f32[2])");
    let labels = csv(&[&["kind", "width"]], &[]);
    assert_eq!(message_of(&labels), "x.csv: output `kind` takes 1 label column, found 2");
    let labels = csv(&[&["kind"], &["width"]], &[]);
    let error = read(FLOWERS, &labels, &CLASSIFIER.spec).unwrap_err();
    let expected = "the recipe's `data` names the label columns of 2 outputs, the model Classify has 1 output";
    assert_eq!((error.code(), error.to_string().as_str()), ("E304", expected));
}

#[test]
fn classes_have_to_be_as_many_as_the_models() {
    let (code, message, help) = error(FLOWERS.replace("violet", "rose"), &KIND, &CLASSIFIER.spec);
    let expected = "x.csv: column `kind` holds 2 classes (`rose`, `tulip`), but output `kind` is class[3]";
    assert_eq!((code, message.as_str(), help.unwrap().as_str()), ("E306", expected, "write `output kind: class[2]`"));
}

#[test]
fn known_classes_keep_their_numbers() {
    let text = "a,b,kind\n1,2,tulip\n3,4,tulip\n";
    let known = Labels::new(vec![["tulip", "violet", "rose"].map(str::to_owned).to_vec()]);
    let like = |folder: &Path| load_like(&KIND, folder, &CLASSIFIER.spec, &known, &FeatureNames::default());
    let data = with_file(text, like).unwrap();
    assert_eq!((data.targets(), data.labels()), (&[vec![0.0, 0.0]][..], &known));
    let error = with_file(FLOWERS.replace("rose", "lily"), like).unwrap_err();
    let expected = "line 3, column `kind`: expected one of the classes `tulip`, `violet`, `rose`, found `lily`";
    assert!(error.to_string().ends_with(expected) && error.code() == "E305", "{error}");
}

#[test]
fn inputs_are_read_with_labels_or_without() {
    let unknown = FeatureNames::default();
    let inputs = |text: &str, data: &DataSpec| with_file(text, |folder| load_inputs(data, folder, &CLASSIFIER.spec, &unknown));
    let expected = [vec![5.1, 3.5, 4.9, -0.3]];
    assert_eq!(inputs("length,width,kind\n5.1,3.5,\n4.9,-0.3,?\n", &KIND).unwrap(), expected);
    assert_eq!(inputs("length,width\n5.1,3.5\n4.9,-0.3\n", &KIND).unwrap(), expected);
    assert_eq!(inputs("kind,length,width\n?,5.1,3.5\n?,4.9,-0.3\n", &headless(&[&["0"]])).unwrap_err().code(), "E305");
    assert_eq!(inputs("?,5.1,3.5\n?,4.9,-0.3\n", &headless(&[&["0"]])).unwrap(), expected);
    assert_eq!(inputs("5.1,3.5\n4.9,-0.3\n", &headless(&[&["0"]])).unwrap(), expected);
    // A file that lacks a feature but has the label is not mistaken for one without labels.
    let error = inputs("length,kind\n5.1,1\n", &KIND).unwrap_err();
    assert!(error.to_string().ends_with("the file has 1 column beside its labels, input `x` takes 2 (f32[2])"), "{error}");
    assert_eq!(inputs("length,width\n5.1,x\n", &KIND).unwrap_err().code(), "E305");
    assert_eq!(inputs("length,width\n", &KIND).unwrap_err().code(), "E302");
}

#[test]
fn the_names_of_features_are_kept_where_each_names_one_column() {
    let names = |text: &str, data: &DataSpec| read(text, data, &CLASSIFIER.spec).unwrap().features().of(0).map(<[_]>::to_vec);
    assert_eq!(names(FLOWERS, &KIND).unwrap(), ["length", "width"]);
    assert_eq!(names(FLOWERS, &csv(&[&["kind"]], &[&["width", "0"]])).unwrap(), ["width", "length"]);
    assert_eq!(names("a,,kind\n1,2,x\n1,2,y\n1,2,z\n", &KIND), None);
    assert_eq!(names("a,a,kind\n1,2,x\n1,2,y\n1,2,z\n", &KIND), None);
    assert_eq!(names("1,2,x\n1,2,y\n1,2,z\n", &headless(&[&["2"]])), None);
}

#[test]
fn known_features_are_found_by_name_in_any_order() {
    let known = FeatureNames::new(vec![["length", "width"].map(str::to_owned).to_vec()]);
    let inputs = |text: &str, data: &DataSpec| {
        with_file(text, |folder| {
            load_inputs(data, folder, &CLASSIFIER.spec, &known).map_err(|error| {
                let message = error.to_string().replace(&format!("{}/", folder.display()), "");
                (error.code(), message, error.help())
            })
        })
    };
    let expected = Ok(vec![vec![5.1, 3.5, 4.9, -0.3]]);
    assert_eq!(inputs("length,width\n5.1,3.5\n4.9,-0.3\n", &KIND), expected);
    assert_eq!(inputs("width,length\n3.5,5.1\n-0.3,4.9\n", &KIND), expected);
    assert_eq!(inputs("id,width,kind,length\na7,3.5,?,5.1\na8,-0.3,?,4.9\n", &KIND), expected);
    // What the recipe says comes first, and a file without names is read in its order.
    assert_eq!(inputs("width,length\n5.1,3.5\n4.9,-0.3\n", &csv(&[&["kind"]], &[&["width", "length"]])), expected);
    assert_eq!(inputs("5.1,3.5\n4.9,-0.3\n", &headless(&[&["2"]])), expected);

    let wrong = |text: &str| inputs(text, &KIND).unwrap_err();
    let similar = Some("did you mean `lenght`?".to_owned());
    let message = "x.csv: there is no column `length`, on which the model was trained".to_owned();
    assert_eq!(wrong("width,lenght\n3.5,5.1\n"), ("E303", message, similar));
    let (code, message, help) = wrong("a,b\n3.5,5.1\n");
    assert_eq!(message, "x.csv: there is no column `length`, `width`, on which the model was trained");
    assert_eq!((code, help.unwrap()), ("E303", "the columns are `a`, `b`; choose among them by `features = […]`".to_owned()));
    // A column that is found is never offered for another.
    assert!(!wrong("width,with\n1,2\n").2.unwrap().contains("mean"));
    let (code, message, _) = wrong("length,width,width\n1,2,3\n");
    assert!(code == "E302" && message.contains("several columns are named `width`"), "{message}");
    // A number is no name.
    let numbers = FeatureNames::new(vec![["0", "1"].map(str::to_owned).to_vec()]);
    let error = with_file("a,b\n1,2\n", |folder| load_inputs(&KIND, folder, &CLASSIFIER.spec, &numbers)).unwrap_err();
    assert_eq!(error.code(), "E303");
}

#[test]
fn numbers_are_targets_as_they_are() {
    let text = "a,b,y0,y1\n1,2,-0.5,1e3\n";
    let outputs: &[OutputSpec] = &[OutputSpec { name: "y", kind: OutputKind::Values(&[2]), loss: "mse", ..OutputSpec::EMPTY }];
    let spec = Spec { outputs, ..LINEAR.spec };
    let data = read(text, &csv(&[&["y0", "y1"]], &[]), &spec).unwrap();
    assert_eq!((data.targets(), data.labels().is_empty()), (&[vec![-0.5, 1000.0]][..], true));
}

#[test]
fn no_change_of_a_file_panics() {
    let mut random = random(11);
    let specs = [(&KIND, &CLASSIFIER.spec), (&headless(&[&["2"]]), &LINEAR.spec)];
    let (mut read_whole, mut refused) = (0, 0);
    for turn in 0..1500 {
        let mut bytes = FLOWERS.as_bytes().to_vec();
        for _ in 0..=random(4) {
            // Never shorter than a byte, so that there is always one to change.
            let at = random(bytes.len());
            match random(if bytes.len() > 1 { 4 } else { 2 }) {
                0 => bytes[at] = random(256) as u8,
                1 => bytes[at] = b",\n\"\r 0x\xff"[random(8)],
                2 => drop(bytes.remove(at)),
                _ => bytes.truncate(at + 1),
            }
        }
        let (data, spec) = specs[turn % 2];
        with_file(&bytes, |folder| {
            match load(data, folder, spec) {
                Ok(data) => {
                    read_whole += 1;
                    assert!(data.rows() > 0);
                }
                Err(error) => {
                    refused += 1;
                    assert!(error.to_string().contains("x.csv"), "{error}");
                }
            }
            let _ = load_inputs(data, folder, spec, &FeatureNames::new(vec![vec!["width".to_owned(), "length".to_owned()]]));
        });
    }
    assert!(read_whole > 50 && refused > 500, "{read_whole} {refused}");
}
