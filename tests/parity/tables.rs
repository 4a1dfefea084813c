//! What is compared without training: learning rates by the number of updates done, plateau and early stopping by scripted metrics.
//! The tables are in `parity/tables`, exact to the last digit of an `f64`.

use std::collections::HashSet;
use std::fs;

use dlm_compiler::compile::{CompileOptions, Compiled, compile};
use dlm_compiler::describe::describe;
use dlm_runtime::monitor::{PlateauWatch, StopWatch, Verdict};
use dlm_runtime::schedule::evaluate;
use serde_json::Value;

use crate::{entries, folder, numbers, support, text, wanted};

/// How far a rate may be, relative to the greatest of its table.
const TOLERANCE: f64 = 1e-13;

/// For each row and each of its flavours: what it is called, the compiled recipe, the row, and what the oracle has.
fn each(table: &str, mut compare: impl FnMut(&str, &Compiled<'_>, &Value, &Value)) {
    let rows = fs::read_to_string(folder("tables").join(format!("{table}.json"))).expect("the table is part of the repository");
    let rows: Value = serde_json::from_str(&rows).expect("the table is JSON");
    let rows = rows.as_array().expect("a list").iter().filter(|row| wanted(&text(&row["name"])));
    for row in rows {
        for (flavor, oracle) in entries(&row["runs"]) {
            let name = format!("{table} {}, {flavor}", text(&row["name"]));
            let recipe = format!("train Net {{ flavor = {flavor}; {} }}", text(&row["recipe"]));
            let source = format!("model Net {{ input x: f32[1]; dense(1); output y: f32[1]; }}\n{recipe}\n");
            let program = support::program(&name, &source);
            compare(&name, &compile(&program.models[0].units[0], CompileOptions::default()), row, oracle);
        }
    }
}

/// Metrics, of which JSON's `null` is NaN.
fn metrics(row: &Value) -> Vec<f64> {
    row["metrics"].as_array().expect("a list").iter().map(|metric| metric.as_f64().unwrap_or(f64::NAN)).collect()
}

fn assert_near(name: &str, found: &[f64], expected: &[f64]) {
    let greatest = expected.iter().fold(0.0, |greatest: f64, value| greatest.max(value.abs()));
    for (s, (found, expected)) in found.iter().zip(expected).enumerate() {
        let near = (found - expected).abs() <= TOLERANCE * greatest;
        assert!(near, "{name}, s = {s}: {found}, the oracle's {expected}");
    }
}

/// The learning rate, and β where the schedule sets it, when `s` updates are done.
fn schedule(compiled: &Compiled<'_>, s: u64) -> (f64, Option<f64>) {
    let schedule = describe(compiled).recipe.schedule;
    (evaluate(schedule.rate, s, None), schedule.momentum.map(|momentum| evaluate(momentum, s, None)))
}

/// What a plateau has made of a rate of 1 after each epoch with this metric.
fn plateau(compiled: &Compiled<'_>, metrics: &[f64]) -> Vec<f64> {
    let plateau = compiled.unit.recipe.plateau.expect("the recipe has a plateau");
    let mut watch = PlateauWatch::new(plateau);
    let falls = metrics.iter().map(|metric| watch.falls(*metric));
    let factors = falls.scan(1.0, |factor, falls| {
        *factor = if falls { (*factor * plateau.factor).max(plateau.floor) } else { *factor };
        Some(*factor)
    });
    factors.collect()
}

/// The epoch after which early stopping ends a training with these metrics, if it does, and the best epoch; from 1.
fn early_stop(compiled: &Compiled<'_>, metrics: &[f64]) -> (Option<u64>, u64) {
    let mut watch = StopWatch::new(compiled.unit.recipe.early_stop.expect("the recipe stops early"));
    let mut best = 0;
    for (epoch, metric) in (1..).zip(metrics) {
        match watch.check(*metric) {
            Verdict::Best => best = epoch,
            Verdict::Waits => {}
            Verdict::Ends => return (Some(epoch), best),
        }
    }
    (None, best)
}

#[test]
fn schedules_have_the_oracles_rates() {
    each("schedules", |name, compiled, _, oracle| {
        let rates = numbers(&oracle["rates"]);
        let found: Vec<(f64, Option<f64>)> = (0..).take(rates.len()).map(|s| schedule(compiled, s)).collect();
        assert_near(name, &found.iter().map(|(rate, _)| *rate).collect::<Vec<f64>>(), &rates);
        let momenta: Option<Vec<f64>> = found.iter().map(|(_, momentum)| *momentum).collect();
        match oracle.get("momenta") {
            Some(expected) => assert_near(name, &momenta.expect("the schedule sets the momentum"), &numbers(expected)),
            None => assert!(momenta.is_none(), "{name}: the schedule sets no momentum"),
        }
    });
}

/// A schedule without an oracle's rates fails, by name.
#[test]
fn every_schedule_has_an_oracle() {
    let table = |name: &str| fs::read_to_string(folder("tables").join(format!("{name}.json"))).expect("the table is there");
    let tables = table("schedules") + &table("plateau");
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let words: HashSet<&str> = tables.split(|c| !is_part(c)).collect();
    let names = dlm_compiler::reference::signatures("schedules").into_iter().map(|signature| signature.name);
    let missing: Vec<&str> = names.filter(|name| !words.contains(name)).collect();
    assert!(missing.is_empty(), "schedules without a row in tests/parity/oracles/tables.py: {missing:?}");
}

#[test]
fn plateaus_lower_the_rate_as_the_oracles() {
    each("plateau", |name, compiled, row, oracle| {
        let found = plateau(compiled, &metrics(row));
        assert_eq!(found.len(), metrics(row).len(), "{name}: an entry an epoch");
        assert_near(name, &found, &numbers(&oracle["factors"]));
    });
}

#[test]
fn early_stopping_stops_where_the_oracles_do() {
    each("early_stop", |name, compiled, row, oracle| {
        let expected = (oracle["stopped_after"].as_u64(), oracle["best_epoch"].as_u64().expect("a number"));
        assert_eq!(early_stop(compiled, &metrics(row)), expected, "{name}");
    });
}
