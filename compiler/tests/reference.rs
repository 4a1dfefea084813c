//! The reference: its tables are those of the compiler, its examples compile, and its settings' defaults are what holds.

use std::path::{Path, PathBuf};

use dlm_compiler::summary::summary;
use dlm_compiler::{check, reference};

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/language.md")
}

/// `text` with what stands between `<!-- table NAME -->` and `<!-- end -->` replaced by the tables.
fn with_tables(text: &str) -> String {
    let mut out = String::new();
    let mut tables = reference::tables();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<!-- table ") {
        let (name, after) = after.split_once(" -->\n").expect("a name and the end of the comment");
        let (_, after) = after.split_once("<!-- end -->").expect("an end to each table");
        let at = tables.iter().position(|(table, _)| *table == name).unwrap_or_else(|| panic!("no table `{name}`, or twice"));
        out.push_str(&format!("{before}<!-- table {name} -->\n{}<!-- end -->", tables.remove(at).1));
        rest = after;
    }
    assert!(tables.is_empty(), "not in the reference: {:?}", tables.iter().map(|(name, _)| name).collect::<Vec<_>>());
    out + rest
}

#[test]
fn the_tables_are_the_compilers() {
    let text = std::fs::read_to_string(path()).unwrap();
    let wanted = with_tables(&text);
    if std::env::var("DLM_UPDATE_EXPECT").is_ok_and(|value| value == "1") {
        std::fs::write(path(), wanted).unwrap();
        return;
    }
    assert!(text == wanted, "docs/language.md is behind the compiler; run this test with DLM_UPDATE_EXPECT=1");
}

/// `text` with what stands between `<!-- defaults TABLE NAME … -->` and `<!-- end -->` replaced by those rows.
fn with_defaults(text: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<!-- defaults ") {
        let (what, after) = after.split_once(" -->\n").ok_or("no end of a comment")?;
        let (_, after) = after.split_once("<!-- end -->").ok_or("a list without an end")?;
        let (table, names) = what.split_once(' ').ok_or("no names")?;
        let names: Vec<&str> = names.split(' ').collect();
        out.push_str(&format!("{before}<!-- defaults {what} -->\n{}<!-- end -->", reference::entries(table, &names)?));
        rest = after;
    }
    Ok(out + rest)
}

#[test]
fn the_defaults_on_the_pages_of_techniques_are_the_compilers() {
    let mut behind = Vec::new();
    for entry in std::fs::read_dir(path().with_file_name("techniques")).unwrap() {
        let page = entry.unwrap().path();
        let text = std::fs::read_to_string(&page).unwrap();
        let wanted = with_defaults(&text).unwrap_or_else(|error| panic!("{}: {error}", page.display()));
        if text == wanted {
            continue;
        }
        if std::env::var("DLM_UPDATE_EXPECT").is_ok_and(|value| value == "1") {
            std::fs::write(&page, wanted).unwrap();
        } else {
            behind.push(page.display().to_string());
        }
    }
    assert!(behind.is_empty(), "behind the compiler; run this test with DLM_UPDATE_EXPECT=1:\n{}", behind.join("\n"));
}

#[test]
fn what_does_not_exist_has_no_defaults() {
    assert!(with_defaults("<!-- defaults optimizers adam sgd -->\n<!-- end -->").is_ok_and(|text| text.contains("`beta1`")));
    for wrong in ["optimizers lion", "ovens adam", "optimizers"] {
        assert!(with_defaults(&format!("<!-- defaults {wrong} -->\n<!-- end -->")).is_err(), "{wrong}");
    }
}

#[test]
fn the_examples_compile() {
    let text = std::fs::read_to_string(path()).unwrap();
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
