//! The plan as text: each kernel with what it fuses, each buffer with its lifetime.

use std::fmt::{self, Display, Formatter};

use super::cost::{self, Cost, cost};
use super::{Content, Demand, Kernel, KernelKind, Plan, ProductBy, RowKernel, Statement, time};
use crate::train_graph::{Columns, TensorKind, ValueId};

impl Display for Plan {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Cost { flops, bytes } = cost(self);
        let (batch, work, kernels) = (self.options.batch, 4 * self.work_len, self.kernels.len());
        writeln!(f, "batch {batch}, work space {work} bytes; {kernels} kernels, {flops} operations, {bytes} bytes moved")?;
        for (index, kernel) in self.kernels.iter().enumerate() {
            write!(f, "{index:>3}  ")?;
            self.kernel(f, kernel)?;
        }
        for buffer in &self.buffers {
            let content = match buffer.content {
                Content::Value(id) => self.name(id),
                Content::Transposed(id) => format!("{} transposed", self.name(id)),
            };
            let (start, end) = (4 * buffer.offset, 4 * (buffer.offset + buffer.len));
            writeln!(f, "     bytes {start}..{end} kernels {}..={}: {content}", buffer.first, buffer.last)?;
        }
        Ok(())
    }
}

impl Plan {
    /// What a kernel begins with, in a few words. Equal layers' kernels have equal titles.
    pub fn title(&self, kernel: &Kernel) -> String {
        let name = |id: ValueId| &self.graph.value(id).name;
        match &kernel.kind {
            KernelKind::Load(id) => format!("load {}", name(*id)),
            KernelKind::LoadTarget(id) => format!("load target {}", name(*id)),
            KernelKind::Transpose(id) => format!("transpose {}", name(*id)),
            KernelKind::Concat(id) => format!("concat {}", name(*id)),
            KernelKind::Slice(id) => format!("slice {}", name(*id)),
            KernelKind::Rows(rows) => match (rows.product, rows.values.first()) {
                (Some((id, _)), _) => format!("product {} {:?}", name(id), self.graph.extent(id)),
                (None, Some(id)) => format!("loop {} {:?}", name(*id), self.graph.extent(*id)),
                (None, None) => format!("write back {} rows", rows.rows),
            },
        }
    }

    fn name(&self, id: ValueId) -> String {
        format!("%{} {}", id.0, self.graph.value(id).name)
    }

    fn kernel(&self, f: &mut Formatter<'_>, kernel: &Kernel) -> fmt::Result {
        let split = if kernel.split { ", split" } else { "" };
        let when = match kernel.demand {
            demand if demand.always() => "",
            Demand::PROBABILITIES => ", for probabilities",
            Demand::LOSS => ", for the loss",
            Demand::OUTPUTS => ", for outputs",
            _ => ", for probabilities or the loss",
        };
        match &kernel.kind {
            KernelKind::Load(id) => writeln!(f, "load {}{split}{when}", self.name(*id)),
            KernelKind::LoadTarget(id) => writeln!(f, "load target {}{split}{when}", self.name(*id)),
            KernelKind::Transpose(id) => writeln!(f, "transpose {}{split}{when}", self.name(*id)),
            KernelKind::Concat(id) => writeln!(f, "concat {}{split}{when}", self.name(*id)),
            KernelKind::Slice(id) => writeln!(f, "slice {}{split}{when}", self.name(*id)),
            KernelKind::Rows(rows) => {
                writeln!(f, "rows {}{split}{when}", rows.rows)?;
                self.rows(f, rows)
            }
        }
    }

    fn rows(&self, f: &mut Formatter<'_>, kernel: &RowKernel) -> fmt::Result {
        if let Some((id, by)) = kernel.product {
            let product = cost::product(&self.graph, self.options.batch, id).expect("it is a product");
            let nanos = |by| time::product(product, by).round();
            let (tiles, matrixmultiply) = (nanos(ProductBy::Tile), nanos(ProductBy::MatrixMultiply));
            let by = match by {
                ProductBy::Tile => format!("by tiles (about {tiles} ns; by matrixmultiply {matrixmultiply})"),
                ProductBy::MatrixMultiply => format!("by matrixmultiply (about {matrixmultiply} ns; by tiles {tiles})"),
            };
            writeln!(f, "       product {} {:?} {by}, {} rows at a time", self.name(id), self.graph.extent(id), kernel.block)?;
        }
        for stage in &kernel.stages {
            let columns = match stage.columns {
                Columns::One => "row".to_string(),
                Columns::Batch => "loop batch".to_string(),
                Columns::Fixed(columns) => format!("loop {columns}"),
            };
            let statements: Vec<String> = stage.statements.iter().map(|statement| self.statement(statement)).collect();
            writeln!(f, "       {columns}: {}", statements.join("; "))?;
        }
        Ok(())
    }

    fn statement(&self, statement: &Statement) -> String {
        match statement {
            Statement::Compute(id) => self.name(*id),
            Statement::Keep(id) => format!("keep %{}", id.0),
            Statement::Draw(id) => format!("draw {}", self.name(*id)),
            Statement::Sum(id) => format!("sum {}", self.name(*id)),
            Statement::Greatest(id) => format!("greatest {}", self.name(*id)),
            Statement::AddToLane(id) => format!("add to {}", self.name(*id)),
            Statement::RaiseTo(id) => format!("raise {}", self.name(*id)),
            Statement::Write(tensor, id) => format!("write {} = %{}", self.graph.tensors[tensor.0].name, id.0),
        }
    }

    /// How each weight is updated.
    pub fn updates(&self) -> Vec<(String, Update)> {
        let mut updates = Vec::new();
        for kernel in self.kernels.iter().filter_map(Kernel::rows) {
            for (tensor, value) in &kernel.writes {
                let tensor = &self.graph.tensors[tensor.0];
                if matches!(tensor.extent.columns, Columns::Fixed(_)) && matches!(tensor.kind, TensorKind::Parameter(_)) {
                    updates.push((tensor.name.clone(), self.update(kernel, *value)));
                }
            }
        }
        updates
    }

    fn update(&self, kernel: &RowKernel, value: ValueId) -> Update {
        let is_stored = |id: ValueId| self.buffer(Content::Value(id)).is_some();
        if kernel.product.is_some_and(|(gradient, _)| !is_stored(gradient)) {
            return Update::Fused;
        }
        // A constraint scales what was the new weight before it, under the same name.
        let value = self.graph.value(value);
        match value.operation.operands().first() {
            Some(before) if self.graph.value(*before).name == value.name => Update::Constrained,
            _ => Update::TwoPhase,
        }
    }
}

/// How a weight is updated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Update {
    /// Row by row as its gradient is computed, which is never stored.
    Fused,
    /// From the stored gradient, once the whole of it is known.
    TwoPhase,
    /// Row by row as its gradient is computed, then scaled once the whole new weight is known.
    Constrained,
}
