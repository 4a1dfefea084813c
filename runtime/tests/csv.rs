//! CSV files: what is read, and what each fault is called.
#![cfg(feature = "files")]

mod common;

use std::fs;
use std::io::Write;
use std::path::Path;

use common::{CLASSIFIER, LINEAR, SEVERAL, random};
use dlm_runtime::data::{load, load_inputs, load_like};
use dlm_runtime::{
    DataSpec, Dataset, Error, FeatureNames, InputSpec, Labels, Normalize, OutputKind, OutputSpec, RecipeSpec, Spec,
};

const FLOWERS: &str = "length,width,kind\n5.1,3.5,tulip\n4.9,-3e-1, rose \n\"6\",.5,violet\n";
const KIND: DataSpec = csv(&[&["kind"]], &[]);

/// The file `x.csv` with a header.
const fn csv(labels: &'static [&'static [&'static str]], features: &'static [&'static [&'static str]]) -> DataSpec {
    DataSpec::Csv { path: "x.csv", labels, features, weight: None, header: None, delimiter: ',' }
}

/// With a first line that is said to name the columns.
const fn headed(labels: &'static [&'static [&'static str]]) -> DataSpec {
    DataSpec::Csv { path: "x.csv", labels, features: &[], weight: None, header: Some(true), delimiter: ',' }
}

const fn headless(labels: &'static [&'static [&'static str]]) -> DataSpec {
    DataSpec::Csv { path: "x.csv", labels, features: &[], weight: None, header: Some(false), delimiter: ',' }
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
        DataSpec::Csv { path: "x.csv", labels: &[&["0"]], features: &[&["2", "b"]], weight: None, header: None, delimiter: ';' };
    let found = read(text, &data, &LINEAR.spec).unwrap();
    assert_eq!((found.inputs(), found.targets()), (&[vec![3.0, 2.0, 6.0, 5.0]][..], &[vec![1.0, 4.0]][..]));
    let found = read("1,2,3\n4,5,6\n", &headless(&[&["1"]]), &LINEAR.spec).unwrap();
    assert_eq!((found.inputs(), found.targets()), (&[vec![1.0, 3.0, 4.0, 6.0]][..], &[vec![2.0, 5.0]][..]));
    // A name goes before a number.
    let found = read("1,2,0\n4,5,6\n", &headed(&[&["0"]]), &LINEAR.spec).unwrap();
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
    assert_eq!(
        message(wrong, &csv(labels, &[]), &SEVERAL.spec),
        "x.csv: line 3, column `f1`: expected 0 or 1, or yes or no, found `2`"
    );
}

#[test]
fn wrong_cells_are_named_with_line_column_and_text() {
    let cell = |cell: &str| error(FLOWERS.replace("-3e-1", cell), &KIND, &CLASSIFIER.spec);
    let expected = |expected: &str, found: &str| format!("x.csv: line 3, column `width`: expected {expected}, found {found}");
    assert_eq!(cell("?!"), ("E305", expected("a number", "`?!`"), None));
    let (code, message, help) = cell(" ");
    assert_eq!((code, message), ("E305", expected("a number", "nothing")));
    assert_eq!(help.unwrap(), "fill it in, or remove the row");
    assert_eq!(cell("nan"), ("E305", expected("a number", "`nan`"), Some("fill it in, or remove the row".to_owned())));
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
    let expected = "x.csv:1: several columns are named `a`: 0 and 2 (from 0)";
    assert_eq!(self::message(twice, &csv(&[&["a"]], &[]), &LINEAR.spec), expected);
    assert_eq!(read(twice, &csv(&[&["2"]], &[&["0", "1"]]), &LINEAR.spec).unwrap().targets(), [[3.0]]);
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
    let swallowed = "x.csv:4: text stands behind the quotes around `4.9,-3e-1, rose`, which begins at line 3";
    assert_eq!(refused(open.as_bytes()).1, swallowed);
    let (_, message, help) = refused(open.replace("\"6\"", "6").as_bytes());
    assert_eq!(message, "x.csv:3: the quote before `4.9,-3e-1, rose` is never closed");
    assert!(help.unwrap().contains("written twice"));
    let latin = [b"length,width,kind\n1,2,ros\xe9e\n".as_slice(), FLOWERS.as_bytes()].concat();
    assert_eq!(refused(&latin).1, "x.csv:2: expected text in UTF-8, found the byte 0xe9");
    let wide = [b"\xff\xfe".as_slice(), &FLOWERS.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat();
    assert_eq!(refused(&wide).1, "x.csv: the file is text in UTF-16");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(FLOWERS.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    assert!(refused(&gzip[..gzip.len() - 9]).1.starts_with("x.csv: is no whole gzip file: "));
    let wide = DataSpec::Csv { path: "x.csv", labels: &[&["kind"]], features: &[], weight: None, header: None, delimiter: '→' };
    assert_eq!(message_of(&wide), "x.csv: columns cannot be separated by '→': it is no ASCII character");
    let absent = DataSpec::Csv { path: "y.csv", labels: &[], features: &[], weight: None, header: None, delimiter: ',' };
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
    // Of no rows there is nothing to predict, and nothing wrong.
    assert_eq!(inputs("length,width\n", &KIND).unwrap(), [[0.0; 0]]);
    assert_eq!(inputs("", &KIND).unwrap_err().code(), "E302");
}

#[test]
fn the_names_of_features_are_kept_where_each_names_one_column() {
    let names = |text: &str, data: &DataSpec| read(text, data, &CLASSIFIER.spec).unwrap().features().of(0).map(<[_]>::to_vec);
    assert_eq!(names(FLOWERS, &KIND).unwrap(), ["length", "width"]);
    assert_eq!(names(FLOWERS, &csv(&[&["kind"]], &[&["width", "0"]])).unwrap(), ["width", "length"]);
    assert_eq!(names("a,,kind\n1,2,x\n1,2,y\n1,2,z\n", &KIND), None);
    assert_eq!(names("a,a,kind\n1,2,x\n1,2,y\n1,2,z\n", &csv(&[&["kind"]], &[&["0", "1"]])), None);
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
fn features_of_one_name_are_told_apart_or_refused() {
    let inputs: &[InputSpec] = &[InputSpec { name: "x", shape: &[3], shift: 3, scale: 6 }];
    let (spec, y) = (Spec { inputs, ..LINEAR.spec }, csv(&[&["y"]], &[]));
    let text = "a,b,a,y\n1,2,3,4\n5,6,7,8\n";
    let (code, found, help) = error(text, &y, &spec);
    assert_eq!((code, found.as_str()), ("E302", "x.csv:1: several columns are named `a`: 0 and 2 (from 0)"));
    let expected = "rename them, or say by its number which is meant: `label = \"0\"`, `features = [\"0\", …]`";
    assert_eq!(help.unwrap(), expected);
    assert!(message(text.replace('b', "a"), &y, &spec).ends_with("`a`: 0, 1 and 2 (from 0)"));
    // Nor is one to be named as a label is that goes by its number: the weights would not know its name.
    assert!(message("a,b,c,a\n1,2,3,4\n", &csv(&[&["3"]], &[]), &spec).ends_with("`a`: 0 and 3 (from 0)"));
    // What weights that know no names are given goes by its place, whatever it is called.
    let known = FeatureNames::default().with_bases(vec![vec![0.0; 3]]);
    let inputs = with_file(text, |folder| load_inputs(&y, folder, &spec, &known)).unwrap();
    assert_eq!(inputs, [[1.0, 2.0, 3.0, 5.0, 6.0, 7.0]]);
    let like = with_file(text, |folder| load_like(&y, folder, &spec, &Labels::default(), &known)).unwrap();
    assert_eq!(like.inputs(), inputs);
    // Who leaves them out, or says which by number, has told them apart; columns without a name are none of one.
    let features = csv(&[&["y"]], &[&["b", "a"]]);
    assert_eq!(read("d,a,d,b,y\n0,1,0,2,4\n", &features, &LINEAR.spec).unwrap().inputs(), [[2.0, 1.0]]);
    let numbers = csv(&[&["y"]], &[&["0", "1", "2"]]);
    assert_eq!(read(text, &numbers, &spec).unwrap().inputs()[0][..3], [1.0, 2.0, 3.0]);
    assert_eq!(read(",b,,y\n1,2,3,4\n", &y, &spec).unwrap().inputs(), [[1.0, 2.0, 3.0]]);
    // Nor does advice name one of several by what they share.
    let advice = error(text.replace("2,", "x,"), &y, &LINEAR.spec).2.unwrap();
    assert!(advice.contains("`features = [\"0\", \"2\"]`"), "{advice}");
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
    let known = FeatureNames::new(vec![vec!["width".to_owned(), "length".to_owned()]]);
    let standard = normalized(Normalize::Standard);
    let semicolons =
        DataSpec::Csv { path: "x.csv", labels: &[&["2"]], features: &[], weight: None, header: Some(true), delimiter: ';' };
    let times = "length,width,kind\n1700000000,1,0\n1700000060.5,2,1\n16777217,-3e2,2\n\n";
    let (rows, with_semicolons) = (times.split_once('\n').unwrap().1, times.replace(',', ";"));
    let cases = [
        (&KIND, &CLASSIFIER.spec, FLOWERS),
        (&headless(&[&["2"]]), &LINEAR.spec, rows),
        (&KIND, &standard, times),
        (&semicolons, &standard, &with_semicolons),
    ];
    let (mut read_whole, mut refused) = (0, 0);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.csv");
    for turn in 0..6000 {
        let (data, spec, text) = cases[turn % cases.len()];
        let mut bytes = text.as_bytes().to_vec();
        for _ in 0..=random(4) {
            // Never shorter than a byte, so that there is always one to change.
            let at = random(bytes.len());
            match random(if bytes.len() > 1 { 5 } else { 2 }) {
                0 => bytes[at] = random(256) as u8,
                1 => bytes[at] = b",\n\"\r 0;1e-.\xff"[random(12)],
                2 => drop(bytes.remove(at)),
                3 => bytes.truncate(at + 1),
                _ => {
                    // A stretch of it once more.
                    let stretch: Vec<u8> = bytes[at..].iter().copied().take(random(40)).collect();
                    bytes.splice(at..at, stretch);
                }
            }
        }
        // A file that is written over may be written to the disk first.
        let _ = fs::remove_file(&path);
        fs::write(&path, &bytes).unwrap();
        match load(data, folder.path(), spec) {
            Ok(data) => {
                read_whole += 1;
                assert!(data.rows() > 0);
            }
            Err(error) => {
                refused += 1;
                assert!(error.to_string().contains("x.csv"), "{error}");
                let _ = error.help();
            }
        }
        let _ = load_inputs(data, folder.path(), spec, &known);
    }
    assert!(read_whole > 500 && refused > 2000, "{read_whole} {refused}");
}

/// Four columns beside the label, as a table of people has them.
const PEOPLE: &str = "\
id,name,age,fare,survived
1,\"Braund, Mr. Owen\",22,7.25,no
2,Florence,38,71.2833,yes
3,Laina,,7.925,yes
4,Lily,NA,53.1,yes
";

#[test]
fn columns_that_do_not_fit_are_all_told_of_with_what_is_wrong_with_each() {
    let survived = csv(&[&["survived"]], &[]);
    let spec = binary(LINEAR.spec);
    let (code, message, help) = error(PEOPLE, &survived, &spec);
    let expected = "\
x.csv: the file has 4 columns beside its labels, input `x` takes 2 (f32[2])
  column `name` holds text, such as `Braund, Mr. Owen`, `Florence`, `Laina`: leave it out, or write numbers for it
  column `age` holds nothing in 2 of 4 rows, first in line 4: fill it in, or remove the rows
  column `id` counts the rows: a network learns nothing from it";
    assert_eq!((code, message.as_str()), ("E304", expected));
    let choose = "numbers in all rows hold `features = [\"fare\"]`; change the input's shape, or choose among them";
    assert_eq!(help.unwrap(), choose);
    // As many columns as the model takes, and three of them wrong.
    let text = "a,b,y\n1,2,3\nx,NA,1\n2,\"1,234\",\n";
    let (code, message, help) = error(text, &csv(&[&["y"]], &[]), &LINEAR.spec);
    let expected = "\
x.csv: 3 columns hold what they cannot:
  column `a`: expected a number, found `x` in line 3
  column `b`: expected a number, found `NA` and `1,234` in 2 of 3 rows, first in line 3; fill it in, or remove the row; \
write 1234 or 1.234, whichever it is: decimals are written with a point, thousands without a separator
  column `y` holds nothing in line 4: fill it in, or remove the row";
    assert_eq!((code, message.as_str(), help), ("E305", expected, None));
    // One column, in several rows.
    let (code, message, help) = error("a,b,y\n1,,3\n1,,3\n1,2,3\n", &csv(&[&["y"]], &[]), &LINEAR.spec);
    let expected = "\
x.csv: 1 column holds what it cannot:
  column `b` holds nothing in 2 of 3 rows, first in line 2: fill it in, or remove the rows";
    assert_eq!((code, message.as_str(), help), ("E305", expected, None));
}

#[test]
fn a_column_without_numbers_is_advised_by_what_it_is() {
    let weighted =
        DataSpec::Csv { path: "x.csv", labels: &[&["y"]], features: &[], weight: Some("w"), header: None, delimiter: ',' };
    let spec = Spec { weighted: true, ..LINEAR.spec };
    // A table of ones, whose column of this name holds these.
    let line = |name: &str, cells: [&str; 3]| {
        let at = ["a", "b", "y", "w"].iter().position(|column| *column == name).unwrap();
        let mut text = "a;b;y;w\n".to_owned();
        for cell in cells {
            let row: Vec<&str> = (0..4).map(|column| if column == at { cell } else { "1" }).collect();
            text += &(row.join(";") + "\n");
        }
        let DataSpec::Csv { path, labels, features, weight, header, .. } = weighted else { unreachable!() };
        let (code, message, help) = error(text, &DataSpec::Csv { path, labels, features, weight, header, delimiter: ';' }, &spec);
        assert_eq!((code, help), ("E305", None));
        let (first, line) = message.split_once("\n  ").unwrap();
        assert_eq!(first, "x.csv: 1 column holds what it cannot:");
        line.strip_prefix(&format!("column `{name}`")).unwrap().to_owned()
    };
    // Numbers that are written otherwise are numbers, be it in all rows, and in features and targets alike.
    for name in ["b", "y", "w"] {
        for (cells, advice) in [
            (
                ["215,392", "1,100", "999,001"],
                "write 215392 or 215.392, whichever it is: decimals are written with a point, thousands without a separator",
            ),
            (["5,1", "4,95", "6,0"], "decimals are written with a point"),
            (["$183", "$20", "$7"], "write the number alone: 183"),
            (["10%", "20%", "5 %"], "write the number alone: 10"),
            (["yes", "no", "no"], "write 1 for yes and 0 for no"),
        ] {
            let found = format!(": expected a number, found `{}` in 3 of 3 rows, first in line 2; {advice}", cells[0]);
            assert_eq!(line(name, cells), found);
        }
        let late = ": expected a number, found nothing and `$20` in 3 of 3 rows, first in line 2; fill it in, or remove the row; \
                    write the number alone: 20";
        assert_eq!(line(name, ["", "$20", "$7"]), late);
        assert_eq!(line(name, ["1", "", "NA"]), " holds nothing in 2 of 3 rows, first in line 3: fill it in, or remove the rows");
    }
    // Texts are none, and only a feature can be left out. What is missing first is no text.
    for (name, advice) in [
        ("b", "leave it out, or write numbers for it"),
        ("y", "write numbers for it, or make the output one of classes, `class[…]` or `binary`"),
        ("w", "samples' weights are numbers from 0"),
    ] {
        assert_eq!(line(name, ["male", "female", "male"]), format!(" holds text, such as `male`, `female`: {advice}"));
        assert_eq!(line(name, ["", "F", "M"]), format!(" holds text, such as `F`, `M`: {advice}"));
    }
    assert_eq!(line("b", [""; 3]), " is empty: leave it out");
    assert_eq!(line("y", [""; 3]), " is empty: fill it in, or name another");
}

/// A spec whose output is yes or no.
fn binary(spec: Spec) -> Spec {
    let output = OutputSpec { kind: OutputKind::Binary, loss: "binary_cross_entropy", ..spec.outputs[0] };
    Spec { outputs: Box::leak(Box::new([output])), ..spec }
}

#[test]
fn another_delimiter_is_seen() {
    let help = |text: &str, data: &DataSpec| error(text, data, &CLASSIFIER.spec).2;
    let mean = |delimiter: &str| Some(format!("did you mean `delimiter = {delimiter}`?"));
    let semicolons = FLOWERS.replace(',', ";");
    assert_eq!(help(&semicolons, &KIND), mean("\";\""));
    assert_eq!(help(&FLOWERS.replace(',', "\t"), &KIND), mean("\"\\t\""));
    assert_eq!(help(&semicolons, &headless(&[&["2"]])), mean("\";\""));
    assert_eq!(help(&semicolons.replace("5.1;3.5", "5,1;3,5"), &headless(&[&["0"]])), mean("\";\""));
    assert_eq!(help(FLOWERS, &csv(&[&["sort"]], &[])).unwrap(), "the columns are `length`, `width`, `kind`");
    let spread = with_file("length;width\n1;2\n", |folder| {
        load_inputs(&KIND, folder, &CLASSIFIER.spec, &FeatureNames::default()).unwrap_err()
    });
    assert_eq!(spread.help(), mean("\";\""));
}

#[test]
fn a_first_line_that_may_be_a_row_is_asked_about() {
    let (code, message, help) = error("1,2,3\n4,5,6\n", &csv(&[&["2"]], &[]), &LINEAR.spec);
    let expected = "x.csv:1: the first line has the number `1`: it may name the columns, or be a row already";
    assert_eq!((code, message.as_str()), ("E302", expected));
    assert!(help.unwrap().starts_with("say which: `header = true` in `csv(…)`, or `false`"));
    // A row of a class's name, too, as the oldest files have them.
    let rows = "5.1,3.5,setosa\n4.9,3.0,virginica\n6.3,3.3,versicolor\n";
    assert_eq!(error(rows, &csv(&[&["2"]], &[]), &CLASSIFIER.spec).0, "E302");
    assert_eq!(read(rows, &headless(&[&["2"]]), &CLASSIFIER.spec).unwrap().rows(), 3);
    let asked = error(rows, &csv(&[&["species"]], &[]), &CLASSIFIER.spec);
    assert!(asked.0 == "E302" && asked.1.contains("the number `5.1` and no `species`"), "{asked:?}");
    // Numbers are names where one of them is asked for, where it is said, and where the weights have them.
    assert_eq!(read("400,410,y\n1,2,3\n", &csv(&[&["y"]], &[]), &LINEAR.spec).unwrap().inputs(), [[1.0, 2.0]]);
    assert_eq!(read("0,1,2\n1,2,3\n", &headed(&[&["2"]]), &LINEAR.spec).unwrap().inputs(), [[1.0, 2.0]]);
    let inputs = |text: &str, known: &[&str]| {
        let known = FeatureNames::new(vec![known.iter().map(|name| (*name).to_owned()).collect()]);
        with_file(text, |folder| load_inputs(&csv(&[&["y"]], &[]), folder, &LINEAR.spec, &known)).map_err(|error| error.code())
    };
    assert_eq!(inputs("410,400\n1,2\n", &["400", "410"]), Ok(vec![vec![2.0, 1.0]]));
    // What is predicted from is asked about likewise: of three rows there are three, or it is an error.
    for known in [&[][..], &["length", "width"]] {
        assert_eq!(inputs("1,2\n3,4\n5,6\n", known), Err("E302"), "{known:?}");
    }
    assert_eq!(inputs("width,length\n1,2\n", &["length", "width"]), Ok(vec![vec![2.0, 1.0]]));
    assert_eq!(inputs("length,2\n1,2\n", &["length", "width"]), Err("E303"));
    assert_eq!(inputs("a,b\n1,2\n", &[]), Ok(vec![vec![1.0, 2.0]]));
}

#[test]
fn rows_are_never_lost_without_a_word() {
    let note = csv(&[&["b"]], &[&["a", "b"]]);
    let values =
        DataSpec::Csv { path: "x.csv", labels: &[&["y"]], features: &[&["a", "b"]], weight: None, header: None, delimiter: ',' };
    let inputs = |text: &str| {
        with_file(text, |folder| load_inputs(&note, folder, &LINEAR.spec, &FeatureNames::default()))
            .map_err(|error| error.to_string().split_once("x.csv").unwrap().1.to_owned())
    };
    let open = "a,b,note\n1,2,\"5 inch\n3,4,ok\n5,6,ok\n";
    assert_eq!(inputs(open).unwrap_err(), ":2: the quote before `5 inch` is never closed");
    let training = message(open.replace("note", "y"), &values, &LINEAR.spec);
    assert_eq!(training, "x.csv:2: the quote before `5 inch` is never closed");
    // The quote of another row closes it.
    let closed = "a,b,note\n1,2,\"5 inch\n3,4,ok\n5,6,8\"\n7,8,ok\n";
    let swallowed = ":2: the quoted cell of column `note` has several lines, of which `3,4,ok` is a row like any other";
    assert_eq!(inputs(closed).unwrap_err(), swallowed);
    assert_eq!(inputs("a,b,note\n1,2,\"two\nlines, of which\n3 are none\"\n3,4,\n").unwrap(), [[1.0, 2.0, 3.0, 4.0]]);
    // In a file of one column an empty line is a row without its value, unless nothing follows.
    let one: &[InputSpec] = &[InputSpec { name: "x", shape: &[1], shift: 3, scale: 5 }];
    let spec = Spec { inputs: one, ..LINEAR.spec };
    let single = |text: &str| {
        let data = csv(&[&["y"]], &[]);
        with_file(text, |folder| load_inputs(&data, folder, &spec, &FeatureNames::default())).map_err(|error| error.to_string())
    };
    assert!(single("x\n1\n\n3\n").unwrap_err().ends_with("x.csv: line 3, column `x`: expected a value, found nothing"));
    assert_eq!(single("x\n1\n3\n\n\n").unwrap(), [[1.0, 3.0]]);
}

#[test]
fn what_is_known_of_columns_has_to_be_of_the_inputs() {
    let data = csv(&[&["y"]], &[]);
    for known in [
        FeatureNames::default().with_bases(vec![vec![1.0]]),
        FeatureNames::new(vec![vec!["a".to_owned()]]),
        FeatureNames::default().with_bases(vec![vec![0.0; 2], vec![0.0]]),
    ] {
        with_file("a,b,y\n1,2,3\n", |folder| {
            let read = load_like(&data, folder, &LINEAR.spec, &Labels::default(), &known).unwrap_err();
            let inputs = load_inputs(&data, folder, &LINEAR.spec, &known).unwrap_err();
            assert!(read.to_string().starts_with("what is known of the columns "), "{read}");
            assert_eq!(inputs.to_string(), read.to_string());
        });
    }
}

#[test]
fn flags_are_yes_or_no_in_any_words() {
    let text = "k,f0,f1,c0,c1,a,b0,b1\nno,yes,1,0.5,2,7,8,9\nyes,FALSE,y,-1,0,4,5,6\n";
    let labels: &[&[&str]] = &[&["k"], &["f0", "f1"], &["c0", "c1"]];
    let data = read(text, &csv(labels, &[]), &SEVERAL.spec).unwrap();
    assert_eq!(data.targets()[1], [1.0, 1.0, 0.0, 1.0]);
}

#[test]
fn two_values_are_not_always_no_and_yes() {
    let spec = binary(LINEAR.spec);
    let pair = |no: &str, yes: &str| error(format!("a,b,y\n1,2,{no}\n1,2,{yes}\n"), &csv(&[&["y"]], &[]), &spec);
    for (no, yes) in [("0", "0.5"), ("0.25", "0.75"), ("1", "NA"), ("yes", "?"), ("0", "nan")] {
        let (code, message, help) = pair(no, yes);
        assert!(code == "E306" && message.contains("column `y` holds `"), "{message}");
        assert!(help.is_some(), "{message}");
    }
    // Where both together mean no and yes, one alone does not mean that there is no value.
    let signs = read("a,b,y\n1,2,+\n1,2,-\n", &csv(&[&["y"]], &[]), &spec).unwrap();
    assert_eq!((signs.targets(), signs.labels().of(0).unwrap().join(" ")), (&[vec![1.0, 0.0]][..], "- +".to_owned()));
    // Among several classes that may be a name, and is told.
    let data = read("a,b,kind\n1,2,NA\n1,2,x\n1,2,y\n", &KIND, &CLASSIFIER.spec).unwrap();
    let told = "column `kind` has a class `NA`: where that means that the class is not known, remove its rows";
    assert_eq!(data.notes(), [told]);
    // Codes are names.
    let data = read("a,b,kind\n1,2,01\n1,2,1\n1,2,2\n", &KIND, &CLASSIFIER.spec).unwrap();
    assert_eq!((data.labels().of(0).unwrap().join(" "), data.targets()), ("01 1 2".to_owned(), &[vec![0.0, 1.0, 2.0]][..]));
}

#[test]
fn weights_are_numbers_from_0_by_line() {
    let spec = Spec { weighted: true, ..LINEAR.spec };
    let data = DataSpec::Csv { path: "x.csv", labels: &[&["y"]], features: &[], weight: Some("w"), header: None, delimiter: ',' };
    assert_eq!(read("a,b,y,w\n1,2,3,0.5\n", &data, &spec).unwrap().targets(), [[3.0], [0.5]]);
    let wrong = message("a,b,y,w\n1,2,3,1\n1,2,3,-1\n", &data, &spec);
    assert_eq!(wrong, "x.csv: line 3, column `w`: expected a number from 0, found `-1`");
}

/// A spec whose inputs are normalised so.
fn normalized(normalize: Normalize) -> Spec {
    Spec { recipe: RecipeSpec { normalize, ..LINEAR.spec.recipe }, ..LINEAR.spec }
}

#[test]
fn values_that_f32_merges_are_read_relative_to_a_base() {
    let text = "t,b,y\n100100038,1,0\n100100037,2,1\n";
    let y = csv(&[&["y"]], &[]);
    let spec = normalized(Normalize::Standard);
    let data = read(text, &y, &spec).unwrap();
    assert_eq!(data.inputs(), [[1.0, 1.0, 0.0, 2.0]]);
    assert_eq!(data.features().bases(0).unwrap(), [100_100_037.0, 0.0]);
    let told = "column `t` holds whole numbers beyond 16777216, which f32 does not hold exactly: they are taken relative to \
                100100037, their least, and the weights keep that";
    assert_eq!(data.notes(), [told]);
    // What is read later is relative to the same.
    let later = |known: &FeatureNames| with_file("b,t\n3,100100040\n", |folder| load_inputs(&y, folder, &spec, known)).unwrap();
    assert_eq!(later(data.features()), [[3.0, 3.0]]);
    let like =
        with_file("t,b,y\n100100040,1,0\n", |folder| load_like(&y, folder, &spec, data.labels(), data.features())).unwrap();
    assert_eq!((like.inputs(), like.features()), (&[vec![3.0, 1.0]][..], data.features()));
    // Weights that know of no base are of values as they are.
    let none = FeatureNames::new(vec![vec!["t".to_owned(), "b".to_owned()]]).with_bases(vec![vec![0.0; 2]]);
    assert_eq!(later(&none), [[100_100_040.0, 3.0]]);
    // Without a shift there is nothing to be relative to.
    let data = read(text, &y, &normalized(Normalize::Scale(1e-8))).unwrap();
    assert_eq!((data.inputs(), data.features().bases(0)), (&[vec![100_100_040.0, 1.0, 100_100_040.0, 2.0]][..], None));
    assert!(
        data.notes()[0].ends_with("`normalize = standard` or `minmax` shifts them before they are rounded"),
        "{:?}",
        data.notes()
    );
}

#[test]
fn columns_that_are_not_meant_as_numbers_are_told_of() {
    let rows: String = (0..20).map(|row| format!("{},{},0{},{}\n", row, row % 3, row % 7, row % 2)).collect();
    let inputs: &[InputSpec] = &[InputSpec { name: "x", shape: &[3], shift: 3, scale: 6 }];
    let spec = Spec { inputs, ..LINEAR.spec };
    let text = format!("number,b,zip,y\n{rows}");
    let data = read(&text, &csv(&[&["y"]], &[]), &spec).unwrap();
    let id = "column `number` holds another whole number in each row, as ids do: what is learned from it holds for no other row";
    let code = "column `zip` holds codes such as `00` in line 2, which are read as numbers: 01 is 1";
    assert_eq!(data.notes(), [code, id]);
    // Who names the columns has chosen them.
    assert_eq!(read(&text, &csv(&[&["y"]], &[&["number", "b", "zip"]]), &spec).unwrap().notes(), [""; 0]);
}

#[test]
fn targets_that_f32_hardly_tells_apart_are_told_of() {
    let y = csv(&[&["y"]], &[]);
    let notes = |targets: &[&str]| {
        let rows: String = targets.iter().enumerate().map(|(row, y)| format!("{row},{},{y}\n", row % 2)).collect();
        read(format!("a,b,y\n{rows}"), &y, &LINEAR.spec).unwrap().notes().to_vec()
    };
    let coarse = |low: &str, high: &str, step: &str| {
        format!(
            "column `y` holds targets from {low} to {high}, and so far from 0 the numbers of f32 are {step} apart: subtract a \
             constant first, such as {low}, and add it to what is predicted; targets are not taken relative to a base, as features \
             are"
        )
    };
    // Seconds since 1970 within ten minutes, which f32 holds to two minutes.
    assert_eq!(notes(&["1700000600", "1700000000", "1700000300"]), [coarse("1700000000", "1700000600", "128")]);
    assert_eq!(notes(&["1e12", "1000000000003.25"]), [coarse("1000000000000", "1000000000003.25", "65536")]);
    assert_eq!(notes(&["-5000.25", "-5000.5"]), [coarse("-5000.5", "-5000.25", "0.00048828125")]);
    for (constant, shown) in [(&["7", "7.0"][..], "7"), (&["0", "-0", "0"], "0"), (&["0.3", "0.30000000000000004"], "0.3")] {
        assert_eq!(notes(constant), [format!("column `y` is {shown} in all rows: there is nothing to learn of it")]);
    }
    for told_apart in [&["0", "1"][..], &["1700000000", "1700864000.5"], &["16777217", "16777219", "0"], &["5"]] {
        assert_eq!(notes(told_apart), [""; 0], "{told_apart:?}");
    }
    // Of several columns it is said of which.
    let outputs: &[OutputSpec] = &[OutputSpec { name: "y", kind: OutputKind::Values(&[2]), loss: "mse", ..OutputSpec::EMPTY }];
    let spec = Spec { outputs, ..LINEAR.spec };
    let (text, both) = ("a,b,y0,y1\n1,2,1,3\n1,3,2,3\n", csv(&[&["y0", "y1"]], &[]));
    let data = read(text, &both, &spec).unwrap();
    assert_eq!(data.notes(), ["column `y1` is 3 in all rows: there is nothing to learn of it"]);
    // What a training told of is not told again.
    let like = with_file(text, |folder| load_like(&both, folder, &spec, data.labels(), data.features())).unwrap();
    assert_eq!(like.notes(), [""; 0]);
}

/// What the records of a text are, in the words of the crate `csv`, which mends what it cannot read.
fn lenient(text: &[u8]) -> Vec<Vec<String>> {
    let mut reader = ::csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
    let records = reader.records().map(|record| record.unwrap().iter().map(|cell| cell.trim().to_owned()).collect());
    records.collect()
}

#[test]
fn what_is_read_is_what_others_read() {
    let mut random = random(7);
    let pieces = ["1", "-2.5", " 3", "4 ", "\"5\"", "\"6\n\"", "\"7\r\n\"", "\" 8\"", "1e2", "\"\n9\""];
    let mut read_whole = 0;
    for _ in 0..500 {
        let ends = ["\n", "\r\n", "\n\n", "\r"];
        let mut text = "a,b,y\n".to_owned();
        let rows = 1 + random(4);
        for _ in 0..rows {
            let cells: Vec<&str> = (0..3).map(|_| pieces[random(pieces.len())]).collect();
            text += &(cells.join(",") + ends[random(ends.len())]);
        }
        let data = read(&text, &csv(&[&["y"]], &[]), &LINEAR.spec).unwrap_or_else(|error| panic!("{error}: {text:?}"));
        let others = lenient(text.as_bytes());
        let number = |cell: &String| cell.parse::<f32>().unwrap();
        let expected: Vec<f32> = others[1..].iter().flat_map(|row| row[..2].iter().map(number)).collect();
        assert_eq!((&data.inputs()[0], data.rows()), (&expected, rows), "{text:?}");
        read_whole += 1;
    }
    assert_eq!(read_whole, 500);
}
