//! Schedules of the learning rate: one table, one row each. A row is a formula of the step, in `f64`, which the runtime
//! evaluates before each update.

use std::f64::consts::PI;
use std::ops;

use dlm_spec::{Length, Token};

use crate::signature::{Argument, ArgumentValue, Arguments, Default, Flavor, Kind, Range, Signature};

/// A row of the table.
pub struct ScheduleDef {
    /// How it is called.
    pub signature: Signature,
    /// The learning rate.
    pub rate: fn(&Setting<'_>) -> Formula,
    /// The momentum, if that changes too; under Adam and its kin β₁.
    pub momentum: Option<fn(&Setting<'_>) -> Formula>,
}

impl std::fmt::Debug for ScheduleDef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.signature.name)
    }
}

/// What a formula is written with.
#[derive(Debug)]
pub struct Setting<'a> {
    /// The schedule's arguments.
    pub arguments: &'a Arguments,
    /// η₀, the optimizer's learning rate.
    pub base: f64,
    /// s: updates since the warm-up.
    pub step: Formula,
}

impl Setting<'_> {
    fn number(&self, name: &str) -> Formula {
        number(self.arguments.number(name))
    }

    fn base(&self) -> Formula {
        number(self.base)
    }

    fn length(&self, name: &str) -> Length {
        self.arguments.length_or(name, Length::Epochs(1.0))
    }

    /// How often `length` fits into what is done; of epochs only whole ones are counted.
    fn periods(&self, length: Length) -> Formula {
        self.done(length) / number(count(length))
    }

    /// What is done in the unit of `length`; of epochs only whole ones are counted.
    fn done(&self, length: Length) -> Formula {
        match length {
            Length::Steps(_) => self.step.clone(),
            Length::Epochs(_) => (self.step.clone() / STEPS_PER_EPOCH.into()).floor(),
        }
    }

    /// The share of `length` that is done, at most 1; of epochs only whole ones are counted.
    fn share(&self, length: Length) -> Formula {
        self.periods(length).min(number(1.0))
    }

    /// One cycle from `low` up to `high` at 0.3 of the length and down to `end`, each half a cosine.
    fn cycle(&self, low: Formula, high: Formula, end: Formula) -> Formula {
        let total = steps(self.length("length"));
        let up = total.clone() * number(ONE_CYCLE_UP);
        // PyTorch reaches both ends a step sooner: it counts the steps, not what lies between them.
        let sooner = number(if self.arguments.flavor == Flavor::Pytorch { 1.0 } else { 0.0 });
        let (up, total) = (up - sooner.clone(), total - sooner);
        let rising = swing(low, high.clone(), self.step.clone() / up.clone());
        let falling = (self.step.clone() - up.clone()) / (total - up.clone());
        let falling = swing(high, end, falling.min(number(1.0)));
        choose(rising, falling, self.step.clone(), up)
    }
}

/// From `from` to `to` along half a cosine, as `share` goes from 0 to 1.
fn swing(from: Formula, to: Formula, share: Formula) -> Formula {
    to.clone() + (from - to) * number(0.5) * (number(1.0) + (number(PI) * share).cos())
}

/// The share of one_cycle's length that goes up.
const ONE_CYCLE_UP: f64 = 0.3;

fn count(length: Length) -> f64 {
    match length {
        Length::Epochs(count) | Length::Steps(count) => count,
    }
}

/// A length in steps.
fn steps(length: Length) -> Formula {
    match length {
        Length::Steps(count) => number(count),
        Length::Epochs(count) => number(count) * STEPS_PER_EPOCH.into(),
    }
}

const fn length(name: &'static str, default: Default, doc: &'static str) -> Argument {
    Argument { name, kind: Kind::Length, default, doc }
}

const fn argument(name: &'static str, range: Range, default: Default, doc: &'static str) -> Argument {
    Argument { name, kind: Kind::Number(range), default, doc }
}

const EPOCH: Default = Default::Auto("`epochs(1)`");

/// Every schedule. Adding one is a row here.
pub static SCHEDULES: &[ScheduleDef] = &[
    ScheduleDef {
        signature: Signature { name: "constant", doc: "the optimizer's rate throughout", arguments: &[] },
        rate: |setting| setting.base(),
        momentum: None,
    },
    ScheduleDef {
        signature: Signature {
            name: "piecewise",
            doc: "the optimizer's rate, and from each length on another: `piecewise([(epochs(10), 1e-3), (epochs(20), 1e-4)])`",
            arguments: &[Argument {
                name: "rates",
                kind: Kind::Boundaries,
                default: Default::Required,
                doc: "the lengths, each longer than the one before, and the rates that hold from then on (keras: after it)",
            }],
        },
        rate: |setting| {
            let Some(ArgumentValue::Boundaries(boundaries)) = setting.arguments.get("rates") else { return setting.base() };
            // Keras holds the old rate at the boundary itself.
            let later = |boundary| match boundary {
                Length::Steps(_) if setting.arguments.flavor == Flavor::Keras => 1.0,
                _ => 0.0,
            };
            boundaries.iter().fold(setting.base(), |before, (boundary, rate)| {
                choose(before, number(*rate), setting.done(*boundary), number(count(*boundary) + later(*boundary)))
            })
        },
        momentum: None,
    },
    ScheduleDef {
        signature: Signature {
            name: "exponential",
            doc: "η₀·rate^(s/every)",
            arguments: &[
                argument("rate", Range::POSITIVE, Default::Required, "the factor"),
                length("every", EPOCH, "after how long the factor has applied once more"),
                Argument {
                    name: "staircase",
                    kind: Kind::Bool,
                    default: Default::Bool(false),
                    doc: "whether the rate changes only when `every` is full",
                },
            ],
        },
        rate: |setting| {
            let periods = setting.periods(setting.length("every"));
            let periods = if setting.arguments.bool_or("staircase", false) { periods.floor() } else { periods };
            setting.base() * setting.number("rate").pow(periods)
        },
        momentum: None,
    },
    ScheduleDef {
        signature: Signature {
            name: "step",
            doc: "η₀·factor^⌊s/every⌋",
            arguments: &[
                argument("factor", Range::POSITIVE, Default::Number(0.1), "the factor"),
                length("every", Default::Required, "after how long the factor applies once more"),
            ],
        },
        rate: |setting| setting.base() * setting.number("factor").pow(setting.periods(setting.length("every")).floor()),
        momentum: None,
    },
    ScheduleDef {
        signature: Signature {
            name: "power",
            doc: "η₀/(1 + s/length)^power",
            arguments: &[
                length("length", Default::Required, "after how long the divisor is 2 to the power"),
                argument("power", Range::POSITIVE, Default::Number(1.0), "the exponent"),
            ],
        },
        rate: |setting| setting.base() / (number(1.0) + setting.periods(setting.length("length"))).pow(setting.number("power")),
        momentum: None,
    },
    ScheduleDef {
        signature: Signature {
            name: "polynomial",
            doc: "end + (η₀ − end)·(1 − s/length)^power, and from then on end",
            arguments: &[
                length("length", Default::Required, "how long it falls"),
                argument("end", Range::NOT_NEGATIVE, Default::Number(0.0), "the last rate"),
                argument("power", Range::POSITIVE, Default::Number(1.0), "the exponent"),
            ],
        },
        rate: |setting| {
            let left = number(1.0) - setting.share(setting.length("length"));
            setting.number("end") + (setting.base() - setting.number("end")) * left.pow(setting.number("power"))
        },
        momentum: None,
    },
    ScheduleDef {
        signature: Signature {
            name: "cosine",
            doc: "floor + (η₀ − floor)·(1 + cos(πs/length))/2, and from then on the floor or again (Loshchilov and Hutter 2016)",
            arguments: &[
                length("length", Default::Required, "how long it falls"),
                argument("floor", Range::NOT_NEGATIVE, Default::Number(0.0), "the lowest rate"),
                Argument {
                    name: "restarts",
                    kind: Kind::Bool,
                    default: Default::Bool(false),
                    doc: "whether it begins anew at each end",
                },
                argument(
                    "factor",
                    Range { low: 1.0, low_included: true, ..Range::ANY },
                    Default::Number(1.0),
                    "how many times as long each restart takes as the one before",
                ),
                argument("height", Range::UNIT, Default::Number(1.0), "the share of its height that each restart keeps"),
            ],
        },
        rate: cosine,
        momentum: None,
    },
    ScheduleDef {
        signature: Signature {
            name: "one_cycle",
            doc: "from max/25 up to max at 0.3 of the length, down to max/250000 at its end; the momentum from 0.95 to 0.85 and \
                  back (Smith 2018)",
            arguments: &[
                length("length", Default::Required, "how long the cycle takes, by the step"),
                argument("max", Range::POSITIVE, Default::Auto("the optimizer's rate"), "the highest rate"),
            ],
        },
        rate: |setting| {
            let max = match setting.arguments.get("max") {
                Some(ArgumentValue::Number(max)) => *max,
                _ => setting.base,
            };
            setting.cycle(number(max / 25.0), number(max), number(max / 25.0 / 1e4))
        },
        momentum: Some(|setting| setting.cycle(number(0.95), number(0.85), number(0.95))),
    },
    ScheduleDef {
        signature: Signature {
            name: "plateau",
            doc: "the rate so far, times factor whenever a figure has not improved for some epochs",
            arguments: &[
                argument(
                    "factor",
                    Range { low: 0.0, low_included: false, high: 1.0, high_included: false },
                    Default::Number(0.1),
                    "the factor",
                ),
                Argument {
                    name: "patience",
                    kind: Kind::Count,
                    default: Default::Number(10.0),
                    doc: "epochs without improvement (pytorch: the rate falls one epoch later)",
                },
                argument(
                    "min_delta",
                    Range::NOT_NEGATIVE,
                    Default::Number(1e-4),
                    "an improvement is more than this share of the best figure (keras: than this difference)",
                ),
                Argument {
                    name: "cooldown",
                    kind: Kind::Count,
                    default: Default::Number(0.0),
                    doc: "epochs after a change that count nothing (keras: the last of them counts)",
                },
                argument("floor", Range::NOT_NEGATIVE, Default::Number(0.0), "the lowest rate"),
                MONITOR,
            ],
        },
        rate: |setting| setting.base(),
        momentum: None,
    },
];

/// The figure that a plateau or an early stop looks at.
pub const MONITOR: Argument = Argument {
    name: "monitor",
    kind: Kind::Choice(&["validation_loss", "validation_accuracy", "validation_mse", "validation_mae", "train_loss"]),
    default: Default::Choice("validation_loss"),
    doc: "the figure that should improve",
};

fn cosine(setting: &Setting<'_>) -> Formula {
    let length = setting.length("length");
    let fall = |height: Formula, share: Formula| {
        let span = number(setting.base) - setting.number("floor");
        setting.number("floor") + span * height * (number(1.0) + (number(PI) * share).cos()) / number(2.0)
    };
    if !setting.arguments.bool_or("restarts", false) {
        return fall(number(1.0), setting.share(length));
    }
    let factor = setting.arguments.number("factor");
    let periods = setting.periods(length);
    let (restart, share) = if factor == 1.0 {
        (periods.clone().floor(), periods.clone() - periods.floor())
    } else {
        // After k restarts (fᵏ − 1)/(f − 1) lengths are done. The small number keeps rounding from missing a restart.
        let restart = (number(1.0) + periods.clone() * number(factor - 1.0)).ln() / number(factor.ln()) + number(1e-9);
        let restart = restart.floor();
        let power = number(factor).pow(restart.clone());
        let begun = (power.clone() - number(1.0)) / number(factor - 1.0);
        (restart, ((periods - begun) / power).max(number(0.0)))
    };
    fall(setting.number("height").pow(restart), share)
}

/// The learning rate's formula with a warm-up before it: linear from `start` to where the schedule begins.
pub fn warmed_up(length: Length, start: f64, schedule: impl Fn(Formula) -> Formula) -> Formula {
    let warmup = steps(length);
    let first = schedule(number(0.0));
    let warming = number(start) + (first - number(start)) * (Formula::from(Token::Step) / warmup.clone());
    choose(warming, after(length, schedule), Token::Step.into(), warmup)
}

/// A formula that begins only after a warm-up.
pub fn after(length: Length, schedule: impl Fn(Formula) -> Formula) -> Formula {
    schedule((Formula::from(Token::Step) - steps(length)).max(number(0.0)))
}

/// The names of all schedules.
pub fn names() -> impl Iterator<Item = &'static str> {
    SCHEDULES.iter().map(|def| def.signature.name)
}

/// The schedule of this name.
pub fn find(name: &str) -> Option<&'static ScheduleDef> {
    SCHEDULES.iter().find(|def| def.signature.name == name)
}

const STEPS_PER_EPOCH: Token = Token::StepsPerEpoch;

/// A formula in postfix notation.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula(pub Vec<Token>);

/// A number.
pub fn number(value: f64) -> Formula {
    Formula(vec![Token::Number(value)])
}

/// `then` if left < right, else `other`.
pub fn choose(then: Formula, other: Formula, left: Formula, right: Formula) -> Formula {
    let mut tokens = then.0;
    for part in [other, left, right] {
        tokens.extend(part.0);
    }
    tokens.push(Token::Choose);
    Formula(tokens)
}

impl From<Token> for Formula {
    fn from(token: Token) -> Self {
        Formula(vec![token])
    }
}

impl Formula {
    fn unary(mut self, token: Token) -> Self {
        self.0.push(token);
        self
    }

    fn binary(mut self, other: Self, token: Token) -> Self {
        self.0.extend(other.0);
        self.unary(token)
    }

    fn floor(self) -> Self {
        self.unary(Token::Floor)
    }

    fn cos(self) -> Self {
        self.unary(Token::Cos)
    }

    fn ln(self) -> Self {
        self.unary(Token::Ln)
    }

    fn pow(self, exponent: Self) -> Self {
        self.binary(exponent, Token::Pow)
    }

    fn min(self, other: Self) -> Self {
        self.binary(other, Token::Min)
    }

    fn max(self, other: Self) -> Self {
        self.binary(other, Token::Max)
    }
}

macro_rules! operator {
    ($($trait:ident $method:ident $token:ident),*) => {
        $(impl ops::$trait for Formula {
            type Output = Formula;

            fn $method(self, other: Formula) -> Formula {
                self.binary(other, Token::$token)
            }
        })*
    };
}

operator!(Add add Add, Sub sub Sub, Mul mul Mul, Div div Div);
