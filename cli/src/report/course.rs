//! How trainings went: curves of loss, metrics and learning rate over epochs. What would show nothing, since it never changes or is
//! on another chart already, is said in words.

use maud::{Markup, html};

use super::chart::{Chart, Curve};
use super::log::{Epoch, LOSS};
use super::{Run, alike, figure, is_share};
use crate::curve::short;

/// What there is to draw: a title, what the curve of each run is called beside the run, and its points.
struct Topic<'a> {
    title: String,
    percent: bool,
    curves: Vec<Curve<'a>>,
    /// Whether the curves of the runs are the same as on a chart that there is already, and which one.
    same_as: Option<&'static str>,
}

/// The charts of one training, or of several over each other.
pub fn charts(runs: &[Run<'_>]) -> Markup {
    let topics = topics(runs);
    let (drawn, told): (Vec<&Topic<'_>>, Vec<&Topic<'_>>) =
        topics.iter().partition(|topic| topic.same_as.is_none() && constant(&topic.curves).is_none());
    html! {
        @if !drawn.is_empty() { div.grid { @for topic in drawn {
            (Chart { title: &topic.title, curves: topic.curves.clone(), percent: topic.percent }.draw())
        } } }
        @if runs.iter().all(|run| run.log.epochs.len() == 1) { p.note { "One epoch makes no curve." } } @else {
            @for topic in told { p.note { (in_words(topic)) } }
        }
    }
}

/// Why a topic has no chart.
fn in_words(topic: &Topic<'_>) -> String {
    match (topic.same_as, constant(&topic.curves)) {
        (Some(other), _) => format!("{} is the same as {other}.", topic.title),
        (None, Some(value)) => {
            let shown = if topic.percent { figure("accuracy", value) } else { short(value) };
            format!("{} stays at {shown} throughout.", topic.title)
        }
        (None, None) => String::new(),
    }
}

fn topics<'a>(runs: &[Run<'a>]) -> Vec<Topic<'a>> {
    let points = |run: &Run<'a>, value: &dyn Fn(&Epoch) -> Option<f64>| -> Vec<(f64, f64)> {
        run.log.epochs.iter().filter_map(|epoch| Some((epoch.epoch as f64, value(epoch)?))).collect()
    };
    let named = |run: &Run<'a>, what: &str| match (runs.len(), what) {
        (1, what) => what.to_owned(),
        (_, "") => run.name.to_owned(),
        (_, what) => format!("{}, {what}", run.name),
    };
    // A curve for each run that has such a figure.
    let each = |what: &str, value: &dyn Fn(&Epoch) -> Option<f64>| -> Vec<Curve<'a>> {
        let curves = runs.iter().map(|run| Curve { name: named(run, what).into(), points: points(run, value) });
        curves.filter(|curve| !curve.points.is_empty()).collect()
    };
    let validation = each("validation", &Epoch::validation_loss);
    let mut losses = each("training", &|epoch| Some(epoch.train_loss));
    losses.extend(validation.iter().cloned());
    let mut topics = vec![Topic { title: "Loss".into(), percent: false, curves: losses, same_as: None }];
    let mut metrics: Vec<&str> = Vec::new();
    for (name, _) in runs.iter().flat_map(|run| &run.log.epochs).flat_map(|epoch| &epoch.validation) {
        if name != LOSS && !metrics.contains(&name.as_str()) {
            metrics.push(name);
        }
    }
    for metric in metrics {
        let value = |epoch: &Epoch| epoch.validation.iter().find(|(name, _)| name == metric).map(|(_, value)| *value);
        let curves = each(if runs.len() == 1 { metric } else { "" }, &value);
        let same = same_points(&curves, &validation);
        let same_as = same.then_some("the validation loss");
        topics.push(Topic { title: format!("Validation {metric}"), percent: is_share(metric), curves, same_as });
    }
    let rate = each(if runs.len() == 1 { "learning rate" } else { "" }, &|epoch| Some(epoch.learning_rate));
    topics.push(Topic { title: "Learning rate".into(), percent: false, curves: rate, same_as: None });
    topics
}

/// Whether these curves lie on those, point by point.
fn same_points(curves: &[Curve<'_>], others: &[Curve<'_>]) -> bool {
    let same = |one: &(f64, f64), other: &(f64, f64)| one.0 == other.0 && alike(one.1, other.1);
    curves.len() == others.len()
        && curves.iter().zip(others).all(|(one, other)| {
            one.points.len() == other.points.len() && one.points.iter().zip(&other.points).all(|(one, other)| same(one, other))
        })
}

/// The value that all points have, if it is one.
fn constant(curves: &[Curve<'_>]) -> Option<f64> {
    let mut values = curves.iter().flat_map(|curve| &curve.points).map(|point| point.1);
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::log::Log;

    fn log(validations: &[(f64, f64)], rates: &[f64]) -> Log {
        let lines = validations.iter().zip(rates).enumerate().map(|(index, ((loss, mse), rate))| {
            format!(
                "{{\"epoch\":{},\"learning_rate\":{rate},\"train_loss\":{loss},\"seconds\":1,\"validation\":{{\"loss\":{loss},\"mse\":{mse},\
                 \"accuracy\":0.5}}}}\n",
                index + 1
            )
        });
        Log::parse(&lines.collect::<String>(), "log").unwrap()
    }

    fn drawn(runs: &[Run<'_>]) -> (Vec<String>, String) {
        let page = charts(runs).into_string();
        let titles = page.split("<h3>").skip(1).filter_map(|rest| rest.split(['<', '/']).next()).map(str::to_owned).collect();
        (titles, page)
    }

    #[test]
    fn what_is_drawn_already_or_never_changes_is_said_in_words() {
        // Summed in another order, the one differs from the other in the last digits.
        let same = log(&[(2.0, 2.0), (1.5, 1.500001)], &[0.1, 0.1]);
        let (titles, page) = drawn(&[Run { name: "a", log: &same }]);
        assert_eq!(titles, ["Loss"]);
        for told in [
            "Validation mse is the same as the validation loss.",
            "Learning rate stays at 0.1 throughout.",
            "Validation accuracy stays at 50.00 % throughout.",
        ] {
            assert!(page.contains(told), "no {told:?} in {page}");
        }
        let other = log(&[(2.0, 2.0), (1.5, 1.25)], &[0.1, 0.05]);
        let (titles, _) = drawn(&[Run { name: "a", log: &other }]);
        assert_eq!(titles, ["Loss", "Validation mse", "Learning rate"]);
        // Beside the other the rate changes, and where it is constant for one alone it is a line.
        let (titles, page) = drawn(&[Run { name: "a", log: &same }, Run { name: "b", log: &other }]);
        assert_eq!(titles, ["Loss", "Validation mse", "Learning rate"]);
        assert!(page.contains("a, validation") && page.contains("b, training") && !page.contains("is the same as"), "{page}");
    }

    #[test]
    fn one_epoch_makes_no_curve() {
        let one = log(&[(2.0, 1.0)], &[0.1]);
        let (titles, page) = drawn(&[Run { name: "a", log: &one }]);
        assert!(titles.is_empty() && page.contains("One epoch makes no curve."), "{page}");
    }
}
