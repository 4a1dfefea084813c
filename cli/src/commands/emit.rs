//! `dlm emit`: what a stage of the compiler makes of a file.

use dlm_compiler::compile::{CompileOptions, Compiled, CompiledStep, compile};
use dlm_compiler::emit::{Levels, functions};
use quote::quote;

use crate::args::{Emit, Stage};
use crate::console::Console;
use crate::failure::Failure;
use crate::show;
use crate::source::{Replaced, Source, has_errors};

/// Prints one stage. The syntax tree can be shown of a file with errors in its names, shapes and recipes too.
pub fn run(arguments: &Emit, console: &Console) -> Result<(), Failure> {
    let source = Source::read(&arguments.selection.file)?;
    if arguments.stage == Stage::Ast {
        let (file, diagnostics) = dlm_dsl::parse(&source.text);
        console.diagnostics(&diagnostics, &source.text, &source.name);
        console.result(format_args!("{file:#?}"))?;
        return if has_errors(&diagnostics) { Err(Failure::Reported) } else { Ok(()) };
    }
    let unit = source.choose(&arguments.selection, Replaced::default(), console, false)?;
    if arguments.stage == Stage::Graph {
        return console.raw_result(&show::graph(&unit.graph));
    }
    let compiled = compile(&unit, CompileOptions::default());
    let text = match arguments.stage {
        Stage::TrainGraph => steps(&compiled, |step| show::train_graph(&step.graph)),
        Stage::Plan => {
            let steps = steps(&compiled, |step| format!("A training step: {}\n", step.plan));
            format!("{steps}A prediction of a batch: {}\nA prediction of one sample: {}", compiled.infer, compiled.infer_one)
        }
        Stage::Rust => show::rust(functions(&compiled, &quote!(::dlm_kernels), Levels::All, &source.file_name())),
        Stage::Ast | Stage::Graph => unreachable!("shown above"),
    };
    console.raw_result(&text)
}

/// Each kind of training step, with a title where there are several.
fn steps(compiled: &Compiled<'_>, show: impl Fn(&CompiledStep) -> String) -> String {
    let titled = |step: &CompiledStep| match compiled.steps.len() {
        1 => show(step),
        _ => format!("{}\n{}\n", step.variant.describe(&compiled.unit.recipe), show(step)),
    };
    compiled.steps.iter().map(titled).collect()
}
