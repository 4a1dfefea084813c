//! Results as JSON.

use dlm_runtime::{EpochReport, Evaluation, Figure, Signals};
use serde_json::{Map, Value, json};

use crate::record;

/// A number, or null where it is not finite, which JSON cannot say.
pub fn number(value: f64) -> Value {
    serde_json::Number::from_f64(value).map_or(Value::Null, Value::Number)
}

/// Rows, loss and metrics; metrics have their output's name before them if there are several outputs.
pub fn evaluation(evaluation: &Evaluation) -> Value {
    let mut object = Map::new();
    object.insert("rows".into(), json!(evaluation.rows));
    object.insert("loss".into(), number(evaluation.loss));
    for output in &evaluation.outputs {
        for metric in &output.metrics {
            let name = match evaluation.outputs.len() {
                1 => metric.name.to_owned(),
                _ => format!("{}.{}", output.output, metric.name),
            };
            object.insert(name, number(metric.value));
        }
    }
    Value::Object(object)
}

/// One line of the log.
pub fn epoch(report: &EpochReport) -> Value {
    let mut object = json!({
        record::RECORD: record::EPOCH,
        "epoch": report.epoch,
        "steps": report.steps,
        "learning_rate": number(report.learning_rate),
        "train_loss": number(report.train_loss),
        "seconds": number(report.seconds),
        "samples_per_second": number(report.samples_per_second),
    });
    if let Some(validation) = &report.validation {
        object["validation"] = evaluation(validation);
    }
    if !report.signals.is_empty() {
        object["signals"] = report.signals.iter().map(signals).collect();
    }
    object
}

/// What was measured at one step: the figures of each activation and weight.
fn signals(signals: &Signals) -> Value {
    let mut of: Vec<Value> = Vec::new();
    for signal in &signals.figures {
        let name = match signal.figure {
            Figure::Mean => "mean",
            Figure::Deviation => "deviation",
            Figure::Spread => "spread",
            Figure::Flat => "flat",
            Figure::Dead => "dead",
            Figure::Gradient => "gradient",
            Figure::Update => "update",
        };
        if of.iter().all(|object| object["of"] != signal.of) {
            of.push(json!({ "of": signal.of, "len": signal.len }));
        }
        let object = of.iter_mut().find(|object| object["of"] == signal.of).expect("just made");
        object[name] = number(signal.value.into());
    }
    json!({ "step": signals.update, "signals": of, "verdict": signals.verdict() })
}
