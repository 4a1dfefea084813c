//! Activations: values and slopes at −3, −0, 0 and 3 in each flavour, defaults, and learned slopes.

use dlm_compiler::check;
use dlm_compiler::expr::{Expr, Leaf};
use dlm_compiler::graph::Unit;
use dlm_compiler::initializer::Distribution;
use dlm_compiler::interpret::{Call, Interpreter};
use dlm_compiler::lower::{self, StepRole, Variant};
use dlm_compiler::op::activation;
use dlm_compiler::signature::{ArgumentValue, Arguments, Flavor};
use dlm_compiler::train_graph::{TensorKind, TrainGraph};

const FLAVORS: [&str; 3] = ["notes", "pytorch", "keras"];

fn unit(source: &str) -> Unit {
    let (program, diagnostics) = check(source);
    program.unwrap_or_else(|| panic!("{source}\n{diagnostics:#?}")).models.remove(0).units.remove(0)
}

/// An activation's value at z in training and in prediction, its slope there, and that of the value by the learned slope.
struct At {
    training: f64,
    prediction: f64,
    slope: f64,
    learned: Option<f64>,
}

/// The activation alone, in `f64`. The prelu before it has slope 1, which leaves z what it is, −0 included, and being learned it
/// asks for the gradient; that of the absolute error is 1, since the target is far below.
fn at(written: &str, flavor: &str, z: f32) -> At {
    let unit = unit(&format!(
        "model M {{ input x: f32[1]; prelu(init = 1, shared = true) -> {written}; output y: f32[1]; }}\n\
         train M {{ flavor = {flavor}; loss = mae; }}"
    ));
    let run = |graph: &TrainGraph| {
        let mut interpreter = Interpreter::<f64>::new(graph);
        for (tensor, values) in graph.tensors.iter().zip(&mut interpreter.tensors) {
            if let TensorKind::Parameter(id) = tensor.kind {
                let Distribution::Constant(value) = unit.graph.parameters[id.0].init else { panic!("{}", tensor.name) };
                values.fill(value);
            }
        }
        let (input, target) = ([z], [-1e3]);
        interpreter.run(&Call { inputs: &[&input], targets: &[&target], rows: 1, updates: &[1], ..Call::default() })
    };
    let (training, prediction) =
        (lower::training(&unit, Variant { phase: 0, role: StepRole::Update, watched: false }), lower::prediction(&unit));
    let (values, predicted) = (run(&training), run(&prediction));
    let node = unit.graph.outputs[0].node;
    let slope = training.values.iter().position(|value| value.origin == Some(node) && value.name == "d_z").expect("its gradient");
    let own = |id: &dlm_compiler::graph::ParameterId| unit.graph.parameters[id.0].node == node;
    At {
        training: values[training.outputs[0].0][0],
        prediction: predicted[prediction.outputs[0].0][0],
        slope: values[slope][0],
        learned: training.gradients.iter().find(|(id, _)| own(id)).map(|(_, gradient)| values[gradient.0][0]),
    }
}

/// What is written; the values at −3, 0 and 3; the slopes at −3 and 3; the slope at 0 in each flavour. PyTorch 2.15 and Keras 3.15
/// compute the same in `float64`, each in its flavour.
type Row = (&'static str, [f64; 3], [f64; 2], [f64; 3]);

const ROWS: &[Row] = &[
    ("identity", [-3.0, 0.0, 3.0], [1.0, 1.0], [1.0; 3]),
    (
        "sigmoid",
        [0.047_425_873_177_566_78, 0.5, 0.952_574_126_822_433_4],
        [0.045_176_659_730_912_14, 0.045_176_659_730_912],
        [0.25; 3],
    ),
    (
        "tanh",
        [-0.995_054_753_686_730_5, 0.0, 0.995_054_753_686_730_5],
        [0.009_866_037_165_440_166, 0.009_866_037_165_440_166],
        [1.0; 3],
    ),
    ("relu", [0.0, 0.0, 3.0], [0.0, 1.0], [0.0; 3]),
    ("leaky_relu(alpha = 0.2)", [-0.6, 0.0, 3.0], [0.2, 1.0], [0.2, 0.2, 1.0]),
    ("rrelu(lower = 0.25, upper = 0.25)", [-0.75, 0.0, 3.0], [0.25, 1.0], [0.25, 0.25, 1.0]),
    ("prelu(init = 0.25)", [-0.75, 0.0, 3.0], [0.25, 1.0], [0.25, 0.25, 0.0]),
    ("elu(alpha = 0.7)", [-0.665_149_052_142_495_2, 0.0, 3.0], [0.034_850_947_857_504_76, 1.0], [1.0, 0.7, 0.7]),
    (
        "selu",
        [-1.670_568_728_767_111_8, 0.0, 3.152_102_962_066_441_4],
        [0.087_530_612_080_264_87, 1.050_700_987_355_480_5],
        [1.758_099_340_847_376_6; 3],
    ),
    (
        "gelu",
        [-0.004_049_694_094_890_31, 0.0, 2.995_950_305_905_11],
        [-0.011_945_647_204_183_92, 1.011_945_647_204_184],
        [0.5; 3],
    ),
    (
        "gelu(approximate = tanh)",
        [-0.003_637_392_081_772_994_3, 0.0, 2.996_362_607_918_227],
        [-0.011_584_166_630_969_648, 1.011_584_166_630_969_5],
        [0.5; 3],
    ),
    (
        "silu",
        [-0.142_277_619_532_700_35, 0.0, 2.857_722_380_467_299_8],
        [-0.088_104_106_015_169_62, 1.088_104_106_015_169_3],
        [0.5; 3],
    ),
    (
        "softplus",
        [0.048_587_351_573_742_06, std::f64::consts::LN_2, 3.048_587_351_573_742],
        [0.047_425_873_177_566_79, 0.952_574_126_822_433_3],
        [0.5; 3],
    ),
];

#[track_caller]
fn close(what: &str, found: f64, wanted: f64) {
    assert!((found - wanted).abs() < 1e-14, "{what}: {found:?} is not {wanted:?}");
}

#[test]
fn values_and_slopes_are_exact() {
    for (written, values, slopes, kinks) in ROWS {
        for (flavor, kink) in FLAVORS.iter().zip(kinks) {
            let points =
                [(-3.0, values[0], slopes[0]), (-0.0, values[1], *kink), (0.0, values[1], *kink), (3.0, values[2], slopes[1])];
            for (z, value, slope) in points {
                let found = at(written, flavor, z);
                let place = format!("{written}, {flavor}, at {z:?}");
                close(&place, found.training, value);
                close(&place, found.prediction, value);
                close(&format!("slope of {place}"), found.slope, slope);
                if let Some(learned) = found.learned {
                    close(&format!("learned slope of {place}"), learned, f64::from(z.min(0.0)));
                }
            }
        }
    }
    for name in activation::names() {
        assert!(ROWS.iter().any(|(written, ..)| written.split('(').next() == Some(name)), "`{name}` has no row");
    }
}

/// Bounds are the values' own, to the digits that a message shows, and what has bounds says so; what saturates has no slope to
/// speak of on either side, and says so.
#[test]
fn bounds_and_saturation_are_those_of_the_values() {
    for def in activation::ACTIVATIONS {
        let (name, arguments) = (def.signature.name, Arguments::defaults(&def.signature, Flavor::Notes));
        // What is drawn or learned as it usually is.
        let usual = def.learned_slope.map_or(0.5, |initial| initial(&arguments));
        let of = |expr: &Expr, z: f64| expr.evaluate::<f64>(&|leaf| if leaf == Leaf::Operand(0) { z } else { usual });
        let value = (def.value)(&arguments);
        let near = (-4000..=4000).map(|step| f64::from(step) / 100.0);
        let values: Vec<f64> = near.chain([-1e6, 1e6]).map(|z| of(&value, z)).collect();
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        let greatest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        // What goes beyond 100 goes on.
        let meets = |told: f64, found: f64| if found.abs() > 100.0 { told.is_infinite() } else { (told - found).abs() < 1e-4 };
        let (low, high) = (def.bounds)(&arguments);
        assert!(meets(low, least) && meets(high, greatest), "`{name}`: bounds {low} and {high}, values {least} to {greatest}");
        let slope = value.derivative(Leaf::Operand(0));
        let flat = |z: f64| of(&slope, z).abs() < 1e-3;
        assert_eq!(def.saturates.is_some(), flat(-30.0) && flat(30.0), "`{name}`: saturates");
        if let Some(largest) = def.saturates {
            let slopes = (-4000..=4000).map(|step| of(&slope, f64::from(step) / 100.0).abs());
            let found = slopes.fold(0.0, f64::max);
            let told = largest.split(',').next().unwrap_or_default();
            let told = told.split_once('/').map_or_else(|| told.parse(), |(a, b)| Ok(a.parse::<f64>()? / b.parse::<f64>()?));
            assert_eq!(told, Ok(found), "`{name}`: the largest slope in `saturates`");
        }
        assert!(!def.bounds_outputs || low.is_finite() || high.is_finite(), "`{name}` bounds no outputs");
    }
}

#[test]
fn softplus_is_linear_above_20() {
    for flavor in FLAVORS {
        let below = at("softplus", flavor, 20.0);
        close("value at 20", below.training, 20.000_000_002_061_153);
        close("slope at 20", below.slope, 1.0 / (1.0 + (-20.0f64).exp()));
        let above = at("softplus", flavor, 20.5);
        assert_eq!((above.training, above.slope), (20.5, 1.0));
    }
}

#[test]
fn rrelu_draws_in_training_and_takes_the_mean_in_prediction() {
    let found = at("rrelu(lower = 0.1, upper = 0.5)", "notes", -3.0);
    close("prediction", found.prediction, -0.9);
    close("slope", found.slope, found.training / -3.0);
    assert!((0.1..0.5).contains(&found.slope) && (found.slope - 0.3).abs() > 1e-3, "{}", found.slope);
}

#[test]
fn defaults_are_the_flavours() {
    let number =
        |name, argument, flavor| match Arguments::defaults(&activation::find(name).unwrap().signature, flavor).get(argument) {
            Some(ArgumentValue::Number(number)) => *number,
            other => panic!("{name}, {argument}: {other:?}"),
        };
    for (name, argument, values) in [
        ("leaky_relu", "alpha", [0.01, 0.01, 0.3]),
        ("rrelu", "lower", [1.0 / 8.0; 3]),
        ("rrelu", "upper", [1.0 / 3.0; 3]),
        ("prelu", "init", [0.25, 0.25, 0.0]),
        ("elu", "alpha", [1.0; 3]),
    ] {
        let flavors = [Flavor::Notes, Flavor::Pytorch, Flavor::Keras];
        assert_eq!(flavors.map(|flavor| number(name, argument, flavor)), values, "{name}, {argument}");
    }
}

/// The shape of a prelu's slopes after an input of this shape.
fn slopes(input: &str, written: &str, flavor: &str) -> Vec<usize> {
    let source = format!("model M {{ input x: {input}; {written}; output y: {input}; }} train M {{ flavor = {flavor}; }}");
    unit(&source).graph.parameters[0].shape.clone()
}

#[test]
fn learned_slopes_are_shared_as_the_flavour_has_it_or_as_written() {
    for (written, flavor, row, image) in [
        ("prelu", "notes", vec![5], None),
        ("prelu", "pytorch", vec![1], Some(vec![1])),
        ("prelu", "keras", vec![5], Some(vec![4, 3, 2])),
        ("prelu(shared = auto)", "keras", vec![5], Some(vec![4, 3, 2])),
    ] {
        assert_eq!(slopes("f32[5]", written, flavor), row, "{written}, {flavor}");
        if let Some(image) = image {
            assert_eq!(slopes("f32[4, 3, 2]", written, flavor), image, "{written}, {flavor}");
        }
    }
    for flavor in FLAVORS {
        assert_eq!(slopes("f32[4, 3, 2]", "prelu(shared = true)", flavor), [1], "{flavor}");
        assert_eq!(slopes("f32[4, 3, 2]", "prelu(shared = false)", flavor), [4, 3, 2], "{flavor}");
    }
}

#[test]
fn learned_slopes_are_penalised_only_if_they_are_named() {
    let model = "model M { input x: f32[4]; h: dense(3) -> prelu; output y: f32[3]; }";
    for flavor in FLAVORS {
        for (penalty, expected) in [
            ("l2(0.1)", vec!["h.dense.weight"]),
            ("l2(0.1, layers = [h])", vec!["h.dense.weight"]),
            ("l2(0.1, layers = [h.prelu])", vec!["h.prelu.weight"]),
            ("l1(0.1, layers = [h, h.prelu])", vec!["h.dense.weight", "h.prelu.weight"]),
        ] {
            let unit = unit(&format!("{model} train M {{ flavor = {flavor}; regularize = [{penalty}]; }}"));
            let penalised = &unit.recipe.penalties[0].parameters;
            let paths: Vec<_> = penalised.iter().map(|id| unit.graph.parameters[id.0].path.as_str()).collect();
            assert_eq!(paths, expected, "{flavor}, {penalty}");
        }
    }
}
