//! Prints what a function does: the product's blocks, and on each row the stages of its kernel.

use std::collections::BTreeMap;

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use super::expr::{Number, print};
use super::kernel::{Printer, Source, number, scalar_name};
use crate::expr::Leaf;
use crate::plan::{Content, ProductBy, Stage, Statement};
use crate::train_graph::{Columns, Operation, ValueId};

/// The rows of a product that are computed before the rest is done to them: whole tiles, few enough to stay in the
/// first-level cache.
const BLOCK: usize = 24;
/// The same where the right factor outgrows the second-level cache: it is read once for each block.
const LARGE_BLOCK: usize = 48;
/// From how many elements of the right factor on.
const LARGE: usize = 1 << 16;
/// The elements that a block may have, 512 KiB: it is on the stack.
const BLOCK_LEN: usize = 1 << 17;

impl Printer<'_> {
    /// What is in the function's braces.
    pub(super) fn body(&mut self) -> TokenStream {
        let mut out = TokenStream::new();
        for id in &self.temporaries {
            let (row, width) = (format_ident!("{}_space", self.elements[id]), number(self.plan.width(*id)));
            out.extend(quote!(let mut #row = [0.0f32; #width];));
        }
        out.extend(self.prepare_sums());
        let work = self.row_work();
        let rows = self.row_count();
        match self.kernel.product {
            None => out.extend(quote!(for i in 0..#rows { #work })),
            Some((id, by)) => {
                let block = number(self.block(id).min(self.kernel.rows));
                let width = number(self.plan.width(id));
                let name = self.elements[&id].clone();
                let buffered = self.plan.buffer(Content::Value(id)).is_some();
                let (target, row) = if buffered {
                    let rows = format_ident!("{name}_rows");
                    (quote!(&mut #rows[start * #width..]), quote!())
                } else {
                    let block_name = format_ident!("{name}_block");
                    out.extend(quote!(let mut #block_name = [0.0f32; #block * #width];));
                    let (row, columns) = (format_ident!("{name}_row"), self.columns(self.plan.graph.extent(id).columns));
                    (quote!(&mut #block_name), quote!(let #row = &#block_name[(i - start) * #width..][..#columns];))
                };
                let product = self.product(id, by, &target);
                let each_row = if work.is_empty() { quote!() } else { quote!(for i in start..start + height { #row #work }) };
                out.extend(quote! {
                    let rows = #rows;
                    for start in (0..rows).step_by(#block) {
                        let height = usize::min(#block, rows - start);
                        #product
                        #each_row
                    }
                });
            }
        }
        out.extend(self.finish_sums());
        out
    }

    /// The rows of a product that are computed at once.
    fn block(&self, id: ValueId) -> usize {
        let Operation::Product { right, .. } = self.plan.graph.value(id).operation else { return BLOCK };
        let elements = self.plan.graph.extent(right).rows * self.plan.width(right);
        let rows = if elements >= LARGE { LARGE_BLOCK } else { BLOCK };
        rows.min(BLOCK_LEN / self.plan.width(id)).max(1)
    }

    /// The number of rows that this call is to do.
    fn row_count(&self) -> TokenStream {
        // The arrays of sums over rows have no row for each.
        let whole = self.writes.iter().find(|(source, _)| match source {
            Source::Buffer(Content::Value(id)) => self.plan.graph.extent(*id).rows == self.kernel.rows && !self.sums_rows(*id),
            _ => true,
        });
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
                let columns = self.columns(self.plan.graph.extent(*id).columns);
                out.extend(quote!(level::fold_lanes(#rows, #width, #columns);));
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
            let stride = number(self.plan.width(left));
            (quote!(first + start), quote!(1), quote!(#stride), self.columns(Columns::Fixed(graph.extent(left).rows)))
        } else {
            let stride = number(self.plan.width(left));
            (quote!((first + start) * #stride), quote!(#stride), quote!(1), self.columns(graph.extent(left).columns))
        };
        let (b, b_stride) = if right_transposed {
            (self.rows_of(Source::Buffer(Content::Transposed(right))), number(graph.extent(right).rows))
        } else {
            (self.rows_of(self.source(right).expect("a factor is computed before")), number(self.plan.width(right)))
        };
        let columns = self.columns(graph.extent(id).columns);
        let function = match by {
            ProductBy::Tile => quote!(level::product),
            ProductBy::MatrixMultiply => quote!(level::matrixmultiply_product),
        };
        let machine = if by == ProductBy::MatrixMultiply { quote!(machine,) } else { quote!() };
        quote! {
            #function(
                #machine #target, #width, &#a[#a_start..], #a_row, #a_depth, #b, #b_stride, height, #columns, #depth,
            );
        }
    }

    /// The work on row `i`.
    fn row_work(&self) -> TokenStream {
        let mut out = self.row_slices();
        for stage in &self.kernel.stages {
            out.extend(self.stage(stage));
        }
        out
    }

    /// Binds the row at hand of everything that has columns.
    fn row_slices(&self) -> TokenStream {
        let mut slices: BTreeMap<String, TokenStream> = BTreeMap::new();
        let mut used: Vec<ValueId> = Vec::new();
        for statement in self.kernel.stages.iter().flat_map(|stage| &stage.statements) {
            let (Statement::Compute(id)
            | Statement::Sum(id)
            | Statement::Greatest(id)
            | Statement::AddToLane(id)
            | Statement::RaiseTo(id)) = statement
            else {
                continue;
            };
            used.extend(self.plan.graph.value(*id).operation.operands());
        }
        used.extend(self.kernel.writes.iter().map(|(_, id)| *id));
        for id in used {
            let Some(source) = self.source(id) else { continue };
            let extent = self.plan.graph.extent(id);
            let (row, rows) = (self.row_of(source), self.rows_of(source));
            if !self.has_columns(id) {
                let index = match extent.rows {
                    1 => quote!(0),
                    _ if self.is_written(source) => quote!(i),
                    _ => quote!(first + i),
                };
                let name = &self.names[&source];
                slices.insert(name.to_string(), quote!(let #name = #rows[#index];));
                continue;
            }
            if self.is_written(source) {
                continue;
            }
            let (width, columns) = (number(self.plan.width(id)), self.columns(extent.columns));
            let slice = match extent.rows {
                1 => quote!(let #row = &#rows[..#columns];),
                _ => quote!(let #row = &#rows[(first + i) * #width..][..#columns];),
            };
            slices.insert(row.to_string(), slice);
        }
        for (source, width) in &self.writes {
            let columns = match source {
                Source::Buffer(Content::Value(id)) if self.sums_rows(*id) => continue,
                Source::Buffer(Content::Value(id)) => self.plan.graph.extent(*id).columns,
                Source::Tensor(tensor) => self.plan.graph.tensors[tensor.0].extent.columns,
                _ => unreachable!("only tensors and the work space are written"),
            };
            let product = matches!(source, Source::Buffer(Content::Value(id)) if self.is_product(*id));
            if columns == Columns::One && !product {
                continue;
            }
            let (row, rows) = (self.row_of(*source), self.rows_of(*source));
            let (width, columns) = (number(*width), self.columns(columns));
            slices.insert(row.to_string(), quote!(let #row = &mut #rows[i * #width..][..#columns];));
        }
        for id in &self.temporaries {
            let (row, space) = (format_ident!("{}_row", self.elements[id]), format_ident!("{}_space", self.elements[id]));
            let columns = self.columns(self.plan.graph.extent(*id).columns);
            slices.insert(row.to_string(), quote!(let #row = &mut #space[..#columns];));
        }
        slices.into_values().collect()
    }

    fn stage(&self, stage: &Stage) -> TokenStream {
        let mut out = TokenStream::new();
        let in_loop = stage.columns != Columns::One;
        for statement in &stage.statements {
            out.extend(self.statement(statement, stage, in_loop));
        }
        if in_loop {
            let columns = self.columns(stage.columns);
            quote!(for j in 0..#columns { #out })
        } else {
            out
        }
    }

    fn statement(&self, statement: &Statement, stage: &Stage, in_loop: bool) -> TokenStream {
        match *statement {
            Statement::Compute(id) => {
                let Operation::Map { expr, operands } = &self.plan.graph.value(id).operation else {
                    unreachable!("a map is computed");
                };
                let name = &self.elements[&id];
                let leaf = |leaf: Leaf| match leaf {
                    Leaf::Operand(index) => self.element(operands[index], stage),
                    Leaf::Scalar(index) => {
                        let name = scalar_name(index);
                        quote!(#name)
                    }
                    Leaf::Row => quote!((first + i) as f32),
                    Leaf::Column => quote!(j as f32),
                    other => unreachable!("only scalars of a step have it: {other:?}"),
                };
                let (bindings, value) = print(expr, Number::F32, &name.to_string(), &leaf);
                quote!(#bindings let #name = #value;)
            }
            Statement::Keep(id) => {
                let name = &self.elements[&id];
                let row = format_ident!("{}_row", name);
                let rows = format_ident!("{}_rows", name);
                if in_loop { quote!(#row[j] = #name;) } else { quote!(#rows[i] = #name;) }
            }
            Statement::Draw(id) => {
                let Operation::Uniform { stream } = self.plan.graph.value(id).operation else { unreachable!("a draw") };
                let (row, stream) = (self.row(id), Literal::u32_unsuffixed(stream));
                quote!(level::uniform(#row, seed, #stream, draw, (first + i) as u32);)
            }
            Statement::Sum(id) => {
                let (name, row) = (&self.elements[&id], self.whole_row(self.operand(id), stage));
                quote!(let #name = level::sum(#row);)
            }
            Statement::Greatest(id) => {
                let (name, row) = (&self.elements[&id], self.whole_row(self.operand(id), stage));
                quote!(let #name = level::greatest(#row);)
            }
            Statement::AddToLane(id) => {
                let rows = format_ident!("{}_rows", self.elements[&id]);
                let (element, width) = (self.element(self.operand(id), stage), number(self.plan.width(id)));
                let lanes = number(crate::interpret::LANES);
                let column = if in_loop { quote!(+ j) } else { quote!() };
                quote!(#rows[i % #lanes * #width #column] += #element;)
            }
            Statement::RaiseTo(id) => {
                let rows = format_ident!("{}_rows", self.elements[&id]);
                let element = self.element(self.operand(id), stage);
                let column = if in_loop { quote!(j) } else { quote!(0) };
                quote!(if #element > #rows[#column] { #rows[#column] = #element; })
            }
            Statement::Write(tensor, id) => {
                let source = Source::Tensor(tensor);
                let value = self.element(id, stage);
                let (row, rows) = (self.row_of(source), self.rows_of(source));
                if in_loop { quote!(#row[j] = #value;) } else { quote!(#rows[i] = #value;) }
            }
        }
    }

    /// The row at hand of a value as a slice; of one number where that is all there is.
    fn whole_row(&self, id: ValueId, stage: &Stage) -> TokenStream {
        if self.has_columns(id) || self.is_product(id) {
            let row = self.row(id);
            return quote!(&#row[..]);
        }
        let element = self.element(id, stage);
        quote!(&[#element])
    }

    fn operand(&self, id: ValueId) -> ValueId {
        self.plan.graph.value(id).operation.operands()[0]
    }

    /// A value's element at the row and column at hand.
    fn element(&self, id: ValueId, stage: &Stage) -> TokenStream {
        let extent = self.plan.graph.extent(id);
        if let Some(source) = self.source(id) {
            if extent.columns == Columns::One {
                let name = &self.names[&source];
                return quote!(#name);
            }
            let row = self.row_of(source);
            return quote!(#row[j]);
        }
        let name = &self.elements[&id];
        let here = stage.statements.contains(&Statement::Compute(id));
        if self.is_product(id) && extent.columns == Columns::One {
            let row = self.row(id);
            quote!(#row[0])
        } else if extent.columns == Columns::One || here {
            quote!(#name)
        } else {
            let row = self.row(id);
            quote!(#row[j])
        }
    }
}
