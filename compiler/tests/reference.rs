//! The pages on the language: what on them is made from the compiler's tables is what the tables say, what is written by hand lacks
//! none of their rows, examples compile, and the settings' defaults are what holds.
//!
//! Between a comment of [`MADE`] and `<!-- end -->` stands what the compiler makes; `DLM_UPDATE_EXPECT=1` writes it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use dlm_compiler::summary::summary;
use dlm_compiler::{check, reference};
use dlm_dsl::expectation;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(page: &str) -> String {
    std::fs::read_to_string(root().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"))
}

/// The README and every page under `docs`, by their paths in the repository.
fn pages() -> Vec<String> {
    let mut pages = vec!["README.md".to_owned()];
    for folder in ["docs", "docs/techniques"] {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".md") {
                pages.push(format!("{folder}/{name}"));
            }
        }
    }
    pages.sort();
    pages
}

/// What a comment asks for, given what stands in it behind its first word.
type Made = fn(&str) -> Result<String, String>;

/// What is made: a table, rows of one with their defaults, the names of a table's rows in a sentence, how many there are.
const MADE: [(&str, Made); 4] = [("table", table), ("defaults", defaults), ("names", reference::named), ("count", count)];

fn table(name: &str) -> Result<String, String> {
    let table = reference::tables().into_iter().find(|(table, _)| *table == name);
    table.map(|(_, text)| format!("\n{text}")).ok_or_else(|| format!("there is no table `{name}`"))
}

fn defaults(what: &str) -> Result<String, String> {
    let (table, names) = what.split_once(' ').ok_or("a table, but no names")?;
    Ok(format!("\n{}", reference::entries(table, &names.split(' ').collect::<Vec<_>>())?))
}

fn count(table: &str) -> Result<String, String> {
    reference::count(table).map(|count| count.to_string())
}

/// A comment that asks for something: its first word, what stands behind that, and where what is made begins and ends.
type Asked<'t> = (&'t str, &'t str, Range<usize>);

/// The comments of a page that ask for something.
fn asked(text: &str) -> Result<Vec<Asked<'_>>, String> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find("<!-- ").map(|start| at + start + 5) {
        at = start;
        let Some(length) = text[start..].find(" -->") else { break };
        let Some((word, what)) = text[start..start + length].split_once(' ') else { continue };
        // Where a page tells of such comments, they stand in code.
        let in_code = text[..start].ends_with("`<!-- ");
        if in_code || !MADE.iter().any(|(made, _)| *made == word) {
            continue;
        }
        let begin = start + length + 4;
        let end = text[begin..].find("<!-- end -->").ok_or_else(|| format!("no end of `{word} {what}`"))? + begin;
        found.push((word, what, begin..end));
        at = end;
    }
    Ok(found)
}

/// A page with what is made as the compiler makes it.
fn filled(text: &str) -> Result<String, String> {
    let (mut out, mut at) = (String::new(), 0);
    for (word, what, place) in asked(text)? {
        let (_, make) = MADE.iter().find(|(made, _)| *made == word).expect("it is one of them");
        out.push_str(&text[at..place.start]);
        out.push_str(&make(what).map_err(|error| format!("`{word} {what}`: {error}"))?);
        at = place.end;
    }
    Ok(out + &text[at..])
}

#[test]
fn what_pages_take_from_the_tables_is_what_they_say() {
    let mut behind = Vec::new();
    for page in pages() {
        let text = read(&page);
        let wanted = filled(&text).unwrap_or_else(|error| panic!("{page}: {error}"));
        if text == wanted {
            continue;
        }
        if expectation::updates() {
            std::fs::write(root().join(&page), wanted).unwrap();
            continue;
        }
        let differs = |(found, wanted): (&str, &str)| (found != wanted).then(|| format!("{page}: `{found}` is to be `{wanted}`"));
        let first = text.lines().zip(wanted.lines()).find_map(differs);
        behind.push(first.unwrap_or_else(|| format!("{page}: it ends too early or too late")));
    }
    assert!(behind.is_empty(), "behind the compiler; run this test with DLM_UPDATE_EXPECT=1:\n{}", behind.join("\n"));
}

#[test]
fn every_table_is_on_one_page() {
    let texts: Vec<String> = pages().iter().map(|page| read(page)).collect();
    let shown: Vec<&str> =
        texts.iter().flat_map(|text| asked(text).unwrap()).filter(|asked| asked.0 == "table").map(|asked| asked.1).collect();
    for (name, _) in reference::tables() {
        let times = shown.iter().filter(|shown| **shown == name).count();
        assert_eq!(times, 1, "pages with `<!-- table {name} -->`");
    }
}

#[test]
fn what_does_not_exist_is_not_made() {
    let made = |what: &str| filled(&format!("a <!-- {what} -->old<!-- end --> b"));
    assert!(made("defaults optimizers adam sgd").is_ok_and(|text| text.contains("`beta1`") && !text.contains("old")));
    assert_eq!(made("names clips"), Ok("a <!-- names clips -->`value`, `norm` and `global_norm`<!-- end --> b".into()));
    assert_eq!(made("count clips"), Ok("a <!-- count clips -->3<!-- end --> b".into()));
    assert_eq!(made("other comments"), Ok("a <!-- other comments -->old<!-- end --> b".into()));
    for wrong in ["defaults optimizers no_such_row", "defaults no_such_table adam", "defaults optimizers", "names no_such_table"]
    {
        assert!(made(wrong).is_err(), "{wrong}");
    }
    assert!(made("count no_such_table").is_err() && made("table no_such_table").is_err());
    assert!(filled("<!-- count clips -->3").is_err_and(|error| error.contains("no end")));
    assert_eq!(filled("as `<!-- count clips -->`"), Ok("as `<!-- count clips -->`".into()));
}

/// Where semantics.md says what the rows of a table compute. Activations are defined by their lines in language.md, optimizers by
/// a table that is made.
const DEFINED: [(&str, &str); 6] = [
    ("layers", "Layers"),
    ("losses", "Losses"),
    ("schedules", "Schedules"),
    ("penalties", "Within a step"),
    ("augmentations", "Augmentation"),
    ("initialisers", "Initial values"),
];

/// What a page says under each heading of the second level.
fn sections(text: &str) -> BTreeMap<&str, &str> {
    text.split("\n## ").skip(1).filter_map(|section| section.split_once('\n')).collect()
}

#[test]
fn semantics_says_what_every_row_computes() {
    let text = read("docs/semantics.md");
    let sections = sections(&text);
    let mut missing = Vec::new();
    for (table, heading) in DEFINED {
        let section = sections.get(heading).unwrap_or_else(|| panic!("docs/semantics.md has no section `{heading}`"));
        for signature in reference::signatures(table) {
            let is_part = |c: char| c.is_alphanumeric() || c == '_';
            if !section.split(|c| !is_part(c)).any(|word| word == signature.name) {
                missing.push(format!("under {heading}: `- **{}**: …`, what it computes: {}", signature.name, signature.doc));
            }
        }
    }
    assert!(missing.is_empty(), "docs/semantics.md lacks lines:\n{}", missing.join("\n"));
}

#[test]
fn the_examples_compile() {
    let text = read("docs/language.md");
    let examples: Vec<&str> = text.split("```dlm\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(examples.len() >= 3, "{}", examples.len());
    for example in examples {
        let (program, diagnostics) = check(example);
        assert!(program.is_some() && diagnostics.is_empty(), "{example}\n{diagnostics:#?}");
    }
}

#[test]
fn the_defaults_of_the_settings_are_what_holds() {
    let (program, _) = check("model Net { input x: f32[4]; dense(3); output y: class[3]; }");
    let settings = summary(&program.unwrap().models[0].units[0]).settings;
    let tables = reference::tables();
    let (_, table) = tables.iter().find(|(name, _)| *name == "settings").unwrap();
    let mut compared = 0;
    for row in table.lines().skip(2) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let (key, default) = (cells[0].trim_matches('`'), cells[2]);
        let held = settings.iter().find(|setting| setting.key == key).map(|setting| setting.value.as_str());
        match default.strip_prefix('`').and_then(|default| default.strip_suffix('`')) {
            // A default may be written without the arguments that have defaults themselves.
            Some(default) => {
                let name = held.unwrap_or_else(|| panic!("`{key}` has no value"));
                assert!(name == default || name.split('(').next() == Some(default), "{key}: {name} is not {default}");
                compared += 1;
            }
            None => match held {
                None => {}
                Some("none") => assert!(default.contains("none"), "{key}: {default}"),
                Some(value) => assert!(
                    default.starts_with(|first: char| first.is_ascii_digit()) && value == default || key == "loss",
                    "{key}: {value} is not {default}"
                ),
            },
        }
    }
    assert!(compared > 5, "{compared}");
}
