//! Curves for a terminal, in Braille characters: each holds two by four dots.

/// How many dots a curve is wide: two for each of sixty characters.
pub const DOTS: usize = 120;

/// The bits of a character's dots, by row and column; they count from U+2800, the empty one.
const BITS: [[u32; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// A curve with its axes.
#[derive(Clone, Debug)]
pub struct Curve<'a> {
    /// Its values, one for each column of dots.
    pub values: &'a [f64],
    /// Its lines of text, without the axis below.
    pub lines: usize,
    /// What the axis below begins and ends with.
    pub ends: [String; 2],
    /// What else is marked on it: shares of its width.
    pub marks: &'a [f64],
}

impl Curve<'_> {
    /// The curve as lines, each indented. What is not finite is left out.
    pub fn draw(&self) -> String {
        let finite = || self.values.iter().copied().filter(|value| value.is_finite());
        let (low, high) = (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
        let labels = [high, low].map(|value| if value.is_finite() { short(value) } else { "-".to_owned() });
        let margin = labels.iter().map(String::len).max().unwrap_or_default();
        let mut out = String::new();
        for (line, cells) in self.cells(low, high).iter().enumerate() {
            let label = match line {
                0 => &labels[0],
                _ if line + 1 == self.lines => &labels[1],
                _ => "",
            };
            let cells: String = cells.iter().map(|bits| char::from_u32(0x2800 + bits).unwrap_or(' ')).collect();
            let cells = cells.trim_end_matches('\u{2800}').replace('\u{2800}', " ");
            out += &format!("  {label:>margin$} {}{cells}\n", if label.is_empty() { '│' } else { '┤' });
        }
        let width = self.values.len().div_ceil(2);
        let mut axis = vec!['─'; width];
        for mark in self.marks {
            axis[((mark * width as f64) as usize).min(width - 1)] = '▲';
        }
        out += &format!("  {:margin$} └{}\n", "", axis.into_iter().collect::<String>());
        let [begin, end] = &self.ends;
        let gap = (width + 1).saturating_sub(begin.len());
        out + &format!("  {:margin$} {begin}{end:>gap$}\n", "")
    }

    /// The dots of each line's characters. Neighbours are connected.
    fn cells(&self, low: f64, high: f64) -> Vec<Vec<u32>> {
        let rows = 4 * self.lines;
        let mut cells = vec![vec![0; self.values.len().div_ceil(2)]; self.lines];
        let row = |value: f64| match high > low {
            true => ((high - value) / (high - low) * (rows - 1) as f64).round() as usize,
            false => rows / 2,
        };
        let mut before = None;
        for (column, value) in self.values.iter().enumerate() {
            if !value.is_finite() {
                before = None;
                continue;
            }
            let at = row(*value);
            // From the row after that of the column before, so that a slope is one dot wide.
            let (first, last) = match before {
                Some(before) if before < at => (before + 1, at),
                Some(before) if before > at => (at, before - 1),
                _ => (at, at),
            };
            (first..=last).for_each(|row| cells[row / 4][column / 2] |= BITS[row % 4][column % 2]);
            before = Some(at);
        }
        cells
    }
}

/// A number in at most three digits: `0.05`, `1.25`, `400`, `4e-7`.
pub fn short(value: f64) -> String {
    let size = value.abs();
    let trimmed = |text: String| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    };
    if size == 0.0 || (1e3..1e7).contains(&size) {
        return format!("{value:.0}");
    }
    if (1e-3..1e3).contains(&size) {
        let digits = usize::try_from(2 - size.log10().floor() as i32).unwrap_or(0);
        return trimmed(format!("{value:.digits$}"));
    }
    let text = format!("{value:.2e}");
    match text.split_once('e') {
        Some((number, exponent)) => format!("{}e{exponent}", trimmed(number.to_owned())),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(values: &[f64], marks: &[f64]) -> String {
        Curve { values, lines: 2, ends: ["0".to_owned(), "8 steps".to_owned()], marks }.draw()
    }

    #[test]
    fn a_curve_has_axes_and_its_extremes() {
        let falling: Vec<f64> = (0..16).map(|x| f64::from(15 - x) / 20.0).collect();
        let expected = "  0.75 ┤⠉⠒⠤⣀\n     0 ┤    ⠉⠒⠤⣀\n       └────▲───\n       0 8 steps\n";
        assert_eq!(drawn(&falling, &[0.5]), expected);
    }

    #[test]
    fn what_is_constant_is_a_line_and_jumps_are_connected() {
        let lines = |values: &[f64]| drawn(values, &[]).lines().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(lines(&[1.0; 4])[..2], ["  1 ┤", "  1 ┤⠉⠉"]);
        assert_eq!(lines(&[0.0, 0.0, 1.0, 1.0])[..2], ["  1 ┤ ⡏", "  0 ┤⣀⠇"]);
        assert_eq!(lines(&[f64::NAN, 0.0, f64::INFINITY, 1.0])[..2], ["  1 ┤ ⠈", "  0 ┤⢀"]);
        assert_eq!(lines(&[f64::NAN; 4])[..2], ["  - ┤", "  - ┤"]);
    }

    #[test]
    fn numbers_are_short() {
        let shown = [0.0, 0.05, 1.25, 12.345, 399.6, 123_456.0, 4e-7, 1.234e-5, 1e9, -0.5].map(short);
        assert_eq!(shown, ["0", "0.05", "1.25", "12.3", "400", "123456", "4e-7", "1.23e-5", "1e9", "-0.5"]);
    }
}
