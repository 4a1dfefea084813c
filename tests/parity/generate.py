#!/usr/bin/env python3
"""Trains the cases in PyTorch, Keras and NumPy, and writes what comes out to `expected/`, which the tests read; and
tables of schedules and of what watches a metric to `tables/`.

    python generate.py [CASE …] [tables]

Needs what `requirements.txt` lists. The tests themselves need no Python.
"""

import json
import math
import os
import sys
from pathlib import Path

os.environ["JAX_ENABLE_X64"] = "1"

from oracles import initializers, monitors, schedules
from oracles.case import ALL, data_of
from oracles.cases import CASES, initializers as initializer_cases
from oracles.run import fit, listed, train
from oracles.tables import EARLY_STOPS, PLATEAUS, SCHEDULES, written, written_arguments
from oracles.techniques import TECHNIQUES

import keras

EXPECTED = Path(__file__).parent / "expected"
TABLES = Path(__file__).parent / "tables"


def text(value, digits=9, indent=0):
    """JSON with a line a list of numbers, which are given to so many digits or, without, exactly."""
    if isinstance(value, dict):
        pad = " " * (indent + 1)
        lines = ",\n".join(f"{pad}{json.dumps(key)}: {text(item, digits, indent + 1)}" for key, item in value.items())
        return f"{{\n{lines}\n{' ' * indent}}}"
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        pad = " " * (indent + 1)
        lines = ",\n".join(f"{pad}{text(item, digits, indent + 1)}" for item in value)
        return f"[\n{lines}\n{' ' * indent}]"
    if isinstance(value, list):
        return f"[{','.join(text(item, digits) for item in value)}]"
    if isinstance(value, float):
        # JSON knows no NaN.
        shortest = "null" if math.isnan(value) else f"{value:.{digits}g}" if digits else repr(float(value))
        return "-0.0" if shortest == "-0" else shortest
    return json.dumps(value, ensure_ascii=False)


def write(folder, name, value, digits=9):
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(text(value, digits) + "\n", encoding="utf-8")


def generate(case):
    data = data_of(case)
    runs = {flavor: (fit if case.epochs else train)(case, data, flavor) for flavor in case.flavors}
    expected = {
        "remark": case.remark,
        "weights": {name: listed(values) for name, values in data.weights.items()},
        "features": case.features,
        "x": listed(data.x),
        "y": listed(data.y),
    }
    if case.sample_weights:
        expected["sample_weights"] = listed(data.weights_of_samples)
    if case.epochs:
        expected["validation"] = {"x": listed(data.validation[0]), "y": listed(data.validation[1])}
    if case.counts_epochs():
        expected["steps_per_epoch"] = len(case.batches)
    write(EXPECTED, case.name, expected | {"order": data.order, "runs": runs})
    ends = ", ".join(f"{flavor} {run['losses'][0]:.4g} -> {run['losses'][-1]:.4g}" for flavor, run in runs.items())
    print(f"{case.name}: {ends}", flush=True)


def generate_tables():
    """Exact numbers: a formula of a scalar has to agree to the last few digits."""
    keras.config.set_floatx("float64")
    rows = [
        {"name": name, "recipe": written(base, schedule, warmup)}
        | {"runs": {flavor: table_of(flavor, base, schedule, warmup, count) for flavor in ALL}}
        for name, base, schedule, warmup, count in SCHEDULES
    ]
    write(TABLES, "schedules", rows, None)
    for file, rows, table, recipe in [
        ("plateau", PLATEAUS, monitors.plateau_table, "schedule = plateau({});"),
        ("early_stop", EARLY_STOPS, monitors.early_stop_table, "early_stop = ({});"),
    ]:
        tables = [
            {"name": name, "recipe": recipe.format(written_arguments(arguments)), "metrics": metrics}
            | {"runs": {flavor: table(flavor, metrics, arguments) for flavor in flavors}}
            for name, arguments, metrics, flavors in rows
        ]
        write(TABLES, file, tables, None)
    print("tables", flush=True)


def table_of(flavor, base, schedule, warmup, count):
    table = schedules.table(flavor, base, count, *schedule, warmup)
    momenta = {"momenta": table.momenta} if table.momenta else {}
    return {"oracle": table.oracle, "rates": table.rates} | momenta


def generate_initializers(wanted):
    expected = {}
    for flavor in ALL:
        for name, tensors in initializer_cases(flavor).items():
            if wanted(name):
                draw = initializers.DRAWS[flavor]
                drawn = {tensor: initializers.moments(draw(*arguments)) for tensor, arguments in tensors}
                expected.setdefault(name, {})[flavor] = drawn
    for name, flavors in expected.items():
        write(EXPECTED, f"initializer_{name}", {"moments": flavors})
        print(f"initializer_{name}", flush=True)


def main(names):
    cases = [*CASES, *TECHNIQUES]
    assert len({case.name for case in cases}) == len(cases)
    for case in cases:
        if not names or case.name in names:
            generate(case)
    generate_initializers(lambda name: not names or f"initializer_{name}" in names)
    if not names or "tables" in names:
        generate_tables()


if __name__ == "__main__":
    main(sys.argv[1:])
