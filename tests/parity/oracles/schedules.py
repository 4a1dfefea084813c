"""Learning rates, and what schedules make of β, by the number of updates done: the frameworks' own classes where they have
one, else the formulas.

`table` gives both for s = 0, 1, … The notes' formulas are compared with optax wherever it has the schedule.
"""

import functools
import math
from dataclasses import dataclass

import numpy as np

from .case import Epochs

ONE_CYCLE = {"div": 25, "final_div": 1e4, "share": 0.3, "beta": (0.95, 0.85)}


@dataclass
class Table:
    """What holds when s updates are done, by s."""

    rates: list
    # β of momentum and nesterov, β₁ of adam; none where the schedule leaves it.
    momenta: list | None
    # Who computed it.
    oracle: str


# The formulas, as the language defines them: (flavor, η₀, s, arguments) to η.


def constant(flavor, base, s):
    return base


def piecewise(flavor, base, s, pieces):
    # Keras still has the old rate at the boundary itself.
    begun = [rate for boundary, rate in pieces if (s > boundary if flavor == "keras" else s >= boundary)]
    return begun[-1] if begun else base


def exponential(flavor, base, s, rate, every, staircase=False):
    return base * rate ** (s // every if staircase else s / every)


def step(flavor, base, s, every, factor=0.1):
    return base * factor ** (s // every)


def power(flavor, base, s, length, power=1):
    return base / (1 + s / length) ** power


def polynomial(flavor, base, s, length, end=0, power=1):
    return end + (base - end) * (1 - min(s / length, 1)) ** power


def cosine(flavor, base, s, length, floor=0, restarts=False, factor=1, height=1):
    top = base
    while restarts and s >= length:
        s, length, top = s - length, length * factor, floor + (top - floor) * height
    return floor + (top - floor) * (1 + math.cos(math.pi * min(s / length, 1))) / 2


def half_cosine(begin, end, share):
    return end + (begin - end) * (1 + math.cos(math.pi * share)) / 2


def cycle(flavor, s, length, begin, middle, end):
    # PyTorch counts so that both ends come one update sooner.
    sooner = 1 if flavor == "pytorch" else 0
    top, last = ONE_CYCLE["share"] * length - sooner, length - sooner
    if s <= top:
        return half_cosine(begin, middle, s / top)
    return half_cosine(middle, end, (min(s, last) - top) / (last - top))


def one_cycle(flavor, base, s, length, max):
    begin = max / ONE_CYCLE["div"]
    return cycle(flavor, s, length, begin, max, begin / ONE_CYCLE["final_div"])


def one_cycle_momentum(flavor, s, length, max):
    high, low = ONE_CYCLE["beta"]
    return cycle(flavor, s, length, high, low, high)


FORMULAS = {
    formula.__name__: formula
    for formula in (constant, piecewise, exponential, step, power, polynomial, cosine, one_cycle)
}


def formula(flavor, base, s, name, arguments, warmup=None):
    rate = functools.partial(FORMULAS[name], flavor, base, **arguments)
    if warmup is None:
        return rate(s)
    length, start = warmup
    return start + (rate(0) - start) * s / length if s < length else rate(s - length)


# PyTorch: (η₀, arguments) to its scheduler for an optimizer and the greatest s that it is good for; or nothing.


def of_torch(base, name, arguments):
    from torch.optim import lr_scheduler

    unlimited = math.inf
    if name == "constant":
        return lr_scheduler.LambdaLR, (lambda s: 1.0,), unlimited
    if name == "piecewise":
        boundaries, rates = zip(*arguments["pieces"])
        ratios = np.divide(rates, (base, *rates[:-1]))
        # It knows one factor for all boundaries.
        if np.ptp(ratios) < 1e-12:
            return lr_scheduler.MultiStepLR, (boundaries, ratios[0]), unlimited
    if name == "exponential" and arguments.get("staircase"):
        return lr_scheduler.StepLR, (arguments["every"], arguments["rate"]), unlimited
    if name == "exponential":
        return lr_scheduler.ExponentialLR, (arguments["rate"] ** (1 / arguments["every"]),), unlimited
    if name == "step":
        return lr_scheduler.StepLR, (arguments["every"], arguments.get("factor", 0.1)), unlimited
    if name == "polynomial" and not arguments.get("end"):
        return lr_scheduler.PolynomialLR, (arguments["length"], arguments.get("power", 1)), unlimited
    if name == "cosine" and not arguments.get("restarts"):
        # Beyond its length it rises again.
        return lr_scheduler.CosineAnnealingLR, (arguments["length"], arguments.get("floor", 0)), arguments["length"]
    if name == "cosine" and arguments.get("height", 1) == 1:
        given = arguments["length"], arguments.get("factor", 1), arguments.get("floor", 0)
        return lr_scheduler.CosineAnnealingWarmRestarts, given, unlimited
    if name == "one_cycle":
        # One update later it would go beyond its end, then it refuses.
        return lr_scheduler.OneCycleLR, (arguments["max"], arguments["length"]), arguments["length"] - 1
    return None


def torch_table(base, count, name, arguments, warmup):
    import torch
    from torch.optim import lr_scheduler

    found = of_torch(base, name, arguments)
    # Its linear warm-up cannot begin with a rate of 0, and its one_cycle sets the rate that the warm-up starts from.
    if found is None or warmup and (warmup[1] == 0 or name == "one_cycle"):
        return None
    scheduler, given, limit = found
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=base, momentum=0.5)
    if warmup:
        length, start = warmup
        linear = lr_scheduler.LinearLR(optimizer, start / base, total_iters=length)
        running = lr_scheduler.SequentialLR(optimizer, [linear, scheduler(optimizer, *given)], [length])
        label, limit = f"LinearLR, {scheduler.__name__}", limit + length
    else:
        running, label = scheduler(optimizer, *given), scheduler.__name__
    rates, momenta = [], []
    for _ in range(min(count, limit + 1)):
        (group,) = optimizer.param_groups
        rates.append(group["lr"])
        momenta.append(group["momentum"])
        optimizer.step()
        if len(rates) <= limit:
            running.step()
    return Table(rates, momenta if name == "one_cycle" else None, label)


# Keras: (η₀, arguments) to its schedule, or nothing.


def of_keras(base, name, arguments, warmup):
    from keras.optimizers import schedules

    if warmup:
        length, start = warmup
        # Only this one knows a warm-up.
        if name != "cosine" or arguments.get("restarts"):
            return None
        given = arguments["length"], arguments.get("floor", 0) / base
        return schedules.CosineDecay(float(start), *given, warmup_target=base, warmup_steps=length)
    if name == "piecewise":
        boundaries, rates = zip(*arguments["pieces"])
        return schedules.PiecewiseConstantDecay(boundaries, (base, *rates))
    if name == "exponential":
        return schedules.ExponentialDecay(base, arguments["every"], arguments["rate"], arguments.get("staircase", False))
    if name == "step":
        return schedules.ExponentialDecay(base, arguments["every"], arguments.get("factor", 0.1), True)
    if name == "power" and arguments.get("power", 1) == 1:
        return schedules.InverseTimeDecay(base, arguments["length"], 1.0)
    if name == "polynomial":
        return schedules.PolynomialDecay(base, arguments["length"], arguments.get("end", 0), arguments.get("power", 1))
    if name == "cosine" and arguments.get("restarts"):
        given = arguments.get("factor", 1), arguments.get("height", 1), arguments.get("floor", 0) / base
        return schedules.CosineDecayRestarts(base, arguments["length"], *map(float, given))
    if name == "cosine":
        return schedules.CosineDecay(base, arguments["length"], arguments.get("floor", 0) / base)
    return None


def keras_table(base, count, name, arguments, warmup):
    schedule = of_keras(base, name, arguments, warmup)
    return schedule and Table([float(schedule(s)) for s in range(count)], None, type(schedule).__name__)


# optax, for the notes: (η₀, arguments) to its schedule, or nothing.


def of_optax(base, name, arguments):
    import optax

    if name == "piecewise":
        boundaries, rates = zip(*arguments["pieces"])
        return optax.piecewise_constant_schedule(base, dict(zip(boundaries, np.divide(rates, (base, *rates[:-1])))))
    if name in ("exponential", "step"):
        stairs = name == "step" or arguments.get("staircase", False)
        rate = arguments["rate"] if name == "exponential" else arguments.get("factor", 0.1)
        return optax.exponential_decay(base, arguments["every"], rate, staircase=stairs)
    if name == "polynomial":
        return optax.polynomial_schedule(base, arguments.get("end", 0), arguments.get("power", 1), arguments["length"])
    if name == "cosine" and not arguments.get("restarts"):
        return optax.cosine_decay_schedule(base, arguments["length"], arguments.get("floor", 0) / base)
    # It knows no top between two updates.
    if name == "one_cycle" and (ONE_CYCLE["share"] * arguments["length"]).is_integer():
        cycle = (ONE_CYCLE["share"], ONE_CYCLE["div"], ONE_CYCLE["final_div"])
        return optax.cosine_onecycle_schedule(arguments["length"], arguments["max"], *cycle)
    return None


def check_by_optax(rates, base, name, arguments, warmup):
    import optax

    schedule = of_optax(base, name, arguments)
    if schedule is None:
        return
    if warmup:
        length, start = warmup
        first = formula("notes", base, 0, name, arguments)
        schedule = optax.join_schedules([optax.linear_schedule(start, first, length), schedule], [length])
    found = [float(schedule(s)) for s in range(len(rates))]
    # It computes some schedules in `float32`.
    np.testing.assert_allclose(found, rates, rtol=1e-5, atol=1e-6 * max(rates), err_msg=name)


def formula_table(flavor, base, count, name, arguments, warmup):
    rates = [formula(flavor, base, s, name, arguments, warmup) for s in range(count)]
    momenta = None
    if name == "one_cycle":
        begin = warmup[0] if warmup else 0
        momenta = [one_cycle_momentum(flavor, max(s - begin, 0), **arguments) for s in range(count)]
    return Table([float(rate) for rate in rates], momenta, "the formula")


def table(flavor, base, count, name, arguments, warmup=None):
    """s = 0, 1, …, count − 1; the framework's own class as far as it goes, continued by the formula."""
    expected = formula_table(flavor, base, count, name, arguments, warmup)
    found = None
    if flavor == "notes":
        check_by_optax(expected.rates, base, name, arguments, warmup)
    elif flavor == "pytorch":
        found = torch_table(base, count, name, arguments, warmup)
    elif flavor == "keras":
        found = keras_table(base, count, name, arguments, warmup)
    if not found:
        return expected
    # The framework's class is what the formula is about.
    own = len(found.rates)
    np.testing.assert_allclose(found.rates, expected.rates[:own], rtol=1e-9, atol=1e-15, err_msg=f"{flavor} {name}")
    found.rates += expected.rates[own:]
    if found.momenta:
        np.testing.assert_allclose(found.momenta, expected.momenta[:own], rtol=1e-9, err_msg=f"{flavor} {name}")
        found.momenta += expected.momenta[own:]
    if own < count:
        found.oracle += f" up to s = {own - 1}, then its end"
    return found


def in_epochs(arguments):
    """Whether a schedule counts epochs, and its arguments with plain numbers."""
    pieces = arguments.get("pieces", [])
    lengths = [*arguments.values(), *(length for length, _ in pieces)]
    counted = any(isinstance(length, Epochs) for length in lengths)
    plain = lambda value: value.count if isinstance(value, Epochs) else value
    arguments = {name: plain(value) for name, value in arguments.items()}
    if pieces:
        arguments["pieces"] = [(plain(length), rate) for length, rate in pieces]
    return counted, arguments


def of_case(case, flavor, base):
    """The case's rates and momenta, by updates done."""
    name, (counted, arguments) = case.schedule[0], in_epochs(case.schedule[1])
    counts = range(case.steps + 1)
    if counted:
        # By whole epochs.
        counts = [s // case.updates_per_epoch() for s in counts]
    found = table(flavor, base, max(counts) + 1, name, arguments, case.warmup)
    momenta = found.momenta and [found.momenta[count] for count in counts]
    return Table([found.rates[count] for count in counts], momenta, found.oracle)
