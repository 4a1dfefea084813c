//! The last part of a training step, in the order that the semantics fix: penalties, clipping, the optimizer's update,
//! constraints.

use std::cell::RefCell;

use crate::expr::{Compare, Expr, constant, operand, select};
use crate::graph::{ParameterId, Role};
use crate::lower::Lowering;
use crate::optimizer::{FIRST_STATE, GRADIENT, PARAMETER, Rule};
use crate::recipe::{Clip, Recipe};
use crate::signature::Flavor;
use crate::train_graph::ValueId;

/// Emits the update of every parameter that has a gradient; returns the loss with penalties.
pub fn emit(lowering: &mut Lowering<'_>, recipe: &Recipe, loss: ValueId) -> ValueId {
    let mut gradients = lowering.gradients();
    let loss = penalize(lowering, recipe, &mut gradients, loss);
    if let Some(clip) = recipe.clip {
        self::clip(lowering, clip, &mut gradients);
    }
    // In the order in which gradients become known: from the last layer to the first.
    for (id, gradient) in gradients.into_iter().rev() {
        update(lowering, recipe, id, gradient);
    }
    loss
}

/// What to call a parameter within its layer: `dense_weight`. What follows is attributed to that layer.
fn path(lowering: &mut Lowering<'_>, id: ParameterId) -> String {
    let parameter = &lowering.graph().parameters[id.0];
    let (name, node) = (local_name(&parameter.path, 2), parameter.node);
    lowering.set_origin(Some(node));
    name
}

/// The last segments of a path, joined: equal layers then have equal names for equal things.
pub(crate) fn local_name(path: &str, segments: usize) -> String {
    let all: Vec<&str> = path.split('.').collect();
    all[all.len().saturating_sub(segments)..].join("_")
}

/// Adds penalties to the loss and their slopes to gradients.
fn penalize(lowering: &mut Lowering<'_>, recipe: &Recipe, gradients: &mut [(ParameterId, ValueId)], loss: ValueId) -> ValueId {
    let mut loss = loss;
    for penalty in &recipe.penalties {
        let (value, slope) = ((penalty.def.value)(&penalty.arguments), penalty.def.slope(&penalty.arguments));
        for (id, gradient) in gradients.iter_mut().filter(|(id, _)| penalty.parameters.contains(id)) {
            let name = path(lowering, *id);
            let parameter = lowering.parameter_value(*id);
            let before = *gradient;
            *gradient = lowering.map(&format!("d_{name}"), operand(1) + slope.clone(), &[parameter, before]);
            // The gradient is named as an operand so that the sum is taken where the gradient is: one pass over the weight.
            let terms = lowering.map("penalty_terms", value.clone(), &[parameter, before]);
            let sum = lowering.sum_all("penalty", terms);
            loss = lowering.map("loss", operand(0) + operand(1), &[loss, sum]);
        }
    }
    loss
}

fn clip(lowering: &mut Lowering<'_>, clip: Clip, gradients: &mut [(ParameterId, ValueId)]) {
    match clip {
        Clip::Value(limit) => {
            for (id, gradient) in gradients {
                let name = path(lowering, *id);
                // Not a number stays what it is: it must not pass for a gradient.
                let below = select(Compare::Less, operand(0), constant(-limit), constant(-limit), operand(0));
                let clipped = select(Compare::Greater, operand(0), constant(limit), constant(limit), below);
                *gradient = lowering.map(&format!("d_{name}"), clipped, &[*gradient]);
            }
        }
        Clip::Norm(limit) => {
            for (id, gradient) in gradients {
                let name = path(lowering, *id);
                let square = square_norm(lowering, *gradient);
                let factor = clip_factor(lowering, limit, square);
                *gradient = lowering.map(&format!("d_{name}"), operand(0) * operand(1), &[*gradient, factor]);
            }
        }
        Clip::GlobalNorm(limit) => {
            let mut total = None;
            for (id, gradient) in gradients.iter().rev() {
                path(lowering, *id);
                let square = square_norm(lowering, *gradient);
                total = Some(match total {
                    None => square,
                    Some(sum) => lowering.map("square_norm", operand(0) + operand(1), &[sum, square]),
                });
            }
            let Some(total) = total else { return };
            lowering.set_origin(None);
            let factor = clip_factor(lowering, limit, total);
            for (id, gradient) in gradients {
                let name = path(lowering, *id);
                *gradient = lowering.map(&format!("d_{name}"), operand(0) * operand(1), &[*gradient, factor]);
            }
        }
    }
}

/// ‖g‖².
fn square_norm(lowering: &mut Lowering<'_>, gradient: ValueId) -> ValueId {
    let squares = lowering.map("squares", operand(0).square(), &[gradient]);
    lowering.sum_all("square_norm", squares)
}

/// min(1, c/‖g‖); pytorch: min(1, c/(‖g‖ + 1e-6)).
fn clip_factor(lowering: &mut Lowering<'_>, limit: f64, square_norm: ValueId) -> ValueId {
    let norm = operand(0).sqrt();
    let factor = match lowering.flavor() {
        Flavor::Pytorch => (constant(limit) / (norm + constant(1e-6))).min(constant(1.0)),
        Flavor::Notes | Flavor::Keras => {
            select(Compare::Greater, norm.clone(), constant(limit), constant(limit) / norm, constant(1.0))
        }
    };
    lowering.map("clip_factor", factor, &[square_norm])
}

/// Emits one parameter's update and writes it back with its state.
fn update(lowering: &mut Lowering<'_>, recipe: &Recipe, id: ParameterId, gradient: ValueId) {
    let name = path(lowering, id);
    let optimizer = &recipe.optimizer;
    let states: Vec<_> = (optimizer.def.state)(&optimizer.arguments)
        .into_iter()
        .map(|(suffix, initial)| (suffix, lowering.state(id, suffix, initial as f32)))
        .collect();
    let mut operands = vec![gradient, lowering.parameter_value(id)];
    for (_, tensor) in &states {
        operands.push(lowering.read(*tensor));
    }
    let is_weight = lowering.graph().parameters[id.0].role == Role::Weight;
    let update = {
        let shared = RefCell::new(&mut *lowering);
        (optimizer.def.update)(&Rule {
            arguments: &optimizer.arguments,
            gradient: GRADIENT,
            parameter: PARAMETER,
            state: (0..states.len()).map(|index| operand(FIRST_STATE + index)).collect(),
            scalar: &|expr: Expr| shared.borrow_mut().scalar(expr),
            is_weight,
        })
    };
    // The parameter's update refers to the new state, so that it is computed once.
    let mut parameter = update.parameter;
    for ((suffix, tensor), expr) in states.iter().zip(update.state) {
        let value = lowering.map(&format!("{name}_{suffix}"), expr.clone(), &operands);
        lowering.write(*tensor, value);
        parameter = parameter.replace(&expr, &operand(operands.len()));
        operands.push(value);
    }
    let mut value = lowering.map(&name, parameter, &operands);
    for constraint in recipe.constraints.iter().filter(|constraint| constraint.parameters.contains(&id)) {
        value = constrain(lowering, &name, value, (constraint.def.factor)(&constraint.arguments));
    }
    let tensor = lowering.tensor(id);
    lowering.write(tensor, value);
}

/// Scales each unit's incoming weights, a column of the matrix, by a factor of the sum of their squares.
fn constrain(lowering: &mut Lowering<'_>, name: &str, weight: ValueId, factor: Expr) -> ValueId {
    let squares = lowering.map("squares", operand(0).square(), &[weight]);
    let sums = lowering.sum_rows("square_norms", squares);
    let factors = lowering.map("factors", factor, &[sums]);
    lowering.map(name, operand(0) * operand(1), &[weight, factors])
}
