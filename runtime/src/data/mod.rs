//! Samples and their targets, and how they are read, split, ordered and normalised.

#[cfg(feature = "files")]
mod cells;
mod class_names;
#[cfg(feature = "files")]
mod classes;
#[cfg(feature = "files")]
mod csv;
mod dataset;
#[cfg(feature = "files")]
mod faults;
mod feature_names;
#[cfg(feature = "files")]
mod features;
mod feed;
#[cfg(feature = "files")]
mod file;
#[cfg(feature = "files")]
mod idx;
#[cfg(feature = "files")]
mod layout;
#[cfg(feature = "files")]
mod load;
pub mod normalize;
#[cfg(feature = "files")]
mod notes;
#[cfg(feature = "files")]
mod records;
mod split;
#[cfg(feature = "files")]
mod targets;

pub(crate) use class_names::called;
pub use dataset::{Dataset, Labels};
pub(crate) use dataset::{class_count, is_target};
pub use feature_names::FeatureNames;
pub(crate) use feed::Feed;
#[cfg(feature = "files")]
pub use load::{load, load_inputs, load_like};
pub use split::{Parts, split};

use crate::augment::mix;
use crate::draws::Draws;
use crate::spec::{OutputKind, OutputSpec, Spec};

/// Some rows of a dataset, in an order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part<'a> {
    pub(crate) data: &'a Dataset,
    pub(crate) rows: &'a [usize],
}

/// Puts the rows of a training part in the order of one epoch (from 1): a function of the rows, the seed and the epoch.
pub(crate) fn shuffle(rows: &mut [usize], seed: u64, epoch: usize) {
    Draws::new(seed, &format!("order {epoch}")).shuffle(rows);
}

/// Copies of a batch's rows, made once for the largest batch and filled again for each.
#[derive(Debug)]
pub(crate) struct Batch {
    inputs: Vec<Columns>,
    targets: Vec<Columns>,
    rows: usize,
    mixing: Option<Mixing>,
}

/// Where a batch holds what mixing needs, among its targets.
#[derive(Debug)]
struct Mixing {
    /// For each output the target of the other sample's class.
    partners: Vec<Option<usize>>,
    /// The target of the shares, if an output has classes.
    share: Option<usize>,
}

#[derive(Debug)]
struct Columns {
    values: Vec<f32>,
    width: usize,
}

impl Columns {
    fn row(&mut self, row: usize) -> &mut [f32] {
        &mut self.values[row * self.width..][..self.width]
    }
}

/// Copies chosen rows, one after the other.
fn copy_rows(to: &mut [f32], from: &[f32], width: usize, rows: &[usize]) {
    /// Of a width that the compiler knows, so that a row is a few moves and no call.
    fn short<const WIDTH: usize>(to: &mut [f32], from: &[f32], rows: &[usize]) {
        let (to, from) = (to.as_chunks_mut::<WIDTH>().0, from.as_chunks::<WIDTH>().0);
        to.iter_mut().zip(rows).for_each(|(to, row)| *to = from[*row]);
    }
    macro_rules! by_width {
        ($($known:literal)*) => {
            match width {
                $($known => short::<$known>(to, from, rows),)*
                _ => for (to, row) in to.chunks_exact_mut(width).zip(rows) {
                    to.copy_from_slice(&from[row * width..][..width]);
                }
            }
        };
    }
    by_width!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)
}

impl Batch {
    /// Room for so many rows of a dataset.
    pub(crate) fn new(data: &Dataset, rows: usize) -> Self {
        let room = |width: usize| Columns { values: vec![0.0; rows * width], width };
        let inputs = data.input_widths().map(room).collect();
        let targets = data.target_widths().map(room).collect();
        Batch { inputs, targets, rows: 0, mixing: None }
    }

    /// Room for so many rows of a dataset, with what a training step takes besides.
    pub(crate) fn for_training(data: &Dataset, spec: &Spec, rows: usize) -> Self {
        let mut batch = Batch::new(data, rows);
        if !spec.mixed {
            return batch;
        }
        let mut add = |value: f32| {
            batch.targets.push(Columns { values: vec![value; rows], width: 1 });
            batch.targets.len() - 1
        };
        let is_class = |output: &OutputSpec| matches!(output.kind, OutputKind::Class(_));
        let partners: Vec<_> = spec.outputs.iter().map(|output| is_class(output).then(|| add(0.0))).collect();
        let share = partners.iter().any(Option::is_some).then(|| add(1.0));
        batch.mixing = Some(Mixing { partners, share });
        batch
    }

    /// Copies rows of the dataset in, without allocation.
    pub(crate) fn gather(&mut self, data: &Dataset, rows: &[usize]) {
        self.rows = rows.len();
        let inputs = self.inputs.iter_mut().zip(data.inputs());
        for (to, from) in inputs.chain(self.targets.iter_mut().zip(data.targets())) {
            copy_rows(&mut to.values, from, to.width, rows);
        }
        let Some(mixing) = &self.mixing else { return };
        // Each sample is mixed with itself until something else is said.
        for (output, partner) in mixing.partners.iter().enumerate() {
            if let Some(partner) = *partner {
                let (given, added) = self.targets.split_at_mut(partner);
                added[0].values.copy_from_slice(&given[output].values);
            }
        }
        if let Some(share) = mixing.share {
            self.targets[share].values.fill(1.0);
        }
    }

    /// The values of an input in one row.
    pub(crate) fn input_mut(&mut self, input: usize, row: usize) -> &mut [f32] {
        self.inputs[input].row(row)
    }

    /// Makes the targets of a row, and its weight, a share of what they are and the rest of those of a row of the dataset. Classes
    /// cannot be added: what a step takes besides says which the other is, and the share.
    pub(crate) fn mix_targets(&mut self, data: &Dataset, row: usize, other: usize, share: f32) {
        let Some(mixing) = &self.mixing else { return };
        for (target, from) in data.targets().iter().enumerate() {
            let partner = mixing.partners.get(target).copied().flatten();
            let values = self.targets[partner.unwrap_or(target)].row(row);
            let others = &from[other * values.len()..][..values.len()];
            if partner.is_some() { values.copy_from_slice(others) } else { mix(values, others, share) }
        }
        if let Some(target) = mixing.share {
            self.targets[target].row(row).fill(share);
        }
    }

    /// The inputs' rows.
    pub(crate) fn inputs(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.inputs.iter().map(|columns| &columns.values[..self.rows * columns.width])
    }

    /// The targets' rows.
    pub(crate) fn targets(&self) -> impl ExactSizeIterator<Item = &[f32]> + Clone {
        self.targets.iter().map(|columns| &columns.values[..self.rows * columns.width])
    }
}
