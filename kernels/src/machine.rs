//! What generated code runs on: an instruction set, a number of threads, and what the host lends.

use core::fmt;
use core::marker::PhantomData;
use core::ptr::slice_from_raw_parts_mut;

use crate::Level;

/// A task of a parallel run: called with the run's data and the part's number.
pub type Task = extern "C" fn(data: *const (), part: usize);

/// A way to run a task in parallel, lent by the host.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ForkJoin {
    /// Passed back as the first argument of `run`.
    pub context: *const (),
    /// Calls `task(data, part)` once for every part below `parts`, on any threads, and returns when all calls have.
    pub run: extern "C" fn(context: *const (), task: Task, data: *const (), parts: usize),
}

/// C ← α·A·B + β·C with the arguments of `matrixmultiply::sgemm`: m, k, n, α, A and its row and column strides, B and its
/// strides, β, C and its strides.
pub type Sgemm = unsafe extern "C" fn(
    usize,
    usize,
    usize,
    f32,
    *const f32,
    isize,
    isize,
    *const f32,
    isize,
    isize,
    f32,
    *mut f32,
    isize,
    isize,
);

/// Called between the kernels of a program that was printed to be timed: 0 before the first, k + 1 after kernel k.
pub type Mark = extern "C" fn(kernel: usize);

/// What generated code runs on.
#[repr(C)]
pub struct Machine {
    level: Level,
    threads: usize,
    context: *const (),
    run: Option<extern "C" fn(context: *const (), task: Task, data: *const (), parts: usize)>,
    sgemm: Option<Sgemm>,
    mark: Option<Mark>,
}

// SAFETY: nothing in a machine changes, and `Machine::new` asks for a context and functions that any thread may use.
unsafe impl Send for Machine {}
// SAFETY: as above.
unsafe impl Sync for Machine {}

impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut machine = f.debug_struct("Machine");
        machine.field("level", &self.level).field("threads", &self.threads).field("sgemm", &self.sgemm.is_some()).finish()
    }
}

impl Machine {
    /// The calling thread alone, at the best level of this processor.
    pub fn single_threaded() -> Machine {
        Machine { level: Level::detect(), threads: 1, context: core::ptr::null(), run: None, sgemm: None, mark: None }
    }

    /// As [`single_threaded`](Self::single_threaded), at the best level that is not above `limit`.
    pub fn at_most(limit: Level) -> Machine {
        Machine { level: Level::at_most(limit), ..Machine::single_threaded() }
    }

    /// A machine of `threads` threads (at least 1), at the best level that is not above `limit`. Without `pool` there is
    /// one thread.
    ///
    /// # Safety
    /// For as long as the machine is used: `pool.run` may be called by any thread with `pool.context`, calls the task once
    /// for each part and returns only when all these calls have returned; and `sgemm` does what [`Sgemm`] says.
    pub unsafe fn new(limit: Level, threads: usize, pool: Option<ForkJoin>, sgemm: Option<Sgemm>) -> Machine {
        Machine {
            level: Level::at_most(limit),
            threads: if pool.is_some() { threads.max(1) } else { 1 },
            context: pool.map_or(core::ptr::null(), |pool| pool.context),
            run: pool.map(|pool| pool.run),
            sgemm,
            mark: None,
        }
    }

    /// At the best level of this processor that is not above `limit`.
    pub fn with_limit(self, limit: Level) -> Machine {
        Machine { level: Level::at_most(limit), ..self }
    }

    /// With a function that programs printed to be timed call between their kernels.
    pub fn with_mark(self, mark: Mark) -> Machine {
        Machine { mark: Some(mark), ..self }
    }

    /// Tells the host that a kernel has ended.
    #[inline]
    pub fn mark(&self, kernel: usize) {
        if let Some(mark) = self.mark {
            mark(kernel);
        }
    }

    /// The instruction set in use. This processor has it.
    #[inline]
    pub fn level(&self) -> Level {
        self.level
    }

    /// The number of threads in use, at least 1.
    #[inline]
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// The product that the host lends.
    #[inline]
    pub(crate) fn sgemm(&self) -> Option<Sgemm> {
        self.sgemm
    }

    /// Splits `rows` rows into at most [`threads`](Self::threads) parts, each a whole number of `granule`s (the last one
    /// takes what is left), and calls `f` once for each part with its first row and its rows of each array, in parallel.
    /// On one thread, that is `f(0, all)`.
    ///
    /// # Panics
    /// If `granule` is 0, or an array holds fewer than `rows` rows.
    #[track_caller]
    pub fn split<const N: usize, F>(&self, rows: usize, granule: usize, arrays: [Rows<'_>; N], f: F)
    where
        F: Fn(usize, [&mut [f32]; N]) + Sync,
    {
        assert!(granule > 0, "a granule of rows must be at least 1");
        for array in &arrays {
            let fits = rows.checked_mul(array.stride).is_some_and(|needed| needed <= array.len);
            assert!(fits, "{rows} rows of {} elements do not fit an array of {}", array.stride, array.len);
        }
        let granules = rows.div_ceil(granule);
        let split = Split { rows, granule, granules, parts: self.threads.min(granules), arrays, f };
        match self.run {
            Some(run) if split.parts > 1 => {
                run(self.context, run_part::<N, F>, (&raw const split).cast(), split.parts);
            }
            _ => {
                // SAFETY: all rows, once, of arrays that were found to have them and are borrowed exclusively.
                let all = split.arrays.each_ref().map(|array| unsafe { &mut *array.part(0, rows) });
                (split.f)(0, all);
            }
        }
    }
}

/// An array that [`Machine::split`] splits by rows.
#[derive(Debug)]
pub struct Rows<'a> {
    pointer: *mut f32,
    len: usize,
    stride: usize,
    borrow: PhantomData<&'a mut [f32]>,
}

impl<'a> Rows<'a> {
    /// Rows of `stride` elements each, one after another.
    #[inline]
    pub fn new(data: &'a mut [f32], stride: usize) -> Rows<'a> {
        Rows { pointer: data.as_mut_ptr(), len: data.len(), stride, borrow: PhantomData }
    }

    /// Rows `first` to `end`.
    #[inline]
    fn part(&self, first: usize, end: usize) -> *mut [f32] {
        slice_from_raw_parts_mut(self.pointer.wrapping_add(first * self.stride), (end - first) * self.stride)
    }
}

struct Split<'a, const N: usize, F> {
    rows: usize,
    granule: usize,
    granules: usize,
    parts: usize,
    arrays: [Rows<'a>; N],
    f: F,
}

extern "C" fn run_part<const N: usize, F>(data: *const (), part: usize)
where
    F: Fn(usize, [&mut [f32]; N]) + Sync,
{
    // SAFETY: `data` is the `Split` that `Machine::split` handed to `run`, which has not returned; it is only read here, and
    // what is shared of it across threads is `F: Sync` and the pointers of exclusively borrowed `f32`s.
    let split = unsafe { &*data.cast::<Split<'_, N, F>>() };
    let first = (split.granules * part / split.parts) * split.granule;
    let end = ((split.granules * (part + 1) / split.parts) * split.granule).min(split.rows);
    // SAFETY: `split` checked that the arrays hold `rows` rows, and they are borrowed exclusively. Parts are disjoint: each
    // ends where the next begins, and `run` was promised to call each part below `parts` once.
    let rows = split.arrays.each_ref().map(|array| unsafe { &mut *array.part(first, end) });
    (split.f)(first, rows);
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::sync::atomic::{AtomicUsize, Ordering};

    extern "C" fn one_after_another(context: *const (), task: Task, data: *const (), parts: usize) {
        // SAFETY: the tests pass a counter.
        unsafe { &*context.cast::<AtomicUsize>() }.fetch_add(parts, Ordering::Relaxed);
        for part in (0..parts).rev() {
            task(data, part);
        }
    }

    #[test]
    fn splits_are_disjoint_whole_granules_and_complete() {
        for threads in 1..6 {
            for rows in [0, 1, 7, 8, 9, 40, 41] {
                for granule in [1, 3, 8] {
                    let calls = AtomicUsize::new(0);
                    let pool = ForkJoin { context: (&raw const calls).cast(), run: one_after_another };
                    // SAFETY: `one_after_another` does what is asked, and `calls` outlives the machine.
                    let machine = unsafe { Machine::new(Level::Portable, threads, Some(pool), None) };
                    let (mut x, mut y) = ([0.0f32; 41], [0.0f32; 41 * 3 + 2]);
                    machine.split(rows, granule, [Rows::new(&mut x, 1), Rows::new(&mut y, 3)], |first, [x, y]| {
                        assert!(first % granule == 0 && y.len() == 3 * x.len());
                        assert!(x.len() % granule == 0 || first + x.len() == rows);
                        for (i, x) in x.iter_mut().enumerate() {
                            *x += (first + i + 1) as f32;
                            y[3 * i] += *x;
                            y[3 * i + 2] += *x;
                        }
                    });
                    for row in 0..41 {
                        let expected = if row < rows { (row + 1) as f32 } else { 0.0 };
                        assert_eq!((x[row], y[3 * row], y[3 * row + 1], y[3 * row + 2]), (expected, expected, 0.0, expected));
                    }
                    let parts = threads.min(rows.div_ceil(granule));
                    assert_eq!(calls.into_inner(), if parts > 1 { parts } else { 0 });
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "5 rows of 2 elements do not fit an array of 9")]
    fn an_array_too_short_panics() {
        Machine::single_threaded().split(5, 1, [Rows::new(&mut [0.0; 9], 2)], |_, _| {});
    }
}
