//! The published results: each example, trained by the command and at each instruction set that this processor has, gives the weights
//! whose sha256 is in `examples/results.sha256`. `DLM_UPDATE_RESULTS=1` writes those of this machine there.

mod common;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use common::dlm;
use dlm_cli::aot;
use dlm_compiler::compile::{CompileOptions, compile};
use dlm_compiler::describe::describe;
use dlm_kernels::Level;
use dlm_runtime::{Progress, Trainer, data};
use sha2::{Digest, Sha256};

/// Examples that have a file for the command and their data in the repository.
const EXAMPLES: [&str; 3] = ["diabetes", "digits", "iris"];

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")
}

fn results() -> PathBuf {
    examples().join("results.sha256")
}

/// The lines of a list of results, each with the sum and the name that it holds; comments hold none.
fn lines(text: &str) -> impl Iterator<Item = (&str, Option<(&str, &str)>)> {
    text.lines().map(|line| (line, line.split_once("  ").filter(|_| !line.starts_with('#'))))
}

/// The sum that is published for an example.
fn published(name: &str) -> String {
    let text = std::fs::read_to_string(results()).unwrap();
    let found = lines(&text).find_map(|(_, held)| held.filter(|(_, of)| *of == name).map(|(sum, _)| sum.to_owned()));
    found.unwrap_or_else(|| panic!("{} has no line for `{name}`", results().display()))
}

fn sum(file: &Path) -> String {
    let bytes = std::fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What the command makes of an example.
fn trained(name: &str, threads: &str, more: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = examples().join(format!("{name}.dlm"));
    let mut command = dlm();
    command.arg("train").arg(file).args(["--quiet", "--threads", threads, "--out"]).arg(folder.path()).args(more);
    command.assert().success();
    sum(&folder.path().join("final.safetensors"))
}

#[test]
fn the_command_gives_the_published_weights() {
    let found = EXAMPLES.map(|name| (name, trained(name, "1", &[])));
    if std::env::var("DLM_UPDATE_RESULTS").is_ok_and(|value| value == "1") {
        let text = std::fs::read_to_string(results()).unwrap();
        let update = |(line, held): (&str, Option<(&str, &str)>)| {
            let new = held.and_then(|(_, name)| found.iter().find(|(known, _)| *known == name));
            new.map_or_else(|| line.to_owned(), |(name, sum)| format!("{sum}  {name}")) + "\n"
        };
        std::fs::write(results(), lines(&text).map(update).collect::<String>()).unwrap();
        return;
    }
    for (name, sum) in &found {
        let help = "where this is meant, DLM_UPDATE_RESULTS=1 writes it, and CHANGELOG.md says it";
        assert_eq!(*sum, published(name), "final.safetensors of `{name}`; {help}");
        assert_eq!(trained(name, "2", &[]), *sum, "final.safetensors of `{name}` by two threads");
    }
}

/// As a program that holds the model does it, at each instruction set.
#[test]
fn every_instruction_set_gives_the_published_weights() {
    if std::env::var_os("DLM_UPDATE_RESULTS").is_some() {
        return;
    }
    for name in EXAMPLES {
        let source = std::fs::read_to_string(examples().join(format!("{name}.dlm"))).unwrap();
        let (program, diagnostics) = dlm_compiler::check(&source);
        let program = program.unwrap_or_else(|| panic!("{name}: {diagnostics:#?}"));
        let compiled = compile(&program.models[0].units[0], CompileOptions::default());
        let spec = describe(&compiled);
        let data = data::load(spec.recipe.data.as_ref().expect("the recipe names its data"), &examples(), &spec).unwrap();
        for level in Level::ALL.into_iter().filter(|level| level.is_available()) {
            let options = aot::Options { level: Some(level), ..aot::Options::default() };
            let loaded = aot::load_all(&[(&compiled, name)], &options).unwrap().remove(0);
            let mut trainer = Trainer::new(loaded.program).with_limit(level).with_threads(2);
            trainer.fit(&data, &mut Progress::silent()).unwrap();
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("final.safetensors");
            trainer.save(&file).unwrap();
            assert_eq!(sum(&file), published(name), "`{name}` at {level:?}");
        }
    }
}

#[test]
fn every_example_of_the_list_is_trained() {
    let text = std::fs::read_to_string(results()).unwrap();
    let names: Vec<&str> = lines(&text).filter_map(|(_, held)| Some(held?.1)).collect();
    assert_eq!(names, [EXAMPLES.as_slice(), &["mnist"]].concat());
    // Each file beside the list is on it, but one of several trainings that take minutes.
    let files = std::fs::read_dir(examples()).unwrap().map(|entry| entry.unwrap().path());
    for file in files.filter(|file| file.extension().is_some_and(|extension| extension == "dlm")) {
        let stem = file.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(names.contains(&stem.as_str()) || stem == "gradients", "{stem}.dlm has no line in {}", results().display());
    }
}

#[test]
#[ignore = "MNIST is not in the repository: DLM_MNIST names its folder"]
fn mnist_gives_the_published_weights() {
    let folder = PathBuf::from(std::env::var_os("DLM_MNIST").expect("DLM_MNIST names the folder of MNIST's files"));
    let path = |name: &str| folder.join(name).display().to_string();
    let (images, labels) = (path("t10k-images-idx3-ubyte.gz"), path("t10k-labels-idx1-ubyte.gz"));
    let data = format!("idx(images = {images:?}, labels = {labels:?})");
    assert_eq!(trained("mnist", "2", &["--data", &data]), published("mnist"));
}
