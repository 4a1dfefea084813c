//! What parameters begin with, as the runtime draws it: every initialiser against its exact distribution, and independence.

mod support;

use std::collections::HashMap;

use dlm_compiler::compile::{CompileOptions, compile};
use dlm_kernels::{Infer, Step};
use dlm_runtime::{Program, Trainer};
use support::sample::{Law, independent};

/// The sizes of a weight: unequal, so that no fan is mistaken for another.
const IN: usize = 250;
const OUT: usize = 120;

extern "C" fn no_step(_: &mut Step<'_>) -> f32 {
    unreachable!("nothing is trained")
}

extern "C" fn no_infer(_: &mut Infer<'_>) -> f32 {
    unreachable!("nothing is predicted")
}

/// The program of a model that nobody runs.
fn program(source: &str) -> &'static Program {
    let checked = support::program("initial", source);
    let compiled = compile(&checked.models[0].units[0], CompileOptions::default());
    Box::leak(Box::new(Program { spec: dlm_compiler::describe::describe(&compiled), step: no_step, infer: no_infer }))
}

fn parameter(trainer: &Trainer, name: &str) -> Vec<f32> {
    trainer.parameter(name).iter().copied().collect()
}

/// A parameter of a model of these statements, in the order of the file: (out, in), row-major.
fn drawn(statements: &str, flavor: &str, seed: u64, name: &str) -> Vec<f32> {
    let source = format!(
        "model M {{ input x: f32[{IN}]; {statements}; output y: f32[{OUT}]; }} train M {{ flavor = {flavor}; seed = {seed}; }}"
    );
    parameter(&Trainer::new(program(&source)), name)
}

/// A weight of (OUT, IN) with this initialiser and nothing after it.
fn weight(init: &str) -> Vec<f32> {
    drawn(&format!("dense({OUT}, init = {init})"), "notes", 1, "dense.weight")
}

/// What a row of the table of initialisers draws as it is called by itself.
enum Draws {
    Law(Law),
    /// This everywhere.
    Always(f32),
    /// Matrices, of which `orthogonal_…` below tell.
    Matrices,
}

/// Every row of the table, by name: one without a law fails.
#[test]
fn every_initialiser_has_a_law() {
    let (root, both) = ((IN as f64).sqrt(), (2.0 / (IN + OUT) as f64).sqrt());
    let uniform = |deviation: f64| Draws::Law(Law::uniform(-3f64.sqrt() * deviation, 3f64.sqrt() * deviation));
    let rows = [
        ("xavier_normal", Draws::Law(Law::normal(0.0, both))),
        ("xavier_uniform", uniform(both)),
        ("he_normal", Draws::Law(Law::normal(0.0, 2f64.sqrt() / root))),
        ("he_uniform", uniform(2f64.sqrt() / root)),
        ("lecun_normal", Draws::Law(Law::normal(0.0, 1.0 / root))),
        ("lecun_uniform", uniform(1.0 / root)),
        ("uniform(-0.2, 0.5)", Draws::Law(Law::uniform(-0.2, 0.5))),
        ("normal(0.3, 0.1)", Draws::Law(Law::normal(0.3, 0.1))),
        ("constant(-0.25)", Draws::Always(-0.25)),
        ("zeros", Draws::Always(0.0)),
        ("orthogonal", Draws::Matrices),
    ];
    for (init, draws) in &rows {
        match draws {
            Draws::Law(law) => law.expect(init, &weight(init)),
            Draws::Always(value) => assert!(weight(init).iter().all(|found| found == value), "{init}"),
            Draws::Matrices => {}
        }
    }
    for signature in dlm_compiler::reference::signatures("initialisers") {
        let known = rows.iter().any(|(init, _)| init.split('(').next() == Some(signature.name));
        assert!(known, "`{}` has no row here", signature.name);
    }
}

/// The scaled initialisers: every family, kind, fan and gain.
#[test]
fn scaled_initialisers_draw_what_their_formulas_say() {
    let families = [("xavier", 1.0, "average"), ("he", 2f64.sqrt(), "in"), ("lecun", 1.0, "in")];
    let fans = HashMap::from([("in", IN as f64), ("out", OUT as f64), ("average", (IN + OUT) as f64 / 2.0)]);
    for (family, own_gain, own_fan) in families {
        for (kind, truncated) in [("normal", false), ("normal", true), ("uniform", false)] {
            for fan in [None, Some("in"), Some("out"), Some("average")] {
                for gain in [None, Some(0.4)] {
                    let mut arguments: Vec<String> = Vec::new();
                    arguments.extend(gain.map(|gain| format!("gain = {gain}")));
                    arguments.extend(fan.map(|fan| format!("fan = {fan}")));
                    arguments.extend(truncated.then(|| "truncated = true".to_owned()));
                    let init = format!("{family}_{kind}({})", arguments.join(", "));
                    let deviation = gain.unwrap_or(own_gain) / fans[fan.unwrap_or(own_fan)].sqrt();
                    let bound = 3f64.sqrt() * deviation;
                    let law = match (kind, truncated) {
                        ("uniform", _) => Law::uniform(-bound, bound),
                        (_, true) => Law::truncated(0.0, deviation),
                        _ => Law::normal(0.0, deviation),
                    };
                    law.expect(&init, &weight(&init));
                }
            }
        }
    }
}

/// The others, what `auto` is in each flavour, and the gains of activations.
#[test]
fn initialisers_draw_what_they_say() {
    let (fan_in, fan_out) = (IN as f64, OUT as f64);
    let (root, both) = (fan_in.sqrt(), (2.0 / (fan_in + fan_out)).sqrt());
    let plus_minus = |bound: f64| Law::uniform(-bound, bound);
    let cases = [
        ("init = normal(0.3, 0.1, truncated = true)", "", "notes", Law::truncated(0.3, 0.1)),
        ("init = normal(0.3, 0.1, truncated = true)", "", "pytorch", Law::truncated(0.3, 0.1)),
        // Keras' TruncatedNormal takes the deviation of what is truncated.
        ("init = normal(0, 0.1, truncated = true)", "", "keras", Law::truncated(0.0, 0.087_962_566_103_423_98)),
        ("init = auto", "", "notes", plus_minus(3f64.sqrt() * both)),
        ("init = auto", " -> tanh", "notes", plus_minus(3f64.sqrt() * both)),
        ("init = auto", " -> sigmoid", "notes", plus_minus(4.0 * 3f64.sqrt() * both)),
        ("init = auto", " -> elu", "notes", Law::normal(0.0, 2f64.sqrt() / root)),
        ("init = auto", " -> leaky_relu(alpha = 0.5)", "notes", Law::normal(0.0, 1.6f64.sqrt() / root)),
        ("init = auto", " -> selu", "notes", Law::normal(0.0, 1.0 / root)),
        ("init = auto", " -> relu", "pytorch", plus_minus(1.0 / root)),
        ("init = auto", " -> relu", "keras", plus_minus(3f64.sqrt() * both)),
        ("init = xavier_normal", " -> relu", "notes", Law::normal(0.0, 2f64.sqrt() * both)),
        ("init = xavier_normal", " -> tanh", "pytorch", Law::normal(0.0, 5.0 / 3.0 * both)),
        ("init = xavier_normal", " -> sigmoid", "keras", Law::truncated(0.0, both)),
        ("init = he_normal", " -> relu", "keras", Law::truncated(0.0, 2f64.sqrt() / root)),
        ("init = lecun_normal", " -> selu", "keras", Law::truncated(0.0, 1.0 / root)),
        ("init = he_normal(truncated = false)", " -> relu", "keras", Law::normal(0.0, 2f64.sqrt() / root)),
    ];
    for (init, then, flavor, law) in cases {
        let values = drawn(&format!("dense({OUT}, {init}){then}"), flavor, 1, "dense.weight");
        law.expect(&format!("{init}{then}, {flavor}"), &values);
    }
    let bias = drawn(&format!("dense(30000); dense({OUT})"), "pytorch", 1, "dense.bias");
    plus_minus(1.0 / root).expect("bias, pytorch", &bias);
}

/// Neighbours in a row and in a column, other seeds, and layers of other names have nothing to do with one another.
#[test]
fn draws_are_independent() {
    for init in ["he_normal", "he_normal(truncated = true)", "he_uniform", "orthogonal"] {
        let source = |seed: u64| {
            format!(
                "model M {{ input x: f32[{IN}]; a: dense({OUT}, init = {init}); b: x -> dense({OUT}, init = {init}); add(a, b); \
                 output y: f32[{OUT}]; }} train M {{ seed = {seed}; }}"
            )
        };
        let trainer = Trainer::new(program(&source(1)));
        let (a, b) = (parameter(&trainer, "a.dense.weight"), parameter(&trainer, "b.dense.weight"));
        let paired = |a: &[f32], b: &[f32]| independent(a.iter().copied().zip(b.iter().copied()));
        assert!(paired(&a, &a[1..]), "{init}: in a row");
        assert!(paired(&a, &a[IN..]), "{init}: in a column");
        assert!(paired(&a, &b), "{init}: layers");
        // Seeds that differ in the lower and in the upper half of their bits.
        for seed in [2, 1 + (1 << 40)] {
            let other = program(&source(seed));
            assert!(paired(&a, &parameter(&Trainer::new(other), "a.dense.weight")), "{init}: seed {seed}");
            assert_eq!(a, parameter(&Trainer::with_seed(other, 1), "a.dense.weight"), "{init}: the same seed");
        }
    }
}

/// Rows, or columns where there are fewer of them, are orthonormal to the precision of f32.
#[test]
fn orthogonal_matrices_are_orthogonal() {
    let product = |values: &[f32], (a, b): (usize, usize), along: usize, step: usize| {
        (0..along).map(|at| f64::from(values[a + at * step]) * f64::from(values[b + at * step])).sum::<f64>()
    };
    for (gain, statements, name, rows, columns) in [
        (1.0, format!("dense({OUT}, init = orthogonal)"), "dense.weight", OUT, IN),
        (1.5, format!("dense({OUT}, init = orthogonal(gain = 1.5))"), "dense.weight", OUT, IN),
        (0.5, format!("dense(300, init = orthogonal(gain = 0.5)); dense({OUT})"), "dense.weight", 300, IN),
        (1.0, format!("dense(90); dense(90, init = orthogonal); dense({OUT})"), "dense_2.weight", 90, 90),
    ] {
        let values = drawn(&statements, "notes", 3, name);
        let by_rows = rows <= columns;
        let (count, along, step) = if by_rows { (rows, columns, 1) } else { (columns, rows, columns) };
        let first = |index: usize| if by_rows { index * columns } else { index };
        for (a, b) in (0..count).flat_map(|a| (0..=a).map(move |b| (a, b))) {
            let expected = if a == b { gain * gain } else { 0.0 };
            let found = product(&values, (first(a), first(b)), along, step);
            assert!((found - expected).abs() < 2e-7 * gain * gain, "{statements}: {a} by {b}: {found:e}");
        }
    }
}

/// Every entry of a matrix that is uniform among the orthogonal ones of three rows is uniform in ±1: that of a sphere's points.
/// Without the signs of R's diagonal those of Q's would all be negative.
#[test]
fn orthogonal_matrices_are_uniform() {
    let program = program("model M { input x: f32[3]; dense(3, init = orthogonal); output y: f32[3]; }");
    let matrices: Vec<Vec<f32>> = (0..4000).map(|seed| parameter(&Trainer::with_seed(program, seed), "dense.weight")).collect();
    for entry in 0..9 {
        let values: Vec<f32> = matrices.iter().map(|matrix| matrix[entry]).collect();
        Law::uniform(-1.0, 1.0).expect(&format!("entry {entry}"), &values);
    }
    let determinant = |m: &[f32]| {
        let minor = |a: usize, b: usize| m[3 + a] * m[6 + b] - m[3 + b] * m[6 + a];
        m[0] * minor(1, 2) - m[1] * minor(0, 2) + m[2] * minor(0, 1)
    };
    let rotations = matrices.iter().filter(|matrix| determinant(matrix) > 0.0).count();
    assert!(support::sample::is_share(rotations as f64 / 4000.0, 0.5, 4000), "{rotations} of 4000 are rotations");
}

/// Each check finds what it is for: the same values held against a distribution that is off.
#[test]
fn what_is_wrong_is_found() {
    let found = |init: &str, law: Law| law.misfits(&weight(init)).into_iter().map(|(what, _)| what).collect::<Vec<_>>();
    let deviation = 2f64.sqrt() / (IN as f64).sqrt();
    assert_eq!(found("he_normal", Law::normal(0.0, deviation)), [""; 0]);
    let cases = [
        // A gain that is off by 3 %; relu's taken for one of leaky_relu's, α = 0.3; the wrong fan.
        ("he_normal", Law::normal(0.0, 1.03 * deviation), "deviation"),
        ("he_normal", Law::normal(0.0, deviation / 1.09f64.sqrt()), "deviation"),
        ("he_normal", Law::normal(0.0, 2f64.sqrt() / (OUT as f64).sqrt()), "deviation"),
        ("he_normal", Law::normal(0.06 * deviation, deviation), "mean"),
        ("he_uniform", Law::normal(0.0, deviation), "kurtosis"),
        ("he_normal", Law::truncated(0.0, deviation), "bounds"),
        ("he_normal(truncated = true)", Law::normal(0.0, deviation), "kurtosis"),
        // Not corrected for what truncation takes away.
        ("he_normal(truncated = true)", Law::truncated(0.0, support::sample::WITHIN_TWO * deviation), "deviation"),
        ("uniform(-0.2, 0.5)", Law::uniform(-0.2, 0.49), "bounds"),
        ("uniform(-0.2, 0.5)", Law::uniform(-0.2, 0.53), "distribution"),
    ];
    for (init, law, expected) in cases {
        let found = found(init, law);
        assert!(found.contains(&expected), "{init}: {found:?}, not {expected}");
    }
    // Draws used twice, and draws whose sizes go together.
    let values = weight("he_normal");
    let twice = values.iter().flat_map(|value| [*value, *value]).collect::<Vec<_>>();
    assert!(!independent(twice.iter().copied().zip(twice.iter().copied().skip(1))));
    let signs = values.iter().zip(&values[1..]).map(|(value, next)| (*value, value.abs() * next.signum()));
    assert!(!independent(signs));
}
