//! The canonical form of a file.
//!
//! Lines of at most 100 columns where what stands on them can be broken, four spaces a level, the `=` of a recipe's settings in
//! one column, one empty line between items and at most one between statements, comments after adjacent lines in one column,
//! aliases in their canonical spelling. Comments are all kept; one that stands where no line can end goes before its statement.

mod layout;
mod tree;
mod units;

use self::{
    layout::{line, width},
    tree::{Group, Node},
    units::{Unit, UnitKind, units},
};
use crate::{diagnostic::Diagnostic, lexer, parse, token::TokenKind};

/// The number of columns that lines keep to.
const WIDTH: usize = 100;
/// The number of columns a level is indented by.
const INDENT: usize = 4;

/// The canonical form of `source`; its errors where it cannot be read.
///
/// Formatting what is formatted changes nothing, and formatting never changes what a file means.
///
/// ```
/// let formatted = dlm_dsl::format("const A=1;model M{input x:f32[4];dense( 3,init=glorot_normal , );}").unwrap();
/// assert_eq!(
///     formatted,
///     "const A = 1;\n\nmodel M {\n    input x: f32[4];\n    dense(3, init = xavier_normal);\n}\n"
/// );
/// ```
///
/// # Errors
/// The syntax errors of `source`, as [`parse`](fn@crate::parse) gives them.
pub fn format(source: &str) -> Result<String, Vec<Diagnostic>> {
    let (_, diagnostics) = parse::parse(source);
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let tokens = lexer::lex(source).tokens;
    let formatter = Formatter { source };
    let nodes = tree::tree(&tokens);
    let mut out = formatter.block(&nodes, 0, 0, Style::Items);
    let begin = out.len() - out.trim_start_matches('\n').len();
    out.drain(..begin);
    if !out.is_empty() {
        out.push('\n');
    }
    Ok(out)
}

/// What the units of a block are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Items,
    Statements,
    Settings,
}

/// The state of formatting: only the text, since all else is in the tree.
struct Formatter<'a> {
    source: &'a str,
}

/// A unit as it is printed: its lines, and the comment at their end.
struct Printed {
    blank: bool,
    text: String,
    trailing: Option<String>,
}

impl Formatter<'_> {
    /// A file, or what stands between braces: every line with a line break before it. `start` is the byte after which the
    /// nodes stand.
    fn block(&self, nodes: &[Node], start: usize, indent: usize, style: Style) -> String {
        let units = units(self.source, nodes, start);
        let key = if style == Style::Settings { units.iter().filter_map(|unit| self.key_width(unit)).max() } else { None };
        let blanks = blanks(&units, style, self);
        let mut printed: Vec<Printed> = Vec::with_capacity(units.len());
        for (unit, blank) in units.iter().zip(blanks) {
            let (hoisted, text, own) = self.unit(unit, indent, style, key.unwrap_or(0));
            let mut blank = blank;
            for comment in hoisted {
                printed.push(Printed { blank, text: comment, trailing: None });
                blank = false;
            }
            let trailing = unit.trailing.map(|token| token.text(self.source).trim_end().to_owned()).or(own);
            printed.push(Printed { blank, text, trailing });
        }
        let mut out = String::new();
        let columns = comment_columns(&printed, indent);
        for (unit, column) in printed.iter().zip(columns) {
            if unit.blank {
                out.push('\n');
            }
            line(&mut out, indent);
            out.push_str(&unit.text);
            if let Some(comment) = &unit.trailing {
                let end = last_column(&unit.text, indent);
                out.extend(std::iter::repeat_n(' ', column.saturating_sub(end).max(1)));
                out.push_str(comment);
            }
        }
        out
    }

    /// The width of a setting's key.
    fn key_width(&self, unit: &Unit<'_>) -> Option<usize> {
        let key = unit.nodes.first().filter(|_| unit.kind == UnitKind::Part)?;
        Some(width(&self.flat([key])))
    }

    /// A unit's text, the comments that go before it, and one that goes after it.
    fn unit(&self, unit: &Unit<'_>, indent: usize, style: Style, key: usize) -> (Vec<String>, String, Option<String>) {
        match unit.kind {
            UnitKind::Comment | UnitKind::Doc => {
                let text = unit.nodes.first().and_then(Node::comment).map_or("", |token| token.text(self.source));
                return (Vec::new(), text.trim_end().to_owned(), None);
            }
            UnitKind::Attribute => return (self.all_comments(unit.nodes), self.flat(unit.nodes), None),
            UnitKind::Part => {}
        }
        // Of the comments before the `;`, the first becomes the unit's own if it has none; the others go before it.
        let (nodes, last) = if unit.semicolon { unit.nodes.split_at(code_end(unit.nodes)) } else { (unit.nodes, &[][..]) };
        let mut last = self.comments(last);
        let own = (unit.trailing.is_none() && !last.is_empty()).then(|| last.remove(0));
        let chain = style == Style::Statements && !matches!(self.word(nodes), "input" | "output");
        let (mut hoisted, mut text) = if chain { self.chain(nodes, indent) } else { self.plain(nodes, indent, key) };
        if unit.semicolon && !(chain && is_lone_block(nodes)) {
            text.push(';');
        }
        hoisted.extend(last);
        (hoisted, text, own)
    }

    /// The first token's text.
    fn word(&self, nodes: &[Node]) -> &str {
        match nodes.first() {
            Some(Node::Leaf(token)) => token.text(self.source),
            _ => "",
        }
    }

    /// The comments among `nodes`, not those inside groups.
    fn comments(&self, nodes: &[Node]) -> Vec<String> {
        nodes.iter().filter_map(Node::comment).map(|token| token.text(self.source).trim_end().to_owned()).collect()
    }

    /// The comments among `nodes` and inside them.
    fn all_comments(&self, nodes: &[Node]) -> Vec<String> {
        let inside = |node: &Node| match node {
            Node::Group(group) => self.all_comments(&group.nodes),
            Node::Leaf(_) => self.comments(std::slice::from_ref(node)),
        };
        nodes.iter().flat_map(inside).collect()
    }

    /// An item, setting, input or output. A setting's key is filled up to `key` columns.
    fn plain(&self, nodes: &[Node], indent: usize, key: usize) -> (Vec<String>, String) {
        let code: Vec<&Node> = nodes.iter().filter(|node| node.comment().is_none()).collect();
        if key == 0 || code.len() < 2 {
            return (self.comments(nodes), self.run(&code, indent, indent, 1));
        }
        let mut text = self.flat(code[..1].iter().copied());
        text.extend(std::iter::repeat_n(' ', key - width(&text)));
        text.push_str(" = ");
        let column = indent + width(&text);
        text.push_str(&self.run(&code[2..], indent, column, 1));
        (self.comments(nodes), text)
    }

    /// A chain: on one line if it fits, else a link a line.
    fn chain(&self, nodes: &[Node], indent: usize) -> (Vec<String>, String) {
        let links: Vec<&[Node]> = nodes.split(|node| node.kind() == TokenKind::Arrow).collect();
        let commented = nodes.iter().any(|node| node.comment().is_none() && node.has_comment());
        let has_braces = nodes.iter().any(|node| node.braces().is_some());
        // Comments in the first link go before the chain; others stay between links, which takes a line for each.
        let between_links = links.iter().enumerate().any(|(index, link)| {
            let begin = if index == 0 { code_end(link) } else { 0 };
            links.len() > 1 && link[begin..].iter().any(|node| node.comment().is_some())
        });
        if !commented && !between_links && nodes.iter().all(|node| node.braces().is_none_or(|group| self.is_short(group))) {
            let flat = self.flat(nodes);
            if indent + width(&flat) < WIDTH {
                return (self.comments(nodes), flat);
            }
        }
        if links.len() == 1 || has_braces && !between_links {
            let code: Vec<&Node> = nodes.iter().filter(|node| node.comment().is_none()).collect();
            return (self.comments(nodes), self.run(&code, indent, indent, 1));
        }
        self.broken_chain(&links, indent)
    }

    /// A chain with a link a line; comments between links stay between them.
    fn broken_chain(&self, links: &[&[Node]], indent: usize) -> (Vec<String>, String) {
        let inner = indent + INDENT;
        let (mut hoisted, mut out) = (Vec::new(), String::new());
        for (index, link) in links.iter().enumerate() {
            // Comments before the link's first token, and those after its last.
            let begin = link.iter().position(|node| node.comment().is_none()).unwrap_or(link.len());
            let end = code_end(link).max(begin);
            let code: Vec<&Node> = link[begin..end].iter().filter(|node| node.comment().is_none()).collect();
            let mut before = self.comments(&link[..begin]);
            before.extend(self.comments(&link[begin..end]));
            if index == 0 {
                hoisted = before;
                out.push_str(&self.run(&code, indent, indent, 1));
            } else {
                for comment in before {
                    line(&mut out, inner);
                    out.push_str(&comment);
                }
                line(&mut out, inner);
                out.push_str("-> ");
                out.push_str(&self.run(&code, inner, inner + 3, 1));
            }
            for (index, node) in link[end..].iter().enumerate() {
                let Some(comment) = node.comment() else { continue };
                if index == 0 && !comment.first_on_line() {
                    out.push(' ');
                } else {
                    line(&mut out, inner);
                }
                out.push_str(comment.text(self.source).trim_end());
            }
        }
        (hoisted, out)
    }

    /// Whether braces inside a chain may stand on one line: at most one statement, itself without braces or comments.
    fn is_short(&self, group: &Group) -> bool {
        let plain = |node: &Node| node.braces().is_none() && !node.has_comment() && node.kind() != TokenKind::Hash;
        group.nodes.iter().all(plain) && group.nodes.iter().filter(|node| node.kind() == TokenKind::Semicolon).count() <= 1
    }

    /// What stands between braces, a unit a line.
    fn braces(&self, group: &Group, indent: usize) -> String {
        if group.nodes.is_empty() {
            return "{}".to_owned();
        }
        let mut out = "{".to_owned();
        let mut nodes = group.nodes.as_slice();
        let mut start = nodes.first().map_or(group.close.span.start, node_start);
        // A comment on the line of the opening brace stays there.
        if let Some((first, rest)) = nodes.split_first()
            && let Some(comment) =
                first.comment().filter(|comment| comment.kind == TokenKind::Comment && !comment.first_on_line())
        {
            out.push(' ');
            out.push_str(comment.text(self.source).trim_end());
            (nodes, start) = (rest, rest.first().map_or(comment.span.end, node_start));
        }
        let style = if self.holds_settings(nodes) { Style::Settings } else { Style::Statements };
        out.push_str(&self.block(nodes, start, indent + INDENT, style));
        line(&mut out, indent);
        out.push('}');
        out
    }

    /// Whether braces hold settings: their first unit is `key = …`.
    fn holds_settings(&self, nodes: &[Node]) -> bool {
        let units = units(self.source, nodes, nodes.first().map_or(0, node_start));
        units.iter().find(|unit| unit.kind == UnitKind::Part).is_some_and(|unit| {
            let mut code = unit.nodes.iter().filter(|node| node.comment().is_none());
            code.nth(1).is_some_and(|node| node.kind() == TokenKind::Equals)
        })
    }
}

/// Where a node begins, as far as it matters for the empty lines before it.
fn node_start(node: &Node) -> usize {
    match node {
        Node::Leaf(token) => token.span.start,
        Node::Group(group) => group.close.span.start,
    }
}

/// The index after the last of `nodes` that is no comment.
fn code_end(nodes: &[Node]) -> usize {
    nodes.iter().rposition(|node| node.comment().is_none()).map_or(0, |last| last + 1)
}

/// A chain of one `repeat` or `residual`, which needs no `;`.
fn is_lone_block(nodes: &[Node]) -> bool {
    let arrows = nodes.iter().any(|node| node.kind() == TokenKind::Arrow);
    !arrows && nodes.iter().any(|node| node.braces().is_some())
}

/// Whether an empty line stands before each unit.
fn blanks(units: &[Unit<'_>], style: Style, formatter: &Formatter<'_>) -> Vec<bool> {
    let mut blanks: Vec<bool> = units.iter().map(|unit| unit.blank).collect();
    let is_inner = |unit: &Unit<'_>| {
        unit.nodes.first().is_some_and(|node| node.kind() == TokenKind::InnerDoc)
            || unit.kind == UnitKind::Attribute && unit.nodes.get(1).is_some_and(|node| node.kind() == TokenKind::Bang)
    };
    // Docs and attributes cling to what they are about.
    for index in 1..units.len() {
        if matches!(units[index - 1].kind, UnitKind::Doc | UnitKind::Attribute) && !is_inner(&units[index - 1]) {
            blanks[index] = false;
        }
    }
    if style == Style::Items {
        let is_const = |unit: &Unit<'_>| formatter.word(unit.nodes) == "const";
        let mut before: Option<usize> = None;
        for index in 0..units.len() {
            if units[index].kind != UnitKind::Part {
                continue;
            }
            // Back over the comments, docs and attributes that cling to the item.
            let mut first = index;
            while first > 0 && units[first - 1].kind != UnitKind::Part && !blanks[first] && !is_inner(&units[first - 1]) {
                first -= 1;
            }
            let consts = before.is_some_and(|before| is_const(&units[before])) && is_const(&units[index]);
            if first > 0 && !consts {
                blanks[first] = true;
            }
            before = Some(index);
        }
        // The file's own docs and attributes stand apart.
        for index in 1..units.len() {
            if is_inner(&units[index - 1]) && !is_inner(&units[index]) && units[index].kind != UnitKind::Comment {
                blanks[index] = true;
            }
        }
    }
    if let Some(first) = blanks.first_mut() {
        *first = false;
    }
    blanks
}

/// The column at which each unit's trailing comment begins: the same for adjacent lines that have one.
fn comment_columns(printed: &[Printed], indent: usize) -> Vec<usize> {
    let mut columns = vec![0; printed.len()];
    let mut begin = 0;
    while begin < printed.len() {
        let mut end = begin + 1;
        if printed[begin].trailing.is_some() {
            while end < printed.len()
                && printed[end].trailing.is_some()
                && !printed[end].blank
                && !printed[end].text.contains('\n')
            {
                end += 1;
            }
            let column = printed[begin..end].iter().map(|unit| last_column(&unit.text, indent) + 1).max().unwrap_or(0);
            columns[begin..end].fill(column);
        }
        begin = end;
    }
    columns
}

/// The column after the last character of a unit.
fn last_column(text: &str, indent: usize) -> usize {
    match text.rfind('\n') {
        Some(newline) => width(&text[newline + 1..]),
        None => indent + width(text),
    }
}
