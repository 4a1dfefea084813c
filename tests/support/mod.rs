//! What the tests of whole models share: the corpus, and data made for any model.

#![allow(dead_code, reason = "not every test uses all of it")]

pub mod calls;
pub mod compare;
pub mod reference;
pub mod sample;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use dlm_compiler::compile::Compiled;
use dlm_compiler::graph::{OutputKind, Program, Unit};
use dlm_compiler::lower::ExtraTargets;
use dlm_compiler::train_graph::TensorKind;

/// The folder of models that all compile.
pub fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/models")
}

/// An example of four times twenty layers, of which the corpus has everything in small: it would take as long as all the rest.
const LONG: &str = "gradients";

/// Every file of the corpus and every example but [`LONG`]: its stem and text, by name.
pub fn sources() -> Vec<(String, String)> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut files: Vec<PathBuf> = [corpus(), examples]
        .iter()
        .flat_map(|folder| fs::read_dir(folder).expect("the folder is part of the repository"))
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "dlm"))
        .filter(|path| path.file_stem().is_some_and(|stem| stem != LONG))
        .collect();
    files.sort();
    assert!(files.len() > 15, "the corpus is there");
    // While one works on a model, its stem in DLM_CORPUS spares the others.
    if let Ok(only) = std::env::var("DLM_CORPUS") {
        files.retain(|path| path.file_stem().is_some_and(|stem| only.split(',').any(|wanted| stem == wanted)));
    }
    let read = |path: &PathBuf| {
        let stem = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        (stem, fs::read_to_string(path).expect("the file can be read"))
    };
    files.iter().map(read).collect()
}

/// A program that must be free of errors.
pub fn program(name: &str, source: &str) -> Program {
    let (program, diagnostics) = dlm_compiler::check(source);
    let text: String =
        diagnostics.iter().map(|diagnostic| dlm_dsl::plain::text(diagnostic, source, &format!("{name}.dlm"))).collect();
    program.unwrap_or_else(|| panic!("{name}.dlm has errors:\n{text}"))
}

/// The name of a recipe of a model.
pub fn unit_name(unit: &Unit) -> String {
    match &unit.recipe.name {
        Some(name) => format!("{} as {name}", unit.graph.name),
        None => unit.graph.name.clone(),
    }
}

/// What `work` makes of each item, in their order, on all processors.
pub fn in_parallel<T: Send, R: Send>(items: impl Iterator<Item = T> + Send, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let items = Mutex::new(items.enumerate());
    let results = Mutex::new(Vec::new());
    let next = || items.lock().expect("nobody panics with it").next();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some((index, item)) = next() {
                    let result = work(item);
                    results.lock().expect("nobody panics with it").push((index, result));
                }
            });
        }
    });
    let mut results = results.into_inner().expect("nobody panics with it");
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

/// A small generator of test data (Knuth's MMIX constants): the same on every machine.
pub struct Numbers(pub u64);

impl Numbers {
    /// In [0, 1).
    pub fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 40) as f32) / (1u64 << 24) as f32
    }

    /// So many in [-1, 1).
    pub fn list(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| 2.0 * self.next() - 1.0).collect()
    }

    /// Samples for each input and targets for each output, `rows` of them, with weights where the recipe has them.
    pub fn batch(&mut self, unit: &Unit, rows: usize) -> (Vec<Vec<f32>>, Vec<Vec<f32>>) {
        let graph = &unit.graph;
        let inputs = graph.inputs.iter().map(|input| self.list(rows * input.shape.iter().product::<usize>())).collect();
        let mut targets: Vec<Vec<f32>> = graph
            .outputs
            .iter()
            .map(|output| match &output.kind {
                OutputKind::Class(classes) => (0..rows).map(|_| (self.next() * *classes as f32).floor()).collect(),
                OutputKind::Binary => (0..rows).map(|_| self.next().round()).collect(),
                OutputKind::Flags(flags) => (0..rows * flags).map(|_| self.next().round()).collect(),
                OutputKind::Values(shape) => self.list(rows * shape.iter().product::<usize>()),
            })
            .collect();
        if unit.recipe.sample_weights {
            targets.push((0..rows).map(|_| 2.0 * self.next()).collect());
        }
        (inputs, targets)
    }
}

impl Numbers {
    /// Targets with what a step takes besides where samples are mixed: other classes, and shares.
    pub fn mixed(&mut self, unit: &Unit, mut targets: Vec<Vec<f32>>, rows: usize) -> Vec<Vec<f32>> {
        let extra = ExtraTargets::of(&unit.graph, &unit.recipe);
        for (output, partner) in unit.graph.outputs.iter().zip(&extra.partners) {
            if let (OutputKind::Class(classes), Some(_)) = (&output.kind, partner) {
                targets.push((0..rows).map(|_| (self.next() * *classes as f32).floor()).collect());
            }
        }
        targets.extend(extra.share.map(|_| (0..rows).map(|_| self.next()).collect()));
        targets
    }
}

/// The slices of some lists.
pub fn slices(lists: &[Vec<f32>]) -> Vec<&[f32]> {
    lists.iter().map(Vec::as_slice).collect()
}

/// A trainer's parameters in the order of memory, as the interpreter holds them; none for the optimizer's tensors.
pub fn parameters(compiled: &Compiled<'_>, trainer: &dlm_runtime::Trainer) -> Vec<Option<Vec<f32>>> {
    let read = |tensor: &dlm_compiler::train_graph::Tensor| {
        if matches!(tensor.kind, TensorKind::State(..) | TensorKind::Signal(..)) {
            return None;
        }
        let array = trainer.parameter(&tensor.name);
        // A file's weight is (out, in), memory's (in, out).
        let spec = trainer.spec().parameters.iter().find(|parameter| parameter.name == tensor.name);
        let array = if spec.is_some_and(|spec| spec.transposed) { array.reversed_axes() } else { array };
        Some(array.iter().copied().collect())
    };
    compiled.layout.tensors.iter().map(|place| read(&place.tensor)).collect()
}
