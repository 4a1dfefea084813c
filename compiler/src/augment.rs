//! Augmentations: one table, one row each. The runtime does the work; a row says what is called how, what it changes, which
//! arguments make sense for an image, and what the runtime is told.

use std::fmt;

use dlm_spec::{Augmentation, Border};

use crate::signature::{Argument, Arguments, Default, Kind, Range, Signature};

/// A row of the table.
pub struct AugmentDef {
    /// How it is called. What changes inputs also takes `inputs`, a list of them.
    pub signature: Signature,
    /// What it changes.
    pub scope: Scope,
    /// Of an image of this height and width, what is wrong with the arguments, if anything is.
    pub misfit: fn(&Arguments, [usize; 2]) -> Option<String>,
    /// What the runtime is told.
    pub make: fn(&Arguments) -> Augmentation,
}

impl fmt::Debug for AugmentDef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.signature.name)
    }
}

/// What an augmentation changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Inputs that are images.
    Images,
    /// Inputs of any shape.
    Inputs,
    /// Whole samples, targets among them.
    Samples,
}

impl Scope {
    /// Whether it changes inputs of this shape.
    pub fn holds(self, shape: &[usize]) -> bool {
        self != Scope::Images || image(shape).is_some()
    }
}

/// Height and width of an image: (height, width) or (height, width, channels).
pub fn image(shape: &[usize]) -> Option<[usize; 2]> {
    match shape {
        &[height, width] | &[height, width, _] => Some([height, width]),
        _ => None,
    }
}

const FILL: Argument = Argument {
    name: "fill",
    kind: Kind::Number(Range::ANY),
    default: Default::Number(0.0),
    doc: "what comes in from outside, a value as it is read",
};

const fn pixels(name: &'static str, doc: &'static str) -> Argument {
    Argument { name, kind: Kind::Count, default: Default::Required, doc }
}

const fn number(name: &'static str, range: Range, doc: &'static str) -> Argument {
    Argument { name, kind: Kind::Number(range), default: Default::Required, doc }
}

/// Every augmentation. Adding one is a row here.
pub static AUGMENTATIONS: &[AugmentDef] = &[
    AugmentDef {
        signature: Signature {
            name: "shift",
            doc: "an image moved up or down and left or right by whole pixels",
            arguments: &[pixels("pixels", "the most on each axis, either way"), FILL],
        },
        scope: Scope::Images,
        misfit: |arguments, image| out_of_sight("pixels", arguments, image),
        make: |arguments| Augmentation::Shift { pixels: arguments.size("pixels"), fill: fill(arguments) },
    },
    AugmentDef {
        signature: Signature {
            name: "flip",
            doc: "an image mirrored",
            arguments: &[
                Argument {
                    name: "vertical",
                    kind: Kind::Bool,
                    default: Default::Bool(false),
                    doc: "whether top and bottom change places, rather than left and right",
                },
                Argument {
                    name: "probability",
                    kind: Kind::Number(Range::UNIT),
                    default: Default::Number(0.5),
                    doc: "how often",
                },
            ],
        },
        scope: Scope::Images,
        misfit: |_, _| None,
        make: |arguments| Augmentation::Flip {
            vertical: arguments.bool_or("vertical", false),
            probability: arguments.number("probability"),
        },
    },
    AugmentDef {
        signature: Signature {
            name: "rotate",
            doc: "an image turned around its centre, bilinearly",
            arguments: &[
                number("degrees", Range { high: 180.0, high_included: true, ..Range::NOT_NEGATIVE }, "the most, either way"),
                FILL,
            ],
        },
        scope: Scope::Images,
        misfit: |_, _| None,
        make: |arguments| Augmentation::Rotate { degrees: arguments.number("degrees"), fill: fill(arguments) },
    },
    AugmentDef {
        signature: Signature {
            name: "zoom",
            doc: "an image scaled around its centre by a factor from 1 − share to 1 + share, bilinearly; its size stays",
            arguments: &[number("share", Range::BELOW_ONE, "the most that it becomes larger or smaller"), FILL],
        },
        scope: Scope::Images,
        misfit: |_, _| None,
        make: |arguments| Augmentation::Zoom { share: arguments.number("share"), fill: fill(arguments) },
    },
    AugmentDef {
        signature: Signature {
            name: "crop",
            doc: "an image padded on each side and cut back to its size at a random place (He et al. 2016); as `shift`, but for \
                  what `border` says",
            arguments: &[
                pixels("padding", "the pixels that it is padded by on each side"),
                Argument {
                    name: "border",
                    kind: Kind::Choice(&["fill", "edge", "reflect"]),
                    default: Default::Choice("fill"),
                    doc: "what it is padded with: a value, the pixels of its edge, or itself mirrored at its edge",
                },
                FILL,
            ],
        },
        scope: Scope::Images,
        misfit: |arguments, image| out_of_sight("padding", arguments, image),
        make: |arguments| {
            let border = match arguments.choice("border") {
                "edge" => Border::Edge,
                "reflect" => Border::Reflect,
                _ => Border::Fill(fill(arguments)),
            };
            Augmentation::Crop { padding: arguments.size("padding"), border }
        },
    },
    AugmentDef {
        signature: Signature {
            name: "cutout",
            doc: "a square around a random pixel overwritten, cut off at the image's edge (DeVries and Taylor 2017)",
            arguments: &[
                pixels("size", "the side of the square"),
                Argument { doc: "what it is overwritten with, a value as it is read", ..FILL },
            ],
        },
        scope: Scope::Images,
        misfit: |arguments, [height, width]| {
            let (size, smaller) = (arguments.size("size"), height.min(width));
            (size > smaller)
                .then(|| format!("`size` of `cutout` is at most {smaller} for an image of {height} by {width}, not {size}"))
        },
        make: |arguments| Augmentation::Cutout { size: arguments.size("size"), fill: fill(arguments) },
    },
    AugmentDef {
        signature: Signature {
            name: "brightness",
            doc: "an image times a factor from 1 − share to 1 + share",
            arguments: &[number("share", Range::UNIT, "the most that it becomes brighter or darker")],
        },
        scope: Scope::Images,
        misfit: |_, _| None,
        make: |arguments| Augmentation::Brightness { share: arguments.number("share") },
    },
    AugmentDef {
        signature: Signature {
            name: "contrast",
            doc: "an image's differences from its mean times a factor from 1 − share to 1 + share",
            arguments: &[number("share", Range::UNIT, "the most that they become larger or smaller")],
        },
        scope: Scope::Images,
        misfit: |_, _| None,
        make: |arguments| Augmentation::Contrast { share: arguments.number("share") },
    },
    AugmentDef {
        signature: Signature {
            name: "noise",
            doc: "an input plus a normal number for each value",
            arguments: &[number("std", Range::NOT_NEGATIVE, "its standard deviation, in the units of values as they are read")],
        },
        scope: Scope::Inputs,
        misfit: |_, _| None,
        make: |arguments| Augmentation::Noise { std: arguments.number("std") },
    },
    AugmentDef {
        signature: Signature {
            name: "mixup",
            doc: "a sample mixed with another of the training part, inputs and targets: λ of the one, 1 − λ of the other, λ drawn \
                  from Beta(α, α) for each sample (Zhang et al. 2018)",
            arguments: &[number(
                "alpha",
                Range::POSITIVE,
                "the distribution's α: the smaller, the more one of them prevails; at 1 all λ are equally likely",
            )],
        },
        scope: Scope::Samples,
        misfit: |_, _| None,
        make: |arguments| Augmentation::Mixup { alpha: arguments.number("alpha") },
    },
];

/// The names of all augmentations.
pub fn names() -> impl Iterator<Item = &'static str> {
    AUGMENTATIONS.iter().map(|def| def.signature.name)
}

fn fill(arguments: &Arguments) -> f32 {
    arguments.number("fill") as f32
}

/// What is wrong if an image may be moved until nothing of it is left.
fn out_of_sight(argument: &str, arguments: &Arguments, [height, width]: [usize; 2]) -> Option<String> {
    let (name, most, smaller) = (arguments.of, arguments.size(argument), height.min(width));
    (most >= smaller)
        .then(|| format!("`{argument}` of `{name}` is below {smaller} for an image of {height} by {width}, not {most}"))
}
