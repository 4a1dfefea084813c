//! The reference interpreter: runs a training graph one operation after the other, naively, in the defined order of
//! sums. What generated code computes is defined here, and agrees with it bit for bit.

use crate::expr::{Expr, Leaf};
use crate::real::Real;
use crate::train_graph::{Along, Columns, Extent, Operation, TensorKind, TrainGraph, ValueId};

/// One call of a step or a prediction.
#[derive(Clone, Copy, Debug, Default)]
pub struct Call<'a> {
    /// Each input's samples, row-major, samples first.
    pub inputs: &'a [&'a [f32]],
    /// Each output's targets, row-major, samples first.
    pub targets: &'a [&'a [f32]],
    /// The number of samples.
    pub rows: usize,
    /// The learning rate of this step.
    pub learning_rate: f64,
    /// This step's momentum, where the schedule changes it.
    pub momentum: f64,
    /// The next step's.
    pub next_momentum: f64,
    /// The update's number, from 1, counted from the beginning of each phase so far.
    pub updates: &'a [u64],
    /// The rows whose gradients make the update, this batch's among them.
    pub gathered: usize,
    /// The number of this step for random draws.
    pub draw: u64,
    /// The recipe's seed.
    pub seed: u64,
}

/// A training graph with the content of its tensors, row-major as in memory: a dense weight is (in × out).
pub struct Interpreter<'a, T> {
    graph: &'a TrainGraph,
    /// What each tensor holds.
    pub tensors: Vec<Vec<T>>,
}

/// The length of a depth panel in a product: sums within it are taken in order by fused multiply-add, the panels' sums
/// are then added in order.
pub const PANEL: usize = 256;
/// The number of strided lanes in every other sum.
pub const LANES: usize = 16;

impl<'a, T: Real> Interpreter<'a, T> {
    /// The graph with zero parameters, no normalisation and fresh states.
    pub fn new(graph: &'a TrainGraph) -> Self {
        let tensors = graph.tensors.iter().map(|tensor| {
            let initial = match tensor.kind {
                TensorKind::Parameter(_) | TensorKind::Shift(_) | TensorKind::Signal(..) => 0.0,
                TensorKind::Scale(_) => 1.0,
                TensorKind::State(_, initial) => initial.into(),
            };
            vec![T::from_f64(initial); tensor.extent.rows * columns(tensor.extent, 0)]
        });
        Self { graph, tensors: tensors.collect() }
    }

    /// Runs the graph once, writes included; returns every value, row-major.
    pub fn run(&mut self, call: &Call<'_>) -> Vec<Vec<T>> {
        let scalars: Vec<T> = self.graph.scalars.iter().map(|expr| T::from_f64(scalar(expr, call))).collect();
        let mut values: Vec<Vec<T>> = Vec::with_capacity(self.graph.values.len());
        for value in &self.graph.values {
            let computed = self.compute(&value.operation, value.extent, &values, &scalars, call);
            debug_assert_eq!(computed.len(), value.extent.rows * columns(value.extent, call.rows));
            values.push(computed);
        }
        for write in &self.graph.writes {
            self.tensors[write.tensor.0] = values[write.value.0].clone();
        }
        values
    }

    fn compute(&self, operation: &Operation, extent: Extent, values: &[Vec<T>], scalars: &[T], call: &Call<'_>) -> Vec<T> {
        let width = columns(extent, call.rows);
        let of = |id: &ValueId| &values[id.0];
        let size = |id: &ValueId| (self.graph.extent(*id).rows, columns(self.graph.extent(*id), call.rows));
        match operation {
            Operation::Input { input, shift, scale } => each(extent.rows, width, |i, j| {
                let raw = T::from_f64(call.inputs[*input][j * extent.rows + i].into());
                (raw - of(shift)[i]) * of(scale)[i]
            }),
            Operation::Constants(values) => values.iter().map(|x| T::from_f64((*x).into())).collect(),
            Operation::Raw(input) => call.inputs[*input].iter().map(|x| T::from_f64((*x).into())).collect(),
            Operation::Target(output) => {
                each(extent.rows, width, |i, j| T::from_f64(call.targets[*output][j * extent.rows + i].into()))
            }
            Operation::Read(tensor) => self.tensors[tensor.0].clone(),
            Operation::Product { left, left_transposed, right, right_transposed } => {
                let (l, r) = (of(left), of(right));
                let (left_width, right_width) = (size(left).1, size(right).1);
                let depth = if *left_transposed { size(left).0 } else { left_width };
                let a = |i: usize, d: usize| if *left_transposed { l[d * left_width + i] } else { l[i * left_width + d] };
                let b = |d: usize, j: usize| if *right_transposed { r[j * right_width + d] } else { r[d * right_width + j] };
                each(extent.rows, width, |i, j| product(depth, |d| (a(i, d), b(d, j))))
            }
            Operation::Map { expr, operands } => each(extent.rows, width, |i, j| {
                expr.evaluate(&|leaf| match leaf {
                    Leaf::Operand(index) => {
                        let id = operands[index];
                        let (rows, columns) = size(&id);
                        let (i, j) = (if rows == 1 { 0 } else { i }, if columns == 1 { 0 } else { j });
                        values[id.0][i * columns + j]
                    }
                    Leaf::Scalar(index) => scalars[index],
                    Leaf::Row => T::from_f64(i as f64),
                    Leaf::Column => T::from_f64(j as f64),
                    other => unreachable!("only scalars of a step have it: {other:?}"),
                })
            }),
            Operation::SumColumns(x) => {
                let columns = size(x).1;
                each(extent.rows, 1, |i, _| sum(columns, |j| of(x)[i * columns + j]))
            }
            Operation::SumRows(x) => each(1, width, |_, j| sum(size(x).0, |i| of(x)[i * width + j])),
            Operation::MaxRows(x) => each(1, width, |_, j| greatest(size(x).0, |i| of(x)[i * width + j])),
            Operation::MaxColumns(x) => {
                let columns = size(x).1;
                each(extent.rows, 1, |i, _| greatest(columns, |j| of(x)[i * columns + j]))
            }
            Operation::Uniform { stream } => {
                let mut draws = vec![0.0; width];
                let mut all = Vec::with_capacity(extent.rows * width);
                for row in 0..extent.rows {
                    dlm_kernels::reference::uniform(&mut draws, call.seed, *stream, call.draw, row as u32);
                    all.extend(draws.iter().map(|draw| T::from_f64((*draw).into())));
                }
                all
            }
            Operation::Concat(parts) => parts.iter().flat_map(|id| of(id).iter().copied()).collect(),
            Operation::Slice { of: whole, start, along } => {
                let (row, column) = if *along == Along::Rows { (*start, 0) } else { (0, *start) };
                let columns = size(whole).1;
                each(extent.rows, width, |i, j| of(whole)[(row + i) * columns + column + j])
            }
        }
    }
}

/// The number of columns, the batch having this many samples.
pub(crate) fn columns(extent: Extent, rows_of_batch: usize) -> usize {
    match extent.columns {
        Columns::One => 1,
        Columns::Batch => rows_of_batch,
        Columns::Fixed(columns) => columns,
    }
}

/// A scalar of the step.
pub(crate) fn scalar(expr: &Expr, call: &Call<'_>) -> f64 {
    expr.evaluate(&|leaf| match leaf {
        Leaf::LearningRate => call.learning_rate,
        Leaf::Momentum => call.momentum,
        Leaf::NextMomentum => call.next_momentum,
        Leaf::Update(phase) => call.updates[phase] as f64,
        Leaf::Rows => call.rows as f64,
        Leaf::Gathered => call.gathered as f64,
        other => unreachable!("not in a scalar of a step: {other:?}"),
    })
}

fn each<T>(rows: usize, columns: usize, element: impl Fn(usize, usize) -> T) -> Vec<T> {
    let element = &element;
    (0..rows).flat_map(|i| (0..columns).map(move |j| element(i, j))).collect()
}

/// Σ a·b over the depth: fused multiply-add in order within panels of 256, the panels added in order.
fn product<T: Real>(depth: usize, factors: impl Fn(usize) -> (T, T)) -> T {
    let panel = |start: usize| {
        (start..depth.min(start + PANEL)).fold(T::from_f64(0.0), |sum, d| {
            let (a, b) = factors(d);
            a.mul_add(b, sum)
        })
    };
    (PANEL..depth).step_by(PANEL).fold(panel(0), |sum, start| sum + panel(start))
}

/// The sum in 16 strided lanes, then as a balanced tree.
fn sum<T: Real>(len: usize, element: impl Fn(usize) -> T) -> T {
    let mut lanes = [T::from_f64(0.0); LANES];
    for index in 0..len {
        lanes[index % LANES] = lanes[index % LANES] + element(index);
    }
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            lanes[lane] = lanes[lane] + lanes[lane + half];
        }
        half /= 2;
    }
    lanes[0]
}

/// The greatest, from −∞ on.
fn greatest<T: Real>(len: usize, element: impl Fn(usize) -> T) -> T {
    (0..len).map(element).fold(T::from_f64(f64::NEG_INFINITY), |greatest, x| if x > greatest { x } else { greatest })
}
