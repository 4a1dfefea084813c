"""Every case. Each has a `.dlm` file of its name."""

import numpy as np

from .case import Case

# Learning rates that change twice.
STAIRS = ("exponential", {"rate": 0.5, "every": 8, "staircase": True})
NETWORK = [("dense", {"units": 6}), ("relu", {}), ("dense", {"units": 2})]


def network(name, optimizer, **given):
    """A case about the optimizer."""
    return Case(name, NETWORK, optimizer, **{"schedule": STAIRS} | given)


def around(activation, **given):
    """An activation right after the input and within the network."""
    dense = ("dense", {"units": 5})
    return [(activation, given), dense, (activation, given), ("dense", {"units": 2})]


def activation(name, activation, arrange, **given):
    """A case about an activation: the first inputs and a unit's first values are at its kink."""
    layers = around(activation, **given)
    flavors = ("notes", "pytorch") if activation == "rrelu" else ("notes", "pytorch", "keras")
    remark = "Keras has no rrelu" if activation == "rrelu" else ""
    optimizer = ("momentum", {"lr": 0.02})
    return Case(name, layers, optimizer, features=5, arrange=arrange, flavors=flavors, remark=remark, seed=11)


def kinks(data):
    data.x[0] = [-3, -0.0, 0, 3, 0.5]
    data.x[1] = [3, 0, -0.0, -3, -0.5]
    # A unit whose value is 0 for every sample of the first batch.
    data.weights["dense.weight"][0] = 0
    data.weights["dense.bias"][0] = 0


def beyond_softplus(data):
    kinks(data)
    data.x[2] = [20, 20.5, -20.5, 19.5, 1]
    # The product with these stays small, so that the loss does.
    data.weights["dense.weight"][:, :4] /= 16


def tiny(data):
    data.x /= 1024
    data.y /= 64
    data.weights["dense.bias"] /= 64
    data.weights["dense_2.bias"] /= 64


def no_gradient_at_first(data):
    """The first batch reaches no unit: all gradients are 0."""
    data.x[:4] = 0
    for name in ("dense.bias", "dense_2.bias"):
        data.weights[name] = -np.abs(data.weights[name]) - 1 / 64


def exact_errors(delta):
    """Errors of exactly 0 and ±delta in the first batch."""

    def arrange(data):
        z = data.x @ data.weights["dense.weight"].T + data.weights["dense.bias"]
        data.y[0] = z[0]
        data.y[1] = z[1] + [delta, -delta, 0]
        data.y[2] = z[2] + [-delta, 2 * delta, delta / 2]

    return arrange


def large_logits(data):
    """Logits of about ±100 for both targets."""
    data.weights["dense.weight"][0] = [1, 0.25, -0.5]
    data.x[:4, 0] = [100, -100, 100, -100]
    data.y[:4, 0] = [1, 0, 0, 1]


def clip(name, kind, limit, lr):
    layers = [*NETWORK, ("relu", {})]
    optimizer = ("momentum", {"lr": lr})
    return Case(name, layers, optimizer, clip=(kind, limit), arrange=no_gradient_at_first, schedule=STAIRS)


def regression(name, loss, lr, arrange, **given):
    # With momentum no error comes back to exactly 0 later, where rounding would choose the sign of the slope.
    argument = {"delta": given.pop("delta")} if "delta" in given else {}
    return Case(name, [("dense", {"units": 3})], ("momentum", {"lr": lr}), loss=(loss, argument), arrange=arrange, **given)


NORMALIZED = [
    ("dense", {"units": 5, "bias": False}),
    ("batch_norm", {}),
    ("elu", {}),
    ("dense", {"units": 2}),
]

OPTIMIZERS = [
    Case("sgd", [("dense", {"units": 2})], ("sgd", {"lr": 0.1}), batches=(4, 1), schedule=STAIRS),
    network("sgd_default", ("sgd", {}), schedule=("constant", {})),
    network("momentum", ("momentum", {"lr": 0.05})),
    network("nesterov", ("nesterov", {"lr": 0.02})),
    network(
        "nesterov_exponential",
        ("nesterov", {"lr": 0.05, "beta": 0.8}),
        schedule=("exponential", {"rate": 0.7, "every": 5}),
        batches=(4, 4, 3),
    ),
    network("adagrad", ("adagrad", {"lr": 0.1, "eps": 1e-3})),
    network("adagrad_default", ("adagrad", {}), schedule=("constant", {})),
    network("rmsprop", ("rmsprop", {"lr": 0.02, "eps": 1e-3}), arrange=tiny),
    network("rmsprop_default", ("rmsprop", {}), schedule=("constant", {})),
    network("adam", ("adam", {"lr": 0.02, "eps": 1e-3})),
    network("adam_default", ("adam", {}), schedule=("constant", {})),
    network(
        "adam_float32",
        ("adam", {"lr": 0.02}),
        flavors=("keras",),
        precision="float32",
        remark="Keras as it is used: in `float32`, 1 − βᵗ included",
    ),
    Case("adamw", NORMALIZED, ("adamw", {"lr": 0.02, "decay": 0.1}), batches=(8, 8), schedule=STAIRS),
    network("adamw_default", ("adamw", {}), schedule=("constant", {})),
]

LAYERS = [
    Case("batch_norm", NORMALIZED, ("momentum", {"lr": 0.01}), batches=(2, 2, 2, 2), schedule=STAIRS),
    Case(
        "batch_norm_given",
        [("dense", {"units": 5}), ("relu", {}), ("batch_norm", {"momentum": 0.7, "eps": 0.01}), ("dense", {"units": 2})],
        ("adam", {"lr": 0.01}),
        batches=(6, 6),
    ),
    Case(
        "batch_norm_of_one",
        NORMALIZED,
        ("sgd", {"lr": 0.05}),
        batches=(4, 1),
        flavors=("notes", "keras"),
        remark="PyTorch refuses to train `batch_norm` on a single row",
    ),
    Case(
        "layer_norm",
        [("dense", {"units": 5}), ("layer_norm", {}), ("relu", {}), ("dense", {"units": 2})],
        ("adam", {"lr": 0.01}),
    ),
    Case(
        "dropout",
        [("dropout", {"rate": 0.25}), ("dense", {"units": 8}), ("relu", {}), ("dropout", {"rate": 0.5}), ("dense", {"units": 2})],
        ("momentum", {"lr": 0.02}),
        batches=(5, 5, 3),
        seed=7,
        remark="masks are given: each framework has its own generator",
    ),
]

ACTIVATIONS = [
    Case(
        "sigmoid_tanh_relu",
        [
            ("dense", {"units": 5}),
            ("sigmoid", {}),
            ("dense", {"units": 5}),
            ("tanh", {}),
            ("dense", {"units": 5}),
            ("relu", {}),
            ("identity", {}),
            ("dense", {"units": 2}),
        ],
        ("momentum", {"lr": 0.05}),
        features=5,
        arrange=kinks,
    ),
    activation("relu", "relu", kinks),
    activation("leaky_relu_default", "leaky_relu", kinks),
    activation("leaky_relu", "leaky_relu", kinks, alpha=0.2),
    activation("rrelu", "rrelu", kinks),
    activation("rrelu_given", "rrelu", kinks, lower=0.05, upper=0.6),
    activation("prelu_default", "prelu", kinks),
    activation("prelu", "prelu", kinks, init=0.375),
    activation("elu", "elu", kinks, alpha=0.7),
    activation("selu", "selu", kinks),
    activation("gelu", "gelu", kinks),
    activation("gelu_tanh", "gelu", kinks, approximate="tanh"),
    activation("silu", "silu", kinks),
    activation("softplus", "softplus", beyond_softplus),
]

LOSSES = [
    regression("mse", "mse", 0.05, exact_errors(1.0)),
    regression("mae", "mae", 0.05, None),
    regression(
        "mae_at_zero",
        "mae",
        0.05,
        exact_errors(1.0),
        flavors=("notes", "pytorch"),
        remark="Keras on JAX has slope −1 at an error of exactly 0",
    ),
    regression("huber", "huber", 0.1, exact_errors(0.5), delta=0.5),
    Case(
        "cross_entropy",
        [("dense", {"units": 6}), ("relu", {}), ("dense", {"units": 3})],
        ("momentum", {"lr": 0.1}),
        loss=("cross_entropy", {}),
        batches=(4, 3, 1),
        schedule=STAIRS,
    ),
    Case(
        "binary_cross_entropy",
        [("dense", {"units": 3})],
        ("sgd", {"lr": 0.001}),
        loss=("binary_cross_entropy", {}),
        arrange=large_logits,
    ),
]

GRADIENTS = [
    network("l2", ("adam", {"lr": 0.02}), l2=0.05),
    network("l2_global_norm", ("momentum", {"lr": 0.05}), l2=0.05, clip=("global_norm", 1.0)),
    network(
        "l2_weight_decay",
        ("momentum", {"lr": 0.05}),
        l2=0.05,
        weight_decay=True,
        flavors=("pytorch",),
        remark="the optimizer's own `weight_decay`, on weights; the reported loss is given the penalty",
    ),
    clip("clip_value", "value", 0.125, 0.05),
    clip("clip_norm", "norm", 0.5, 0.05),
    clip("clip_global_norm", "global_norm", 0.25, 0.05),
]

CASES = [*OPTIMIZERS, *LAYERS, *ACTIVATIONS, *LOSSES, *GRADIENTS]

# Initialisers: a case's tensors, each (family, kind, fan_in, fan_out, fan, gain, truncated), where they differ by flavour.
SQRT_2 = 2**0.5


def initializers(flavor):
    """Name of the case to its tensors."""
    keras = flavor == "keras"
    notes = flavor == "notes"
    # Keras truncates its normals, and its initialisers do not know the activation.
    leaky = SQRT_2 if keras else (2 / (1 + 0.3**2)) ** 0.5
    tanh = 5 / 3 if flavor == "pytorch" else 1.0
    sigmoid = 4.0 if notes else 1.0
    average = [] if flavor == "pytorch" else [("dense_4.weight", ("he", "uniform", 200, 300, "average", SQRT_2, False))]
    return {
        "he": [
            ("dense.weight", ("he", "normal", 300, 200, "in", SQRT_2, keras)),
            ("dense_2.weight", ("he", "uniform", 200, 300, "out", SQRT_2, False)),
            ("dense_3.weight", ("he", "normal", 300, 200, "in", leaky, True)),
            *average,
            ("dense_5.weight", ("he" if notes else "auto", "normal", 300, 200, "in", SQRT_2, False)),
        ],
        "xavier": [
            ("dense.weight", ("xavier", "uniform", 300, 200, "average", tanh, False)),
            ("dense_2.weight", ("xavier", "normal", 200, 300, "average", sigmoid, keras)),
            ("dense_3.weight", ("xavier", "normal", 300, 200, "average", 2.0, True)),
            ("dense_4.weight", ("xavier" if notes else "auto", "uniform", 200, 300, "average", tanh, False)),
        ],
        "lecun": [
            ("dense.weight", ("lecun", "normal", 300, 200, "in", 1.0, keras)),
            ("dense_2.weight", ("lecun", "uniform", 200, 300, "in", 1.0, False)),
            ("dense_3.weight", ("lecun", "normal", 300, 200, "in", 1.0, True)),
            ("dense_4.weight", ("lecun" if notes else "auto", "normal", 200, 300, "in", 1.0, False)),
        ],
    }
