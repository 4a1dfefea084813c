//! Random models and recipes: files of a seeded generator that combines everything, each compiled and compared with the
//! interpreter bit for bit.
//!
//! `cargo test --test random` runs some hundreds. For as long as one wants:
//!
//! ```sh
//! DLM_RANDOM_SECONDS=600 DLM_RANDOM_SEED=7 cargo test --test random fuzz -- --ignored --nocapture
//! ```
//!
//! What is found is made as small as it can be and written to `target/tmp/`. One file again, by its seed or itself:
//!
//! ```sh
//! DLM_RANDOM_SEED=1234 cargo test --test random replay -- --ignored --nocapture
//! DLM_RANDOM_FILE=target/tmp/random-1234.dlm cargo test --test random replay -- --ignored --nocapture
//! ```

mod generator;
mod judge;
mod made;
mod shrink;
#[path = "../support/mod.rs"]
mod support;

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use dlm_cli::aot::Effort;
use judge::{Failure, Judge};

const QUICK: Judge = Judge { effort: Effort::Quick, fault: None };

/// Files of the test that always runs, and how many of them the compiler optimises, as it does for users.
const COUNT: u64 = 300;
const OPTIMISED: u64 = 20;

/// How long the smallest file is looked for.
const SHRINKING: Duration = Duration::from_secs(300);

fn variable(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |value| value.parse().unwrap_or_else(|_| panic!("{name} is a whole number")))
}

fn first_seed() -> u64 {
    variable("DLM_RANDOM_SEED", 1)
}

fn files(seeds: std::ops::Range<u64>) -> Vec<String> {
    seeds.map(generator::file).collect()
}

/// Fails with the first file that fails, made small.
fn expect_none(judge: &Judge, seeds: std::ops::Range<u64>) {
    let files = files(seeds.clone());
    let verdicts = judge.judge(&files);
    let count = verdicts.iter().filter(|verdict| verdict.is_err()).count();
    let numbers = verdicts.iter().filter(|verdict| **verdict == Ok(true)).count();
    let found = seeds.zip(&files).zip(verdicts).find_map(|((seed, file), verdict)| Some((seed, file, verdict.err()?)));
    if let Some((seed, file, failure)) = found {
        panic!("{count} of {} files fail; the first of them:\n{}", files.len(), report(judge, Some(seed), file, &failure));
    }
    // What is not a number is the same whatever is wrong.
    assert!(10 * numbers >= 9 * files.len(), "only {numbers} of {} trainings end with a number", files.len());
    println!("{} files, of which {numbers} train with numbers to the end", files.len());
}

/// Makes a file that fails small, writes it to the target folder and tells of it.
fn report(judge: &Judge, seed: Option<u64>, file: &str, failure: &Failure) -> String {
    let until = Instant::now() + SHRINKING;
    let small = shrink::shrink(file, until, |files| {
        let found = judge.judge(files);
        found.iter().map(|verdict| verdict.as_ref().is_err_and(|found| found.kind == failure.kind)).collect()
    });
    let name = seed.map_or("random.dlm".to_owned(), |seed| format!("random-{seed}.dlm"));
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, &small).expect("the target folder can be written");
    let seed = seed.map_or(String::new(), |seed| format!("seed {seed}: "));
    let replay = format!("DLM_RANDOM_FILE={} cargo test --test random replay -- --ignored --nocapture", path.display());
    // What the smallest file says.
    let message = judge.judge(std::slice::from_ref(&small)).remove(0).err().unwrap_or(failure.clone()).message;
    format!("{seed}{}: {message}\n\n{small}\nonce more: {replay}\n", failure.kind.name())
}

#[test]
fn random_models_equal_the_interpreter() {
    let seed = first_seed();
    expect_none(&QUICK, seed..seed + variable("DLM_RANDOM", COUNT));
}

#[test]
fn random_models_equal_the_interpreter_when_optimised() {
    // Others than without optimisation.
    let seed = first_seed() + 1_000_000;
    expect_none(&Judge { effort: Effort::Full, fault: None }, seed..seed + OPTIMISED);
}

#[test]
fn every_file_is_valid() {
    for seed in 0..1000 {
        support::program(&format!("seed {seed}"), &generator::file(seed));
    }
}

/// Whatever the language has, the generator writes: a name that is missing is to be added to its tables. Data is made here and
/// read from no file.
#[test]
fn the_files_say_all_that_can_be_said() {
    let all = files(1..1 + COUNT).join("\n");
    let words: HashSet<&str> = all.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let mut missing = Vec::new();
    for (table, text) in dlm_compiler::reference::tables() {
        if ["sources", "lints", "planned"].contains(&table) {
            continue;
        }
        for line in text.lines().filter_map(|line| line.strip_prefix("- `").or(line.strip_prefix("| `"))) {
            let name = line.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
            // Images are changed by `fit` alone, which has tests of its own.
            let of_images = table == "augmentations" && !["noise", "mixup"].contains(&name);
            let of_data = of_images || ["data", "validation_data", "test_data", "reuse", "weights"].contains(&name);
            missing.extend((!of_data && !words.contains(name)).then(|| format!("{table}: {name}")));
        }
    }
    assert!(missing.is_empty(), "the generator never writes {missing:?}");
}

/// What no row names is called by its signature: here, what would be if none were named.
#[test]
fn rows_of_the_compiler_are_written_by_being_there() {
    let made = |table, from| made::made(table, from, &HashSet::new());
    for (table, from, written, not) in [
        ("activation", "activations", "elu(alpha = 0.3)", "softmax"),
        ("layer", "layers", "layer_norm", "flatten(1)"),
        ("layer", "layers", "noise(std = 0.3)", "dense(units = 3)"),
        ("optimizer", "optimizers", "adamw(decay = 0.3)", "adam(decay = 0.3)"),
        ("error_of_numbers", "losses", "huber(delta = 0.3)", "cross_entropy"),
        ("cross_entropy_of_flags", "losses", "binary_cross_entropy", "mse"),
    ] {
        let made = made(table, from);
        assert!(made.iter().any(|row| row == written) && !made.iter().any(|row| row == not), "{table}: {made:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_file() {
    assert_eq!(generator::file(5), generator::file(5));
    assert_ne!(generator::file(5), generator::file(6));
}

/// A file's lines, with names that are not counted.
fn without_numbers(file: &str) -> String {
    let lines = file.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    lines.replace("f32[1]", "one").replace(|c: char| c.is_ascii_digit(), "")
}

/// Whatever the file, what is left is the layer that is at fault.
#[test]
fn what_fails_is_made_small() {
    let faulty = |layer: &str, text: &str| judge::has(judge::unit(&support::program("shrunk", text)), layer);
    for layer in ["elu", "prelu", "batch_norm", "softmax"] {
        let seeds = (0..).filter(|seed| faulty(layer, &generator::file(*seed)));
        for seed in seeds.take(3) {
            let until = Instant::now() + SHRINKING;
            let small =
                shrink::shrink(&generator::file(seed), until, |files| files.iter().map(|file| faulty(layer, file)).collect());
            let lines = ["model M {", "input x: one;", &format!("{layer};"), "output y: one;", "}"];
            assert_eq!(without_numbers(&small).lines().collect::<Vec<_>>(), lines, "seed {seed}:\n{small}");
        }
    }
}

/// The same by all that the command does, with a fault in the comparison.
#[test]
fn a_fault_is_found_and_made_small() {
    let judge = Judge { effort: Effort::Quick, fault: Some("elu") };
    let seed = (0..).find(|seed| judge::has(judge::unit(&support::program("", &generator::file(*seed))), "elu"));
    let file = generator::file(seed.expect("the generator makes such a layer"));
    let failure = judge.judge(std::slice::from_ref(&file)).remove(0).expect_err("the fault is found");
    let report = report(&judge, None, &file, &failure);
    assert!(report.starts_with("differs: 1 threads, step 0: loss[0]: generated code has "), "{report}");
    let (_, file) = report.split_once("\n\n").expect("the file");
    let (model, _) = file.split_once("\n\nonce more").expect("how to run it once more");
    let lines = model.lines().filter(|line| !line.is_empty()).count();
    assert!(lines <= 5 && model.contains("    elu;"), "{report}");
}

/// Not a test: what [`Judge`] starts in processes of their own.
#[test]
#[ignore = "the work of a process that the other tests start"]
fn worker() {
    judge::worker();
}

/// Not a test: files of seed after seed for `DLM_RANDOM_SECONDS`.
#[test]
#[ignore = "runs for as long as one wants"]
fn fuzz() {
    let begin = Instant::now();
    let seconds = Duration::from_secs(variable("DLM_RANDOM_SECONDS", 60));
    let (first, mut reports) = (first_seed(), Vec::new());
    let mut seed = first;
    while begin.elapsed() < seconds {
        // So many that all processors are busy with them for a while.
        let seeds = seed..seed + 80;
        seed = seeds.end;
        let files = files(seeds.clone());
        for ((seed, file), verdict) in seeds.zip(&files).zip(QUICK.judge(&files)) {
            let Err(failure) = verdict else { continue };
            println!("seed {seed}: {}: {}\n", failure.kind.name(), failure.message);
            reports.push(report(&QUICK, Some(seed), file, &failure));
            println!("{}", reports[reports.len() - 1]);
        }
        let (count, seconds) = (seed - first, begin.elapsed().as_secs_f64());
        println!("{count} files in {seconds:.0} s, {:.2} s each; {} fail", seconds / count as f64, reports.len());
    }
    assert!(reports.is_empty(), "{} files fail", reports.len());
}

/// Not a test: the file of `DLM_RANDOM_FILE` or `DLM_RANDOM_SEED` once more, without and with optimisation.
#[test]
#[ignore = "one file once more"]
fn replay() {
    let path = std::env::var_os("DLM_RANDOM_FILE").map(PathBuf::from);
    let (seed, file) = match &path {
        // Tests run in the folder of their package.
        Some(path) => (None, fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))),
        None => (Some(first_seed()), generator::file(first_seed())),
    };
    println!("{file}");
    for effort in [Effort::Quick, Effort::Full] {
        let judge = Judge { effort, fault: None };
        if let Err(failure) = judge.judge(std::slice::from_ref(&file)).remove(0) {
            panic!("{effort:?}: {}", report(&judge, seed, &file, &failure));
        }
        println!("{effort:?}: the same bits");
    }
}
