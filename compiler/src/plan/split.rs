//! Says which kernels are split among threads: those that take long enough, by the model of their time, and whose rows do not
//! depend on each other.

use super::{Kernel, KernelKind, Plan, cost, fuse};

/// Fills in what is split.
pub fn split(plan: &mut Plan) {
    for index in 0..plan.kernels.len() {
        let kernel = &plan.kernels[index];
        let split = is_splittable(plan, kernel) && cost::nanos(plan, kernel) >= plan.options.split_from as f64;
        plan.kernels[index].split = split;
    }
}

fn is_splittable(plan: &Plan, kernel: &Kernel) -> bool {
    match &kernel.kind {
        KernelKind::Rows(rows) => rows.rows > 1 && !fuse::serial(&plan.graph, rows),
        KernelKind::Load(_) => true,
        // A transpose's rows are samples: their number is known at run time only.
        KernelKind::LoadTarget(_) | KernelKind::Transpose(_) | KernelKind::Concat(_) | KernelKind::Slice(_) => false,
    }
}
