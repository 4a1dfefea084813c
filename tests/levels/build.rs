//! Prints a module for each file of the corpus and the workloads, and the table of their programs.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// What would take too long: a step of millions of multiply-adds where each is emulated, and the most code to compile.
const LEFT_OUT: [&str; 3] = ["mnist-wide", "deep-20", "deep-50"];

fn main() {
    let mut files: Vec<PathBuf> = ["../corpus/models", "../../benches", "../../benches/more"]
        .iter()
        .inspect(|folder| println!("cargo::rerun-if-changed={folder}"))
        .flat_map(|folder| fs::read_dir(folder).expect("the folder is part of the repository"))
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "dlm"))
        .filter(|path| !LEFT_OUT.iter().any(|left_out| path.file_stem().is_some_and(|stem| stem == *left_out)))
        .collect();
    files.sort();
    let (mut modules, mut table) = (String::new(), String::new());
    for (index, path) in files.iter().enumerate() {
        let stem = path.file_stem().expect("a file has a name").to_string_lossy();
        let (program, _) = dlm_compiler::check(&fs::read_to_string(path).expect("the file can be read"));
        let program = program.unwrap_or_else(|| panic!("{stem}.dlm has errors"));
        writeln!(modules, "mod file_{index} {{ dlm::model!({path:?}); }}").expect("a text can be written to");
        for model in &program.models {
            for (number, unit) in model.units.iter().enumerate() {
                let recipe = unit.recipe.name.as_ref().unwrap_or(&model.name);
                let mut place = format!("file_{index}::{}", dlm_compiler::emit::module_name(&model.name));
                if number > 0 {
                    write!(place, "::{}", dlm_compiler::emit::module_name(recipe)).expect("a text can be written to");
                }
                let name = format!("{stem}.dlm {} {recipe}", model.name);
                writeln!(table, "({name:?}, &{place}::PROGRAM),").expect("a text can be written to");
            }
        }
    }
    let text = format!("{modules}\nconst PROGRAMS: &[(&str, &dlm_runtime::Program)] = &[\n{table}];\n");
    fs::write(Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("programs.rs"), text)
        .expect("the folder can be written");
}
