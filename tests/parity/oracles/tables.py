"""What is compared without training: schedules by the number of updates done, plateau and early stopping by scripted metrics."""

import math

from .case import ALL, Epochs

NAN = math.nan
LENGTH = 20
# Each: its name, η₀, the schedule, the warm-up, and how many s.
SCHEDULES = [
    (name, 0.1, schedule, warmup, 2 * LENGTH + 1)
    for name, schedule, warmup in [
        ("constant", ("constant", {}), None),
        ("piecewise", ("piecewise", {"pieces": [(8, 1e-2), (16, 1e-3)]}), None),
        ("piecewise_unequal", ("piecewise", {"pieces": [(1, 0.2), (5, 0.01), (30, 0.02)]}), None),
        ("exponential", ("exponential", {"rate": 0.7, "every": LENGTH}), None),
        ("exponential_fast", ("exponential", {"rate": 0.5, "every": 3}), None),
        ("exponential_staircase", ("exponential", {"rate": 0.7, "every": 6, "staircase": True}), None),
        ("step", ("step", {"every": 7}), None),
        ("step_factor", ("step", {"factor": 0.5, "every": 1}), None),
        ("power", ("power", {"length": LENGTH}), None),
        ("power_squared", ("power", {"length": 5, "power": 2}), None),
        ("power_root", ("power", {"length": 5, "power": 0.5}), None),
        ("polynomial", ("polynomial", {"length": LENGTH}), None),
        ("polynomial_to_end", ("polynomial", {"length": LENGTH, "end": 0.01}), None),
        ("polynomial_cubed", ("polynomial", {"length": 13, "end": 0.01, "power": 3}), None),
        ("polynomial_root", ("polynomial", {"length": LENGTH, "power": 0.5}), None),
        ("cosine", ("cosine", {"length": LENGTH}), None),
        ("cosine_floor", ("cosine", {"length": LENGTH, "floor": 0.01}), None),
        ("cosine_restarts", ("cosine", {"length": 7, "restarts": True}), None),
        ("cosine_restarts_longer", ("cosine", {"length": 5, "floor": 0.01, "restarts": True, "factor": 2}), None),
        (
            "cosine_restarts_lower",
            ("cosine", {"length": 5, "floor": 0.01, "restarts": True, "factor": 2, "height": 0.5}),
            None,
        ),
        ("cosine_restarts_by_three", ("cosine", {"length": 3, "restarts": True, "factor": 3, "height": 0.8}), None),
        ("one_cycle", ("one_cycle", {"length": LENGTH, "max": 0.5}), None),
        # The top lies between two updates.
        ("one_cycle_between", ("one_cycle", {"length": 17, "max": 0.1}), None),
        ("warmup", ("constant", {}), (5, 0)),
        ("warmup_start", ("constant", {}), (5, 0.02)),
        ("warmup_piecewise", ("piecewise", {"pieces": [(8, 1e-2), (16, 1e-3)]}), (5, 0.01)),
        ("warmup_exponential", ("exponential", {"rate": 0.7, "every": 5}), (5, 0.01)),
        ("warmup_staircase", ("exponential", {"rate": 0.7, "every": 5, "staircase": True}), (3, 0.01)),
        ("warmup_step", ("step", {"factor": 0.5, "every": 6}), (1, 0.01)),
        ("warmup_power", ("power", {"length": 10}), (5, 0.01)),
        ("warmup_polynomial", ("polynomial", {"length": LENGTH, "power": 2}), (5, 0.01)),
        ("warmup_cosine", ("cosine", {"length": LENGTH, "floor": 0.01}), (5, 1e-4)),
        ("warmup_cosine_from_0", ("cosine", {"length": LENGTH}), (5, 0)),
        ("warmup_cosine_restarts", ("cosine", {"length": 5, "restarts": True, "factor": 2}), (5, 0.01)),
        ("warmup_one_cycle", ("one_cycle", {"length": LENGTH, "max": 0.5}), (4, 0.001)),
    ]
]


def value(item):
    if isinstance(item, Epochs):
        return f"epochs({item.count})"
    return str(item).lower() if isinstance(item, bool) else f"{item:g}"


def steps(length):
    return value(length) if isinstance(length, Epochs) else f"steps({length})"


def written_schedule(name, arguments):
    """A schedule in the language."""
    if name == "piecewise":
        return f"piecewise([{', '.join(f'({steps(length)}, {value(rate)})' for length, rate in arguments['pieces'])}])"
    lengths = {"every", "length"}
    given = [f"{key} = {steps(item) if key in lengths else value(item)}" for key, item in arguments.items()]
    return f"{name}({', '.join(given)})" if given else name


def written_warmup(length, start):
    return f"(length = {steps(length)}, start = {value(start)})" if start else steps(length)


def written(base, schedule, warmup):
    """The recipe of a row of `SCHEDULES`."""
    lines = [f"optimizer = momentum(lr = {base:g});", f"schedule = {written_schedule(*schedule)};"]
    return " ".join(lines + ([f"warmup = {written_warmup(*warmup)};"] if warmup else []))


def written_arguments(arguments):
    return ", ".join(f"{key} = {value(item)}" for key, item in arguments.items())


# Each: its name, arguments, the metric after each epoch, and the flavours. Metrics are exact in `float32`, and so are sums with
# min_delta where those are to be exactly equal.

FALLING = [1, 0.5, 0.25, 0.125]
FLAT = [0.125] * 16
# Relative to the best so far, 4, exactly 1/8 better; then more.
RELATIVE = [4, 3.5, 4, 3.5, 3.484375, 3.484375, 3.5, 3.0625, 3.046875, 3.046875, 3, 3]
# Absolutely, exactly 1/8 better; then more.
ABSOLUTE = [4, 3.875, 4, 3.875, 3.859375, 3.75, 3.734375, 3.734375, 3.625, 3.609375, 3.609375, 3.5]
WITH_NAN = [1, NAN, 0.5, NAN, NAN, NAN, 0.25, 0.5, NAN, 0.5, 0.125, NAN]
WAVE = [1, 0.75, 0.875, 0.75, 0.5, 0.625, 0.75, 0.5, 0.375, 0.5, 0.625, 0.75, 0.875, 1, 0.25, 0.5, 0.5, 0.5]
FIRST_NAN = [NAN, 1, 0.5, 0.5, 0.5, NAN, 0.25, 0.25]

PLATEAUS = [
    (name, arguments, metrics, ALL)
    for name, arguments, metrics in [
        ("falls", {"patience": 2}, [*FALLING, 0.0625, 0.03125]),
        ("ties", {"factor": 0.5, "patience": 2}, FALLING + FLAT),
        ("patience_of_one", {"factor": 0.5, "patience": 1}, FALLING + FLAT),
        ("patience_default", {}, FALLING + FLAT + FLAT),
        ("wave", {"factor": 0.5, "patience": 2, "min_delta": 0}, WAVE),
        ("exactly_relative", {"factor": 0.5, "patience": 2, "min_delta": 0.125}, RELATIVE),
        ("exactly_absolute", {"factor": 0.5, "patience": 2, "min_delta": 0.125}, ABSOLUTE),
        ("cooldown_0", {"factor": 0.5, "patience": 2, "cooldown": 0}, FALLING + FLAT),
        ("cooldown_1", {"factor": 0.5, "patience": 2, "cooldown": 1}, FALLING + FLAT),
        ("cooldown_2", {"factor": 0.5, "patience": 2, "cooldown": 2}, FALLING + FLAT),
        ("cooldown_2_wave", {"factor": 0.5, "patience": 1, "min_delta": 0, "cooldown": 2}, WAVE),
        ("floor", {"factor": 0.25, "patience": 1, "floor": 0.125}, FALLING + FLAT),
        ("floor_with_cooldown", {"factor": 0.25, "patience": 1, "floor": 0.125, "cooldown": 1}, FALLING + FLAT),
        ("nan", {"factor": 0.5, "patience": 2}, WITH_NAN),
    ]
] + [("nan_first", {"factor": 0.5, "patience": 2}, FIRST_NAN, ("notes", "pytorch"))]

EARLY_STOPS = [
    (name, arguments, metrics, ("notes", "keras"))
    for name, arguments, metrics in [
        ("falls", {"patience": 2}, FALLING),
        ("ties", {"patience": 2}, FALLING + FLAT),
        ("patience_of_one", {"patience": 1}, WAVE),
        ("wave", {"patience": 3}, WAVE),
        ("wave_longer", {"patience": 5}, WAVE),
        ("wave_to_the_end", {"patience": 6}, WAVE),
        ("exactly_min_delta", {"patience": 2, "min_delta": 0.125}, ABSOLUTE),
        ("more_than_min_delta", {"patience": 3, "min_delta": 0.125}, ABSOLUTE),
        ("nan", {"patience": 3}, WITH_NAN),
        ("nan_longer", {"patience": 4}, WITH_NAN),
        ("only_nan", {"patience": 3}, [1, *[NAN] * 5]),
    ]
] + [("nan_first", {"patience": 3}, FIRST_NAN, ("notes",))]
