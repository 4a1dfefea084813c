//! Lints on recipes.

use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::{DEEP, View};
use crate::graph::Role;
use crate::recipe::Clip;
use crate::resolve::show_number;
use crate::signature::{ArgumentValue, Length};

/// adagrad's steps only shrink: a deep network stops before it has learned.
pub(super) fn adagrad_on_deep_network(view: &View<'_>) -> Vec<Diagnostic> {
    let (Some(place), depth) = (view.settings.place("optimizer"), view.depth()) else { return Vec::new() };
    if view.recipe.optimizer.def.signature.name != "adagrad" || depth < DEEP {
        return Vec::new();
    }
    let message = format!("`adagrad` on a network of {depth} layers with weights stops too early: its steps only shrink");
    vec![Diagnostic::new(codes::ADAGRAD_ON_DEEP_NETWORK, place, message).help("use `adam`, or `nesterov` with a schedule")]
}

/// A learning rate that is most likely a slip.
pub(super) fn unusual_learning_rate(view: &View<'_>) -> Vec<Diagnostic> {
    let optimizer = &view.recipe.optimizer;
    let (Some(place), rate) = (optimizer.arguments.place("lr"), optimizer.learning_rate()) else { return Vec::new() };
    let name = optimizer.def.signature.name;
    let Some((low, high)) = optimizer.def.usual("lr") else { return Vec::new() };
    if (low..=high).contains(&rate) {
        return Vec::new();
    }
    let (side, effect) =
        if rate > high { ("high", "training is likely to diverge") } else { ("low", "training will hardly move") };
    let message = format!("a learning rate of {} is unusually {side} for `{name}`: {effect}", show_number(rate));
    let range = format!("{low:e} to {high}");
    vec![Diagnostic::new(codes::UNUSUAL_LEARNING_RATE, place, message).help(format!("it is mostly somewhere within {range}"))]
}

/// A share of the old momentum or mean square that is most likely a slip, such as the share of the new.
pub(super) fn unusual_beta(view: &View<'_>) -> Vec<Diagnostic> {
    let optimizer = &view.recipe.optimizer;
    let mut found = Vec::new();
    let name = optimizer.def.signature.name;
    for &(argument, low, high) in optimizer.def.usual.iter().filter(|(argument, ..)| *argument != "lr") {
        let (Some(place), beta) = (optimizer.arguments.place(argument), optimizer.arguments.number(argument)) else { continue };
        if (low..=high).contains(&beta) {
            continue;
        }
        let side = if beta > high { "high" } else { "low" };
        let (beta, mean) = (show_number(beta), two_digits(1.0 / (1.0 - beta)));
        let message = format!("`{argument} = {beta}` is unusually {side} for `{name}`: about {mean} gradients count");
        let help = format!(
            "it is mostly somewhere within {} to {}, and is the share of the old that is kept",
            show_number(low),
            show_number(high)
        );
        found.push(Diagnostic::new(codes::UNUSUAL_BETA, place, message).help(help));
    }
    found
}

/// The share of the optimizer's rate below which an epoch hardly trains.
const FADED: f64 = 1e-3;

/// A schedule that has taken the rate to next to nothing for most of the epochs, or far beyond what trains.
pub(super) fn schedule_out_of_range(view: &View<'_>) -> Vec<Diagnostic> {
    // How many steps make an epoch is not known before the data is.
    let schedule = &view.recipe.schedule;
    let every = schedule.arguments.length_or("every", Length::Epochs(1.0));
    let ("exponential", Length::Epochs(every)) = (schedule.def.signature.name, every) else { return Vec::new() };
    let (rate, staircase) = (schedule.arguments.number("rate"), schedule.arguments.bool_or("staircase", false));
    let Some(place) = view.settings.argument("schedule", "rate") else { return Vec::new() };
    let factor = |epoch: usize| {
        let times = (epoch - 1) as f64 / every;
        rate.powf(if staircase { times.floor() } else { times })
    };
    let (epochs, optimizer) = (view.recipe.epochs, &view.recipe.optimizer);
    let name = optimizer.def.signature.name;
    let last = optimizer.learning_rate() * factor(epochs);
    let highest = optimizer.def.usual("lr").map_or(f64::INFINITY, |(_, high)| high);
    if rate > 1.0 && last > highest {
        let (first, last) = (show_number(optimizer.learning_rate()), two_digits(last));
        let message = format!("the schedule takes the learning rate of `{name}` from {first} to {last} by epoch {epochs}");
        let diagnostic = Diagnostic::new(codes::SCHEDULE_OUT_OF_RANGE, place, message);
        return vec![diagnostic.help("a `rate` below 1 lets it fall")];
    }
    // The first epoch that hardly trains: by halves, for epochs may be many.
    let (mut trains, mut faded) = (0, epochs + 1);
    while faded - trains > 1 {
        let middle = trains + (faded - trains) / 2;
        if factor(middle) < FADED { faded = middle } else { trains = middle }
    }
    if rate >= 1.0 || (epochs + 1 - faded) * 2 <= epochs {
        return Vec::new();
    }
    let message = format!("the learning rate is below a thousandth of its first value from epoch {faded} of {epochs} on");
    let gentler = (1e-2f64.powf(every / epochs as f64) * 1e4).round() / 1e4;
    let help = format!("a `rate` of {} leaves a hundredth of it at the end", show_number(gentler));
    let diagnostic = Diagnostic::new(codes::SCHEDULE_OUT_OF_RANGE, place, message).help(help);
    vec![match view.settings.place("epochs") {
        Some(place) => diagnostic.secondary(place, "the epochs"),
        None => diagnostic,
    }]
}

/// A number in two digits.
fn two_digits(number: f64) -> String {
    show_number(format!("{number:.1e}").parse().unwrap_or(number))
}

/// A squared penalty on all weights under adam or adamw, which divides it away where gradients are large.
pub(super) fn l2_with_adam(view: &View<'_>) -> Vec<Diagnostic> {
    let optimizer = view.recipe.optimizer.def.signature.name;
    let way_out = match optimizer {
        "adam" => "use `adamw`, whose `decay` acts on the weights themselves",
        "adamw" => "leave it to `decay`, which acts on the weights themselves",
        _ => return Vec::new(),
    };
    let weights = view.graph.parameters.iter().filter(|parameter| parameter.role == Role::Weight).count();
    let mut found = Vec::new();
    for penalty in &view.recipe.penalties {
        let (name, arguments) = (penalty.def.signature.name, &penalty.arguments);
        // What grows faster than the weight.
        let value = (penalty.def.value)(arguments);
        let at = |weight: f64| value.evaluate::<f64>(&|_| weight);
        let squared = at(2.0) > 2.0 * at(1.0);
        let is_weight = |id: &crate::graph::ParameterId| view.graph.parameters[id.0].role == Role::Weight;
        // adamw's decay is for all weights; what is chosen weight by weight it cannot replace.
        let all = penalty.parameters.len() == weights && penalty.parameters.iter().all(is_weight);
        let Some(written) = arguments.written.as_ref().filter(|_| squared && all) else { continue };
        let message = format!("`{name}` goes through `{optimizer}`, which divides it by the size of each weight's gradients");
        let mut diagnostic = Diagnostic::new(codes::L2_WITH_ADAM, written.name, message)
            .note("weights whose gradients are large are then hardly held back")
            .help(way_out);
        if let Some(place) = view.settings.place("optimizer") {
            diagnostic = diagnostic.secondary(place, "the optimizer");
        }
        if arguments.get("l1").is_some() {
            diagnostic = diagnostic.help("what is left of `l1_l2` is `l1`");
        }
        found.push(diagnostic);
    }
    found
}

/// The limit below which next to every gradient is clipped to nothing.
const TINY: f64 = 1e-4;

/// Clipping that leaves next to nothing of a gradient.
pub(super) fn tiny_clip(view: &View<'_>) -> Vec<Diagnostic> {
    let Some(Clip::Value(limit) | Clip::Norm(limit) | Clip::GlobalNorm(limit)) = view.recipe.clip else { return Vec::new() };
    let Some(place) = view.settings.argument("clip", "limit").filter(|_| limit < TINY) else { return Vec::new() };
    let message = format!("gradients are clipped to {}: next to every one is, in every step", show_number(limit));
    let help = "limits are mostly 0.1 to 10, so that only gradients out of the ordinary are clipped";
    vec![Diagnostic::new(codes::TINY_CLIP, place, message).help(help)]
}

/// Smoothing that leaves less of a target than it spreads.
pub(super) fn strong_smoothing(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (loss, output) in view.recipe.losses.iter().zip(&view.graph.outputs) {
        let Some(ArgumentValue::Number(smoothing)) = loss.arguments.get("label_smoothing") else { continue };
        let Some(place) = loss.arguments.place("label_smoothing").filter(|_| *smoothing > 0.5) else { continue };
        let message = format!(
            "`label_smoothing = {}` spreads most of each target of `{}` over all that it is not",
            show_number(*smoothing),
            output.name
        );
        found.push(Diagnostic::new(codes::STRONG_SMOOTHING, place, message).help("it is mostly about 0.1"));
    }
    found
}

/// A penalty or constraint on nothing but what is frozen from the first step to the last.
pub(super) fn frozen_regularization(view: &View<'_>) -> Vec<Diagnostic> {
    let Some(last) = view.recipe.phases.last() else { return Vec::new() };
    let penalties = view.recipe.penalties.iter().map(|it| (&it.arguments, &it.parameters));
    let constraints = view.recipe.constraints.iter().map(|it| (&it.arguments, &it.parameters));
    let mut found = Vec::new();
    for (arguments, parameters) in penalties.chain(constraints) {
        let Some(place) = arguments.written.as_ref().map(|written| written.name) else { continue };
        let Some(first) = parameters.first().filter(|_| parameters.iter().all(|id| last.frozen.contains(id))) else { continue };
        let more = if parameters.len() > 1 { " and all else that it is on" } else { "" };
        let message = format!("`{}` changes nothing: `{}`{more} is frozen", arguments.of, view.graph.parameters[first.0].path);
        let diagnostic = Diagnostic::new(codes::FROZEN_REGULARIZATION, place, message);
        found.push(diagnostic.help("leave it out, or let the layer thaw: `unfreeze = [(layer, epochs(5))]`"));
    }
    found
}
