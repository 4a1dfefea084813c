//! Drops what nothing needs and computes equal values once.
//!
//! Before: `max = max_rows z` for the loss and again for the probabilities. After: one.

use std::collections::HashMap;

use crate::train_graph::{Operation, TrainGraph, ValueId};

/// The same graph without superfluous values.
pub fn simplify(graph: &TrainGraph) -> TrainGraph {
    let needed = needed(graph);
    let mut out = TrainGraph { tensors: graph.tensors.clone(), scalars: graph.scalars.clone(), ..TrainGraph::default() };
    let mut renamed: Vec<Option<ValueId>> = Vec::new();
    let mut seen: HashMap<String, ValueId> = HashMap::new();
    for (value, needed) in graph.values.iter().zip(needed) {
        if !needed {
            renamed.push(None);
            continue;
        }
        let mut value = value.clone();
        value.operation = value.operation.renamed(&|id| renamed[id.0].expect("operands of what is needed are needed"));
        // Expressions hold numbers, which have no hash: their printed form, exact for f64, stands for them.
        let key = format!("{:?} {:?}", value.operation, value.extent);
        let id = *seen.entry(key).or_insert_with(|| {
            out.values.push(value);
            ValueId(out.values.len() - 1)
        });
        renamed.push(Some(id));
    }
    let rename = |id: ValueId| renamed[id.0].expect("roots are needed");
    out.writes = graph.writes.clone();
    out.writes.iter_mut().for_each(|write| write.value = rename(write.value));
    out.outputs = graph.outputs.iter().copied().map(rename).collect();
    out.probabilities = graph.probabilities.iter().copied().map(rename).collect();
    out.loss = graph.loss.map(rename);
    out.losses = graph.losses.iter().copied().map(rename).collect();
    out
}

/// Which values a write, an output or the loss depends on. In training outputs are no roots: only the step counts.
fn needed(graph: &TrainGraph) -> Vec<bool> {
    let mut needed = vec![false; graph.values.len()];
    let mut open: Vec<ValueId> = graph.writes.iter().map(|write| write.value).chain(graph.loss).collect();
    open.extend(roots(graph));
    while let Some(id) = open.pop() {
        if !std::mem::replace(&mut needed[id.0], true) {
            open.extend(graph.value(id).operation.operands());
        }
    }
    // An output that nothing else needs is computed in training too, if only to keep the graph whole.
    debug_assert!(
        graph.values.iter().zip(&needed).all(|(value, needed)| *needed || !matches!(value.operation, Operation::Target(_)))
    );
    needed
}

fn roots(graph: &TrainGraph) -> impl Iterator<Item = ValueId> {
    graph.outputs.iter().chain(&graph.probabilities).chain(&graph.losses).copied()
}
