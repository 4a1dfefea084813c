//! Threads for one step: fork, work, join, cheap enough for steps of a tenth of a millisecond.
//!
//! Workers live as long as the pool. Between runs they spin briefly, then park. The caller works too: parts are taken from
//! one counter, so that a worker that wakes late only leaves more to the others. Which thread computes a part has no
//! influence on results, since parts share no output.
//!
//! A worker can also be sent on an [`Errand`]: something that has nothing to do with the steps and takes a while. Until it is back
//! the others do its parts.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
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
    /// An engine of so many threads, the caller's included; of fewer where the system gives no more.
    ///
    /// # Panics
    /// If there are none.
    pub(crate) fn new(threads: usize) -> Self {
        assert!(threads > 0, "expected at least 1 thread, found 0");
        let pool = (threads > 1).then(|| Pool::new(threads - 1, STACK)).filter(|pool| !pool.workers.is_empty());
        let threads = pool.as_ref().map_or(1, Pool::threads);
        let fork_join = pool.as_ref().map(|pool| ForkJoin { context: Arc::as_ptr(&pool.shared).cast(), run });
        // SAFETY: `run` keeps what a `ForkJoin` promises, on any thread, for as long as `context` lives: it is kept alive by
        // `pool`, which is dropped together with the machine. `sgemm` passes its arguments on to `matrixmultiply`.
        let machine = unsafe { Machine::new(Level::detect(), threads, fork_join, Some(sgemm)) };
        Engine { machine, pool }
    }

    /// As [`new`](Self::new), at the same instruction set as this one; without its mark.
    pub(crate) fn with_threads(&self, threads: usize) -> Self {
        Engine::new(threads).with_limit(self.machine.level())
    }

    /// At the best instruction set that is not above `limit`.
    pub(crate) fn with_limit(self, limit: Level) -> Self {
        Engine { machine: self.machine.with_limit(limit), ..self }
    }

    pub(crate) fn machine(&self) -> &Machine {
        &self.machine
    }

    /// With a function that a program printed to be timed calls between its kernels.
    pub(crate) fn with_mark(self, mark: Mark) -> Self {
        Engine { machine: self.machine.with_mark(mark), ..self }
    }

    /// What sends a worker on errands; none on one thread.
    pub(crate) fn errands(&self) -> Option<Errands> {
        self.pool.as_ref().map(|pool| Errands { shared: Arc::clone(&pool.shared) })
    }

    pub(crate) fn threads(&self) -> usize {
        self.pool.as_ref().map_or(1, Pool::threads)
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
    /// Held by whoever sends a worker on an errand: one at a time.
    sender: Mutex<()>,
    /// The errand that nobody has taken yet.
    errand: Mutex<Option<Errand>>,
    /// Whether there is one: a worker looks here before it takes the lock.
    has_errand: AtomicBool,
    /// Whether the last errand that a worker took is done.
    errand_is_done: AtomicBool,
}

/// What a run does. `data` may only be passed to `task` by one who holds a part of run `number` that is not finished.
#[derive(Debug)]
struct Job {
    number: u32,
    parts: usize,
    task: Task,
    data: AtomicPtr<()>,
}

/// The bytes of a worker's stack: blocks of a product and rows of a kernel are on it.
const STACK: usize = 8 << 20;

impl Pool {
    /// So many workers, or as many as the system gives: what is computed does not depend on their number.
    fn new(workers: usize, stack: usize) -> Self {
        extern "C" fn nothing(_: *const (), _: usize) {}
        let shared = Arc::new(Shared {
            tickets: AtomicU64::new(0),
            unfinished: AtomicUsize::new(0),
            job: Mutex::new(Job { number: 0, parts: 0, task: nothing, data: AtomicPtr::default() }),
            workers: Mutex::new(Vec::new()),
            closing: AtomicBool::new(false),
            sender: Mutex::new(()),
            errand: Mutex::new(None),
            has_errand: AtomicBool::new(false),
            errand_is_done: AtomicBool::new(false),
        });
        let cores = thread::available_parallelism().map_or(1, usize::from);
        // More threads than cores would spin away the time of those that work.
        let spins = if workers < cores { SPINS } else { 0 };
        let spawn = |index: usize| {
            let shared = Arc::clone(&shared);
            let builder = thread::Builder::new().name(format!("dlm-{}", index + 1)).stack_size(stack);
            builder.spawn(move || shared.work(spins)).ok()
        };
        let workers: Vec<_> = (0..workers).map_while(spawn).collect();
        *lock(&shared.workers) = workers.iter().map(|worker| worker.thread().clone()).collect();
        Pool { shared, workers }
    }

    /// Those that work on a run: the workers, and whoever asks for it.
    fn threads(&self) -> usize {
        self.workers.len() + 1
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
        wait_until(|| self.unfinished.load(Ordering::Acquire) == 0);
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
            } else if self.has_errand.load(Ordering::Acquire) {
                if let Some(errand) = self.take_errand() {
                    errand.run();
                    self.errand_is_done.store(true, Ordering::Release);
                }
                idle = 0;
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

/// Something to be done once, by whoever takes it, before the call of [`Errands::beside`] that made it returns.
#[derive(Debug)]
struct Errand {
    run: unsafe fn(*mut ()),
    data: AtomicPtr<()>,
}

impl Errand {
    fn run(self) {
        // SAFETY: `Call::errand` made the two for one another. `beside`, whose the call is, does not touch it until this has
        // returned, even if its work panics, and gave the errand to nobody else.
        unsafe { (self.run)(self.data.into_inner()) }
    }
}

/// An errand's closure, and how it ended.
struct Call<F> {
    closure: Option<F>,
    outcome: thread::Result<()>,
}

impl<F: FnOnce() + Send> Call<F> {
    fn errand(&mut self) -> Errand {
        Errand { run: Self::run, data: AtomicPtr::new((&raw mut *self).cast()) }
    }

    /// # Safety
    /// `data` points to a `Call<F>` that nobody else touches meanwhile.
    unsafe fn run(data: *mut ()) {
        // SAFETY: the caller's promise.
        let call = unsafe { &mut *data.cast::<Self>() };
        if let Some(closure) = call.closure.take() {
            call.outcome = catch_unwind(AssertUnwindSafe(closure));
        }
    }
}

/// Sends a pool's workers on errands.
#[derive(Debug)]
pub(crate) struct Errands {
    shared: Arc<Shared>,
}

impl Errands {
    /// Does both, `errand` on a worker if one has time before `work` is done here, which may run steps on the same pool. Whoever
    /// does it, it has been done when this returns. Allocates nothing.
    ///
    /// # Panics
    /// If either does.
    pub(crate) fn beside<R>(&self, errand: impl FnOnce() + Send, work: impl FnOnce() -> R) -> R {
        let _sender = match self.shared.sender.try_lock() {
            Ok(sender) => sender,
            Err(TryLockError::Poisoned(sender)) => sender.into_inner(),
            Err(TryLockError::WouldBlock) => {
                // Another thread's errand is on.
                errand();
                return work();
            }
        };
        let mut call = Call { closure: Some(errand), outcome: Ok(()) };
        let returns = Returns { shared: &self.shared };
        self.shared.send(call.errand());
        let result = work();
        drop(returns);
        if let Err(panic) = call.outcome {
            resume_unwind(panic);
        }
        result
    }
}

/// Sees to it, even in a panic, that an errand is done before what it borrows is gone.
struct Returns<'a> {
    shared: &'a Shared,
}

impl Drop for Returns<'_> {
    fn drop(&mut self) {
        match self.shared.take_errand() {
            // No worker had time.
            Some(errand) => errand.run(),
            None => wait_until(|| self.shared.errand_is_done.load(Ordering::Acquire)),
        }
    }
}

impl Shared {
    fn send(&self, errand: Errand) {
        self.errand_is_done.store(false, Ordering::Relaxed);
        let mut waiting = lock(&self.errand);
        *waiting = Some(errand);
        self.has_errand.store(true, Ordering::Release);
        drop(waiting);
        // Whoever forks just now holds the lock, and has woken all.
        if let Ok(workers) = self.workers.try_lock() {
            workers.iter().for_each(thread::Thread::unpark);
        }
    }

    fn take_errand(&self) -> Option<Errand> {
        let mut errand = lock(&self.errand);
        self.has_errand.store(false, Ordering::Relaxed);
        errand.take()
    }
}

/// Waits for what another thread is about to do.
fn wait_until(done: impl Fn() -> bool) {
    let mut spins = 0;
    while !done() {
        spins += 1;
        if spins < SPINS { std::hint::spin_loop() } else { thread::yield_now() }
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
            let pool = Pool::new(workers, STACK);
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
        let pool = Pool::new(1, STACK);
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
        let pool = Pool::new(2, STACK);
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

    /// A run that counts its parts.
    fn fork(pool: &Pool, counters: &[AtomicU32]) {
        pool.shared.run(count, counters.as_ptr().cast(), counters.len());
    }

    #[test]
    fn an_errand_is_done_once_whatever_runs_beside_it() {
        for workers in [1, 2] {
            let pool = Pool::new(workers, STACK);
            let (errands, counters) = (Errands { shared: Arc::clone(&pool.shared) }, counters(3));
            let mut done = 0;
            for turn in 0..2000 {
                let begun = done;
                let result = errands.beside(
                    || done += 1,
                    || {
                        (0..turn % 4).for_each(|_| fork(&pool, &counters));
                        turn
                    },
                );
                assert_eq!((result, done), (turn, begun + 1));
            }
            assert!(counters.iter().all(|counter| counter.load(Ordering::Relaxed) == 3000));
        }
    }

    #[test]
    fn a_parked_worker_goes_on_an_errand_and_the_others_do_its_parts() {
        let pool = Pool::new(1, STACK);
        thread::sleep(std::time::Duration::from_millis(50));
        let (errands, counters, (begun, go_on)) =
            (Errands { shared: Arc::clone(&pool.shared) }, counters(2), (AtomicBool::new(false), AtomicBool::new(false)));
        let here = thread::current().id();
        let mut there = here;
        errands.beside(
            || {
                there = thread::current().id();
                begun.store(true, Ordering::Release);
                wait_until(|| go_on.load(Ordering::Acquire));
            },
            || {
                wait_until(|| begun.load(Ordering::Acquire));
                fork(&pool, &counters);
                go_on.store(true, Ordering::Release);
            },
        );
        assert_ne!(there, here);
        assert!(counters.iter().all(|counter| counter.load(Ordering::Relaxed) == 1));
    }

    #[test]
    fn panics_of_errands_and_beside_them_are_passed_on() {
        let pool = Pool::new(1, STACK);
        let errands = Errands { shared: Arc::clone(&pool.shared) };
        let message = |f: &dyn Fn()| *catch_unwind(AssertUnwindSafe(f)).unwrap_err().downcast::<&str>().unwrap();
        let mut done = 0;
        for _ in 0..50 {
            assert_eq!(message(&|| errands.beside(|| panic!("errand"), || ())), "errand");
            let count = AtomicU32::new(0);
            let work = || errands.beside(|| count.store(1, Ordering::Relaxed), || panic!("work"));
            assert_eq!(message(&work), "work");
            assert_eq!(count.into_inner(), 1);
            errands.beside(|| done += 1, || ());
        }
        assert_eq!(done, 50);
    }

    #[test]
    fn errands_of_several_threads_at_once_are_all_done() {
        let pool = Pool::new(2, STACK);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let (errands, counters) = (Errands { shared: Arc::clone(&pool.shared) }, counters(2));
                    let mut done = 0;
                    (0..500).for_each(|_| errands.beside(|| done += 1, || fork(&pool, &counters)));
                    assert_eq!(done, 500);
                    assert!(counters.iter().all(|counter| counter.load(Ordering::Relaxed) == 500));
                });
            }
        });
    }

    #[test]
    fn threads_that_cannot_be_started_are_done_without() {
        // No system has an address space for such a stack.
        let pool = Pool::new(3, 1 << 60);
        assert_eq!((pool.workers.len(), pool.threads()), (0, 1));
        let counters = counters(5);
        fork(&pool, &counters);
        assert!(counters.iter().all(|counter| counter.load(Ordering::Relaxed) == 1));
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
