//! Signals that ask the process to end: Ctrl-C, SIGTERM and SIGHUP, the same for all three.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// Whether a training is under way, which the first of them then lets end its batch.
static TRAINING: AtomicBool = AtomicBool::new(false);

/// The exit code that the first of them asks for; 0 before there is one.
static ENDED: AtomicU8 = AtomicU8::new(0);

/// What a process that Ctrl-C ended ends with.
const CTRL_C_EXIT: u8 = 130;

/// Whether there was one since [`catch`].
pub fn requested() -> bool {
    ENDED.load(Ordering::SeqCst) != 0
}

/// What a process ends with that was asked to end: 128 and the signal's number, as a shell has it. 130 is Ctrl-C.
pub fn exit_code() -> u8 {
    match ENDED.load(Ordering::SeqCst) {
        0 => CTRL_C_EXIT,
        code => code,
    }
}

/// From now on the first lets the batch at hand end.
pub fn training_begins() {
    TRAINING.store(true, Ordering::SeqCst);
}

/// Notes the first of them; the second ends the process at once.
fn note(code: u8) {
    if ENDED.compare_exchange(0, code, Ordering::SeqCst, Ordering::SeqCst).is_err() {
        std::process::exit(code.into());
    }
    if TRAINING.load(Ordering::SeqCst) {
        let _ = writeln!(io::stderr(), "\ninterrupted: saving after this batch; once more ends at once");
    }
}

/// From now on the first of them is only noted, and the second ends the process at once. What whoever started the process has it
/// ignore, as `nohup` does with SIGHUP, stays ignored.
///
/// # Errors
/// If the system refuses.
#[cfg(unix)]
pub fn catch() -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let heard = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| !is_ignored(*signal));
    let mut signals = signal_hook::iterator::Signals::new(heard)?;
    let wait = move || signals.forever().for_each(|signal| note(u8::try_from(128 + signal).unwrap_or(CTRL_C_EXIT)));
    std::thread::Builder::new().name("dlm-signals".to_owned()).spawn(wait)?;
    Ok(())
}

#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let mut action = std::mem::MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: without a new action `sigaction` changes nothing; it writes the present one, for which there is room, and of which
    // all zeroes are a value if it does not.
    let action = unsafe {
        libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr());
        action.assume_init()
    };
    action.sa_sigaction == libc::SIG_IGN
}

/// From now on the first Ctrl-C, or its like, is only noted, and the second ends the process at once.
///
/// # Errors
/// If the system refuses.
#[cfg(not(unix))]
pub fn catch() -> io::Result<()> {
    ctrlc::set_handler(|| note(CTRL_C_EXIT)).map_err(io::Error::other)
}
