//! The pages in markdown: what they link to is there, the files that they name are there, and their examples check.

#[path = "docs/techniques.rs"]
mod techniques;

use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Folders of other people's files, and of what is made rather than written.
const SKIPPED: &[&str] = &["target", "node_modules", "runs"];

/// Every page of the repository.
fn pages() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::from(ROOT)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("the folder can be read") {
            let path = entry.expect("the folder can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() && !name.starts_with('.') && !SKIPPED.contains(&name.as_str()) {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The pages on the language: those under `docs`, and the README.
fn manual() -> Vec<PathBuf> {
    let root = Path::new(ROOT);
    pages().into_iter().filter(|page| page.starts_with(root.join("docs")) || *page == root.join("README.md")).collect()
}

fn read(page: &Path) -> String {
    fs::read_to_string(page).unwrap_or_else(|error| panic!("{}: {error}", page.display()))
}

/// A page in parts.
#[derive(Default)]
struct Page {
    /// The lines outside of code blocks.
    prose: Vec<String>,
    /// The code blocks: the line of each, what stands after its fence, and its text.
    blocks: Vec<(usize, String, String)>,
}

fn parts(text: &str) -> Page {
    let mut page = Page::default();
    let mut inside = false;
    for (index, line) in text.lines().enumerate() {
        if let Some(info) = line.trim_start().strip_prefix("```") {
            inside = !inside;
            if inside {
                page.blocks.push((index + 1, info.trim().to_owned(), String::new()));
            }
        } else if inside && let Some((_, _, block)) = page.blocks.last_mut() {
            block.push_str(line);
            block.push('\n');
        } else {
            page.prose.push(line.to_owned());
        }
    }
    page
}

/// The code spans of a line, and the line without them.
fn spans(line: &str) -> (Vec<&str>, String) {
    let pieces: Vec<&str> = line.split('`').collect();
    let code = pieces.iter().skip(1).step_by(2).copied().collect();
    (code, pieces.into_iter().step_by(2).collect::<Vec<_>>().join("`"))
}

/// What the links of a line lead to.
fn targets(line: &str) -> Vec<String> {
    let (_, plain) = spans(line);
    let ends = plain.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    ends.map(|target| target.trim().to_owned()).collect()
}

/// The names by which a page's headings can be linked to.
fn anchors(prose: &[String]) -> Vec<String> {
    let headings =
        prose.iter().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim().to_lowercase());
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    headings.map(|heading| heading.chars().filter(kept).collect::<String>().replace(' ', "-")).collect()
}

/// What is wrong with a link of `page`; nothing if it leads to another site or to a file, and a heading in it, that are there.
fn broken(page: &Path, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let file = if path.is_empty() { page.to_owned() } else { page.parent().unwrap_or(page).join(path) };
    if !file.exists() {
        return Some(format!("{}: no file for the link `{target}`", page.display()));
    }
    let is_page = file.extension().is_some_and(|extension| extension == "md");
    let missing = is_page && !anchor.is_empty() && !anchors(&parts(&read(&file)).prose).iter().any(|known| known == anchor);
    missing.then(|| format!("{}: no heading for the link `{target}`", page.display()))
}

/// The file or folder of the repository that a code span names, if it is one.
fn named(span: &str) -> Option<&str> {
    let path = span.split("::").next().unwrap_or(span);
    let (room, rest) = path.split_once('/')?;
    let rooms = ["benches", "cli", "compiler", "docs", "dsl", "examples", "kernels", "macros", "runtime", "src", "tests"];
    let plain = rest.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'));
    (rooms.contains(&room) && plain).then_some(path)
}

#[test]
fn links_lead_somewhere() {
    let (mut wrong, mut links) = (Vec::new(), 0);
    for page in pages() {
        for target in parts(&read(&page)).prose.iter().flat_map(|line| targets(line)) {
            wrong.extend(broken(&page, &target));
            links += 1;
        }
    }
    assert!(links >= 5, "only {links} links are found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn named_files_are_there() {
    let (mut wrong, mut names) = (Vec::new(), 0);
    for page in manual() {
        for line in parts(&read(&page)).prose {
            for path in spans(&line).0.into_iter().filter_map(named) {
                names += 1;
                if !Path::new(ROOT).join(path).exists() {
                    wrong.push(format!("{}: there is no `{path}`", page.display()));
                }
            }
        }
    }
    assert!(names >= 20, "only {names} files are named");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Blocks marked `dlm` are whole files; parts of one are marked `dlm,fragment`.
#[test]
fn examples_check() {
    let (mut wrong, mut checked) = (String::new(), 0);
    for page in manual() {
        for (line, info, source) in parts(&read(&page)).blocks {
            assert!(info == "dlm" || info == "dlm,fragment" || !info.starts_with("dlm"), "{}:{line}: `{info}`", page.display());
            if info != "dlm" {
                continue;
            }
            let (program, diagnostics) = dlm_compiler::check(&source);
            let place = format!("{}:{line}", page.display());
            // Lints too: what a page shows is copied.
            let found: String = diagnostics.iter().map(|diagnostic| dlm_dsl::plain::text(diagnostic, &source, &place)).collect();
            if program.is_none() || !found.is_empty() {
                wrong.push_str(&found);
            }
            checked += 1;
        }
    }
    assert!(checked >= 40, "only {checked} examples are found");
    assert!(wrong.is_empty(), "{wrong}");
}

/// A block in its canonical form: a file, or statements or settings alone. Nothing where it cannot be read.
fn canonical(block: &str) -> Option<String> {
    let inside = |head: &str| {
        let formatted = dlm_dsl::format(&format!("{head} {{\n{block}}}\n")).ok()?;
        let lines: Vec<&str> = formatted.lines().collect();
        let body = lines.get(1..lines.len() - 1)?.iter().map(|line| format!("{}\n", line.strip_prefix("    ").unwrap_or(line)));
        Some(body.collect::<String>())
    };
    dlm_dsl::format(block).ok().or_else(|| inside("model M")).or_else(|| inside("train M"))
}

/// What is shown is copied, and `dlm fmt` then leaves it as it is. What cannot be read is shown on the pages of syntax errors alone.
#[test]
fn examples_are_in_canonical_form() {
    let (mut wrong, mut checked) = (Vec::new(), 0);
    for page in pages() {
        let name = page.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = read(&page);
        let right = text.lines().position(|line| line == "## Right").unwrap_or_default();
        for (line, info, block) in parts(&text).blocks {
            let unreadable = page.starts_with(Path::new(ROOT).join("dsl/codes")) && name.starts_with("E0") && line < right;
            if !info.starts_with("dlm") || unreadable {
                continue;
            }
            match canonical(&block) {
                Some(canonical) if canonical == block => {}
                Some(canonical) => wrong.push(format!("{}:{line} should be\n{canonical}", page.display())),
                None => wrong.push(format!("{}:{line} cannot be read", page.display())),
            }
            checked += 1;
        }
    }
    assert!(checked >= 200, "only {checked} examples are found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_looked_for_is_found() {
    let page = Path::new(ROOT).join("docs/language.md");
    let line = "[a](models.md#x), `[b](c)` and [`d`](../docs/language.md#what-is-planned) or [e](https://f.g/h)";
    let found = targets(line);
    assert_eq!(found, ["models.md#x", "../docs/language.md#what-is-planned", "https://f.g/h"]);
    let wrong: Vec<bool> = found.iter().map(|target| broken(&page, target).is_some()).collect();
    assert_eq!(wrong, [true, false, false]);
    assert!(broken(&page, "#no-such-heading").is_some());
    assert_eq!(spans(line).0, ["[b](c)", "d"]);
    assert_eq!(named("compiler/src/op/mod.rs::OPS"), Some("compiler/src/op/mod.rs"));
    assert_eq!([named("a/b.rs"), named("benches/*.dlm"), named("cargo test -p dlm")], [None; 3]);
    let forms = ["const A=1;\n", "dense(3)->relu;\n", "batch=3;\n", "const A = ;\n"].map(canonical);
    assert_eq!(
        forms.each_ref().map(Option::as_deref),
        [Some("const A = 1;\n"), Some("dense(3) -> relu;\n"), Some("batch = 3;\n"), None]
    );
    let parts = parts("a\n```dlm\nb\nc\n```\nd\n  ```dlm,fragment\n  ```\n");
    assert_eq!(parts.prose, ["a", "d"]);
    assert_eq!(parts.blocks[0], (2, "dlm".to_owned(), "b\nc\n".to_owned()));
    assert_eq!(parts.blocks[1], (7, "dlm,fragment".to_owned(), String::new()));
}
