#!/usr/bin/env python3
"""Trains the cases in PyTorch, Keras and NumPy, and writes what comes out to `expected/`, which the tests read.

    python generate.py [CASE …]

Needs what `requirements.txt` lists. The tests themselves need no Python.
"""

import json
import os
import sys
from pathlib import Path

os.environ["JAX_ENABLE_X64"] = "1"

import numpy as np

from oracles import initializers
from oracles.case import ALL, data_of
from oracles.cases import CASES, initializers as initializer_cases
from oracles.keras3 import Keras
from oracles.notes import Notes
from oracles.philox import uniform
from oracles.pytorch import Pytorch
from oracles.schedules import rates

EXPECTED = Path(__file__).parent / "expected"
ORACLES = {"notes": Notes, "pytorch": Pytorch, "keras": Keras}


def train(case, data, flavor):
    """Trains the case's network; returns all that is compared."""
    network = ORACLES[flavor](case, data.weights)
    learning_rates = rates(case, flavor, network.rate)
    network.use_rates(learning_rates)
    losses, snapshots = [], {}
    for step, rows in enumerate(data.order):
        widths = case.widths()
        draws = {
            layer: uniform(case.seed, stream, step, len(rows), widths[layer])
            for stream, layer in enumerate(case.random_layers())
        }
        losses.append(network.step(data.x[rows], data.y[rows], learning_rates[step], draws))
        if step + 1 in (*case.snapshots, case.steps):
            snapshots[str(step + 1)] = {name: listed(values) for name, values in network.parameters().items()}
    assert np.all(np.isfinite(losses)), (case.name, flavor, losses)
    return {
        "oracle": network.oracle,
        "rates": [float(rate) for rate in learning_rates],
        "losses": losses,
        "snapshots": snapshots,
        "prediction": listed(network.predict(data.x)),
    }


def listed(values):
    return np.asarray(values, np.float64).ravel().tolist()


def text(value, indent=0):
    """JSON with a line a list, numbers to nine digits."""
    if isinstance(value, dict):
        pad = " " * (indent + 1)
        lines = ",\n".join(f"{pad}{json.dumps(key)}: {text(item, indent + 1)}" for key, item in value.items())
        return f"{{\n{lines}\n{' ' * indent}}}"
    if isinstance(value, list):
        return f"[{','.join(text(item) for item in value)}]"
    if isinstance(value, float):
        shortest = f"{value:.9g}"
        return "-0.0" if shortest == "-0" else shortest
    return json.dumps(value, ensure_ascii=False)


def write(name, value):
    (EXPECTED / f"{name}.json").write_text(text(value) + "\n", encoding="utf-8")


def generate(case):
    data = data_of(case)
    runs = {flavor: train(case, data, flavor) for flavor in case.flavors}
    write(
        case.name,
        {
            "remark": case.remark,
            "weights": {name: listed(values) for name, values in data.weights.items()},
            "features": case.features,
            "x": listed(data.x),
            "y": listed(data.y),
            "order": data.order,
            "runs": runs,
        },
    )
    ends = ", ".join(f"{flavor} {run['losses'][0]:.4g} -> {run['losses'][-1]:.4g}" for flavor, run in runs.items())
    print(f"{case.name}: {ends}", flush=True)


def generate_initializers(wanted):
    expected = {}
    for flavor in ALL:
        for name, tensors in initializer_cases(flavor).items():
            if wanted(name):
                draw = initializers.DRAWS[flavor]
                drawn = {tensor: initializers.moments(draw(*arguments)) for tensor, arguments in tensors}
                expected.setdefault(name, {})[flavor] = drawn
    for name, flavors in expected.items():
        write(f"initializer_{name}", {"moments": flavors})
        print(f"initializer_{name}", flush=True)


def main(names):
    EXPECTED.mkdir(exist_ok=True)
    known = [case.name for case in CASES]
    assert len(set(known)) == len(known)
    for case in CASES:
        if not names or case.name in names:
            generate(case)
    generate_initializers(lambda name: not names or f"initializer_{name}" in names)


if __name__ == "__main__":
    main(sys.argv[1:])
