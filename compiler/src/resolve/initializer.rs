//! How initialisers are called, and what a call means.

use crate::initializer::{Family, Fan, Initializer, TRUNCATED_DEVIATION};
use crate::signature::{Argument, Arguments, Default, Flavor, Kind, Range, Signature};

const GAIN: Argument = Argument {
    name: "gain",
    kind: Kind::Number(Range::POSITIVE),
    default: Default::Auto("by the activation that follows"),
    doc: "the factor of the deviation",
};

const FAN: Argument = Argument {
    name: "fan",
    kind: Kind::Choice(&["in", "out", "average"]),
    default: Default::Auto("`average` for xavier, else `in`"),
    doc: "whether a unit's inputs, its outputs or the mean of both scale",
};

const TRUNCATED: Argument = Argument {
    name: "truncated",
    kind: Kind::Bool,
    default: Default::Auto("false, in flavour keras true"),
    doc: "whether values beyond two deviations are drawn again",
};

const fn normal(name: &'static str, doc: &'static str) -> Signature {
    Signature { name, doc, arguments: &[GAIN, FAN, TRUNCATED] }
}

const fn uniform(name: &'static str, doc: &'static str) -> Signature {
    Signature { name, doc, arguments: &[GAIN, FAN] }
}

const fn number(name: &'static str, doc: &'static str) -> Argument {
    Argument { name, kind: Kind::Number(Range::ANY), default: Default::Required, doc }
}

/// Every initialiser.
pub(crate) static INITIALIZERS: &[Signature] = &[
    normal("xavier_normal", "deviation gain·√(2/(fan_in + fan_out)) (Glorot and Bengio 2010)"),
    uniform("xavier_uniform", "within ±gain·√(6/(fan_in + fan_out)) (Glorot and Bengio 2010)"),
    normal("he_normal", "deviation √2/√fan_in (He et al. 2015)"),
    uniform("he_uniform", "within ±√6/√fan_in (He et al. 2015)"),
    normal("lecun_normal", "deviation 1/√fan_in (LeCun et al. 1998)"),
    uniform("lecun_uniform", "within ±√3/√fan_in (LeCun et al. 1998)"),
    Signature {
        name: "uniform",
        doc: "uniform from `low` to `high`",
        arguments: &[number("low", "the lower bound"), number("high", "the upper bound")],
    },
    Signature {
        name: "normal",
        doc: "normal with this mean and deviation",
        arguments: &[
            number("mean", "the mean"),
            Argument {
                name: "std",
                kind: Kind::Number(Range::NOT_NEGATIVE),
                default: Default::Required,
                doc: "the standard deviation",
            },
            Argument { default: Default::Bool(false), ..TRUNCATED },
        ],
    },
    Signature { name: "constant", doc: "this value everywhere", arguments: &[number("value", "the value")] },
    Signature { name: "zeros", doc: "0 everywhere", arguments: &[] },
    Signature {
        name: "orthogonal",
        doc: "a random matrix with orthonormal rows or columns, times `gain` (Saxe et al. 2013)",
        arguments: &[Argument {
            name: "gain",
            kind: Kind::Number(Range::POSITIVE),
            default: Default::Number(1.0),
            doc: "the factor",
        }],
    },
];

/// The initialiser of this name, or of the name that other frameworks have for it.
pub(super) fn find(name: &str) -> Option<&'static Signature> {
    INITIALIZERS.iter().find(|signature| signature.name == super::canonical(name))
}

/// The names of all initialisers.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    INITIALIZERS.iter().map(|signature| signature.name)
}

/// The initialiser that a checked call of `name` means.
pub(super) fn make(name: &str, arguments: &Arguments) -> Initializer {
    let truncated = |keras| arguments.bool_or("truncated", keras && arguments.flavor == Flavor::Keras);
    match name {
        "uniform" => Initializer::Uniform { low: arguments.number("low"), high: arguments.number("high") },
        "normal" => {
            let (std, truncated) = (arguments.number("std"), truncated(false));
            // Keras' TruncatedNormal is given the deviation before truncation.
            let before = truncated && arguments.flavor == Flavor::Keras;
            let deviation = if before { std * TRUNCATED_DEVIATION } else { std };
            Initializer::Normal { mean: arguments.number("mean"), deviation, truncated }
        }
        "constant" => Initializer::Constant(arguments.number("value")),
        "zeros" => Initializer::Constant(0.0),
        "orthogonal" => Initializer::Orthogonal { gain: arguments.number("gain") },
        scaled => {
            let family = match scaled.split_once('_') {
                Some(("xavier", _)) => Family::Xavier,
                Some(("he", _)) => Family::He,
                _ => Family::Lecun,
            };
            let uniform = scaled.ends_with("_uniform");
            let fan = match arguments.get("fan").map(|_| arguments.choice("fan")) {
                Some("in") => Some(Fan::In),
                Some("out") => Some(Fan::Out),
                Some(_) => Some(Fan::Average),
                None => None,
            };
            let gain = arguments.get("gain").map(|_| arguments.number("gain"));
            Initializer::Scaled { family, uniform, fan, gain, truncated: !uniform && truncated(true) }
        }
    }
}

/// The name of a scaled initialiser, for messages.
pub(crate) fn scaled_name(family: Family, uniform: bool) -> &'static str {
    match (family, uniform) {
        (Family::Xavier, false) => "xavier_normal",
        (Family::Xavier, true) => "xavier_uniform",
        (Family::He, false) => "he_normal",
        (Family::He, true) => "he_uniform",
        (Family::Lecun, false) => "lecun_normal",
        (Family::Lecun, true) => "lecun_uniform",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::ArgumentValue;

    fn made(name: &str, flavor: Flavor, values: &[(&'static str, ArgumentValue)]) -> Initializer {
        let signature = find(name).unwrap();
        let mut arguments = Arguments::defaults(signature, flavor);
        arguments.values.extend(values.iter().cloned());
        make(signature.name, &arguments)
    }

    #[test]
    fn keras_truncates_its_scaled_normals_only() {
        let truncated = |name, flavor| match made(name, flavor, &[]) {
            Initializer::Scaled { truncated, .. } => truncated,
            other => panic!("{other:?}"),
        };
        assert!(truncated("he_normal", Flavor::Keras));
        assert!(!truncated("he_uniform", Flavor::Keras));
        assert!(!truncated("he_normal", Flavor::Notes));
    }

    #[test]
    fn names_choose_family_and_kind() {
        for signature in INITIALIZERS {
            let Some((_, kind)) = signature.name.split_once('_') else { continue };
            let made = made(signature.name, Flavor::Notes, &[("fan", ArgumentValue::Choice("out"))]);
            let Initializer::Scaled { family, uniform, fan, .. } = made else { panic!("{}: {made:?}", signature.name) };
            assert_eq!(scaled_name(family, uniform), signature.name);
            assert_eq!(uniform, kind == "uniform");
            assert_eq!(fan, Some(Fan::Out));
        }
    }
}
