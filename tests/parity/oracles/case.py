"""What a case is, and the weights and samples that it begins with."""

import zlib
from dataclasses import dataclass, field
from typing import Callable

import numpy as np

ALL = ("notes", "pytorch", "keras")


@dataclass(frozen=True)
class Epochs:
    """A length in epochs, `epochs(n)` in the language; a plain number is one in updates, `steps(n)`."""

    count: int


@dataclass(frozen=True)
class Case:
    """A small network, how it is trained, and on what.

    Names and arguments are those of the `.dlm` file of the same name. What is not given is the framework's own default, so
    that defaults are compared too.
    """

    name: str
    # Each a kind and its arguments, or the name of a statement and its layers.
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
    # Length and first rate.
    warmup: tuple | None = None
    # One weight a sample.
    sample_weights: bool = False
    # Batches whose gradients make one update.
    accumulate: int = 1
    # The decay of a moving average of the weights.
    average: float | None = None
    # Names of statements to factors of the learning rate.
    lr_scale: dict = field(default_factory=dict)
    # Names of statements that do not learn; and after how long they do.
    freeze: tuple = ()
    unfreeze: tuple = ()
    l1: float = 0.0
    l2: float = 0.0
    max_norm: float | None = None
    # PyTorch: the penalty as the optimizer's `weight_decay` instead of as a term of the loss.
    weight_decay: bool = False
    clip: tuple | None = None
    # Trained by `fit`, which watches the loss of a validation part: arguments of `plateau` and of `early_stop`.
    epochs: int = 0
    plateau: dict | None = None
    early_stop: dict | None = None
    seed: int = 0
    # Changes the data before training.
    arrange: Callable | None = None
    precision: str = "float64"
    # Printed into the table: what cannot agree.
    remark: str = ""

    def named_layers(self):
        """Each layer with its path, as the language names it: `dense`, `relu`, `dense_2`, in a statement `h1.dense`."""
        counts = {}
        for name, layers in self.statements():
            for kind, arguments in layers:
                path = f"{name}.{kind}" if name else kind
                counts[path] = counts.get(path, 0) + 1
                yield (path if counts[path] == 1 else f"{path}_{counts[path]}"), kind, arguments

    def statements(self):
        """Names of statements, or none, with their layers."""
        for name, content in self.layers:
            yield (name, content) if isinstance(content, list) else ("", [(name, content)])

    def widths(self):
        """Features before each layer, and after the last."""
        widths = [self.features]
        for _, kind, arguments in self.named_layers():
            widths.append(arguments["units"] if kind == "dense" else widths[-1])
        return widths

    def random_layers(self):
        """The indices of the layers that draw, in order: their streams are counted from 0."""
        return [index for index, (_, kind, _) in enumerate(self.named_layers()) if kind in ("dropout", "rrelu")]

    def frozen(self, updates):
        """The paths of the layers that do not learn when so many updates are done."""
        ends = {name: self.in_updates(length) for name, length in self.unfreeze}
        names = [name for name in self.freeze if updates < ends.get(name, np.inf)]
        return {path for path, _, _ in self.named_layers() if path.split(".")[0] in names}

    def scale(self, path):
        """The factor of the learning rate of a layer or parameter."""
        return self.lr_scale.get(path.split(".")[0], 1.0)

    def counts_epochs(self):
        """Whether it matters where an epoch ends."""
        lengths = [*self.schedule[1].values(), *(length for _, length in self.unfreeze)]
        lengths += [length for length, _ in self.schedule[1].get("pieces", [])]
        return self.epochs or self.accumulate > 1 or any(isinstance(length, Epochs) for length in lengths)

    def updates_per_epoch(self):
        return -(-len(self.batches) // self.accumulate)

    def in_updates(self, length):
        return length.count * self.updates_per_epoch() if isinstance(length, Epochs) else length

    def updates_before(self, flavor):
        """The number of updates done before each step, and after the last."""
        done, gathered, before = 0, 0, []
        for step in range(self.steps):
            before.append(done)
            gathered += 1
            # Keras keeps what is left over at the end of an epoch for the next one.
            ends_epoch = flavor != "keras" and (step + 1) % len(self.batches) == 0
            if gathered == self.accumulate or ends_epoch:
                done, gathered = done + 1, 0
        return [*before, done]


@dataclass
class Data:
    """Initial weights by name, in the order of a weights file, and samples. All are exact in `float32`."""

    weights: dict
    x: np.ndarray
    y: np.ndarray
    # The rows of each step.
    order: list = field(default_factory=list)
    # Of each sample.
    weights_of_samples: np.ndarray | None = None
    # Samples that are not trained on.
    validation: tuple | None = None


@dataclass
class Step:
    """One batch, and what holds while it is trained on."""

    x: np.ndarray
    y: np.ndarray
    # Of each sample, or none.
    weights: np.ndarray | None
    # Random numbers of a layer, by its index.
    draws: dict
    rate: float
    # What a schedule makes of β, or none.
    momentum: float | None
    # Whether the gradients gathered so far are applied after this batch.
    updates: bool
    # The layers that do not learn.
    frozen: set


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
    data = Data(weights, *samples_of(case, rng, samples))
    if case.sample_weights:
        data.weights_of_samples = dyadic(rng, samples, 1.5, 32) + 2
        data.weights_of_samples[1::5] = 0
    while len(data.order) < case.steps:
        # Each epoch in an order of its own, the first as the samples come; what is trained by `fit` always so.
        rows = np.arange(samples) if not data.order or case.epochs else rng.permutation(samples)
        data.order += np.split(rows, np.cumsum(case.batches)[:-1])
    data.order = [rows.tolist() for rows in data.order[: case.steps]]
    if case.epochs:
        data.validation = samples_of(case, rng, samples)
    if case.arrange:
        case.arrange(data)
    for values in (*data.weights.values(), data.x, data.y):
        assert np.all(values == values.astype(np.float32)), case.name
    return data


def samples_of(case, rng, samples):
    """Inputs and targets."""
    units = case.widths()[-1]
    x = dyadic(rng, (samples, case.features), 2, 32)
    if case.loss[0] == "cross_entropy":
        return x, rng.integers(0, units, samples)
    if case.loss[0] == "binary_cross_entropy":
        return x, rng.integers(0, 2, (samples, units)).astype(float)
    return x, dyadic(rng, (samples, units), 2, 32)
