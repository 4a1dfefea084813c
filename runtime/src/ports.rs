//! The slices of a call's inputs and targets, in the layout that compiled functions take.

use dlm_kernels::Slice;

/// So many inputs or outputs need no allocation.
pub(crate) const FEW: usize = 16;

/// Calls `f` with the slices. Allocates for more than 16 of them only.
pub(crate) fn with_slices<'a, R>(slices: impl Iterator<Item = &'a [f32]>, f: impl FnOnce(&[Slice<'a, f32>]) -> R) -> R {
    let (mut few, mut count) = ([Slice::default(); FEW], 0);
    let mut slices = slices.map(Slice::from);
    for slice in slices.by_ref() {
        if count == FEW {
            let all: Vec<Slice<'a, f32>> = few.into_iter().chain([slice]).chain(slices).collect();
            return f(&all);
        }
        few[count] = slice;
        count += 1;
    }
    f(&few[..count])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_slices_are_passed_on() {
        for count in [0, 1, FEW, FEW + 1] {
            let values: Vec<Vec<f32>> = (0..count).map(|i| vec![i as f32 + 1.0; i + 1]).collect();
            with_slices(values.iter().map(Vec::as_slice), |slices| {
                assert_eq!(slices.len(), count);
                for (i, slice) in slices.iter().enumerate() {
                    assert_eq!((slice.len(), slice[i]), (i + 1, i as f32 + 1.0));
                }
            });
        }
    }
}
