//! Steps and predictions allocate nothing. A test of its own file, since it counts all that the process allocates.

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use common::{BATCH, LINEAR, dataset, linear, samples};
use dlm_runtime::{AugmentSpec, Augmentation, BatchReport, Flow, Observer, Trainer};

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: all is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

static PROGRAM: dlm_runtime::Program = LINEAR;

#[test]
fn steps_and_predictions_allocate_nothing() {
    let (x, y) = samples(3 * BATCH + 1);
    let mut out = vec![0.0; 3 * BATCH + 1];
    for threads in [1, 2] {
        let mut trainer = Trainer::new(&PROGRAM).with_threads(threads);
        let model = trainer.model().with_threads(threads);
        let (inputs, targets): ([&[f32]; 1], [&[f32]; 1]) = ([&x[..2 * BATCH]], [&y[..BATCH]]);
        // A thread that has just been started allocates for itself when it first runs.
        std::thread::sleep(std::time::Duration::from_millis(200));
        let before = ALLOCATIONS.load(Ordering::Relaxed);
        for _ in 0..100 {
            assert!(trainer.step(&inputs, &targets).is_finite());
            assert!(trainer.step(&[&x[..2]], &[&y[..1]]).is_finite());
            model.predict_into(&[&x], &mut [&mut out]);
            model.predict_logits_into(&[&x[..2]], &mut [&mut out[..1]]);
        }
        assert_eq!(ALLOCATIONS.load(Ordering::Relaxed) - before, 0, "on {threads} threads");
    }
    epochs_allocate_nothing_from_their_first_batch_to_their_last();
    assert!(ALLOCATIONS.load(Ordering::Relaxed) > 0, "the allocator counts");
}

/// Whether the step's thread fills the batches or another does beside it.
fn epochs_allocate_nothing_from_their_first_batch_to_their_last() {
    let augment = &[
        AugmentSpec { augmentation: Augmentation::Noise { std: 0.5 }, inputs: &[0] },
        AugmentSpec { augmentation: Augmentation::Mixup { alpha: 0.5 }, inputs: &[0] },
    ];
    let program = linear(|program| (program.spec.mixed, program.spec.recipe.augment) = (true, augment));
    for threads in [1, 2] {
        let mut trainer = Trainer::new(program).with_threads(threads);
        std::thread::sleep(std::time::Duration::from_millis(200));
        let mut counts = Counts(Vec::with_capacity(20 * 8));
        trainer.fit(&dataset(30), &mut counts).unwrap();
        assert_eq!(counts.0.len(), 20 * 8);
        for epoch in counts.0.chunks(8) {
            assert_eq!(epoch, [epoch[0]; 8], "on {threads} threads");
        }
    }
}

/// The allocations so far at the end of each batch.
struct Counts(Vec<usize>);

impl Observer for Counts {
    fn on_batch(&mut self, _: &BatchReport) -> Flow {
        self.0.push(ALLOCATIONS.load(Ordering::Relaxed));
        Flow::Continue
    }
}
