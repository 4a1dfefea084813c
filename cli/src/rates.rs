//! How a schedule's learning rate goes, before any data is seen: its values over the recipe's epochs, or over steps.

use dlm_compiler::graph::Unit;
use dlm_compiler::signature::{ArgumentValue, Length};
use dlm_runtime::{Formula, Plateau, RecipeSpec, Spec, schedule};
use serde_json::{Value, json};

use crate::curve::{Curve, DOTS, short};
use crate::json::number;
use crate::table::count;

/// How many steps an epoch is taken to have: how many it has is known only with the data.
const STEPS_PER_EPOCH: u64 = 100;
/// Beyond its longest length, how long a schedule is shown that has come to rest by then.
const REST: f64 = 1.25;
/// And one that has not: how many of its lengths are shown.
const TURNS: f64 = 5.0;
/// The lines of the learning rate's curve, and of the momentum's.
const LINES: [usize; 2] = [8, 4];

/// The learning rate over a training, and the momentum where it changes.
#[derive(Clone, Debug)]
pub struct Rates<'a> {
    recipe: &'a RecipeSpec,
    /// Whether lengths are in epochs; else all of them are in steps.
    in_epochs: bool,
    /// The steps that are shown.
    steps: u64,
    rate: Vec<f64>,
    momentum: Option<Vec<f64>>,
    /// The step at which each phase but the first begins, if that is shown, and what it is called.
    phases: Vec<(f64, String)>,
}

impl<'a> Rates<'a> {
    /// The rates of a recipe; nothing if the rate stays as it is.
    pub fn of(unit: &Unit, spec: &'a Spec) -> Option<Self> {
        let (recipe, schedule) = (&spec.recipe, &unit.recipe.schedule);
        let arguments = schedule.arguments.values.iter().flat_map(|(_, value)| lengths(value));
        let own: Vec<Length> = arguments.collect();
        let warmup = schedule.warmup.map(|(length, _)| length);
        let begins = || spec.phases[1..].iter().map(|phase| phase.begins);
        let in_epochs = own.iter().copied().chain(warmup).chain(begins()).any(|length| matches!(length, Length::Epochs(_)));
        let steps = if in_epochs {
            STEPS_PER_EPOCH * recipe.epochs as u64
        } else {
            let longest = own.iter().copied().map(in_steps).fold(0.0, f64::max);
            let warmup = warmup.map_or(0.0, in_steps);
            let at = |share: f64| schedule::evaluate(recipe.schedule.rate, (warmup + share * longest) as u64, None);
            let share = if longest == 0.0 || at(REST) == at(TURNS) { REST } else { TURNS };
            let phases = begins().map(in_steps).fold(0.0, f64::max);
            (warmup + share * longest).max(REST * warmup).max(REST * phases).ceil() as u64
        };
        let values = |formula: Formula| -> Vec<f64> {
            (0..DOTS).map(|dot| schedule::evaluate(formula, at(dot, steps), in_epochs.then_some(STEPS_PER_EPOCH))).collect()
        };
        let changes = |values: &Vec<f64>| values.iter().any(|value| *value != values[0]);
        let rate = Some(values(recipe.schedule.rate)).filter(changes)?;
        let momentum = recipe.schedule.momentum.map(values).filter(changes);
        let phases = begins().map(|length| (in_steps(length), shown(length))).filter(|(step, _)| *step < steps as f64);
        Some(Rates { recipe, in_epochs, steps, rate, momentum, phases: phases.collect() })
    }

    /// The curves as text.
    pub fn text(&self) -> String {
        let over = match self.in_epochs {
            true => format!(
                "{} of {STEPS_PER_EPOCH} steps (how many they have depends on the data)",
                count(self.recipe.epochs, "epoch")
            ),
            false => count(self.steps as usize, "step"),
        };
        let mut out = format!("\nlearning rate over {over}\n");
        out += &self.curve(&self.rate, LINES[0]);
        if !self.phases.is_empty() {
            let begins: Vec<&str> = self.phases.iter().map(|(_, name)| name.as_str()).collect();
            out += &format!("  ▲ layers are unfrozen, from {} on\n", begins.join(", "));
        }
        if let Some(momentum) = &self.momentum {
            let name = if self.recipe.optimizer.starts_with("adam") { "β₁" } else { "momentum" };
            out += &format!("{name}\n{}", self.curve(momentum, LINES[1]));
        }
        out
    }

    fn curve(&self, values: &[f64], lines: usize) -> String {
        let end = match self.in_epochs {
            true => format!("epoch {}", self.recipe.epochs),
            false => format!("step {}", self.steps),
        };
        let marks: Vec<f64> = self.phases.iter().map(|(step, _)| step / self.steps as f64).collect();
        Curve { values, lines, ends: ["0".to_owned(), end], marks: &marks }.draw()
    }

    /// The samples for tools: pairs of an epoch or step and a rate.
    pub fn object(&self) -> Value {
        let pairs = |values: &[f64]| -> Value {
            let pair = |(dot, rate): (usize, &f64)| {
                let step = at(dot, self.steps);
                let place = if self.in_epochs { json!(step as f64 / STEPS_PER_EPOCH as f64) } else { json!(step) };
                json!([place, number(*rate)])
            };
            let mut pairs: Vec<Value> = values.iter().enumerate().map(pair).collect();
            // Of few steps several dots are the same.
            pairs.dedup();
            Value::Array(pairs)
        };
        json!({
            "unit": if self.in_epochs { "epoch" } else { "step" },
            "steps_per_epoch": self.in_epochs.then_some(STEPS_PER_EPOCH),
            "rate": pairs(&self.rate),
            "momentum": self.momentum.as_deref().map(pairs),
        })
    }
}

/// What a plateau does, in words, for no curve can show it; nothing for other schedules.
pub fn plateau(unit: &Unit, spec: &Spec) -> Option<String> {
    let Plateau { factor, patience, cooldown, floor, .. } = spec.recipe.plateau?;
    let (monitor, patience) = (unit.recipe.schedule.arguments.choice("monitor"), count(patience, "epoch"));
    let (factor, start) = (short(factor), short(unit.recipe.optimizer.learning_rate()));
    let mut out =
        format!("the learning rate, {start}, is multiplied by {factor} whenever {monitor} has not improved for {patience}");
    if cooldown > 0 {
        out += &format!("; after that, {} without counting", count(cooldown, "epoch"));
    }
    if floor > 0.0 {
        out += &format!("; it stays at {} or above", short(floor));
    }
    Some(out)
}

/// The lengths that an argument consists of.
fn lengths(value: &ArgumentValue) -> Vec<Length> {
    match value {
        ArgumentValue::Length(length) => vec![*length],
        ArgumentValue::Boundaries(boundaries) => boundaries.iter().map(|(length, _)| *length).collect(),
        _ => Vec::new(),
    }
}

/// A length in steps, where an epoch has as many as it is taken to have.
fn in_steps(length: Length) -> f64 {
    match length {
        Length::Steps(count) => count,
        Length::Epochs(count) => count * STEPS_PER_EPOCH as f64,
    }
}

/// When something begins: `epoch 5` counts those that are done.
fn shown(length: Length) -> String {
    match length {
        Length::Steps(count) => format!("step {}", short(count)),
        Length::Epochs(count) => format!("epoch {}", short(count)),
    }
}

/// The step that a column of dots stands for: the first is step 0, the last the last one.
fn at(dot: usize, steps: u64) -> u64 {
    (dot as f64 / (DOTS - 1) as f64 * steps.saturating_sub(1) as f64).round() as u64
}

#[cfg(test)]
mod tests {
    use dlm_compiler::compile::{CompileOptions, compile};
    use dlm_compiler::describe::describe;

    use super::*;

    /// The curves of a recipe with these settings, the words of a plateau, and the samples.
    fn of(settings: &str) -> (Option<String>, Option<String>, Option<Value>) {
        let source = format!(
            "model Net {{ input x: f32[4]; h: dense(4) -> elu; head: dense(2); output y: f32[2]; }}\n\
             train Net {{ data = csv(\"x.csv\", labels = [\"a\", \"b\"]); {settings} }}\n"
        );
        let (program, diagnostics) = dlm_compiler::check(&source);
        let unit = &program.unwrap_or_else(|| panic!("{diagnostics:?}")).models[0].units[0];
        let spec = describe(&compile(unit, CompileOptions::default()));
        let rates = Rates::of(unit, &spec);
        (rates.as_ref().map(Rates::text), plateau(unit, &spec), rates.as_ref().map(Rates::object))
    }

    #[test]
    fn a_constant_rate_has_no_curve() {
        assert_eq!(of("optimizer = adam(lr = 0.01);"), (None, None, None));
    }

    #[test]
    fn a_warm_up_and_a_fall_in_epochs() {
        let (text, _, samples) = of("optimizer = sgd(lr = 0.1); schedule = cosine(epochs(9)); warmup = epochs(1); epochs = 10;");
        let expected = [
            "",
            "learning rate over 10 epochs of 100 steps (how many they have depends on the data)",
            "  0.1 ┤     ⢠⠋⠉⠉⠉⠉⠉⠒⠒⠒⠒⠒⠒⡄",
            "      │    ⢀⠎            ⠉⠉⠉⠉⠉⠉⡆",
            "      │    ⡜                   ⠉⠉⠉⠉⠉⠉⡆",
            "      │   ⢰⠁                         ⠓⠒⠒⠒⠒⠒⡄",
            "      │  ⢠⠃                                ⠧⠤⠤⠤⠤⠤⡀",
            "      │ ⢀⠇                                       ⣇⣀⣀⣀⣀⣀",
            "      │ ⡜                                              ⣇⣀⣀⣀⣀⣀",
            "    0 ┤⡰⠁                                                    ⠧⠤⠤⠤⠤⠤",
            "      └────────────────────────────────────────────────────────────",
            "      0                                                    epoch 10",
        ];
        assert_eq!(text.unwrap().lines().collect::<Vec<_>>(), expected);
        let samples = samples.unwrap();
        assert_eq!((&samples["unit"], &samples["steps_per_epoch"]), (&json!("epoch"), &json!(100)));
        assert_eq!(samples["rate"][0], json!([0.0, 0.0]));
        assert_eq!(samples["rate"].as_array().unwrap().len(), DOTS);
        assert_eq!(samples["momentum"], Value::Null);
    }

    #[test]
    fn lengths_in_steps_alone_need_no_epochs() {
        let (text, _, samples) = of("optimizer = sgd(lr = 0.1); schedule = step(0.5, every = steps(10)); epochs = 3;");
        let expected = [
            "",
            "learning rate over 50 steps",
            "      0.1 ┤⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⡆",
            "          │            ⡇",
            "          │            ⡇",
            "          │            ⡇",
            "          │            ⠓⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⡄",
            "          │                        ⡇",
            "          │                        ⠓⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⡄",
            "  0.00625 ┤                                    ⠓⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⣄⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀",
            "          └────────────────────────────────────────────────────────────",
            "          0                                                     step 50",
        ];
        assert_eq!(text.unwrap().lines().collect::<Vec<_>>(), expected);
        let samples = samples.unwrap();
        assert_eq!((&samples["unit"], &samples["steps_per_epoch"]), (&json!("step"), &Value::Null));
        // Of fifty steps each is there once.
        assert_eq!(samples["rate"].as_array().unwrap().len(), 50);
        assert_eq!(samples["rate"][49], json!([49, 0.1 * 0.5 * 0.5 * 0.5 * 0.5]));
    }

    #[test]
    fn what_comes_to_rest_is_shown_to_a_little_beyond() {
        let (text, ..) = of("schedule = polynomial(steps(1000), end = 1e-5); warmup = steps(200);");
        assert!(text.as_ref().unwrap().contains("\nlearning rate over 1450 steps\n"), "{text:?}");
    }

    #[test]
    fn a_momentum_that_changes_has_a_curve_too_and_phases_are_marked() {
        let (text, ..) = of("optimizer = momentum(lr = 0.1); schedule = one_cycle(epochs(20)); epochs = 20; \
                             freeze = [h]; unfreeze = [(h, epochs(5))];");
        let expected = [
            "",
            "learning rate over 20 epochs of 100 steps (how many they have depends on the data)",
            "      0.1 ┤              ⣀⠔⠊⠉⠉⠉⠉⠑⠒⠒⠤⢄⣀",
            "          │            ⡠⠊             ⠉⠑⠢⢄⣀",
            "          │          ⢀⠜                    ⠑⠢⢄⡀",
            "          │         ⡰⠁                        ⠈⠑⠤⣀",
            "          │       ⢀⠎                              ⠉⠢⢄⡀",
            "          │     ⢀⠔⠁                                  ⠈⠑⠤⣀",
            "          │   ⢀⠔⠁                                        ⠉⠒⠤⢄⡀",
            "  5.26e-7 ┤⠤⠔⠊⠁                                              ⠈⠉⠒⠒⠤⠤⢄⣀⣀⣀",
            "          └───────────────▲────────────────────────────────────────────",
            "          0                                                    epoch 20",
            "  ▲ layers are unfrozen, from epoch 5 on",
            "momentum",
            "  0.95 ┤⠉⠉⠑⠒⠤⣀                                        ⢀⣀⡠⠤⠤⠔⠒⠒⠒⠉⠉⠉⠉⠉",
            "       │      ⠉⠢⢄                              ⣀⡠⠤⠔⠒⠊⠉⠁",
            "       │         ⠉⠢⢄⡀                  ⢀⣀⡠⠤⠔⠒⠉⠉",
            "  0.85 ┤            ⠈⠑⠢⠤⣀⣀⣀⣀⣀⣀⣀⠤⠤⠤⠔⠒⠒⠊⠉⠁",
            "       └───────────────▲────────────────────────────────────────────",
            "       0                                                    epoch 20",
        ];
        assert_eq!(text.unwrap().lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_plateau_is_told_in_words() {
        let (text, words, _) =
            of("optimizer = adam(lr = 0.01); schedule = plateau(factor = 0.5, patience = 3, monitor = train_loss);");
        assert_eq!(text, None);
        let expected = "the learning rate, 0.01, is multiplied by 0.5 whenever train_loss has not improved for 3 epochs";
        assert_eq!(words.as_deref(), Some(expected));
        let (text, words, _) = of("schedule = plateau(monitor = train_loss, cooldown = 1, floor = 1e-6); warmup = steps(50);");
        assert!(text.unwrap().contains("learning rate over 63 steps"));
        assert!(words.unwrap().ends_with("for 10 epochs; after that, 1 epoch without counting; it stays at 1e-6 or above"));
    }
}
