//! The grammar's rules in people's words.

use crate::generated::Rule;

/// What could have stood at a place.
pub(crate) struct Expected {
    /// "a name, `(` or `;`".
    pub(crate) text: String,
    /// Whether a name is among it.
    pub(crate) names: bool,
    /// The fixed words among it.
    pub(crate) words: Vec<&'static str>,
}

/// How a rule takes part in a message.
enum Part {
    /// It is what people would write next.
    Main(&'static str),
    /// It would only go on with what stands there already: said where there is nothing else to say.
    Further(&'static str),
    Silent,
}

/// `positives` in words; `rule` is what was being read.
pub(crate) fn in_words(positives: &[Rule], rule: Rule) -> Expected {
    let (mut main, mut further): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for positive in positives {
        let (list, word) = match part(*positive) {
            Part::Main(word) => (&mut main, word),
            Part::Further(word) => (&mut further, word),
            Part::Silent => continue,
        };
        if !list.contains(&word) {
            list.push(word);
        }
    }
    // A layer, a statement and the like begin with a name; where a statement can end, brackets would only go on with it.
    if main.iter().any(|part| matches!(*part, LAYER | STATEMENT | SETTING | VALUE | TYPE | ITEM)) {
        main.retain(|part| *part != NAME);
    }
    if main.iter().any(|part| matches!(*part, "`;`" | "`,`" | "`->`" | "`)`" | "`]`")) {
        let link = main.contains(&"`->`");
        main.retain(|part| !matches!(*part, "`(`" | "`[`") || link && *part == "`(`");
    }
    let mut parts = if main.is_empty() { further } else { main };
    let words = if parts.contains(&ITEM) { vec!["const", "block", "model", "train"] } else { Vec::new() };
    if parts.is_empty() {
        parts.push(match rule {
            Rule::lone_item => ITEM,
            Rule::lone_setting => SETTING,
            _ => STATEMENT,
        });
    }
    // Descriptions first, then marks in a fixed order, so that the same set always reads the same.
    const MARKS: &[&str] = &["`:`", "`=`", "`(`", "`[`", "`{`", "`.`", "`..`", "`,`", "`->`", "`;`", "`)`", "`]`", "`}`"];
    parts.sort_by_key(|part| (MARKS.iter().position(|mark| mark == part).map_or(0, |at| at + 1), *part));
    let names = parts.iter().any(|part| matches!(*part, NAME | VALUE | LAYER | SETTING | STATEMENT | TYPE));
    Expected { text: listed(&parts), names, words }
}

const ITEM: &str = "`const`, `block`, `model` or `train`";
const STATEMENT: &str = "a statement";
const SETTING: &str = "a setting, `key = value;`";
const NAME: &str = "a name";
const LAYER: &str = "a layer";
const VALUE: &str = "a value";
const TYPE: &str = "a type, such as `f32[28, 28]` or `class[10]`";

fn part(rule: Rule) -> Part {
    use Part::{Further, Main, Silent};
    match rule {
        Rule::item | Rule::constant | Rule::block | Rule::model | Rule::train => Main(ITEM),
        Rule::const_word | Rule::block_word | Rule::model_word | Rule::train_word => Main(ITEM),
        Rule::statement | Rule::input | Rule::output | Rule::chain => Main(STATEMENT),
        Rule::setting => Main(SETTING),
        Rule::name | Rule::key | Rule::parameter | Rule::recipe_name | Rule::base_name | Rule::source => Main(NAME),
        Rule::call | Rule::repeat | Rule::residual | Rule::repeat_word | Rule::residual_word => Main(LAYER),
        Rule::value | Rule::operand | Rule::argument | Rule::number | Rule::named | Rule::boolean => Main(VALUE),
        Rule::r#type => Main(TYPE),
        Rule::semicolon => Main("`;`"),
        Rule::comma => Main("`,`"),
        Rule::colon => Main("`:`"),
        Rule::equals => Main("`=`"),
        Rule::arrow => Main("`->`"),
        Rule::open_paren | Rule::parameters => Main("`(`"),
        Rule::close_paren => Main("`)`"),
        Rule::open_bracket => Main("`[`"),
        Rule::close_bracket => Main("`]`"),
        Rule::open_brace | Rule::body | Rule::settings => Main("`{`"),
        Rule::close_brace => Main("`}`"),
        Rule::as_word => Further("`as`"),
        Rule::like_word => Further("`like`"),
        Rule::operator | Rule::plus | Rule::minus | Rule::star | Rule::slash => Further("an operator"),
        Rule::arguments => Further("`(`"),
        Rule::turns | Rule::dimensions => Further("`[`"),
        Rule::dot => Further("`.`"),
        Rule::dots => Further("`..`"),
        _ => Silent,
    }
}

/// "a, b or c".
fn listed(parts: &[&str]) -> String {
    match parts {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// `text` between backticks, shortened if it is long.
pub(crate) fn quoted(text: &str) -> String {
    const LONGEST: usize = 24;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}
