//! Generated code against the reference interpreter, bit for bit: the loss of each step, every parameter and statistic
//! after it, and every prediction; on one thread and on several, with either way to compute products.

mod support;

use dlm_cli::aot;
use dlm_compiler::compile::{CompileOptions, Compiled, compile};
use dlm_compiler::graph::Program;
use dlm_compiler::plan::Products;
use dlm_runtime::Trainer;
use support::compare::{compare, interpreted};
use support::unit_name;

/// Every kernel that can be split is, however small.
const SPLIT_ALL: CompileOptions = CompileOptions { split_from: 0, products: Products::Chosen };
const MATRIXMULTIPLY: CompileOptions = CompileOptions { split_from: 0, products: Products::MatrixMultiply };

fn compare_all(options: CompileOptions, threads: &[usize], steps: u64) {
    for (stem, source) in support::sources() {
        let program: Program = support::program(&stem, &source);
        let units: Vec<_> = program.models.iter().flat_map(|model| &model.units).collect();
        let compiled: Vec<Compiled<'_>> = units.iter().map(|unit| compile(unit, options)).collect();
        let models: Vec<(&Compiled<'_>, &str)> = compiled.iter().map(|compiled| (compiled, stem.as_str())).collect();
        let loaded = aot::load_all(&models).expect("generated code compiles");
        for (compiled, loaded) in compiled.iter().zip(loaded) {
            // The naive interpreter takes long for the large ones.
            let parameters: usize = compiled.layout.parameters_len;
            let steps = if parameters > 50_000 { 2 } else { steps };
            let expected = interpreted(compiled, &Trainer::new(loaded.program), steps);
            for threads in threads {
                let name = format!("{stem}.dlm, {}, {threads} threads", unit_name(compiled.unit));
                compare(&name, compiled, loaded.program, *threads, &expected);
            }
        }
    }
}

#[test]
fn tiles_equal_the_interpreter() {
    compare_all(SPLIT_ALL, &[1, 2, 3], 6);
}

#[test]
fn matrixmultiply_equals_the_interpreter() {
    compare_all(MATRIXMULTIPLY, &[1], 3);
}
