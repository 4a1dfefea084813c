//! From what a column of classes holds to indices.

use std::collections::HashMap;

use super::cells::{PAIRS, is_missing};
use super::class_names::{called, is_like, number};
use super::dataset::class_count;
use crate::error::{Error, list};
use crate::shape;
use crate::spec::{OutputKind, OutputSpec};

/// The cells of one column of classes, each different text once.
#[derive(Debug, Default)]
pub(super) struct ClassColumn {
    numbers: HashMap<String, usize>,
    texts: Vec<Text>,
    /// For each row which text it holds.
    rows: Vec<usize>,
}

#[derive(Debug)]
struct Text {
    text: String,
    /// The line that holds it first.
    line: u64,
}

/// A text that is none of the classes it has to be one of.
#[derive(Debug)]
pub(super) struct Unknown {
    pub(super) text: String,
    pub(super) line: u64,
}

impl ClassColumn {
    /// The next row's cell.
    pub(super) fn push(&mut self, cell: &str, line: u64) {
        let number = match self.numbers.get(cell) {
            Some(number) => *number,
            None => {
                self.numbers.insert(cell.to_owned(), self.texts.len());
                self.texts.push(Text { text: cell.to_owned(), line });
                self.texts.len() - 1
            }
        };
        self.rows.push(number);
    }

    /// How many different texts there are.
    pub(super) fn texts(&self) -> usize {
        self.texts.len()
    }

    /// Each row's class by its index among `names`, which are equal as texts or as numbers.
    pub(super) fn among(&self, names: &[String]) -> Result<Vec<f32>, Unknown> {
        let numbers: Option<Vec<f64>> = names.iter().map(|name| number(name)).collect();
        let find = |Text { text, line }: &Text| {
            let as_number = || number(text).and_then(|value| numbers.as_ref()?.iter().position(|number| *number == value));
            let found = names.iter().position(|name| name == text).or_else(as_number);
            found.ok_or_else(|| Unknown { text: text.clone(), line: *line })
        };
        let indices: Vec<usize> = self.texts.iter().map(find).collect::<Result<_, _>>()?;
        Ok(self.rows.iter().map(|text| indices[*text] as f32).collect())
    }

    /// The names of an output's classes: if all are numbers, in their order, else as sorted texts. Where all are indices of
    /// classes, each means itself, also if not every class occurs. Of a yes or no the second is yes: what the recipe says, else
    /// by meaning.
    ///
    /// # Errors
    /// If there are more or fewer than the output has, or two of which nothing says which is yes. `column` is how messages call
    /// the column.
    pub(super) fn names(&self, output: &OutputSpec, column: &str) -> Result<Vec<String>, Error> {
        let classes = class_count(output.kind).unwrap_or_default();
        let numbers: Option<Vec<f64>> = self.texts.iter().map(|text| number(&text.text)).collect();
        let names: Vec<String> = match numbers {
            Some(numbers) if numbers.iter().all(|number| is_index(*number, classes)) => {
                (0..classes).map(|class| class.to_string()).collect()
            }
            Some(mut numbers) => {
                numbers.sort_unstable_by(f64::total_cmp);
                numbers.dedup();
                numbers.iter().map(f64::to_string).collect()
            }
            None => {
                let mut texts: Vec<String> = self.texts.iter().map(|text| text.text.clone()).collect();
                texts.sort_unstable();
                texts
            }
        };
        if let (OutputKind::Binary, [one, other]) = (output.kind, names.as_slice()) {
            return no_and_yes(one, other, output, column);
        }
        if names.len() == classes {
            return Ok(names);
        }
        let (found, shown) = (shape::count(names.len(), "class"), list(&names, 8));
        let (kind, help) = match output.kind {
            OutputKind::Class(_) => {
                (format!("class[{classes}]"), format!("write `output {}: class[{}]`", output.name, names.len()))
            }
            _ => ("binary".to_owned(), format!("for several classes write `output {}: class[{}]`", output.name, names.len())),
        };
        let message = format!("{column} holds {found} ({shown}), but output `{}` is {kind}", output.name);
        Err(Error::Classes { path: None, message, help: (names.len() > 1).then_some(help) })
    }
}

/// What means no and yes and is no word; numbers by their value.
const SIGNS: [(&str, &str); 3] = [("-", "+"), ("0", "1"), ("-1", "1")];

/// Two classes, no first.
fn no_and_yes(one: &str, other: &str, output: &OutputSpec, column: &str) -> Result<Vec<String>, Error> {
    let named = |no: &str, yes: &str| Ok(vec![no.to_owned(), yes.to_owned()]);
    let failed = |message: String, help: String| Err(Error::Classes { path: None, message, help: Some(help) });
    let name = output.name;
    let is = |(no, yes): &(&str, &str)| is_like(one, no) && is_like(other, yes);
    let is_turned = |(no, yes): &(&str, &str)| is_like(one, yes) && is_like(other, no);
    let mut pairs = PAIRS.iter().chain(&SIGNS);
    let meant = pairs.find_map(|pair| if is(pair) { Some((one, other)) } else { is_turned(pair).then_some((other, one)) });
    // Two texts are not always no and yes: one of them says that there is no value, or numbers between them would have a meaning.
    let is_fraction = |text: &str| text.parse::<f64>().is_ok_and(|number| number.fract() != 0.0);
    let no_pair = match (meant, [one, other]) {
        (None, texts) if texts.into_iter().any(is_missing) => Some("a missing value is no class: remove its rows".to_owned()),
        (None, texts) if texts.into_iter().any(is_fraction) => {
            Some(format!("shares between no and yes are numbers: write `output {name}: f32[1]`, or give 0 and 1"))
        }
        _ => None,
    };
    if let Some(help) = no_pair {
        let message =
            format!("{column} holds `{one}` and `{other}`, which are no pair of classes, but output `{name}` is binary");
        return failed(message, help);
    }
    match (output.yes, meant) {
        (Some(yes), _) => match called([one, other], yes) {
            Some(0) => named(other, one),
            Some(_) => named(one, other),
            None => failed(
                format!("{column} holds `{one}` and `{other}`, and the recipe says that `{yes}` is yes of output `{name}`"),
                format!("write `yes = {other:?}` or `yes = {one:?}`"),
            ),
        },
        (None, Some((no, yes))) => named(no, yes),
        (None, None) => failed(
            format!("{column} holds `{one}` and `{other}`, and nothing says which of them is yes of output `{name}`"),
            format!("say it in the recipe: `yes = {other:?}`, with several outputs `yes = ({name} = {other:?})`"),
        ),
    }
}

fn is_index(number: f64, classes: usize) -> bool {
    number >= 0.0 && number.fract() == 0.0 && number < classes as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(cells: &[&str]) -> ClassColumn {
        let mut column = ClassColumn::default();
        cells.iter().zip(2..).for_each(|(cell, line)| column.push(cell, line));
        column
    }

    fn output(kind: OutputKind) -> OutputSpec {
        OutputSpec { name: "kind", kind, loss: "cross_entropy", ..OutputSpec::EMPTY }
    }

    /// The names found in a column, and the rows' indices among them.
    fn read(kind: OutputKind, cells: &[&str]) -> (Vec<String>, Vec<f32>) {
        let column = column(cells);
        let names = column.names(&output(kind), "column `kind`").unwrap();
        let indices = column.among(&names).unwrap();
        (names, indices)
    }

    #[test]
    fn texts_are_sorted() {
        let (names, indices) = read(OutputKind::Class(3), &["b", "c", "a", "b", "10"].map(|c| if c == "10" { "a" } else { c }));
        assert_eq!((names.join(" "), indices), ("a b c".to_owned(), vec![1.0, 2.0, 0.0, 1.0, 0.0]));
    }

    #[test]
    fn numbers_are_sorted_as_numbers_and_equal_ones_are_one_class() {
        let (names, indices) = read(OutputKind::Class(3), &["10", "9", "-0.5", "10.0", "1e1"]);
        assert_eq!((names.join(" "), indices), ("-0.5 9 10".to_owned(), vec![2.0, 1.0, 0.0, 2.0, 2.0]));
        let (names, indices) = read(OutputKind::Binary, &["1", "-1", "1"]);
        assert_eq!((names.join(" "), indices), ("-1 1".to_owned(), vec![1.0, 0.0, 1.0]));
    }

    #[test]
    fn indices_mean_themselves_even_if_some_are_missing() {
        let (names, indices) = read(OutputKind::Class(4), &["3", "0", "-0", "1.0"]);
        assert_eq!((names.join(" "), indices), ("0 1 2 3".to_owned(), vec![3.0, 0.0, 0.0, 1.0]));
    }

    #[test]
    fn yes_is_known_by_its_meaning_in_any_case() {
        for cells in [
            ["no", "Yes"],
            ["false", "True"],
            ["FALSE", "TRUE"],
            ["n", "Y"],
            ["F", "t"],
            ["negative", "Positive"],
            ["neg", "POS"],
            ["-", "+"],
            ["Off", "on"],
            ["absent", "present"],
            ["0", "1"],
            ["0.0", "1.0"],
            ["-1", "1"],
        ] {
            let [no, yes] = cells;
            for cells in [[no, yes], [yes, no]] {
                let (names, indices) = read(OutputKind::Binary, &cells);
                let expected = if cells[0] == no { [0.0, 1.0] } else { [1.0, 0.0] };
                assert_eq!(indices, expected, "{cells:?}: {names:?}");
            }
        }
        // Where one alone occurs, indices still mean themselves.
        assert_eq!(read(OutputKind::Binary, &["1", "1"]).1, [1.0, 1.0]);
    }

    #[test]
    fn yes_is_what_the_recipe_says_else_nothing_is_guessed() {
        let names = |cells: &[&str], yes| {
            let output = OutputSpec { yes, ..output(OutputKind::Binary) };
            column(cells).names(&output, "column `kind`")
        };
        assert_eq!(names(&["male", "female"], Some("female")).unwrap(), ["male", "female"]);
        assert_eq!(names(&["male", "female"], Some("male")).unwrap(), ["female", "male"]);
        assert_eq!(names(&["Male", "female"], Some("male")).unwrap(), ["female", "Male"]);
        assert_eq!(names(&["a", "A"], Some("a")).unwrap(), ["A", "a"]);
        assert_eq!(names(&["1", "2"], Some("1.0")).unwrap(), ["2", "1"]);
        // What is said goes before what is meant.
        assert_eq!(names(&["yes", "no"], Some("no")).unwrap(), ["yes", "no"]);
        let said = |cells: &[&str], yes| {
            let error = names(cells, yes).unwrap_err();
            (error.to_string(), error.help().unwrap())
        };
        let (message, help) = said(&["male", "female"], None);
        assert_eq!(message, "column `kind` holds `female` and `male`, and nothing says which of them is yes of output `kind`");
        assert_eq!(help, "say it in the recipe: `yes = \"male\"`, with several outputs `yes = (kind = \"male\")`");
        assert!(said(&["1", "2"], None).0.contains("nothing says which of them is yes"));
        // What is no pair of classes is none whatever the recipe says, and nothing else is advised.
        for (cells, help) in [
            (["yes", "NA"], "a missing value is no class: remove its rows"),
            (["-", "x"], "a missing value is no class: remove its rows"),
            (["0", "0.5"], "shares between no and yes are numbers: write `output kind: f32[1]`, or give 0 and 1"),
        ] {
            for yes in [None, Some(cells[0]), Some(cells[1])] {
                let (message, advice) = said(&cells, yes);
                assert!(message.contains("which are no pair of classes"), "{message}");
                assert_eq!(advice, help);
            }
        }
        let (message, _) = said(&["male", "female"], Some("man"));
        assert_eq!(message, "column `kind` holds `female` and `male`, and the recipe says that `man` is yes of output `kind`");
    }

    #[test]
    fn codes_are_names() {
        let (names, indices) = read(OutputKind::Class(3), &["1", "01", "10", "01"]);
        assert_eq!((names.join(" "), indices), ("01 1 10".to_owned(), vec![1.0, 0.0, 2.0, 0.0]));
        let (names, _) = read(OutputKind::Class(2), &["01234", "1234"]);
        assert_eq!(names, ["01234", "1234"]);
        let unknown = column(&["1"]).among(&["01".to_owned(), "02".to_owned()]).unwrap_err();
        assert_eq!(unknown.text, "1");
    }

    #[test]
    fn one_text_makes_all_of_them_texts() {
        let (names, _) = read(OutputKind::Class(3), &["10", "9", "nan"]);
        assert_eq!(names, ["10", "9", "nan"]);
    }

    #[test]
    fn a_wrong_number_of_classes_is_named_with_a_way_out() {
        let error = column(&["a", "b", "c"]).names(&output(OutputKind::Class(2)), "column `kind`").unwrap_err();
        assert_eq!(error.to_string(), "column `kind` holds 3 classes (`a`, `b`, `c`), but output `kind` is class[2]");
        assert_eq!(error.help().unwrap(), "write `output kind: class[3]`");
        let error = column(&["a", "b", "c"]).names(&output(OutputKind::Binary), "column `kind`").unwrap_err();
        assert!(error.to_string().ends_with("is binary"), "{error}");
        assert_eq!(error.code(), "E306");
    }

    #[test]
    fn known_names_are_found_as_texts_and_as_numbers() {
        let names = ["1", "2"].map(str::to_owned);
        assert_eq!(column(&["2.0", "1", "2"]).among(&names).unwrap(), [1.0, 0.0, 1.0]);
        let unknown = column(&["2", "3", "3"]).among(&names).unwrap_err();
        assert_eq!((unknown.text.as_str(), unknown.line), ("3", 3));
    }
}
