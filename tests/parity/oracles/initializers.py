"""Moments of large samples drawn by the frameworks' initialisers (for the notes: by NumPy, from the notes' table)."""

import math

import numpy as np

SHAPE = (2000, 2000)


def moments(values):
    """Deviation, kurtosis and greatest size: they tell scale, uniform, normal and truncated normal apart."""
    values = np.asarray(values, np.float64).ravel()
    deviation = values.std()
    return {
        "deviation": float(deviation),
        "kurtosis": float(((values / deviation) ** 4).mean()),
        "greatest": float(np.abs(values).max()),
    }


# Each: (family, normal or uniform, fan_in, fan_out, fan, gain, truncated) to a large sample. Family `auto` is what a dense
# layer begins with where nothing is said.


def notes(family, kind, fan_in, fan_out, fan, gain, truncated):
    rng = np.random.default_rng(5)
    fan = {"in": fan_in, "out": fan_out, "average": (fan_in + fan_out) / 2}[fan]
    deviation = gain / math.sqrt(fan)
    if kind == "uniform":
        return rng.uniform(-math.sqrt(3) * deviation, math.sqrt(3) * deviation, SHAPE)
    if not truncated:
        return rng.normal(0, deviation, SHAPE)
    deviation /= 0.87962566103423978
    values = rng.normal(0, deviation, SHAPE)
    while (outside := np.abs(values) > 2 * deviation).any():
        values[outside] = rng.normal(0, deviation, outside.sum())
    return values


def pytorch(family, kind, fan_in, fan_out, fan, gain, truncated):
    import torch
    from torch import nn

    torch.manual_seed(5)
    # Fans are those of the tensor: as many rows of this width as make a large sample.
    draw = {
        ("xavier", "normal"): lambda w: nn.init.xavier_normal_(w, gain),
        ("xavier", "uniform"): lambda w: nn.init.xavier_uniform_(w, gain),
    }.get((family, kind))
    if family == "auto":
        draw = lambda w: nn.Linear(fan_in, fan_out).weight.detach()
    elif truncated:
        # PyTorch draws truncated normals, but derives no deviation from fans.
        scaled_by = {"in": fan_in, "out": fan_out, "average": (fan_in + fan_out) / 2}[fan]
        deviation = gain / math.sqrt(scaled_by) / 0.87962566103423978
        draw = lambda w: nn.init.trunc_normal_(w, 0.0, deviation, -2 * deviation, 2 * deviation)
    elif draw is None:
        # A leaky slope a with gain √(2/(1+a²)); a = 1 is lecun's gain of 1, a = 0 he's √2.
        slope = math.sqrt(max(2 / gain**2 - 1, 0))
        function = nn.init.kaiming_normal_ if kind == "normal" else nn.init.kaiming_uniform_
        draw = lambda w: function(w, a=slope, mode=f"fan_{fan}", nonlinearity="leaky_relu")
    times = SHAPE[0] * SHAPE[1] // (fan_in * fan_out)
    return np.concatenate([draw(torch.empty(fan_out, fan_in)).numpy().ravel() for _ in range(times)])


def keras(family, kind, fan_in, fan_out, fan, gain, truncated):
    from keras import config, initializers, layers, utils

    # Whatever ran before.
    config.set_floatx("float64")
    config.set_dtype_policy("float64")
    times = SHAPE[0] * SHAPE[1] // (fan_in * fan_out)
    if family == "auto":
        utils.set_random_seed(5)
        initializer = layers.Dense(fan_out).kernel_initializer
        return np.concatenate([np.array(initializer.clone()((fan_in, fan_out))).ravel() for _ in range(times)])
    mode = {"in": "fan_in", "out": "fan_out", "average": "fan_avg"}[fan]
    own = {
        ("xavier", "normal", "average", 1.0): initializers.GlorotNormal,
        ("xavier", "uniform", "average", 1.0): initializers.GlorotUniform,
        ("he", "normal", "in", math.sqrt(2)): initializers.HeNormal,
        ("he", "uniform", "in", math.sqrt(2)): initializers.HeUniform,
        ("lecun", "normal", "in", 1.0): initializers.LecunNormal,
        ("lecun", "uniform", "in", 1.0): initializers.LecunUniform,
    }.get((family, kind, fan, gain))
    distribution = "uniform" if kind == "uniform" else "truncated_normal" if truncated else "untruncated_normal"
    if distribution == "untruncated_normal":
        own = None
    make = own or (lambda seed: initializers.VarianceScaling(gain**2, mode, distribution, seed=seed))
    return np.concatenate([np.array(make(seed=seed)((fan_in, fan_out))).ravel() for seed in range(times)])


DRAWS = {"notes": notes, "pytorch": pytorch, "keras": keras}
