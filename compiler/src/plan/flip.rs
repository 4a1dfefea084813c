//! Turns a prediction of a batch into one of a single sample: a sample's features become the columns of one row, so
//! that loops and products run along them.
//!
//! Before: z [300 x batch] = weightᵀ · x [784 x batch]. After: z [1 x 300] = x [1 x 784] · weight. Every sum keeps its
//! order, so the bits stay.

use crate::expr::{Expr, Leaf, constant, operand};
use crate::train_graph::{Columns, Extent, Operation, TensorKind, TrainGraph, Value, ValueId};

/// The prediction of one sample; without a loss.
pub fn flip(graph: &TrainGraph) -> TrainGraph {
    let mut out = TrainGraph { scalars: graph.scalars.clone(), ..TrainGraph::default() };
    for tensor in &graph.tensors {
        let mut tensor = tensor.clone();
        // A matrix stays as it is; a vector's units become columns.
        tensor.extent = flipped(tensor.extent);
        debug_assert!(matches!(tensor.kind, TensorKind::Parameter(_) | TensorKind::Shift(_) | TensorKind::Scale(_)));
        out.tensors.push(tensor);
    }
    let mut renamed = Vec::new();
    for value in &graph.values {
        let rename = |id: ValueId| renamed[id.0];
        let extent = flipped(value.extent);
        let operation = match value.operation.renamed(&rename) {
            Operation::Input { input, shift, scale } => {
                out.values.push(Value { operation: Operation::Raw(input), extent, ..value.clone() });
                let raw = ValueId(out.values.len() - 1);
                Operation::Map { expr: (operand(0) - operand(1)) * operand(2), operands: vec![raw, shift, scale] }
            }
            Operation::Product { left, left_transposed: true, right, right_transposed: false } => {
                Operation::Product { left: right, left_transposed: false, right: left, right_transposed: false }
            }
            Operation::Map { expr, operands } => Operation::Map { expr: turn(&expr), operands },
            Operation::SumRows(x) => Operation::SumColumns(x),
            Operation::MaxRows(x) => Operation::MaxColumns(x),
            // Targets are for the loss, which this is without.
            Operation::Target(_) => Operation::Map { expr: constant(0.0), operands: vec![] },
            other => other,
        };
        out.values.push(Value { operation, extent, ..value.clone() });
        renamed.push(ValueId(out.values.len() - 1));
    }
    out.outputs = graph.outputs.iter().map(|id| renamed[id.0]).collect();
    out.probabilities = graph.probabilities.iter().map(|id| renamed[id.0]).collect();
    out
}

fn flipped(extent: Extent) -> Extent {
    match extent.columns {
        Columns::Batch | Columns::One if extent.rows == 1 => Extent::new(1, Columns::One),
        Columns::Batch | Columns::One => Extent::new(1, Columns::Fixed(extent.rows)),
        Columns::Fixed(_) => extent,
    }
}

fn turn(expr: &Expr) -> Expr {
    expr.substitute(&|leaf| Expr::Leaf(if leaf == Leaf::Row { Leaf::Column } else { leaf }))
}
