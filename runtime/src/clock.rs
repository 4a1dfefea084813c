//! The time that has passed, where there is a clock.

use std::time::{Duration, Instant};

/// Whether the system has a clock. WebAssembly without a system has none, and asking for the time would end the program.
const HAS_CLOCK: bool = !cfg!(all(target_family = "wasm", target_os = "unknown"));

/// A moment. Where there is no clock, no time passes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment(Option<Instant>);

impl Moment {
    pub(crate) fn now() -> Self {
        Moment::on(HAS_CLOCK)
    }

    fn on(clock: bool) -> Self {
        Moment(clock.then(Instant::now))
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.map_or(Duration::ZERO, |moment| moment.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_passes_where_there_is_a_clock_and_nowhere_else() {
        let (clock, none) = (Moment::now(), Moment::on(false));
        std::thread::sleep(Duration::from_millis(2));
        assert!(clock.elapsed() >= Duration::from_millis(2));
        assert_eq!(none.elapsed(), Duration::ZERO);
    }
}
