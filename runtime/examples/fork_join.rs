//! What it costs to fork a step's work over two threads and join them: the smallest share of work that is worth it.
//!
//! `cargo run --release -p dlm-runtime --example fork_join`

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use dlm_kernels::{Infer, Rows, Step};
use dlm_runtime::{InputSpec, OutputKind, OutputSpec, Program, Spec, Trainer};

/// Forks in each step.
const FORKS: usize = 100;

/// Parts that have begun, in all steps together.
static BEGUN: AtomicUsize = AtomicUsize::new(0);

/// A step that does nothing but fork and join. The first thread may do both parts itself before another comes.
extern "C" fn fork(call: &mut Step<'_>) -> f32 {
    for _ in 0..FORKS {
        call.machine.split(2, 1, [Rows::new(&mut call.memory, 1)], |_, [part]| part.iter_mut().for_each(|value| *value += 1.0));
    }
    0.0
}

/// As `fork`, but each part waits for the other, so that two threads have to work.
extern "C" fn meet(call: &mut Step<'_>) -> f32 {
    for _ in 0..FORKS {
        call.machine.split(2, 1, [Rows::new(&mut call.memory, 1)], |_, _| {
            let both = (BEGUN.fetch_add(1, Ordering::AcqRel) / 2 + 1) * 2;
            while BEGUN.load(Ordering::Acquire) < both {
                std::hint::spin_loop();
            }
        });
    }
    0.0
}

extern "C" fn infer(_: &mut Infer<'_>) -> f32 {
    0.0
}

const FORKING: Program = Program {
    spec: Spec {
        model: "Forks",
        inputs: &[InputSpec { name: "x", shape: &[1], shift: 0, scale: 1 }],
        outputs: &[OutputSpec { name: "y", kind: OutputKind::Values(&[1]), loss: "mse", ..OutputSpec::EMPTY }],
        parameters: &[],
        states: &[],
        batch: 1,
        parameters_len: 2,
        memory_len: 2,
        infer_work_len: 0,
        ..Spec::EMPTY
    },
    step: fork,
    infer,
};

static FORKS_ALONE: Program = FORKING;
static MEETING: Program = Program { step: meet, ..FORKING };

/// The median time of a fork and join, in nanoseconds.
fn time(program: &'static Program, threads: usize) -> f64 {
    let mut trainer = Trainer::new(program).with_threads(threads);
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
    println!("1 thread, nothing forked:                   {:6.0} ns", time(&FORKS_ALONE, 1));
    println!("2 threads, parts that may stay on one:      {:6.0} ns", time(&FORKS_ALONE, 2));
    println!("2 threads, parts that wait for each other:  {:6.0} ns", time(&MEETING, 2));
}
