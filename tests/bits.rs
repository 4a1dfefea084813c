//! Generated code against the reference interpreter, bit for bit: the loss of each step, every parameter and statistic
//! after it, and every prediction; on one thread and on several, with either way to compute products.

mod support;

use dlm_cli::aot::{self, Effort};
use dlm_compiler::compile::{CompileOptions, Compiled, compile};
use dlm_compiler::graph::Program;
use dlm_compiler::plan::Products;
use dlm_runtime::{Level, Trainer};
use support::compare::{compare, interpreted};
use support::unit_name;

/// Recipes that are compiled into one library.
const TOGETHER: usize = 24;

/// Every kernel that can be split is, however small.
const SPLIT_ALL: CompileOptions = CompileOptions { split_from: 0, products: Products::Chosen, marks: false };
const MATRIXMULTIPLY: CompileOptions = CompileOptions { split_from: 0, products: Products::MatrixMultiply, marks: false };

/// Compares every recipe of the corpus, several libraries at a time.
fn compare_all(options: CompileOptions, effort: Effort, level: Level, threads: &[usize], steps: u64) {
    let sources = support::sources();
    let programs: Vec<Program> = sources.iter().map(|(stem, source)| support::program(stem, source)).collect();
    let mut recipes: Vec<(&str, Compiled<'_>)> = Vec::new();
    for ((stem, _), program) in sources.iter().zip(&programs) {
        recipes.extend(program.models.iter().flat_map(|model| &model.units).map(|unit| (stem.as_str(), compile(unit, options))));
    }
    support::in_parallel(recipes.chunks(TOGETHER), |recipes| compare_library(recipes, effort, level, threads, steps));
}

fn compare_library(recipes: &[(&str, Compiled<'_>)], effort: Effort, level: Level, threads: &[usize], steps: u64) {
    let models: Vec<(&Compiled<'_>, &str)> = recipes.iter().map(|(stem, compiled)| (compiled, *stem)).collect();
    let loaded =
        aot::load_all(&models, &aot::Options { effort, folder: None, level: Some(level) }).expect("generated code compiles");
    for ((stem, compiled), loaded) in recipes.iter().zip(loaded) {
        // The naive interpreter takes long for the large ones.
        let steps = if compiled.layout.parameters_len > 50_000 { 2 } else { steps };
        let expected = interpreted(compiled, &Trainer::new(loaded.program), steps);
        for threads in threads {
            let name = format!("{stem}.dlm, {}, {}, {threads} threads", unit_name(compiled.unit), level.name());
            compare(&name, compiled, loaded.program, level, *threads, &expected);
        }
    }
}

#[test]
fn tiles_equal_the_interpreter() {
    compare_all(SPLIT_ALL, Effort::Full, Level::detect(), &[1, 2, 3], 6);
}

#[test]
fn matrixmultiply_equals_the_interpreter() {
    compare_all(MATRIXMULTIPLY, Effort::Quick, Level::detect(), &[1], 3);
}

/// The instruction sets that this machine has besides its best. (Of others, `.ci/neon` runs NEON under an emulator.)
#[test]
fn other_instruction_sets_equal_the_interpreter() {
    let others = Level::ALL.into_iter().filter(|level| level.is_available() && *level != Level::detect());
    for level in others {
        // What is not vectorised gains nothing from optimisation.
        let effort = if level == Level::Portable { Effort::Quick } else { Effort::Full };
        compare_all(SPLIT_ALL, effort, level, &[1], 3);
    }
}
