//! Batches that are filled ahead on another thread are those that one thread fills, and a training ends as cleanly with them.

mod common;

use std::cell::RefCell;

use common::{BATCH, CLASSIFY, LINEAR, dataset, linear, linear_step, random};
use dlm_kernels::Step;
use dlm_runtime::{
    AugmentSpec, Augmentation, BatchReport, Dataset, Error, Flow, InputSpec, Length, Observer, PhaseSpec, Program, Progress,
    RecipeSpec, Spec, Trainer,
};

const AUGMENT: &[AugmentSpec] = &[
    AugmentSpec { augmentation: Augmentation::Flip { vertical: false, probability: 0.5 }, inputs: &[0] },
    AugmentSpec { augmentation: Augmentation::Noise { std: 0.25 }, inputs: &[0] },
    AugmentSpec { augmentation: Augmentation::Mixup { alpha: 0.5 }, inputs: &[0] },
];

/// Numbers of features that fill a batch of 64 KiB without any augmentation.
const WIDE: usize = 4096;

thread_local! {
    /// All that the steps of this thread were given.
    static GIVEN: RefCell<Vec<Vec<u32>>> = const { RefCell::new(Vec::new()) };
}

/// A step that notes what it is given and gathers it into a weight.
extern "C" fn noting_step(call: &mut Step<'_>) -> f32 {
    let ports = || call.inputs.iter().chain(call.targets.iter());
    let values: Vec<f32> = ports().flat_map(|port| port.get().to_vec()).collect();
    call.memory[0] = 0.5 * call.memory[0] + values.iter().sum::<f32>() / values.len() as f32;
    let mut given: Vec<u32> = values.into_iter().map(f32::to_bits).collect();
    given.extend([call.rows as u32, call.variant as u32, call.gathered as u32]);
    GIVEN.with_borrow_mut(|all| all.push(given));
    call.memory[0]
}

fn leaked(mut program: Program, change: impl FnOnce(&mut Spec)) -> &'static Program {
    change(&mut program.spec);
    Box::leak(Box::new(program))
}

/// What a training's steps were given, the losses that were told, and the weights that it ends with.
fn trained(program: &'static Program, data: &Dataset, threads: usize) -> (Vec<Vec<u32>>, Vec<u64>, Vec<u32>) {
    GIVEN.take();
    let (mut trainer, mut losses) = (Trainer::new(program).with_threads(threads), Losses::default());
    trainer.fit(data, &mut losses).unwrap();
    let weights = trainer.parameters().flat_map(|(_, values)| values.into_iter().map(f32::to_bits)).collect();
    (GIVEN.take(), losses.0, weights)
}

#[derive(Default)]
struct Losses(Vec<u64>);

impl Observer for Losses {
    fn on_batch(&mut self, batch: &BatchReport) -> Flow {
        self.0.extend([batch.loss.to_bits(), batch.mean_loss.to_bits()]);
        Flow::Continue
    }
}

/// Trains by all kinds of recipes on 1, 2 and 3 threads.
fn trains_alike(program: Program, width: usize, classes: usize, augment: &'static [AugmentSpec]) {
    const PHASES: &[PhaseSpec] =
        &[PhaseSpec { begins: Length::Steps(0.0), frozen: &[], update: 0, gather: Some(1), watched: None, statistics: None }];
    let mut random = random(7);
    // A last batch of one row, a full one, less than a batch.
    for rows in [4 * BATCH + 1, 4 * BATCH, BATCH - 1] {
        let inputs = (0..rows * width).map(|_| random(1000) as f32 / 500.0 - 1.0).collect();
        let targets = (0..rows).map(|_| random(classes) as f32).collect();
        let data = Dataset::from_vecs(&program.spec, vec![inputs], vec![targets]).unwrap();
        for (accumulate, drop_last, carries) in [(1, false, false), (1, true, false), (3, false, false), (3, true, true)] {
            if drop_last && rows < BATCH {
                continue;
            }
            let program = leaked(Program { step: noting_step, ..program }, |spec| {
                spec.phases = PHASES;
                spec.recipe = RecipeSpec { augment, accumulate, drop_last, carries, epochs: 5, ..spec.recipe };
            });
            let expected = trained(program, &data, 1);
            let steps = if drop_last { rows / BATCH } else { rows.div_ceil(BATCH) };
            assert_eq!((expected.0.len(), expected.1.len()), (5 * steps, 10 * steps));
            let differ = expected.0.first() != expected.0.last();
            assert!(differ || rows < BATCH, "epochs have their own order and draws");
            for threads in [2, 3] {
                let found = trained(program, &data, threads);
                assert!(found == expected, "{rows} rows, {threads} threads, accumulate = {accumulate}, drop {drop_last}");
            }
        }
    }
}

#[test]
fn augmented_and_mixed_batches_are_the_same_on_any_threads() {
    let mut program = CLASSIFY;
    program.spec.inputs = &[InputSpec { name: "x", shape: &[1, 2], shift: 9, scale: 11 }];
    program.spec.mixed = true;
    trains_alike(program, 2, 3, AUGMENT);
    // A target that is a number is mixed itself.
    let mut program = LINEAR;
    program.spec.inputs = &[InputSpec { name: "x", shape: &[1, 2], shift: 3, scale: 5 }];
    program.spec.mixed = true;
    trains_alike(program, 2, 100, AUGMENT);
}

#[test]
fn a_step_of_a_very_large_batch_mixes_each_sample_with_itself() {
    const ROWS: usize = 100_000;
    let program = leaked(Program { step: noting_step, ..CLASSIFY }, |spec| (spec.mixed, spec.batch) = (true, ROWS));
    let (inputs, classes) = (vec![0.5; 2 * ROWS], vec![1.0; ROWS]);
    GIVEN.take();
    Trainer::new(program).step(&[&inputs], &[&classes]);
    let given = GIVEN.take().remove(0);
    // Inputs, classes, their partners' classes, and a share of 1 for each row.
    assert_eq!(given.len(), 5 * ROWS + 3);
    assert!(given[3 * ROWS..5 * ROWS].iter().all(|bits| f32::from_bits(*bits) == 1.0));
}

extern "C" fn no_infer(_: &mut dlm_kernels::Infer<'_>) -> f32 {
    0.0
}

#[test]
fn large_batches_are_the_same_on_any_threads() {
    let mut program = Program { infer: no_infer, ..LINEAR };
    program.spec.inputs = &[InputSpec { name: "x", shape: &[WIDE], shift: 3, scale: 3 + WIDE }];
    program.spec.parameters = &[];
    program.spec.states = &[];
    program.spec.parameters_len = 3 + 2 * WIDE;
    program.spec.memory_len = program.spec.parameters_len;
    trains_alike(program, WIDE, 100, &[]);
}

/// LINEAR on noisy samples.
fn noisy(step: extern "C" fn(&mut Step<'_>) -> f32) -> &'static Program {
    linear(|program| {
        program.step = step;
        program.spec.recipe.augment = &AUGMENT[1..2];
    })
}

struct StopsAt(usize, usize);

impl Observer for StopsAt {
    fn on_batch(&mut self, _: &BatchReport) -> Flow {
        self.1 += 1;
        if self.1 == self.0 { Flow::Stop } else { Flow::Continue }
    }
}

/// Whatever was filled ahead when a training was stopped is in no later batch.
#[test]
fn a_training_that_was_stopped_goes_on_the_same_on_any_threads() {
    let run = |threads| {
        let mut trainer = Trainer::new(noisy(linear_step)).with_threads(threads);
        for stop in [4, 1, 3, 5] {
            let report = trainer.fit(&dataset(15), &mut StopsAt(stop, 0)).unwrap();
            assert!(report.stopped);
        }
        assert_eq!(trainer.updates(), 13);
        trainer.fit(&dataset(15), &mut Progress::silent()).unwrap();
        trainer.parameter("dense.weight")
    };
    assert_eq!(run(2), run(1));
    assert_eq!(run(3), run(1));
}

extern "C" fn breaks_at_10(call: &mut Step<'_>) -> f32 {
    let loss = linear_step(call);
    if call.updates[0] == 10 { f32::NAN } else { loss }
}

#[test]
fn a_training_that_diverges_goes_back_on_any_threads() {
    let run = |threads| {
        let mut trainer = Trainer::new(noisy(breaks_at_10)).with_threads(threads);
        let error = trainer.fit(&dataset(15), &mut Progress::silent()).unwrap_err();
        let Error::NotFinite { epoch, batch, restored, .. } = error else { panic!("{error}") };
        assert_eq!((epoch, batch, restored, trainer.updates()), (3, 2, 2, 8));
        trainer.parameter("dense.weight")
    };
    assert_eq!(run(2), run(1));
    assert_eq!(run(3), run(1));
}

struct Panics;

impl Observer for Panics {
    fn on_batch(&mut self, batch: &BatchReport) -> Flow {
        assert!(batch.batch < 3, "seen enough");
        Flow::Continue
    }
}

#[test]
fn an_observer_that_panics_leaves_a_trainer_that_works() {
    let mut trainer = Trainer::new(noisy(linear_step)).with_threads(2);
    let message = common::panic_message(|| trainer.fit(&dataset(15), &mut Panics));
    assert_eq!(message, "seen enough");
    assert_eq!(trainer.fit(&dataset(15), &mut Progress::silent()).unwrap().epochs.len(), 20);
}
