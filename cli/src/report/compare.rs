//! Two trainings beside each other: what they came to, in what they differ, and their curves over each other.

use maud::{Markup, html};

use super::log::{Begin, LOSS};
use super::{Run, course, figure, seconds, shell, worth_telling};
use crate::table::duration;

/// The page of two trainings.
pub fn page(runs: &[Run<'_>; 2]) -> String {
    let [one, other] = runs;
    let body = html! {
        header { h1 { (one.name) " and " (other.name) } }
        @for run in runs { (super::notices(run.log, Some(run.name))) }
        section { h2 { "What they came to" } (table(runs, &results(runs), false)) }
        @if runs.iter().any(|run| !run.log.verdict().is_empty()) {
            section { h2 { "Verdict" } @for run in runs { (super::judgement(run.log, run.name)) } }
        }
        section { h2 { "In what they differ" } (differences(runs)) }
        section { h2 { "Course" } (course::charts(runs)) }
        p.note { "Signals are on the page of each: " code { "dlm report RUN" } "." }
    };
    shell(&format!("Trainings: {} and {}", one.name, other.name), &body, runs)
}

/// A row: what it is about, and what each training has there.
type Row = (String, [Option<String>; 2]);

/// The figures that one looks for first.
fn results(runs: &[Run<'_>; 2]) -> Vec<Row> {
    let mut rows: Vec<Row> = vec![
        ("epochs".into(), runs.each_ref().map(|run| Some(run.log.epochs.len().to_string()))),
        ("time".into(), runs.each_ref().map(|run| seconds(run.log).map(duration))),
        ("training loss, at the end".into(), runs.each_ref().map(|run| Some(figure(LOSS, run.log.last().train_loss)))),
    ];
    let best = runs.each_ref().map(|run| run.log.best());
    rows.push(("validation loss, the best".into(), best.map(|best| best.map(|(loss, _)| figure(LOSS, loss)))));
    rows.push(("in epoch".into(), best.map(|best| best.map(|(_, epoch)| epoch.epoch.to_string()))));
    let validation = best.map(|best| best.map(|(_, epoch)| epoch.validation.as_slice()));
    rows.extend(metrics(validation, false).into_iter().map(|(name, values)| (format!("validation {name}, then"), values)));
    let test = runs.each_ref().map(|run| run.log.test().map(|(_, figures)| figures));
    rows.extend(metrics(test, true).into_iter().map(|(name, values)| (format!("test {name}"), values)));
    for part in ["validation", "test"] {
        let guess = runs.each_ref().map(|run| Some(run.log.guess(part)));
        rows.extend(metrics(guess, true).into_iter().map(|(name, values)| (format!("{part} {name} of a guess"), values)));
    }
    rows.retain(|(_, values)| values.iter().any(Option::is_some));
    rows
}

/// A row for each figure that one of them has.
fn metrics(figures: [Option<&[(String, f64)]>; 2], with_loss: bool) -> Vec<Row> {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in figures.into_iter().flatten().flat_map(worth_telling) {
        if (with_loss || name != LOSS) && !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let of = |name: &str, figures: Option<&[(String, f64)]>| {
        figures?.iter().find(|(other, _)| other == name).map(|(_, value)| figure(name, *value))
    };
    names.into_iter().map(|name| (name.to_owned(), figures.map(|figures| of(name, figures)))).collect()
}

/// The settings and facts that differ.
fn differences(runs: &[Run<'_>; 2]) -> Markup {
    let starts = runs.each_ref().map(|run| run.log.start.as_ref());
    let [Some(one), Some(other)] = starts else {
        return html! { p.note { "One of the logs has no first record, which says how it was trained." } };
    };
    let rows: Vec<Row> = pairs([one, other]).into_iter().filter(|(_, [one, other])| one != other).collect();
    html! {
        @if rows.is_empty() { p.note { "Nothing of what the logs say of how they were trained: model, recipe, data, versions, machine." } }
        @else { (table(runs, &rows, true)) }
    }
}

/// All that first records say, side by side.
fn pairs(starts: [&Begin; 2]) -> Vec<Row> {
    let lists = starts.map(|start| {
        let own = [("model", &start.model), ("recipe", &start.recipe)].map(|(name, value)| (name.to_owned(), value.clone()));
        let facts = start.facts.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        own.into_iter().chain(start.settings.iter().cloned()).chain(facts).collect::<Vec<(String, String)>>()
    });
    let mut names: Vec<&String> = Vec::new();
    for (name, _) in lists.iter().flatten() {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let of = |name: &str, list: &[(String, String)]| list.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone());
    names.into_iter().map(|name| (name.clone(), lists.each_ref().map(|list| of(name, list)))).collect()
}

fn table(runs: &[Run<'_>; 2], rows: &[Row], code: bool) -> Markup {
    html! {
        div.scroll { table {
            tr { th {} @for run in runs { th { (run.name) } } }
            @for (name, values) in rows { tr {
                th { (name) }
                @for value in values { td { @match value {
                    None => { span.note { "–" } },
                    Some(value) => { @if code { code { (value) } } @else { (value) } },
                } } }
            } }
        } }
    }
}
