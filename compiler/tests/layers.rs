//! Layers: what shapes each takes, what each computes, by hand, and whether what it says of itself is so. Each row of the tables is
//! put through this by being a row.

mod rows;

use dlm_compiler::check;
use dlm_compiler::graph::{NodeId, NodeKind, Unit};
use dlm_compiler::lower;
use dlm_compiler::op::{self, Arity, Op};
use dlm_compiler::reference;
use rows::calls::{Call, calls};
use rows::{assert_all, name, output, training, unit};

/// The shapes of [`SHAPES`]: a row of features and two images.
const INPUTS: [&str; 3] = ["[4]", "[2, 3]", "[2, 2, 2]"];

const ALIKE: [&str; 3] = INPUTS;
const NOT_OF_IMAGES: &str = "takes one row of features";

/// What is written, and what becomes of [`INPUTS`]: a shape, or a part of the error. What takes several values is given that value
/// and one of its shape.
const SHAPES: &[(&str, [&str; 3])] = &[
    ("add", ALIKE),
    ("batch_norm", ["[4]", NOT_OF_IMAGES, NOT_OF_IMAGES]),
    ("concat", ["[8]", "takes rows of features", "takes rows of features"]),
    ("dense(3)", ["[3]", NOT_OF_IMAGES, NOT_OF_IMAGES]),
    ("dropout(0.5)", ALIKE),
    ("flatten", ["[4]", "[6]", "[8]"]),
    ("layer_norm", ["[4]", NOT_OF_IMAGES, NOT_OF_IMAGES]),
    ("noise(0.5)", ALIKE),
    ("reshape(2, auto)", ["[2, 2]", "[2, 3]", "[2, 4]"]),
    ("reshape(4)", ["[4]", "[2, 3] holds 6, [4] takes 4", "[2, 2, 2] holds 8, [4] takes 4"]),
    ("softmax", ["[4]", NOT_OF_IMAGES, NOT_OF_IMAGES]),
    ("residual { relu; }", ALIKE),
    // Activations not named here keep any shape.
    ("prelu", ["[4]", "learns a slope for each of a row of features", "learns a slope for each of a row of features"]),
    ("prelu(shared = false)", ALIKE),
];

/// A model of this layer alone, its input of one shape and its output of another.
fn alone(written: &str, from: &str, to: &str) -> String {
    let many = op::find(name(written)).is_some_and(|def| def.arity == Arity::Many);
    let inputs = if many { format!("input a: f32{from}; input b: f32{from};") } else { format!("input x: f32{from};") };
    // The learned layer before it changes nothing, and asks for a gradient.
    let before = if many { "p: a -> prelu(init = 1, shared = true); " } else { "prelu(init = 1, shared = true) -> " };
    let written = if many && !written.contains(" b") { written.to_owned() + "(p, b)" } else { written.to_owned() };
    format!("model M {{ {inputs} {before}{written}; output y: f32{to}; }}")
}

#[test]
fn shapes_are_those_of_the_table() {
    let others = op::activation::names().filter(|activation| !SHAPES.iter().any(|(written, _)| name(written) == *activation));
    let rows = SHAPES.iter().copied().chain(others.map(|activation| (activation, ALIKE)));
    for (written, shapes) in rows {
        for (from, wanted) in INPUTS.iter().zip(shapes) {
            if wanted.starts_with('[') && wanted.ends_with(']') {
                unit(&alone(written, from, wanted));
                continue;
            }
            let (program, diagnostics) = check(&alone(written, from, "[1]"));
            let told = diagnostics.iter().any(|diagnostic| diagnostic.code.0 == "E130" && diagnostic.message.contains(wanted));
            assert!(program.is_none() && told, "{written} of {from}: {diagnostics:#?}");
        }
    }
    assert_all("layers", "a row in SHAPES", SHAPES.iter().map(|(written, _)| name(written)));
}

/// Two samples of each input of a layer, its parameters, and what it makes of them in training and in prediction.
struct Values {
    written: &'static str,
    inputs: &'static [&'static [f32]],
    parameters: &'static [(&'static str, &'static [f64])],
    training: &'static [f64],
    prediction: &'static [f64],
}

const VALUES: &[Values] = &[
    Values {
        written: "add",
        inputs: &[&[1.0, 2.0, -1.0, 0.0], &[3.0, 5.0, 0.5, 0.25]],
        parameters: &[],
        training: &[4.0, 7.0, -0.5, 0.25],
        prediction: &[4.0, 7.0, -0.5, 0.25],
    },
    // In training mean 2, variance 1, so (x − 2)/√1.5·2 + 1; in prediction (x − 0.5)/√4·2 + 1.
    Values {
        written: "batch_norm(eps = 0.5)",
        inputs: &[&[1.0, 3.0]],
        parameters: &[("norm.weight", &[2.0]), ("bias", &[1.0]), ("running_mean", &[0.5]), ("running_var", &[3.5])],
        training: &[-0.632_993_161_855_452, 2.632_993_161_855_452],
        prediction: &[1.5, 3.5],
    },
    Values {
        written: "concat",
        inputs: &[&[1.0, 2.0], &[3.0, 4.0]],
        parameters: &[],
        training: &[1.0, 3.0, 2.0, 4.0],
        prediction: &[1.0, 3.0, 2.0, 4.0],
    },
    // [1, 2]·[[1, 2], [3, 4]] = [7, 10] and [−1, 0.5]·… = [0.5, 0], plus the bias.
    Values {
        written: "dense(2)",
        inputs: &[&[1.0, 2.0, -1.0, 0.5]],
        parameters: &[("dense.weight", &[1.0, 2.0, 3.0, 4.0]), ("bias", &[0.5, -1.0])],
        training: &[7.5, 9.0, 1.0, -1.0],
        prediction: &[7.5, 9.0, 1.0, -1.0],
    },
    // What is drawn is in DRAWN.
    Values { written: "dropout(0)", inputs: &[&[1.0, 2.0]], parameters: &[], training: &[1.0, 2.0], prediction: &[1.0, 2.0] },
    Values { written: "noise(0)", inputs: &[&[1.0, 2.0]], parameters: &[], training: &[1.0, 2.0], prediction: &[1.0, 2.0] },
    Values {
        written: "flatten",
        inputs: &[&[1.0, 2.0, 3.0, 4.0]],
        parameters: &[],
        training: &[1.0, 2.0, 3.0, 4.0],
        prediction: &[1.0, 2.0, 3.0, 4.0],
    },
    Values {
        written: "reshape(1, 2)",
        inputs: &[&[1.0, 2.0, 3.0, 4.0]],
        parameters: &[],
        training: &[1.0, 2.0, 3.0, 4.0],
        prediction: &[1.0, 2.0, 3.0, 4.0],
    },
    // Of each sample mean 2, then 1, variance 1: ±1/√1.5·[2, 3] + [1, 0].
    Values {
        written: "layer_norm(eps = 0.5)",
        inputs: &[&[1.0, 3.0, 2.0, 0.0]],
        parameters: &[("norm.weight", &[2.0, 3.0]), ("bias", &[1.0, 0.0])],
        training: &[-0.632_993_161_855_452, 2.449_489_742_783_178, 2.632_993_161_855_452, -2.449_489_742_783_178],
        prediction: &[-0.632_993_161_855_452, 2.449_489_742_783_178, 2.632_993_161_855_452, -2.449_489_742_783_178],
    },
    // e/(1 + e)
    Values {
        written: "softmax",
        inputs: &[&[1.0, 0.0, -7.0, -7.0]],
        parameters: &[],
        training: &[0.731_058_578_630_004_9, 0.268_941_421_369_995_1, 0.5, 0.5],
        prediction: &[0.731_058_578_630_004_9, 0.268_941_421_369_995_1, 0.5, 0.5],
    },
    Values {
        written: "residual { prelu(init = 3, shared = true); }",
        inputs: &[&[1.0, -1.0]],
        parameters: &[],
        training: &[2.0, -4.0],
        prediction: &[2.0, -4.0],
    },
];

#[test]
fn values_are_those_of_the_table() {
    for Values { written, inputs, parameters, training: trained, prediction } in VALUES {
        let features = inputs[0].len() / 2;
        let to = format!("[{}]", trained.len() / 2).replace("[2]", if written.starts_with("reshape") { "[1, 2]" } else { "[2]" });
        let unit = unit(&alone(written, &format!("[{features}]"), &to));
        rows::close(&format!("{written} in training"), &output(&unit, &training(&unit), parameters, inputs, 2), trained);
        let found = output(&unit, &lower::prediction(&unit), parameters, inputs, 2);
        rows::close(&format!("{written} in prediction"), &found, prediction);
    }
    assert_all("layers", "a row in VALUES", VALUES.iter().map(|row| name(row.written)));
}

/// What draws in training: what is written, and mean and deviation of what it makes of 1.5.
const DRAWN: &[(&str, f64, f64)] = &[
    // 0 or 1.5/0.8, of variance 1.5²·0.2/0.8.
    ("dropout(0.2)", 1.5, 0.75),
    ("noise(0.5)", 1.5, 0.5),
    // Not drawn: negative values alone are.
    ("rrelu", 1.5, 0.0),
];

#[test]
fn draws_have_the_mean_and_the_deviation_of_the_table() {
    const COUNT: usize = 20_000;
    for call in layers().flat_map(|signature| calls(&signature)).filter(|call| draws(&single(call))) {
        assert!(DRAWN.iter().any(|(written, ..)| name(written) == call.name), "layers that draw without a row in DRAWN: {call}");
    }
    for (written, mean, deviation) in DRAWN {
        let unit = unit(&alone(written, "[1]", "[1]"));
        let found = output(&unit, &training(&unit), &[], &[&[1.5; COUNT]], COUNT);
        let of_mean = found.iter().sum::<f64>() / COUNT as f64;
        let of_deviation = (found.iter().map(|value| (value - of_mean).powi(2)).sum::<f64>() / COUNT as f64).sqrt();
        // Five standard errors of the mean; of the deviation as much is more than that.
        let error = 5.0 * deviation / (COUNT as f64).sqrt() + 1e-12;
        assert!((of_mean - mean).abs() <= error, "{written}: mean {of_mean}, not {mean}");
        assert!((of_deviation - deviation).abs() <= error, "{written}: deviation {of_deviation}, not {deviation}");
    }
}

/// Whether a training step of this model draws.
fn draws(unit: &Unit) -> bool {
    use dlm_compiler::train_graph::Operation;
    training(unit).values.iter().any(|value| matches!(value.operation, Operation::Uniform { .. }))
}

fn layers() -> impl Iterator<Item = dlm_compiler::signature::Signature> {
    let of = |table| reference::signatures(table).into_iter().filter(|signature| op::find(signature.name).is_some());
    of("layers").chain(of("activations"))
}

/// A layer on a row of four features.
fn single(call: &Call) -> Unit {
    let many = op::find(call.name).is_some_and(|def| def.arity == Arity::Many);
    let written = if many { call.of(&["p", "b"]) } else { call.to_string() };
    // Its shape is that of what `flatten` takes.
    let longer = unit(&alone(&format!("{written} -> flatten -> dense(1)"), "[4]", "[1]"));
    let before = |node: NodeId| longer.graph.nodes[node.0].inputs[0];
    let shape = &longer.graph.nodes[before(before(longer.graph.outputs[0].node)).0].shape;
    unit(&alone(&written, "[4]", &format!("{shape:?}")))
}

/// The layer that a model of one is about.
fn op_of(unit: &Unit) -> &dyn Op {
    match &unit.graph.nodes[unit.graph.outputs[0].node.0].kind {
        NodeKind::Op(op) => op.as_ref(),
        NodeKind::Input(_) => unreachable!("the output is the layer's"),
    }
}

/// What a model makes of 16 samples of each input.
fn made(unit: &Unit, graph: &dlm_compiler::train_graph::TrainGraph, of: impl Fn(usize, usize) -> f32) -> Vec<f64> {
    let inputs: Vec<Vec<f32>> =
        (0..unit.graph.inputs.len()).map(|input| (0..64).map(|index| of(input, index)).collect()).collect();
    let inputs: Vec<&[f32]> = inputs.iter().map(Vec::as_slice).collect();
    let weights: Vec<f64> = (0..12).map(|index| f64::from(index) * 0.3 - 1.0).collect();
    let parameters: &[(&str, &[f64])] =
        if op_of(unit).name() == "dense" { &[("dense.weight", &weights), ("bias", &[0.5; 3])] } else { &[] };
    output(unit, graph, parameters, &inputs, 16)
}

/// Multiples of 1/64 from −4 to 4, whose sums are exact in f32.
fn sample(seed: usize) -> impl Fn(usize, usize) -> f32 {
    move |input, index| ((index * 197 + input * 89 + seed * 331 + index * index * 7) % 512) as f32 / 64.0 - 4.0
}

fn near(a: &[f64], b: &[f64], by: f64) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= by * (1.0 + b.abs()))
}

/// Whatever a layer says of itself to the resolver and to lints is so, and what is so it says.
#[test]
fn what_layers_say_of_themselves_is_so() {
    for signature in layers() {
        let (name, unit) = (signature.name, single(&calls(&signature)[0]));
        let graph = lower::prediction(&unit);
        let (a, b) = (sample(1), sample(2));
        let of_a = made(&unit, &graph, &a);
        let given: Vec<f64> = (0..64).map(|index| f64::from(a(0, index))).collect();
        let keeps = unit.graph.inputs.len() == 1 && near(&of_a, &given, 0.0);
        assert_eq!(op_of(&unit).keeps_values(), keeps, "`{name}`: keeps_values");
        let sum = made(&unit, &graph, |input, index| a(input, index) + b(input, index));
        let (of_b, of_zero) = (made(&unit, &graph, &b), made(&unit, &graph, |_, _| 0.0));
        let apart: Vec<f64> = (0..of_a.len()).map(|index| of_a[index] + of_b[index] - of_zero[index]).collect();
        assert_eq!(op_of(&unit).is_linear(), near(&sum, &apart, 1e-9), "`{name}`: is_linear");
        if !draws(&unit) {
            let graph = training(&unit);
            let moved = made(&unit, &graph, |input, index| 3.0 * a(input, index) + 2.0);
            let normalizes = near(&moved, &made(&unit, &graph, &a), 1e-3);
            assert_eq!(op_of(&unit).normalizes(), normalizes, "`{name}`: normalizes");
        }
    }
}
