//! The batches of a training, one after the other.

use super::{Batch, Part};
use crate::augment::Augment;
use crate::spec::Spec;

/// Fills a batch with training samples and augments them. It needs nothing of the trainer, so that a batch could be filled while
/// a step takes another.
#[derive(Debug)]
pub(crate) struct Feed<'a> {
    train: Part<'a>,
    batch: Batch,
    augment: Augment,
}

impl<'a> Feed<'a> {
    /// Room for so many rows of a training part.
    pub(crate) fn new(train: Part<'a>, spec: &Spec, rows: usize) -> Self {
        Feed { train, batch: Batch::for_training(train.data, spec, rows), augment: Augment::new(spec) }
    }

    /// Begins an epoch, counted from 1.
    pub(crate) fn begin(&mut self, spec: &Spec, seed: u64, epoch: usize) {
        self.augment.begin(spec, seed, epoch);
    }

    /// The batch of these rows of the dataset; allocates nothing.
    pub(crate) fn fill(&mut self, rows: &[usize]) -> &Batch {
        self.plain(rows);
        self.augment.change(self.train, rows, &mut self.batch);
        &self.batch
    }

    /// As [`fill`](Self::fill), of samples as they are.
    pub(crate) fn plain(&mut self, rows: &[usize]) -> &Batch {
        self.batch.gather(self.train.data, rows);
        &self.batch
    }
}
