//! Signal watch: what a watched step measures besides its update. Activations: mean, deviation, how they vary from sample to
//! sample, and where next to nothing of a gradient passes; gradients: their norm; updates: how large they are beside what they change.
//!
//! It is a kind of step of its own, so that other steps hold nothing of it.

use crate::expr::{Compare, Expr, Leaf, constant, operand, select};
use crate::graph::{NodeId, NodeKind, ParameterId, Role};
use crate::lower::Lowering;
use crate::op::activation::Activation;
use crate::train_graph::{Columns, ValueId};

pub use dlm_spec::Figure;

/// Slopes below this let next to nothing of a gradient pass.
pub const FLAT: f64 = 0.01;

/// Measures every activation: given each node's value, after the forward pass.
pub fn activations(lowering: &mut Lowering<'_>, values: &[ValueId]) {
    let graph = lowering.graph();
    for (index, node) in graph.nodes.iter().enumerate() {
        let NodeKind::Op(op) = &node.kind else { continue };
        let Some(activation) = op.activation() else { continue };
        lowering.set_origin(Some(NodeId(index)));
        let (z, y) = (values[node.inputs[0].0], values[index]);
        moments(lowering, &node.path, y);
        flatness(lowering, &node.path, activation, z, y);
    }
}

/// Mean and deviation over all elements, and how far units vary from sample to sample. In a network whose signals fade units
/// still differ from one another, by what their weights make of a constant: only the last tells.
fn moments(lowering: &mut Lowering<'_>, path: &str, y: ValueId) {
    let per_element = lowering.per_row(1.0 / lowering.extent(y).rows as f64);
    let sum = lowering.sum_all("sum", y);
    let mean = lowering.map("mean", operand(0) * per_element.clone(), &[sum]);
    let squares = lowering.map("squares", (operand(0) - operand(1)).square(), &[y, mean]);
    let sum = lowering.sum_all("sum_of_squares", squares);
    let deviation = lowering.map("deviation", (operand(0) * per_element.clone()).sqrt(), &[sum]);
    let of_unit = lowering.sum_columns("sum_of_unit", y);
    let per_sample = lowering.per_row(1.0);
    let mean_of_unit = lowering.map("mean_of_unit", operand(0) * per_sample, &[of_unit]);
    let squares = lowering.map("squares", (operand(0) - operand(1)).square(), &[y, mean_of_unit]);
    let sum = lowering.sum_all("sum_of_squares", squares);
    let spread = lowering.map("spread", (operand(0) * per_element).sqrt(), &[sum]);
    lowering.figure_of(path, Figure::Mean, mean);
    lowering.figure_of(path, Figure::Deviation, deviation);
    lowering.figure_of(path, Figure::Spread, spread);
}

/// The share of elements at which the slope is next to nothing, and of units of which all are so.
fn flatness(lowering: &mut Lowering<'_>, path: &str, activation: &Activation, z: ValueId, y: ValueId) {
    // What is drawn or learned takes its usual value: the share is a rough figure.
    let (slope, of) = activation.typical_slope();
    let is_flat = select(Compare::Less, slope.abs(), constant(FLAT), constant(1.0), constant(0.0));
    let flat = lowering.map("flat", is_flat, &[if of == crate::op::activation::SlopeOf::Value { y } else { z }]);
    let rows = lowering.extent(flat).rows as f64;
    let by_unit = lowering.sum_columns("flat_of_unit", flat);
    let all = lowering.scalar(Expr::Leaf(Leaf::Rows));
    let is_dead = select(Compare::GreaterEqual, operand(0), all, constant(1.0), constant(0.0));
    let dead = lowering.map("dead", is_dead, &[by_unit]);
    let dead = lowering.sum_all("dead_units", dead);
    let dead = lowering.map("dead_share", operand(0) * constant(1.0 / rows), &[dead]);
    let flat = lowering.sum_all("flat_elements", by_unit);
    let per_element = lowering.per_row(1.0 / rows);
    let flat = lowering.map("flat_share", operand(0) * per_element, &[flat]);
    lowering.figure_of(path, Figure::Flat, flat);
    lowering.figure_of(path, Figure::Dead, dead);
}

/// Measures the gradient of a weight, as the loss gives it.
pub fn gradient(lowering: &mut Lowering<'_>, id: ParameterId, gradient: ValueId) {
    let Some(path) = weight(lowering, id).filter(|_| lowering.learns(id)) else { return };
    let norm = norm(lowering, gradient);
    lowering.figure_of(&path, Figure::Gradient, norm);
}

/// Measures the update of a weight: the norm of the change beside that of what is changed.
pub fn update(lowering: &mut Lowering<'_>, id: ParameterId, new: ValueId) {
    // What the recipe says shall not move tells nothing by not moving.
    let moves = lowering.learns(id) && lowering.recipe().rate_scale(id) != 0.0;
    let Some(path) = weight(lowering, id).filter(|_| moves) else { return };
    let old = lowering.parameter_value(id);
    let change = lowering.map("change", operand(0) - operand(1), &[new, old]);
    let change = norm(lowering, change);
    // The new value is named so that both are summed in one pass.
    let squares = lowering.map("squares", operand(0).square(), &[old, new]);
    let size = lowering.sum_all("square_norm", squares);
    let ratio = operand(0) / operand(1).sqrt();
    let ratio = select(Compare::Greater, operand(1), constant(0.0), ratio, constant(0.0));
    let ratio = lowering.map("update_ratio", ratio, &[change, size]);
    lowering.figure_of(&path, Figure::Update, ratio);
}

/// The path of a weight.
fn weight(lowering: &Lowering<'_>, id: ParameterId) -> Option<String> {
    let parameter = &lowering.graph().parameters[id.0];
    (parameter.role == Role::Weight).then(|| parameter.path.clone())
}

fn norm(lowering: &mut Lowering<'_>, value: ValueId) -> ValueId {
    debug_assert!(lowering.extent(value).columns != Columns::Batch);
    let squares = lowering.map("squares", operand(0).square(), &[value]);
    let sum = lowering.sum_all("square_norm", squares);
    lowering.map("norm", operand(0).sqrt(), &[sum])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::{CompileOptions, compile};
    use crate::describe::describe;

    /// The weights of which a figure is measured.
    fn measured(recipe: &str, figure: Figure) -> Vec<&'static str> {
        let source = format!(
            "model Net {{
                input x: f32[4];
                h: dense(6) -> relu;
                a: h -> dense(5) -> relu -> dense(3);
                b: h -> dense(2);
                output kind: class[3] = a;
                output size: f32[2] = b;
            }}
            train Net {{ watch = signals; {recipe} }}"
        );
        let (program, diagnostics) = crate::check(&source);
        let program = program.unwrap_or_else(|| panic!("{diagnostics:?}"));
        let spec = describe(&compile(&program.models[0].units[0], CompileOptions::default()));
        spec.signals.iter().filter(|signal| signal.figure == figure).map(|signal| signal.of).collect()
    }

    #[test]
    fn what_the_recipe_keeps_still_is_not_measured() {
        let all = ["h.dense.weight", "a.dense.weight", "a.dense_2.weight", "b.dense.weight"];
        assert_eq!(measured("", Figure::Gradient), all);
        assert_eq!(measured("", Figure::Update), all);
        let unlearned = "losses = [(kind, cross_entropy, 0), (size, mse)];";
        assert_eq!(measured(unlearned, Figure::Gradient), ["h.dense.weight", "b.dense.weight"]);
        assert_eq!(measured(unlearned, Figure::Update), ["h.dense.weight", "b.dense.weight"]);
        // A gradient that goes through is looked at, an update that is 0 on purpose is not.
        assert_eq!(measured("lr_scale = [(a, 0)];", Figure::Gradient), all);
        assert_eq!(measured("lr_scale = [(a, 0)];", Figure::Update), ["h.dense.weight", "b.dense.weight"]);
    }
}
