//! Gives every value a kernel: the first that has the same rows, runs late enough, and need not know other rows.
//!
//! Before: `z = product`, `sum = sum_columns z`, `y = map z, sum` as three passes over memory. After: one kernel that
//! computes some rows of the product and, while they are at hand, all of the rest.

use std::collections::HashMap;

use super::{Demand, Kernel, KernelKind, Options, ProductBy, Products, RowKernel, cost, time};
use crate::train_graph::{Operation, TensorId, TrainGraph, Value, ValueId};

/// Rows up to which a sum over rows joins a loop over rows: that loop is then not split among threads.
const SERIAL_ROWS: usize = 64;

/// The kernels, their stages still empty.
pub fn fuse(graph: &TrainGraph, options: Options) -> Vec<Kernel> {
    let mut fusion = Fusion {
        graph,
        options,
        demands: demands(graph),
        uses: uses(graph),
        reads: reads(graph),
        kernels: Vec::new(),
        kernel_of: HashMap::new(),
        transposed: HashMap::new(),
    };
    for index in 0..graph.values.len() {
        fusion.value(ValueId(index));
    }
    for write in &graph.writes {
        fusion.write(write.tensor, write.value);
    }
    fusion.kernels
}

struct Fusion<'a> {
    graph: &'a TrainGraph,
    options: Options,
    demands: Vec<Demand>,
    uses: Vec<Vec<ValueId>>,
    /// What each tensor held before the step.
    reads: HashMap<TensorId, ValueId>,
    kernels: Vec<Kernel>,
    /// The kernel of each placed value.
    kernel_of: HashMap<ValueId, usize>,
    /// The kernel that transposes a value.
    transposed: HashMap<ValueId, usize>,
}

/// How a value comes to be where it is needed.
impl Fusion<'_> {
    fn value(&mut self, id: ValueId) {
        match &self.graph.value(id).operation {
            // Memory, or placed with whatever uses it first.
            Operation::Read(_) | Operation::Raw(_) | Operation::Constants(_) | Operation::Uniform { .. } => {}
            Operation::Input { .. } => self.push(id, KernelKind::Load(id)),
            Operation::Target(_) => self.push(id, KernelKind::LoadTarget(id)),
            Operation::Concat(parts) => {
                parts.clone().into_iter().for_each(|part| self.settle(part));
                self.push(id, KernelKind::Concat(id));
            }
            Operation::Slice { of, .. } => {
                self.settle(*of);
                self.push(id, KernelKind::Slice(id));
            }
            Operation::Product { left, right, right_transposed, .. } => {
                let (left, right, right_transposed) = (*left, *right, *right_transposed);
                self.settle(left);
                self.settle(right);
                if right_transposed && !self.transposed.contains_key(&right) {
                    self.kernels.push(self.kernel(KernelKind::Transpose(right), self.demands[id.0]));
                    self.transposed.insert(right, self.kernels.len() - 1);
                }
                let by = self.product_by(id);
                self.push(id, self.rows(self.graph.extent(id).rows, Some((id, by))));
            }
            Operation::SumRows(of) | Operation::MaxRows(of) => self.reduction(id, *of),
            Operation::Map { .. } | Operation::SumColumns(_) | Operation::MaxColumns(_) => {
                if !self.floats(id) && !self.waits(id) {
                    self.row_local(id);
                }
            }
        }
    }

    /// What computes a product.
    fn product_by(&self, id: ValueId) -> ProductBy {
        match self.options.products {
            Products::MatrixMultiply => ProductBy::MatrixMultiply,
            Products::Chosen => time::faster(cost::product(self.graph, self.options.batch, id).expect("it is a product")),
        }
    }

    /// Whether a value depends on nothing that is placed: it is then placed with what uses it first.
    fn floats(&self, id: ValueId) -> bool {
        match &self.graph.value(id).operation {
            Operation::Read(_) | Operation::Constants(_) | Operation::Uniform { .. } => true,
            Operation::Map { operands, .. } => {
                operands.iter().all(|operand| !self.kernel_of.contains_key(operand) && self.floats(*operand))
            }
            _ => false,
        }
    }

    /// Whether a value is only ever summed over rows: it is then placed with the sum.
    fn waits(&self, id: ValueId) -> bool {
        let [user] = self.uses[id.0].as_slice() else { return false };
        let reduced = matches!(self.graph.value(*user).operation, Operation::SumRows(_) | Operation::MaxRows(_));
        if !reduced || !matches!(self.graph.value(id).operation, Operation::Map { .. }) {
            return false;
        }
        let is_root = self.graph.loss == Some(id) || self.graph.outputs.contains(&id) || self.graph.probabilities.contains(&id);
        !is_root && self.graph.writes.iter().all(|write| write.value != id)
    }

    /// Places a value that has been waiting for a use.
    fn settle(&mut self, id: ValueId) {
        let placed = self.kernel_of.contains_key(&id);
        let in_memory = in_memory(&self.graph.value(id).operation);
        if !placed && !in_memory {
            self.row_local(id);
        }
    }

    /// A sum or greatest over rows: its loop cannot be split, so it does not join a product's.
    fn reduction(&mut self, id: ValueId, of: ValueId) {
        let rows = self.graph.extent(of).rows;
        let earliest = self.earliest(rows, &[of]);
        let joins = |kernel: &RowKernel| {
            kernel.rows == rows
                && kernel.product.is_none()
                && (rows <= SERIAL_ROWS || serial(self.graph, kernel))
                && self.shares(kernel, id)
        };
        let found = self.find(earliest, self.demands[id.0], joins);
        let kernel = found.unwrap_or_else(|| self.new_loop(rows, self.demands[id.0]));
        self.pull(of, kernel);
        self.insert(id, kernel);
    }

    /// A value whose rows need only the same rows of what it is made of.
    fn row_local(&mut self, id: ValueId) {
        let rows = self.graph.extent(id).rows;
        let operands = self.graph.value(id).operation.operands();
        let earliest = self.earliest(rows, &operands);
        let joins = |kernel: &RowKernel| kernel.rows == rows && self.shares(kernel, id);
        let found = self.find(earliest, self.demands[id.0], joins);
        let kernel = found.unwrap_or_else(|| self.new_loop(rows, self.demands[id.0]));
        for operand in operands {
            self.pull(operand, kernel);
        }
        self.insert(id, kernel);
    }

    /// Places what floats or waits in the kernel that needs it.
    fn pull(&mut self, id: ValueId, kernel: usize) {
        let value = self.graph.value(id);
        if self.kernel_of.contains_key(&id) || in_memory(&value.operation) {
            return;
        }
        let rows = self.kernels[kernel].rows().map(|kernel| kernel.rows);
        if rows != Some(value.extent.rows) {
            return self.row_local(id);
        }
        for operand in value.operation.operands() {
            self.pull(operand, kernel);
        }
        self.insert(id, kernel);
    }

    /// The first kernel in which these operands are known, row by row where they have as many rows.
    fn earliest(&mut self, rows: usize, operands: &[ValueId]) -> usize {
        let mut earliest = 0;
        for id in operands {
            let value = self.graph.value(*id);
            let known = match self.kernel_of.get(id) {
                Some(kernel) if value.extent.rows == rows && self.is_row_local(*id) => *kernel,
                Some(kernel) => kernel + 1,
                None => {
                    let operands = value.operation.operands();
                    let same_rows = value.extent.rows == rows;
                    if !same_rows && !in_memory(&value.operation) {
                        self.row_local(*id);
                        self.kernel_of[id] + 1
                    } else {
                        self.earliest(rows, &operands)
                    }
                }
            };
            earliest = earliest.max(known);
        }
        earliest
    }

    /// Whether a row of the value is known as soon as its kernel has done that row.
    fn is_row_local(&self, id: ValueId) -> bool {
        self.kernels[self.kernel_of[&id]].rows().is_some()
            && !matches!(self.graph.value(id).operation, Operation::SumRows(_) | Operation::MaxRows(_))
    }

    /// Whether a loop computes or reads something that the value is made of. Only then are there passes over memory to
    /// save; loops that have nothing in common are the slower together, for each goes through memory of its own.
    fn shares(&self, kernel: &RowKernel, id: ValueId) -> bool {
        if kernel.rows == 1 {
            return true;
        }
        let reads = |id: ValueId| kernel.values.iter().any(|value| self.graph.value(*value).operation.operands().contains(&id));
        self.graph.value(id).operation.operands().into_iter().any(|operand| {
            let value = self.graph.value(operand);
            let placed = self.kernel_of.contains_key(&operand) || in_memory(&value.operation);
            if placed {
                kernel.values.contains(&operand) || (value.extent.rows == kernel.rows && reads(operand))
            } else {
                self.shares(kernel, operand)
            }
        })
    }

    /// The first kernel from `earliest` on that can be joined.
    fn find(&self, earliest: usize, demand: Demand, joins: impl Fn(&RowKernel) -> bool) -> Option<usize> {
        let later = self.kernels.iter().enumerate().skip(earliest);
        let mut found = later.filter(|(_, kernel)| kernel.demand == demand && kernel.rows().is_some_and(&joins));
        found.next().map(|(index, _)| index)
    }

    fn new_loop(&mut self, rows: usize, demand: Demand) -> usize {
        let kind = self.rows(rows, None);
        self.kernels.push(self.kernel(kind, demand));
        self.kernels.len() - 1
    }

    /// Writes a tensor where its new value is computed, unless a later kernel still needs the old one.
    fn write(&mut self, tensor: TensorId, value: ValueId) {
        self.settle(value);
        let kernel = self.kernel_of[&value];
        let fused = !self.reads_after(tensor, kernel);
        match &mut self.kernels[kernel].kind {
            KernelKind::Rows(rows) if fused => rows.writes.push((tensor, value)),
            _ => {
                let kind = KernelKind::Rows(RowKernel {
                    rows: self.graph.extent(value).rows,
                    product: None,
                    values: Vec::new(),
                    writes: vec![(tensor, value)],
                    stages: Vec::new(),
                    block: 1,
                });
                self.kernels.push(self.kernel(kind, self.demands[value.0]));
            }
        }
    }

    /// Whether `kernel` needs more than the row at hand of what the tensor held, or a later one anything of it.
    fn reads_after(&self, tensor: TensorId, kernel: usize) -> bool {
        let Some(read) = self.reads.get(&tensor) else { return false };
        self.uses[read.0].iter().any(|user| {
            let at = self.kernel_of[user];
            let whole = self.kernels[at].rows().is_none_or(|rows| rows.rows != self.graph.extent(*read).rows)
                || matches!(self.graph.value(*user).operation, Operation::Product { .. });
            at > kernel || (at == kernel && whole)
        })
    }

    fn rows(&self, rows: usize, product: Option<(ValueId, ProductBy)>) -> KernelKind {
        KernelKind::Rows(RowKernel { rows, product, values: Vec::new(), writes: Vec::new(), stages: Vec::new(), block: 1 })
    }

    fn kernel(&self, kind: KernelKind, demand: Demand) -> Kernel {
        Kernel { kind, demand, split: false }
    }

    fn push(&mut self, id: ValueId, kind: KernelKind) {
        self.kernels.push(self.kernel(kind, self.demands[id.0]));
        self.insert(id, self.kernels.len() - 1);
    }

    fn insert(&mut self, id: ValueId, kernel: usize) {
        if self.kernel_of.insert(id, kernel).is_none()
            && let KernelKind::Rows(rows) = &mut self.kernels[kernel].kind
        {
            rows.values.push(id);
        }
    }
}

/// Whether a value is read where it lies.
fn in_memory(operation: &Operation) -> bool {
    matches!(operation, Operation::Read(_) | Operation::Raw(_) | Operation::Constants(_))
}

/// What each value is asked for: the union over what depends on it.
fn demands(graph: &TrainGraph) -> Vec<Demand> {
    let mut demands = vec![Demand::NONE; graph.values.len()];
    let mut add = |id: &ValueId, demand| demands[id.0] = demands[id.0].with(demand);
    if graph.probabilities.is_empty() {
        // A training step computes all that it holds.
        return vec![Demand::OUTPUTS.with(Demand::PROBABILITIES); graph.values.len()];
    }
    graph.outputs.iter().for_each(|id| add(id, Demand::OUTPUTS));
    graph.probabilities.iter().for_each(|id| add(id, Demand::PROBABILITIES));
    graph.loss.iter().for_each(|id| add(id, Demand::LOSS));
    for index in (0..graph.values.len()).rev() {
        for operand in graph.values[index].operation.operands() {
            demands[operand.0] = demands[operand.0].with(demands[index]);
        }
    }
    // What always runs need not tell whether the loss is asked for as well.
    demands.into_iter().map(|demand| if demand.always() { Demand::OUTPUTS.with(Demand::PROBABILITIES) } else { demand }).collect()
}

/// The value that reads each tensor.
fn reads(graph: &TrainGraph) -> HashMap<TensorId, ValueId> {
    let read = |(index, value): (usize, &Value)| match value.operation {
        Operation::Read(tensor) => Some((tensor, ValueId(index))),
        _ => None,
    };
    graph.values.iter().enumerate().filter_map(read).collect()
}

/// What each value is used by.
pub fn uses(graph: &TrainGraph) -> Vec<Vec<ValueId>> {
    let mut uses = vec![Vec::new(); graph.values.len()];
    for (index, value) in graph.values.iter().enumerate() {
        for operand in value.operation.operands() {
            if uses[operand.0].last() != Some(&ValueId(index)) {
                uses[operand.0].push(ValueId(index));
            }
        }
    }
    uses
}

/// Whether a kernel sums over its rows, so that it must see them all in order.
pub(super) fn serial(graph: &TrainGraph, kernel: &RowKernel) -> bool {
    kernel.values.iter().any(|id| matches!(graph.value(*id).operation, Operation::SumRows(_) | Operation::MaxRows(_)))
}
