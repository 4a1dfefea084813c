//! Prints what a function does: block by block of its rows the product, then the stages of its kernel one after the other,
//! each over all rows of the block.
//!
//! Stage by stage rather than row by row, since rows are independent: what happens once a row (means, deviations, updates of
//! biases) is then a loop over rows that runs in vectors, and the sums of one row do not wait for those of the one before.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::expr::{Number, print};
use super::kernel::{Printer, Source, number, scalar_name};
use crate::expr::Leaf;
use crate::interpret::LANES;
use crate::plan::{Content, ProductBy, Stage, Statement};
use crate::train_graph::{Columns, Operation, ValueId};

/// How a stage's loop over columns runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Walk {
    /// There is none: once a row.
    Rows,
    /// Row by row.
    Columns,
    /// Over the elements of all rows of the block, which lie one after the other.
    Flat,
}

/// Names and what binds them, in the order in which they are first used: not by the names themselves, so that functions which
/// differ in those alone are equal.
#[derive(Default)]
struct Bindings(Vec<(String, TokenStream)>);

impl Bindings {
    /// Binds a name, or binds it otherwise.
    fn insert(&mut self, name: String, binding: TokenStream) {
        match self.0.iter_mut().find(|(other, _)| *other == name) {
            Some((_, old)) => *old = binding,
            None => self.0.push((name, binding)),
        }
    }

    /// Binds a name that is not bound.
    fn insert_new(&mut self, name: String, binding: TokenStream) {
        if self.0.iter().all(|(other, _)| *other != name) {
            self.0.push((name, binding));
        }
    }

    fn print(self) -> TokenStream {
        self.0.into_iter().map(|(_, binding)| binding).collect()
    }
}

/// The length from which an array is a constant, which code without optimisation does not hold twice, as it does what is computed
/// and then moved. A constant takes rustc longer.
const LONG: usize = 1 << 12;

/// A new array on the stack.
fn zeros(len: usize) -> TokenStream {
    let elements = number(len);
    let array = quote!(Aligned([0.0f32; #elements]));
    if len >= LONG { quote!(const { #array }) } else { array }
}

impl Printer<'_> {
    /// What is in the function's braces.
    pub(super) fn body(&mut self) -> TokenStream {
        let block = self.kernel.block;
        let mut out = TokenStream::new();
        for id in &self.temporaries {
            let name = format_ident!("{}_block", self.elements[id]);
            let zeros = zeros(block * self.plan.width(*id));
            out.extend(quote!(let mut #name = #zeros;));
        }
        for id in &self.columns {
            let (name, zeros) = (format_ident!("{}_column", self.elements[id]), zeros(block));
            out.extend(quote!(let mut #name = #zeros;));
        }
        out.extend(self.prepare_sums());
        let rows = self.row_count();
        let product = self.kernel.product.map(|(id, by)| {
            let width = number(self.plan.width(id));
            let name = &self.elements[&id];
            let target = if self.plan.buffer(Content::Value(id)).is_some() {
                let rows = format_ident!("{name}_rows");
                quote!(&mut #rows[start * #width..])
            } else {
                let (block_name, zeros) = (format_ident!("{name}_block"), zeros(block * self.plan.width(id)));
                out.extend(quote!(let mut #block_name = #zeros;));
                quote!(&mut #block_name[..])
            };
            self.product(id, by, &target)
        });
        let parts = self.parts();
        let stages: TokenStream = self.kernel.stages.iter().map(|stage| self.stage(stage)).collect();
        if block >= self.kernel.rows {
            out.extend(quote!(let (start, height) = (0, #rows); #product #parts #stages));
        } else {
            let block = number(block);
            out.extend(quote! {
                let rows = #rows;
                for start in (0..rows).step_by(#block) {
                    let height = usize::min(#block, rows - start);
                    #product
                    #parts
                    #stages
                }
            });
        }
        out.extend(self.finish_sums());
        out
    }

    /// The number of rows that this call is to do.
    fn row_count(&self) -> TokenStream {
        // The arrays of sums over rows have no row for each.
        let whole = self.writes.iter().find(|(source, _)| self.has_rows(*source));
        match whole {
            Some((source, width)) if self.kernel.rows > 1 => {
                let (name, columns) = (self.rows_of(*source), number(*width));
                if *width == 1 { quote!(#name.len()) } else { quote!(#name.len() / #columns) }
            }
            _ => {
                let rows = number(self.kernel.rows);
                quote!(#rows)
            }
        }
    }

    /// Whether an array that is written has a row for each of the kernel's.
    fn has_rows(&self, source: Source) -> bool {
        match source {
            Source::Buffer(Content::Value(id)) => self.plan.graph.extent(id).rows == self.kernel.rows && !self.sums_rows(id),
            _ => true,
        }
    }

    fn sums_rows(&self, id: ValueId) -> bool {
        matches!(self.plan.graph.value(id).operation, Operation::SumRows(_) | Operation::MaxRows(_))
    }

    fn prepare_sums(&self) -> TokenStream {
        let mut out = TokenStream::new();
        for id in self.kernel.values.iter().filter(|id| self.sums_rows(**id)) {
            let rows = format_ident!("{}_rows", self.elements[id]);
            let start = match self.plan.graph.value(*id).operation {
                Operation::SumRows(_) => quote!(0.0),
                _ => quote!(f32::NEG_INFINITY),
            };
            out.extend(quote!(#rows.fill(#start);));
        }
        out
    }

    fn finish_sums(&self) -> TokenStream {
        let mut out = TokenStream::new();
        for id in &self.kernel.values {
            if let Operation::SumRows(_) = self.plan.graph.value(*id).operation {
                let (rows, width) = (format_ident!("{}_rows", self.elements[id]), number(self.plan.width(*id)));
                let columns = self.walked(self.plan.graph.extent(*id).columns);
                let filled = number(self.kernel.rows.min(LANES));
                out.extend(quote!(level::fold_filled_lanes(#rows, #width, #columns, #filled);));
            }
        }
        out
    }

    fn product(&self, id: ValueId, by: ProductBy, target: &TokenStream) -> TokenStream {
        let graph = &self.plan.graph;
        let Operation::Product { left, left_transposed, right, right_transposed } = graph.value(id).operation else {
            unreachable!("a product begins the kernel");
        };
        let width = number(self.plan.width(id));
        let a = self.rows_of(self.source(left).expect("a factor is computed before"));
        let (a_start, a_row, a_depth, depth) = if left_transposed {
            let (stride, depth) = (number(self.plan.width(left)), number(graph.extent(left).rows));
            (quote!(first + start), quote!(1), quote!(#stride), quote!(#depth))
        } else {
            let stride = number(self.plan.width(left));
            (quote!((first + start) * #stride), quote!(#stride), quote!(1), self.in_use(graph.extent(left).columns))
        };
        let (b, b_layout, strips) = if right_transposed {
            let strips = self.plan.strips(right);
            let (width, depths) = (number(strips.width), number(strips.depths));
            (self.rows_of(Source::Buffer(Content::Transposed(right))), quote!(#width, #depths), true)
        } else {
            let stride = number(self.plan.width(right));
            (self.rows_of(self.source(right).expect("a factor is computed before")), quote!(#stride), false)
        };
        let columns = self.walked(graph.extent(id).columns);
        let function = match (by, strips) {
            (ProductBy::Tile, false) => quote!(level::product),
            (ProductBy::Tile, true) => quote!(level::product_of_strips),
            (ProductBy::MatrixMultiply, false) => quote!(level::matrixmultiply_product),
            (ProductBy::MatrixMultiply, true) => quote!(level::matrixmultiply_product_of_strips),
        };
        let machine = if by == ProductBy::MatrixMultiply { quote!(machine,) } else { quote!() };
        quote! {
            #function(
                #machine #target, #width, &#a[#a_start..], #a_row, #a_depth, #b, #b_layout, height, #columns, #depth,
            );
        }
    }

    /// Narrows every array that the stages use to the block's rows.
    fn parts(&self) -> TokenStream {
        let mut parts = Bindings::default();
        for id in self.used() {
            let Some(source) = self.source(id) else { continue };
            if self.is_written(source) {
                continue;
            }
            let extent = self.plan.graph.extent(id);
            let (rows, width) = (self.rows_of(source), self.plan.width(id));
            let part = match (extent.rows, extent.columns) {
                (1, Columns::One) => {
                    let name = &self.names[&source];
                    quote!(let #name = #rows[0];)
                }
                (1, columns) if self.kernel.rows > 1 => {
                    let (row, columns) = (self.row_of(source), self.walked(columns));
                    quote!(let #row = &#rows[..#columns];)
                }
                (_, Columns::One) => quote!(let #rows = &#rows[first + start..][..height];),
                _ => {
                    let width = number(width);
                    quote!(let #rows = &#rows[(first + start) * #width..][..height * #width];)
                }
            };
            parts.insert(rows.to_string(), part);
        }
        for (source, width) in self.writes.iter().filter(|(source, _)| self.has_rows(*source)) {
            let rows = self.rows_of(*source);
            let part = if *width == 1 {
                quote!(let #rows = &mut #rows[start..][..height];)
            } else {
                let width = number(*width);
                quote!(let #rows = &mut #rows[start * #width..][..height * #width];)
            };
            parts.insert(rows.to_string(), part);
        }
        let blocks = self.temporaries.iter().copied().chain(self.kernel.product.map(|(id, _)| id));
        for id in blocks.filter(|id| self.plan.buffer(Content::Value(*id)).is_none()) {
            let (rows, block, width) = (
                format_ident!("{}_rows", self.elements[&id]),
                format_ident!("{}_block", self.elements[&id]),
                self.plan.width(id),
            );
            let width = number(width);
            let mutable = if self.is_product(id) { quote!() } else { quote!(mut) };
            parts.insert(rows.to_string(), quote!(let #rows = & #mutable #block[..height * #width];));
        }
        for id in &self.columns {
            let (rows, column) = (format_ident!("{}_rows", self.elements[id]), format_ident!("{}_column", self.elements[id]));
            parts.insert(rows.to_string(), quote!(let #rows = &mut #column[..height];));
        }
        parts.print()
    }

    /// The operands of what the stages compute, and what they write.
    fn used(&self) -> Vec<ValueId> {
        let mut used: Vec<ValueId> = Vec::new();
        for statement in self.kernel.stages.iter().flat_map(|stage| &stage.statements) {
            if let Statement::Compute(id)
            | Statement::Sum(id)
            | Statement::Greatest(id)
            | Statement::AddToLane(id)
            | Statement::RaiseTo(id) = statement
            {
                used.extend(self.plan.graph.value(*id).operation.operands());
            }
        }
        used.extend(self.kernel.writes.iter().map(|(_, id)| *id));
        used
    }

    fn stage(&self, stage: &Stage) -> TokenStream {
        let (passes, statements): (Vec<&Statement>, Vec<&Statement>) =
            stage.statements.iter().partition(|statement| self.is_pass(statement));
        let mut out: TokenStream = passes.into_iter().map(|statement| self.pass(statement)).collect();
        if statements.is_empty() {
            return out;
        }
        let walk = self.walk(stage);
        let work: TokenStream = statements.iter().map(|statement| self.statement(statement, stage, walk)).collect();
        let columns = self.walked(stage.columns);
        out.extend(match walk {
            Walk::Flat => quote!(for j in 0..height * #columns { #work }),
            Walk::Columns => {
                let rows = self.rows_at_hand(&statements);
                quote!(for i in 0..height { #rows for j in 0..#columns { #work } })
            }
            Walk::Rows => quote!(for i in 0..height { #work }),
        });
        out
    }

    /// Whether a statement is a pass of its own over the block: sums and draws of whole rows.
    fn is_pass(&self, statement: &Statement) -> bool {
        match statement {
            Statement::Draw(_) => true,
            Statement::Sum(id) | Statement::Greatest(id) => self.has_columns(self.operand(*id)),
            _ => false,
        }
    }

    fn pass(&self, statement: &Statement) -> TokenStream {
        match *statement {
            Statement::Draw(id) => {
                let Operation::Uniform { stream } = self.plan.graph.value(id).operation else { unreachable!("a draw") };
                let (stream, width) = (self.stream_of(stream), number(self.plan.width(id)));
                let (rows, columns) =
                    (format_ident!("{}_rows", self.elements[&id]), self.in_use(self.plan.graph.extent(id).columns));
                quote! {
                    for i in 0..height {
                        level::uniform(&mut #rows[i * #width..][..#columns], seed, #stream, draw, (first + start + i) as u32);
                    }
                }
            }
            Statement::Sum(id) | Statement::Greatest(id) => {
                let operand = self.operand(id);
                let extent = self.plan.graph.extent(operand);
                let function = match statement {
                    Statement::Sum(_) => quote!(level::sum_rows),
                    _ => quote!(level::greatest_rows),
                };
                let to = format_ident!("{}_rows", self.elements[&id]);
                let from = match self.source(operand) {
                    Some(source) => self.rows_of(source),
                    None => format_ident!("{}_rows", self.elements[&operand]),
                };
                let (width, columns) = (number(self.plan.width(operand)), self.in_use(extent.columns));
                quote!(#function(#to, #from, #width, #columns);)
            }
            _ => unreachable!("not a pass"),
        }
    }

    /// How the stage's loop runs.
    fn walk(&self, stage: &Stage) -> Walk {
        if stage.columns == Columns::One {
            return Walk::Rows;
        }
        let whole = |id: ValueId| {
            let extent = self.plan.graph.extent(id);
            let outside = self.source(id).is_some_and(|source| !self.is_written(source));
            let scalar = extent.columns == Columns::One && extent.rows == 1 && outside;
            scalar || (extent.rows == self.kernel.rows && extent.columns == stage.columns)
        };
        let flat = |statement: &Statement| match *statement {
            Statement::Compute(id) => {
                let Operation::Map { expr, operands } = &self.plan.graph.value(id).operation else { return false };
                let mut placed = false;
                expr.leaves(&mut |leaf| placed |= matches!(leaf, Leaf::Row | Leaf::Column));
                !placed && operands.iter().all(|operand| whole(*operand))
            }
            Statement::Keep(id) | Statement::Write(_, id) => whole(id),
            _ => false,
        };
        // Rows that are only in use in part do not lie one after the other.
        let gaps = stage.columns == Columns::Batch && self.plan.varies();
        if !gaps && stage.statements.iter().filter(|statement| !self.is_pass(statement)).all(flat) {
            Walk::Flat
        } else {
            Walk::Columns
        }
    }

    /// Binds the row at hand of every array that a loop over columns uses, and the numbers that it uses of the row.
    fn rows_at_hand(&self, statements: &[&Statement]) -> TokenStream {
        let mut bindings = Bindings::default();
        let mut read = |id: ValueId| {
            let extent = self.plan.graph.extent(id);
            let source = self.source(id);
            // Bound for the whole block.
            let scalar_or_shared = extent.rows == 1 && (extent.columns == Columns::One || self.kernel.rows > 1);
            if scalar_or_shared && source.is_some_and(|source| !self.is_written(source)) {
                return;
            }
            let name = source.map_or_else(|| self.elements[&id].clone(), |source| self.names[&source].clone());
            let rows = format_ident!("{name}_rows");
            let (key, binding) = if extent.columns == Columns::One {
                (name.to_string(), quote!(let #name = #rows[i];))
            } else {
                let (row, width, columns) =
                    (format_ident!("{name}_row"), number(self.plan.width(id)), self.walked(extent.columns));
                (row.to_string(), quote!(let #row = &#rows[i * #width..][..#columns];))
            };
            bindings.insert_new(key, binding);
        };
        let computed_here = |id: ValueId| statements.contains(&&Statement::Compute(id));
        for statement in statements {
            match **statement {
                Statement::Compute(id) | Statement::AddToLane(id) | Statement::RaiseTo(id) => {
                    let operands = self.plan.graph.value(id).operation.operands();
                    operands.into_iter().filter(|operand| !computed_here(*operand)).for_each(&mut read);
                }
                Statement::Write(_, id) if !computed_here(id) => read(id),
                _ => {}
            }
        }
        // What is written is bound to be written, whether it is read or not.
        for statement in statements {
            let (rows, row, width, columns) = match **statement {
                Statement::Keep(id) => {
                    let name = &self.elements[&id];
                    (
                        format_ident!("{name}_rows"),
                        format_ident!("{name}_row"),
                        self.plan.width(id),
                        self.plan.graph.extent(id).columns,
                    )
                }
                Statement::Write(tensor, id) => {
                    let source = Source::Tensor(tensor);
                    (self.rows_of(source), self.row_of(source), self.plan.width(id), self.plan.graph.extent(id).columns)
                }
                Statement::AddToLane(id) | Statement::RaiseTo(id) => {
                    let name = &self.elements[&id];
                    let (rows, row) = (format_ident!("{name}_rows"), format_ident!("{name}_row"));
                    let (width, columns) = (number(self.plan.width(id)), self.walked(self.plan.graph.extent(id).columns));
                    let begin = match **statement {
                        Statement::AddToLane(_) => {
                            let lanes = number(LANES);
                            quote!((start + i) % #lanes * #width)
                        }
                        _ => quote!(0),
                    };
                    bindings.insert(row.to_string(), quote!(let #row = &mut #rows[#begin..][..#columns];));
                    continue;
                }
                _ => continue,
            };
            let (width, columns) = (number(width), self.walked(columns));
            bindings.insert(row.to_string(), quote!(let #row = &mut #rows[i * #width..][..#columns];));
        }
        bindings.print()
    }

    fn statement(&self, statement: &Statement, stage: &Stage, walk: Walk) -> TokenStream {
        match *statement {
            Statement::Compute(id) => {
                let Operation::Map { expr, operands } = &self.plan.graph.value(id).operation else {
                    unreachable!("a map is computed");
                };
                let name = &self.elements[&id];
                let leaf = |leaf: Leaf| match leaf {
                    Leaf::Operand(index) => self.element(operands[index], stage, walk),
                    Leaf::Scalar(index) => {
                        let name = scalar_name(index);
                        quote!(#name)
                    }
                    Leaf::Row => quote!((first + start + i) as f32),
                    Leaf::Column => quote!(j as f32),
                    other => unreachable!("only scalars of a step have it: {other:?}"),
                };
                let (bindings, value) = print(expr, Number::F32, &name.to_string(), &leaf);
                let keep = if self.columns.contains(&id) { self.keep(id, walk) } else { quote!() };
                quote!(#bindings let #name = #value; #keep)
            }
            Statement::Keep(id) => {
                // A sum of a row is kept where the pass over the block puts it.
                let passed = matches!(self.plan.graph.value(id).operation, Operation::SumColumns(_) | Operation::MaxColumns(_))
                    && self.has_columns(self.operand(id));
                if passed { quote!() } else { self.keep(id, walk) }
            }
            Statement::Sum(id) | Statement::Greatest(id) => {
                let function = if matches!(statement, Statement::Sum(_)) { quote!(level::sum) } else { quote!(level::greatest) };
                let (name, element) = (&self.elements[&id], self.element(self.operand(id), stage, walk));
                let keep = if self.columns.contains(&id) { self.keep(id, walk) } else { quote!() };
                quote!(let #name = #function(&[#element]); #keep)
            }
            Statement::AddToLane(id) => {
                let element = self.element(self.operand(id), stage, walk);
                if walk == Walk::Rows {
                    let (rows, lanes) = (format_ident!("{}_rows", self.elements[&id]), number(LANES));
                    return quote!(#rows[(start + i) % #lanes] += #element;);
                }
                let row = format_ident!("{}_row", self.elements[&id]);
                quote!(#row[j] += #element;)
            }
            Statement::RaiseTo(id) => {
                let element = self.element(self.operand(id), stage, walk);
                let greatest = match walk {
                    Walk::Rows => {
                        let rows = format_ident!("{}_rows", self.elements[&id]);
                        quote!(#rows[0])
                    }
                    _ => self.at(&self.elements[&id], Walk::Columns),
                };
                // Not a conditional store, which would keep the loop from running in vectors.
                quote!(#greatest = if #element > #greatest { #element } else { #greatest };)
            }
            Statement::Write(tensor, id) => {
                let source = Source::Tensor(tensor);
                let value = self.element(id, stage, walk);
                let at = self.at(&self.names[&source], walk);
                quote!(#at = #value;)
            }
            Statement::Draw(_) => unreachable!("a pass of its own"),
        }
    }

    fn keep(&self, id: ValueId, walk: Walk) -> TokenStream {
        let name = &self.elements[&id];
        let at = self.at(name, walk);
        quote!(#at = #name;)
    }

    /// The element at hand of an array of this name.
    fn at(&self, name: &Ident, walk: Walk) -> TokenStream {
        match walk {
            Walk::Rows => {
                let rows = format_ident!("{name}_rows");
                quote!(#rows[i])
            }
            Walk::Flat => {
                let rows = format_ident!("{name}_rows");
                quote!(#rows[j])
            }
            Walk::Columns => {
                let row = format_ident!("{name}_row");
                quote!(#row[j])
            }
        }
    }

    fn operand(&self, id: ValueId) -> ValueId {
        self.plan.graph.value(id).operation.operands()[0]
    }

    /// A value's element at the row and column at hand.
    fn element(&self, id: ValueId, stage: &Stage, walk: Walk) -> TokenStream {
        let extent = self.plan.graph.extent(id);
        let source = self.source(id);
        let name = source.map_or_else(|| &self.elements[&id], |source| &self.names[&source]);
        let here = stage.statements.iter().any(|statement| match *statement {
            Statement::Compute(other) => other == id,
            Statement::Sum(other) | Statement::Greatest(other) => other == id && !self.is_pass(statement),
            _ => false,
        });
        if here && source.is_none() {
            return quote!(#name);
        }
        if extent.columns == Columns::One {
            let whole = source.is_some_and(|source| extent.rows == 1 && !self.is_written(source));
            // In a loop over columns it is bound for the row.
            return if whole || walk != Walk::Rows { quote!(#name) } else { self.at(name, Walk::Rows) };
        }
        self.at(name, walk)
    }
}
