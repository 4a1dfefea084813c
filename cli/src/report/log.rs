//! The log of a training, read back.

use dlm_dsl::codes;
use serde_json::Value;

use crate::failure::Failure;
use crate::record;

use super::lines::{begin, end, epoch};

/// A log: what was trained, an epoch a line, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Log {
    /// What was trained; none in a log whose first record is missing.
    pub start: Option<Begin>,
    /// The epochs, in order; at least one.
    pub epochs: Vec<Epoch>,
    /// What came of it; none where the training is under way or was ended from outside.
    pub end: Option<End>,
    /// The number of the last line, if it is cut short.
    pub cut: Option<usize>,
}

/// Loss and metrics, by name.
pub type Figures = Vec<(String, f64)>;

/// What was trained, and with what. Whatever the record does not say is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Begin {
    /// The model's name.
    pub model: String,
    /// The recipe's name.
    pub recipe: String,
    /// The recipe, its defaults filled in.
    pub settings: Vec<(String, String)>,
    /// What the command line replaced, as it was written there.
    pub set: Vec<(String, String)>,
    /// Everything else, for people: the seed, threads, versions, rows of data.
    pub facts: Vec<(&'static str, String)>,
}

/// What came of a training.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct End {
    /// The model's name.
    pub model: String,
    /// How the final weights do on each part that there is: its name, its rows, its loss and metrics by name.
    pub parts: Vec<(&'static str, u64, Figures)>,
    /// The whole time.
    pub seconds: Option<f64>,
    /// What is to be said of how it ended.
    pub remarks: Vec<String>,
    /// The part on which it was judged, and what a guess achieves there that looks at no input, by name.
    pub guess: Option<(String, Figures)>,
    /// A sentence for each output of which the model knows no more than that guess.
    pub verdict: Vec<String>,
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
    pub validation: Figures,
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

impl Log {
    /// Reads a log. `name` is what it is called in messages.
    ///
    /// A last line that is cut short, as a training that is killed leaves it, is left out.
    ///
    /// # Errors
    /// If a line is none of a log, which is named by its number, or there is no epoch.
    pub fn parse(text: &str, name: &str) -> Result<Self, Failure> {
        let mut log = Log { start: None, epochs: Vec::new(), end: None, cut: None };
        let lines: Vec<(usize, &str)> = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).collect();
        for (at, (index, line)) in lines.iter().enumerate() {
            let value: Result<Value, _> = serde_json::from_str(line);
            if let Err(error) = &value
                && error.is_eof()
                && at + 1 == lines.len()
                && !text.ends_with('\n')
            {
                log.cut = Some(index + 1);
                break;
            }
            log.add(value).map_err(|message| {
                Failure::new(codes::LOG_FILE, format!("{name}:{}: {message}", index + 1))
                    .help("a log is what `dlm train` leaves as `log.jsonl`: one JSON object a line")
            })?;
        }
        if log.epochs.is_empty() {
            return Err(Failure::new(codes::EMPTY_LOG, format!("{name} holds no epoch"))
                .help("a training that ends within its first epoch leaves none"));
        }
        Ok(log)
    }

    /// The model's name, if the log says it.
    pub fn model(&self) -> Option<&str> {
        let names = self.start.iter().map(|start| &start.model).chain(self.end.iter().map(|end| &end.model));
        names.map(String::as_str).find(|name| !name.is_empty())
    }

    fn add(&mut self, value: Result<Value, serde_json::Error>) -> Result<(), String> {
        let value = value.map_err(|error| match error.is_eof() {
            true => "the line is cut short".to_owned(),
            false => format!("this is no JSON: {}", without_line(&error)),
        })?;
        let Value::Object(line) = value else { return Err("this is no JSON object".to_owned()) };
        if self.end.is_some() {
            return Err("this comes after the end of the training: this is more than one training".to_owned());
        }
        match line.get(record::RECORD).map(|kind| kind.as_str().unwrap_or_default()) {
            Some(record::START) if self.start.is_none() && self.epochs.is_empty() => self.start = Some(begin(&line)?),
            Some(record::START) => return Err("a training begins anew: this is more than one training".to_owned()),
            Some(record::END) => self.end = Some(end(&line)?),
            Some(record::EPOCH) | None => self.add_epoch(epoch(&line)?)?,
            Some(_) => {
                let kinds = [record::START, record::EPOCH, record::END].map(|kind| format!("`{kind}`")).join(", ");
                return Err(format!("`{}` is none of {kinds}", record::RECORD));
            }
        }
        Ok(())
    }

    fn add_epoch(&mut self, epoch: Epoch) -> Result<(), String> {
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

    /// The last epoch.
    pub fn last(&self) -> &Epoch {
        &self.epochs[self.epochs.len() - 1]
    }

    /// The epoch of the lowest validation loss, with that loss.
    pub fn best(&self) -> Option<(f64, &Epoch)> {
        let losses = self.epochs.iter().filter_map(|epoch| Some((epoch.validation_loss()?, epoch)));
        losses.filter(|(loss, _)| loss.is_finite()).min_by(|a, b| a.0.total_cmp(&b.0))
    }

    /// The rows of the test part, and how the final weights do on it.
    pub fn test(&self) -> Option<(u64, &[(String, f64)])> {
        let parts = self.end.iter().flat_map(|end| &end.parts);
        parts.filter(|(part, ..)| *part == "test").map(|(_, rows, figures)| (*rows, figures.as_slice())).next()
    }

    /// What a guess achieves on a part that looks at no input, by name; empty where the log does not say it of this part.
    pub fn guess(&self, part: &str) -> &[(String, f64)] {
        let guess = self.end.as_ref().and_then(|end| end.guess.as_ref());
        guess.filter(|(judged, _)| judged == part).map_or(&[], |(_, figures)| figures.as_slice())
    }

    /// What the final weights are told beside a guess: a sentence for each output that is no better; none where all is well.
    pub fn verdict(&self) -> &[String] {
        self.end.as_ref().map_or(&[], |end| end.verdict.as_slice())
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
            (r#"{"record":"strat"}"#, "log.jsonl:3: `record` is none of `start`, `epoch`, `end`"),
            (r#"{"record":"start"}"#, "log.jsonl:3: a training begins anew: this is more than one training"),
            (r#"{"record":"end","test":3}"#, "log.jsonl:3: `test` is no object"),
            (r#"{"record":"end","verdict":[3]}"#, "log.jsonl:3: `verdict` holds something else than texts"),
            (r#"{"record":"end","error":{"message":3}}"#, "log.jsonl:3: `message` is no text"),
            ("nonsense", "log.jsonl:3: this is no JSON: expected ident in column 2"),
            ("[1]", "log.jsonl:3: this is no JSON object"),
            ("{}", "log.jsonl:3: there is no `epoch`"),
            (r#"{"epoch":-1}"#, "log.jsonl:3: `epoch` is no whole number"),
            (r#"{"epoch":2,"learning_rate":"x"}"#, "log.jsonl:3: `learning_rate` is no number"),
            (LINE, "log.jsonl:3: epoch 1 comes after epoch 1: this is more than one training"),
        ] {
            assert_eq!(wrong(&format!("{LINE}\n\n{second}\n")), ("E320".to_owned(), expected.to_owned()));
        }
        assert_eq!(wrong("{\"record\":\"start\",\"set\":{\"batch\":3}}\n").1, "log.jsonl:1: `batch` is no text");
        let ended = wrong(&format!("{LINE}\n{{\"record\":\"end\"}}\n{LINE}\n")).1;
        assert_eq!(ended, "log.jsonl:3: this comes after the end of the training: this is more than one training");
        let with = |more: &str| wrong(&LINE.replace('}', more)).1;
        assert_eq!(with(r#","validation":3}"#), "log.jsonl:1: `validation` is no object");
        assert_eq!(with(r#","signals":3}"#), "log.jsonl:1: `signals` is no list");
        assert_eq!(with(r#","signals":[3]}"#), "log.jsonl:1: `signals` holds something else than objects");
        assert_eq!(with(r#","signals":[{"step":1,"verdict":[1]}]}"#), "log.jsonl:1: `verdict` holds something else than texts");
        assert_eq!(with(r#","signals":[{"step":1,"signals":[{}]}]}"#), "log.jsonl:1: a signal does not say what it is `of`");
    }

    #[test]
    fn a_log_without_a_line_is_empty() {
        for text in ["", "\n \n", "{\"record\":\"end\",\"model\":\"Net\"}\n", "{\"record\":\"start\"}\n{\"epo"] {
            assert_eq!(wrong(text), ("E321".to_owned(), "log.jsonl holds no epoch".to_owned()));
        }
    }

    #[test]
    fn a_last_line_that_is_cut_is_left_out() {
        let whole = format!("{LINE}\n{}\n", LINE.replace("1,", "2,"));
        let epochs = |text: &str| Log::parse(text, "log.jsonl").map(|log| (log.epochs.len(), log.cut)).ok();
        assert_eq!(epochs(&whole), Some((2, None)));
        assert_eq!(epochs(whole.trim_end()), Some((2, None)), "only the line break is missing");
        for cut in LINE.len() + 2..whole.len() - 2 {
            assert_eq!(epochs(&whole[..cut]), Some((1, Some(2))), "{}", &whole[..cut]);
        }
        assert_eq!(epochs(&format!("{}\n{LINE}\n", &LINE[..9])), None, "a line that is cut in the midst of a log is damage");
        assert_eq!(epochs(&format!("{LINE}\n{}\n", &LINE[..9])), None, "so is one that ends in a line break");
    }

    #[test]
    fn the_first_and_the_last_record_are_read() {
        let start = r#"{"record":"start","model":"Net","recipe":"Plain","seed":7,"threads":2,"settings":{"batch":"8"},"set":{"batch":"8"},"data":{"train":1200,"test":3,"xxh3":"ab"}}"#;
        let end = r#"{"record":"end","model":"Net","seconds":3.5,"stopped":true,"restored":1,"test":{"rows":3,"loss":0.5,"accuracy":null},"guess":{"accuracy":0.25},"judged":"test","verdict":["no better"]}"#;
        let log = Log::parse(&format!("{start}\n{LINE}\n{end}\n"), "log.jsonl").unwrap();
        assert_eq!(log.model(), Some("Net"));
        assert_eq!((log.guess("test"), log.guess("validation")), (&[("accuracy".to_owned(), 0.25)][..], &[][..]));
        assert_eq!(log.verdict(), ["no better"]);
        let begin = log.start.unwrap();
        assert_eq!(
            (begin.recipe.as_str(), &begin.settings, &begin.set),
            ("Plain", &vec![("batch".into(), "8".into())], &begin.settings)
        );
        let facts = [("seed", "7"), ("rows", "1,200 train, 0 validation, 3 test"), ("xxh3 of the data", "ab"), ("threads", "2")];
        assert_eq!(begin.facts, facts.map(|(name, value)| (name, value.to_owned())));
        let end = log.end.unwrap();
        let (part, rows, figures) = &end.parts[0];
        assert_eq!((*part, *rows, end.seconds, end.remarks.len()), ("test", 3, Some(3.5), 2));
        assert!(figures[0].1.is_nan() && figures[1] == ("loss".to_owned(), 0.5), "{figures:?}");
    }

    #[test]
    fn what_is_not_finite_is_not_a_number() {
        let log = Log::parse(LINE, "log.jsonl").unwrap();
        assert!(log.epochs[0].train_loss.is_nan());
        assert_eq!((log.epochs[0].learning_rate, log.epochs[0].seconds), (0.1, 2.0));
        assert_eq!((log.epochs[0].validation_loss(), log.watched().count()), (None, 0));
    }
}
