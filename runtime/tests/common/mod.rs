//! Small models compiled by hand: what the compiler would print, for tests of what runs them.
#![allow(dead_code, reason = "each test file uses some of it")]

use std::cell::RefCell;

use dlm_kernels::{Infer, Rows, Step};
use dlm_runtime::{
    Init, InputSpec, OutputKind, OutputSpec, ParameterSpec, Program, RecipeSpec, Schedule, Spec, StateSpec, Token,
};

pub const BATCH: usize = 4;
/// Momentum's β.
pub const BETA: f32 = 0.5;

pub const RECIPE: RecipeSpec = RecipeSpec {
    name: "Linear",
    optimizer: "momentum",
    schedule: Schedule { rate: &[Token::Number(0.05)], momentum: None },
    epochs: 20,
    seed: 1,
    shuffle: true,
    ..RecipeSpec::EMPTY
};

const NORMAL: Init = Init::Normal { mean: 0.0, deviation: 0.1, truncated: false };

const fn parameter(name: &'static str, shape: &'static [usize], offset: usize, init: Init) -> ParameterSpec {
    ParameterSpec { name, shape, transposed: false, offset, init, trainable: true }
}

/// y = w·x + b for x of two features, mean squared error, momentum.
///
/// Memory: w, b, shift, scale; their momenta; an error a row.
pub const LINEAR: Program = Program {
    spec: Spec {
        model: "Linear",
        inputs: &[InputSpec { name: "x", shape: &[2], shift: 3, scale: 5 }],
        outputs: &[OutputSpec { name: "y", kind: OutputKind::Values(&[1]), loss: "mse", ..OutputSpec::EMPTY }],
        parameters: &[
            parameter("dense.weight", &[1, 2], 0, NORMAL),
            parameter("dense.bias", &[1], 2, Init::Constant(0.0)),
            parameter("normalize.x.shift", &[2], 3, Init::Constant(0.0)),
            parameter("normalize.x.scale", &[2], 5, Init::Constant(1.0)),
        ],
        states: &[
            StateSpec { name: "dense.weight.m", offset: 7, len: 2, value: 0.0 },
            StateSpec { name: "dense.bias.m", offset: 9, len: 1, value: 0.0 },
        ],
        batch: BATCH,
        parameters_len: 7,
        memory_len: 10 + BATCH,
        infer_work_len: BATCH,
        recipe: RECIPE,
        ..Spec::EMPTY
    },
    step: linear_step,
    infer: linear_infer,
};

/// LINEAR with some changes.
pub fn linear(change: impl FnOnce(&mut Program)) -> &'static Program {
    let mut program = LINEAR;
    change(&mut program);
    Box::leak(Box::new(program))
}

thread_local! {
    /// The targets of every batch that a step of this thread saw.
    pub static SEEN: RefCell<Vec<Vec<f32>>> = const { RefCell::new(Vec::new()) };
}

fn predict(parameters: &[f32], x: &[f32]) -> f32 {
    let normalized = |i: usize| (x[i] - parameters[3 + i]) * parameters[5 + i];
    parameters[0] * normalized(0) + parameters[1] * normalized(1) + parameters[2]
}

pub extern "C" fn linear_step(call: &mut Step<'_>) -> f32 {
    let (inputs, targets, rows) = (call.inputs[0].get(), call.targets[0].get(), call.rows);
    assert_eq!((inputs.len(), targets.len()), (2 * rows, rows));
    let (parameters, rest) = call.memory.split_at_mut(7);
    let (momenta, errors) = rest.split_at_mut(3);
    let known: &[f32] = parameters;
    call.machine.split(rows, 1, [Rows::new(errors, 1)], |first, [errors]| {
        for (error, row) in errors.iter_mut().zip(first..) {
            *error = predict(known, &inputs[2 * row..][..2]) - targets[row];
        }
    });
    let (mut loss, mut gradients) = (0.0, [0.0; 3]);
    for (error, x) in errors[..rows].iter().zip(inputs.chunks_exact(2)) {
        loss += error * error;
        for i in 0..2 {
            gradients[i] += 2.0 * error * (x[i] - known[3 + i]) * known[5 + i];
        }
        gradients[2] += 2.0 * error;
    }
    for i in 0..3 {
        momenta[i] = BETA * momenta[i] + (call.learning_rate / rows as f64) as f32 * gradients[i];
        parameters[i] -= momenta[i];
    }
    loss / rows as f32
}

/// A step that also notes its batch in `SEEN`.
pub extern "C" fn recording_step(call: &mut Step<'_>) -> f32 {
    SEEN.with_borrow_mut(|seen| seen.push(call.targets[0].get().to_vec()));
    linear_step(call)
}

pub extern "C" fn linear_infer(call: &mut Infer<'_>) -> f32 {
    let (parameters, rows) = (call.parameters.get(), call.rows);
    let inputs = call.inputs[0].get();
    assert_eq!((inputs.len(), call.outputs[0].len()), (2 * rows, rows));
    call.machine.split(rows, 1, [Rows::new(&mut call.outputs[0], 1)], |first, [outputs]| {
        for (output, row) in outputs.iter_mut().zip(first..) {
            *output = predict(parameters, &inputs[2 * row..][..2]);
        }
    });
    let Some(targets) = call.targets.first() else { return 0.0 };
    let squares: f32 = call.outputs[0].iter().zip(targets.iter()).map(|(y, target)| (y - target) * (y - target)).sum();
    squares / rows as f32
}

/// One of three classes by logits w·x + b of two features; memory holds w transposed. It cannot be trained.
pub const CLASSIFY: Program = Program {
    spec: Spec {
        model: "Classify",
        inputs: &[InputSpec { name: "x", shape: &[2], shift: 9, scale: 11 }],
        outputs: &[OutputSpec { name: "kind", kind: OutputKind::Class(3), loss: "cross_entropy", ..OutputSpec::EMPTY }],
        parameters: &[
            ParameterSpec { transposed: true, ..parameter("dense.weight", &[3, 2], 0, NORMAL) },
            parameter("dense.bias", &[3], 6, NORMAL),
            parameter("normalize.x.shift", &[2], 9, Init::Constant(0.0)),
            parameter("normalize.x.scale", &[2], 11, Init::Constant(1.0)),
        ],
        states: &[],
        batch: BATCH,
        parameters_len: 13,
        memory_len: 13,
        infer_work_len: 0,
        recipe: RecipeSpec { name: "Classify", ..RECIPE },
        ..Spec::EMPTY
    },
    step: no_step,
    infer: classify_infer,
};

pub static CLASSIFIER: Program = CLASSIFY;

extern "C" fn no_step(_: &mut Step<'_>) -> f32 {
    1.0
}

extern "C" fn classify_infer(call: &mut Infer<'_>) -> f32 {
    let parameters = call.parameters.get();
    let mut loss = 0.0;
    for (row, (x, logits)) in call.inputs[0].chunks_exact(2).zip(call.outputs[0].chunks_exact_mut(3)).enumerate() {
        let normalized = |i: usize| (x[i] - parameters[9 + i]) * parameters[11 + i];
        for (class, logit) in logits.iter_mut().enumerate() {
            *logit = normalized(0) * parameters[class] + normalized(1) * parameters[3 + class] + parameters[6 + class];
        }
        let sum: f32 = logits.iter().map(|logit| logit.exp()).sum();
        if let Some(targets) = call.targets.first() {
            loss += sum.ln() - logits[targets[row] as usize];
        }
        if call.probabilities {
            logits.iter_mut().for_each(|logit| *logit = logit.exp() / sum);
        }
    }
    loss / call.rows as f32
}

/// Two inputs, a and b of 2, and three outputs: yes or no by a, two flags by b, and b itself in the shape (1, 2).
pub static SEVERAL: Program = Program {
    spec: Spec {
        model: "Several",
        inputs: &[
            InputSpec { name: "a", shape: &[], shift: 0, scale: 1 },
            InputSpec { name: "b", shape: &[2], shift: 2, scale: 4 },
        ],
        outputs: &[
            OutputSpec { name: "yes", kind: OutputKind::Binary, loss: "binary_cross_entropy", ..OutputSpec::EMPTY },
            OutputSpec { name: "flags", kind: OutputKind::Flags(2), loss: "binary_cross_entropy", ..OutputSpec::EMPTY },
            OutputSpec { name: "copy", kind: OutputKind::Values(&[1, 2]), loss: "mse", ..OutputSpec::EMPTY },
        ],
        parameters: &[],
        states: &[],
        batch: BATCH,
        parameters_len: 6,
        memory_len: 6,
        infer_work_len: 0,
        recipe: RecipeSpec { name: "Several", ..RECIPE },
        ..Spec::EMPTY
    },
    step: no_step,
    infer: several_infer,
};

extern "C" fn several_infer(call: &mut Infer<'_>) -> f32 {
    let (a, b) = (call.inputs[0].get(), call.inputs[1].get());
    let sigmoid = |logit: &f32| if call.probabilities { 1.0 / (1.0 + (-logit).exp()) } else { *logit };
    call.outputs[0].iter_mut().zip(a).for_each(|(yes, a)| *yes = sigmoid(a));
    call.outputs[1].iter_mut().zip(b).for_each(|(flag, b)| *flag = sigmoid(b));
    call.outputs[2].copy_from_slice(b);
    0.5
}

/// So many samples of y = 2·x₀ - 3·x₁ + 1, from x that look random.
pub fn samples(rows: usize) -> (Vec<f32>, Vec<f32>) {
    let x: Vec<f32> = (0..2 * rows).map(|i| ((i * i * 7 + i * 13 + 5) % 31) as f32 / 15.5 - 1.0).collect();
    let y = x.chunks_exact(2).map(|x| 2.0 * x[0] - 3.0 * x[1] + 1.0).collect();
    (x, y)
}

/// A dataset for LINEAR.
pub fn dataset(rows: usize) -> dlm_runtime::Dataset {
    let (x, y) = samples(rows);
    dlm_runtime::Dataset::from_vecs(&LINEAR.spec, vec![x], vec![y]).unwrap()
}

/// The message of a panic.
pub fn panic_message<R>(f: impl FnOnce() -> R) -> String {
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).err().expect("this panics");
    match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(panic) => (*panic.downcast::<&str>().expect("a panic's message is text")).to_owned(),
    }
}

/// Numbers that look random, the same in every run: `random(n)` is below n.
pub fn random(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed;
    move |below| {
        // Knuth's MMIX generator; its upper bits are the better ones.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below.max(1)
    }
}
