//! Keeps the best weights on the disk while a training goes on, on a thread of its own: a small model has epochs shorter than the
//! time in which a disk can promise to hold a file.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use dlm_runtime::whole;

/// From one writing to the next at the least.
const PAUSE: Duration = Duration::from_secs(1);

/// Writes a file again and again, always what it was last given. So the file is older than that by the pause at the most, and the
/// time of a writing; once [`finish`](Self::finish) has returned, or it is dropped, it is that.
#[derive(Debug)]
pub struct Keeper {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// What is to be written; a newer one takes its place.
    waiting: Option<Vec<u8>>,
    /// Whether nothing more will come.
    closing: bool,
    /// Why it could not be written.
    error: Option<io::Error>,
}

impl Keeper {
    /// Keeps a file.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn new(path: PathBuf) -> io::Result<Self> {
        Keeper::with_pause(path, PAUSE)
    }

    fn with_pause(path: PathBuf, pause: Duration) -> io::Result<Self> {
        let shared = Arc::<Shared>::default();
        let theirs = Arc::clone(&shared);
        let thread =
            Builder::new().name("dlm-keeper".to_owned()).spawn(move || theirs.work(pause, |bytes| whole::write(&path, bytes)))?;
        Ok(Keeper { shared, thread: Some(thread) })
    }

    /// From now on this is to be in the file.
    ///
    /// # Errors
    /// If what was given before could not be written.
    pub fn keep(&self, bytes: Vec<u8>) -> io::Result<()> {
        let mut state = self.shared.lock();
        state.waiting = Some(bytes);
        self.shared.changed.notify_one();
        state.error.take().map_or(Ok(()), Err)
    }

    /// Waits until the file is what it was last given.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(&mut self) -> io::Result<()> {
        self.shared.lock().closing = true;
        self.shared.changed.notify_one();
        if let Some(thread) = self.thread.take() {
            // It does nothing that panics.
            let _ = thread.join();
        }
        self.shared.lock().error.take().map_or(Ok(()), Err)
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        // Whoever wants to know has asked.
        let _ = self.finish();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread's life.
    fn work(&self, pause: Duration, mut write: impl FnMut(&[u8]) -> io::Result<()>) {
        let mut state = self.lock();
        loop {
            state = self
                .changed
                .wait_while(state, |state| state.waiting.is_none() && !state.closing)
                .unwrap_or_else(PoisonError::into_inner);
            let Some(bytes) = state.waiting.take() else { return };
            drop(state);
            let written = write(&bytes);
            state = self.lock();
            state.error = written.err();
            let rest = self.changed.wait_timeout_while(state, pause, |state| !state.closing);
            state = rest.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn the_first_is_written_at_once_the_last_in_the_end_and_few_between() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("best");
        // Longer than the test takes.
        let mut keeper = Keeper::with_pause(path.clone(), Duration::from_secs(1000)).unwrap();
        keeper.keep(vec![0]).unwrap();
        let begun = Instant::now();
        while !path.exists() {
            assert!(begun.elapsed() < Duration::from_secs(30), "nothing is written");
            std::thread::yield_now();
        }
        (1..200).for_each(|number| keeper.keep(vec![number]).unwrap());
        assert_eq!(std::fs::read(&path).unwrap(), [0]);
        keeper.finish().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), [199]);
    }

    #[test]
    fn it_is_written_again_after_a_pause() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("best");
        let keeper = Keeper::with_pause(path.clone(), Duration::from_millis(1)).unwrap();
        for number in 0..5 {
            keeper.keep(vec![number]).unwrap();
            let begun = Instant::now();
            while std::fs::read(&path).ok() != Some(vec![number]) {
                assert!(begun.elapsed() < Duration::from_secs(30), "{number} is not written");
                std::thread::yield_now();
            }
        }
        drop(keeper);
    }

    #[test]
    fn what_cannot_be_written_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none/best");
        let mut keeper = Keeper::with_pause(path.clone(), Duration::ZERO).unwrap();
        let begun = Instant::now();
        while keeper.keep(vec![1]).is_ok() {
            assert!(begun.elapsed() < Duration::from_secs(30), "no error");
            std::thread::yield_now();
        }
        // An error is over when the next writing succeeds.
        std::fs::create_dir(folder.path().join("none")).unwrap();
        let _ = keeper.keep(vec![2]);
        keeper.finish().unwrap();
        assert_eq!(std::fs::read(path).unwrap(), [2]);
    }
}
