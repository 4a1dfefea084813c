//! What a watched step measures, and what that says of a training.

use std::fmt;

use crate::spec::{Figure, SignalSpec};

/// The figures of one watched step.
#[derive(Clone, Debug, PartialEq)]
pub struct Signals {
    /// The update at which they were measured, from 1.
    pub update: u64,
    /// What its learning rate was among others.
    pub pace: Pace,
    /// The figures, in the order of the network.
    pub figures: Vec<Signal>,
}

/// The learning rate of an update among those of others, by which its size is judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// Whether the next one's is higher, as in a warm-up.
    pub rises: bool,
    /// The share that it is of the highest so far; 1 where all were 0.
    pub share: f64,
}

impl Pace {
    /// A rate that does not change.
    pub const CONSTANT: Pace = Pace { rises: false, share: 1.0 };

    pub(crate) fn new(rate: f64, next: f64, highest: f64) -> Self {
        Pace { rises: next > rate, share: if highest > 0.0 { rate / highest } else { 1.0 } }
    }
}

/// A figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Signal {
    /// The path of the activation or weight that it is about.
    pub of: &'static str,
    /// What it is.
    pub figure: Figure,
    /// The values of the weight, or of one sample's activation.
    pub len: usize,
    /// Its value.
    pub value: f32,
}

/// Gradients further apart than this, by their mean size, do not train together.
const APART: f64 = 1e-3;
/// Last activations that vary less than this share of what the first do carry next to nothing on.
const FADED: f64 = 1e-2;
/// Last activations that vary more than so many times as much as the first are out of hand.
const GROWN: f64 = 1e2;
/// So many values of an activation at which no gradient passes are too many.
const MANY_FLAT: f64 = 0.8;
/// So many dead units are too many.
const MANY_DEAD: f64 = 0.2;
/// Updates beyond this share of what they change overwrite it.
const LARGE_UPDATE: f64 = 0.1;
/// Updates below this share of what they change hardly train it.
const SMALL_UPDATE: f64 = 1e-6;

impl Signals {
    pub(crate) fn read(specs: &[SignalSpec], frozen: &[&str], memory: &[f32], update: u64, pace: Pace) -> Self {
        // Of frozen weights there is nothing to measure.
        let specs = specs.iter().filter(|spec| !frozen.contains(&spec.of));
        let figures = specs.map(|&SignalSpec { of, figure, len, offset }| Signal { of, figure, len, value: memory[offset] });
        Signals { update, pace, figures: figures.collect() }
    }

    /// A figure of an activation or weight by its path, if that was measured.
    pub fn get(&self, of: &str, figure: Figure) -> Option<f32> {
        self.figures.iter().find(|signal| signal.of == of && signal.figure == figure).map(|signal| signal.value)
    }

    /// One figure of all that has it, in the order of the network.
    pub fn all(&self, figure: Figure) -> impl Iterator<Item = &Signal> {
        self.figures.iter().filter(move |signal| signal.figure == figure)
    }

    /// What the figures say, in a sentence for each thing that is wrong, or one that says that nothing is.
    pub fn verdict(&self) -> Vec<String> {
        let mut said: Vec<String> =
            [self.gradients(), self.activations(), self.units(), self.updates()].into_iter().flatten().collect();
        if said.is_empty() {
            said.push(self.steady());
        }
        said
    }

    /// The mean size of each gradient's elements, so that layers of different sizes compare.
    fn sizes(&self) -> Vec<(&'static str, f64)> {
        self.all(Figure::Gradient).map(|signal| (signal.of, f64::from(signal.value) / (signal.len as f64).sqrt())).collect()
    }

    fn gradients(&self) -> Option<String> {
        let sizes = self.sizes();
        if let Some((of, size)) = sizes.iter().find(|(_, size)| !size.is_finite()) {
            return Some(format!("the gradient of `{of}` is {size}"));
        }
        let low = sizes.iter().enumerate().min_by(|a, b| a.1.1.total_cmp(&b.1.1))?;
        let high = sizes.iter().enumerate().max_by(|a, b| a.1.1.total_cmp(&b.1.1))?;
        let ((low_at, (low_of, low)), (high_at, (high_of, high))) = (low, high);
        if *high == 0.0 {
            return Some("no gradient passes: that of every weight is 0".to_owned());
        }
        (*low < APART * high).then(|| {
            let ratio = low / high;
            if low_at < high_at {
                format!("gradients vanish: `{low_of}` gets {} of what `{high_of}` gets", share(ratio))
            } else {
                format!("gradients explode: `{high_of}` gets {} times what `{low_of}` gets", share(1.0 / ratio))
            }
        })
    }

    /// How samples differ from one another in the last activation beside the first. (That units differ says nothing: a constant
    /// gives each its own value.)
    fn activations(&self) -> Option<String> {
        let spreads: Vec<_> = self.all(Figure::Spread).collect();
        let (first, last) = (spreads.first()?, spreads.last()?);
        let ratio = f64::from(last.value) / f64::from(first.value);
        if ratio < FADED {
            return Some(format!(
                "signals fade: from sample to sample `{}` varies by {} of what `{}` does",
                last.of,
                share(ratio),
                first.of
            ));
        }
        (ratio > GROWN)
            .then(|| format!("signals explode: `{}` varies by {} times what `{}` does", last.of, share(ratio), first.of))
    }

    fn units(&self) -> Option<String> {
        let worst = |figure| self.all(figure).max_by(|a, b| a.value.total_cmp(&b.value));
        let dead = worst(Figure::Dead).filter(|signal| f64::from(signal.value) > MANY_DEAD);
        if let Some(dead) = dead {
            let percent = 100.0 * dead.value;
            return Some(format!("{percent:.0} % of the units of `{}` are dead: no sample moves them", dead.of));
        }
        let flat = worst(Figure::Flat).filter(|signal| f64::from(signal.value) > MANY_FLAT)?;
        Some(format!("{:.0} % of the values of `{}` let no gradient pass", 100.0 * flat.value, flat.of))
    }

    fn updates(&self) -> Option<String> {
        let high = self.all(Figure::Update).max_by(|a, b| a.value.total_cmp(&b.value))?;
        let percent = f64::from(high.value);
        if percent > LARGE_UPDATE {
            return Some(format!("updates are large: a step changes `{}` by {} of its size", high.of, share(percent)));
        }
        // That they are small where the rate is, as the schedule wants it, tells nothing.
        (!self.pace.rises && percent < SMALL_UPDATE * self.pace.share).then(|| match percent {
            0.0 => "nothing is learned: every update is 0".to_owned(),
            _ => format!("updates are tiny: no step changes a weight by more than {} of its size", share(percent)),
        })
    }

    fn steady(&self) -> String {
        let sizes = self.sizes();
        let sizes = sizes.iter().map(|(_, size)| *size);
        if sizes.len() == 0 {
            return "signals are steady; no weight is trained".to_owned();
        }
        let (low, high) = (sizes.clone().fold(f64::INFINITY, f64::min), sizes.fold(0.0, f64::max));
        let updates: Vec<f64> = self.all(Figure::Update).map(|signal| signal.value.into()).collect();
        // Where the rate is 0 for now, as at the first step of a warm-up, there are updates that change nothing.
        if updates.iter().all(|update| *update == 0.0) {
            return format!(
                "signals are steady: the smallest gradient is {} of the largest; no weight is changed",
                share(low / high)
            );
        }
        let (least, most) = (updates.iter().copied().fold(f64::INFINITY, f64::min), updates.iter().copied().fold(0.0, f64::max));
        format!(
            "signals are steady: the smallest gradient is {} of the largest, updates are {} to {} of their weights",
            share(low / high),
            share(least),
            share(most)
        )
    }
}

/// Two digits: `0.25`, `3.1e-7`, `250`.
fn share(value: f64) -> String {
    if value == 0.0 {
        "0".to_owned()
    } else if (0.01..1000.0).contains(&value) {
        let digits = usize::try_from(1 - value.log10().floor() as i32).unwrap_or(0);
        format!("{value:.digits$}")
    } else {
        format!("{value:.1e}")
    }
}

impl fmt::Display for Signals {
    /// The verdict, a sentence a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.verdict().join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signals(gradients: &[f32], more: &[(&'static str, Figure, f32)]) -> Signals {
        const PATHS: [&str; 3] = ["h1.dense.weight", "h2.dense.weight", "head.dense.weight"];
        let signal = |of, figure, value| Signal { of, figure, len: 4, value };
        let gradients = PATHS.iter().zip(gradients).map(|(path, value)| signal(*path, Figure::Gradient, *value));
        let more = more.iter().map(|(of, figure, value)| signal(*of, *figure, *value));
        Signals { update: 1, pace: Pace::CONSTANT, figures: gradients.chain(more).collect() }
    }

    fn said(gradients: &[f32], more: &[(&'static str, Figure, f32)]) -> String {
        signals(gradients, more).to_string()
    }

    #[test]
    fn gradients_vanish_towards_the_input_or_explode() {
        assert_eq!(
            said(&[1e-6, 0.1, 2.0], &[]),
            "gradients vanish: `h1.dense.weight` gets 5.0e-7 of what `head.dense.weight` gets"
        );
        assert_eq!(
            said(&[200.0, 1.0, 0.1], &[]),
            "gradients explode: `h1.dense.weight` gets 2.0e3 times what `head.dense.weight` gets"
        );
        assert_eq!(said(&[1.0, f32::NAN, 0.1], &[]), "the gradient of `h2.dense.weight` is NaN");
        assert_eq!(said(&[0.0; 3], &[]), "no gradient passes: that of every weight is 0");
    }

    #[test]
    fn sizes_of_layers_do_not_count() {
        let mut signals = signals(&[1.0, 1.0, 1.0], &[]);
        // A hundred million values of a ten-thousandth each.
        signals.figures[0].len = 400_000_000;
        assert!(signals.verdict()[0].starts_with("gradients vanish"), "{signals}");
    }

    #[test]
    fn signals_fade_or_explode() {
        let spread = Figure::Spread;
        let of = |first, last| said(&[1.0; 3], &[("h1.sigmoid", spread, first), ("h9.sigmoid", spread, last)]);
        assert_eq!(of(0.5, 1e-4), "signals fade: from sample to sample `h9.sigmoid` varies by 2.0e-4 of what `h1.sigmoid` does");
        assert_eq!(of(0.5, 0.0), "signals fade: from sample to sample `h9.sigmoid` varies by 0 of what `h1.sigmoid` does");
        assert_eq!(of(0.5, 100.0), "signals explode: `h9.sigmoid` varies by 200 times what `h1.sigmoid` does");
        // A batch of one sample does not vary; that units differ from one another is not looked at.
        assert!(of(0.0, 0.0).starts_with("signals are steady"));
        let deviation = Figure::Deviation;
        let text = said(&[1.0; 3], &[("h1.sigmoid", deviation, 0.5), ("h9.sigmoid", deviation, 1e-4)]);
        assert!(text.starts_with("signals are steady"), "{text}");
    }

    #[test]
    fn units_die_and_values_are_flat() {
        let text = said(&[1.0; 3], &[("h1.relu", Figure::Dead, 0.5), ("h1.relu", Figure::Flat, 0.9)]);
        assert_eq!(text, "50 % of the units of `h1.relu` are dead: no sample moves them");
        let text = said(&[1.0; 3], &[("h1.tanh", Figure::Dead, 0.1), ("h1.tanh", Figure::Flat, 0.9)]);
        assert_eq!(text, "90 % of the values of `h1.tanh` let no gradient pass");
    }

    #[test]
    fn updates_are_measured_by_what_they_change() {
        let update = Figure::Update;
        let text = said(&[1.0; 3], &[("h1.dense.weight", update, 0.25)]);
        assert_eq!(text, "updates are large: a step changes `h1.dense.weight` by 0.25 of its size");
        let text = said(&[1.0; 3], &[("h1.dense.weight", update, 1e-8)]);
        assert_eq!(text, "updates are tiny: no step changes a weight by more than 1.0e-8 of its size");
        // Where the rate still rises, or has fallen as far, updates are as small as they are meant to be.
        let mut signals = signals(&[1.0; 3], &[("h1.dense.weight", update, 1e-8)]);
        let steady = |signals: &Signals| signals.verdict()[0].starts_with("signals are steady");
        signals.pace = Pace::new(0.0, 1e-3, 0.0);
        assert!(steady(&signals), "{signals}");
        signals.pace = Pace::new(1e-6, 1e-7, 1e-3);
        assert!(steady(&signals), "{signals}");
        signals.pace = Pace::new(1e-4, 1e-5, 1e-3);
        assert!(!steady(&signals), "{signals}");
        // None at all is another matter, unless the rate has yet to rise or has fallen to 0.
        signals.figures.iter_mut().filter(|signal| signal.figure == update).for_each(|signal| signal.value = 0.0);
        for pace in [Pace::CONSTANT, Pace::new(0.0, 0.0, 0.0)] {
            signals.pace = pace;
            assert_eq!(signals.to_string(), "nothing is learned: every update is 0");
        }
        for pace in [Pace::new(0.0, 1e-3, 0.0), Pace::new(0.0, 0.0, 1e-3)] {
            signals.pace = pace;
            let steady = "signals are steady: the smallest gradient is 1.0 of the largest; no weight is changed";
            assert_eq!(signals.to_string(), steady);
        }
        let text = said(&[0.5, 1.0, 1.0], &[]);
        assert_eq!(text, "signals are steady: the smallest gradient is 0.50 of the largest; no weight is changed");
        let text = said(&[0.5, 1.0, 1.0], &[("a", update, 0.002), ("b", update, 0.03)]);
        let expected =
            "signals are steady: the smallest gradient is 0.50 of the largest, updates are 2.0e-3 to 0.030 of their weights";
        assert_eq!(text, expected);
    }
}
