//! A generated step allocates nothing, from the first to the last, on one thread or two. A test of its own file, since it
//! counts all that the process allocates.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use dlm::{BatchReport, Dataset, Flow, Observer};

dlm::model! {
    model Net {
        input x: f32[40];
        dense(64) -> batch_norm -> elu -> dropout(0.2);
        residual { dense(64) -> layer_norm -> relu; }
        dense(5);
        output kind: class[5];
    }

    train Net {
        optimizer  = momentum(lr = 0.01, beta = 0.9);
        regularize = [l2(1e-3), max_norm(2.0)];
        clip       = global_norm(1.0);
        batch      = 32;
    }

    model Images {
        input image: f32[6, 7, 2];
        flatten -> dense(4);
        output kind: class[4];
    }

    train Images {
        augment = [
            shift(2), flip, rotate(20), zoom(0.1), crop(2, border = reflect), cutout(2), brightness(0.1), contrast(0.1), noise(0.1), mixup(0.3),
        ];
        batch   = 8;
        epochs  = 3;
    }
}

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

#[test]
fn steps_and_predictions_allocate_nothing() {
    let x: Vec<f32> = (0..32 * 40).map(|index| (index % 17) as f32 / 17.0).collect();
    let kinds: Vec<u32> = (0..32).map(|index| index % 5).collect();
    let mut probabilities = vec![0.0; 32 * 5];
    for threads in [1, 2] {
        let mut trainer = net::Trainer::new().with_threads(threads);
        let model = trainer.model();
        // A thread that has just been started allocates for itself when it first runs.
        std::thread::sleep(std::time::Duration::from_millis(200));
        let before = ALLOCATIONS.load(Ordering::Relaxed);
        for _ in 0..20 {
            assert!(trainer.step(&x, &kinds).is_finite());
            assert!(trainer.step(&x[..40], &kinds[..1]).is_finite());
            model.predict_into(&[&x], &mut [&mut probabilities]);
        }
        assert_eq!(ALLOCATIONS.load(Ordering::Relaxed) - before, 0, "on {threads} threads");
    }
    augmented_batches_allocate_nothing();
    assert!(ALLOCATIONS.load(Ordering::Relaxed) > 0, "the allocator counts");
}

/// From the first batch of an epoch to the last.
fn augmented_batches_allocate_nothing() {
    let mut numbers = (0..).map(|index: u32| (index.wrapping_mul(2_654_435_761) >> 8) as f32);
    let images = numbers.by_ref().take(50 * 84).collect();
    let kinds = (0..50).map(|index| (index % 4) as f32).collect();
    let data = Dataset::from_vecs(&images::PROGRAM.spec, vec![images], vec![kinds]).unwrap();
    let mut counts = Counts::default();
    images::Trainer::new().with_threads(1).fit(&data, &mut counts).unwrap();
    assert_eq!(counts.0.len(), 3 * 7);
    for epoch in counts.0.chunks(7) {
        assert_eq!(epoch, [epoch[0]; 7]);
    }
}

/// The allocations so far at the end of each batch.
struct Counts(Vec<usize>);

impl Default for Counts {
    fn default() -> Self {
        Counts(Vec::with_capacity(100))
    }
}

impl Observer for Counts {
    fn on_batch(&mut self, _: &BatchReport) -> Flow {
        self.0.push(ALLOCATIONS.load(Ordering::Relaxed));
        Flow::Continue
    }
}
