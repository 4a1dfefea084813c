//! What a plan costs: floating-point operations, and bytes that pass between its loops and memory.

use std::collections::HashSet;

use dlm_compiler::plan::{Content, Kernel, KernelKind, Plan, computed};
use dlm_compiler::train_graph::{Operation, ValueId};

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

/// What one of its kernels costs.
pub fn kernel_cost(plan: &Plan, index: usize) -> Cost {
    let kernel = &plan.kernels[index];
    let flops = computed(kernel).map(|id| product_flops(plan, id)).sum();
    Cost { flops, bytes: 4 * floats_moved(plan, index, kernel) }
}

/// 2·rows·columns·depth of a product; 0 of anything else.
fn product_flops(plan: &Plan, id: ValueId) -> u64 {
    let Operation::Product { left, left_transposed, .. } = plan.graph.value(id).operation else { return 0 };
    let depth = if left_transposed { plan.graph.extent(left).rows } else { plan.columns(left) };
    2 * floats(plan, id) * depth as u64
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
    written.extend(plan.buffers.iter().filter(|buffer| buffer.first == index).filter_map(|buffer| match buffer.content {
        Content::Value(id) => Some(id),
        Content::Transposed(_) => None,
    }));
    moved + read.into_iter().chain(written).map(|id| floats(plan, id)).sum::<u64>()
}
