//! Makes a file that fails as small as it can be while it still fails: edits of its text along the syntax tree, each of which
//! takes something away or puts something simpler in its place. Most leave a file that is not valid; the compiler's own check
//! tells, and only the others are tried.

use std::collections::HashSet;
use std::time::Instant;

use dlm_dsl::ast::{Argument, Block, Call, File, Item, Link, Operator, Span, Statement, StatementKind, Type, Value, ValueKind};

/// Files that are tried at a time.
const AT_A_TIME: usize = 8;

/// Some places of a text and what comes there instead.
type Edit = Vec<(Span, String)>;

/// The smallest file that is found until then. `fail` tells of some files which of them fail.
pub fn shrink(source: &str, until: Instant, mut fail: impl FnMut(&[String]) -> Vec<bool>) -> String {
    let mut source = dlm_dsl::format(source).unwrap_or_else(|_| source.into());
    // What has been tried and does not fail.
    let mut fine: HashSet<String> = HashSet::new();
    // Where the last edit that helped was found: what is left after it comes first.
    let mut from = 0;
    'smaller: loop {
        let edits = edits(&source);
        let start = if edits.is_empty() { 0 } else { from % edits.len() };
        let order = (start..edits.len()).chain(0..start);
        let mut seen: HashSet<String> = HashSet::new();
        let mut candidates = order.filter_map(|index| Some((index, valid(&source, &edits[index])?)));
        loop {
            let fresh = candidates.by_ref().filter(|(_, text)| !fine.contains(text) && seen.insert(text.clone()));
            let (indices, texts): (Vec<usize>, Vec<String>) = fresh.take(AT_A_TIME).unzip();
            if texts.is_empty() || Instant::now() > until {
                return source;
            }
            let fails = fail(&texts);
            let failing: Vec<usize> = (0..texts.len()).filter(|at| fails[*at]).collect();
            fine.extend((0..texts.len()).filter(|at| !fails[*at]).map(|at| texts[at].clone()));
            let Some(first) = failing.first() else { continue };
            // All of them together, if that fails too.
            let all: Edit = failing.iter().flat_map(|at| edits[indices[*at]].clone()).collect();
            let all = if failing.len() > 1 { valid(&source, &all) } else { None };
            source = match all {
                Some(all) if fail(std::slice::from_ref(&all)) == [true] => all,
                _ => texts[*first].clone(),
            };
            from = indices[*first];
            continue 'smaller;
        }
    }
}

/// The edited text in its canonical form, if it is a file without errors.
fn valid(source: &str, edit: &Edit) -> Option<String> {
    let text = dlm_dsl::format(&apply(source, edit)?).ok()?;
    let (program, _) = dlm_compiler::check(&text);
    program.filter(|program| !program.models.is_empty()).map(|_| text).filter(|text| text != source)
}

/// Nothing if places overlap.
fn apply(source: &str, edit: &Edit) -> Option<String> {
    let mut edit = edit.clone();
    edit.sort();
    edit.dedup();
    let (mut text, mut at) = (String::new(), 0);
    for (span, new) in edit {
        text += source.get(at..span.start)?;
        text += &new;
        at = span.end;
    }
    Some(text + source.get(at..)?)
}

/// All edits that could help, those first that take most away.
fn edits(source: &str) -> Vec<Edit> {
    let (file, _) = dlm_dsl::parse(source);
    let mut found = Found { source, file: &file, edits: Vec::new(), numbers: Vec::new() };
    found.file();
    let Found { mut edits, numbers, .. } = found;
    edits.extend(everywhere(&numbers));
    let length =
        |edit: &Edit| -> isize { edit.iter().map(|(span, new)| new.len() as isize - (span.end - span.start) as isize).sum() };
    edits.sort_by_key(length);
    edits
}

/// Equal numbers all together, and each of them, made smaller.
fn everywhere(numbers: &[(Span, f64)]) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (index, (span, number)) in numbers.iter().enumerate() {
        let whole = (number / 2.0).floor();
        for smaller in [0.0, 1.0, 2.0, whole, number - 1.0].into_iter().filter(|smaller| smaller < number && *smaller >= 0.0) {
            let all: Edit =
                numbers.iter().filter(|(_, other)| other == number).map(|(at, _)| (*at, smaller.to_string())).collect();
            if all.len() > 1 && numbers[..index].iter().all(|(_, other)| other != number) {
                edits.push(all);
            }
            edits.push(vec![(*span, smaller.to_string())]);
        }
    }
    edits
}

struct Found<'a> {
    source: &'a str,
    file: &'a File,
    edits: Vec<Edit>,
    /// Every number that is written.
    numbers: Vec<(Span, f64)>,
}

impl Found<'_> {
    fn text(&self, span: Span) -> String {
        self.source[span.start..span.end].to_owned()
    }

    fn take(&mut self, span: Span) {
        self.put(span, "");
    }

    fn put(&mut self, span: Span, new: impl Into<String>) {
        self.edits.push(vec![(span, new.into())]);
    }

    fn file(&mut self) {
        for item in &self.file.items {
            match item {
                Item::Const(item) => {
                    let mut edit = vec![(item.span, String::new())];
                    let value = self.text(item.value.span);
                    for place in self.references(&item.name.name) {
                        edit.push((place.span, value.clone()));
                    }
                    self.edits.push(edit);
                    self.value(&item.value);
                }
                Item::Block(block) => {
                    self.take(block.span);
                    let spans: Vec<Span> = block
                        .parameters
                        .iter()
                        .map(|parameter| match &parameter.default {
                            Some(value) => parameter.name.span.to(value.span),
                            None => parameter.name.span,
                        })
                        .collect();
                    self.entries(&spans);
                    block
                        .parameters
                        .iter()
                        .filter_map(|parameter| parameter.default.as_ref())
                        .for_each(|value| self.value(value));
                    self.body(&block.body, None);
                }
                Item::Model(model) => self.body(&model.body, None),
                Item::Train(train) => {
                    self.take(train.span);
                    if let Some(like) = &train.like {
                        let head = train.name.as_ref().unwrap_or(&train.model).span.end;
                        let alone = (Span::new(head, like.span.end), String::new());
                        for other in &self.file.items {
                            if let Item::Train(base) = other
                                && base.name.as_ref().unwrap_or(&base.model).name == like.name
                            {
                                let settings = base
                                    .settings
                                    .iter()
                                    .filter(|setting| !train.settings.iter().any(|own| own.key.name == setting.key.name));
                                let settings: String = settings.map(|setting| self.text(setting.span) + "\n").collect();
                                let end = Span::new(train.span.end - 1, train.span.end - 1);
                                self.edits.push(vec![(base.span, String::new()), alone.clone(), (end, settings)]);
                            }
                        }
                        self.edits.push(vec![alone]);
                    }
                    for setting in &train.settings {
                        self.take(setting.span);
                        self.value(&setting.value);
                    }
                    // Half of them, so that many go at once.
                    for half in train.settings.chunks(train.settings.len().div_ceil(2).max(1)) {
                        self.edits.push(half.iter().map(|setting| (setting.span, String::new())).collect());
                    }
                }
            }
        }
    }

    /// The statements of a body; what is named before it may take a name's place.
    fn body(&mut self, body: &[Statement], before: Option<&str>) {
        let mut before = before.map(str::to_owned);
        for statement in body {
            self.take(statement.span);
            let name = match &statement.kind {
                StatementKind::Input { name, ty } => {
                    self.of_type(ty);
                    Some(name)
                }
                StatementKind::Output { name, ty, value } => {
                    self.of_type(ty);
                    if let Some(value) = value {
                        self.take(Span::new(ty.span.end, value.span.end));
                    }
                    Some(name)
                }
                StatementKind::Chain { name, links } => {
                    if let Some(name) = name {
                        self.take(Span::new(name.span.start, links[0].span().start));
                    }
                    self.chain(links, before.as_deref());
                    name.as_ref()
                }
            };
            if let Some(name) = name {
                // With all that refers to it.
                let places = self.references(&name.name);
                let mut all = vec![(statement.span, String::new())];
                all.extend(places.iter().map(|place| (place.entry, String::new())));
                self.edits.push(all);
                if let Some(before) = &before {
                    let mut renamed = vec![(statement.span, String::new())];
                    renamed.extend(places.iter().map(|place| (place.span, before.clone())));
                    self.edits.push(renamed);
                }
                if !matches!(statement.kind, StatementKind::Output { .. }) {
                    before = Some(name.name.clone());
                }
            }
        }
    }

    fn chain(&mut self, links: &[Link], before: Option<&str>) {
        for (index, link) in links.iter().enumerate() {
            if let Some(next) = links.get(index + 1) {
                self.take(Span::new(link.span().start, next.span().start));
            } else if index > 0 {
                let last = Span::new(links[index - 1].span().end, link.span().end);
                self.put(last, self.end(last, String::new()));
            }
            self.link(link, before);
        }
    }

    fn link(&mut self, link: &Link, before: Option<&str>) {
        match link {
            Link::Call(call) => {
                self.call(call);
                if let Some([Argument { name: None, value }, ..]) = call.arguments.as_deref() {
                    // One of what a join takes.
                    self.put(call.span, self.text(value.span));
                }
                let block = self.file.items.iter().find_map(|item| match item {
                    Item::Block(block) if block.name.name == call.name.name => Some(block),
                    _ => None,
                });
                if let Some(expanded) = block.and_then(|block| self.expanded(block, call)) {
                    self.put(call.span, expanded);
                }
                if call.name.name != "relu" && !call.name.name.contains("dense") {
                    self.put(call.span, "relu");
                }
            }
            Link::Repeat { count, body, span } => {
                self.value(count);
                self.inside(body, *span);
                self.body(body, before);
            }
            Link::Residual { arguments, body, span } => {
                self.arguments(arguments);
                self.inside(body, *span);
                self.body(body, before);
            }
        }
    }

    /// The statements of a link in its place, in one chain.
    fn inside(&mut self, body: &[Statement], span: Span) {
        let chains: Vec<String> = body.iter().filter_map(|statement| self.chain_of(statement)).collect();
        self.put(span, self.end(span, chains.join(" -> ")));
    }

    /// What comes in the place of links, which need a semicolon where a body at their end needed none.
    fn end(&self, span: Span, new: String) -> String {
        let rest = self.source[span.end..].trim_start();
        if rest.starts_with(';') || rest.starts_with("->") { new } else { new + ";" }
    }

    fn chain_of(&self, statement: &Statement) -> Option<String> {
        let StatementKind::Chain { links, .. } = &statement.kind else { return None };
        Some(self.text(links.first()?.span().to(links.last()?.span())))
    }

    /// A block's statements in one chain, with its parameters' values.
    fn expanded(&self, block: &Block, call: &Call) -> Option<String> {
        let mut chains = Vec::new();
        for statement in &block.body {
            let StatementKind::Chain { links, .. } = &statement.kind else { return None };
            let whole = links.first()?.span().to(links.last()?.span());
            let mut edit: Edit = Vec::new();
            for (index, parameter) in block.parameters.iter().enumerate() {
                let arguments = call.arguments.as_deref().unwrap_or_default();
                let named =
                    arguments.iter().find(|argument| argument.name.as_ref().is_some_and(|name| name.name == parameter.name.name));
                let placed = arguments.get(index).filter(|argument| argument.name.is_none());
                let value = named.or(placed).map(|argument| &argument.value).or(parameter.default.as_ref())?;
                let places = self.references(&parameter.name.name);
                let inside = places.iter().filter(|place| whole.start <= place.span.start && place.span.end <= whole.end);
                edit.extend(inside.map(|place| {
                    (Span::new(place.span.start - whole.start, place.span.end - whole.start), self.text(value.span))
                }));
            }
            chains.push(apply(&self.text(whole), &edit)?);
        }
        Some(chains.join(" -> "))
    }

    fn of_type(&mut self, ty: &Type) {
        self.as_a_row(ty);
        if ty.name.name == "binary" {
            self.put(ty.span, "f32[1]");
        } else {
            self.put(ty.name.span, "f32");
        }
        let sizes = ty.dimensions.as_deref().unwrap_or_default();
        self.entries(&sizes.iter().map(|size| size.span).collect::<Vec<_>>());
        sizes.iter().for_each(|size| self.value(size));
    }

    /// A type of several axes as one of a row, without what brings values to its shape.
    fn as_a_row(&mut self, ty: &Type) {
        let Some(all @ [first, .., last]) = ty.dimensions.as_deref() else { return };
        let sizes = first.span.to(last.span);
        let size = |size: &Value| match size.kind {
            ValueKind::Number(size) => Some(size),
            _ => None,
        };
        let Some(product) = all.iter().map(size).product::<Option<f64>>() else { return };
        let mut edit = vec![(sizes, product.to_string())];
        let shape = format!("reshape({})", self.text(sizes));
        for (at, _) in self.source.match_indices(&format!(" -> {shape}")) {
            edit.push((Span::new(at, at + " -> ".len() + shape.len()), String::new()));
        }
        for (at, _) in self.source.match_indices(&format!("    {shape};")) {
            edit.push((Span::new(at, at + "    ;".len() + shape.len()), String::new()));
        }
        self.edits.push(edit);
    }

    fn call(&mut self, call: &Call) {
        let Some(arguments) = &call.arguments else { return };
        self.take(Span::new(call.name.span.end, call.span.end));
        self.arguments(arguments);
    }

    fn arguments(&mut self, arguments: &[Argument]) {
        self.entries(&arguments.iter().map(argument_span).collect::<Vec<_>>());
        arguments.iter().for_each(|argument| self.value(&argument.value));
    }

    /// Each entry of a list goes with the comma beside it.
    fn entries(&mut self, spans: &[Span]) {
        (0..spans.len()).for_each(|index| self.take(with_comma(spans, index)));
    }

    fn value(&mut self, value: &Value) {
        match &value.kind {
            ValueKind::Number(number) => self.numbers.push((value.span, *number)),
            ValueKind::Bool(true) => self.put(value.span, "false"),
            ValueKind::Bool(false) | ValueKind::Text(_) => {}
            ValueKind::Path(segments) => {
                if let [.., before, last] = segments.as_slice() {
                    self.take(Span::new(before.name.span.end, last.name.span.end));
                }
                for (from, to) in segments.iter().filter_map(|segment| segment.turns.as_ref()) {
                    let end = to.as_ref().map_or(from.span.end, |to| to.span.end);
                    self.take(Span::new(from.span.start - 1, end + 1));
                }
            }
            ValueKind::Call(call) => {
                self.call(call);
                if let Some([argument, ..]) = call.arguments.as_deref() {
                    self.put(value.span, self.text(argument.value.span));
                }
            }
            ValueKind::Tuple(arguments) => {
                self.arguments(arguments);
                if let [argument, ..] = arguments.as_slice() {
                    self.put(value.span, self.text(argument.value.span));
                }
            }
            ValueKind::Parenthesized(inner) | ValueKind::Negative(inner) => {
                self.put(value.span, self.text(inner.span));
                self.value(inner);
            }
            ValueKind::List(values) => {
                self.entries(&values.iter().map(|value| value.span).collect::<Vec<_>>());
                values.iter().for_each(|value| self.value(value));
            }
            ValueKind::Binary { operator, left, right } => {
                if let (ValueKind::Number(left), ValueKind::Number(right)) = (&left.kind, &right.kind) {
                    let result = match operator {
                        Operator::Add => left + right,
                        Operator::Subtract => left - right,
                        Operator::Multiply => left * right,
                        Operator::Divide => left / right,
                    };
                    self.put(value.span, result.to_string());
                }
                for side in [left, right] {
                    self.put(value.span, self.text(side.span));
                    self.value(side);
                }
            }
        }
    }

    /// Every place that refers to a name.
    fn references(&self, name: &str) -> Vec<Place> {
        let mut found = References { name, places: Vec::new() };
        for item in &self.file.items {
            match item {
                Item::Const(item) => found.value(&item.value, item.value.span),
                Item::Block(block) => {
                    block
                        .parameters
                        .iter()
                        .filter_map(|parameter| parameter.default.as_ref())
                        .for_each(|value| found.value(value, value.span));
                    found.body(&block.body);
                }
                Item::Model(model) => found.body(&model.body),
                Item::Train(train) => train.settings.iter().for_each(|setting| found.value(&setting.value, setting.value.span)),
            }
        }
        found.places
    }
}

/// Where a name is referred to, and what goes with it if it goes.
#[derive(Clone, Copy)]
struct Place {
    span: Span,
    entry: Span,
}

struct References<'a> {
    name: &'a str,
    places: Vec<Place>,
}

impl References<'_> {
    fn body(&mut self, body: &[Statement]) {
        for statement in body {
            match &statement.kind {
                StatementKind::Input { ty, .. } => self.of_type(ty),
                StatementKind::Output { ty, value, .. } => {
                    self.of_type(ty);
                    if let Some(value) = value.as_ref().filter(|value| value.name == self.name) {
                        self.places.push(Place { span: value.span, entry: Span::new(ty.span.end, value.span.end) });
                    }
                }
                StatementKind::Chain { links, .. } => self.chain(links),
            }
        }
    }

    fn chain(&mut self, links: &[Link]) {
        for (index, link) in links.iter().enumerate() {
            match link {
                Link::Call(call) => {
                    if call.name.name == self.name {
                        let next = links.get(index + 1).map_or(call.span.end, |next| next.span().start);
                        self.places.push(Place { span: call.name.span, entry: Span::new(call.span.start, next) });
                    }
                    self.arguments(call.arguments.as_deref().unwrap_or_default());
                }
                Link::Repeat { count, body, .. } => {
                    self.value(count, count.span);
                    self.body(body);
                }
                Link::Residual { arguments, body, .. } => {
                    self.arguments(arguments);
                    self.body(body);
                }
            }
        }
    }

    fn of_type(&mut self, ty: &Type) {
        ty.dimensions.iter().flatten().for_each(|size| self.value(size, size.span));
    }

    fn arguments(&mut self, arguments: &[Argument]) {
        let spans: Vec<Span> = arguments.iter().map(argument_span).collect();
        for (index, argument) in arguments.iter().enumerate() {
            self.value(&argument.value, with_comma(&spans, index));
        }
    }

    /// A value that goes with `entry`.
    fn value(&mut self, value: &Value, entry: Span) {
        match &value.kind {
            ValueKind::Path(segments) if segments[0].name.name == self.name => {
                self.places.push(Place { span: segments[0].name.span, entry });
            }
            // What is said of one layer goes with the layer.
            ValueKind::Tuple(arguments) => match arguments.as_slice() {
                [Argument { name: None, value: first }, ..] => self.value(first, entry),
                arguments => self.arguments(arguments),
            },
            ValueKind::Call(call) => {
                if call.name.name == self.name {
                    self.places.push(Place { span: call.name.span, entry });
                }
                self.arguments(call.arguments.as_deref().unwrap_or_default());
            }
            ValueKind::List(values) => {
                let spans: Vec<Span> = values.iter().map(|value| value.span).collect();
                for (index, value) in values.iter().enumerate() {
                    self.value(value, with_comma(&spans, index));
                }
            }
            ValueKind::Parenthesized(inner) | ValueKind::Negative(inner) => self.value(inner, entry),
            ValueKind::Binary { left, right, .. } => {
                self.value(left, entry);
                self.value(right, entry);
            }
            _ => {}
        }
    }
}

fn argument_span(argument: &Argument) -> Span {
    argument.name.as_ref().map_or(argument.value.span, |name| name.span.to(argument.value.span))
}

/// An entry of a list, with what stands between it and the next, or the one before if it is the last.
fn with_comma(spans: &[Span], index: usize) -> Span {
    match (spans.get(index + 1), index.checked_sub(1)) {
        (Some(next), _) => Span::new(spans[index].start, next.start),
        (None, Some(before)) => Span::new(spans[before].end, spans[index].end),
        (None, None) => spans[index],
    }
}
