//! Which rows are for training, validation and the test.

use super::dataset::{Dataset, class_count};
use crate::draws::Draws;
use crate::error::Error;
use crate::shape;
use crate::spec::Split;

/// The rows of each part. Every row is in just one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// What is learned from.
    pub train: Vec<usize>,
    /// What each epoch is measured on.
    pub validation: Vec<usize>,
    /// What the end is measured on.
    pub test: Vec<usize>,
}

/// Splits the rows: a function of their number (and classes, if stratified), the shares and `split.seed`.
///
/// A part of share p has p·rows rows, rounded, and at least one if p is not 0. The rows of the test part depend on the test's
/// share alone, so that a change of the validation share moves none into training. Stratified, each part has each class in
/// the data's proportion, up to one row. Rows of a part ascend; without shares all rows are for training.
///
/// # Errors
/// If no row is left for training, or the split is stratified and the model has no class or yes-or-no output.
pub fn split(data: &Dataset, split: &Split) -> Result<Parts, Error> {
    let rows = data.rows();
    let size = |share: f64| if share > 0.0 { ((rows as f64 * share).round() as usize).max(1) } else { 0 };
    let (validation, test) = (size(split.validation), size(split.test));
    if validation + test >= rows {
        return Err(Error::Split {
            message: format!(
                "of {}, {validation} for validation and {test} for the test leave none for training",
                shape::count(rows, "row")
            ),
            help: "give more data, or smaller shares in `split`".to_owned(),
        });
    }
    let mut order: Vec<usize> = (0..rows).collect();
    Draws::new(split.seed, "split").shuffle(&mut order);
    let mut groups = if split.stratify { by_class(data, &order)? } else { vec![order] };
    let mut parts = Parts { test: take(&mut groups, test), validation: take(&mut groups, validation), train: groups.concat() };
    for rows in [&mut parts.train, &mut parts.validation, &mut parts.test] {
        rows.sort_unstable();
    }
    Ok(parts)
}

/// The rows of each class of the first output that has classes, each in the given order.
fn by_class(data: &Dataset, order: &[usize]) -> Result<Vec<Vec<usize>>, Error> {
    let classes = data.output_specs().iter().map(|output| class_count(output.kind)).zip(data.targets());
    let Some((count, targets)) = classes.filter_map(|(count, targets)| Some((count?, targets))).next() else {
        return Err(Error::Split {
            message: "the split cannot be stratified: the model has no class or yes-or-no output".to_owned(),
            help: "remove `stratify = true`".to_owned(),
        });
    };
    let mut groups = vec![Vec::new(); count];
    order.iter().for_each(|row| groups[targets[*row] as usize].push(*row));
    Ok(groups)
}

/// Takes `wanted` rows from the groups in proportion to what they hold: the whole rows of each share, and the rest to the
/// largest remainders (ties to the group that comes first), but no group's last row while another has more.
fn take(groups: &mut [Vec<usize>], wanted: usize) -> Vec<usize> {
    let total: usize = groups.iter().map(Vec::len).sum();
    if wanted == 0 {
        return Vec::new();
    }
    let mut shares: Vec<(usize, usize)> =
        groups.iter().map(|group| (wanted * group.len() / total, wanted * group.len() % total)).collect();
    let missing = wanted - shares.iter().map(|(whole, _)| whole).sum::<usize>();
    let mut by_remainder: Vec<usize> = (0..groups.len()).collect();
    // What is taken from may become empty only if all others do: what is left is learned from.
    by_remainder.sort_by_key(|group| (shares[*group].0 + 1 >= groups[*group].len(), std::cmp::Reverse(shares[*group].1)));
    by_remainder.into_iter().take(missing).for_each(|group| shares[group].0 += 1);
    groups.iter_mut().zip(shares).flat_map(|(group, (count, _))| group.drain(..count).collect::<Vec<_>>()).collect()
}
