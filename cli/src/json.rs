//! Results as JSON.

use dlm_runtime::{EpochReport, Evaluation};
use serde_json::{Map, Value, json};

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
    object
}
