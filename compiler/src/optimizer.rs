//! Optimizers: one table, one row each. A row is the update of one element, as expressions of the gradient, the
//! parameter and the state.

use crate::expr::{Expr, Leaf, constant, operand};
use crate::signature::{Argument, Arguments, Default, Flavor, Kind, Range, Signature};

/// A row of the table.
pub struct OptimizerDef {
    /// How it is called; `lr` is among its arguments.
    pub signature: Signature,
    /// The names of its state and what it begins with.
    pub state: fn(&Arguments) -> Vec<(&'static str, f64)>,
    /// Which argument is the momentum that a schedule may change.
    pub momentum: Option<&'static str>,
    /// Whether, in the notes' flavour, it holds the point ahead Φ = θ − βm instead of θ.
    pub lookahead: bool,
    /// Its formula in each flavour, as the reference has it: notes, pytorch, keras.
    pub formulas: [&'static str; 3],
    /// The values between which an argument is at home, widely drawn: beyond, it is most likely a slip. Of `lr` and of each share
    /// that is kept.
    pub usual: &'static [(&'static str, f64, f64)],
    /// The update of one element.
    pub update: fn(&Rule<'_>) -> Update,
}

impl OptimizerDef {
    /// The values between which this argument is at home.
    pub fn usual(&self, argument: &str) -> Option<(f64, f64)> {
        self.usual.iter().find(|(name, ..)| *name == argument).map(|(_, low, high)| (*low, *high))
    }
}

impl std::fmt::Debug for OptimizerDef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.signature.name)
    }
}

/// What an update is written with.
pub struct Rule<'a> {
    /// The optimizer's arguments.
    pub arguments: &'a Arguments,
    /// The gradient g, penalties and clipping done.
    pub gradient: Expr,
    /// The parameter θ.
    pub parameter: Expr,
    /// The state, in the row's order.
    pub state: Vec<Expr>,
    /// Makes a scalar of the step from an expression in `f64`, rounded once.
    pub scalar: &'a dyn Fn(Expr) -> Expr,
    /// Whether the parameter is a weight: decoupled decay acts on those alone in the notes' flavour.
    pub is_weight: bool,
    /// What η is multiplied by for this parameter.
    pub rate_scale: f64,
    /// Whether the schedule changes the momentum.
    pub scheduled_momentum: bool,
    /// The phase of the training whose updates are this parameter's.
    pub phase: usize,
}

impl Rule<'_> {
    fn number(&self, name: &str) -> Expr {
        constant(self.arguments.number(name))
    }

    /// η, for scalars.
    fn learning_rate(&self) -> Expr {
        Expr::Leaf(Leaf::LearningRate) * constant(self.rate_scale)
    }

    /// η.
    fn rate(&self) -> Expr {
        (self.scalar)(self.learning_rate())
    }

    /// t, for scalars.
    fn update(&self) -> Expr {
        Expr::Leaf(Leaf::Update(self.phase))
    }

    /// The momentum by this name, for scalars: the argument's number unless the schedule changes it.
    fn momentum(&self, name: &str) -> Expr {
        if self.scheduled_momentum { Expr::Leaf(Leaf::Momentum) } else { self.number(name) }
    }

    /// The momentum of the next step, for scalars.
    fn next_momentum(&self, name: &str) -> Expr {
        if self.scheduled_momentum { Expr::Leaf(Leaf::NextMomentum) } else { self.number(name) }
    }

    /// What the momentum is multiplied by to get to the point ahead.
    pub fn ahead(&self) -> Expr {
        self.rounded(if self.notes() { self.next_momentum("beta") } else { self.momentum("beta") })
    }

    /// A scalar, unless it is a number that does not change.
    fn rounded(&self, expr: Expr) -> Expr {
        if matches!(expr, Expr::Constant(_)) { expr } else { (self.scalar)(expr) }
    }

    fn g(&self) -> Expr {
        self.gradient.clone()
    }

    /// βs + (1 − β)x
    fn moving(&self, state: usize, beta: Expr, x: Expr) -> Expr {
        let complement = self.rounded(constant(1.0) - beta.clone());
        self.rounded(beta) * self.state[state].clone() + complement * x
    }

    fn notes(&self) -> bool {
        self.arguments.flavor == Flavor::Notes
    }

    fn flavor(&self) -> Flavor {
        self.arguments.flavor
    }
}

/// The new values of one element.
pub struct Update {
    /// Of the parameter, as a function of the new state too: `operand`s named by [`Rule`].
    pub parameter: Expr,
    /// Of the state.
    pub state: Vec<Expr>,
}

const fn rate(notes: f64, pytorch: f64, keras: f64) -> Argument {
    let default = Default::Flavored { notes, pytorch, keras };
    Argument { name: "lr", kind: Kind::Number(Range::NOT_NEGATIVE), default, doc: "the learning rate before the schedule" }
}

const fn beta(name: &'static str, notes: f64, pytorch: f64, keras: f64, doc: &'static str) -> Argument {
    Argument { name, kind: Kind::Number(Range::BELOW_ONE), default: Default::Flavored { notes, pytorch, keras }, doc }
}

const fn eps(notes: f64, pytorch: f64, keras: f64) -> Argument {
    let default = Default::Flavored { notes, pytorch, keras };
    Argument { name: "eps", kind: Kind::Number(Range::NOT_NEGATIVE), default, doc: "keeps the divisor from 0" }
}

const MOMENTUM: Argument = beta("beta", 0.9, 0.9, 0.9, "the share of the momentum that is kept");
const BETA1: Argument = beta("beta1", 0.9, 0.9, 0.9, "the share of the mean gradient that is kept");
const BETA2: Argument = beta("beta2", 0.999, 0.999, 0.999, "the share of the mean squared gradient that is kept");

/// As the notes have it.
const AS_NOTES: &str = "as notes";

/// Where the rate of gradient descent is at home, also with momentum.
const USUAL_RATE: (&str, f64, f64) = ("lr", 1e-5, 1.0);
/// Where it is for steps that gradients are divided out of.
const USUAL_SCALED_RATE: (&str, f64, f64) = ("lr", 1e-6, 0.1);
/// There are reasons for a β₁ of 0.
const USUAL_OF_ADAM: &[(&str, f64, f64)] = &[USUAL_SCALED_RATE, ("beta1", 0.0, 0.99), ("beta2", 0.9, 0.99999)];

fn no_state(_: &Arguments) -> Vec<(&'static str, f64)> {
    Vec::new()
}

fn mean_and_square(_: &Arguments) -> Vec<(&'static str, f64)> {
    vec![("m", 0.0), ("s", 0.0)]
}

/// Every optimizer. Adding one is a row here.
pub static OPTIMIZERS: &[OptimizerDef] = &[
    OptimizerDef {
        signature: Signature { name: "sgd", doc: "gradient descent", arguments: &[rate(0.01, 0.001, 0.01)] },
        state: no_state,
        momentum: None,
        lookahead: false,
        formulas: ["θ −= ηg", AS_NOTES, AS_NOTES],
        usual: &[USUAL_RATE],
        update: |rule| Update { parameter: rule.parameter.clone() - rule.rate() * rule.g(), state: vec![] },
    },
    OptimizerDef {
        signature: Signature {
            name: "momentum",
            doc: "gradient descent with momentum (Polyak 1964)",
            arguments: &[rate(0.01, 0.001, 0.01), MOMENTUM],
        },
        state: |_| vec![("m", 0.0)],
        momentum: Some("beta"),
        lookahead: false,
        formulas: ["m = βm + ηg; θ −= m", "m = βm + g; θ −= ηm", AS_NOTES],
        usual: &[USUAL_RATE, ("beta", 0.5, 0.995)],
        update: |rule| {
            let kept = rule.rounded(rule.momentum("beta")) * rule.state[0].clone();
            if rule.flavor() == Flavor::Pytorch {
                let m = kept + rule.g();
                Update { parameter: rule.parameter.clone() - rule.rate() * m.clone(), state: vec![m] }
            } else {
                let m = kept + rule.rate() * rule.g();
                Update { parameter: rule.parameter.clone() - m.clone(), state: vec![m] }
            }
        },
    },
    OptimizerDef {
        signature: Signature {
            name: "nesterov",
            doc: "momentum with the gradient taken at the point ahead (Nesterov 1983)",
            arguments: &[rate(0.01, 0.001, 0.01), MOMENTUM],
        },
        state: |_| vec![("m", 0.0)],
        momentum: Some("beta"),
        lookahead: true,
        formulas: ["m = βm + ηg; Φ −= ηg + βm", "m = βm + g; θ −= η(g + βm)", "as notes, θ for Φ"],
        usual: &[USUAL_RATE, ("beta", 0.5, 0.995)],
        update: |rule| {
            let kept = rule.rounded(rule.momentum("beta")) * rule.state[0].clone();
            if rule.flavor() == Flavor::Pytorch {
                let m = kept + rule.g();
                let ahead = rule.g() + rule.rounded(rule.momentum("beta")) * m.clone();
                Update { parameter: rule.parameter.clone() - rule.rate() * ahead, state: vec![m] }
            } else {
                // What is held and differentiated is Φ = θ − βm, the point ahead: Φ ← Φ − ηg − β′m with the new m and the next
                // step's β′. Keras keeps to the β of this step.
                let step = rule.rate() * rule.g();
                let m = kept + step.clone();
                let ahead = step + rule.ahead() * m.clone();
                Update { parameter: rule.parameter.clone() - ahead, state: vec![m] }
            }
        },
    },
    OptimizerDef {
        signature: Signature {
            name: "adagrad",
            doc: "steps scaled down by all squared gradients so far (Duchi et al. 2011)",
            arguments: &[rate(0.01, 0.01, 0.001), eps(1e-12, 1e-10, 1e-7)],
        },
        state: |arguments| vec![("s", if arguments.flavor == Flavor::Keras { 0.1 } else { 0.0 })],
        momentum: None,
        lookahead: false,
        formulas: ["s += g²; θ −= ηg/√(s + ε)", "θ −= ηg/(√s + ε)", "as notes, s from 0.1"],
        usual: &[("lr", 1e-4, 1.0)],
        update: |rule| {
            let s = rule.state[0].clone() + rule.g().square();
            let step = rule.rate() * rule.g() / root(rule, s.clone());
            Update { parameter: rule.parameter.clone() - step, state: vec![s] }
        },
    },
    OptimizerDef {
        signature: Signature {
            name: "rmsprop",
            doc: "steps scaled down by recent squared gradients (Tieleman and Hinton 2012)",
            arguments: &[
                rate(0.01, 0.01, 0.001),
                beta("beta", 0.9, 0.99, 0.9, "the share of the mean squared gradient that is kept"),
                eps(1e-12, 1e-8, 1e-7),
            ],
        },
        state: |_| vec![("s", 0.0)],
        momentum: None,
        lookahead: false,
        formulas: ["s = βs + (1 − β)g²; θ −= ηg/√(s + ε)", "θ −= ηg/(√s + ε)", AS_NOTES],
        usual: &[USUAL_SCALED_RATE, ("beta", 0.5, 0.9999)],
        update: |rule| {
            let s = rule.moving(0, rule.number("beta"), rule.g().square());
            let step = rule.rate() * rule.g() / root(rule, s.clone());
            Update { parameter: rule.parameter.clone() - step, state: vec![s] }
        },
    },
    OptimizerDef {
        signature: Signature {
            name: "adam",
            doc: "mean gradient over root mean squared gradient (Kingma and Ba 2014)",
            arguments: &[rate(0.001, 0.001, 0.001), BETA1, BETA2, eps(1e-12, 1e-8, 1e-7)],
        },
        state: mean_and_square,
        momentum: Some("beta1"),
        lookahead: false,
        formulas: [
            "θ −= a·m/√(s·b + ε), a = η/(1 − β₁ᵗ), b = 1/(1 − β₂ᵗ)",
            "θ −= a·m/(√s·b + ε), b = 1/√(1 − β₂ᵗ)",
            "θ −= a·m/(√s + ε), a = η√(1 − β₂ᵗ)/(1 − β₁ᵗ)",
        ],
        usual: USUAL_OF_ADAM,
        update: |rule| adam(rule, rule.parameter.clone()),
    },
    OptimizerDef {
        signature: Signature {
            name: "adamw",
            doc: "adam with weight decay apart from the gradient (Loshchilov and Hutter 2017)",
            arguments: &[
                rate(0.001, 0.001, 0.001),
                BETA1,
                BETA2,
                eps(1e-12, 1e-8, 1e-7),
                Argument {
                    name: "decay",
                    kind: Kind::Number(Range::NOT_NEGATIVE),
                    default: Default::Flavored { notes: 0.01, pytorch: 0.01, keras: 0.004 },
                    doc: "the share of a weight that decays in a step of rate 1",
                },
            ],
        },
        state: mean_and_square,
        momentum: Some("beta1"),
        lookahead: false,
        formulas: ["θ ← θ(1 − ηλ) for weights, then adam's step", "for all parameters", "for all parameters"],
        usual: USUAL_OF_ADAM,
        update: |rule| {
            let decays = rule.is_weight || !rule.notes();
            let factor = (rule.scalar)(constant(1.0) - rule.learning_rate() * rule.number("decay"));
            adam(rule, if decays { rule.parameter.clone() * factor } else { rule.parameter.clone() })
        },
    },
];

/// √(s + ε) in the notes and in Keras, √s + ε in PyTorch.
fn root(rule: &Rule<'_>, s: Expr) -> Expr {
    match rule.flavor() {
        Flavor::Notes | Flavor::Keras => (s + rule.number("eps")).sqrt(),
        Flavor::Pytorch => s.sqrt() + rule.number("eps"),
    }
}

/// Adam's step from `start`, θ or what decay leaves of it.
fn adam(rule: &Rule<'_>, start: Expr) -> Update {
    let m = rule.moving(0, rule.momentum("beta1"), rule.g());
    let s = rule.moving(1, rule.number("beta2"), rule.g().square());
    let correction = |beta: Expr| constant(1.0) - beta.pow_int(rule.update());
    let (correction1, correction2) = (correction(rule.momentum("beta1")), correction(rule.number("beta2")));
    let step = match rule.flavor() {
        Flavor::Notes => {
            let rate = (rule.scalar)(rule.learning_rate() / correction1);
            let corrected = (rule.scalar)(constant(1.0) / correction2);
            rate * m.clone() / (s.clone() * corrected + rule.number("eps")).sqrt()
        }
        Flavor::Pytorch => {
            let rate = (rule.scalar)(rule.learning_rate() / correction1);
            let corrected = (rule.scalar)(constant(1.0) / correction2.sqrt());
            rate * m.clone() / (s.clone().sqrt() * corrected + rule.number("eps"))
        }
        Flavor::Keras => {
            let rate = (rule.scalar)(rule.learning_rate() * correction2.sqrt() / correction1);
            rate * m.clone() / (s.clone().sqrt() + rule.number("eps"))
        }
    };
    Update { parameter: start - step, state: vec![m, s] }
}

/// The optimizer of this name.
pub fn find(name: &str) -> Option<&'static OptimizerDef> {
    OPTIMIZERS.iter().find(|def| def.signature.name == name)
}

/// The names of all optimizers.
pub fn names() -> impl Iterator<Item = &'static str> {
    OPTIMIZERS.iter().map(|def| def.signature.name)
}

/// The operand that stands for the gradient, parameter and state in an update's map.
pub const GRADIENT: Expr = operand(0);
/// See [`GRADIENT`].
pub const PARAMETER: Expr = operand(1);
/// See [`GRADIENT`]; the state's n-th is operand 2 + n.
pub const FIRST_STATE: usize = 2;
