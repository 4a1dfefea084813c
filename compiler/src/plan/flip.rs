//! Turns a prediction of a batch into one of a single sample: a sample's features become the columns of one row, so
//! that loops and products run along them.
//!
//! Before: z [300 x batch] = weightᵀ · x [784 x batch]. After: z [1 x 300] = x [1 x 784] · weight. Every sum keeps its
//! order, so the bits stay.

use crate::expr::{Expr, Leaf, constant, operand};
use crate::train_graph::{Along, Columns, Extent, Operation, TensorKind, TrainGraph, Value, ValueId};

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
            // (L·R)ᵀ = Rᵀ·Lᵀ, and the right factor, a sample's, has been turned already.
            Operation::Product { left, left_transposed, right, right_transposed: false } if flips_product(graph, value) => {
                Operation::Product { left: right, left_transposed: false, right: left, right_transposed: !left_transposed }
            }
            // Lowering makes no others for a prediction: a sum over samples, say, has no meaning for one.
            Operation::Product { .. } => panic!("a prediction of one sample cannot compute `{}`", value.name),
            Operation::Slice { of, start, along: Along::Rows } => Operation::Slice { of, start, along: Along::Columns },
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

/// Whether a product is that of a matrix, which stays as it is, with samples, which are turned.
fn flips_product(graph: &TrainGraph, value: &Value) -> bool {
    let Operation::Product { left, right, .. } = value.operation else { return false };
    matches!(graph.extent(left).columns, Columns::Fixed(_)) && graph.extent(right).columns == Columns::Batch
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interpret::{Call, Interpreter};
    use crate::train_graph::{Tensor, TensorId};

    /// A graph under construction: an input of five features, and whatever is added.
    struct Graph(TrainGraph);

    impl Graph {
        fn new() -> Self {
            let mut graph = Graph(TrainGraph::default());
            let shift = graph.tensor(5, Columns::One, TensorKind::Shift(0));
            let scale = graph.tensor(5, Columns::One, TensorKind::Scale(0));
            graph.value(Operation::Input { input: 0, shift, scale }, 5, Columns::Batch);
            graph
        }

        fn tensor(&mut self, rows: usize, columns: Columns, kind: TensorKind) -> ValueId {
            let extent = Extent::new(rows, columns);
            self.0.tensors.push(Tensor { name: format!("t{}", self.0.tensors.len()), extent, kind });
            self.value(Operation::Read(TensorId(self.0.tensors.len() - 1)), rows, columns)
        }

        fn value(&mut self, operation: Operation, rows: usize, columns: Columns) -> ValueId {
            let name = format!("v{}", self.0.values.len());
            self.0.values.push(Value { operation, extent: Extent::new(rows, columns), name, origin: None });
            ValueId(self.0.values.len() - 1)
        }

        /// What the last value is of one sample, by the graph or turned on its side.
        fn compare(mut self) {
            self.0.outputs.push(ValueId(self.0.values.len() - 1));
            let flipped = flip(&self.0);
            let run = |graph: &TrainGraph| {
                let mut interpreter = Interpreter::<f32>::new(graph);
                for (index, tensor) in interpreter.tensors.iter_mut().enumerate() {
                    tensor.iter_mut().enumerate().for_each(|(at, x)| *x = 0.1 + 0.37 * (index + 1) as f32 * at as f32);
                }
                let values = interpreter.run(&Call { inputs: &[&[0.3, -1.0, 2.5, 0.7, 0.01]], rows: 1, ..Call::default() });
                values[graph.outputs[0].0].clone()
            };
            let (expected, found) = (run(&self.0), run(&flipped));
            assert!(expected.iter().any(|x| *x != 0.0), "{expected:?}");
            assert_eq!(expected, found);
        }
    }

    const INPUT: ValueId = ValueId(2);

    #[test]
    fn a_slice_of_features_becomes_one_of_columns() {
        let mut graph = Graph::new();
        let part = graph.value(Operation::Slice { of: INPUT, start: 2, along: Along::Rows }, 2, Columns::Batch);
        graph.value(Operation::Map { expr: operand(0) * constant(3.0), operands: vec![part] }, 2, Columns::Batch);
        graph.compare();
    }

    #[test]
    fn a_product_with_a_matrix_either_way_round_is_turned() {
        for left_transposed in [true, false] {
            let mut graph = Graph::new();
            let (rows, columns) = if left_transposed { (5, 3) } else { (3, 5) };
            let left = graph.tensor(rows, Columns::Fixed(columns), TensorKind::Parameter(crate::graph::ParameterId(0)));
            let product = Operation::Product { left, left_transposed, right: INPUT, right_transposed: false };
            graph.value(product, 3, Columns::Batch);
            graph.compare();
        }
    }

    #[test]
    #[should_panic(expected = "a prediction of one sample cannot compute `v3`")]
    fn a_sum_over_samples_cannot_be_turned() {
        let mut graph = Graph::new();
        let product = Operation::Product { left: INPUT, left_transposed: false, right: INPUT, right_transposed: true };
        graph.value(product, 5, Columns::Fixed(5));
        graph.compare();
    }
}
