//! From pest's pairs to the syntax tree: items, statements, docs and attributes. Values are in `values.rs`.

use crate::{ast::*, codes, diagnostic::Diagnostic, generated::Rule, names, syntax_error::Broken, token::Repaired, words::Words};
use pest::iterators::{Pair as PestPair, Pairs as PestPairs};

pub(crate) type Pair<'a> = PestPair<'a, Rule>;
pub(crate) type Pairs<'a> = PestPairs<'a, Rule>;

/// Builds the tree, and collects what is reported on the way.
pub(crate) struct Builder<'a> {
    pub(crate) repaired: &'a Repaired,
    pub(crate) words: Words<'a>,
    /// What has been reported already, errors that come after it in the same statement may only repeat it.
    pub(crate) broken: Broken,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// A name in place of one that the grammar promises; never seen.
fn name_placeholder(at: usize) -> Ident {
    Ident { name: String::new(), span: Span::new(at, at) }
}

impl Builder<'_> {
    /// Where `pair` stands in the text written, without white space at its end.
    pub(crate) fn span(&self, pair: &Pair<'_>) -> Span {
        let span = pair.as_span();
        self.repaired.original_span(span.start(), tight_end(pair))
    }

    pub(crate) fn ident(&self, pair: &Pair<'_>) -> Ident {
        // Rules such as `key` and `source` hold a `name`; their text may end in white space.
        Ident { name: names::normal(pair.as_str().trim_end()).into_owned(), span: self.span(pair) }
    }

    /// The next pair as a name.
    fn next_ident(&self, pairs: &mut Pairs<'_>) -> Ident {
        pairs.next().map_or_else(|| name_placeholder(0), |pair| self.ident(&pair))
    }

    /// The whole file.
    pub(crate) fn file(&mut self, pair: Pair<'_>) -> File {
        let mut file = File::default();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::header => self.header(part, &mut file),
                Rule::item => file.items.extend(self.item(part)),
                Rule::item_junk => self.junk(&part, Rule::lone_item),
                Rule::dangling => self.dangling(part),
                _ => {}
            }
        }
        file
    }

    fn header(&mut self, pair: Pair<'_>, file: &mut File) {
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::inner_doc => file.docs.push(doc_text(part.as_str())),
                _ => file.allows.extend(self.allows(part)),
            }
        }
    }

    /// The docs and attributes before an item, statement or setting.
    fn attributes(&mut self, pair: Pair<'_>) -> Attributes {
        let mut attributes = Attributes::default();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::doc => attributes.docs.push(doc_text(part.as_str())),
                _ => attributes.allows.extend(self.allows(part)),
            }
        }
        attributes
    }

    /// The codes of an attribute.
    fn allows(&mut self, pair: Pair<'_>) -> Vec<Ident> {
        let span = self.span(&pair);
        let mut codes = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::allow => {
                    let names = part.into_inner().filter(|part| part.as_rule() == Rule::name);
                    for name in names {
                        codes.extend(self.lint(&name));
                    }
                }
                Rule::other_attribute => self.other_attribute(&part, span),
                _ => {}
            }
        }
        codes
    }

    /// The code of a lint: `W` and three digits.
    fn lint(&mut self, pair: &Pair<'_>) -> Option<Ident> {
        let ident = self.ident(pair);
        let digits = ident.name.strip_prefix('W').unwrap_or_default();
        if digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit()) {
            return Some(ident);
        }
        let is_error = ident.name.starts_with('E') && codes::explain(&ident.name).is_some();
        let message = if is_error {
            format!("`{}` is an error and cannot be silenced", ident.name)
        } else {
            format!("`{}` is not the code of a lint", ident.name)
        };
        self.report(
            Diagnostic::new(codes::MISPLACED_ATTRIBUTE, ident.span, message)
                .help("codes of lints are a `W` and three digits, as in `#[allow(W007)]`"),
        );
        None
    }

    fn other_attribute(&mut self, pair: &Pair<'_>, span: Span) {
        let text = pair.as_str();
        let diagnostic = if text.trim_start_matches('!').trim_start_matches(['[', ' ']).starts_with("allow") {
            if text.starts_with('!') && text.contains('(') {
                Diagnostic::new(codes::MISPLACED_ATTRIBUTE, span, "`#![allow(…)]` stands below the top of the file")
                    .help("move it above the first item, or write `#[allow(…)]` before what it is about")
            } else {
                Diagnostic::new(codes::MISPLACED_ATTRIBUTE, span, "`allow` names no lint that it silences")
                    .help("write the codes of lints, as in `#[allow(W007)]`")
            }
        } else {
            Diagnostic::new(codes::MISPLACED_ATTRIBUTE, span, "there is no such attribute")
                .help("the only attribute is `allow`, as in `#[allow(W007)]`")
        };
        self.report_unless_broken(diagnostic);
    }

    /// Docs and attributes with nothing after them.
    pub(crate) fn dangling(&mut self, pair: Pair<'_>) {
        let Some(last) = pair.into_inner().next_back() else { return };
        let span = self.span(&last);
        self.report_unless_broken(if last.as_rule() == Rule::doc {
            Diagnostic::new(codes::MISPLACED_DOC, span, "this doc comment documents nothing")
                .help("write `//` for a plain comment, or move it before what it documents")
        } else {
            Diagnostic::new(codes::MISPLACED_ATTRIBUTE, span, "this attribute stands before nothing")
                .help("move it before what it is about, or remove it")
        });
    }

    fn item(&mut self, pair: Pair<'_>) -> Option<Item> {
        let mut parts = pair.into_inner();
        let attributes = self.attributes(parts.next()?);
        let item = parts.next()?;
        let span = self.span(&item);
        let rule = item.as_rule();
        let mut parts = item.into_inner();
        parts.next()?; // the word that begins the item
        let name = self.next_ident(&mut parts);
        Some(match rule {
            Rule::constant => {
                self.slip(parts.next()?, "a const gets its value by `=`");
                let value = self.value(parts.next()?);
                self.end(parts.next(), value.span, &format!("the value of `{}`", name.name));
                Item::Const(Const { attributes, name, value, span })
            }
            Rule::block => {
                let parameters = self.parameters(parts.next()?);
                let body = self.body(parts.next()?);
                Item::Block(Block { attributes, name, parameters, body, span })
            }
            Rule::model => Item::Model(Model { attributes, name, body: self.body(parts.next()?), span }),
            _ => Item::Train(self.train(attributes, name, parts, span)),
        })
    }

    fn train(&mut self, attributes: Attributes, model: Ident, parts: Pairs<'_>, span: Span) -> Train {
        let mut train = Train { attributes, model, name: None, like: None, settings: Vec::new(), span };
        for part in parts {
            match part.as_rule() {
                Rule::recipe_name => train.name = Some(self.ident(&part)),
                Rule::base_name => train.like = Some(self.ident(&part)),
                Rule::settings => {
                    for part in part.into_inner() {
                        match part.as_rule() {
                            Rule::setting => train.settings.extend(self.setting(part)),
                            Rule::setting_junk => self.junk(&part, Rule::lone_setting),
                            Rule::dangling => self.dangling(part),
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        train
    }

    fn setting(&mut self, pair: Pair<'_>) -> Option<Setting> {
        let mut parts = pair.into_inner();
        let attributes = self.attributes(parts.next()?);
        let key = self.next_ident(&mut parts);
        self.slip(parts.next()?, "a setting gets its value by `=`");
        let value = self.value(parts.next()?);
        let end = self.end(parts.next(), value.span, &format!("the setting `{}`", key.name));
        let span = key.span.to(end);
        Some(Setting { attributes, key, value, span })
    }

    fn parameters(&mut self, pair: Pair<'_>) -> Vec<Parameter> {
        let mut parameters = Vec::new();
        for part in pair.into_inner().filter(|part| part.as_rule() == Rule::parameter) {
            let mut parts = part.into_inner();
            let name = self.next_ident(&mut parts);
            let default = parts.next().and_then(|mark| {
                self.slip(mark, "a parameter gets its default by `=`");
                parts.next()
            });
            let default = default.map(|value| self.value(value));
            parameters.push(Parameter { name, default });
        }
        parameters
    }

    fn body(&mut self, pair: Pair<'_>) -> Vec<Statement> {
        let mut statements = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::statement => statements.extend(self.statement(part)),
                Rule::statement_junk => self.junk(&part, Rule::lone_statement),
                Rule::dangling => self.dangling(part),
                _ => {}
            }
        }
        statements
    }

    fn statement(&mut self, pair: Pair<'_>) -> Option<Statement> {
        let mut parts = pair.into_inner();
        let attributes = self.attributes(parts.next()?);
        let statement = parts.next()?;
        let span = self.span(&statement);
        let kind = match statement.as_rule() {
            Rule::chain => self.chain(statement),
            rule => self.port(rule, statement.into_inner())?,
        };
        Some(Statement { attributes, kind, span })
    }

    /// An input or output.
    fn port(&mut self, rule: Rule, mut parts: Pairs<'_>) -> Option<StatementKind> {
        parts.next()?; // `input` or `output`
        let name = self.next_ident(&mut parts);
        let is_input = rule == Rule::input;
        self.slip(parts.next()?, if is_input { "an input gets its type by `:`" } else { "an output gets its type by `:`" });
        let ty = self.ty(parts.next()?);
        let (mut value, mut last) = (None, ty.span);
        for part in parts {
            match part.as_rule() {
                Rule::source => {
                    let source = self.ident(&part);
                    last = source.span;
                    value = Some(source);
                }
                Rule::equals => {}
                _ => {
                    let what = format!("the {} `{}`", if is_input { "input" } else { "output" }, name.name);
                    self.end(Some(part), last, &what);
                }
            }
        }
        Some(if is_input { StatementKind::Input { name, ty } } else { StatementKind::Output { name, ty, value } })
    }

    fn ty(&mut self, pair: Pair<'_>) -> Type {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        let name = self.next_ident(&mut parts);
        let dimensions = parts.next().map(|part| self.values(part));
        Type { name, dimensions, span }
    }

    fn chain(&mut self, pair: Pair<'_>) -> StatementKind {
        let (mut name, mut links): (Option<Ident>, Vec<Link>) = (None, Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::label => {
                    let mut parts = part.into_inner();
                    name = Some(self.next_ident(&mut parts));
                    if let Some(mark) = parts.next() {
                        self.slip(mark, "a statement gets its name by `:`; `=` gives settings and arguments their values");
                    }
                }
                Rule::repeat => links.push(self.repeat(part)),
                Rule::residual => links.push(self.residual(part)),
                Rule::call => links.push(Link::Call(self.call(part))),
                Rule::missing_before_statement => self.missing_after_link(name.as_ref(), &links),
                _ => {}
            }
        }
        StatementKind::Chain { name, links }
    }

    fn repeat(&mut self, pair: Pair<'_>) -> Link {
        let span = self.span(&pair);
        let (mut count, mut body) = (None, Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::value => count = Some(self.value(part)),
                Rule::body => body = self.body(part),
                _ => {}
            }
        }
        let count = count.unwrap_or(Value { kind: ValueKind::Number(1.0), span });
        Link::Repeat { count, body, span }
    }

    fn residual(&mut self, pair: Pair<'_>) -> Link {
        let span = self.span(&pair);
        let (mut arguments, mut body) = (Vec::new(), Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::arguments => arguments = self.arguments(part),
                Rule::body => body = self.body(part),
                _ => {}
            }
        }
        Link::Residual { arguments, body, span }
    }
}

/// A doc's text, without its marker and one leading space.
fn doc_text(line: &str) -> String {
    let text = line.trim_end().get(3..).unwrap_or_default();
    text.strip_prefix(' ').unwrap_or(text).to_owned()
}

/// The end of the last token in `pair`: pest counts white space before an absent optional part as its own.
fn tight_end(pair: &Pair<'_>) -> usize {
    let mut pair = pair.clone();
    loop {
        let last = pair.clone().into_inner().rev().find(|inner| !inner.as_str().is_empty());
        match last {
            Some(last) => pair = last,
            None => return pair.as_span().start() + pair.as_str().trim_end().len(),
        }
    }
}
