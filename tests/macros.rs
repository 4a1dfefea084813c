//! What the compiler prints for models with errors and lints (`tests/ui`), and when it compiles a model again.
//!
//! Each test runs cargo on packages of their own, without a network. They share one folder of built dependencies.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Runs cargo on the package in `folder`, with this workspace's lock file.
fn cargo(folder: &Path, arguments: &[&str]) -> Output {
    fs::copy(Path::new(ROOT).join("Cargo.lock"), folder.join("Cargo.lock")).expect("the lock file can be copied");
    Command::new(env!("CARGO"))
        .current_dir(folder)
        .args(arguments)
        .arg("--offline")
        .env("CARGO_TARGET_DIR", scratch("target"))
        // What the outer cargo was told is not meant for this one.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env("CARGO_TERM_COLOR", "never")
        .output()
        .expect("cargo runs")
}

/// A folder for these tests.
fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("macros").join(name)
}

/// The JSON messages of cargo and the compiler.
fn messages(output: &Output) -> Vec<Value> {
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    lines.lines().map(|line| serde_json::from_str(line).expect("cargo prints JSON")).collect()
}

/// What the compiler prints for an example of `tests/ui`, in order of places.
fn printed(example: &str) -> String {
    let folder = Path::new(ROOT).join("tests/ui");
    let output = cargo(&folder, &["check", "--quiet", "--message-format=json", "--example", example]);
    let mut found: Vec<(u64, String)> = messages(&output)
        .iter()
        .filter(|message| message["reason"] == "compiler-message" && message["target"]["name"] == example)
        .filter(|message| message["message"]["spans"].as_array().is_some_and(|spans| !spans.is_empty()))
        .map(|message| {
            let start = message["message"]["spans"][0]["byte_start"].as_u64().unwrap_or_default();
            (start, message["message"]["rendered"].as_str().expect("a message has a text").to_owned())
        })
        .collect();
    found.sort_by_key(|(start, _)| *start);
    let built = messages(&output).iter().any(|message| message["reason"] == "build-finished" && message["success"] == true);
    assert!(built || !found.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let texts: Vec<String> = found.into_iter().map(|(_, text)| text.replace(ROOT, "$ROOT")).collect();
    format!("{}{}", texts.concat(), if built { "compiles\n" } else { "does not compile\n" })
}

macro_rules! ui {
    ($($example:ident)*) => {$(
        #[test]
        fn $example() {
            insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "ui/snapshots", omit_expression => true }, {
                insta::assert_snapshot!(stringify!($example), printed(stringify!($example)));
            });
        }
    )*};
}

ui! {
    file_errors
    file_lints
    file_unreadable
    inline_lints
    inline_macro
    inline_names
    inline_places
    inline_syntax
    inline_unusable
    uses_of_broken
}

#[test]
fn every_example_is_a_test() {
    let this = include_str!("macros.rs");
    for entry in fs::read_dir(Path::new(ROOT).join("tests/ui/examples")).expect("the examples are there") {
        let path = entry.expect("the examples can be listed").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
        assert!(this.lines().any(|line| line.trim() == name), "{name} is not in the list of this file");
    }
}

/// A package with a model in a file.
struct Package(PathBuf);

impl Package {
    fn new(name: &str) -> Self {
        let folder = scratch(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).expect("an old package can be removed");
        }
        fs::create_dir_all(folder.join("src")).expect("a package can be made");
        let package = Package(folder);
        package.write(
            "Cargo.toml",
            &format!(
                "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
                 [dependencies]\ndlm-lang = {{ path = {ROOT:?}, default-features = false }}\n\n\
                 [profile.dev]\ndebug = false\n"
            ),
        );
        package
            .write("src/lib.rs", "//! A model.\n\ndlm::model!(\"net.dlm\");\n\nconst _: fn() = || drop(net::Trainer::new());\n");
        package
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.0.join(path), text).expect("a file can be written");
    }

    /// Checks the package: whether that succeeded, and whether there was nothing to do.
    fn check(&self) -> (bool, bool) {
        let output = cargo(&self.0, &["check", "--quiet", "--message-format=json"]);
        let messages = messages(&output);
        let name = self.0.file_name().and_then(|name| name.to_str()).expect("a package has a name");
        let own = messages.iter().find(|message| message["reason"] == "compiler-artifact" && message["target"]["name"] == name);
        (output.status.success(), own.is_some_and(|own| own["fresh"] == true))
    }
}

const NET: &str = "model Net {\n    input x: f32[4];\n    dense(3);\n    output y: class[3];\n}\n";

#[test]
fn a_changed_file_is_compiled_again_and_nothing_else_is() {
    let package = Package::new("rebuilds");
    package.write("net.dlm", NET);
    assert_eq!(package.check(), (true, false), "the first time");
    assert_eq!(package.check(), (true, true), "nothing has changed");
    package.write("other.dlm", NET);
    assert_eq!(package.check(), (true, true), "another file has changed");
    // Cargo compares times, some file systems keep them in seconds.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    package.write("net.dlm", &NET.replace("dense(3)", "dens(3)"));
    assert_eq!(package.check(), (false, false), "the file has changed for the worse");
    package.write("net.dlm", NET);
    assert_eq!(package.check(), (true, false), "and back");
    assert_eq!(package.check(), (true, true), "nothing has changed since");
}
