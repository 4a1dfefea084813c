"""What a case is, and the weights and samples that it begins with."""

import zlib
from dataclasses import dataclass, field
from typing import Callable

import numpy as np

ALL = ("notes", "pytorch", "keras")


@dataclass(frozen=True)
class Case:
    """A small network, how it is trained, and on what.

    Names and arguments are those of the `.dlm` file of the same name. What is not given is the framework's own default, so
    that defaults are compared too.
    """

    name: str
    layers: list
    optimizer: tuple
    loss: tuple = ("mse", {})
    features: int = 3
    # Rows of the batches of an epoch.
    batches: tuple = (4, 4, 4)
    steps: int = 24
    # After these steps the parameters are recorded, and after the last.
    snapshots: tuple = (1, 8, 16)
    flavors: tuple = ALL
    schedule: tuple = ("constant", {})
    l2: float = 0.0
    # PyTorch: the penalty as the optimizer's `weight_decay` instead of as a term of the loss.
    weight_decay: bool = False
    clip: tuple | None = None
    seed: int = 0
    # Changes the data before training.
    arrange: Callable | None = None
    precision: str = "float64"
    # Printed into the table: what cannot agree.
    remark: str = ""

    def named_layers(self):
        """Each layer with its path, as the language names it: `dense`, `relu`, `dense_2`."""
        counts = {}
        for kind, arguments in self.layers:
            counts[kind] = counts.get(kind, 0) + 1
            yield (kind if counts[kind] == 1 else f"{kind}_{counts[kind]}"), kind, arguments

    def widths(self):
        """Features before each layer, and after the last."""
        widths = [self.features]
        for kind, arguments in self.layers:
            widths.append(arguments["units"] if kind == "dense" else widths[-1])
        return widths

    def random_layers(self):
        """The indices of the layers that draw, in order: their streams are counted from 0."""
        return [index for index, (kind, _) in enumerate(self.layers) if kind in ("dropout", "rrelu")]


@dataclass
class Data:
    """Initial weights by name, in the order of a weights file, and samples. All are exact in `float32`."""

    weights: dict
    x: np.ndarray
    y: np.ndarray
    # The rows of each step.
    order: list = field(default_factory=list)


def dyadic(rng, shape, limit, per_unit):
    """Uniform from ±limit, in multiples of 1/per_unit."""
    return np.round(rng.uniform(-limit, limit, shape) * per_unit) / per_unit


def data_of(case):
    """The case's data: a function of its name."""
    rng = np.random.default_rng(zlib.crc32(case.name.encode()))
    weights, widths = {}, case.widths()
    for index, (path, kind, arguments) in enumerate(case.named_layers()):
        fan_in, units = widths[index], widths[index + 1]
        if kind == "dense":
            weights[f"{path}.weight"] = dyadic(rng, (units, fan_in), (3 / fan_in) ** 0.5, 256)
            if arguments.get("bias", True):
                weights[f"{path}.bias"] = dyadic(rng, units, 0.25, 256)
        elif kind in ("batch_norm", "layer_norm"):
            weights[f"{path}.weight"] = 1 + dyadic(rng, units, 0.5, 256)
            weights[f"{path}.bias"] = dyadic(rng, units, 0.25, 256)
    samples = sum(case.batches)
    x = dyadic(rng, (samples, case.features), 2, 32)
    if case.loss[0] == "cross_entropy":
        y = rng.integers(0, widths[-1], samples)
    elif case.loss[0] == "binary_cross_entropy":
        y = rng.integers(0, 2, (samples, widths[-1])).astype(float)
    else:
        y = dyadic(rng, (samples, widths[-1]), 2, 32)
    data = Data(weights, x, y)
    while len(data.order) < case.steps:
        # Each epoch in an order of its own, the first as the samples come.
        rows = np.arange(samples) if not data.order else rng.permutation(samples)
        data.order += np.split(rows, np.cumsum(case.batches)[:-1])
    data.order = [rows.tolist() for rows in data.order[: case.steps]]
    if case.arrange:
        case.arrange(data)
    for values in (*data.weights.values(), data.x, data.y):
        assert np.all(values == values.astype(np.float32)), case.name
    return data
