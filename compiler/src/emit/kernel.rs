//! Prints a loop over rows as a function, and the call of it.
//!
//! Names: an array is `x_rows`, its row at hand `x_row`, an element `x`. A function takes the rows that it is to do:
//! what it writes holds those alone, what it reads holds all rows, of which `first` is its first.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use proc_macro2::{Ident, Literal, TokenStream, TokenTree};
use quote::{format_ident, quote};

use crate::expr::Leaf;
use crate::plan::{Content, Plan, ProductBy, RowKernel, Statement};
use crate::train_graph::{Columns, Operation, Tensor, TensorId, TensorKind, ValueId};
use crate::update::local_name;

/// Where an array lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// A tensor of model or optimizer.
    Tensor(TensorId),
    /// The work space.
    Buffer(Content),
    /// An input, as given.
    Raw(usize),
    /// Numbers of the program's own.
    Constants(ValueId),
}

/// A function and how it is called.
pub struct Function {
    /// What is in its braces.
    pub body: TokenStream,
    /// Its parameters but for the arrays that it writes, with their types.
    pub parameters: TokenStream,
    /// The names of the arrays that it writes.
    pub written: Vec<Ident>,
    /// The arguments for `parameters`.
    pub arguments: TokenStream,
    /// The arrays that it reads, in the order of the arguments named `read_0`, `read_1`, ….
    pub reads: Vec<Source>,
    /// The arrays that it writes, with the length of a row.
    pub writes: Vec<(Source, usize)>,
    /// The scalars of the step that it takes.
    pub scalars: Vec<usize>,
    /// What it calls its arrays and elements.
    locals: HashSet<String>,
}

impl Function {
    /// Its types and what it does, whatever it calls its arrays and elements: equal ones are one function.
    pub fn key(&self) -> String {
        let mut key = Key { locals: &self.locals, numbers: HashMap::new(), text: String::new() };
        key.tokens(&self.parameters);
        key.tokens(&self.written.iter().map(|name| quote!(#name,)).collect());
        key.tokens(&self.body);
        key.text
    }
}

/// Prints tokens with a number for each name of the function's own, in the order in which they first occur.
struct Key<'a> {
    locals: &'a HashSet<String>,
    numbers: HashMap<String, usize>,
    text: String,
}

impl Key<'_> {
    fn tokens(&mut self, tokens: &TokenStream) {
        // What follows `::` or `.` is no name of the function's own, whatever a layer is called: `level::tanh(x)`.
        let (mut member, mut before) = (false, ' ');
        for token in tokens.clone() {
            let punct = if let TokenTree::Punct(punct) = &token { punct.as_char() } else { ' ' };
            let begins_member = match punct {
                ':' => before == ':',
                '.' => before != '.',
                _ => false,
            };
            match token {
                TokenTree::Group(group) => {
                    let _ = write!(self.text, "{:?} ", group.delimiter());
                    self.tokens(&group.stream());
                    self.text.push_str("end ");
                }
                TokenTree::Ident(name) if !member => self.name(&name.to_string()),
                other => {
                    let _ = write!(self.text, "{other} ");
                }
            }
            (member, before) = (begins_member, punct);
        }
    }

    fn name(&mut self, name: &str) {
        let (base, suffix) = self.split(name);
        if self.locals.contains(base) {
            let next = self.numbers.len();
            let number = *self.numbers.entry(base.to_owned()).or_insert(next);
            // No number of Rust's begins so.
            let _ = write!(self.text, "#{number}{suffix} ");
        } else {
            let _ = write!(self.text, "{name} ");
        }
    }

    /// A name of its own, and what was added to it: see [`SUFFIXES`], and the bindings of an expression.
    fn split<'n>(&self, name: &'n str) -> (&'n str, &'n str) {
        let base = match name.strip_suffix('_') {
            // `x_1_`: no name of its own ends in an underscore.
            Some(bound) => bound.rsplit_once('_').map(|(base, _)| base),
            None => SUFFIXES.iter().find_map(|suffix| name.strip_suffix(suffix)),
        };
        base.map_or((name, ""), |base| name.split_at(base.len()))
    }
}

/// What is added to the name of an array.
const SUFFIXES: [&str; 4] = ["_rows", "_row", "_column", "_block"];

/// A number without a suffix.
pub fn number(value: usize) -> Literal {
    Literal::usize_unsuffixed(value)
}

/// Prints a loop over rows.
pub fn function(plan: &Plan, kernel: &RowKernel) -> Function {
    Printer::new(plan, kernel).function()
}

pub(super) struct Printer<'a> {
    pub(super) plan: &'a Plan,
    pub(super) kernel: &'a RowKernel,
    pub(super) names: HashMap<Source, Ident>,
    /// What each value is called that the kernel computes.
    pub(super) elements: HashMap<ValueId, Ident>,
    taken: HashSet<String>,
    reads: Vec<Source>,
    pub(super) writes: Vec<(Source, usize)>,
    /// Values whose rows of a block are kept on the stack.
    pub(super) temporaries: Vec<ValueId>,
    /// Values of one number a row that are kept on the stack for the rows of a block.
    pub(super) columns: Vec<ValueId>,
    scalars: Vec<usize>,
}

impl<'a> Printer<'a> {
    fn new(plan: &'a Plan, kernel: &'a RowKernel) -> Self {
        let mut printer = Self {
            plan,
            kernel,
            names: HashMap::new(),
            elements: HashMap::new(),
            taken: HashSet::new(),
            reads: Vec::new(),
            writes: Vec::new(),
            temporaries: Vec::new(),
            columns: Vec::new(),
            scalars: Vec::new(),
        };
        printer.collect();
        printer
    }

    /// Finds what is read, written and kept, and names it all.
    fn collect(&mut self) {
        for (tensor, value) in &self.kernel.writes {
            self.add_write(Source::Tensor(*tensor), self.plan.width(*value));
        }
        for id in &self.kernel.values {
            if self.plan.buffer(Content::Value(*id)).is_some() {
                self.add_write(Source::Buffer(Content::Value(*id)), self.plan.width(*id));
            }
        }
        for id in self.kernel.values.clone() {
            let name = self.fresh(&self.plan.graph.value(id).name.clone());
            self.elements.insert(id, name);
            let operation = self.plan.graph.value(id).operation.clone();
            for operand in operation.direct() {
                self.add_read(self.source(operand));
            }
            self.add_read(operation.transposed().map(|id| Source::Buffer(Content::Transposed(id))));
            if let Operation::Map { expr, .. } = &operation {
                expr.leaves(&mut |leaf| {
                    if let Leaf::Scalar(index) = leaf
                        && !self.scalars.contains(&index)
                    {
                        self.scalars.push(index);
                    }
                });
            }
        }
        for (_, id) in &self.kernel.writes {
            self.add_read(self.source(*id));
        }
        for statement in self.kernel.stages.iter().flat_map(|stage| &stage.statements) {
            if let Statement::Keep(id) | Statement::Draw(id) = statement
                && self.plan.buffer(Content::Value(*id)).is_none()
                && self.has_columns(*id)
                && !self.temporaries.contains(id)
            {
                self.temporaries.push(*id);
            }
        }
        self.columns = self.kernel.values.iter().copied().filter(|id| self.outlives_its_stage(*id)).collect();
        let sources: Vec<Source> = self.writes.iter().map(|(source, _)| *source).chain(self.reads.iter().copied()).collect();
        for source in sources {
            let name = match source {
                Source::Tensor(tensor) => tensor_name(&self.plan.graph.tensors[tensor.0]),
                Source::Buffer(Content::Value(id)) => match self.elements.get(&id) {
                    Some(name) => name.to_string(),
                    None => self.plan.graph.value(id).name.clone(),
                },
                Source::Buffer(Content::Transposed(id)) => format!("{}_transposed", self.plan.graph.value(id).name),
                Source::Raw(_) => "sample".into(),
                Source::Constants(id) => self.plan.graph.value(id).name.clone(),
            };
            let own = matches!(source, Source::Buffer(Content::Value(id)) if self.elements.contains_key(&id));
            let name = if own { format_ident!("{}", name) } else { self.fresh(&name) };
            self.names.insert(source, name);
        }
    }

    /// Whether a value of one number a row is needed in another pass over the rows than the one that computes it, and has no
    /// buffer to be read from there.
    fn outlives_its_stage(&self, id: ValueId) -> bool {
        if self.has_columns(id) || self.is_product(id) || self.plan.buffer(Content::Value(id)).is_some() {
            return false;
        }
        let operation = &self.plan.graph.value(id).operation;
        let by_pass = match operation {
            Operation::Uniform { .. } => true,
            Operation::SumColumns(of) | Operation::MaxColumns(of) => self.has_columns(*of),
            _ => false,
        };
        let uses = |statement: &Statement| match *statement {
            Statement::Compute(user)
            | Statement::Sum(user)
            | Statement::Greatest(user)
            | Statement::AddToLane(user)
            | Statement::RaiseTo(user) => self.plan.graph.value(user).operation.operands().contains(&id),
            Statement::Write(_, written) => written == id,
            Statement::Keep(_) | Statement::Draw(_) => false,
        };
        let computes = |statement: &Statement| matches!(*statement, Statement::Compute(own) | Statement::Sum(own) | Statement::Greatest(own) if own == id);
        by_pass
            || self.kernel.stages.iter().any(|stage| stage.statements.iter().any(uses) && !stage.statements.iter().any(computes))
    }

    fn add_write(&mut self, source: Source, width: usize) {
        if !self.writes.iter().any(|(other, _)| *other == source) {
            self.writes.push((source, width));
        }
    }

    fn add_read(&mut self, source: Option<Source>) {
        if let Some(source) = source
            && !self.reads.contains(&source)
            && !self.writes.iter().any(|(other, _)| *other == source)
        {
            self.reads.push(source);
        }
    }

    fn fresh(&mut self, name: &str) -> Ident {
        let mut base: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).collect();
        // A trailing underscore is for what an expression binds on its way; a capital could be a constant or variant.
        if base.is_empty() || !base.starts_with(|c: char| c.is_ascii_lowercase()) || is_reserved(&base) {
            base.insert_str(0, "v_");
        }
        base.truncate(base.trim_end_matches('_').len());
        if SUFFIXES.iter().any(|suffix| base.ends_with(suffix)) {
            base.push_str("_v");
        }
        let mut candidate = base.clone();
        let mut count = 1;
        while !self.taken.insert(candidate.clone()) {
            count += 1;
            candidate = format!("{base}_{count}");
        }
        format_ident!("{candidate}")
    }

    /// Where a value lives that this kernel does not compute; `None`: it computes it.
    pub(super) fn source(&self, id: ValueId) -> Option<Source> {
        match self.plan.graph.value(id).operation {
            Operation::Read(tensor) => Some(Source::Tensor(tensor)),
            Operation::Raw(input) => Some(Source::Raw(input)),
            Operation::Constants(_) => Some(Source::Constants(id)),
            _ if self.kernel.values.contains(&id) => None,
            _ => Some(Source::Buffer(Content::Value(id))),
        }
    }

    pub(super) fn is_product(&self, id: ValueId) -> bool {
        self.kernel.product.is_some_and(|(product, _)| product == id)
    }

    pub(super) fn has_columns(&self, id: ValueId) -> bool {
        self.plan.graph.extent(id).columns != Columns::One
    }

    pub(super) fn is_written(&self, source: Source) -> bool {
        self.writes.iter().any(|(other, _)| *other == source)
    }

    /// The number of columns that hold something.
    pub(super) fn in_use(&self, columns: Columns) -> TokenStream {
        match columns {
            Columns::Batch => quote!(n),
            _ => self.walked(columns),
        }
    }

    /// The number of columns that loops run over: constant for a step, whatever the batch, since rows are whole vectors and
    /// what is computed in columns that hold nothing is never looked at.
    pub(super) fn walked(&self, columns: Columns) -> TokenStream {
        let columns = match columns {
            Columns::One => number(1),
            Columns::Batch if self.plan.varies() => return quote!(columns),
            Columns::Batch => number(self.plan.stride()),
            Columns::Fixed(columns) => number(columns),
        };
        quote!(#columns)
    }

    /// The array of a source.
    pub(super) fn rows_of(&self, source: Source) -> Ident {
        format_ident!("{}_rows", self.names[&source])
    }

    /// The row at hand of a source.
    pub(super) fn row_of(&self, source: Source) -> Ident {
        format_ident!("{}_row", self.names[&source])
    }

    /// The streams that it draws from.
    fn streams(&self) -> Vec<u32> {
        let stream = |id: &ValueId| match self.plan.graph.value(*id).operation {
            Operation::Uniform { stream } => Some(stream),
            _ => None,
        };
        self.kernel.values.iter().filter_map(stream).collect()
    }

    /// What the stream of a draw is called: an argument, so that layers which draw share a function.
    pub(super) fn stream_of(&self, stream: u32) -> Ident {
        stream_name(self.streams().iter().position(|own| *own == stream).expect("it draws from that stream"))
    }

    fn function(mut self) -> Function {
        let body = self.body();
        let mut parameters = quote!(first: usize, n: usize,);
        let mut arguments = quote!(first, n,);
        if self.plan.varies() {
            parameters.extend(quote!(columns: usize,));
            arguments.extend(quote!(columns,));
        }
        if self.kernel.product.is_some_and(|(_, by)| by == ProductBy::MatrixMultiply) {
            parameters.extend(quote!(machine: &Machine,));
            arguments.extend(quote!(machine,));
        }
        let streams = self.streams();
        if !streams.is_empty() {
            parameters.extend(quote!(seed: u64, draw: u64,));
            arguments.extend(quote!(seed, draw,));
        }
        for (index, stream) in streams.into_iter().enumerate() {
            let (name, stream) = (stream_name(index), Literal::u32_unsuffixed(stream));
            parameters.extend(quote!(#name: u32,));
            arguments.extend(quote!(#stream,));
        }
        for index in &self.scalars {
            let name = scalar_name(*index);
            parameters.extend(quote!(#name: f32,));
            arguments.extend(quote!(#name,));
        }
        for (index, source) in self.reads.iter().enumerate() {
            let (name, argument) = (self.rows_of(*source), format_ident!("read_{index}"));
            parameters.extend(quote!(#name: &[f32],));
            arguments.extend(quote!(#argument,));
        }
        let written = self.writes.iter().map(|(source, _)| self.rows_of(*source)).collect();
        let mut locals = self.taken;
        locals.extend(self.scalars.iter().map(|index| scalar_name(*index).to_string()));
        Function { body, parameters, written, arguments, reads: self.reads, writes: self.writes, scalars: self.scalars, locals }
    }
}

/// The name of a scalar of the step.
pub fn scalar_name(index: usize) -> Ident {
    format_ident!("scalar_{index}")
}

fn stream_name(index: usize) -> Ident {
    format_ident!("stream_{index}")
}

/// What to call a tensor: `dense_weight`, `dense_weight_m`, `image_shift`.
fn tensor_name(tensor: &Tensor) -> String {
    local_name(&tensor.name, if matches!(tensor.kind, TensorKind::State(..)) { 3 } else { 2 })
}

/// Names that mean something else in a function.
fn is_reserved(name: &str) -> bool {
    matches!(
        name,
        "first"
            | "n"
            | "i"
            | "j"
            | "start"
            | "height"
            | "rows"
            | "columns"
            | "level"
            | "machine"
            | "seed"
            | "draw"
            | "call"
            | "step"
            | "infer"
            | "pow_int"
    ) || name.starts_with("scalar_")
        || name.starts_with("stream_")
        || name.starts_with("read_")
        || is_keyword(name)
}

/// Whether Rust means something by it.
pub fn is_keyword(name: &str) -> bool {
    const KEYWORDS: &[&str] = &[
        "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else", "enum",
        "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move",
        "mut", "override", "priv", "pub", "ref", "return", "self", "Self", "static", "struct", "super", "trait", "true", "try",
        "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield", "_",
    ];
    KEYWORDS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_equal_but_for_the_names_of_their_own() {
        let key = |locals: &[&str], tokens: TokenStream| {
            let locals = locals.iter().map(|name| (*name).to_owned()).collect();
            let mut key = Key { locals: &locals, numbers: HashMap::new(), text: String::new() };
            key.tokens(&tokens);
            key.text
        };
        assert_eq!(key(&["x"], quote!(x_row[i] + x)), key(&["h_2"], quote!(h_2_row[i] + h_2)));
        assert_ne!(key(&["x", "y"], quote!(x - y * x)), key(&["x", "y"], quote!(x - y * y)));
        assert_ne!(key(&["x"], quote!(x + level::tanh(x))), key(&["x"], quote!(x + level::exp(x))));
        // The number of a name is none of the program's.
        assert_ne!(key(&["x"], quote!(x + x)), key(&["x"], quote!(x + 0)));
    }

    #[test]
    fn what_functions_call_is_no_name_of_their_own() {
        assert!(is_reserved("pow_int") && is_reserved("level"));
    }
}
