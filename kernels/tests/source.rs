//! The crate's own source, compiled without cargo.
#![cfg(all(feature = "source", not(miri)))]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use dlm_kernels::{Level, source};

/// All files below a folder, as paths from it.
fn files_below(folder: &Path, prefix: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let entry = entry.expect("the folder can be read");
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            files_below(&entry.path(), &format!("{name}/"), found);
        } else {
            found.push(name);
        }
    }
}

#[test]
fn every_file_is_listed_in_order() {
    let mut found = Vec::new();
    files_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), "", &mut found);
    found.sort();
    let listed: Vec<_> = source::FILES.iter().map(|(path, _)| path.to_string()).collect();
    assert_eq!(listed, found);
}

/// Writes the source to an empty folder of this test.
fn write_source(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("the folder is this test's");
    }
    for (path, text) in source::FILES {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("the folder can be written");
        fs::write(path, text).expect("the folder can be written");
    }
    folder
}

fn rustc(folder: &Path, arguments: &[&str]) {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).current_dir(folder).args(arguments).output().expect("rustc runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Optimisation is left out: it would be most of the test's time.
const KERNELS: [&str; 8] =
    ["--crate-type", "rlib", "--crate-name", "dlm_kernels", "--edition", "2024", "-Copt-level=0", "lib.rs"];

#[test]
fn compiles_without_cargo_and_so_does_a_program_of_one_level() {
    let folder = write_source("program");
    rustc(&folder, &[&KERNELS[..], &["--cfg", "feature=\"std\""]].concat());
    let program = "
        #![forbid(unsafe_op_in_unsafe_fn)]
        mod program {
            use dlm_kernels::{Infer, Rows, Step, views};
            dlm_kernels::one_level! {
                LEVEL;
                entries { step(&mut Step<'_>) -> f32, infer(&mut Infer<'_>) -> f32 }
                /// y = exp(x)
                fn kernel(first: usize, n: usize, x: &[f32], y: &mut [f32]) {
                    for (i, y) in y.chunks_exact_mut(4).enumerate() {
                        for j in 0..n { y[j] = level::exp(x[(first + i) * 4 + j]); }
                    }
                }
                fn step(call: &mut Step<'_>) -> f32 {
                    let (machine, n) = (call.machine, call.rows);
                    let ([x], [y]) = views(&mut call.memory, [0..8], [8..16]);
                    machine.split(2, 1, [Rows::new(y, 4)], |first, [y]| kernel(first, n, x, y));
                    level::sum(y)
                }
                fn infer(call: &mut Infer<'_>) -> f32 { level::sum(&call.parameters) }
            }
        }
        dlm_kernels::export! { program::step, program::infer }
        dlm_kernels::export! { program::step, program::infer, DLM_PROGRAM_1 }
    ";
    fs::write(folder.join("program.rs"), program.replace("LEVEL", Level::detect().name())).expect("the folder can be written");
    let arguments =
        ["--crate-type", "cdylib", "--edition", "2024", "-Cpanic=abort", "--extern", "dlm_kernels=libdlm_kernels.rlib"];
    rustc(&folder, &[&arguments[..], &["-o", "program", "program.rs"]].concat());
    call_exported(&folder.join("program"));
}

/// Loads a compiled program as a host does, and runs one step.
#[cfg(unix)]
fn call_exported(library: &Path) {
    use dlm_kernels::{Machine, Program, SliceMut, Step};
    use std::ffi::{CString, c_char, c_int, c_void};
    use std::os::unix::ffi::OsStrExt;

    unsafe extern "C" {
        fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void;
        fn dlsym(library: *mut c_void, symbol: *const c_char) -> *mut c_void;
    }
    const NOW: c_int = 2;
    let path = CString::new(library.as_os_str().as_bytes()).expect("a path has no zero byte");
    // SAFETY: the library was made by `export!`, its table is what `load` asks for, and it is never unloaded.
    let program = unsafe {
        let opened = dlopen(path.as_ptr(), NOW);
        assert!(!opened.is_null(), "{library:?} opens");
        assert!(!dlsym(opened, c"DLM_PROGRAM_1".as_ptr()).is_null());
        let table = dlsym(opened, Program::SYMBOL.as_ptr());
        assert!(!table.is_null(), "the table is exported");
        Program::load(table.cast()).expect("the version is the same")
    };
    let machine = Machine::single_threaded();
    let mut memory = [0.0; 16];
    let mut call = Step {
        memory: SliceMut::from(&mut memory),
        inputs: Default::default(),
        targets: Default::default(),
        rows: 3,
        variant: 0,
        learning_rate: 0.1,
        momentum: 0.0,
        next_momentum: 0.0,
        updates: (&[1]).into(),
        gathered: 1,
        draw: 0,
        seed: 0,
        machine: &machine,
    };
    assert_eq!((program.step())(&mut call), 6.0);
    assert_eq!(memory[8..], [1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0]);
}

#[cfg(not(unix))]
fn call_exported(_: &Path) {}

#[test]
fn compiles_without_the_standard_library() {
    let folder = write_source("no-std");
    let only_metadata = ["--emit", "metadata", "-Dwarnings"];
    rustc(&folder, &[&KERNELS[..], &only_metadata].concat());
}
