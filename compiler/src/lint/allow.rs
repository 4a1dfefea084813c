//! `#[allow(CODE)]`: which warnings a file silences.

use dlm_dsl::ast::{Attributes, File, Ident, Item, Link, Span, Statement, StatementKind};
use dlm_dsl::codes;
use dlm_dsl::diagnostic::{Diagnostic, Severity};

/// Whether the file silences this warning: at its top, or before the item, statement or setting that holds its place.
pub(crate) fn is_allowed(file: &File, warning: &Diagnostic) -> bool {
    let at = warning.primary.span;
    let mut allowed = file.allows.iter().any(|allow| allow.name == warning.code.0);
    each_attributes(file, &mut |attributes, span| {
        let holds = span.start <= at.start && at.end <= span.end;
        allowed |= holds && attributes.allows.iter().any(|allow| allow.name == warning.code.0);
    });
    allowed
}

/// An error for each code that is silenced and does not exist.
pub(crate) fn unknown_allows(file: &File) -> Vec<Diagnostic> {
    let mut allows: Vec<Ident> = file.allows.clone();
    each_attributes(file, &mut |attributes, _| allows.extend(attributes.allows.iter().cloned()));
    let lints: Vec<&str> =
        codes::ALL.iter().filter(|info| info.severity() == Severity::Warning).map(|info| info.code.0).collect();
    let unknown = allows.into_iter().filter(|allow| !lints.contains(&allow.name.as_str()));
    unknown
        .map(|allow| {
            let message = format!("there is no lint `{}`", allow.name);
            let range = match (lints.first(), lints.last()) {
                (Some(first), Some(last)) => format!("the lints are `{first}` to `{last}`; `dlm explain {first}` shows one"),
                _ => "leave the attribute out".into(),
            };
            Diagnostic::new(codes::UNKNOWN_LINT, allow.span, message).help(range)
        })
        .collect()
}

/// Every place that can hold attributes, with the span that they are for.
fn each_attributes<'a>(file: &'a File, visit: &mut dyn FnMut(&'a Attributes, Span)) {
    for item in &file.items {
        match item {
            Item::Const(item) => visit(&item.attributes, item.span),
            Item::Block(item) => {
                visit(&item.attributes, item.span);
                each_statement(&item.body, visit);
            }
            Item::Model(item) => {
                visit(&item.attributes, item.span);
                each_statement(&item.body, visit);
            }
            Item::Train(item) => {
                visit(&item.attributes, item.span);
                item.settings.iter().for_each(|setting| visit(&setting.attributes, setting.span));
            }
        }
    }
}

fn each_statement<'a>(body: &'a [Statement], visit: &mut dyn FnMut(&'a Attributes, Span)) {
    for statement in body {
        visit(&statement.attributes, statement.span);
        let StatementKind::Chain { links, .. } = &statement.kind else { continue };
        for link in links {
            match link {
                Link::Call(_) => {}
                Link::Repeat { body, .. } | Link::Residual { body, .. } => each_statement(body, visit),
            }
        }
    }
}
