"""Cases about what happens around the update: schedules, weights of samples and classes, accumulated gradients, averaged and
constrained weights, layers that learn slower, later or not at all, and what watches the training."""

import numpy as np

from .case import Case, Epochs
from .cases import NETWORK, STAIRS, large_logits

UNEVEN = (4, 4, 3)
NO_SCALE = ("notes", "pytorch")
# Statements with names, which recipes can select.
NAMED = [
    ("h1", [("dense", {"units": 5}), ("relu", {})]),
    ("h2", [("dense", {"units": 4}), ("relu", {})]),
    ("dense", {"units": 2}),
]
NORMALIZED = [
    ("h1", [("dense", {"units": 5, "bias": False})]),
    ("norm", [("batch_norm", {}), ("elu", {})]),
    ("dense", {"units": 2}),
]
CLASSES = [("dense", {"units": 6}), ("relu", {}), ("dense", {"units": 3})]
MOMENTUM = ("momentum", {"lr": 0.05})


def technique(name, layers=NETWORK, optimizer=MOMENTUM, **given):
    return Case(name, layers, optimizer, **{"schedule": STAIRS, "batches": UNEVEN} | given)


def scheduled(name, optimizer, schedule, **given):
    return Case(name, NETWORK, optimizer, schedule=schedule, **given)


SCHEDULES = [
    scheduled("piecewise", MOMENTUM, ("piecewise", {"pieces": [(8, 1e-2), (16, 1e-3)]})),
    scheduled(
        "piecewise_epochs",
        ("sgd", {"lr": 0.02}),
        ("piecewise", {"pieces": [(Epochs(1), 0.1), (Epochs(3), 0.05)]}),
        flavors=("notes", "pytorch"),
        remark="Keras' pieces have boundaries in steps only",
    ),
    scheduled("step_decay", ("nesterov", {"lr": 0.05}), ("step", {"factor": 0.5, "every": 5})),
    scheduled("exponential_epochs", ("adam", {"lr": 0.02}), ("exponential", {"rate": 0.5, "every": Epochs(3)})),
    scheduled("power", MOMENTUM, ("power", {"length": 6, "power": 2})),
    scheduled("polynomial", ("rmsprop", {"lr": 0.01}), ("polynomial", {"length": 16, "end": 0.001, "power": 2}), warmup=(4, 0)),
    scheduled("cosine", ("adam", {"lr": 0.05}), ("cosine", {"length": 14, "floor": 0.01}), warmup=(5, 0.001)),
    scheduled("cosine_restarts", ("nesterov", {"lr": 0.05}), ("cosine", {"length": 5, "restarts": True, "factor": 2})),
    scheduled(
        "cosine_restarts_lower",
        MOMENTUM,
        ("cosine", {"length": 4, "floor": 0.005, "restarts": True, "factor": 2, "height": 0.5}),
    ),
    scheduled("one_cycle_momentum", ("momentum", {"lr": 0.01}), ("one_cycle", {"length": 20, "max": 0.1})),
    scheduled("one_cycle_nesterov", ("nesterov", {"lr": 0.01}), ("one_cycle", {"length": 20, "max": 0.1})),
    scheduled("one_cycle_adam", ("adam", {"lr": 0.01}), ("one_cycle", {"length": 22, "max": 0.05})),
    scheduled("one_cycle_adamw", ("adamw", {"lr": 0.01, "decay": 0.1}), ("one_cycle", {"length": 24, "max": 0.05})),
]


def weighted(name, kind, layers, lr, arrange=None, **arguments):
    optimizer = ("momentum", {"lr": lr})
    return technique(name, layers, optimizer, loss=(kind, arguments), sample_weights=True, arrange=arrange)


def imbalanced(data):
    """Few samples of class 2, which weighs most."""
    data.y[:] = np.where(data.y == 2, np.arange(len(data.y)) % 2, data.y)
    data.y[[2, 7, 10]] = 2


def classes(name, **arguments):
    return technique(
        name, CLASSES, ("momentum", {"lr": 0.1}), loss=("cross_entropy", arguments), batches=(4, 3, 4), arrange=imbalanced
    )


LOSSES = [
    classes("label_smoothing", label_smoothing=0.1),
    classes("class_weights", class_weights=[1, 2, 5]),
    classes("class_weights_smoothed", label_smoothing=0.1, class_weights=[1, 2, 5]),
    Case(
        "binary_label_smoothing",
        [("dense", {"units": 3})],
        ("sgd", {"lr": 0.001}),
        loss=("binary_cross_entropy", {"label_smoothing": 0.2}),
        arrange=large_logits,
        remark="PyTorch is given smoothed targets",
    ),
    weighted("sample_weights", "mse", NETWORK, 0.05),
    weighted("sample_weights_mae", "mae", [("dense", {"units": 3})], 0.05),
    weighted("sample_weights_huber", "huber", NETWORK, 0.1, delta=0.5),
    weighted("sample_weights_classes", "cross_entropy", CLASSES, 0.1, label_smoothing=0.1),
    weighted("sample_weights_binary", "binary_cross_entropy", [("dense", {"units": 3})], 0.1),
    technique("sample_weights_l2", optimizer=("adam", {"lr": 0.02}), sample_weights=True, l2=0.05, clip=("global_norm", 1.0)),
]

KERAS_LEFTOVERS = "Keras divides by the batches, and keeps what is left over for the next epoch"
ACCUMULATED = [
    technique("accumulate", accumulate=2, remark=KERAS_LEFTOVERS),
    technique("accumulate_adam", optimizer=("adam", {"lr": 0.02}), accumulate=3, batches=(4, 4, 4, 2), remark=KERAS_LEFTOVERS),
    technique("accumulate_nesterov", optimizer=("nesterov", {"lr": 0.02}), accumulate=2, remark=KERAS_LEFTOVERS),
    technique(
        "accumulate_dropout",
        [("dropout", {"rate": 0.25}), ("dense", {"units": 8}), ("relu", {}), ("dropout", {"rate": 0.5}), ("dense", {"units": 2})],
        ("momentum", {"lr": 0.02}),
        accumulate=2,
        batches=(5, 5, 3),
        seed=7,
        remark="masks are given",
    ),
    technique("accumulate_batch_norm", NORMALIZED, ("momentum", {"lr": 0.02}), accumulate=2, batches=(4, 4, 3, 3)),
    technique(
        "accumulate_max_norm",
        accumulate=2,
        max_norm=0.75,
        flavors=("notes", "keras"),
        remark="Keras constrains after each batch, whether it updates or not",
    ),
    technique("accumulate_clip", accumulate=2, l2=0.05, clip=("global_norm", 0.5), remark=KERAS_LEFTOVERS),
    technique(
        "accumulate_one_cycle",
        optimizer=("nesterov", {"lr": 0.01}),
        accumulate=2,
        schedule=("one_cycle", {"length": 10, "max": 0.1}),
        batches=(4, 4, 3, 3),
    ),
]

AVERAGED = [
    technique("average", average=0.9),
    technique("average_nesterov", optimizer=("nesterov", {"lr": 0.02}), average=0.8),
    technique("average_adam_batch_norm", NORMALIZED, ("adam", {"lr": 0.02}), average=0.9),
    technique("average_max_norm", max_norm=0.75, average=0.9, remark="Keras averages before it constrains"),
    technique(
        "average_accumulate",
        accumulate=2,
        average=0.8,
        flavors=("notes", "pytorch"),
        remark="Keras averages after each batch, whether it updates or not",
    ),
]

NO_CONSTRAINT = "PyTorch has no constraint: its oracle multiplies the rows itself"
CONSTRAINED = [
    technique("max_norm", max_norm=1.0, remark=NO_CONSTRAINT),
    technique("max_norm_inside", max_norm=100.0, remark=NO_CONSTRAINT),
    technique("max_norm_nesterov", optimizer=("nesterov", {"lr": 0.02}), max_norm=0.75, remark=NO_CONSTRAINT),
    technique("max_norm_adam_l2", optimizer=("adam", {"lr": 0.02}), max_norm=0.75, l2=0.05, remark=NO_CONSTRAINT),
]


def zeros(data):
    """Weights of exactly 0, some of which no sample reaches."""
    data.weights["dense.weight"][:2] = 0
    data.weights["dense.weight"][:, 2] = 0
    data.x[:, 2] = 0


PENALIZED = [
    technique("l1", l1=0.02),
    technique(
        "l1_at_zero",
        l1=0.02,
        arrange=zeros,
        flavors=("notes", "pytorch"),
        remark="Keras on JAX has slope 1 at a weight of exactly 0",
    ),
    technique("l1_l2", optimizer=("adam", {"lr": 0.02}), l1=0.01, l2=0.05),
]

KERAS_SCALE = "Keras has one learning rate for all layers"
SCALED = [
    technique("lr_scale", NAMED, lr_scale={"h1": 0.1}, flavors=NO_SCALE, remark=KERAS_SCALE),
    technique(
        "lr_scale_nesterov",
        NAMED,
        ("nesterov", {"lr": 0.02}),
        lr_scale={"h1": 0.1, "h2": 0.5},
        flavors=NO_SCALE,
        remark=KERAS_SCALE,
    ),
    technique(
        "lr_scale_adamw",
        NORMALIZED,
        ("adamw", {"lr": 0.02, "decay": 0.1}),
        lr_scale={"h1": 0.1, "norm": 2.0},
        flavors=NO_SCALE,
        remark=KERAS_SCALE,
    ),
]

OWN_LOOP = "Keras in a training loop of its user's: `train_on_batch` wants a new optimizer when other layers learn"
FROZEN = [
    technique("freeze", NAMED, freeze=("h1",), remark=OWN_LOOP),
    technique("freeze_clip", NAMED, freeze=("h2",), clip=("global_norm", 0.25), remark=OWN_LOOP),
    technique("freeze_batch_norm", NORMALIZED, freeze=("norm",), remark=OWN_LOOP),
    technique("unfreeze", NAMED, freeze=("h1", "h2"), unfreeze=(("h1", 12), ("h2", 5)), remark=OWN_LOOP),
    technique("unfreeze_nesterov", NAMED, ("nesterov", {"lr": 0.02}), freeze=("h1",), unfreeze=(("h1", 10),), remark=OWN_LOOP),
    technique("unfreeze_adam", NAMED, ("adam", {"lr": 0.02}), freeze=("h1",), unfreeze=(("h1", 10),), remark=OWN_LOOP),
    technique(
        "unfreeze_adamw",
        NAMED,
        ("adamw", {"lr": 0.02, "decay": 0.1}),
        freeze=("h1",),
        unfreeze=(("h1", Epochs(2)),),
        remark=OWN_LOOP,
    ),
    technique(
        "unfreeze_batch_norm",
        NORMALIZED,
        ("adam", {"lr": 0.02}),
        freeze=("norm",),
        unfreeze=(("norm", 10),),
        remark=OWN_LOOP,
    ),
]


def sloped(name, shared):
    slope = ("prelu", {"shared": shared, "init": 0.25})
    return technique(name, [slope, ("dense", {"units": 6}), slope, ("dense", {"units": 2})])


LEARNED = [
    sloped("prelu_shared", True),
    sloped("prelu_per_unit", False),
    technique(
        "adamw_biases",
        [("dense", {"units": 5}), ("relu", {}), ("batch_norm", {}), ("dense", {"units": 2})],
        ("adamw", {"lr": 0.02, "decay": 0.2}),
        batches=(6, 5),
    )
]


def taught(data):
    """Targets that are a function of the inputs, and noise: what is learned first holds for the validation part too."""
    teacher = np.array([[1, -0.5, 0.25], [-0.25, 0.5, 1]])
    data.y[:] = np.round(32 * (data.x @ teacher.T) + 16 * data.y) / 64
    x, y = data.validation
    y[:] = np.round(32 * (x @ teacher.T) + 4 * y) / 64


def watched(name, layers=NETWORK, optimizer=MOMENTUM, epochs=16, **given):
    steps = epochs * len(UNEVEN)
    return Case(name, layers, optimizer, batches=UNEVEN, epochs=epochs, steps=steps, arrange=taught, **given)


STOPPED = {"patience": 3, "restore_best": True}
WATCHED = [
    watched("validation", schedule=("exponential", {"rate": 0.8, "every": Epochs(2), "staircase": True}), epochs=8),
    watched("early_stop", early_stop=STOPPED),
    watched(
        "early_stop_max_norm",
        optimizer=("nesterov", {"lr": 0.02}),
        max_norm=0.9,
        early_stop={"patience": 3, "min_delta": 0.001, "restore_best": True},
        epochs=20,
        remark=NO_CONSTRAINT,
    ),
    watched("early_stop_average", early_stop=STOPPED, average=0.7),
    watched(
        "early_stop_batch_norm",
        [
            ("dense", {"units": 5, "bias": False}),
            ("batch_norm", {"momentum": 0.5, "eps": 0.1}),
            ("elu", {}),
            ("dense", {"units": 2}),
        ],
        ("adam", {"lr": 0.1}),
        early_stop=STOPPED,
    ),
    watched("plateau", optimizer=("momentum", {"lr": 0.03}), plateau={"factor": 0.5, "patience": 2}),
    watched(
        "plateau_cooldown",
        optimizer=("adam", {"lr": 0.05}),
        plateau={"factor": 0.25, "patience": 1, "cooldown": 2, "floor": 0.002},
    ),
    watched("plateau_early_stop", plateau={"factor": 0.5, "patience": 1, "min_delta": 0.01}, early_stop=STOPPED),
]

TECHNIQUES = [
    *SCHEDULES,
    *LOSSES,
    *ACCUMULATED,
    *AVERAGED,
    *CONSTRAINED,
    *PENALIZED,
    *SCALED,
    *FROZEN,
    *LEARNED,
    *WATCHED,
]
