//! What it costs to fork a step's work over two threads and join them: the smallest share of work that is worth it.
//!
//! `cargo run --release -p dlm-runtime --example fork_join`

use std::time::Instant;

use dlm_kernels::{Infer, Rows, Step};
use dlm_runtime::{InputSpec, Normalize, OutputKind, OutputSpec, Program, RecipeSpec, Schedule, Spec, Split, Trainer};

/// Forks in each step.
const FORKS: usize = 100;

/// A step that does nothing but fork and join.
extern "C" fn step(call: &mut Step<'_>) -> f32 {
    for _ in 0..FORKS {
        call.machine.split(2, 1, [Rows::new(&mut call.memory, 1)], |_, [part]| part.iter_mut().for_each(|value| *value += 1.0));
    }
    0.0
}

extern "C" fn infer(_: &mut Infer<'_>) -> f32 {
    0.0
}

static PROGRAM: Program = Program {
    spec: Spec {
        model: "Forks",
        inputs: &[InputSpec { name: "x", shape: &[1], shift: 0, scale: 1 }],
        outputs: &[OutputSpec { name: "y", kind: OutputKind::Values(&[1]), loss: "mse" }],
        parameters: &[],
        states: &[],
        batch: 1,
        parameters_len: 2,
        memory_len: 2,
        infer_work_len: 0,
        lookahead: None,
        recipe: RecipeSpec {
            name: "Forks",
            optimizer: "sgd",
            learning_rate: 0.0,
            schedule: Schedule::Constant,
            epochs: 1,
            seed: 0,
            shuffle: false,
            drop_last: false,
            split: Split { validation: 0.0, test: 0.0, stratify: false, seed: 0 },
            normalize: Normalize::None,
            data: None,
            validation_data: None,
            test_data: None,
        },
    },
    step,
    infer,
};

/// The median time of a fork and join, in nanoseconds.
fn time(threads: usize) -> f64 {
    let mut trainer = Trainer::new(&PROGRAM).with_threads(threads);
    let mut times: Vec<f64> = (0..1000)
        .map(|_| {
            let begun = Instant::now();
            trainer.step(&[&[0.0]], &[&[0.0]]);
            begun.elapsed().as_nanos() as f64 / FORKS as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn main() {
    println!("cores: {}", std::thread::available_parallelism().map_or(1, usize::from));
    println!("1 thread, nothing forked: {:7.0} ns", time(1));
    for threads in [2, 4] {
        println!("{threads} threads, fork and join: {:7.0} ns", time(threads));
    }
}
