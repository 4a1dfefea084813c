"""Trains a case's network, step by step or by epochs that are watched."""

import numpy as np

from . import monitors, schedules
from .case import Step
from .keras3 import Keras
from .notes import Notes
from .philox import uniform
from .pytorch import Pytorch

ORACLES = {"notes": Notes, "pytorch": Pytorch, "keras": Keras}


def listed(values):
    return np.asarray(values, np.float64).ravel().tolist()


def parameters(network):
    return {name: listed(values) for name, values in network.parameters().items()}


class Run:
    """One flavour's training of a case."""

    def __init__(self, case, data, flavor):
        self.case, self.data, self.flavor = case, data, flavor
        self.network = ORACLES[flavor](case, data.weights)
        self.table = schedules.of_case(case, flavor, self.network.rate)
        if not case.plateau:
            self.network.use_table(self.table)
        self.updates = case.updates_before(flavor)
        self.rates, self.momenta, self.losses = [], [], []

    def step(self, step, factor=1.0):
        """One batch; what a plateau makes of the rate is a factor."""
        case, data, done = self.case, self.data, self.updates[step]
        rows, widths = data.order[step], case.widths()
        draws = {
            layer: uniform(case.seed, stream, step, len(rows), widths[layer])
            for stream, layer in enumerate(case.random_layers())
        }
        self.rates.append(float(self.table.rates[done] * factor))
        if self.table.momenta:
            self.momenta.append(float(self.table.momenta[done]))
        loss = self.network.step(
            Step(
                x=data.x[rows],
                y=data.y[rows],
                weights=None if data.weights_of_samples is None else data.weights_of_samples[rows],
                draws=draws,
                rate=self.rates[-1],
                momentum=self.momenta[-1] if self.momenta else None,
                updates=self.updates[step + 1] > done,
                frozen=case.frozen(done),
            )
        )
        self.losses.append(loss)

    def result(self, **more):
        """What is compared; momenta and updates only where they are about something."""
        assert np.all(np.isfinite(self.losses)), (self.case.name, self.flavor, self.losses)
        result = {"oracle": self.network.oracle, "rates": self.rates}
        if self.momenta:
            result["momenta"] = self.momenta
        if self.case.accumulate > 1:
            result["updates"] = self.updates[1:]
        return result | {"losses": self.losses} | more


def train(case, data, flavor):
    """Trains step by step; returns all that is compared."""
    run, snapshots = Run(case, data, flavor), {}
    for step in range(case.steps):
        run.step(step)
        if step + 1 in (*case.snapshots, case.steps):
            snapshots[str(step + 1)] = parameters(run.network)
    return run.result(snapshots=snapshots, prediction=listed(run.network.predict(data.x)))


def fit(case, data, flavor):
    """Trains epoch by epoch, watched by the loss of the validation part; returns all that is compared."""
    run = Run(case, data, flavor)
    plateau = case.plateau and monitors.PLATEAUS[flavor](run.network.rate, **case.plateau)
    early_stop = case.early_stop and monitors.EARLY_STOPS[flavor](**case.early_stop)
    x, y = data.validation
    rate, metrics, ends = run.network.rate, [], []
    for epoch in range(case.epochs):
        for step in range(epoch * len(case.batches), (epoch + 1) * len(case.batches)):
            run.step(step, rate / run.network.rate)
        metrics.append(monitors.squared_error(run.network.predict(x), y))
        ends.append((parameters(run.network), listed(run.network.predict(data.x))))
        rate = plateau.check(metrics[-1]) if plateau else rate
        if early_stop and early_stop.check(metrics[-1]):
            break
    best = early_stop.best_epoch if early_stop else len(ends)
    assert len(run.losses) >= 20 and (not early_stop or best < len(ends)), (case.name, flavor, len(run.losses), best)
    trained, prediction = ends[best - 1]
    return run.result(validation_losses=metrics, best_epoch=best, parameters=trained, prediction=prediction)
