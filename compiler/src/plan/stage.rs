//! Orders each kernel's work on a row: loops over its columns, and what happens to the row as a whole between them.
//!
//! Before: `sum = sum_columns z; mean = map sum; y = map z, mean`. After: [row: sum z, mean] [loop: y].

use std::collections::{BTreeMap, HashMap};

use super::{Content, KernelKind, Plan, RowKernel};
use crate::train_graph::{Columns, Operation, TensorId, ValueId};

/// A part of the work on one row.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// The columns it loops over; `One`: once a row.
    pub columns: Columns,
    /// What it does, in order.
    pub statements: Vec<Statement>,
}

/// One thing that a stage does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Statement {
    /// Computes a map's element.
    Compute(ValueId),
    /// Keeps the element in the value's row: in its buffer, or for the kernel's later stages.
    Keep(ValueId),
    /// Fills a row with draws.
    Draw(ValueId),
    /// Sums a row.
    Sum(ValueId),
    /// Takes the greatest of a row.
    Greatest(ValueId),
    /// Adds the element to the lanes of a sum over rows.
    AddToLane(ValueId),
    /// Keeps the element if it is the greatest of its column so far.
    RaiseTo(ValueId),
    /// Writes the element to a tensor.
    Write(TensorId, ValueId),
}

/// Fills in the stages of every loop over rows.
pub fn stage(plan: &mut Plan) {
    for index in 0..plan.kernels.len() {
        if let KernelKind::Rows(kernel) = &plan.kernels[index].kind {
            let stages = Staging { plan, kernel, at: HashMap::new() }.run();
            if let KernelKind::Rows(kernel) = &mut plan.kernels[index].kind {
                kernel.stages = stages;
            }
        }
    }
}

struct Staging<'a> {
    plan: &'a Plan,
    kernel: &'a RowKernel,
    /// When each value of the kernel is known: after loop 2k, or at 2k − 1, between loops. The product and what other
    /// kernels computed are there before everything.
    at: HashMap<ValueId, i32>,
}

/// Before the first loop.
const START: i32 = -1;

impl Staging<'_> {
    fn run(mut self) -> Vec<Stage> {
        let graph = &self.plan.graph;
        let mut stages: BTreeMap<(i32, u64), Stage> = BTreeMap::new();
        for id in &self.kernel.values {
            let at = self.when(*id);
            self.at.insert(*id, at);
        }
        for id in &self.kernel.values {
            let at = self.at[id];
            let value = graph.value(*id);
            let statement = match value.operation {
                Operation::Product { .. } => continue,
                Operation::Map { .. } => Statement::Compute(*id),
                Operation::Uniform { .. } => Statement::Draw(*id),
                Operation::SumColumns(_) => Statement::Sum(*id),
                Operation::MaxColumns(_) => Statement::Greatest(*id),
                Operation::SumRows(_) => Statement::AddToLane(*id),
                Operation::MaxRows(_) => Statement::RaiseTo(*id),
                _ => unreachable!("{:?} is not computed in a loop over rows", value.operation),
            };
            self.push(&mut stages, *id, at, statement);
            let kept = matches!(value.operation, Operation::Map { .. } | Operation::SumColumns(_) | Operation::MaxColumns(_));
            if kept && self.is_kept(*id) {
                self.push(&mut stages, *id, at, Statement::Keep(*id));
            }
        }
        for (tensor, id) in &self.kernel.writes {
            let at = self.write_at(*tensor, *id);
            self.push(&mut stages, *id, at, Statement::Write(*tensor, *id));
        }
        stages.into_values().collect()
    }

    fn push(&self, stages: &mut BTreeMap<(i32, u64), Stage>, id: ValueId, at: i32, statement: Statement) {
        let row = matches!(statement, Statement::Draw(_) | Statement::Sum(_) | Statement::Greatest(_));
        let columns = if at % 2 == 0 && !row { self.plan.graph.extent(id).columns } else { Columns::One };
        let order = match columns {
            Columns::One => 0,
            Columns::Batch => 1,
            Columns::Fixed(columns) => 2 + columns as u64,
        };
        let stage = stages.entry((at, order)).or_insert_with(|| Stage { columns, statements: Vec::new() });
        stage.statements.push(statement);
    }

    /// Whether the value has an element for each column.
    fn in_loop(&self, id: ValueId) -> bool {
        self.plan.graph.extent(id).columns != Columns::One
    }

    fn when(&self, id: ValueId) -> i32 {
        let value = self.plan.graph.value(id);
        let known = |id: &ValueId| self.at.get(id).copied().unwrap_or(START);
        let after = value.operation.operands().iter().map(known).max().unwrap_or(START);
        let odd = |at: i32| if at % 2 == 0 { at + 1 } else { at };
        let even = |at: i32| if at % 2 == 0 { at } else { at + 1 };
        match &value.operation {
            Operation::Product { .. } | Operation::Uniform { .. } => START,
            Operation::SumColumns(_) | Operation::MaxColumns(_) => odd(after),
            _ if self.in_loop(id) => even(after),
            _ => odd(after),
        }
    }

    /// When a tensor is written: not before everything in this kernel that reads what it held.
    fn write_at(&self, tensor: TensorId, id: ValueId) -> i32 {
        let graph = &self.plan.graph;
        let reads = |user: &&ValueId| {
            let operands = graph.value(**user).operation.operands();
            operands.iter().any(|operand| graph.value(*operand).operation == Operation::Read(tensor))
        };
        let readers = self.kernel.values.iter().filter(reads).map(|user| self.when(*user)).max();
        let known = if self.kernel.values.contains(&id) { self.when(id) } else { START };
        let at = known.max(readers.unwrap_or(START));
        match (self.in_loop(id), at % 2 == 0) {
            (true, false) => at + 1,
            (false, true) => at + 1,
            _ => at,
        }
    }

    /// Whether the value's row is needed as a row: by another kernel, a later loop, or a sum.
    fn is_kept(&self, id: ValueId) -> bool {
        if self.plan.buffer(Content::Value(id)).is_some() {
            return true;
        }
        let at = self.at[&id];
        let written_later = self.kernel.writes.iter().any(|(tensor, value)| *value == id && self.write_at(*tensor, id) > at);
        self.in_loop(id)
            && (written_later
                || self.kernel.values.iter().any(|user| {
                    let operation = &self.plan.graph.value(*user).operation;
                    let uses = operation.operands().contains(&id);
                    uses && (matches!(operation, Operation::SumColumns(_) | Operation::MaxColumns(_)) || self.when(*user) > at)
                }))
    }
}
