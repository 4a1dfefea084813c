//! Whether a model finds room in memory, asked before any of it is taken: an allocator that has no more ends the process, and
//! a system that has promised too much ends some other.

use crate::error::Error;
use crate::shape;
use crate::spec::Spec;

/// The bytes of a value.
const VALUE: u64 = size_of::<f32>() as u64;
/// What takes less is not worth asking for.
const SMALL: u64 = 64 << 20;

/// Whether there is room for a whole training by `fit`: the trainer, the last good epoch, and evaluation.
///
/// # Errors
/// If it takes more than the machine has, or the system does not give that much.
pub fn to_train(spec: &Spec) -> Result<(), Error> {
    let stop = spec.recipe.early_stop.is_some_and(|stop| stop.restore_best);
    let copies = 1 + u64::from(stop);
    let work = (spec.memory_len - lasting(spec) + spec.infer_work_len) as u64;
    Need { task: "training", model: spec.model, lasting: (1 + copies) * lasting(spec) as u64, work, batch: spec.batch }.check()
}

/// Whether there is room for single steps.
pub(crate) fn to_step(spec: &Spec) -> Result<(), Error> {
    let lasting = lasting(spec);
    let work = (spec.memory_len - lasting) as u64;
    Need { task: "training", model: spec.model, lasting: lasting as u64, work, batch: spec.batch }.check()
}

/// Whether there is room for predictions.
///
/// # Errors
/// As [`to_train`].
pub fn to_predict(spec: &Spec) -> Result<(), Error> {
    let (lasting, work) = (spec.parameters_len as u64, spec.infer_work_len as u64);
    Need { task: "predicting with", model: spec.model, lasting, work, batch: spec.batch }.check()
}

/// What of a trainer's memory lasts from step to step, at its begin: parameters, state and signals. Work space comes after it.
pub(crate) fn lasting(spec: &Spec) -> usize {
    let states = spec.states.iter().map(|state| state.offset + state.len);
    let signals = spec.signals.iter().map(|signal| signal.offset + 1);
    states.chain(signals).fold(spec.parameters_len, usize::max)
}

/// A size in memory: `1.4 MiB`.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if count < 1024 {
        return format!("{count} bytes");
    }
    let mut size = count as f64 / 1024.0;
    let mut unit = 0;
    while size >= 1024.0 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    format!("{size:.1} {}", UNITS[unit])
}

/// What is wanted, in values of four bytes.
#[derive(Clone, Copy, Debug)]
struct Need<'a> {
    task: &'static str,
    model: &'a str,
    /// Weights and what the optimizer keeps of them.
    lasting: u64,
    /// What one batch takes to be computed.
    work: u64,
    batch: usize,
}

impl Need<'_> {
    fn bytes(self) -> u64 {
        VALUE.saturating_mul(self.lasting.saturating_add(self.work))
    }

    fn check(self) -> Result<(), Error> {
        let wanted = self.bytes();
        if wanted <= SMALL {
            return Ok(());
        }
        match machine().filter(|machine| wanted > *machine) {
            Some(machine) => Err(self.refused(Some(machine))),
            None if !is_given(wanted) => Err(self.refused(None)),
            None => Ok(()),
        }
    }

    /// Why it is not tried; `machine` is all the memory that there is, where that is too little.
    fn refused(self, machine: Option<u64>) -> Error {
        let lasting = VALUE.saturating_mul(self.lasting);
        let a_row = VALUE.saturating_mul(self.work) / self.batch.max(1) as u64;
        let why = match machine {
            Some(machine) => format!("more than the {} that there are", bytes(machine)),
            None => "more than the system gives".to_owned(),
        };
        let rows = shape::count(self.batch, "row");
        let message = format!(
            "{} {} takes {} of memory, {why}: {} for weights and what is kept of them, and {} for each of the {rows} of a batch",
            self.task,
            self.model,
            bytes(self.bytes()),
            bytes(lasting),
            bytes(a_row),
        );
        // Data, program and system want some too.
        let left = machine.map(|machine| (machine - machine / 8).saturating_sub(lasting));
        let help = match left.map(|left| left / a_row.max(1)) {
            Some(0) => "make the widest layers narrower".to_owned(),
            Some(fits) => format!("a `batch` of {fits} would fit"),
            None => "give a smaller `batch`, or make the widest layers narrower".to_owned(),
        };
        Error::Memory { message, help }
    }
}

/// Whether the system gives so much in one piece; it is given back at once, and nothing of it is touched. Little is always given.
pub(crate) fn is_given(bytes: u64) -> bool {
    bytes <= SMALL || usize::try_from(bytes).is_ok_and(|bytes| Vec::<u8>::new().try_reserve_exact(bytes).is_ok())
}

/// All memory that the process can have, swap included, where the system tells.
fn machine() -> Option<u64> {
    let read = |path: &str| std::fs::read_to_string(path).ok();
    let has = read("/proc/meminfo").and_then(|text| has(&text));
    // What a container is limited to, by either version of control groups; without a limit a word, or a number beyond bounds.
    let limits = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    let limits = limits.into_iter().filter_map(|path| read(path)?.trim().parse().ok());
    has.into_iter().chain(limits).min()
}

/// What Linux tells of its memory.
fn has(meminfo: &str) -> Option<u64> {
    let of = |name: &str| {
        let line = meminfo.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
    };
    of("MemTotal")?.checked_add(of("SwapTotal").unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    fn need(lasting: u64, work: u64, batch: usize) -> Need<'static> {
        Need { task: "training", model: "Net", lasting, work, batch }
    }

    #[test]
    fn what_is_refused_says_what_it_takes_and_which_batch_would_fit() {
        // 1 GiB of weights, 64 MiB a row.
        let need = need(GIB / 4, (1024 * 16) << 20, 1024);
        let error = need.refused(Some(16 * GIB));
        assert_eq!(
            error.to_string(),
            "training Net takes 65.0 GiB of memory, more than the 16.0 GiB that there are: 1.0 GiB for weights and what is kept of \
             them, and 64.0 MiB for each of the 1024 rows of a batch"
        );
        assert_eq!(error.code(), "E330");
        // Of 16 GiB two are left alone, one is for the weights: 13 of 64 MiB each.
        assert_eq!(error.help().as_deref(), Some("a `batch` of 208 would fit"));
        assert_eq!(need.refused(Some(GIB)).help().as_deref(), Some("make the widest layers narrower"));
        assert!(need.refused(None).to_string().contains("more than the system gives: 1.0 GiB for weights"));
    }

    #[test]
    fn what_no_machine_has_is_refused_and_what_is_small_is_not_asked_for() {
        for (lasting, work) in [(1 << 58, 0), (0, 1 << 58), (u64::MAX, u64::MAX)] {
            assert!(matches!(need(lasting, work, 1).check(), Err(Error::Memory { .. })), "{lasting} {work}");
        }
        need(1000, 1000, 10).check().unwrap();
        assert!(is_given(SMALL + 1) && !is_given(u64::MAX));
    }

    #[test]
    fn the_memory_of_a_machine_is_read() {
        let text = "MemTotal:       24576000 kB\nMemFree:         1 kB\nSwapTotal:       1024 kB\n";
        assert_eq!(has(text), Some(24_576_000 * 1024 + (1 << 20)));
        assert_eq!(has("MemTotal:       24576000 kB\n"), Some(24_576_000 * 1024));
        assert_eq!(has("MemTotal: 18446744073709551615 kB\n"), None);
        assert_eq!(has(""), None);
        if cfg!(target_os = "linux") {
            assert!(machine().unwrap() > SMALL);
        }
    }
}
