//! Scales of axes and colours.

use crate::curve::short;

/// How values become places from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    low: f64,
    high: f64,
    /// Whether by magnitude.
    pub log: bool,
}

/// From this ratio on values are told apart by magnitude.
const MAGNITUDES: f64 = 50.0;

impl Scale {
    /// From 0 to 1.
    pub const SHARES: Scale = Scale { low: 0.0, high: 1.0, log: false };

    /// The scale of some values: by magnitude if they differ by orders of it.
    pub fn of(values: impl Iterator<Item = f64> + Clone) -> Self {
        let finite = values.filter(|value| value.is_finite());
        let (low, high) = range(finite.clone());
        if low > 0.0 && high / low >= MAGNITUDES { Scale { low, high, log: true } } else { Scale { low, high, log: false } }
    }

    /// The scale by magnitude of those values that are above 0. It spans a whole magnitude at least, so that values that hardly
    /// differ do not look as if they did.
    pub fn magnitudes(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = range(values.filter(|value| value.is_finite() && *value > 0.0));
        let wider = (10.0 / (high / low)).sqrt().max(1.0);
        Scale { low: low / wider, high: high * wider, log: true }
    }

    /// From a little below the values to a little above, so that no curve lies on the frame.
    #[must_use]
    pub fn with_room(self) -> Self {
        const ROOM: f64 = 0.05;
        if self.log {
            let factor = (ROOM * self.magnitude()).exp();
            let (low, high) = ((self.low / factor).max(f64::MIN_POSITIVE), (self.high * factor).min(f64::MAX));
            return Scale { low, high, ..self };
        }
        let span = self.high - self.low;
        let room = match (span > 0.0, self.high == 0.0) {
            (true, _) => ROOM * span,
            (false, true) => 1.0,
            (false, false) => 0.5 * self.high.abs(),
        };
        // What is never below 0 does not need room there.
        let low = if self.low >= 0.0 { (self.low - room).max(0.0) } else { self.low - room };
        Scale { low, high: self.high + room, ..self }
    }

    /// Where a value is; nothing for one that has no place.
    pub fn place(&self, value: f64) -> Option<f64> {
        let of = |value: f64| if self.log { value.ln() } else { value };
        let (low, high, value) = (of(self.low), of(self.high), of(value));
        if !value.is_finite() {
            return None;
        }
        Some(if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.5 })
    }

    /// The value at a place.
    pub fn value(&self, place: f64) -> f64 {
        match self.log {
            true => (self.low.ln() + place * self.magnitude()).exp(),
            false => self.low + (self.high - self.low) * place,
        }
    }

    /// The logarithm of the highest value beside the lowest.
    fn magnitude(&self) -> f64 {
        self.high.ln() - self.low.ln()
    }

    /// Round values to mark, at most so many and one more, each with its text.
    pub fn ticks(&self, most: usize) -> Vec<(f64, String)> {
        let ticks = self.tick_values(most);
        // A text must say where its tick is: 0.5, 1 and 1.5 are not 0, 1 and 2.
        let step = ticks.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
        let off =
            |tick: f64, digits: usize| format!("{tick:.digits$}").parse().map_or(f64::INFINITY, |said: f64| (said - tick).abs());
        let exact = |digits: usize| ticks.iter().all(|tick| off(*tick, digits) <= 1e-6 * step);
        let few = |value: &f64| *value == 0.0 || (1e-3..1e4).contains(&value.abs());
        let digits = (0..10).find(|digits| exact(*digits)).filter(|_| !self.log && ticks.len() > 1 && ticks.iter().all(few));
        ticks.iter().map(|tick| (*tick, digits.map_or_else(|| short(*tick), |digits| format!("{tick:.digits$}")))).collect()
    }

    fn tick_values(&self, most: usize) -> Vec<f64> {
        if self.log {
            let (low, high) = (self.low.log10().ceil() as i32, self.high.log10().floor() as i32);
            let every = usize::try_from((high - low) / most as i32 + 1).unwrap_or(1);
            let powers: Vec<f64> = (low..=high).step_by(every).map(|power| 10_f64.powi(power)).collect();
            // Within less than two magnitudes the ends say more.
            return if powers.len() >= 2 { powers } else { vec![self.value(0.05), self.value(0.5), self.value(0.95)] };
        }
        let step = round_up((self.high - self.low) / most as f64);
        if !(step > 0.0 && step.is_finite()) {
            return vec![self.low];
        }
        let first = (self.low / step).ceil();
        let ticks = (0..=most).map(|index| (first + index as f64) * step);
        ticks.filter(|tick| *tick <= self.high * (1.0 + 1e-12)).collect()
    }
}

/// 1, 2 or 5 times a power of ten, not below `value`.
pub fn round_up(value: f64) -> f64 {
    let power = 10_f64.powf(value.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|factor| factor * power >= value * (1.0 - 1e-9));
    factor.unwrap_or(10.0) * power
}

fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low <= high { (low, high) } else { (1.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64]) -> Scale {
        Scale::of(values.iter().copied())
    }

    #[test]
    fn magnitudes_have_a_scale_of_their_own() {
        assert!(!of(&[1.0, 2.0]).log);
        assert!(!of(&[0.0, 1e9]).log, "0 has no magnitude");
        let scale = of(&[1e-6, 1e-2, f64::NAN]);
        assert!(scale.log);
        assert_eq!(scale.place(1e-4).map(|place| (place * 1e6).round() / 1e6), Some(0.5));
        assert_eq!([scale.place(0.0), scale.place(f64::NAN), scale.place(-1.0)], [None; 3]);
        assert!((scale.value(0.5) / 1e-4 - 1.0).abs() < 1e-9);
        assert_eq!(scale.ticks(5).len(), 5);
    }

    #[test]
    fn what_hardly_differs_does_not_look_as_if_it_did() {
        let scale = Scale::magnitudes([0.9, 1.0, 0.0].into_iter());
        let places = [0.9, 1.0].map(|value| scale.place(value).unwrap());
        assert!(places[1] - places[0] < 0.05, "{places:?}");
        assert!((scale.value(1.0) / scale.value(0.0) - 10.0).abs() < 1e-9);
    }

    #[test]
    fn ticks_are_round() {
        let ticks = |scale: Scale, most| scale.ticks(most).into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(" ");
        assert_eq!(ticks(of(&[0.0, 1.0]), 5), "0.0 0.2 0.4 0.6 0.8 1.0");
        assert_eq!(ticks(of(&[1.0, 15.0]), 8), "2 4 6 8 10 12 14");
        assert_eq!(ticks(of(&[0.13, 1.7]), 5), "0.5 1.0 1.5");
        assert_eq!(ticks(of(&[0.5, 7.5]), 3), "5");
        assert_eq!(ticks(of(&[2.3031, 2.3094]), 5), "2.304 2.306 2.308");
        assert_eq!(ticks(of(&[0.0, 4e-6]), 4), "0 1e-6 2e-6 3e-6 4e-6");
        assert_eq!(ticks(of(&[2e4, 9e4]), 4), "20000 40000 60000 80000");
        assert_eq!(ticks(of(&[1e-4, 1.0]), 5), "1e-4 0.001 0.01 0.1 1");
        assert_eq!(ticks(of(&[0.005, 0.005]).with_room(), 5), "0.003 0.004 0.005 0.006 0.007");
        assert_eq!([0.11, 0.2, 3.0, 7.0].map(round_up), [0.2, 0.2, 5.0, 10.0]);
    }

    #[test]
    fn any_values_have_a_scale() {
        for values in [&[][..], &[f64::NAN], &[3.0], &[0.0, 0.0], &[-1.0, 1e300], &[f64::MIN_POSITIVE, f64::MAX]] {
            for scale in [of(values), of(values).with_room(), Scale::magnitudes(values.iter().copied())] {
                assert!(scale.ticks(5).len() <= 7, "{values:?}: {scale:?}");
                assert!(values.iter().filter_map(|value| scale.place(*value)).all(|place| (0.0..=1.0).contains(&place)));
            }
        }
    }
}
