//! Derivatives against central differences in `f64`: every layer, activation, loss and penalty because it is a row of its table, and
//! the models of the corpus.

mod support;

use dlm_compiler::compile::{CompileOptions, compile};
use dlm_compiler::graph::{OutputKind, Unit};
use dlm_compiler::interpret::{self, Interpreter};
use dlm_compiler::lower::StepRole;
use dlm_compiler::op::{self, Arity};
use dlm_compiler::train_graph::{TensorKind, TrainGraph};
use dlm_compiler::{loss, penalty, reference};
use support::calls::{Call, calls};
use support::{Numbers, slices, unit_name};

/// Half the distance of a difference: the error of a central difference is then about 1e-10.
const H: f64 = 1e-5;

/// Checks every parameter's gradient, or some of each where there are many.
fn check(name: &str, unit: &Unit, numbers: &mut Numbers) {
    check_times(1.0, name, unit, numbers);
}

/// As [`check`], with derivatives wrong by a factor.
fn check_times(factor: f64, name: &str, unit: &Unit, numbers: &mut Numbers) {
    let compiled = compile(unit, CompileOptions::default());
    for step in compiled.steps.iter().filter(|step| step.variant.role == StepRole::Update) {
        check_step(factor, &format!("{name}, {}", step.variant.name(&unit.recipe)), unit, &step.graph, numbers);
    }
}

fn check_step(factor: f64, name: &str, unit: &Unit, graph: &TrainGraph, numbers: &mut Numbers) {
    // The loss without penalties: what gradients are of before them.
    let graph = without_penalties(graph);
    let rows = unit.recipe.batch.min(6);
    let (inputs, targets) = numbers.batch(unit, rows);
    let targets = numbers.mixed(unit, targets, rows);
    let (inputs, targets) = (slices(&inputs), slices(&targets));
    let call = interpret::Call {
        inputs: &inputs,
        targets: &targets,
        rows,
        updates: &[1; 8],
        gathered: rows,
        draw: 3,
        seed: 5,
        ..interpret::Call::default()
    };
    let mut tensors: Vec<Vec<f64>> = Interpreter::<f64>::new(&graph).tensors;
    for (tensor, values) in graph.tensors.iter().zip(&mut tensors) {
        if let TensorKind::Parameter(_) = tensor.kind {
            // Positive ones too where a weight multiplies, so that no gradient is zero by symmetry.
            values.iter_mut().for_each(|value| *value = f64::from(numbers.next()) - 0.4);
            if tensor.name.ends_with("running_var") {
                values.iter_mut().for_each(|value| *value = value.abs() + 0.1);
            }
        }
    }
    let loss_at = |tensors: &[Vec<f64>]| {
        let mut interpreter = Interpreter::<f64>::new(&graph);
        interpreter.tensors = tensors.to_vec();
        let values = interpreter.run(&call);
        (values[graph.loss.expect("a step has a loss").0][0], values)
    };
    let (_, values) = loss_at(&tensors);
    let mut compared = 0;
    for (parameter, gradient) in &graph.gradients {
        let tensor =
            graph.tensors.iter().position(|tensor| tensor.kind == TensorKind::Parameter(*parameter)).expect("its tensor");
        let count = tensors[tensor].len();
        for index in (0..count).step_by(count.div_ceil(7)) {
            let original = tensors[tensor][index];
            let mut side = |offset: f64| {
                tensors[tensor][index] = original + offset;
                loss_at(&tensors).0
            };
            let difference = (side(H) - side(-H)) / (2.0 * H);
            tensors[tensor][index] = original;
            let exact = factor * values[gradient.0][index];
            let close = (exact - difference).abs() <= 2e-7 * (1.0 + exact.abs().max(difference.abs()));
            assert!(close, "{name}: {}[{index}]: derivative {exact:e}, difference {difference:e}", graph.tensors[tensor].name);
            compared += 1;
        }
    }
    assert!(compared > 0, "{name}: nothing to compare");
}

/// The graph whose loss is the data's alone: the sum that penalties were added to.
fn without_penalties(graph: &TrainGraph) -> TrainGraph {
    let mut graph = graph.clone();
    graph.loss = graph
        .values
        .iter()
        .enumerate()
        .filter(|(_, value)| value.name == "loss")
        .map(|(index, _)| index)
        .take_while({
            // Penalties come after every gradient.
            let last = graph.gradients.iter().map(|(_, gradient)| gradient.0).max().unwrap_or(0);
            move |index| *index <= last
        })
        .last()
        .map(dlm_compiler::train_graph::ValueId);
    graph.writes.clear();
    graph
}

#[test]
fn of_the_whole_corpus() {
    let mut numbers = Numbers(3);
    for (stem, source) in support::sources() {
        let program = support::program(&stem, &source);
        for unit in program.models.iter().flat_map(|model| &model.units) {
            // Differences of a deep product cost too much here, and test nothing that smaller ones do not.
            if unit.graph.parameters.iter().map(|parameter| parameter.shape.iter().product::<usize>()).sum::<usize>() < 20_000 {
                check(&format!("{stem}.dlm, {}", unit_name(unit)), unit, &mut numbers);
            }
        }
    }
}

const FLAVORS: [&str; 3] = ["notes", "pytorch", "keras"];

/// What a layer between two dense ones is given: a row of features, or an image.
const GIVEN: [&str; 2] = ["", " -> reshape(2, 3)"];

/// A layer between two dense ones, its value flattened; what takes several values is given two.
fn between(call: &Call, given: &str, settings: &str) -> String {
    let (before, layer) = match op::find(call.name).map(|def| def.arity) {
        Some(Arity::One) => (format!("dense(6){given} -> "), call.to_string()),
        Some(Arity::Many) => (format!("a: x -> dense(6){given}; b: x -> dense(6){given}; "), call.of(&["a", "b"])),
        // What holds statements.
        None => (format!("dense(6){given} -> "), format!("{call} {{ tanh; }}")),
    };
    format!(
        "model M {{ input x: f32[4]; {before}{layer} -> flatten; dense(3); output y: f32[3]; }} train M {{ {settings} batch = 6; }}"
    )
}

/// Every layer and activation by being a row of its table, with each of its arguments and under each flavour, on every shape that it
/// takes.
#[test]
fn of_every_layer_alone() {
    let mut numbers = Numbers(17);
    for signature in ["layers", "activations"].into_iter().flat_map(reference::signatures) {
        for call in calls(&signature) {
            let mut taken = 0;
            for (given, flavor) in GIVEN.iter().flat_map(|given| FLAVORS.map(|flavor| (given, flavor))) {
                let source = between(&call, given, &format!("flavor = {flavor};"));
                let Some(program) = dlm_compiler::check(&source).0 else { continue };
                check(&format!("{call}{given}, {flavor}"), &program.models[0].units[0], &mut numbers);
                taken += 1;
            }
            let source = between(&call, "", "");
            assert!(
                taken > 0,
                "`{call}` is refused, so that its derivative is not tested; a call for tests/support/calls.rs?\n{source}"
            );
        }
    }
}

/// Outputs of every kind, as the compiler and as a file has them.
fn outputs() -> [(&'static str, OutputKind); 4] {
    [
        ("class[3]", OutputKind::Class(3)),
        ("binary", OutputKind::Binary),
        ("flags[3]", OutputKind::Flags(3)),
        ("f32[3]", OutputKind::Values(vec![3])),
    ]
}

/// Every loss by being a row of its table, with each of its arguments and under each flavour, on every kind of output that it fits,
/// with and without weights of samples.
#[test]
fn of_every_loss() {
    let mut numbers = Numbers(29);
    for def in loss::LOSSES {
        let fits: Vec<&str> = outputs().iter().filter(|(_, kind)| (def.fits)(kind)).map(|(output, _)| *output).collect();
        assert!(!fits.is_empty(), "`{}` is a loss for no output that is tested here", def.signature.name);
        for (call, output) in calls(&def.signature).iter().flat_map(|call| fits.iter().map(move |output| (call, *output))) {
            for (flavor, weighted) in FLAVORS.iter().flat_map(|flavor| [(flavor, false), (flavor, true)]) {
                let units = if output == "binary" { 1 } else { 3 };
                let source = format!(
                    "model M {{ input x: f32[4]; dense(5) -> tanh -> dense({units}); output y: {output}; }}\n\
                     train M {{ loss = {call}; flavor = {flavor}; sample_weights = {weighted}; batch = 6; }}"
                );
                let name = format!("{call} of {output}, {flavor}, weights of samples: {weighted}");
                check(&name, &support::program(&name, &source).models[0].units[0], &mut numbers);
            }
        }
    }
}

/// Every penalty by being a row of its table: a step of gradient descent with η = 1 takes away the slope of the loss that is reported,
/// penalties in it.
#[test]
fn of_every_penalty() {
    let mut numbers = Numbers(31);
    for (call, flavor) in penalty::PENALTIES
        .iter()
        .flat_map(|def| calls(&def.signature))
        .flat_map(|call| FLAVORS.map(|flavor| (call.clone(), flavor)))
    {
        let source = format!(
            "model M {{ input x: f32[4]; dense(5) -> tanh -> dense(3); output y: f32[3]; }}\n\
             train M {{ regularize = [{call}]; flavor = {flavor}; optimizer = sgd; batch = 6; }}"
        );
        let program = support::program(call.name, &source);
        let unit = &program.models[0].units[0];
        let compiled = compile(unit, CompileOptions::default());
        let graph = &compiled.first().graph;
        let (inputs, targets) = numbers.batch(unit, 6);
        let (inputs, targets) = (slices(&inputs), slices(&targets));
        let call = interpret::Call {
            inputs: &inputs,
            targets: &targets,
            rows: 6,
            learning_rate: 1.0,
            updates: &[1],
            gathered: 6,
            ..interpret::Call::default()
        };
        let mut tensors: Vec<Vec<f64>> = Interpreter::<f64>::new(graph).tensors;
        let is_parameter = |index: usize| matches!(graph.tensors[index].kind, TensorKind::Parameter(_));
        for values in tensors.iter_mut().enumerate().filter(|(index, _)| is_parameter(*index)).map(|(_, values)| values) {
            values.iter_mut().for_each(|value| *value = f64::from(numbers.next()) - 0.4);
        }
        let run = |tensors: &[Vec<f64>]| {
            let mut interpreter = Interpreter::<f64>::new(graph);
            interpreter.tensors = tensors.to_vec();
            let values = interpreter.run(&call);
            (values[graph.loss.expect("a step has a loss").0][0], interpreter.tensors)
        };
        let (_, after) = run(&tensors);
        for tensor in (0..tensors.len()).filter(|index| is_parameter(*index)) {
            for index in 0..tensors[tensor].len() {
                let original = tensors[tensor][index];
                let mut side = |offset: f64| {
                    tensors[tensor][index] = original + offset;
                    run(&tensors).0
                };
                let difference = (side(H) - side(-H)) / (2.0 * H);
                tensors[tensor][index] = original;
                let taken = original - after[tensor][index];
                let place = format!("{source}\n{}[{index}]", graph.tensors[tensor].name);
                assert!((taken - difference).abs() < 1e-8, "{place}: a step takes {taken:e}, difference {difference:e}");
            }
        }
    }
}

/// The check itself fails where a derivative is wrong by a thousandth.
#[test]
#[should_panic(expected = "derivative")]
fn a_wrong_derivative_is_found() {
    let source = "model M { input x: f32[4]; dense(5) -> tanh -> dense(3); output y: f32[3]; }\ntrain M { batch = 6; }";
    let program = support::program("wrong", source);
    check_times(1.001, "wrong", &program.models[0].units[0], &mut Numbers(5));
}
