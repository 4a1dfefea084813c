//! Curves over epochs, as SVG.

use std::borrow::Cow;
use std::fmt::Write;

use maud::{Markup, html};

use super::scale::{Scale, round_up};
use crate::curve::short;

/// A chart.
#[derive(Clone, Debug)]
pub struct Chart<'a> {
    /// What it shows.
    pub title: &'a str,
    /// Its curves, at most four.
    pub curves: Vec<Curve<'a>>,
    /// Whether values are shares of 1.
    pub percent: bool,
}

/// A curve.
#[derive(Clone, Debug)]
pub struct Curve<'a> {
    /// What it is of.
    pub name: Cow<'a, str>,
    /// Epochs and values.
    pub points: Vec<(f64, f64)>,
}

const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 250.0;
const LEFT: f64 = 58.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 40.0;
/// So many points of a curve can be pointed at.
const POINTED: usize = 400;

impl Chart<'_> {
    /// The chart as a figure.
    pub fn draw(&self) -> Markup {
        let points = || self.curves.iter().flat_map(|curve| &curve.points);
        let factor = if self.percent { 100.0 } else { 1.0 };
        let values = Scale::of(points().map(|point| factor * point.1)).with_room();
        let (first, last) = points().fold((f64::INFINITY, 0.0_f64), |(low, high), point| (low.min(point.0), high.max(point.0)));
        let x = |epoch: f64| {
            let share = if last > first { (epoch - first) / (last - first) } else { 0.5 };
            LEFT + share * (WIDTH - LEFT - RIGHT)
        };
        let height = |value: f64| values.place(value).map(|place| HEIGHT - BOTTOM - place * (HEIGHT - TOP - BOTTOM));
        let y = |value: f64| height(factor * value);
        let unit = if self.percent { " %" } else { "" };
        html! {
            figure.chart {
                figcaption {
                    h3 { (self.title) @if values.log { span.note { " by magnitude" } } }
                    @if self.curves.len() > 1 {
                        ul.key { @for (index, curve) in self.curves.iter().enumerate() {
                            li { span class={ "swatch c" (index) } {} (curve.name) }
                        } }
                    }
                }
                svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label=(self.title) {
                    @for (tick, text) in values.ticks(5) { @if let Some(at) = height(tick) {
                        line.grid x1=(LEFT) x2=(WIDTH - RIGHT) y1=(place(at)) y2=(place(at)) {}
                        text.tick x=(LEFT - 8.0) y=(place(at + 4.0)) text-anchor="end" { (text) (unit) }
                    } }
                    line.axis x1=(LEFT) x2=(WIDTH - RIGHT) y1=(HEIGHT - BOTTOM) y2=(HEIGHT - BOTTOM) {}
                    @for epoch in epochs(first, last) {
                        text.tick x=(place(x(epoch))) y=(HEIGHT - BOTTOM + 18.0) text-anchor="middle" { (epoch) }
                    }
                    text.tick x=(place((LEFT + WIDTH - RIGHT) / 2.0)) y=(HEIGHT - 6.0) text-anchor="middle" { "epoch" }
                    @for (index, curve) in self.curves.iter().enumerate() {
                        path class={ "curve c" (index) } d=(path(&curve.points, x, y)) {}
                        @if curve.points.len() <= POINTED {
                            @for (epoch, value) in &curve.points { @if let Some(at) = y(*value) {
                                circle class={ "point c" (index) } cx=(place(x(*epoch))) cy=(place(at)) r="2.5" {
                                    title { (curve.name) ", epoch " (epoch) ": " (short(factor * value)) (unit) }
                                }
                            } }
                        }
                    }
                }
            }
        }
    }
}

/// A place in a drawing: a tenth of a pixel is enough.
pub fn place(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// A line through all points that have a place; it is broken where one has none.
fn path(points: &[(f64, f64)], x: impl Fn(f64) -> f64, y: impl Fn(f64) -> Option<f64>) -> String {
    let (mut out, mut begun) = (String::new(), false);
    for (epoch, value) in points {
        let Some(at) = y(*value) else {
            begun = false;
            continue;
        };
        // Writing to a string cannot fail.
        let _ = write!(out, "{}{} {}", if begun { 'L' } else { 'M' }, place(x(*epoch)), place(at));
        begun = true;
    }
    out
}

/// The epochs to mark: the first and round ones.
fn epochs(first: f64, last: f64) -> Vec<f64> {
    let step = round_up(((last - first) / 10.0).max(1.0)).max(1.0);
    let round = (1..=11).map(|index| ((first / step).floor() + f64::from(index)) * step);
    std::iter::once(first).chain(round.filter(|epoch| *epoch >= first + 0.5 * step && *epoch <= last)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_are_marked_by_round_numbers() {
        assert_eq!(epochs(1.0, 1.0), [1.0]);
        assert_eq!(epochs(1.0, 5.0), [1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(epochs(1.0, 30.0), [1.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0]);
        assert_eq!(epochs(1.0, 200.0).last(), Some(&200.0));
    }

    #[test]
    fn a_curve_is_broken_where_it_has_no_value() {
        let points = [(1.0, 2.0), (2.0, f64::NAN), (3.0, 4.0), (4.0, 5.5)];
        let line = path(&points, |x| x, |y| y.is_finite().then_some(y));
        assert_eq!(line, "M1 2M3 4L4 5.5");
    }
}
