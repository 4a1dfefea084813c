//! Threads for one step: fork, work, join, cheap enough for steps of a tenth of a millisecond.
//!
//! Workers live as long as the pool. Between runs they spin briefly, then park. The caller works too: parts are taken from
//! one counter, so that a worker that wakes late only leaves more to the others. Which thread computes a part has no
//! influence on results, since parts share no output.

use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use dlm_kernels::{ForkJoin, Level, Machine, Mark, Task};

/// How often a worker looks for work before it parks: some 100 µs, longer than what lies between two products of a step.
const SPINS: u32 = 10_000;

/// The instruction set and threads that a trainer or model runs on.
#[derive(Debug)]
pub(crate) struct Engine {
    // Not handed out: it must not outlive the pool.
    machine: Machine,
    pool: Option<Pool>,
}

impl Engine {
    /// An engine of so many threads, the caller's included.
    ///
    /// # Panics
    /// If there are none, or the system gives no more.
    pub(crate) fn new(threads: usize) -> Self {
        assert!(threads > 0, "expected at least 1 thread, found 0");
        let pool = (threads > 1).then(|| Pool::new(threads - 1));
        let fork_join = pool.as_ref().map(|pool| ForkJoin { context: Arc::as_ptr(&pool.shared).cast(), run });
        // SAFETY: `run` keeps what a `ForkJoin` promises, on any thread, for as long as `context` lives: it is kept alive by
        // `pool`, which is dropped together with the machine. `sgemm` passes its arguments on to `matrixmultiply`.
        let machine = unsafe { Machine::new(Level::detect(), threads, fork_join, Some(sgemm)) };
        Engine { machine, pool }
    }

    pub(crate) fn machine(&self) -> &Machine {
        &self.machine
    }

    /// With a function that a program printed to be timed calls between its kernels.
    pub(crate) fn with_mark(self, mark: Mark) -> Self {
        Engine { machine: self.machine.with_mark(mark), ..self }
    }

    pub(crate) fn threads(&self) -> usize {
        self.pool.as_ref().map_or(1, |pool| pool.workers.len() + 1)
    }
}

/// `matrixmultiply`'s product, with the calling convention that programs compiled apart can call.
unsafe extern "C" fn sgemm(
    rows: usize,
    depth: usize,
    columns: usize,
    alpha: f32,
    a: *const f32,
    a_row: isize,
    a_column: isize,
    b: *const f32,
    b_row: isize,
    b_column: isize,
    beta: f32,
    c: *mut f32,
    c_row: isize,
    c_column: isize,
) {
    // SAFETY: the caller keeps what `matrixmultiply::sgemm` asks for; the arguments are the same.
    unsafe {
        matrixmultiply::sgemm(rows, depth, columns, alpha, a, a_row, a_column, b, b_row, b_column, beta, c, c_row, c_column)
    }
}

/// The worker threads.
#[derive(Debug)]
struct Pool {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    /// The run's number in the upper half, the next part to take in the lower: a worker that comes late with an old number
    /// takes nothing from a new run.
    tickets: AtomicU64,
    /// Parts not yet finished.
    unfinished: AtomicUsize,
    job: Mutex<Job>,
    /// The threads to wake, and the lock of whoever forks: one run at a time.
    workers: Mutex<Vec<thread::Thread>>,
    closing: AtomicBool,
}

/// What a run does. `data` may only be passed to `task` by one who holds a part of run `number` that is not finished.
#[derive(Debug)]
struct Job {
    number: u32,
    parts: usize,
    task: Task,
    data: AtomicPtr<()>,
}

impl Pool {
    fn new(workers: usize) -> Self {
        extern "C" fn nothing(_: *const (), _: usize) {}
        let shared = Arc::new(Shared {
            tickets: AtomicU64::new(0),
            unfinished: AtomicUsize::new(0),
            job: Mutex::new(Job { number: 0, parts: 0, task: nothing, data: AtomicPtr::default() }),
            workers: Mutex::new(Vec::new()),
            closing: AtomicBool::new(false),
        });
        let cores = thread::available_parallelism().map_or(1, usize::from);
        // More threads than cores would spin away the time of those that work.
        let spins = if workers < cores { SPINS } else { 0 };
        let spawn = |index: usize| {
            let shared = Arc::clone(&shared);
            // Blocks of a product and rows of a kernel are on the stack.
            let builder = thread::Builder::new().name(format!("dlm-{}", index + 1)).stack_size(8 << 20);
            builder.spawn(move || shared.work(spins)).unwrap_or_else(|error| panic!("cannot start a thread: {error}"))
        };
        let workers: Vec<_> = (0..workers).map(spawn).collect();
        *lock(&shared.workers) = workers.iter().map(|worker| worker.thread().clone()).collect();
        Pool { shared, workers }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::Release);
        for worker in self.workers.drain(..) {
            worker.thread().unpark();
            // A worker's own panic cannot be: tasks are `extern "C"`, where a panic ends the process.
            let _ = worker.join();
        }
    }
}

/// [`ForkJoin::run`]: `context` is a pool's [`Shared`].
extern "C" fn run(context: *const (), task: Task, data: *const (), parts: usize) {
    // SAFETY: only ever passed together with the pointer to a pool's `Shared`, which outlives its engine's machine.
    let shared = unsafe { &*context.cast::<Shared>() };
    shared.run(task, data, parts);
}

impl Shared {
    fn run(&self, task: Task, data: *const (), parts: usize) {
        let Ok(workers) = self.workers.try_lock() else {
            // Another thread's run is on; waiting for it would only idle this one.
            return (0..parts).for_each(|part| task(data, part));
        };
        let mut job = lock(&self.job);
        let number = job.number.wrapping_add(1);
        *job = Job { number, parts, task, data: AtomicPtr::new(data.cast_mut()) };
        drop(job);
        self.unfinished.store(parts, Ordering::Relaxed);
        self.tickets.store(u64::from(number) << 32, Ordering::Release);
        workers.iter().for_each(thread::Thread::unpark);

        self.take_parts(number, task, data, parts);
        let mut spins = 0;
        while self.unfinished.load(Ordering::Acquire) > 0 {
            spins += 1;
            if spins < SPINS { std::hint::spin_loop() } else { thread::yield_now() }
        }
    }

    /// Computes parts of a run until none is left.
    fn take_parts(&self, number: u32, task: Task, data: *const (), parts: usize) {
        let mut ticket = self.tickets.load(Ordering::Acquire);
        loop {
            let part = (ticket & u64::from(u32::MAX)) as usize;
            if (ticket >> 32) as u32 != number || part >= parts {
                return;
            }
            match self.tickets.compare_exchange_weak(ticket, ticket + 1, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => {
                    task(data, part);
                    self.unfinished.fetch_sub(1, Ordering::Release);
                    ticket = self.tickets.load(Ordering::Acquire);
                }
                Err(now) => ticket = now,
            }
        }
    }

    /// A worker's life.
    fn work(&self, spins: u32) {
        let (mut seen, mut idle) = (0, 0);
        while !self.closing.load(Ordering::Acquire) {
            let number = (self.tickets.load(Ordering::Acquire) >> 32) as u32;
            if number != seen {
                let job = lock(&self.job);
                let (current, parts, task, data) = (job.number, job.parts, job.task, job.data.load(Ordering::Relaxed));
                drop(job);
                // If the next run is just about to begin, its number is newer than its tickets': it is not seen yet.
                self.take_parts(current, task, data, parts);
                (seen, idle) = (number, 0);
            } else if idle < spins {
                idle += 1;
                std::hint::spin_loop();
            } else {
                // An `unpark` since the last look makes this return at once, so that no run is missed.
                thread::park();
            }
        }
    }
}

/// A lock that no panic can leave half changed.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The threads that `DLM_THREADS` asks for; 1 without it, since most steps are too small to gain from more.
///
/// # Panics
/// If it is set to anything but a whole number from 1.
pub(crate) fn threads_from_environment() -> usize {
    let Some(value) = std::env::var_os("DLM_THREADS") else { return 1 };
    let threads = value.to_str().and_then(|text| text.trim().parse().ok()).filter(|threads| *threads > 0);
    threads.unwrap_or_else(|| panic!("DLM_THREADS: expected a whole number from 1, found {value:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::sync::atomic::AtomicU32;

    extern "C" fn count(data: *const (), part: usize) {
        // SAFETY: the tests pass a slice's first counter, and fewer parts than it has.
        unsafe { &*data.cast::<AtomicU32>().add(part) }.fetch_add(1, Ordering::Relaxed);
    }

    fn counters(parts: usize) -> Vec<AtomicU32> {
        (0..parts).map(|_| AtomicU32::new(0)).collect()
    }

    #[test]
    fn every_part_runs_once_in_every_run() {
        for workers in [1, 3] {
            let pool = Pool::new(workers);
            for parts in [0, 1, 2, 7, 100] {
                let counters = counters(parts);
                (0..500).for_each(|_| pool.shared.run(count, counters.as_ptr().cast(), parts));
                assert!(
                    counters.iter().all(|counter| counter.load(Ordering::Relaxed) == 500),
                    "{workers} workers, {parts} parts"
                );
            }
        }
    }

    #[test]
    fn parked_workers_wake() {
        let pool = Pool::new(1);
        thread::sleep(std::time::Duration::from_millis(50));
        let threads: Mutex<HashSet<thread::ThreadId>> = Mutex::new(HashSet::new());
        extern "C" fn meet(data: *const (), _: usize) {
            // SAFETY: the set below.
            let threads = unsafe { &*data.cast::<Mutex<HashSet<thread::ThreadId>>>() };
            lock(threads).insert(thread::current().id());
            // Each part waits for the other, which only another thread can run.
            while lock(threads).len() < 2 {
                thread::yield_now();
            }
        }
        pool.shared.run(meet, (&raw const threads).cast(), 2);
        assert_eq!(lock(&threads).len(), 2);
    }

    #[test]
    fn runs_from_several_threads_at_once_are_complete() {
        let pool = Pool::new(2);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let counters = counters(5);
                    (0..200).for_each(|_| pool.shared.run(count, counters.as_ptr().cast(), 5));
                    assert!(counters.iter().all(|counter| counter.load(Ordering::Relaxed) == 200));
                });
            }
        });
    }

    #[test]
    fn an_engine_splits_rows_over_its_threads() {
        let engine = Engine::new(3);
        let mut values = vec![0.0; 1000];
        engine.machine().split(1000, 1, [dlm_kernels::Rows::new(&mut values, 1)], |first, [part]| {
            part.iter_mut().zip(first..).for_each(|(value, row)| *value += row as f32);
        });
        assert_eq!((engine.threads(), engine.machine().threads()), (3, 3));
        assert!(values.iter().zip(0..).all(|(value, row)| *value == row as f32));
    }

    #[test]
    fn the_lent_product_multiplies() {
        let (a, b, mut c) = ([1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0], [100.0; 4]);
        // SAFETY: three matrices of 2 by 2.
        unsafe { sgemm(2, 2, 2, 1.0, a.as_ptr(), 2, 1, b.as_ptr(), 2, 1, 0.0, c.as_mut_ptr(), 2, 1) }
        assert_eq!(c, [19.0, 22.0, 43.0, 50.0]);
    }
}
