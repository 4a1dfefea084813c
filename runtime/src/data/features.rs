//! The values of an input as they are read: as `f32`, and where that would round away what tells them apart, relative to a
//! base of the column.
//!
//! 100100037 and 100100038 are one `f32`, and so are the minutes of a day in seconds since 1970. Such a column is stored as the
//! distance from its least value, taken in `f64`; the normalisation does the rest, and weights keep the base.

use super::normalize::is_rounding;

/// From here on `f32` does not hold every whole number.
const WHOLE: f64 = (1 << 24) as f64;
/// Where a column's values are so many times their spread, `f32` has fewer than 4096 steps between the least and the greatest.
pub(super) const COARSE: f64 = 2048.0;

/// The values of one input, row-major.
#[derive(Debug)]
pub(super) struct Features {
    values: Vec<f32>,
    columns: Vec<Column>,
    /// Whether columns may be given a base; else they have those that are known.
    open: bool,
}

/// What is known of a column, and its values in `f64` for as long as they may be needed.
#[derive(Debug)]
struct Column {
    base: f64,
    first: f64,
    low: f64,
    high: f64,
    whole: bool,
    /// Whether the values vary by so much that only great whole numbers could need a base. They cannot vary by less later.
    varies: bool,
    wide: Option<Vec<f64>>,
}

/// What was found out about a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Found {
    /// What its values are relative to; 0 if they are not.
    pub(super) base: f64,
    pub(super) coarse: Option<Coarse>,
    /// The difference of the greatest and the least value, if all are whole numbers.
    pub(super) range: Option<f64>,
}

/// Why `f32` does not tell a column's values apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Coarse {
    /// They are whole numbers beyond 2²⁴.
    Whole,
    /// They differ by little beside their size.
    Near,
}

/// A value as it is read: as `f32`, and on demand more exactly.
pub(super) trait Value: Copy {
    fn single(self) -> f32;
    fn double(self) -> f64;
}

/// A cell of a table that is a number.
impl Value for (f32, &str) {
    fn single(self) -> f32 {
        self.0
    }

    fn double(self) -> f64 {
        self.1.parse().unwrap_or(f64::from(self.0))
    }
}

impl Value for f64 {
    fn single(self) -> f32 {
        self as f32
    }

    fn double(self) -> f64 {
        self
    }
}

impl Features {
    /// For rows of so many columns, whose bases are known or to be found.
    pub(super) fn new(width: usize, bases: Option<&[f64]>) -> Self {
        let column = |index: usize| Column {
            base: bases.map_or(0.0, |bases| bases[index]),
            first: 0.0,
            low: f64::INFINITY,
            high: f64::NEG_INFINITY,
            whole: true,
            varies: false,
            wide: None,
        };
        Features { values: Vec::new(), columns: (0..width).map(column).collect(), open: bases.is_none() }
    }

    /// The next value; columns take turns.
    pub(super) fn push(&mut self, value: impl Value) {
        let width = self.columns.len();
        let (row, index) = (self.values.len() / width, self.values.len() % width);
        let column = &mut self.columns[index];
        let mut single = value.single();
        if !self.open {
            if column.base != 0.0 {
                single = (value.double() - column.base) as f32;
            }
        } else if !column.varies || f64::from(single.abs()) >= WHOLE || column.wide.is_some() {
            column.add(value.double(), row, || self.values.iter().skip(index).step_by(width).copied());
        } else {
            column.note(f64::from(single));
        }
        self.values.push(single);
    }

    /// The values, and what was found out about each column: where it is `allowed`, those that need a base are given one.
    pub(super) fn finish(mut self, allowed: bool) -> (Vec<f32>, Vec<Found>) {
        let width = self.columns.len();
        let mut all = Vec::with_capacity(width);
        for (index, column) in self.columns.iter_mut().enumerate() {
            let coarse = column.coarse();
            let range = (self.open && column.whole).then_some(column.high - column.low);
            all.push(Found { base: column.base, coarse, range });
            let Some(wide) = column.wide.take().filter(|_| allowed && coarse.is_some()) else { continue };
            (column.base, all[index].base) = (column.low, column.low);
            for (to, value) in self.values.iter_mut().skip(index).step_by(width).zip(wide) {
                *to = (value - column.base) as f32;
            }
        }
        (self.values, all)
    }
}

impl Column {
    fn note(&mut self, value: f64) {
        self.low = self.low.min(value);
        self.high = self.high.max(value);
        self.whole &= value.fract() == 0.0;
    }

    fn size(&self) -> f64 {
        self.low.abs().max(self.high.abs())
    }

    /// Whether its values may turn out to be none that `f32` tells apart.
    fn may_be_coarse(&self) -> bool {
        self.low < self.high && if self.whole { self.size() > WHOLE } else { !self.varies }
    }

    fn coarse(&self) -> Option<Coarse> {
        match self.may_be_coarse() {
            true if self.whole => Some(Coarse::Whole),
            true if !is_rounding(self.low, self.high) => Some(Coarse::Near),
            _ => None,
        }
    }

    /// The value of a row, given what was stored of the rows before.
    fn add<I: Iterator<Item = f32>>(&mut self, value: f64, row: usize, stored: impl FnOnce() -> I) {
        if row == 0 {
            self.first = value;
        }
        let was_constant = self.low == self.high;
        self.note(value);
        self.varies = self.size() <= COARSE * (self.high - self.low);
        if !self.may_be_coarse() {
            self.wide = None;
            return;
        }
        let first = self.first;
        let wide = self.wide.get_or_insert_with(|| {
            // Until now they were all the same, or whole numbers that f32 holds.
            if was_constant { vec![first; row] } else { stored().map(f64::from).collect() }
        });
        wide.push(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of one column, and its base.
    fn column(values: &[f64]) -> (Vec<f32>, f64) {
        let mut features = Features::new(1, None);
        values.iter().for_each(|value| features.push(*value));
        let (values, found) = features.finish(true);
        (values, found[0].base)
    }

    #[test]
    fn whole_numbers_that_f32_merges_are_stored_from_their_least() {
        assert_eq!(column(&[100_100_038.0, 100_100_037.0, 100_100_040.0]), (vec![1.0, 0.0, 3.0], 100_100_037.0));
        // Those before the first great one were held exactly.
        assert_eq!(column(&[3.0, 5.0, 16_777_219.0]), (vec![0.0, 2.0, 16_777_216.0], 3.0));
        assert_eq!(column(&[-16_777_217.0, -16_777_219.0]), (vec![2.0, 0.0], -16_777_219.0));
        assert_eq!(column(&[5e9, 5e9, 5e9, 5e9 + 1.0]), (vec![0.0, 0.0, 0.0, 1.0], 5e9));
    }

    #[test]
    fn values_that_differ_by_little_are_stored_from_their_least() {
        assert_eq!(column(&[2_460_000.5, 2_460_001.25, 2_460_003.0]), (vec![0.0, 0.75, 2.5], 2_460_000.5));
        assert_eq!(column(&[0.1, 0.1, 1e9 + 0.5, 1e9 + 0.25]).1, 0.0, "they vary by much");
    }

    #[test]
    fn what_f32_holds_well_enough_stays_as_it_is() {
        for values in [&[0.1, 0.2, 5000.3][..], &[16_777_215.0, 16_777_216.0], &[7e9, 7e9], &[0.1], &[], &[1e9 + 0.5, 0.5]] {
            let expected: Vec<f32> = values.iter().map(|value| *value as f32).collect();
            assert_eq!(column(values), (expected, 0.0), "{values:?}");
        }
        // Whole numbers were held back, and are not all whole in the end.
        assert_eq!(column(&[16_777_217.0, 16_777_219.0, 0.5]), (vec![16_777_216.0, 16_777_220.0, 0.5], 0.0));
        // That is the rounding of a program that computed 0.3.
        assert_eq!(column(&[0.3, 0.1 + 0.2, 0.3]).1, 0.0);
    }

    #[test]
    fn columns_take_turns_and_known_bases_hold() {
        let mut features = Features::new(2, None);
        [1.0, 2e9 + 1.0, 2.0, 2e9 + 2.0].iter().for_each(|value| features.push(*value));
        let (values, found) = features.finish(true);
        assert_eq!(values, [1.0, 0.0, 2.0, 1.0]);
        let great = Found { base: 2e9 + 1.0, coarse: Some(Coarse::Whole), range: Some(1.0) };
        assert_eq!(found, [Found { base: 0.0, coarse: None, range: Some(1.0) }, great]);
        let mut like = Features::new(2, Some(&[0.0, 2e9 + 1.0]));
        [(7.0, "7"), (2e9, "2000000005")].iter().for_each(|value| like.push(*value));
        assert_eq!(like.finish(true).0, [7.0, 4.0]);
    }

    #[test]
    fn without_a_shift_nothing_is_moved_but_it_is_told() {
        let mut features = Features::new(1, None);
        [2e9 + 1.0, 2e9 + 2.0].iter().for_each(|value| features.push(*value));
        let found = Found { base: 0.0, coarse: Some(Coarse::Whole), range: Some(1.0) };
        assert_eq!(features.finish(false), (vec![2e9, 2e9], vec![found]));
    }
}
