//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

/// The language for neural networks: checks, trains and runs `.dlm` files.
#[derive(Debug, Parser)]
#[command(name = "dlm", version, arg_required_else_help = true, after_help = AFTER_HELP)]
pub struct Arguments {
    /// How diagnostics and results are written: text for people, json for tools, one object a line
    #[arg(long, global = true, value_enum, default_value_t = Format::Text, help_heading = OUTPUT, display_order = 900)]
    #[arg(value_name = "text|json", hide_possible_values = true)]
    pub format: Format,
    /// Whether to colour what is written; auto: if it goes to a terminal, and NO_COLOR is not set
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, help_heading = OUTPUT, display_order = 901)]
    #[arg(value_name = "auto|always|never", hide_possible_values = true)]
    pub color: Color,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the options that every command has stand under.
const OUTPUT: &str = "What is printed";

const AFTER_HELP: &str = "\
Exit codes: 0 done; 1 errors were found or it failed; 2 wrong usage; 130, 143, 129 ended by Ctrl-C, SIGTERM or SIGHUP (what was
learned is saved).
A FILE of `-` is the standard input. `dlm explain CODE` explains an error or warning.
Still to come: new, resume, lr-find, sweep, runs, export.

Environment: DLM_THREADS (threads where --threads is not given, default 1), DLM_CACHE (folder of compiled models),
DLM_MAX_DATA (the most memory that the values of a file may take, default 2G), RUSTC (the Rust compiler), NO_COLOR.";

/// Reads the command line, the program's name first. Whether it is coloured what is wrong with it, it says itself.
///
/// # Errors
/// What is to be printed in place of doing something: help, the version, or what is wrong.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Arguments, clap::Error> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let matches = Arguments::command().color(color_choice(&arguments)).try_get_matches_from(arguments)?;
    Arguments::from_arg_matches(&matches)
}

/// What `--color` says, before anything is known to be right. Terminals and `NO_COLOR` clap looks at itself.
fn color_choice(arguments: &[OsString]) -> ColorChoice {
    let texts: Vec<&str> = arguments.iter().map(|argument| argument.to_str().unwrap_or_default()).collect();
    let after = |index: usize| texts.get(index + 1).copied().unwrap_or_default();
    let mut given = texts.iter().enumerate().filter_map(|(index, text)| match *text {
        "--color" => Some(after(index)),
        _ => text.strip_prefix("--color="),
    });
    match given.next_back() {
        Some("always") => ColorChoice::Always,
        Some("never") => ColorChoice::Never,
        _ => ColorChoice::Auto,
    }
}

/// How things are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For tools
    Json,
}

/// Whether to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// If it goes to a terminal
    Auto,
    /// Whatever it goes to
    Always,
    /// Not
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say everything that is wrong with files
    Check(Check),
    /// Write files in their canonical form
    Fmt(Fmt),
    /// Show layers, shapes, parameters, cost and the recipe with its defaults
    Summary(Selection),
    /// Show a stage of the compiler
    Emit(Emit),
    /// Explain the code of an error or warning; without one list them all
    Explain(Explain),
    /// Compile a file ahead of time and train it
    Train(Train),
    /// Score weights on data
    Eval(Eval),
    /// Predict from the rows of a CSV file
    Predict(Predict),
    /// Time the compiled training step and prediction on synthetic data
    Bench(Bench),
    /// Make a page of a training's log: curves, and where gradients went
    Report(Report),
    #[command(hide = true)]
    /// Planned
    New(Planned),
    #[command(hide = true)]
    /// Planned
    Resume(Planned),
    #[command(hide = true)]
    /// Planned
    LrFind(Planned),
    #[command(hide = true)]
    /// Planned
    Sweep(Planned),
    #[command(hide = true)]
    /// Planned
    Runs(Planned),
    #[command(hide = true)]
    /// Planned
    Export(Planned),
}

/// A `.dlm` file and what of it is meant.
#[derive(Args, Clone, Debug)]
pub struct Selection {
    /// The .dlm file; `-` is the standard input
    #[arg(value_name = "FILE.dlm")]
    pub file: PathBuf,
    /// The model, if the file has several
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// The recipe; by default the model's first
    #[arg(long, value_name = "NAME")]
    pub recipe: Option<String>,
    /// Replaces a value of the recipe, such as `optimizer.lr=0.01`; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = setting)]
    pub set: Vec<(String, String)>,
}

/// The arguments of `dlm check`.
#[derive(Args, Debug)]
pub struct Check {
    /// The .dlm files
    #[arg(required = true, value_name = "FILE.dlm")]
    pub files: Vec<PathBuf>,
}

/// The arguments of `dlm fmt`.
#[derive(Args, Debug)]
pub struct Fmt {
    /// The .dlm files; `-` formats the standard input to the standard output
    #[arg(required = true, value_name = "FILE.dlm")]
    pub files: Vec<PathBuf>,
    /// Change nothing; name the files that are not in canonical form, and fail if there are any
    #[arg(long)]
    pub check: bool,
}

/// The arguments of `dlm emit`.
#[derive(Args, Debug)]
pub struct Emit {
    /// What of the file.
    #[command(flatten)]
    pub selection: Selection,
    /// Which stage
    #[arg(long, value_enum, value_name = "STAGE")]
    pub stage: Stage,
}

/// A stage of the compiler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Stage {
    /// The syntax tree, with places
    Ast,
    /// The checked network, every name and shape known
    Graph,
    /// A training step as operations on whole tensors
    TrainGraph,
    /// The loops that run, what each fuses, and where buffers lie
    Plan,
    /// The Rust code
    Rust,
}

/// The arguments of `dlm explain`.
#[derive(Args, Debug)]
pub struct Explain {
    /// A code, such as E012 or W007
    pub code: Option<String>,
}

/// The arguments of `dlm train`.
#[derive(Args, Debug)]
pub struct Train {
    /// What of the file.
    #[command(flatten)]
    pub selection: Selection,
    /// Where data comes from instead of the recipe's: `csv("x.csv", label = "y")`, relative to the working folder
    #[arg(long, value_name = "SOURCE")]
    pub data: Option<String>,
    /// A weights file to begin with
    #[arg(long, value_name = "WEIGHTS")]
    pub weights: Option<PathBuf>,
    /// Epochs instead of the recipe's
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true, value_parser = whole)]
    pub epochs: Option<i128>,
    /// The seed instead of the recipe's: of initial weights, order, augmentation and dropout (not of the split)
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true, value_parser = whole)]
    pub seed: Option<i128>,
    /// Threads, at most as many as there are cores; the results do not depend on them
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true, value_parser = threads)]
    pub threads: Option<u16>,
    /// The folder of the results; what an earlier training left there is replaced. Default: runs/<file's stem>, or with a
    /// number behind it if that is there
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Where the log goes instead of DIR/log.jsonl: JSON, a line an epoch; what is there is replaced
    #[arg(long, value_name = "LOG.jsonl")]
    pub log: Option<PathBuf>,
    /// Measure activations, gradients and updates, and say what they tell; as `watch = signals` in the recipe
    #[arg(long)]
    pub watch: bool,
    /// Say nothing unless something goes wrong
    #[arg(long, short)]
    pub quiet: bool,
}

/// The arguments of `dlm eval`.
#[derive(Args, Debug)]
pub struct Eval {
    /// What of the file.
    #[command(flatten)]
    pub selection: Selection,
    /// The weights file
    #[arg(long, value_name = "WEIGHTS")]
    pub weights: PathBuf,
    /// Where data comes from instead of the recipe's sources, relative to the working folder; the recipe's split applies
    #[arg(long, value_name = "SOURCE")]
    pub data: Option<String>,
    /// The part of the data; default: test if there is such a part, else all
    #[arg(long, value_enum)]
    pub part: Option<Part>,
    /// Threads
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true, value_parser = threads)]
    pub threads: Option<u16>,
}

/// A part of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// What is held back for the end
    Test,
    /// What each epoch is measured on
    Validation,
    /// What is learned from
    Train,
    /// All rows
    All,
}

/// The arguments of `dlm predict`.
#[derive(Args, Debug)]
pub struct Predict {
    /// What of the file.
    #[command(flatten)]
    pub selection: Selection,
    /// The weights file
    #[arg(long, value_name = "WEIGHTS")]
    pub weights: PathBuf,
    /// The rows to predict from; a label column is ignored
    #[arg(value_name = "INPUT.csv")]
    pub input: PathBuf,
    /// Whether its first line names the columns; default: as the recipe says, else it does unless it may be a row
    #[arg(long, value_name = "true|false", action = clap::ArgAction::Set)]
    pub header: Option<bool>,
    /// What separates its columns; default: as the recipe says, else a comma
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter)]
    pub delimiter: Option<char>,
    /// Where predictions go; `-`, the default, is the standard output
    #[arg(long, short, value_name = "OUTPUT.csv")]
    pub output: Option<PathBuf>,
    /// Threads
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true, value_parser = threads)]
    pub threads: Option<u16>,
}

/// One character; a tab can be written `\\t`, as in a `.dlm` file.
fn delimiter(text: &str) -> Result<char, String> {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        _ if text == "\\t" => Ok('\t'),
        (Some(only), None) if only.is_ascii() && !matches!(only, '"' | '\n' | '\r') => Ok(only),
        _ => Err("one ASCII character that is no quote or line break".to_owned()),
    }
}

/// The arguments of `dlm bench`.
#[derive(Args, Debug)]
pub struct Bench {
    /// What of the file.
    #[command(flatten)]
    pub selection: Selection,
    /// Threads
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true, value_parser = threads)]
    pub threads: Option<u16>,
    /// Print one line of JSON, as the peers' benchmarks do
    #[arg(long)]
    pub json: bool,
    /// How long to time the training step; epochs get as long, each prediction half of it
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true, default_value_t = 2.0, value_parser = seconds)]
    pub seconds: f64,
}

/// The arguments of `dlm report`.
#[derive(Args, Debug)]
pub struct Report {
    /// The folder of a training, such as runs/digits, or its log
    #[arg(value_name = "RUN")]
    pub run: PathBuf,
    /// Another training, to compare with
    #[arg(value_name = "OTHER")]
    pub other: Option<PathBuf>,
    /// Where the page goes, replacing what is there; default: report.html beside the log, comparison.html for two; `-` is the
    /// standard output
    #[arg(long, short, value_name = "FILE.html")]
    pub output: Option<PathBuf>,
}

/// The arguments of a command that is still to come: any.
#[derive(Args, Debug)]
pub struct Planned {
    /// Whatever was written
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    pub rest: Vec<std::ffi::OsString>,
}

fn setting(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=').map(|(key, value)| (key.trim(), value.trim()));
    match parts {
        Some((key, value)) if !key.is_empty() && !value.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE, such as `optimizer.lr=0.01`".to_owned()),
    }
}

fn whole(text: &str) -> Result<i128, String> {
    text.parse().map_err(|_| "expected a whole number".to_owned())
}

fn threads(text: &str) -> Result<u16, String> {
    // How many can be is said by the command, with what the environment asks for.
    whole(text)?.try_into().map_err(|_| "expected a whole number from 1 to 1024".to_owned())
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse().ok().filter(|seconds| (0.001..=3600.0).contains(seconds));
    seconds.ok_or_else(|| "expected a number of seconds from 0.001 to 3600".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn whether_to_colour_is_seen_before_the_rest_is_read() {
        let choice = |arguments: &[&str]| color_choice(&arguments.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(choice(&["dlm", "--color", "never", "chekc"]), ColorChoice::Never);
        assert_eq!(choice(&["dlm", "check", "--color=always"]), ColorChoice::Always);
        assert_eq!(choice(&["dlm", "check", "--color=never", "--color", "always"]), ColorChoice::Always);
        assert_eq!([choice(&["dlm", "check", "--color"]), choice(&["dlm"])], [ColorChoice::Auto; 2]);
    }

    #[test]
    fn a_setting_is_split_at_its_first_equals_sign() {
        let expected = ("data".to_owned(), "csv(\"x.csv\", label = \"y\")".to_owned());
        assert_eq!(setting("data=csv(\"x.csv\", label = \"y\")"), Ok(expected));
        for wrong in ["", "epochs", "=3", "epochs="] {
            assert!(setting(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn seconds_are_positive_and_finite() {
        assert_eq!(seconds("0.5"), Ok(0.5));
        for wrong in ["0", "-1", "NaN", "inf", "two"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
