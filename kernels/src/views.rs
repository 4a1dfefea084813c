//! Several views into one memory at once.

use core::ops::Range;

/// Borrows ranges of one memory together: `reads` shared, `writes` exclusively. With constant ranges the checks fold away.
///
/// ```
/// let mut memory = [1.0, 2.0, 3.0, 4.0];
/// let ([x], [y]) = dlm_kernels::views(&mut memory, [0..2], [2..4]);
/// y.copy_from_slice(x);
/// assert_eq!(memory, [1.0, 2.0, 1.0, 2.0]);
/// ```
///
/// # Panics
/// If a range leaves the memory, or a range of `writes` overlaps any other range.
#[inline(always)]
#[track_caller]
pub fn views<const R: usize, const W: usize>(
    memory: &mut [f32],
    reads: [Range<usize>; R],
    writes: [Range<usize>; W],
) -> ([&[f32]; R], [&mut [f32]; W]) {
    for range in reads.iter().chain(&writes) {
        if range.start > range.end || range.end > memory.len() {
            outside(range, memory.len());
        }
    }
    for (i, write) in writes.iter().enumerate() {
        for other in reads.iter().chain(&writes[..i]) {
            let apart = write.end <= other.start || other.end <= write.start;
            if !apart && !write.is_empty() && !other.is_empty() {
                overlap(write, other);
            }
        }
    }
    let start = memory.as_mut_ptr();
    // SAFETY: every range was found to lie in `memory`, which stays exclusively borrowed for as long as the results live, and
    // every range that is written was found to share no element with any other range.
    unsafe {
        (
            reads.map(|range| core::slice::from_raw_parts(start.add(range.start), range.end - range.start)),
            writes.map(|range| core::slice::from_raw_parts_mut(start.add(range.start), range.end - range.start)),
        )
    }
}

/// As [`views`], by a call: for a function that borrows so often that folding the checks would take its compiler long. They
/// take some nanoseconds at run time instead.
///
/// # Panics
/// As [`views`].
#[inline(never)]
#[track_caller]
pub fn called_views<const R: usize, const W: usize>(
    memory: &mut [f32],
    reads: [Range<usize>; R],
    writes: [Range<usize>; W],
) -> ([&[f32]; R], [&mut [f32]; W]) {
    views(memory, reads, writes)
}

#[cold]
#[inline(never)]
#[track_caller]
fn outside(range: &Range<usize>, len: usize) -> ! {
    panic!("range {}..{} leaves a memory of {len} elements", range.start, range.end)
}

#[cold]
#[inline(never)]
#[track_caller]
fn overlap(write: &Range<usize>, other: &Range<usize>) -> ! {
    panic!("range {}..{}, which is written, overlaps {}..{}", write.start, write.end, other.start, other.end)
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init)]
mod tests {
    use super::views;

    #[test]
    fn gives_the_ranges() {
        let mut memory: [f32; 8] = core::array::from_fn(|i| i as f32);
        let ([a, b], [c, d]) = views(&mut memory, [0..2, 1..3], [3..5, 7..8]);
        c.copy_from_slice(a);
        d[0] = b[0] + b[1];
        assert_eq!(memory, [0.0, 1.0, 2.0, 0.0, 1.0, 5.0, 6.0, 3.0]);
    }

    #[test]
    fn empty_ranges_overlap_nothing() {
        let mut memory = [0.0; 4];
        let ([a], [b, c]) = views(&mut memory, [0..4], [2..2, 4..4]);
        assert_eq!((a.len(), b.len(), c.len()), (4, 0, 0));
    }

    #[test]
    #[should_panic(expected = "range 2..5 leaves a memory of 4 elements")]
    fn panics_outside() {
        views(&mut [0.0; 4], [2..5], []);
    }

    #[test]
    #[should_panic(expected = "range 3..2 leaves")]
    #[allow(clippy::reversed_empty_ranges)]
    fn panics_on_reversed_ranges() {
        views(&mut [0.0; 4], [], [3..2]);
    }

    #[test]
    #[should_panic(expected = "range 1..3, which is written, overlaps 2..4")]
    fn panics_when_a_write_overlaps_a_read() {
        views(&mut [0.0; 4], [2..4], [1..3]);
    }

    #[test]
    fn gives_the_same_by_a_call() {
        let mut memory = [1.0, 2.0, 3.0];
        let ([a], [b]) = super::called_views(&mut memory, [0..2], [2..3]);
        assert_eq!((a, b), (&[1.0, 2.0][..], &mut [3.0][..]));
    }

    #[test]
    #[should_panic(expected = "range 0..4, which is written, overlaps 1..2")]
    fn panics_when_writes_overlap() {
        views(&mut [0.0; 4], [], [1..2, 0..4]);
    }
}
