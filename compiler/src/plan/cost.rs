//! What a plan costs: floating-point operations, bytes that pass between its loops and memory, and about how long it takes.

use std::collections::HashSet;

use super::time::{self, Product};
use super::{Content, Kernel, KernelKind, Plan, RowKernel, Statement, computed};
use crate::interpret::columns;
use crate::train_graph::{Operation, TrainGraph, ValueId};

/// The cost of one run of a plan at its full batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Operations of its matrix products: two for each multiply-add. All else is of another order.
    pub flops: u64,
    /// Bytes read and written if every loop reads each of its operands once and writes each of its results once: the
    /// least that the plan moves where nothing stays in a cache.
    pub bytes: u64,
}

/// What a plan costs.
pub fn cost(plan: &Plan) -> Cost {
    let kernels = (0..plan.kernels.len()).map(|index| kernel_cost(plan, index));
    kernels.fold(Cost::default(), |all, one| Cost { flops: all.flops + one.flops, bytes: all.bytes + one.bytes })
}

/// What a product is, for its time.
pub fn product(graph: &TrainGraph, batch: usize, id: ValueId) -> Option<Product> {
    let Operation::Product { left, left_transposed, .. } = graph.value(id).operation else { return None };
    let columns = |id| columns(graph.extent(id), batch);
    let depths = if left_transposed { graph.extent(left).rows } else { columns(left) };
    Some(Product { rows: graph.extent(id).rows, columns: columns(id), depths, adjacent: left_transposed })
}

/// About how long a kernel takes on one core, in nanoseconds.
pub fn nanos(plan: &Plan, kernel: &Kernel) -> f64 {
    let elements = |id: ValueId| floats(plan, id) as f64;
    let moved = |id: ValueId, cycles: f64| time::KERNEL + elements(id) * cycles / time::CYCLES_PER_NANO;
    match &kernel.kind {
        KernelKind::Rows(rows) => time::KERNEL + row_nanos(plan, rows),
        KernelKind::Load(id) => moved(*id, time::LOAD),
        KernelKind::LoadTarget(id) | KernelKind::Transpose(id) => moved(*id, time::TRANSPOSE),
        KernelKind::Concat(id) | KernelKind::Slice(id) => moved(*id, time::COPY),
    }
}

fn row_nanos(plan: &Plan, kernel: &RowKernel) -> f64 {
    let product = kernel.product.and_then(|(id, by)| Some(time::product(product(&plan.graph, plan.options.batch, id)?, by)));
    let statements = kernel.stages.iter().flat_map(|stage| &stage.statements);
    let cycles = |statement: &Statement| {
        let elements = |id: ValueId| floats(plan, id) as f64;
        match *statement {
            Statement::Compute(id) => {
                let Operation::Map { expr, .. } = &plan.graph.value(id).operation else { return 0.0 };
                elements(id) * time::map(expr)
            }
            Statement::Keep(id) | Statement::Write(_, id) => elements(id) * time::STORE,
            Statement::Draw(id) => elements(id) * time::DRAW,
            Statement::Sum(id) | Statement::Greatest(id) | Statement::AddToLane(id) | Statement::RaiseTo(id) => {
                let of = plan.graph.value(id).operation.operands()[0];
                elements(of) * time::SUM
            }
        }
    };
    product.unwrap_or(0.0) + statements.map(cycles).sum::<f64>() / time::CYCLES_PER_NANO
}

/// What one of its kernels costs.
pub fn kernel_cost(plan: &Plan, index: usize) -> Cost {
    let kernel = &plan.kernels[index];
    let flops = computed(kernel).map(|id| product_flops(plan, id)).sum();
    Cost { flops, bytes: 4 * floats_moved(plan, index, kernel) }
}

/// 2·rows·columns·depth of a product; 0 of anything else.
fn product_flops(plan: &Plan, id: ValueId) -> u64 {
    product(&plan.graph, plan.options.batch, id).map_or(0, Product::flops)
}

fn floats(plan: &Plan, id: ValueId) -> u64 {
    (plan.graph.extent(id).rows * plan.columns(id)) as u64
}

fn floats_moved(plan: &Plan, index: usize, kernel: &Kernel) -> u64 {
    let own: HashSet<ValueId> = computed(kernel).collect();
    let mut read: HashSet<ValueId> = HashSet::new();
    let mut moved = 0;
    for id in &own {
        let operation = &plan.graph.value(*id).operation;
        read.extend(operation.operands().into_iter().filter(|operand| !own.contains(operand)));
        // What the caller hands in is read where it is brought into columns.
        if matches!(operation, Operation::Input { .. } | Operation::Target(_) | Operation::Raw(_)) {
            moved += floats(plan, *id);
        }
    }
    let mut written = Vec::new();
    if let KernelKind::Transpose(id) = kernel.kind {
        read.insert(id);
        written.push(id);
    }
    for (_, value) in kernel.rows().into_iter().flat_map(|rows| &rows.writes) {
        written.push(*value);
        if !own.contains(value) {
            read.insert(*value);
        }
    }
    // Buffers are in the order of the kernels that fill them.
    let begin = plan.buffers.partition_point(|buffer| buffer.first < index);
    let filled = plan.buffers[begin..].iter().take_while(|buffer| buffer.first == index);
    written.extend(filled.filter_map(|buffer| match buffer.content {
        Content::Value(id) => Some(id),
        Content::Transposed(_) => None,
    }));
    moved + read.into_iter().chain(written).map(|id| floats(plan, id)).sum::<u64>()
}
