//! Settings given outside the file, as on the command line: `optimizer.lr=0.01`.

use dlm_dsl::ast::{Argument, Call, Ident, Item, Span, Value, ValueKind};
use dlm_dsl::codes;
use dlm_dsl::diagnostic::{Diagnostic, Severity};
use dlm_dsl::names::is_name;

/// A setting that replaces a recipe's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Override {
    /// A setting (`batch`), or one of its arguments (`optimizer.lr`, `split.test`).
    pub key: String,
    /// The value, in the language.
    pub value: String,
}

/// What is replaced in a file's recipes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// The settings; of several with one key the last holds.
    pub settings: Vec<Override>,
    /// The value of `data`, in the language: `csv("x.csv", label = "y")`.
    pub data: Option<String>,
    /// Whose recipes alone are concerned: a model's name; `None`: every model's.
    pub model: Option<String>,
    /// The name of the recipe that alone is concerned (the model's own for a recipe without one); `None`: all.
    pub recipe: Option<String>,
}

/// An override that could be read.
pub(super) struct Setting {
    /// The setting.
    pub(super) key: Ident,
    /// Its argument that is replaced; `None`: the whole value.
    pub(super) argument: Option<Ident>,
    pub(super) value: Value,
}

/// The overrides, read. Their spans lie behind the file's end, each in a range of its own.
pub(super) struct Replaced {
    pub(super) settings: Vec<Setting>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// What was given, as `key=value`, with the range of its spans.
    texts: Vec<(Span, String)>,
}

impl Replaced {
    /// Turns a diagnostic about an override into one at the start of the file that names the override.
    pub(super) fn locate(&self, diagnostic: &mut Diagnostic) {
        let text_of = |span: Span| {
            let found = self.texts.iter().find(|(range, _)| range.start <= span.start && span.start < range.end);
            found.map(|(_, text)| text)
        };
        if let Some(text) = text_of(diagnostic.primary.span) {
            diagnostic.primary.span = Span::default();
            diagnostic.message = format!("`{text}`: {}", diagnostic.message);
        }
        for label in std::mem::take(&mut diagnostic.secondary) {
            match text_of(label.span) {
                None => diagnostic.secondary.push(label),
                Some(text) => diagnostic.notes.push(format!("`{text}`: {}", label.message)),
            }
        }
    }
}

/// Reads `overrides`. The file whose settings they replace has `file_size` bytes.
pub(super) fn parse(overrides: &Overrides, file_size: usize) -> Replaced {
    let mut replaced = Replaced { settings: Vec::new(), diagnostics: Vec::new(), texts: Vec::new() };
    let data = overrides.data.iter().map(|value| ("data", value.as_str()));
    let settings = overrides.settings.iter().map(|setting| (setting.key.as_str(), setting.value.as_str()));
    let mut start = file_size + 1;
    for (key, value) in settings.chain(data) {
        let text = format!("{key}={value}");
        let range = Span::new(start, start + text.len() + 1);
        start = range.end;
        match read(key, value, range.start) {
            Ok(setting) => replaced.settings.push(setting),
            Err(why) => replaced.diagnostics.push(why.for_range(range)),
        }
        replaced.texts.push((range, text));
    }
    replaced
}

/// Why an override cannot be read.
struct Unreadable {
    message: String,
    help: Option<String>,
}

impl Unreadable {
    fn for_range(self, range: Span) -> Diagnostic {
        let diagnostic = Diagnostic::new(codes::OVERRIDE, range, self.message);
        match self.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}

fn read(key: &str, value: &str, start: usize) -> Result<Setting, Unreadable> {
    let mut segments = Vec::new();
    let mut at = start;
    for segment in key.split('.') {
        segments.push(Ident { name: segment.to_owned(), span: Span::new(at, at + segment.len()) });
        at += segment.len() + 1;
    }
    let mut segments = segments.into_iter();
    let (key, argument) = match (segments.next(), segments.next(), segments.next()) {
        (Some(key), argument, None) if is_name(&key.name) && argument.as_ref().is_none_or(|name| is_name(&name.name)) => {
            (key, argument)
        }
        _ => {
            let help = "such as `batch` or `optimizer.lr`".to_owned();
            return Err(Unreadable { message: "the key names no setting and no argument of one".into(), help: Some(help) });
        }
    };
    let value = read_value(value, start + argument.as_ref().map_or(key.name.len(), |name| name.span.end - start) + 1)?;
    Ok(Setting { key, argument, value })
}

/// The value that `text` is, with spans as if it began at `start`.
fn read_value(text: &str, start: usize) -> Result<Value, Unreadable> {
    const BEFORE: &str = "train M { key = ";
    let (file, diagnostics) = dlm_dsl::parse(&format!("{BEFORE}{text}; }}"));
    if let Some(error) = diagnostics.into_iter().find(|diagnostic| diagnostic.severity() == Severity::Error) {
        let message = format!("the value cannot be read: {}", error.message);
        return Err(Unreadable { message, help: error.help.into_iter().next() });
    }
    let mut items = file.items.into_iter();
    if let (Some(Item::Train(train)), None) = (items.next(), items.next())
        && let [setting] = train.settings.as_slice()
    {
        let mut value = setting.value.clone();
        shift(&mut value, &|span: &mut Span| {
            *span = Span::new(span.start + start - BEFORE.len(), span.end + start - BEFORE.len());
        });
        return Ok(value);
    }
    Err(Unreadable { message: "the value is more than one value".into(), help: None })
}

/// Changes every span of `value`.
fn shift(value: &mut Value, change: &dyn Fn(&mut Span)) {
    change(&mut value.span);
    match &mut value.kind {
        ValueKind::Number(_) | ValueKind::Bool(_) | ValueKind::Text(_) => {}
        ValueKind::Path(segments) => {
            for segment in segments {
                change(&mut segment.name.span);
                if let Some((from, to)) = &mut segment.turns {
                    shift(from, change);
                    to.iter_mut().for_each(|to| shift(to, change));
                }
            }
        }
        ValueKind::Call(Call { name, arguments, span }) => {
            change(&mut name.span);
            change(span);
            arguments.iter_mut().flatten().for_each(|argument| shift_argument(argument, change));
        }
        ValueKind::Tuple(arguments) => arguments.iter_mut().for_each(|argument| shift_argument(argument, change)),
        ValueKind::Parenthesized(inner) | ValueKind::Negative(inner) => shift(inner, change),
        ValueKind::List(values) => values.iter_mut().for_each(|value| shift(value, change)),
        ValueKind::Binary { left, right, .. } => {
            shift(left, change);
            shift(right, change);
        }
    }
}

fn shift_argument(argument: &mut Argument, change: &dyn Fn(&mut Span)) {
    if let Some(name) = &mut argument.name {
        change(&mut name.span);
    }
    shift(&mut argument.value, change);
}
