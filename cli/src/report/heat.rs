//! Layers against time, as SVG: a row for each layer, a column for each watched step, a colour for each figure.

use maud::{Markup, html};

use super::chart::place;
use super::log::{Signal, Watched};
use super::scale::Scale;
use crate::curve::short;

/// A heat map.
#[derive(Clone, Copy)]
pub struct Heat {
    /// What it shows.
    pub title: &'static str,
    /// What that is.
    pub note: &'static str,
    /// The figure of a layer at a step; none where the layer has none.
    pub value: fn(&Signal) -> Option<f64>,
    /// Whether figures are shares of 1; else they are compared by magnitude.
    pub shares: bool,
}

impl std::fmt::Debug for Heat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.title)
    }
}

/// From dark to bright, evenly to the eye and to those who see no red or green (matplotlib's viridis).
const COLORS: [[u8; 3]; 10] = [
    [0x44, 0x01, 0x54],
    [0x48, 0x28, 0x78],
    [0x3e, 0x4a, 0x89],
    [0x31, 0x68, 0x8e],
    [0x26, 0x82, 0x8e],
    [0x1f, 0x9e, 0x89],
    [0x35, 0xb7, 0x79],
    [0x6e, 0xce, 0x58],
    [0xb5, 0xde, 0x2b],
    [0xfd, 0xe7, 0x25],
];

/// The width of a drawing, and of all columns together.
const WIDTH: f64 = 560.0;
/// The most columns, and the most cells.
const COLUMNS: usize = 60;
const CELLS: usize = 6000;
/// The longest name that is written out, in characters, and about what a character takes.
const NAME: usize = 28;
const CHARACTER: f64 = 6.2;
/// The lowest row that a name fits into.
const READABLE: f64 = 10.0;
/// What stands below the rows: the axis, and the key of colours.
const BELOW: f64 = 74.0;

/// The steps to show of so many that were watched: all, or so many that there are not too many cells, the first and last among
/// them.
pub fn columns<'w>(watched: &[&'w Watched]) -> Vec<&'w Watched> {
    let rows = watched.first().map_or(1, |watched| watched.signals.len().max(1));
    let most = (CELLS / rows).clamp(2, COLUMNS);
    if watched.len() <= most {
        return watched.to_vec();
    }
    (0..most).map(|column| watched[column * (watched.len() - 1) / (most - 1)]).collect()
}

/// The maps that show something, and what there is to say of the others: one figure everywhere, or those of another map.
pub fn worth_drawing<'m>(maps: &'m [Heat], watched: &[&Watched]) -> (Vec<&'m Heat>, Vec<String>) {
    let mut drawn: Vec<(&Heat, Vec<Option<f64>>)> = Vec::new();
    let mut told = Vec::new();
    for map in maps {
        let figures: Vec<Option<f64>> = watched.iter().flat_map(|watched| watched.signals.iter().map(map.value)).collect();
        let mut known = figures.iter().flatten();
        let Some(first) = known.next() else { continue };
        // A single figure is drawn: there is nothing else to see it by.
        if figures.iter().flatten().count() > 1 && known.all(|figure| figure == first) {
            told.push(format!("{}: {} for every layer at every step.", map.title, map.shown(*first)));
        } else if let Some((same, _)) = drawn.iter().find(|(_, other)| *other == figures) {
            told.push(format!("{}: the same as {}.", map.title, same.title.to_lowercase()));
        } else {
            drawn.push((map, figures));
        }
    }
    (drawn.into_iter().map(|(map, _)| map).collect(), told)
}

impl Heat {
    /// A figure for people.
    fn shown(&self, value: f64) -> String {
        match self.shares {
            true => format!("{} %", short(100.0 * value)),
            false => short(value),
        }
    }

    /// The map as a figure; nothing where no layer has the figure.
    pub fn draw(&self, watched: &[&Watched]) -> Option<Markup> {
        let layers: Vec<&str> = layers(watched, self.value);
        if layers.is_empty() {
            return None;
        }
        let value = |watched: &Watched, of: &str| watched.signals.iter().find(|signal| signal.of == of).and_then(self.value);
        let all = || watched.iter().flat_map(|watched| layers.iter().filter_map(|of| value(watched, of)));
        let scale = if self.shares { Scale::SHARES } else { Scale::magnitudes(all()) };
        let left = 12.0 + CHARACTER * layers.iter().map(|of| of.chars().count().min(NAME)).max().unwrap_or(0) as f64;
        let cell = ((WIDTH - left - 1.0) / watched.len() as f64, (420.0 / layers.len() as f64).clamp(3.0, 18.0));
        let (right, bottom) = (left + cell.0 * watched.len() as f64, cell.1 * layers.len() as f64);
        let named = (READABLE / cell.1).ceil().max(1.0) as usize;
        let shown = |value: f64| self.shown(value);
        let zero = !self.shares && all().any(|value| value == 0.0);
        let undefined = all().any(|value| !value.is_finite());
        let middle = (watched.len() - 1) / 2;
        let drawing = html! {
            figure.heat {
                figcaption { h3 { (self.title) } p.note { (self.note) } }
                svg viewBox={ "0 0 " (WIDTH) " " (place(bottom + BELOW)) } role="img" aria-label=(self.title) {
                    @for (row, of) in layers.iter().enumerate() {
                        @let y = row as f64 * cell.1;
                        @if row % named == 0 {
                            text.tick x=(place(left - 8.0)) y=(place(y + cell.1 / 2.0 + 4.0)) text-anchor="end" {
                                (shortened(of)) title { (of) }
                            }
                        }
                        @for (column, watched) in watched.iter().enumerate() { @if let Some(value) = value(watched, of) {
                            rect x=(place(left + column as f64 * cell.0)) y=(place(y))
                                width=(place(cell.0 + 0.3)) height=(place(cell.1 + 0.3)) fill=(fill(&scale, value)) {
                                title { (of) ", step " (watched.step) ": "
                                    @if value.is_finite() { (shown(value)) } @else { "not a number" }
                                }
                            }
                        } }
                    }
                    @for column in marked(middle, watched.len()) {
                        @let anchor = anchor(column, watched.len());
                        @let share = match anchor { "start" => 0.0, "end" => 1.0, _ => 0.5 };
                        text.tick x=(place(left + (column as f64 + share) * cell.0)) y=(place(bottom + 16.0))
                            text-anchor=(anchor) { "step " (watched[column].step) }
                    }
                    g transform={ "translate(" (place(left)) " " (place(bottom + 32.0)) ")" } {
                        @let width = (right - left).min(220.0);
                        @for part in 0..22 {
                            rect x=(place(f64::from(part) * width / 22.0)) y="0" width=(place(width / 22.0 + 0.3)) height="10"
                                fill=(color(f64::from(part) / 21.0)) {}
                        }
                        text.tick x="0" y="26" text-anchor="start" { (shown(scale.value(0.0))) }
                        text.tick x=(place(width)) y="26" text-anchor="end" { (shown(scale.value(1.0))) }
                        @if zero { (key(width + 16.0, "url(#zero)", "0")) }
                        @if undefined { (key(width + if zero { 56.0 } else { 16.0 }, "url(#undefined)", "not a number")) }
                    }
                }
            }
        };
        Some(drawing)
    }
}

/// Patterns for what has no colour, once for the page.
pub fn patterns() -> Markup {
    let pattern = |id: &str, line: &str, class: &str| {
        html! {
            pattern id=(id) width="6" height="6" patternUnits="userSpaceOnUse" {
                rect.ground width="6" height="6" {}
                path class=(class) d=(line) {}
            }
        }
    };
    html! {
        svg.patterns width="0" height="0" aria-hidden="true" { defs {
            (pattern("zero", "M0 6L6 0", "hatch"))
            (pattern("undefined", "M0 0L6 6M0 6L6 0", "alarm"))
        } }
    }
}

fn key(x: f64, fill: &str, name: &str) -> Markup {
    html! {
        rect x=(place(x)) y="0" width="14" height="10" fill=(fill) {}
        text.tick x=(place(x + 18.0)) y="9" { (name) }
    }
}

/// The layers that have a figure at some step, in the order of the network.
fn layers<'w>(watched: &[&'w Watched], value: fn(&Signal) -> Option<f64>) -> Vec<&'w str> {
    let mut layers: Vec<&str> = Vec::new();
    // A layer that is unfrozen on the way comes with a later step, which has all layers.
    let longest = watched.iter().max_by_key(|watched| watched.signals.len());
    for watched in longest.into_iter().chain(watched) {
        for signal in watched.signals.iter().filter(|signal| value(signal).is_some()) {
            if !layers.contains(&signal.of.as_str()) {
                layers.push(&signal.of);
            }
        }
    }
    layers
}

fn fill(scale: &Scale, value: f64) -> String {
    match scale.place(value) {
        Some(place) => color(place),
        None if value == 0.0 => "url(#zero)".to_owned(),
        None => "url(#undefined)".to_owned(),
    }
}

fn color(place: f64) -> String {
    let at = place * (COLORS.len() - 1) as f64;
    let (low, share) = ((at as usize).min(COLORS.len() - 2), at.fract());
    let share = if at as usize > low { 1.0 } else { share };
    let mix = |index: usize| {
        let [from, to] = [COLORS[low][index], COLORS[low + 1][index]].map(f64::from);
        (from + (to - from) * share).round() as u8
    };
    format!("#{:02x}{:02x}{:02x}", mix(0), mix(1), mix(2))
}

/// The columns whose steps are written: the first, the middle and the last, as far as they are apart.
fn marked(middle: usize, len: usize) -> Vec<usize> {
    let mut marked = vec![0];
    if len > 6 {
        marked.push(middle);
    }
    if len > 1 {
        marked.push(len - 1);
    }
    marked
}

fn anchor(column: usize, len: usize) -> &'static str {
    match column {
        _ if len == 1 => "middle",
        0 => "start",
        _ if column + 1 == len => "end",
        _ => "middle",
    }
}

/// A path whose middle is left out if it is long.
fn shortened(of: &str) -> String {
    let characters: Vec<char> = of.chars().collect();
    if characters.len() <= NAME {
        return of.to_owned();
    }
    let (begin, end) = (&characters[..NAME / 2 - 1], &characters[characters.len() - NAME / 2..]);
    begin.iter().chain(&['…']).chain(end).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watched(step: u64) -> Watched {
        let signal = Signal { of: "h1".to_owned(), len: 4.0, figures: vec![("flat".to_owned(), 0.5)] };
        Watched { step, signals: vec![signal; 100], verdict: Vec::new() }
    }

    #[test]
    fn of_many_steps_some_are_shown() {
        let all: Vec<Watched> = (1..=1000).map(watched).collect();
        let shown = columns(&all.iter().collect::<Vec<_>>());
        assert_eq!((shown.len(), shown[0].step, shown[59].step), (60, 1, 1000));
        let few: Vec<&Watched> = all[..7].iter().collect();
        assert_eq!(columns(&few).len(), 7);
        assert!(columns(&[]).is_empty());
    }

    #[test]
    fn colours_go_from_one_end_to_the_other() {
        assert_eq!([0.0, 1.0, 1.0 / 9.0].map(color), ["#440154", "#fde725", "#482878"]);
        let scale = Scale::magnitudes([1e-6, 1.0].into_iter());
        assert_eq!([0.0, f64::NAN].map(|value| fill(&scale, value)), ["url(#zero)", "url(#undefined)"]);
    }

    #[test]
    fn a_map_of_one_colour_or_of_another_maps_figures_is_said_in_words() {
        let heat = |title, value| Heat { title, note: "", value, shares: true };
        let maps = [
            heat("First", |signal: &Signal| signal.figure("flat")),
            heat("Second", |signal: &Signal| signal.figure("dead")),
            heat("Third", |signal: &Signal| signal.figure("flat")),
            heat("Fourth", |signal: &Signal| signal.figure("mean")),
        ];
        let signal = |of: &str, flat: f64| Signal {
            of: of.to_owned(),
            len: 4.0,
            figures: vec![("flat".to_owned(), flat), ("dead".to_owned(), 0.0)],
        };
        let watched = Watched { step: 1, signals: vec![signal("a", 0.25), signal("b", 0.5)], verdict: Vec::new() };
        let (drawn, told) = worth_drawing(&maps, &[&watched]);
        assert_eq!(drawn.iter().map(|map| map.title).collect::<Vec<_>>(), ["First"]);
        assert_eq!(told, ["Second: 0 % for every layer at every step.", "Third: the same as first."]);
    }

    #[test]
    fn long_paths_lose_their_middle() {
        assert_eq!(shortened("hidden.0.dense.weight"), "hidden.0.dense.weight");
        let long = shortened("encoder.blocks.12.residual.dense_2.weight");
        assert_eq!((long.as_str(), long.chars().count()), ("encoder.block…dense_2.weight", NAME));
    }
}
