//! Which columns of a table are which input's and output's.

use dlm_dsl::ast::{Span, Value, ValueKind};
use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::super::value::describe_syntax;
use super::super::{Resolver, closest};

/// A column by its name, or by its number where the table has no header.
pub(super) struct Column {
    pub(super) name: String,
    span: Span,
}

/// An input or output that columns are for.
pub(super) struct Port {
    name: String,
    /// How many columns it takes.
    width: usize,
    /// Its type, as written.
    ty: String,
}

impl Port {
    pub(super) fn new(name: &str, width: usize, ty: String) -> Self {
        Self { name: name.to_owned(), width, ty }
    }
}

impl<'a> Resolver<'a> {
    /// The columns of each of `ports` (unknown after an error in the model), which are inputs or outputs as `kind`
    /// says; `None` after an error.
    pub(super) fn columns(&mut self, what: &str, kind: &str, value: &Value, ports: Option<&[Port]>) -> Option<Vec<Vec<Column>>> {
        if matches!(value.kind, ValueKind::Tuple(_)) {
            return self.columns_by_name(what, kind, value, ports);
        }
        let columns = self.column_list(what, value)?;
        match ports? {
            [port] => self.check_width(&columns, value.span, kind, port).then(|| vec![columns]),
            several => {
                let each: Vec<String> = several.iter().map(|port| format!("{} = \"…\"", port.name)).collect();
                let message = format!("the model has {} {kind}s; say which columns are whose", several.len());
                self.report(Diagnostic::new(codes::DATA_COLUMNS, value.span, message).help(format!(
                    "write `{kind_key} = ({})`",
                    each.join(", "),
                    kind_key = if what == "label" { "labels" } else { what }
                )));
                None
            }
        }
    }

    /// `(digit = "d", height = ["h1", "h2"])`
    fn columns_by_name(&mut self, what: &str, kind: &str, value: &Value, ports: Option<&[Port]>) -> Option<Vec<Vec<Column>>> {
        let record = self.record(value, what, "(digit = \"d\", height = [\"h1\", \"h2\"])")?;
        let errors = self.errors;
        let mut found: Vec<(&str, Span, Vec<Column>)> = Vec::new();
        for argument in record {
            let Some(name) = &argument.name else { continue };
            if let Some((_, first, _)) = found.iter().find(|(other, ..)| *other == name.name) {
                let message = format!("`{}` of `{what}` is given twice", name.name);
                self.report(Diagnostic::new(codes::DUPLICATE_ARGUMENT, name.span, message).secondary(*first, "given here first"));
                continue;
            }
            let columns = self.column_list(&format!("{what}` of `{}", name.name), &argument.value).unwrap_or_default();
            let port = ports.map(|ports| ports.iter().find(|port| port.name == name.name));
            match port {
                Some(Some(port)) if !columns.is_empty() => {
                    self.check_width(&columns, argument.value.span, kind, port);
                }
                Some(None) => {
                    let message = format!("the model has no {kind} called `{}`", name.name);
                    let diagnostic = Diagnostic::new(codes::DATA_COLUMNS, name.span, message);
                    let near = closest(&name.name, ports.into_iter().flatten().map(|port| port.name.as_str()));
                    self.report(match near {
                        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                        None => diagnostic,
                    });
                }
                _ => {}
            }
            found.push((&name.name, name.span, columns));
        }
        let ports = ports?;
        if self.errors == errors {
            for port in ports.iter().filter(|port| !found.iter().any(|(name, ..)| *name == port.name)) {
                let message = format!("`{what}` names no columns for the {kind} `{}`", port.name);
                self.report(Diagnostic::new(codes::DATA_COLUMNS, value.span, message));
            }
        }
        if self.errors != errors {
            return None;
        }
        let mut columns_of = |port: &Port| {
            let at = found.iter().position(|(name, ..)| *name == port.name)?;
            Some(std::mem::take(&mut found[at].2))
        };
        ports.iter().map(&mut columns_of).collect()
    }

    /// `"a"` or `["a", "b"]`
    fn column_list(&mut self, what: &str, value: &Value) -> Option<Vec<Column>> {
        let mut columns: Vec<Column> = Vec::new();
        let texts = match &value.kind {
            ValueKind::List(texts) if !texts.is_empty() => texts.as_slice(),
            ValueKind::Text(_) => std::slice::from_ref(value),
            ValueKind::Parenthesized(inner) => return self.column_list(what, inner),
            ValueKind::List(_) => {
                let message = format!("`{what}` names no column");
                self.report(Diagnostic::new(codes::DATA_COLUMNS, value.span, message));
                return None;
            }
            _ => {
                let message = format!("`{what}` is the name of a column or a list of names, not {}", describe_syntax(value));
                self.report(
                    Diagnostic::new(codes::WRONG_KIND, value.span, message).help("such as `\"height\"` or `[\"h1\", \"h2\"]`"),
                );
                return None;
            }
        };
        for text in texts {
            let name = self.text("the name of a column", text).ok()?;
            columns.push(Column { name, span: text.span });
        }
        Some(columns)
    }

    fn check_width(&mut self, columns: &[Column], span: Span, kind: &str, port: &Port) -> bool {
        if columns.len() == port.width {
            return true;
        }
        let column = |count: usize| if count == 1 { "1 column".to_owned() } else { format!("{count} columns") };
        let message =
            format!("the {kind} `{}` is {} and takes {}, not {}", port.name, port.ty, column(port.width), column(columns.len()));
        self.report(Diagnostic::new(codes::DATA_COLUMNS, span, message));
        false
    }

    /// No column is a target and something else too, or named twice for one input; without a header columns are numbers.
    pub(super) fn check_columns(&mut self, labels: &[Vec<Column>], features: &[Vec<Column>], header: Option<bool>) {
        let mut targets: Vec<&Column> = Vec::new();
        for column in labels.iter().flatten() {
            self.check_column(column, &targets, header);
            targets.push(column);
        }
        for group in features {
            let mut seen = targets.clone();
            for column in group {
                self.check_column(column, &seen, header);
                seen.push(column);
            }
        }
    }

    fn check_column(&mut self, column: &Column, seen: &[&Column], header: Option<bool>) {
        if let Some(first) = seen.iter().find(|other| other.name == column.name) {
            let message = format!("the column {:?} is named twice", column.name);
            self.report(Diagnostic::new(codes::DATA_COLUMNS, column.span, message).secondary(first.span, "named here first"));
        } else if header == Some(false) && column.name.parse::<usize>().is_err() {
            let message = format!("without a header columns go by their number, from \"0\", not by {:?}", column.name);
            self.report(Diagnostic::new(codes::DATA_COLUMNS, column.span, message));
        }
    }
}
