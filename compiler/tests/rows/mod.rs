//! What the tests of the tables' rows share: models of a single layer, run in `f64`.

#![allow(dead_code, reason = "not every test uses all of it")]

#[path = "../../../tests/support/calls.rs"]
pub mod calls;

use dlm_compiler::check;
use dlm_compiler::graph::Unit;
use dlm_compiler::initializer::Distribution;
use dlm_compiler::interpret::{Call, Interpreter};
use dlm_compiler::lower::{self, StepRole, Variant};
use dlm_compiler::reference;
use dlm_compiler::train_graph::{TensorKind, TrainGraph};

pub const FLAVORS: [&str; 3] = ["notes", "pytorch", "keras"];

/// The first recipe of a file that must be free of errors.
pub fn unit(source: &str) -> Unit {
    let (program, diagnostics) = check(source);
    program.unwrap_or_else(|| panic!("{source}\n{diagnostics:#?}")).models.remove(0).units.remove(0)
}

/// Fails unless each row of a table is among the names that a test has something of, and says what is to be added.
#[track_caller]
pub fn assert_all(table: &str, of: &str, tested: impl IntoIterator<Item = impl AsRef<str>>) {
    let tested: Vec<String> = tested.into_iter().map(|name| name.as_ref().to_owned()).collect();
    let names = reference::signatures(table).into_iter().map(|signature| signature.name);
    let missing: Vec<&str> = names.filter(|name| !tested.iter().any(|tested| tested == name)).collect();
    assert!(missing.is_empty(), "{table} without {of}: {missing:?}; add them, by hand or from another program");
}

/// The name of what is called.
pub fn name(written: &str) -> &str {
    written.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

/// The graph of an update.
pub fn training(unit: &Unit) -> TrainGraph {
    lower::training(unit, Variant { phase: 0, role: StepRole::Update, watched: false })
}

/// An interpreter whose parameters are what they begin with, which must be constants, or what is given by the ends of their paths:
/// as memory has them, a weight (in, out).
pub fn interpreter<'g>(unit: &Unit, graph: &'g TrainGraph, parameters: &[(&str, &[f64])]) -> Interpreter<'g, f64> {
    let mut interpreter = Interpreter::<f64>::new(graph);
    for (tensor, values) in graph.tensors.iter().zip(&mut interpreter.tensors) {
        let TensorKind::Parameter(id) = tensor.kind else { continue };
        if let Some((_, given)) = parameters.iter().find(|(end, _)| tensor.name.ends_with(end)) {
            values.copy_from_slice(given);
        } else {
            let Distribution::Constant(value) = unit.graph.parameters[id.0].init else { panic!("{} is drawn", tensor.name) };
            values.fill(value);
        }
    }
    interpreter
}

/// The first output, one sample after the other, of samples without targets.
pub fn output(unit: &Unit, graph: &TrainGraph, parameters: &[(&str, &[f64])], inputs: &[&[f32]], rows: usize) -> Vec<f64> {
    let targets: Vec<Vec<f32>> = unit
        .graph
        .outputs
        .iter()
        .map(|output| vec![0.0; rows * unit.graph.nodes[output.node.0].shape.iter().product::<usize>()])
        .collect();
    let targets: Vec<&[f32]> = targets.iter().map(Vec::as_slice).collect();
    let call = Call { inputs, targets: &targets, rows, updates: &[1], gathered: rows, seed: 7, ..Call::default() };
    let values = interpreter(unit, graph, parameters).run(&call);
    by_sample(&values[graph.outputs[0].0], rows)
}

/// (features × samples) as one sample after the other.
pub fn by_sample(values: &[f64], rows: usize) -> Vec<f64> {
    let features = values.len() / rows;
    (0..values.len()).map(|index| values[index % features * rows + index / features]).collect()
}

#[track_caller]
pub fn close(what: &str, found: &[f64], wanted: &[f64]) {
    let near = |(found, wanted): (&f64, &f64)| (found - wanted).abs() <= 1e-12 * wanted.abs().max(1.0);
    assert!(found.len() == wanted.len() && found.iter().zip(wanted).all(near), "{what}: {found:?} is not {wanted:?}");
}
