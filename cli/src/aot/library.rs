//! Compiled libraries, opened.

use std::path::Path;

use dlm_compiler::compile::Compiled;
use dlm_compiler::describe::describe;
use dlm_runtime::Program;

use super::error::Error;

/// Opens a library and finds its models.
///
/// # Errors
/// If it does not load, or they are not in it.
pub fn open(library: &Path, models: &[(&Compiled<'_>, &str)]) -> Result<Vec<&'static Program>, Error> {
    let failed = |message: String| Error::Load { path: library.into(), message };
    // SAFETY: the library is one that `model` of this module's parent made: its constructors do nothing but what Rust's standard library's do.
    let opened = unsafe { libloading::Library::new(library) }.map_err(|error| failed(error.to_string()))?;
    let mut tables = Vec::new();
    for index in 0..models.len() {
        let name = format!("DLM_PROGRAM_{index}\0");
        // SAFETY: `export!` made this symbol a static `dlm_kernels::Program`; `load` checks its version before its rest.
        let table = unsafe {
            let symbol = opened.get::<*const dlm_kernels::Program>(name.as_bytes()).map_err(|error| failed(error.to_string()))?;
            dlm_kernels::Program::load(*symbol).map_err(|error| failed(error.to_string()))?
        };
        tables.push((table.step(), table.infer()));
    }
    // Programs are `'static`: a library that has them all is never unloaded. Any other is, or the system would not look at
    // the file again.
    Box::leak(Box::new(opened));
    let program = |((compiled, _), (step, infer)): (&(&Compiled<'_>, &str), _)| {
        &*Box::leak(Box::new(Program { spec: describe(compiled), step, infer }))
    };
    Ok(models.iter().zip(tables).map(program).collect())
}
