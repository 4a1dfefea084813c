//! Cuts each loop over rows into blocks whose results stay in a near cache until the rest of the work on them is done.

use std::collections::HashSet;

use super::{Content, KernelKind, Plan, RowKernel, STACK_LEN, Statement};
use crate::train_graph::{Columns, Operation, ValueId};

/// Rows of a product: whole tiles, few enough to stay in the first-level cache.
const ROWS: usize = 24;
/// The same where the right factor takes much of the second-level cache: it is read once for each block.
const MANY_ROWS: usize = 96;
/// From how many elements of the right factor on.
const LARGE: usize = 1 << 16;

/// Fills in the blocks of every loop over rows.
pub fn block(plan: &mut Plan) {
    for index in 0..plan.kernels.len() {
        if let KernelKind::Rows(kernel) = &plan.kernels[index].kind {
            let rows = rows(plan, kernel).clamp(1, kernel.rows.max(1));
            if let KernelKind::Rows(kernel) = &mut plan.kernels[index].kind {
                kernel.block = rows;
            }
        }
    }
}

fn rows(plan: &Plan, kernel: &RowKernel) -> usize {
    let kept: usize = kept(plan, kernel).into_iter().map(|id| plan.width(id)).sum();
    let Some((id, _)) = kernel.product else {
        // One pass over the rows, with nothing to keep for another, needs no blocks.
        return if kernel.stages.len() == 1 && kept == 0 { kernel.rows } else { ROWS.min(STACK_LEN / kept.max(1)) };
    };
    let Operation::Product { right, .. } = plan.graph.value(id).operation else { unreachable!("a product begins the loop") };
    let elements = plan.graph.extent(right).rows * plan.width(right);
    let rows = if elements >= LARGE { MANY_ROWS } else { ROWS };
    rows.min(STACK_LEN / (kept + plan.width(id)))
}

/// The values of which whole rows are kept for later passes over a block, and not in a buffer.
pub fn kept(plan: &Plan, kernel: &RowKernel) -> HashSet<ValueId> {
    let statements = kernel.stages.iter().flat_map(|stage| &stage.statements);
    let kept = statements.filter_map(|statement| match statement {
        Statement::Keep(id) | Statement::Draw(id) => Some(*id),
        _ => None,
    });
    let on_stack = |id: &ValueId| plan.buffer(Content::Value(*id)).is_none() && plan.graph.extent(*id).columns != Columns::One;
    kept.filter(on_stack).collect()
}
