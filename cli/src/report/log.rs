//! The log of a training, read back.

use dlm_dsl::codes;
use serde_json::{Map, Value};

use crate::failure::Failure;

/// A log: an epoch a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Log {
    /// The epochs, in order; at least one.
    pub epochs: Vec<Epoch>,
    /// What `dlm train --format json` says at the end, which is no part of a log file: the model's name.
    pub model: Option<String>,
}

/// An epoch. A number that was not finite is NaN.
#[derive(Clone, Debug, PartialEq)]
pub struct Epoch {
    /// Its number.
    pub epoch: u64,
    /// The learning rate of its last step.
    pub learning_rate: f64,
    /// The mean loss of its steps.
    pub train_loss: f64,
    /// Its time.
    pub seconds: f64,
    /// Loss and metrics of the validation part, by name; none without one.
    pub validation: Vec<(String, f64)>,
    /// What was measured in its watched steps.
    pub signals: Vec<Watched>,
}

/// A watched step.
#[derive(Clone, Debug, PartialEq)]
pub struct Watched {
    /// The step, from 1.
    pub step: u64,
    /// Activations and weights, in the order of the network.
    pub signals: Vec<Signal>,
    /// What they tell.
    pub verdict: Vec<String>,
}

/// An activation or a weight.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    /// Its path.
    pub of: String,
    /// The values that it has.
    pub len: f64,
    /// What was measured of it, by name.
    pub figures: Vec<(String, f64)>,
}

impl Signal {
    /// A figure by name.
    pub fn figure(&self, name: &str) -> Option<f64> {
        self.figures.iter().find(|(figure, _)| figure == name).map(|(_, value)| *value)
    }
}

impl Epoch {
    /// The loss on the validation part.
    pub fn validation_loss(&self) -> Option<f64> {
        self.validation.iter().find(|(name, _)| name == LOSS).map(|(_, value)| *value)
    }
}

/// What a validation's loss is called.
pub const LOSS: &str = "loss";
/// What of a validation is no figure of how well the model does.
const ROWS: &str = "rows";

impl Log {
    /// Reads a log. `name` is what it is called in messages.
    ///
    /// # Errors
    /// If a line is none of a log, which is named by its number, or there is no line.
    pub fn parse(text: &str, name: &str) -> Result<Self, Failure> {
        let mut log = Log { epochs: Vec::new(), model: None };
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            log.add(line).map_err(|message| {
                Failure::new(codes::LOG_FILE, format!("{name}:{}: {message}", index + 1))
                    .help("a log is what `dlm train` leaves as `log.jsonl`: one JSON object an epoch")
            })?;
        }
        if log.epochs.is_empty() {
            return Err(Failure::new(codes::EMPTY_LOG, format!("{name} holds no epoch"))
                .help("a training that ends within its first epoch leaves no line"));
        }
        Ok(log)
    }

    fn add(&mut self, line: &str) -> Result<(), String> {
        let value: Value = serde_json::from_str(line).map_err(|error| match error.is_eof() {
            true => "the line is cut short".to_owned(),
            false => format!("this is no JSON: {}", without_line(&error)),
        })?;
        let Value::Object(line) = value else { return Err("this is no JSON object".to_owned()) };
        if let (Some(Value::String(model)), false) = (line.get("model"), line.contains_key("epoch")) {
            self.model = Some(model.clone());
            return Ok(());
        }
        let epoch = epoch(&line)?;
        match self.epochs.last() {
            Some(last) if last.epoch >= epoch.epoch => {
                Err(format!("epoch {} comes after epoch {}: this is more than one training", epoch.epoch, last.epoch))
            }
            _ => {
                self.epochs.push(epoch);
                Ok(())
            }
        }
    }

    /// The watched steps of all epochs.
    pub fn watched(&self) -> impl DoubleEndedIterator<Item = &Watched> {
        self.epochs.iter().flat_map(|epoch| &epoch.signals)
    }
}

/// What is wrong, without the line, which is always the first.
fn without_line(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split_once(" at line ").map_or(text.clone(), |(what, _)| format!("{what} in column {}", error.column()))
}

fn epoch(line: &Map<String, Value>) -> Result<Epoch, String> {
    let validation = match line.get("validation") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Object(validation)) => {
            let figures = validation.keys().filter(|name| *name != ROWS);
            figures.map(|name| Ok((name.clone(), number(validation, name)?))).collect::<Result<_, String>>()?
        }
        Some(_) => return Err("`validation` is no object".to_owned()),
    };
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
    let text = |value: &Value| value.as_str().map(str::to_owned).ok_or("`verdict` holds something else than texts");
    Ok(Watched {
        step: whole(watched, "step")?,
        signals: list(watched, "signals")?.iter().map(signal).collect::<Result<_, _>>()?,
        verdict: list(watched, "verdict")?.iter().map(text).collect::<Result<_, _>>()?,
    })
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

/// A list; empty where there is none.
fn list<'v>(object: &'v Map<String, Value>, name: &str) -> Result<&'v [Value], String> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(values)) => Ok(values),
        Some(_) => Err(format!("`{name}` is no list")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"epoch":1,"learning_rate":0.1,"train_loss":null,"seconds":2}"#;

    fn wrong(text: &str) -> (String, String) {
        let Err(Failure::Error(problem)) = Log::parse(text, "log.jsonl") else { panic!("no error: {text}") };
        (problem.code.0.to_owned(), problem.message.clone())
    }

    #[test]
    fn what_a_line_lacks_is_said_with_its_number() {
        for (second, expected) in [
            ("{", "log.jsonl:3: the line is cut short"),
            ("nonsense", "log.jsonl:3: this is no JSON: expected ident in column 2"),
            ("[1]", "log.jsonl:3: this is no JSON object"),
            ("{}", "log.jsonl:3: there is no `epoch`"),
            (r#"{"epoch":-1}"#, "log.jsonl:3: `epoch` is no whole number"),
            (r#"{"epoch":2,"learning_rate":"x"}"#, "log.jsonl:3: `learning_rate` is no number"),
            (LINE, "log.jsonl:3: epoch 1 comes after epoch 1: this is more than one training"),
        ] {
            assert_eq!(wrong(&format!("{LINE}\n\n{second}\n")), ("E320".to_owned(), expected.to_owned()));
        }
        let with = |more: &str| wrong(&LINE.replace('}', more)).1;
        assert_eq!(with(r#","validation":3}"#), "log.jsonl:1: `validation` is no object");
        assert_eq!(with(r#","signals":3}"#), "log.jsonl:1: `signals` is no list");
        assert_eq!(with(r#","signals":[3]}"#), "log.jsonl:1: `signals` holds something else than objects");
        assert_eq!(with(r#","signals":[{"step":1,"verdict":[1]}]}"#), "log.jsonl:1: `verdict` holds something else than texts");
        assert_eq!(with(r#","signals":[{"step":1,"signals":[{}]}]}"#), "log.jsonl:1: a signal does not say what it is `of`");
    }

    #[test]
    fn a_log_without_a_line_is_empty() {
        for text in ["", "\n \n", "{\"model\":\"Net\"}\n"] {
            assert_eq!(wrong(text), ("E321".to_owned(), "log.jsonl holds no epoch".to_owned()));
        }
    }

    #[test]
    fn what_is_not_finite_is_not_a_number() {
        let log = Log::parse(LINE, "log.jsonl").unwrap();
        assert!(log.epochs[0].train_loss.is_nan());
        assert_eq!((log.epochs[0].learning_rate, log.epochs[0].seconds), (0.1, 2.0));
        assert_eq!((log.epochs[0].validation_loss(), log.watched().count()), (None, 0));
    }
}
