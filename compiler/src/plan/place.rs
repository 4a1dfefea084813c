//! Places what must outlive its kernel in the work space. Buffers that are never needed at the same time share memory.
//!
//! Before: every value that another kernel reads has a buffer of its own. After: an offset for each, the lowest that is free
//! from its first to its last use; placed in several orders, of which the best is taken.

use std::collections::HashMap;

use super::{Buffer, Content, Kernel, KernelKind, Plan};
use crate::interpret::LANES;
use crate::train_graph::{Columns, Operation, ValueId};

/// Rows longer than this, 64 KiB, are kept in the work space rather than on the stack, the whole matrix of them: the
/// update of a weight of more units is not fused.
pub const STACK_ROW: usize = 1 << 14;
/// Buffers begin at cache lines.
const ALIGN: usize = 16;

/// Fills in the plan's buffers: of some orders of placing them, the one that takes the least memory.
pub fn place(plan: &mut Plan) {
    let buffers = contents(plan);
    // Sorted by the first number, then the second.
    let orders = [
        |_: isize, len: isize, lifetime: isize| (-len, -lifetime),
        |_: isize, len: isize, lifetime: isize| (-lifetime, -len),
        |_: isize, len: isize, lifetime: isize| (-len * lifetime, -len),
        |first: isize, len: isize, _: isize| (first, -len),
    ];
    let placed = orders.into_iter().map(|order| {
        let mut buffers = buffers.clone();
        buffers.sort_by_key(|buffer| {
            let lifetime = buffer.last - buffer.first + 1;
            (order(buffer.first as isize, buffer.len as isize, lifetime as isize), buffer.content)
        });
        place_in_order(&mut buffers);
        buffers
    });
    let end = |buffers: &Vec<Buffer>| buffers.iter().map(|buffer| (buffer.offset + buffer.len).next_multiple_of(ALIGN)).max();
    let mut buffers = placed.min_by_key(end).expect("there is an order");
    plan.work_len = end(&buffers).unwrap_or(0);
    buffers.sort_by_key(|buffer| (buffer.first, buffer.offset));
    plan.by_content = buffers.iter().enumerate().map(|(index, buffer)| (buffer.content, index)).collect();
    plan.buffers = buffers;
}

/// Places each buffer at the lowest offset that is free of those before it for as long as it is needed.
fn place_in_order(buffers: &mut [Buffer]) {
    // Those that are placed, by offset.
    let mut placed: Vec<usize> = Vec::with_capacity(buffers.len());
    for index in 0..buffers.len() {
        let (buffer, mut offset) = (&buffers[index], 0);
        for other in placed.iter().map(|other| &buffers[*other]) {
            if other.first <= buffer.last && buffer.first <= other.last {
                if offset + buffer.len <= other.offset {
                    break;
                }
                offset = offset.max(other.offset + other.len.next_multiple_of(ALIGN));
            }
        }
        buffers[index].offset = offset;
        let at = placed.partition_point(|other| buffers[*other].offset <= offset);
        placed.insert(at, index);
    }
}

/// Every buffer with its length and lifetime.
fn contents(plan: &Plan) -> Vec<Buffer> {
    let kernel_of = kernel_of(plan);
    let mut last: HashMap<Content, usize> = HashMap::new();
    let mut need = |content, kernel: usize| {
        let last = last.entry(content).or_insert(kernel);
        *last = kernel.max(*last);
    };
    for (index, kernel) in plan.kernels.iter().enumerate() {
        for id in computed(kernel) {
            let value = plan.graph.value(id);
            let sums_rows = matches!(value.operation, Operation::SumRows(_) | Operation::MaxRows(_));
            let wide = value.extent.columns != Columns::One && plan.width(id) > STACK_ROW;
            if kernel.rows().is_none() || sums_rows || wide {
                need(Content::Value(id), index);
            }
            if let Some(operand) = value.operation.transposed() {
                need(Content::Transposed(operand), index);
            }
            for operand in value.operation.direct() {
                if kernel_of.get(&operand).is_some_and(|own| *own != index) {
                    need(Content::Value(operand), index);
                }
            }
        }
        if let KernelKind::Transpose(id) = kernel.kind {
            need(Content::Transposed(id), index);
            if kernel_of.contains_key(&id) {
                need(Content::Value(id), index);
            }
        }
        for (_, id) in kernel.rows().into_iter().flat_map(|rows| &rows.writes) {
            if kernel_of.get(id).is_some_and(|own| *own != index) {
                need(Content::Value(*id), index);
            }
        }
    }
    // What the caller reads after the last kernel. Outputs of a training step are not read.
    let outputs = if plan.graph.probabilities.is_empty() { &[][..] } else { &plan.graph.outputs[..] };
    for id in outputs.iter().chain(&plan.graph.probabilities).chain(&plan.graph.loss) {
        if kernel_of.contains_key(id) {
            need(Content::Value(*id), plan.kernels.len());
        }
    }
    let transposes: HashMap<ValueId, usize> = (plan.kernels.iter().enumerate())
        .filter_map(|(index, kernel)| match kernel.kind {
            KernelKind::Transpose(id) => Some((id, index)),
            _ => None,
        })
        .collect();
    let first = |content| match content {
        Content::Value(id) => kernel_of[&id],
        Content::Transposed(id) => transposes[&id],
    };
    let mut buffers: Vec<Buffer> = last.into_iter().map(|(content, last)| buffer(plan, content, first(content), last)).collect();
    buffers.sort_by_key(|buffer| buffer.content);
    buffers
}

fn buffer(plan: &Plan, content: Content, first: usize, last: usize) -> Buffer {
    let (Content::Value(id) | Content::Transposed(id)) = content;
    let value = plan.graph.value(id);
    // A sum over rows is gathered in lanes, the first of which then holds it.
    let lanes = if matches!(value.operation, Operation::SumRows(_)) { LANES } else { 1 };
    let len = match content {
        Content::Value(_) => lanes * value.extent.rows * plan.width(id),
        Content::Transposed(_) => plan.strips(id).len,
    };
    Buffer { content, offset: 0, len, first, last }
}

/// The kernel that computes each value.
pub fn kernel_of(plan: &Plan) -> HashMap<ValueId, usize> {
    let computed = plan.kernels.iter().enumerate().flat_map(|(index, kernel)| computed(kernel).map(move |id| (id, index)));
    computed.collect()
}

/// The values that a kernel computes.
pub fn computed(kernel: &Kernel) -> impl Iterator<Item = ValueId> {
    let (one, many) = match &kernel.kind {
        KernelKind::Load(id) | KernelKind::LoadTarget(id) | KernelKind::Concat(id) | KernelKind::Slice(id) => {
            (Some(*id), &[][..])
        }
        KernelKind::Transpose(_) => (None, &[][..]),
        KernelKind::Rows(rows) => (None, &rows.values[..]),
    };
    one.into_iter().chain(many.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::{constant, operand};
    use crate::plan::{Options, Products, plan};
    use crate::train_graph::{Extent, TrainGraph, Value};

    /// `x·xᵀ` reads both: a buffer for each, filled before the product.
    #[test]
    fn a_value_and_its_transpose_are_both_kept_for_one_product() {
        let mut graph = TrainGraph::default();
        let mut value = |operation, rows, columns| {
            let (name, extent) = (format!("v{}", graph.values.len()), Extent::new(rows, columns));
            graph.values.push(Value { operation, extent, name, origin: None });
            ValueId(graph.values.len() - 1)
        };
        let target = value(Operation::Target(0), 40, Columns::Batch);
        let x = value(Operation::Map { expr: operand(0) * constant(2.0), operands: vec![target] }, 40, Columns::Batch);
        let product = Operation::Product { left: x, left_transposed: false, right: x, right_transposed: true };
        let gram = value(product, 40, Columns::Fixed(40));
        let sums = value(Operation::SumColumns(gram), 40, Columns::One);
        let loss = value(Operation::SumRows(sums), 1, Columns::One);
        graph.loss = Some(loss);
        let options = Options { batch: 32, varies: false, split_from: u64::MAX, products: Products::Chosen };
        let plan = plan(&graph, options);
        let id = |name: &str| ValueId(plan.graph.values.iter().position(|value| value.name == name).expect("it is needed"));
        let kernel = kernel_of(&plan)[&id("v2")];
        for content in [Content::Value(id("v1")), Content::Transposed(id("v1"))] {
            let buffer = plan.buffer(content).unwrap_or_else(|| panic!("{content:?} has no buffer"));
            assert!(buffer.first < kernel && buffer.last >= kernel, "{buffer:?} of the product in {kernel}");
        }
        let rows = plan.kernels[kernel].rows().expect("the product begins a loop");
        let reads = crate::emit::reads(&plan, rows);
        assert_eq!(reads, [Content::Value(id("v1")), Content::Transposed(id("v1"))]);
    }
}
