//! Generated code in a crate that forbids unsafe code, below a function-like macro of its own, with closures that run on
//! threads.
#![forbid(unsafe_code)]

use dlm_kernels::{Infer, Level, Machine, Slice, SliceMut, Step};

/// As a macro of another crate prints a model.
macro_rules! model {
    ($name:ident) => {
        mod $name {
            use dlm_kernels::{Infer, Rows, Step, views};

            dlm_kernels::per_level! {
                entries { step(&mut Step<'_>) -> f32, infer(&mut Infer<'_>) -> f32 }

                /// `dense -> elu`
                fn forward(first: usize, n: usize, x: &[f32], weight: &[f32], y: &mut [f32]) {
                    for (i, z) in y.chunks_exact_mut(4 * 8).enumerate() {
                        level::product(z, 8, &weight[first + 4 * i..], 1, 12, x, 8, 4, n, 3);
                        for z in z.chunks_exact_mut(8) {
                            let row = &mut z[..n];
                            for z in row {
                                *z = if *z > 0.0 { *z } else { level::expm1(*z) };
                            }
                        }
                    }
                }

                fn step(call: &mut Step<'_>) -> f32 {
                    let (machine, n) = (call.machine, call.rows);
                    let ([x, w], [y]) = views(&mut call.memory, [0..24, 24..60], [60..156]);
                    machine.split(12, 4, [Rows::new(y, 8)], |first, [y]| forward(first, n, x, w, y));
                    level::sum(&call.memory[60..156])
                }

                fn infer(call: &mut Infer<'_>) -> f32 {
                    call.outputs[0][0] = level::sum(&call.parameters) + level::sum(&call.inputs[0]);
                    0.5
                }
            }
        }
    };
}

model!(program);

fn step(machine: &Machine) -> (f32, Vec<f32>) {
    let mut memory: Vec<f32> = (0..156).map(|i| if i < 60 { (i % 7) as f32 - 3.0 } else { 0.0 }).collect();
    let mut call = Step {
        memory: SliceMut::from(&mut memory[..]),
        inputs: Slice::default(),
        targets: Slice::default(),
        rows: 7,
        variant: 0,
        learning_rate: 0.1,
        momentum: 0.0,
        next_momentum: 0.0,
        updates: Slice::from(&[1]),
        gathered: 1,
        draw: 0,
        seed: 0,
        machine,
    };
    (program::step(&mut call), memory)
}

#[test]
fn every_level_computes_the_same() {
    let expected = step(&Machine::at_most(Level::Portable));
    assert!(expected.0 != 0.0);
    for level in Level::ALL {
        assert_eq!(step(&Machine::at_most(level)), expected);
    }
}

#[test]
fn inference_reaches_everything_it_is_called_with() {
    let (parameters, input, mut output, machine) = ([1.0, 2.0], [3.0], [0.0], Machine::at_most(Level::Portable));
    let (inputs, mut outputs) = ([Slice::from(&input)], [SliceMut::from(&mut output)]);
    let mut call = Infer {
        parameters: Slice::from(&parameters),
        work: SliceMut::default(),
        inputs: Slice::from(&inputs),
        targets: Slice::default(),
        outputs: SliceMut::from(&mut outputs),
        probabilities: true,
        rows: 1,
        machine: &machine,
    };
    assert_eq!(program::infer(&mut call), 0.5);
    assert_eq!(output, [6.0]);
}

mod one {
    use dlm_kernels::Step;

    dlm_kernels::one_level! {
        portable;
        entries { step(&mut Step<'_>) -> f32 }

        fn step(call: &mut Step<'_>) -> f32 {
            level::sum(&call.memory)
        }
    }
}

#[test]
fn one_level_runs_on_a_machine_of_that_level() {
    let (mut memory, machine) = ([1.0, 2.0], Machine::at_most(Level::Portable));
    assert_eq!(one::step(&mut call_with(&mut memory, &machine)), 3.0);
}

#[test]
#[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)))]
#[should_panic(expected = "compiled for portable, called for ")]
fn one_level_refuses_a_machine_of_another_level() {
    let (mut memory, machine) = ([1.0, 2.0], Machine::single_threaded());
    assert!(machine.level() != Level::Portable, "compiled for portable, called for nothing else: this processor is too old");
    one::step(&mut call_with(&mut memory, &machine));
}

fn call_with<'a>(memory: &'a mut [f32], machine: &'a Machine) -> Step<'a> {
    Step {
        memory: SliceMut::from(memory),
        inputs: Slice::default(),
        targets: Slice::default(),
        rows: 1,
        variant: 0,
        learning_rate: 0.1,
        momentum: 0.0,
        next_momentum: 0.0,
        updates: Slice::from(&[1]),
        gathered: 1,
        draw: 0,
        seed: 0,
        machine,
    }
}
