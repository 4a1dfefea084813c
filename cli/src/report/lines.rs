//! The records of a log, read from what their lines hold. What is wrong with one is said without its place.

use serde_json::{Map, Value};

use super::log::{Begin, End, Epoch, Figures, Signal, Watched};
use crate::table::thousands;

/// What of an evaluation is no figure of how well the model does.
const ROWS: &str = "rows";

/// The first record.
pub fn begin(line: &Map<String, Value>) -> Result<Begin, String> {
    let mut facts: Vec<(&'static str, String)> = Vec::new();
    let mut put = |name: &'static str, value: Option<String>| facts.extend(value.map(|value| (name, value)));
    put("file", text(line, "file")?);
    put("sha256 of the file", text(line, "sha256")?);
    put("parameters", count(line, "parameters")?.map(thousands));
    put("weights to begin with", text(line, "weights")?);
    put("seed", count(line, "seed")?.map(|seed| seed.to_string()));
    let data = object(line, "data")?;
    if let Some(data) = data {
        let rows =
            ["train", "validation", "test"].map(|part| Ok(format!("{} {part}", thousands(count(data, part)?.unwrap_or(0)))));
        put("rows", Some(rows.into_iter().collect::<Result<Vec<_>, String>>()?.join(", ")));
        put("xxh3 of the data", text(data, "xxh3")?);
    }
    put("threads", count(line, "threads")?.map(|threads| threads.to_string()));
    put("dlm", text(line, "dlm")?);
    put("Rust compiler", text(line, "rustc")?);
    put("instruction set", text(line, "instruction_set")?);
    Ok(Begin {
        model: text(line, "model")?.unwrap_or_default(),
        recipe: text(line, "recipe")?.unwrap_or_default(),
        settings: texts(line, "settings")?,
        set: texts(line, "set")?,
        facts,
    })
}

/// The last record.
pub fn end(line: &Map<String, Value>) -> Result<End, String> {
    let mut parts = Vec::new();
    for part in ["train", "validation", "test"] {
        if let Some(evaluation) = object(line, part)? {
            parts.push((part, count(evaluation, ROWS)?.unwrap_or(0), figures(evaluation)?));
        }
    }
    let mut remarks = Vec::new();
    if let Some(error) = object(line, "error")? {
        let code = text(error, "code")?.map_or_else(String::new, |code| format!(" ({code})"));
        remarks.push(format!("The training failed: {}{code}.", text(error, "message")?.unwrap_or_default()));
    }
    if line.get("stopped") == Some(&Value::Bool(true)) {
        remarks.push("The training was interrupted.".to_owned());
    }
    if line.get("stopped_early") == Some(&Value::Bool(true)) {
        remarks.push("`early_stop` saw no improvement any more, and ended the training.".to_owned());
    }
    if let Some(epoch) = count(line, "restored")? {
        remarks.push(format!("The final weights are those of epoch {epoch}, the best."));
    }
    let seconds = if line.contains_key("seconds") { Some(number(line, "seconds")?) } else { None };
    let guess = text(line, "judged")?.zip(object(line, "guess")?.map(figures).transpose()?);
    Ok(End { model: text(line, "model")?.unwrap_or_default(), parts, seconds, remarks, guess, verdict: sentences(line)? })
}

/// Loss and metrics of an evaluation, by name.
fn figures(evaluation: &Map<String, Value>) -> Result<Figures, String> {
    let names = evaluation.keys().filter(|name| *name != ROWS);
    names.map(|name| Ok((name.clone(), number(evaluation, name)?))).collect()
}

/// An epoch's.
pub fn epoch(line: &Map<String, Value>) -> Result<Epoch, String> {
    let validation = object(line, "validation")?.map(figures).transpose()?.unwrap_or_default();
    Ok(Epoch {
        epoch: whole(line, "epoch")?,
        learning_rate: number(line, "learning_rate")?,
        train_loss: number(line, "train_loss")?,
        seconds: number(line, "seconds")?,
        validation,
        signals: list(line, "signals")?.iter().map(self::watched).collect::<Result<_, _>>()?,
    })
}

fn watched(value: &Value) -> Result<Watched, String> {
    let Value::Object(watched) = value else { return Err("`signals` holds something else than objects".to_owned()) };
    Ok(Watched {
        step: whole(watched, "step")?,
        signals: list(watched, "signals")?.iter().map(signal).collect::<Result<_, _>>()?,
        verdict: sentences(watched)?,
    })
}

/// A verdict.
fn sentences(object: &Map<String, Value>) -> Result<Vec<String>, String> {
    let text = |value: &Value| value.as_str().map(str::to_owned).ok_or("`verdict` holds something else than texts".to_owned());
    list(object, "verdict")?.iter().map(text).collect()
}

fn signal(value: &Value) -> Result<Signal, String> {
    let Value::Object(signal) = value else { return Err("`signals` holds something else than objects".to_owned()) };
    let Some(Value::String(of)) = signal.get("of") else { return Err("a signal does not say what it is `of`".to_owned()) };
    let figures = signal.keys().filter(|name| !["of", "len"].contains(&name.as_str()));
    let figures = figures.map(|name| Ok((name.clone(), number(signal, name)?))).collect::<Result<_, String>>()?;
    Ok(Signal { of: of.clone(), len: number(signal, "len")?, figures })
}

fn number(object: &Map<String, Value>, name: &str) -> Result<f64, String> {
    match object.get(name) {
        None => Err(format!("there is no `{name}`")),
        // What is not finite JSON cannot say.
        Some(Value::Null) => Ok(f64::NAN),
        Some(value) => value.as_f64().ok_or_else(|| format!("`{name}` is no number")),
    }
}

fn whole(object: &Map<String, Value>, name: &str) -> Result<u64, String> {
    match object.get(name) {
        None => Err(format!("there is no `{name}`")),
        Some(value) => value.as_u64().ok_or_else(|| format!("`{name}` is no whole number")),
    }
}

/// An object; none where there is none.
fn object<'v>(object: &'v Map<String, Value>, name: &str) -> Result<Option<&'v Map<String, Value>>, String> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(value)) => Ok(Some(value)),
        Some(_) => Err(format!("`{name}` is no object")),
    }
}

/// A text; none where there is none.
fn text(object: &Map<String, Value>, name: &str) -> Result<Option<String>, String> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(format!("`{name}` is no text")),
    }
}

/// A whole number; none where there is none.
fn count(object: &Map<String, Value>, name: &str) -> Result<Option<u64>, String> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(_) => whole(object, name).map(Some),
    }
}

/// The texts of an object, by name.
fn texts(line: &Map<String, Value>, name: &str) -> Result<Vec<(String, String)>, String> {
    let Some(object) = object(line, name)? else { return Ok(Vec::new()) };
    object.keys().map(|key| Ok((key.clone(), text(object, key)?.unwrap_or_default()))).collect()
}

/// A list; empty where there is none.
fn list<'v>(object: &'v Map<String, Value>, name: &str) -> Result<&'v [Value], String> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(values)) => Ok(values),
        Some(_) => Err(format!("`{name}` is no list")),
    }
}
