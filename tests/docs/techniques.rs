//! The pages of techniques: everything that the compiler's tables hold has one, which the index leads to and whose example uses
//! it; and a row in the table of names.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use dlm_compiler::reference;

use super::{Page, ROOT, parts, read, spans, targets};

/// What each page has, in this order.
const SECTIONS: [&str; 5] = ["When", "Formula", "Defaults", "Paper", "Example"];

/// How long a page may be.
const LINES: std::ops::RangeInclusive<usize> = 20..=90;

fn folder() -> PathBuf {
    Path::new(ROOT).join("docs/techniques")
}

/// Every page of a technique, by its name.
fn techniques() -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder()).expect("the folder can be read").map(|entry| entry.expect("it can be read").path());
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    entries.filter(|path| name(path) != "README.md").map(|path| (name(&path), read(&path))).collect()
}

/// The tables and names that a page shows the defaults of.
fn covered(page: &Page) -> Vec<(&str, &str)> {
    let comments = page.prose.iter().filter_map(|line| line.strip_prefix("<!-- defaults ")?.strip_suffix(" -->"));
    let names = comments.filter_map(|comment| comment.split_once(' '));
    names.flat_map(|(table, names)| names.split(' ').map(move |name| (table, name))).collect()
}

/// What is wrong with a page by itself.
fn faults(text: &str) -> Vec<String> {
    let page = parts(text);
    let mut faults = Vec::new();
    if !LINES.contains(&text.lines().count()) {
        faults.push(format!("it has {} lines", text.lines().count()));
    }
    let examples: Vec<&str> =
        page.blocks.iter().filter(|(_, info, _)| info == "dlm").map(|(_, _, source)| source.as_str()).collect();
    if examples.is_empty() {
        faults.push("it has no example".into());
    }
    let covered = covered(&page);
    let sections: Vec<&str> = page.prose.iter().filter_map(|line| line.strip_prefix("## ")).collect();
    if !covered.is_empty() && sections != SECTIONS {
        faults.push(format!("its sections are {sections:?}, not {SECTIONS:?}"));
    }
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    for (_, name) in covered {
        if !examples.iter().any(|source| source.split(|c| !is_part(c)).any(|word| word == name)) {
            faults.push(format!("no example of it uses `{name}`"));
        }
    }
    faults
}

/// The spans in the first cell of each row of the tables under a heading.
fn rows_under<'p>(page: &'p Page, heading: &str) -> Vec<&'p str> {
    let mut lines = page.prose.iter().skip_while(|line| line.strip_prefix("## ") != Some(heading)).skip(1);
    let section = lines.by_ref().take_while(|line| !line.starts_with("## "));
    let cells = section.filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    cells.flat_map(|cell| spans(cell).0).collect()
}

/// The table of names has a section for each table; what settings take is in that of the settings.
fn heading(table: &str) -> Option<String> {
    let (first, rest) = table.split_at(1);
    (table != "records").then(|| first.to_uppercase() + rest)
}

#[test]
fn everything_in_the_tables_has_a_page() {
    let pages = techniques();
    let parsed: Vec<Page> = pages.values().map(|text| parts(text)).collect();
    let covered: Vec<(&str, &str)> = parsed.iter().flat_map(covered).collect();
    let missing: Vec<String> = reference::names()
        .into_iter()
        .filter(|row| !covered.contains(row))
        .map(|(table, name)| {
            format!("no page in docs/techniques has `<!-- defaults {table} {name} -->`, then `<!-- end -->`, under `## Defaults`")
        })
        .collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    let names = reference::names();
    let twice: Vec<_> = names.iter().filter(|row| covered.iter().filter(|other| other == row).count() > 1).collect();
    assert!(twice.is_empty(), "{twice:?} are on several pages");
}

#[test]
fn every_page_is_as_it_should_be_and_in_the_index() {
    let index = read(&folder().join("README.md"));
    let links: Vec<String> = parts(&index).prose.iter().flat_map(|line| targets(line)).collect();
    let mut wrong = Vec::new();
    for (name, text) in techniques() {
        wrong.extend(faults(&text).into_iter().map(|fault| format!("{name}: {fault}")));
        if !links.contains(&name) {
            let title = text.lines().next().unwrap_or_default().trim_start_matches(['#', ' ']);
            wrong.push(format!("{name}: docs/techniques/README.md lacks `[{title}]({name})`"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn everything_in_the_tables_is_in_the_table_of_names() {
    let page = parts(&read(&Path::new(ROOT).join("docs/names.md")));
    let mut wrong = Vec::new();
    let mut tables: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (table, name) in reference::names() {
        if let Some(heading) = heading(table) {
            tables.entry(heading).or_default().push(name);
        }
    }
    for (heading, names) in tables {
        let rows = rows_under(&page, &heading);
        let missing = names.iter().filter(|name| !rows.contains(name));
        let line = |name| format!("no row `{name}` under {heading}: `| `{name}` | PyTorch's name | Keras' name | differences |`");
        wrong.extend(missing.map(line));
        wrong.extend(rows.iter().filter(|row| !names.contains(row)).map(|row| format!("there is no `{row}` among {heading}")));
    }
    assert!(wrong.is_empty(), "docs/names.md:\n{}", wrong.join("\n"));
}

#[test]
fn what_is_missing_is_found() {
    let page = "# a\n\n## When\n## Formula\n## Defaults\n<!-- defaults optimizers adam sgd -->\n<!-- end -->\n## Paper\n## Example\n\
                ```dlm\ntrain A { optimizer = adam; }\n```\n";
    let long = |text: &str| text.to_owned() + &"\n".repeat(20);
    assert_eq!(faults(&long(page)), ["no example of it uses `sgd`"]);
    assert_eq!(faults(&long(&page.replace("adam;", "sgd; // adam"))), [""; 0]);
    assert_eq!(faults(&page.replace("adam;", "sgd; // adam")), ["it has 12 lines"]);
    assert_eq!(faults(&long(&page.replace("## Paper\n", ""))).len(), 2);
    assert_eq!(faults(&long("# a\n")), ["it has no example"]);
    assert_eq!(covered(&parts(page)), [("optimizers", "adam"), ("optimizers", "sgd")]);
    let names = parts("## A\n| b | c |\n|---|---|\n| `d`, `e` | `f` |\n## G\n| `h` | i |\n");
    assert_eq!((rows_under(&names, "A"), rows_under(&names, "G")), (vec!["d", "e"], vec!["h"]));
}
