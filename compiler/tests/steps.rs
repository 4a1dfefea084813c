//! What a step does with a weight: optimizers, penalties and constraints, by numbers that another program computed from the formulas
//! of semantics.md, or by hand; and that every optimizer descends. Each row of the tables is put through this by being a row.

mod rows;

use dlm_compiler::graph::Unit;
use dlm_compiler::interpret::Call;
use dlm_compiler::penalty::{CONSTRAINTS, PENALTIES};
use dlm_compiler::reference;
use dlm_compiler::train_graph::{TensorKind, TrainGraph};
use rows::calls::calls;
use rows::{FLAVORS, assert_all, close, interpreter, name, training, unit};

/// A model of one weight θ without bias: it predicts θx.
fn weight(settings: &str) -> Unit {
    unit(&format!("model M {{ input x: f32[1]; dense(1, bias = false); output y: f32[1]; }} train M {{ {settings} batch = 1; }}"))
}

/// θ, or what stands for it, and the loss after each step from θ = `first` with these inputs and targets.
fn steps(unit: &Unit, learning_rate: f64, first: f64, samples: &[(f32, f32)]) -> Vec<(f64, f64)> {
    let graph: TrainGraph = training(unit);
    let mut interpreter = interpreter(unit, &graph, &[("dense.weight", &[first])]);
    let at = graph.tensors.iter().position(|tensor| matches!(tensor.kind, TensorKind::Parameter(_))).expect("it has a weight");
    let step = |(t, (x, y)): (usize, &(f32, f32))| {
        let updates = [t as u64 + 1];
        let call = Call {
            inputs: &[&[*x]],
            targets: &[&[*y]],
            rows: 1,
            learning_rate,
            updates: &updates,
            gathered: 1,
            ..Call::default()
        };
        let values = interpreter.run(&call);
        (interpreter.tensors[at][0], values[graph.loss.expect("a step has a loss").0][0])
    };
    samples.iter().enumerate().map(step).collect()
}

/// θ after each of three updates from 1 at η = 0.1, all else at its default, with the gradients 1/2, −1/4 and 1/8; under look-ahead Φ.
/// In the order of [`FLAVORS`].
const UPDATES: &[(&str, [[f64; 3]; 3])] = &[
    ("sgd", [[0.95, 0.975, 0.962_5]; 3]),
    ("momentum", [[0.95, 0.93, 0.899_5]; 3]),
    ("nesterov", [[0.905, 0.912, 0.872_05]; 3]),
    (
        "adagrad",
        [
            [0.900_000_000_000_2, 0.944_721_359_550_124_3, 0.922_899_570_526_558_2],
            [0.900_000_000_02, 0.944_721_359_561_995_8, 0.922_899_570_542_206_1],
            // State begins as 0.1 in f32.
            [0.915_484_586_780_689, 0.954_409_529_200_284_3, 0.935_305_513_467_134_8],
        ],
    ),
    (
        "rmsprop",
        [
            [0.683_772_233_989_486_5, 0.831_214_190_141_819_5, 0.755_750_551_084_072],
            [1.999_999_604_818_114_6e-7, 0.449_013_374_421_750_77, 0.228_909_217_602_068_42],
            [0.683_772_866_436_796_6, 0.831_214_566_171_569_3, 0.755_751_064_631_230_7],
        ],
    ),
    (
        "adam",
        [
            [0.900_000_000_000_2, 0.873_366_296_034_245_1, 0.839_323_381_213_479_7],
            [0.900_000_001_999_999_9, 0.873_366_298_707_846_2, 0.839_323_384_916_654],
            [0.900_000_632_451_532, 0.873_367_079_207_921_8, 0.839_324_352_481_928_4],
        ],
    ),
    (
        "adamw",
        [
            [0.899_000_000_000_199_9, 0.871_467_296_034_244_8, 0.836_552_913_917_445_1],
            [0.899_000_001_999_999_9, 0.871_467_298_705_846_2, 0.836_552_917_615_948_2],
            [0.899_600_632_451_532, 0.872_607_238_954_941_3, 0.838_215_469_333_366],
        ],
    ),
];

#[test]
fn updates_are_those_of_the_table() {
    // The slope of |θx − y| is x below a target far away and −x above it.
    let samples = [(0.5, -100.0), (0.25, 100.0), (0.125, -100.0)];
    for (optimizer, flavors) in UPDATES {
        for (flavor, wanted) in FLAVORS.iter().zip(flavors) {
            let unit = weight(&format!("flavor = {flavor}; loss = mae; optimizer = {optimizer};"));
            let found: Vec<f64> = steps(&unit, 0.1, 1.0, &samples).iter().map(|step| step.0).collect();
            close(&format!("{optimizer}, {flavor}"), &found, wanted);
        }
    }
    assert_all("optimizers", "a row in UPDATES", UPDATES.iter().map(|(optimizer, _)| optimizer));
}

/// On a parabola the loss falls, whatever the arguments, by as much as small default rates allow.
#[test]
fn every_optimizer_descends() {
    for call in reference::signatures("optimizers").iter().flat_map(calls) {
        for flavor in FLAVORS {
            for first in [1.0, -1.0] {
                let unit = weight(&format!("flavor = {flavor}; loss = mse; optimizer = {call};"));
                let found = steps(&unit, unit.recipe.optimizer.learning_rate(), first, &[(1.0, 0.0); 60]);
                let (before, after) = (found[0].1, found[59].1);
                assert!(after < 0.999 * before, "{call}, {flavor}: from θ = {first} the loss goes from {before} to {after}");
            }
        }
    }
}

/// Every learning rate, and every share that is kept, has values that it mostly has, its defaults among them.
#[test]
fn usual_values_are_of_arguments_and_hold_the_defaults() {
    use dlm_compiler::optimizer::OPTIMIZERS;
    use dlm_compiler::signature::{ArgumentValue, Arguments, Flavor, Kind, Range};
    for def in OPTIMIZERS {
        for argument in def.signature.arguments {
            let is_share = argument.kind == Kind::Number(Range::BELOW_ONE);
            let of = format!("`{}` of `{}`", argument.name, def.signature.name);
            assert_eq!(def.usual(argument.name).is_some(), is_share || argument.name == "lr", "{of}: a row in `usual`");
            let Some((low, high)) = def.usual(argument.name) else { continue };
            for flavor in [Flavor::Notes, Flavor::Pytorch, Flavor::Keras] {
                let defaults = Arguments::defaults(&def.signature, flavor);
                let Some(ArgumentValue::Number(default)) = defaults.get(argument.name) else { panic!("{of} has no default") };
                assert!((low..=high).contains(default), "{of}: {default} is not usual");
            }
        }
        for (argument, ..) in def.usual {
            assert!(def.signature.arguments.iter().any(|known| known.name == *argument), "{argument}");
        }
    }
}

/// What a penalty adds to the loss at θ = −2, and its slope there, in each flavour.
const PENALIZED: &[(&str, [(f64, f64); 3])] = &[
    ("l1(0.3)", [(0.6, -0.3); 3]),
    ("l2(0.3)", [(0.6, -0.6), (0.6, -0.6), (1.2, -1.2)]),
    ("l1_l2(0.3, 0.5)", [(1.6, -1.3), (1.6, -1.3), (2.6, -2.3)]),
];

#[test]
fn penalties_are_those_of_the_table() {
    for (penalty, flavors) in PENALIZED {
        for (flavor, (loss, slope)) in FLAVORS.iter().zip(flavors) {
            // The loss of the data and its slope are 0.
            let unit = weight(&format!("flavor = {flavor}; loss = mae; optimizer = sgd; regularize = [{penalty}];"));
            let (after, found) = steps(&unit, 1.0, -2.0, &[(0.0, 0.0)])[0];
            close(&format!("{penalty}, {flavor}"), &[found, -2.0 - after], &[*loss, *slope]);
        }
    }
    let known = |name: &str| PENALIZED.iter().any(|(penalty, _)| rows::name(penalty) == name);
    let missing: Vec<&str> = PENALTIES.iter().map(|def| def.signature.name).filter(|name| !known(name)).collect();
    assert!(missing.is_empty(), "penalties without a row in PENALIZED: {missing:?}");
}

/// What becomes of a unit's only weight, 2 and then 1, under each flavour.
const CONSTRAINED: &[(&str, [[f64; 2]; 3])] =
    &[("max_norm(1.5)", [[-1.5, 1.0], [-1.5, 1.0], [-2.0 * 1.5 / 2.000_000_1, 1.0 / 1.000_000_1]])];

#[test]
fn constraints_are_those_of_the_table() {
    for (constraint, flavors) in CONSTRAINED {
        for (flavor, wanted) in FLAVORS.iter().zip(flavors) {
            let unit = weight(&format!("flavor = {flavor}; loss = mae; optimizer = sgd; regularize = [{constraint}];"));
            let found = [-2.0, 1.0].map(|first| steps(&unit, 1.0, first, &[(0.0, 0.0)])[0].0);
            close(&format!("{constraint}, {flavor}"), &found, wanted);
        }
    }
    let known = |name: &str| CONSTRAINED.iter().any(|(constraint, _)| rows::name(constraint) == name);
    let missing: Vec<&str> = CONSTRAINTS.iter().map(|def| def.signature.name).filter(|name| !known(name)).collect();
    assert!(missing.is_empty(), "constraints without a row in CONSTRAINED: {missing:?}");
}

/// Two samples, or more of one number, with their targets; the loss in each flavour, and its slope by each value.
struct Loss {
    written: &'static str,
    output: &'static str,
    predictions: &'static [f32],
    targets: &'static [f32],
    losses: [f64; 3],
    slopes: [&'static [f64]; 3],
}

/// The same in all flavours.
const fn same(written: &'static str, output: &'static str, of: [&'static [f32]; 2], loss: f64, slopes: &'static [f64]) -> Loss {
    let [predictions, targets] = of;
    Loss { written, output, predictions, targets, losses: [loss; 3], slopes: [slopes; 3] }
}

const LOGITS: [&[f32]; 2] = [&[1.0, 0.0, -1.0, 0.5, 0.5, 2.0], &[0.0, 1.0]];
const VALUES: [&[f32]; 2] = [&[3.0, -2.0, 0.5, 0.0], &[1.0, -2.25, 0.5, 4.0]];

const LOSSES: &[Loss] = &[
    same(
        "cross_entropy",
        "class[3]",
        LOGITS,
        1.138_293_549_922_847_7,
        &[
            -0.167_379_522_112_589_05,
            0.122_364_235_527_398_82,
            0.045_015_286_585_190_22,
            0.077_140_386_490_943_11,
            -0.422_859_613_509_056_9,
            0.345_719_227_018_113_86,
        ],
    ),
    same(
        "cross_entropy(label_smoothing = 0.3)",
        "class[3]",
        LOGITS,
        1.213_293_549_922_847_9,
        &[
            -0.067_379_522_112_589_02,
            0.072_364_235_527_398_82,
            -0.004_984_713_414_809_778_5,
            0.027_140_386_490_943_115,
            -0.322_859_613_509_056_84,
            0.295_719_227_018_113_9,
        ],
    ),
    Loss {
        written: "cross_entropy(class_weights = [0.5, 2, 1])",
        output: "class[3]",
        predictions: LOGITS[0],
        targets: LOGITS[1],
        losses: [1.576_706_101_209_928_4, 1.576_706_101_209_928_4, 1.970_882_626_512_410_4],
        slopes: [WEIGHTED, WEIGHTED, WEIGHTED_KERAS],
    },
    same(
        "binary_cross_entropy",
        "binary",
        [&[1.5, -0.5], &[1.0, 1.0]],
        0.587_745_131_081_429_6,
        &[-0.091_212_761_903_178_17, -0.311_229_665_600_927_3],
    ),
    same(
        "binary_cross_entropy(label_smoothing = 0.3)",
        "flags[1]",
        [&[1.5, -0.5], &[1.0, 1.0]],
        0.662_745_131_081_429_6,
        &[-0.016_212_761_903_178_163, -0.236_229_665_600_927_29],
    ),
    // Errors 2, 1/4, 0 and −4.
    same("mse", "f32[2]", VALUES, 5.015_625, &[1.0, 0.125, 0.0, -2.0]),
    same("mae", "f32[2]", VALUES, 1.5625, &[0.25, 0.25, 0.0, -0.25]),
    same("huber(delta = 0.5)", "f32[2]", VALUES, (0.875 + 0.031_25 + 1.875) / 4.0, &[0.125, 0.0625, 0.0, -0.125]),
];

const WEIGHTED: &[f64] = &[
    -0.066_951_808_845_035_63,
    0.048_945_694_210_959_526,
    0.018_006_114_634_076_087,
    0.123_424_618_385_508_97,
    -0.676_575_381_614_491,
    0.553_150_763_228_982_2,
];
const WEIGHTED_KERAS: &[f64] = &[
    -0.083_689_761_056_294_53,
    0.061_182_117_763_699_41,
    0.022_507_643_292_595_11,
    0.154_280_772_981_886_22,
    -0.845_719_227_018_113_8,
    0.691_438_454_036_227_7,
];

#[test]
fn losses_are_those_of_the_table() {
    for Loss { written, output, predictions, targets, losses, slopes } in LOSSES {
        for ((flavor, loss), slopes) in FLAVORS.iter().zip(losses).zip(slopes) {
            let features = predictions.len() / 2;
            // The learned layer changes nothing, and asks for the gradient.
            let unit = unit(&format!(
                "model M {{ input x: f32[{features}]; prelu(init = 1, shared = true); output y: {output}; }} \
                 train M {{ flavor = {flavor}; loss = {written}; batch = 2; }}"
            ));
            let graph = training(&unit);
            let call =
                Call { inputs: &[predictions], targets: &[targets], rows: 2, updates: &[1], gathered: 2, ..Call::default() };
            let values = interpreter(&unit, &graph, &[]).run(&call);
            let what = format!("{written}, {flavor}");
            close(&what, &values[graph.loss.expect("a step has a loss").0], &[*loss]);
            let slope = graph.values.iter().position(|value| value.name == "d_output").expect("its gradient");
            close(&format!("the slopes of {what}"), &rows::by_sample(&values[slope], 2), slopes);
        }
    }
    assert_all("losses", "a row in LOSSES", LOSSES.iter().map(|row| name(row.written)));
}
