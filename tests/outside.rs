//! A package outside the workspace, as a user's is (`tests/outside`): what the README says of profiles makes its debug build fast,
//! and it trains in WebAssembly, to the same bits.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

// The same training in this process, where the workspace's own profile applies.
#[path = "outside/src/lib.rs"]
mod outside;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Where cargo builds it, beside what `tests/macros.rs` builds: what both need is built once.
fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("macros/target")
}

fn build(arguments: &[&str]) {
    let folder = Path::new(ROOT).join("tests/outside");
    fs::copy(Path::new(ROOT).join("Cargo.lock"), folder.join("Cargo.lock")).expect("the lock file can be copied");
    let output = Command::new(env!("CARGO"))
        .current_dir(folder)
        .args(["build", "--quiet", "--offline"])
        .args(arguments)
        .env("CARGO_TARGET_DIR", target())
        .env("CARGO_PROFILE_DEV_DEBUG", "false")
        .env_remove("CARGO_PROFILE_DEV_OPT_LEVEL")
        // What the outer cargo was told is not meant for this one.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", text(&output.stderr));
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn printed(mut command: Command) -> Vec<f64> {
    let Output { status, stdout, stderr } = command.output().expect("it runs");
    assert!(status.success(), "{}", text(&stderr));
    text(&stdout).split_whitespace().map(|number| number.parse().expect("a number")).collect()
}

/// The validation loss, the probability, and the seconds of the fastest of some trainings.
fn here() -> (f64, f64, f64) {
    let train = || outside::train().expect("it trains");
    let (report, probability) = train();
    let seconds = (0..5).map(|_| train().0.seconds).fold(report.seconds, f64::min);
    (report.validation.expect("a part").loss, probability.into(), seconds)
}

#[test]
fn debug_builds_with_the_profile_of_the_readme_are_fast() {
    build(&[]);
    let run = || printed(Command::new(target().join("debug/outside")));
    let (loss, probability, seconds) = here();
    let runs: Vec<Vec<f64>> = (0..5).map(|_| run()).collect();
    for run in &runs {
        assert_eq!((run[0], run[1] as f32), (loss, probability as f32), "optimisation changes no bit");
    }
    assert!(loss < 1.0 && probability > 0.8, "it has learned: {loss}, {probability}");
    let fastest = runs.iter().map(|run| run[2]).fold(f64::INFINITY, f64::min);
    // It takes some three times as long as with full optimisation; without any, some seventy times.
    assert!(fastest < 15.0 * seconds, "{fastest} s, and {seconds} s with the optimisation of this workspace");
}

#[test]
fn it_trains_in_webassembly_to_the_same_bits() {
    const TARGET: &str = "wasm32-unknown-unknown";
    let library = Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).output();
    let library = library.ok().map(|output| text(&output.stdout)).unwrap_or_default();
    if !Path::new(library.trim()).is_dir() || Command::new("node").arg("--version").output().is_err() {
        eprintln!("WEBASSEMBLY IS NOT TESTED: it takes node, and `rustup target add {TARGET}`");
        return;
    }
    build(&["--lib", "--target", TARGET]);
    let module = target().join(TARGET).join("debug/outside.wasm");
    let script = "WebAssembly.instantiate(require('fs').readFileSync(process.argv[1]), {})
        .then(({ instance }) => console.log(instance.exports.validation_loss()))";
    let mut node = Command::new("node");
    node.args(["--eval", script]).arg(module);
    assert_eq!(printed(node), [here().0]);
}
