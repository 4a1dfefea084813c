//! Activations: one table, one row each. A row gives the function of the layer's input z and, where it is cheaper, its
//! slope as a function of the output y; every other derivative is taken from the expression. Each is a layer.

use std::sync::Arc;

use crate::expr::{Compare, Expr, Leaf, constant, if_positive, operand, select};
use crate::graph::{Role, Shape};
use crate::initializer::{Family, Initializer};
use crate::lower::{Lowering, Saved};
use crate::op::{Arity, Op, OpDef, ParameterDef, ShapeError, show};
use crate::signature::{Argument, ArgumentValue, Arguments, Default, Flavor, Kind, Range, Signature};
use crate::train_graph::ValueId;

/// A row of the table.
pub struct ActivationDef {
    /// How it is called.
    pub signature: Signature,
    /// The initialiser that suits a layer before it.
    pub family: Family,
    /// The factor by which weights before it are scaled up, if that is known.
    pub gain: fn(&Arguments) -> f64,
    /// The least and the greatest value that it comes near to.
    pub bounds: fn(&Arguments) -> (f64, f64),
    /// Whether it is the usual way to say that an output of values has these bounds.
    pub bounds_outputs: bool,
    /// How large its slope is at most, in words, if it is next to nothing on both sides, so that gradients vanish in a deep stack.
    pub saturates: Option<&'static str>,
    /// Its value, of [`Z`] and, where it uses them, [`DRAW`] and [`SLOPE`].
    pub value: fn(&Arguments) -> Expr,
    /// Its value in prediction, where that differs.
    pub in_prediction: Option<fn(&Arguments) -> Expr>,
    /// Its slope as a function of its value (as [`Z`]), where z is not needed for it.
    pub slope_of_value: Option<fn(&Arguments) -> Expr>,
    /// Whether it uses a number drawn for each element from [0, 1).
    pub random: bool,
    /// What the learned slope begins with, if it has one.
    pub learned_slope: Option<fn(&Arguments) -> f64>,
}

/// The layer's input.
pub const Z: Expr = operand(0);
/// A number drawn from [0, 1) for each element, in training.
pub const DRAW: Expr = operand(1);
/// The learned slope.
pub const SLOPE: Expr = operand(1);

/// The fields' defaults: most rows give some only.
const PLAIN: ActivationDef = ActivationDef {
    signature: Signature { name: "", doc: "", arguments: &[] },
    family: Family::Xavier,
    gain: |_| 1.0,
    bounds: |_| (f64::NEG_INFINITY, f64::INFINITY),
    bounds_outputs: false,
    saturates: None,
    value: |_| Z,
    in_prediction: None,
    slope_of_value: None,
    random: false,
    learned_slope: None,
};

const fn named(name: &'static str, doc: &'static str, arguments: &'static [Argument]) -> Signature {
    Signature { name, doc, arguments }
}

const fn number(name: &'static str, range: Range, default: f64, doc: &'static str) -> Argument {
    Argument { name, kind: Kind::Number(range), default: Default::Number(default), doc }
}

const fn one() -> Expr {
    constant(1.0)
}

/// relu's gain √2 for a slope of α below 0: √(2/(1 + α²)).
fn leaky_gain(alpha: f64) -> f64 {
    (2.0 / (1.0 + alpha * alpha)).sqrt()
}

/// `if z > 0 { z } else { below }`; Keras takes the upper side at 0 too where the slopes differ there.
fn rectified(arguments: &Arguments, below: Expr) -> Expr {
    let compare = if arguments.flavor == Flavor::Keras { Compare::GreaterEqual } else { Compare::Greater };
    select(compare, Z, constant(0.0), Z, below)
}

/// √(2/π), of gelu's approximation.
const SQRT_2_OVER_PI: f64 = 0.797_884_560_802_865_4;
/// selu's constants (Klambauer et al. 2017).
const SELU_ALPHA: f64 = 1.673_263_242_354_377_2;
const SELU_SCALE: f64 = 1.050_700_987_355_480_5;

/// Every activation. Adding one is a row here.
pub static ACTIVATIONS: &[ActivationDef] = &[
    ActivationDef { signature: named("identity", "y = z", &[]), slope_of_value: Some(|_| one()), ..PLAIN },
    ActivationDef {
        signature: named("sigmoid", "y = 1/(1 + e^-z)", &[]),
        gain: |arguments| if arguments.flavor == Flavor::Notes { 4.0 } else { 1.0 },
        bounds: |_| (0.0, 1.0),
        bounds_outputs: true,
        saturates: Some("1/4"),
        value: |_| Z.sigmoid(),
        slope_of_value: Some(|_| Z * (one() - Z)),
        ..PLAIN
    },
    ActivationDef {
        signature: named("tanh", "y = tanh z", &[]),
        gain: |arguments| if arguments.flavor == Flavor::Pytorch { 5.0 / 3.0 } else { 1.0 },
        bounds: |_| (-1.0, 1.0),
        bounds_outputs: true,
        saturates: Some("1, and next to nothing for large inputs"),
        value: |_| Z.tanh(),
        slope_of_value: Some(|_| one() - Z.square()),
        ..PLAIN
    },
    ActivationDef {
        signature: named("relu", "y = max(z, 0); its slope at 0 is 0", &[]),
        family: Family::He,
        gain: |_| leaky_gain(0.0),
        bounds: |_| (0.0, f64::INFINITY),
        // Not a number stays what it is, so that nobody mistakes a network that has diverged for one of dead units.
        value: |_| select(Compare::LessEqual, Z, constant(0.0), constant(0.0), Z),
        slope_of_value: Some(|_| if_positive(Z, one(), constant(0.0))),
        ..PLAIN
    },
    ActivationDef {
        signature: named(
            "leaky_relu",
            "y = z above 0, alpha z below (Maas et al. 2013)",
            &[Argument {
                name: "alpha",
                kind: Kind::Number(Range::UNIT),
                default: Default::Flavored { notes: 0.01, pytorch: 0.01, keras: 0.3 },
                doc: "the slope below 0",
            }],
        ),
        family: Family::He,
        gain: |arguments| leaky_gain(arguments.number("alpha")),
        value: |arguments| rectified(arguments, constant(arguments.number("alpha")) * Z),
        ..PLAIN
    },
    ActivationDef {
        signature: named(
            "rrelu",
            "y = z above 0, a z below, a drawn for each element in training and its mean in prediction (Xu et al. 2015)",
            &[
                number("lower", Range::UNIT, 1.0 / 8.0, "the least slope below 0"),
                number("upper", Range::UNIT, 1.0 / 3.0, "the greatest slope below 0"),
            ],
        ),
        family: Family::He,
        gain: |arguments| leaky_gain((arguments.number("lower") + arguments.number("upper")) / 2.0),
        value: |arguments| {
            let (lower, upper) = (arguments.number("lower"), arguments.number("upper"));
            rectified(arguments, (constant(lower) + constant(upper - lower) * DRAW) * Z)
        },
        in_prediction: Some(|arguments| {
            rectified(arguments, constant((arguments.number("lower") + arguments.number("upper")) / 2.0) * Z)
        }),
        random: true,
        ..PLAIN
    },
    ActivationDef {
        signature: named(
            "prelu",
            "y = z above 0, a z below, a learned (He et al. 2015)",
            &[
                Argument {
                    name: "init",
                    kind: Kind::Number(Range::ANY),
                    default: Default::Flavored { notes: 0.25, pytorch: 0.25, keras: 0.0 },
                    doc: "what the slope begins with",
                },
                Argument {
                    name: "shared",
                    kind: Kind::Bool,
                    default: Default::Auto("one slope a unit (pytorch: `true`, keras: `false`)"),
                    doc: "whether one slope serves all, else each element of a sample has its own",
                },
            ],
        ),
        family: Family::He,
        gain: |arguments| leaky_gain(arguments.number("init")),
        // Keras adds relu(z) and -a relu(-z), both of slope 0 at 0.
        value: |arguments| match arguments.flavor {
            Flavor::Keras => select(Compare::Equal, Z, constant(0.0), constant(0.0), rectified(arguments, SLOPE * Z)),
            _ => rectified(arguments, SLOPE * Z),
        },
        learned_slope: Some(|arguments| arguments.number("init")),
        ..PLAIN
    },
    ActivationDef {
        signature: named(
            "elu",
            "y = z from 0 on, alpha (e^z - 1) below (Clevert et al. 2015)",
            &[number("alpha", Range::POSITIVE, 1.0, "what it approaches, negated, for z far below 0")],
        ),
        family: Family::He,
        gain: |_| leaky_gain(0.0),
        bounds: |arguments| (-arguments.number("alpha"), f64::INFINITY),
        // The slope at 0 is 1 for the notes, alpha for the frameworks.
        value: |arguments| {
            let compare = if arguments.flavor == Flavor::Notes { Compare::GreaterEqual } else { Compare::Greater };
            select(compare, Z, constant(0.0), Z, constant(arguments.number("alpha")) * Z.expm1())
        },
        slope_of_value: Some(|arguments| {
            let compare = if arguments.flavor == Flavor::Notes { Compare::GreaterEqual } else { Compare::Greater };
            select(compare, Z, constant(0.0), one(), Z + constant(arguments.number("alpha")))
        }),
        ..PLAIN
    },
    ActivationDef {
        signature: named("selu", "a scaled elu that keeps mean 0 and variance 1 (Klambauer et al. 2017)", &[]),
        family: Family::Lecun,
        bounds: |_| (-1.7581, f64::INFINITY),
        value: |_| constant(SELU_SCALE) * if_positive(Z, Z, constant(SELU_ALPHA) * Z.expm1()),
        slope_of_value: Some(|_| if_positive(Z, constant(SELU_SCALE), Z + constant(SELU_SCALE * SELU_ALPHA))),
        ..PLAIN
    },
    ActivationDef {
        signature: named(
            "gelu",
            "y = z Phi(z), Phi the normal distribution's (Hendrycks and Gimpel 2016)",
            &[Argument {
                name: "approximate",
                kind: Kind::Choice(&["none", "tanh"]),
                default: Default::Choice("none"),
                doc: "`tanh`: the paper's approximation of Phi",
            }],
        ),
        family: Family::He,
        gain: |_| leaky_gain(0.0),
        bounds: |_| (-0.17, f64::INFINITY),
        value: |arguments| {
            let phi = match arguments.choice("approximate") {
                "tanh" => (constant(SQRT_2_OVER_PI) * (Z + constant(0.044715) * Z * Z * Z)).tanh(),
                _ => (Z * constant(std::f64::consts::FRAC_1_SQRT_2)).erf(),
            };
            constant(0.5) * Z * (one() + phi)
        },
        ..PLAIN
    },
    ActivationDef {
        signature: named("silu", "y = z/(1 + e^-z), also called swish (Elfwing et al. 2017)", &[]),
        family: Family::He,
        gain: |_| leaky_gain(0.0),
        bounds: |_| (-0.2785, f64::INFINITY),
        value: |_| Z * Z.sigmoid(),
        ..PLAIN
    },
    ActivationDef {
        signature: named("softplus", "y = ln(1 + e^z), z itself above 20", &[]),
        bounds: |_| (0.0, f64::INFINITY),
        bounds_outputs: true,
        value: |_| select(Compare::Greater, Z, constant(20.0), Z, Z.exp().ln_1p()),
        ..PLAIN
    },
];

/// An activation with its arguments.
#[derive(Clone)]
pub struct Activation {
    /// Its row.
    pub def: &'static ActivationDef,
    /// Its arguments.
    pub arguments: Arguments,
}

impl std::fmt::Debug for Activation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct(self.def.signature.name).field("arguments", &self.arguments.values).finish()
    }
}

impl Activation {
    /// The initialiser that suits a layer before it.
    pub fn family(&self) -> Family {
        self.def.family
    }

    /// The gain of its kind of weights.
    pub fn gain(&self) -> f64 {
        (self.def.gain)(&self.arguments)
    }

    /// The least and the greatest value that it comes near to.
    pub fn bounds(&self) -> (f64, f64) {
        (self.def.bounds)(&self.arguments)
    }

    /// Its slope as a function of its value or of z, what it draws or learns taken as usual.
    pub fn typical_slope(&self) -> (Expr, SlopeOf) {
        if let Some(slope) = self.def.slope_of_value {
            return (slope(&self.arguments), SlopeOf::Value);
        }
        let learned = self.def.learned_slope.map_or(0.5, |initial| initial(&self.arguments));
        let usual = |leaf| if leaf == Leaf::Operand(1) { constant(learned) } else { Expr::Leaf(leaf) };
        let slope = (self.def.value)(&self.arguments).derivative(Leaf::Operand(0)).substitute(&usual);
        (slope, SlopeOf::Input)
    }

    /// Whether one learned slope serves all elements of a sample or each has its own; `None`: each unit has.
    fn shared(&self) -> Option<bool> {
        match (self.arguments.get("shared"), self.arguments.flavor) {
            (Some(ArgumentValue::Bool(shared)), _) => Some(*shared),
            (_, Flavor::Notes) => None,
            (_, flavor) => Some(flavor == Flavor::Pytorch),
        }
    }
}

/// What a slope is a function of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlopeOf {
    /// The activation's value.
    Value,
    /// Its input.
    Input,
}

/// The activation of this name, as a layer.
pub fn find(name: &str) -> Option<OpDef> {
    let def = ACTIVATIONS.iter().find(|def| def.signature.name == name)?;
    Some(OpDef { signature: def.signature, arity: Arity::One, make })
}

/// The names of all activations.
pub fn names() -> impl Iterator<Item = &'static str> {
    ACTIVATIONS.iter().map(|def| def.signature.name)
}

/// Makes the activation whose arguments these are.
fn make(arguments: &Arguments) -> Arc<dyn Op> {
    let def = ACTIVATIONS.iter().find(|def| def.signature.name == arguments.of).expect("arguments of an activation");
    Arc::new(Activation { def, arguments: arguments.clone() })
}

impl Op for Activation {
    fn name(&self) -> &'static str {
        self.def.signature.name
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        // In a row of features each is a unit; what else a unit is, is not decided here.
        if self.def.learned_slope.is_some() && self.shared().is_none() && inputs[0].len() != 1 {
            return Err(ShapeError {
                message: format!("`{}` learns a slope for each of a row of features, not for {}", self.name(), show(inputs[0])),
                help: Some(
                    "write `shared = false` for one each, `shared = true` for a single one, or `flatten` before it".into(),
                ),
            });
        }
        Ok(inputs[0].clone())
    }

    fn parameters(&self, inputs: &[&Shape]) -> Vec<ParameterDef> {
        let Some(initial) = self.def.learned_slope else { return Vec::new() };
        let shape = if self.shared() == Some(true) { vec![1] } else { inputs[0].clone() };
        let init = Some(Initializer::Constant(initial(&self.arguments)));
        vec![ParameterDef { name: "weight", shape, role: Role::Slope, init, fans: (1, 1) }]
    }

    fn forward(&self, lowering: &mut Lowering<'_>, inputs: &[ValueId]) -> (ValueId, Saved) {
        let mut operands = vec![inputs[0]];
        let expr = match self.def.in_prediction {
            Some(value) if !lowering.training() => value,
            _ => self.def.value,
        };
        if self.def.random && lowering.training() {
            operands.push(lowering.uniform(lowering.extent(inputs[0])));
        }
        if self.def.learned_slope.is_some() {
            operands.push(lowering.parameter(0));
        }
        let value = lowering.map(self.name(), expr(&self.arguments), &operands);
        let saved = if self.def.slope_of_value.is_some() { vec![value] } else { operands };
        (value, Saved(saved))
    }

    fn backward(&self, lowering: &mut Lowering<'_>, saved: &Saved, gradient: ValueId, wanted: &[bool]) -> Vec<Option<ValueId>> {
        let value = (self.def.value)(&self.arguments);
        // The gradient is the last operand, after those of the value.
        let mut operands = saved.0.clone();
        let d_y = operand(operands.len());
        operands.push(gradient);
        if self.def.learned_slope.is_some() {
            let terms = d_y.clone() * value.derivative(Leaf::Operand(1));
            let terms = lowering.map("d_slope_terms", terms, &operands);
            let mut d_slope = lowering.sum_columns("d_slope", terms);
            if lowering.extent(saved.0[1]).rows == 1 {
                d_slope = lowering.sum_all("d_slope", d_slope);
            }
            lowering.gradient(0, d_slope);
        }
        if !wanted[0] {
            return vec![None];
        }
        let slope = match self.def.slope_of_value {
            Some(slope) => slope(&self.arguments),
            None => value.derivative(Leaf::Operand(0)),
        };
        vec![Some(lowering.map("d_z", d_y * slope, &operands))]
    }

    fn activation(&self) -> Option<&Activation> {
        Some(self)
    }

    fn keeps_values(&self) -> bool {
        (self.def.value)(&self.arguments) == Z
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn defaults(def: &ActivationDef, flavor: Flavor) -> Arguments {
        Arguments::defaults(&def.signature, flavor)
    }

    #[test]
    fn slopes_of_values_agree_with_derivatives() {
        for def in ACTIVATIONS {
            let Some(slope) = def.slope_of_value else { continue };
            for flavor in [Flavor::Notes, Flavor::Pytorch, Flavor::Keras] {
                let arguments = defaults(def, flavor);
                let value = (def.value)(&arguments);
                for step in -40..=40 {
                    let z = f64::from(step) / 8.0;
                    let y: f64 = value.evaluate(&|_| z);
                    let exact: f64 = value.derivative(Leaf::Operand(0)).evaluate(&|_| z);
                    let cheap: f64 = slope(&arguments).evaluate(&|_| y);
                    assert!((exact - cheap).abs() < 1e-12, "{}({z}) {flavor:?}: {exact} {cheap}", def.signature.name);
                }
            }
        }
    }

    #[test]
    fn derivatives_agree_with_differences() {
        for def in ACTIVATIONS {
            let value = (def.value)(&defaults(def, Flavor::Notes));
            for step in -40..40 {
                let z = f64::from(step) / 8.0 + 0.01;
                let at = |z: f64| value.evaluate::<f64>(&|leaf| if leaf == Leaf::Operand(0) { z } else { 0.3 });
                let difference = (at(z + 1e-5) - at(z - 1e-5)) / 2e-5;
                let exact: f64 =
                    value.derivative(Leaf::Operand(0)).evaluate(&|leaf| if leaf == Leaf::Operand(0) { z } else { 0.3 });
                assert!((exact - difference).abs() < 1e-8, "{}({z}): {exact} {difference}", def.signature.name);
            }
        }
    }
}
