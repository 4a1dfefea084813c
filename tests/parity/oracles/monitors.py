"""What watches a metric from epoch to epoch: `plateau` lowers the learning rate, `early_stop` ends the training.

PyTorch's and Keras' are theirs, run on an optimizer or model of no meaning; the notes' are written out.
"""

import math
from types import SimpleNamespace

import numpy as np


class NotesPlateau:
    """× factor after `patience` checks in a row without a relative improvement of more than `min_delta`, then `cooldown` checks
    that do not count."""

    oracle = "the notes' rule"

    def __init__(self, base, factor=0.1, patience=10, min_delta=1e-4, cooldown=0, floor=0):
        self.rate, self.factor, self.floor = base, factor, floor
        self.patience, self.min_delta, self.cooldown = patience, min_delta, cooldown
        self.best, self.without, self.grace = math.inf, 0, 0

    def check(self, metric):
        """The rate after an epoch with this metric."""
        better = metric < self.best * (1 - self.min_delta)
        self.best = metric if better else self.best
        self.without = 0 if better or self.grace > 0 else self.without + 1
        self.grace = max(self.grace - 1, 0)
        if self.without >= self.patience:
            self.rate = max(self.rate * self.factor, min(self.floor, self.rate))
            self.without, self.grace = 0, self.cooldown
        return self.rate


class PytorchPlateau:
    oracle = "torch.optim.lr_scheduler.ReduceLROnPlateau"

    def __init__(self, base, factor=0.1, patience=10, min_delta=1e-4, cooldown=0, floor=0):
        import torch
        from torch.optim.lr_scheduler import ReduceLROnPlateau

        self.optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=base)
        given = {"threshold": min_delta, "cooldown": cooldown, "min_lr": floor}
        self.scheduler = ReduceLROnPlateau(self.optimizer, "min", factor, patience, **given)

    def check(self, metric):
        self.scheduler.step(metric)
        return self.optimizer.param_groups[0]["lr"]


class KerasPlateau:
    oracle = "keras.callbacks.ReduceLROnPlateau"

    def __init__(self, base, factor=0.1, patience=10, min_delta=1e-4, cooldown=0, floor=0):
        import keras

        self.model = keras.Sequential()
        self.model.optimizer = keras.optimizers.SGD(base)
        given = {"min_delta": min_delta, "cooldown": cooldown, "min_lr": floor}
        self.callback = keras.callbacks.ReduceLROnPlateau("loss", factor, patience, mode="min", **given)
        self.callback.set_model(self.model)
        self.callback.on_train_begin()
        self.epoch = 0

    def check(self, metric):
        self.callback.on_epoch_end(self.epoch, {"loss": metric})
        self.epoch += 1
        return float(self.model.optimizer.learning_rate)


class NotesEarlyStop:
    """Ends after `patience` checks in a row without an improvement of more than `min_delta`."""

    oracle = "the notes' rule"

    def __init__(self, patience, min_delta=0.0, restore_best=True):
        self.patience, self.min_delta = patience, min_delta
        self.best, self.best_epoch, self.epoch, self.without = math.inf, 1, 0, 0

    def check(self, metric):
        """Whether the training ends after an epoch with this metric."""
        self.epoch += 1
        if metric < self.best - self.min_delta:
            self.best, self.best_epoch, self.without = metric, self.epoch, 0
            return False
        self.without += 1
        return self.without >= self.patience


class KerasEarlyStop:
    oracle = "keras.callbacks.EarlyStopping"

    def __init__(self, patience, min_delta=0.0, restore_best=True):
        import keras

        # Weights are the number of the epoch.
        self.model = SimpleNamespace(stop_training=False, get_weights=lambda: self.epoch, set_weights=self.restore)
        given = {"min_delta": min_delta, "patience": patience, "restore_best_weights": True}
        self.callback = keras.callbacks.EarlyStopping("loss", mode="min", **given)
        self.callback._model = self.model
        self.callback.on_train_begin()
        self.epoch, self.restored = 0, 0

    def restore(self, weights):
        self.restored = weights

    def check(self, metric):
        self.epoch += 1
        self.callback.on_epoch_end(self.epoch - 1, {"loss": metric})
        return self.model.stop_training

    @property
    def best_epoch(self):
        self.callback.on_train_end()
        return self.restored


PLATEAUS = {"notes": NotesPlateau, "pytorch": PytorchPlateau, "keras": KerasPlateau}
# PyTorch has none.
EARLY_STOPS = {"notes": NotesEarlyStop, "pytorch": NotesEarlyStop, "keras": KerasEarlyStop}


def plateau_table(flavor, metrics, arguments):
    """The learning rate's factor after each epoch."""
    plateau = PLATEAUS[flavor](1.0, **arguments)
    return {"oracle": plateau.oracle, "factors": [plateau.check(metric) for metric in metrics]}


def early_stop_table(flavor, metrics, arguments):
    """The epoch after which the training ends, from 1, or none; and the epoch whose weights are given back."""
    rule = EARLY_STOPS[flavor](**arguments)
    stopped = next((epoch for epoch, metric in enumerate(metrics, 1) if rule.check(metric)), None)
    return {"oracle": rule.oracle, "stopped_after": stopped, "best_epoch": rule.best_epoch}


def squared_error(prediction, y):
    """What the monitored loss of a validation part is; the losses that are monitored here are `mse`."""
    return float(np.mean((prediction - y) ** 2))
