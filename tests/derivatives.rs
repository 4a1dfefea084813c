//! Derivatives against central differences in `f64`, for every layer, activation and loss, alone and in composition.

mod support;

use dlm_compiler::compile::{CompileOptions, compile};
use dlm_compiler::graph::Unit;
use dlm_compiler::interpret::{Call, Interpreter};
use dlm_compiler::lower::StepRole;
use dlm_compiler::train_graph::{TensorKind, TrainGraph};
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
    let call =
        Call { inputs: &inputs, targets: &targets, rows, updates: &[1; 8], gathered: rows, draw: 3, seed: 5, ..Call::default() };
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

/// One layer between two dense ones, under each flavour.
#[test]
fn of_every_layer_alone() {
    let mut numbers = Numbers(17);
    let mut layers: Vec<String> = dlm_compiler::op::activation::names().map(str::to_owned).collect();
    layers.extend(["prelu(shared = true)", "gelu(approximate = tanh)", "residual { dense(5); }"].map(str::to_owned));
    layers.extend(["batch_norm", "layer_norm", "softmax", "dropout(0.3)", "noise(0.3)"].map(str::to_owned));
    layers.push("reshape(5, 1) -> tanh -> flatten".to_owned());
    for layer in layers {
        for flavor in ["notes", "pytorch", "keras"] {
            let source = format!(
                "model M {{ input x: f32[4]; dense(5) -> {layer}; dense(3); output y: f32[3]; }}\n\
                 train M {{ flavor = {flavor}; batch = 6; }}"
            );
            let program = support::program(&layer, &source);
            check(&format!("{layer}, {flavor}"), &program.models[0].units[0], &mut numbers);
        }
    }
}

/// Every loss on the output that it is for.
#[test]
fn of_every_loss() {
    let mut numbers = Numbers(29);
    for loss in dlm_compiler::loss::names() {
        let output = match loss {
            "cross_entropy" => "class[3]",
            "binary_cross_entropy" => "flags[3]",
            _ => "f32[3]",
        };
        let source = format!(
            "model M {{ input x: f32[4]; dense(5) -> tanh -> dense(3); output y: {output}; }}\n\
             train M {{ loss = {loss}; batch = 6; }}"
        );
        let program = support::program(loss, &source);
        check(loss, &program.models[0].units[0], &mut numbers);
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
