//! The batches of a training, one after the other.

use super::{Batch, Part};
use crate::augment::Augment;
use crate::spec::Spec;

/// A batch of at least so many bytes takes long enough to copy that it is worth handing to another thread.
const LARGE_BATCH: usize = 64 << 10;

/// Fills batches with training samples and augments them. It needs nothing of the trainer, so that a batch can be filled while a
/// step takes another: what is in a batch depends on its rows and the epoch alone, not on when it is filled.
#[derive(Debug)]
pub(crate) struct Feed<'a> {
    train: Part<'a>,
    augment: Augment,
    batch: Batch,
    /// The batch to come, where batches are filled ahead.
    next: Option<Batch>,
    /// Whether `next` has been filled.
    is_next: bool,
}

impl<'a> Feed<'a> {
    /// Room for batches of so many rows of a training part, and for the next if it is to be filled `ahead`.
    pub(crate) fn new(train: Part<'a>, spec: &Spec, rows: usize, ahead: bool) -> Self {
        let batch = || Batch::for_training(train.data, spec, rows);
        Feed { train, augment: Augment::new(spec), batch: batch(), next: ahead.then(batch), is_next: false }
    }

    /// Whether filling batches of so many rows takes so long that another thread should do it, if there is one.
    pub(crate) fn takes_long(spec: &Spec, rows: usize) -> bool {
        let sample: usize = spec.inputs.iter().map(|input| input.features() * size_of::<f32>()).sum();
        !spec.recipe.augment.is_empty() || rows * sample >= LARGE_BATCH
    }

    /// Begins an epoch, counted from 1.
    pub(crate) fn begin(&mut self, spec: &Spec, seed: u64, epoch: usize) {
        self.is_next = false;
        self.augment.begin(spec, seed, epoch);
    }

    /// The batch of these rows of the dataset, and where batches are filled ahead what fills that of the next rows. The first must
    /// be those that were last the next, if they were filled. Allocates nothing.
    pub(crate) fn turn(&mut self, rows: &[usize], next: Option<&[usize]>) -> (&Batch, Option<impl FnOnce() + Send>) {
        let Feed { train, augment, batch, next: ahead, is_next } = self;
        match ahead {
            Some(filled) if *is_next => std::mem::swap(batch, filled),
            _ => fill(batch, augment, *train, rows),
        }
        *is_next = false;
        let fill_next = ahead.as_mut().zip(next).map(|(ahead, next)| {
            || {
                fill(ahead, augment, *train, next);
                *is_next = true;
            }
        });
        (batch, fill_next)
    }

    /// The batch of these rows, of samples as they are.
    pub(crate) fn plain(&mut self, rows: &[usize]) -> &Batch {
        self.batch.gather(self.train.data, rows);
        &self.batch
    }
}

/// The one place that fills batches for steps.
fn fill(batch: &mut Batch, augment: &mut Augment, train: Part<'_>, rows: &[usize]) {
    batch.gather(train.data, rows);
    augment.change(train, rows, batch);
}
