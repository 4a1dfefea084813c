//! The last part of a training step, in the order that the semantics fix: penalties, accumulation, clipping, the optimizer's
//! update, constraints, the moving average.

use std::cell::RefCell;

use crate::expr::{Compare, Expr, Leaf, constant, operand, select};
use crate::graph::{ParameterId, Role};
use crate::lower::Lowering;
use crate::optimizer::{FIRST_STATE, GRADIENT, PARAMETER, Rule};
use crate::recipe::{Clip, Recipe};
use crate::signature::Flavor;
use crate::train_graph::{TensorId, ValueId};
use crate::watch;

/// Emits what becomes of the gradient of every parameter that has one; returns the loss with penalties.
pub fn emit(lowering: &mut Lowering<'_>, gathers: bool, loss: ValueId) -> ValueId {
    let recipe = lowering.recipe();
    let mut gradients = lowering.gradients();
    if lowering.watched() {
        for (id, gradient) in &gradients {
            path(lowering, *id);
            watch::gradient(lowering, *id, *gradient);
        }
    }
    let loss = penalize(lowering, recipe, &mut gradients, loss);
    if recipe.accumulate > 1 {
        accumulate(lowering, recipe, gathers, &mut gradients);
    }
    if gathers {
        // Keras constrains after every batch, whether it updates or not.
        if recipe.flavor == Flavor::Keras {
            gradients.into_iter().rev().for_each(|(id, _)| constrain_alone(lowering, recipe, id));
        }
        return loss;
    }
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

/// Gathers gradients over batches: n·g, so that they become the mean over all samples; in Keras' flavour g, of which it takes
/// the mean over batches.
fn accumulate(lowering: &mut Lowering<'_>, recipe: &Recipe, gathers: bool, gradients: &mut [(ParameterId, ValueId)]) {
    let by_batch = recipe.flavor == Flavor::Keras;
    let rows = if by_batch { constant(1.0) } else { lowering.scalar(Expr::Leaf(Leaf::Rows)) };
    let mean_of = match (gathers, by_batch) {
        (true, _) => constant(1.0),
        (false, true) => constant(1.0 / recipe.accumulate as f64),
        (false, false) => lowering.scalar(constant(1.0) / Expr::Leaf(Leaf::Gathered)),
    };
    for (id, gradient) in gradients {
        let name = path(lowering, *id);
        let tensor = lowering.state(*id, "gathered", 0.0);
        let before = lowering.read(tensor);
        let sum = operand(1) + operand(0) * rows.clone();
        *gradient = lowering.map(&format!("d_{name}"), sum * mean_of.clone(), &[*gradient, before]);
        // The gradient is named as an operand so that 0 is written where it is.
        let kept = if gathers { *gradient } else { lowering.map("none_gathered", constant(0.0), &[*gradient]) };
        lowering.write(tensor, kept);
    }
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
    // Keras has one counter for all parameters.
    let phase = if recipe.flavor == Flavor::Keras { 0 } else { lowering.trained_since(id) };
    let (update, ahead) = {
        let shared = RefCell::new(&mut *lowering);
        let rule = Rule {
            arguments: &optimizer.arguments,
            gradient: GRADIENT,
            parameter: PARAMETER,
            state: (0..states.len()).map(|index| operand(FIRST_STATE + index)).collect(),
            scalar: &|expr: Expr| shared.borrow_mut().scalar(expr),
            is_weight,
            rate_scale: recipe.rate_scale(id),
            scheduled_momentum: recipe.momentum().is_some(),
            phase,
        };
        ((optimizer.def.update)(&rule), optimizer.looks_ahead().then(|| rule.ahead()))
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
    // What is held may be the point ahead, Φ = θ − βm; constraints and averages are of θ.
    let point = ahead.map(|beta| Ahead { beta, momentum: operands[FIRST_STATE + states.len()] });
    let unconstrained = value;
    if is_constrained(recipe, id) {
        let theta = theta(lowering, &name, value, point.as_ref());
        let theta = constrained(lowering, recipe, id, &name, theta);
        value = match &point {
            None => theta,
            Some(point) => lowering.map(&name, operand(0) - point.beta.clone() * operand(1), &[theta, point.momentum]),
        };
    }
    let tensor = lowering.tensor(id);
    lowering.write(tensor, value);
    if lowering.watched() {
        watch::update(lowering, id, value);
    }
    if let Some(decay) = recipe.average {
        // Keras takes the average before the constraint.
        let averaged = if recipe.flavor == Flavor::Keras { unconstrained } else { value };
        let averaged = theta(lowering, &name, averaged, point.as_ref());
        average(lowering, &name, id, phase, decay, averaged);
    }
}

/// How to get from θ to what is held: Φ = θ − βm.
struct Ahead {
    beta: Expr,
    momentum: ValueId,
}

/// θ of what is held.
fn theta(lowering: &mut Lowering<'_>, name: &str, held: ValueId, ahead: Option<&Ahead>) -> ValueId {
    match ahead {
        None => held,
        Some(ahead) => lowering.map(name, operand(0) + ahead.beta.clone() * operand(1), &[held, ahead.momentum]),
    }
}

/// a ← decay·a + (1 − decay)·θ; after the first update θ itself.
fn average(lowering: &mut Lowering<'_>, name: &str, id: ParameterId, phase: usize, decay: f64, theta: ValueId) {
    let tensor: TensorId = lowering.state(id, "average", 0.0);
    let before = lowering.read(tensor);
    let is_first = |first: f64, later: f64| {
        select(Compare::Equal, Expr::Leaf(Leaf::Update(phase)), constant(1.0), constant(first), constant(later))
    };
    let (kept, new) = (lowering.scalar(is_first(0.0, decay)), lowering.scalar(is_first(1.0, 1.0 - decay)));
    let value = lowering.map(&format!("{name}_average"), kept * operand(0) + new * operand(1), &[before, theta]);
    lowering.write(tensor, value);
}

/// Keeps a parameter's constraints, if it has any, without an update.
fn constrain_alone(lowering: &mut Lowering<'_>, recipe: &Recipe, id: ParameterId) {
    if !is_constrained(recipe, id) {
        return;
    }
    let name = path(lowering, id);
    let theta = lowering.parameter_value(id);
    let theta = constrained(lowering, recipe, id, &name, theta);
    let tensor = lowering.tensor(id);
    lowering.write(tensor, theta);
}

fn is_constrained(recipe: &Recipe, id: ParameterId) -> bool {
    recipe.constraints.iter().any(|constraint| constraint.parameters.contains(&id))
}

/// θ with all constraints on its parameter kept.
fn constrained(lowering: &mut Lowering<'_>, recipe: &Recipe, id: ParameterId, name: &str, theta: ValueId) -> ValueId {
    let constraints = recipe.constraints.iter().filter(|constraint| constraint.parameters.contains(&id));
    constraints.fold(theta, |theta, constraint| constrain(lowering, name, theta, (constraint.def.factor)(&constraint.arguments)))
}

/// Scales each unit's incoming weights, a column of the matrix, by a factor of the sum of their squares.
fn constrain(lowering: &mut Lowering<'_>, name: &str, weight: ValueId, factor: Expr) -> ValueId {
    let squares = lowering.map("squares", operand(0).square(), &[weight]);
    let sums = lowering.sum_rows("square_norms", squares);
    let factors = lowering.map("factors", factor, &[sums]);
    lowering.map(name, operand(0) * operand(1), &[weight, factors])
}
