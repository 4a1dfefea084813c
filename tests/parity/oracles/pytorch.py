"""PyTorch: its layers, losses, optimizers and functions that clip, in `float64`."""

import numpy as np
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

torch.set_default_dtype(torch.float64)


class Dropout(nn.Module):
    """`nn.Dropout` with given draws; its own cannot be given any."""

    def __init__(self, rate):
        super().__init__()
        self.rate, self.draws = rate, None

    def forward(self, x):
        return torch.where(self.draws < self.rate, 0.0, x / (1 - self.rate)) if self.training else x


class RReLU(nn.RReLU):
    """`nn.RReLU` with given draws in training; in prediction it is PyTorch's own."""

    def forward(self, x):
        if not self.training:
            return super().forward(x)
        slopes = self.lower + (self.upper - self.lower) * self.draws
        return torch.where(x > 0, x, slopes * x)


def batch_norm(width, momentum=None, eps=None):
    # PyTorch's momentum is the new batch's share.
    given = {} if momentum is None else {"momentum": 1 - momentum}
    return nn.BatchNorm1d(width, **given, **({} if eps is None else {"eps": eps}))


def renamed(new_name, **given):
    return {new_name.get(name, name): value for name, value in given.items()}


MODULES = {
    "dense": lambda width, units, bias=True: nn.Linear(width, units, bias),
    "batch_norm": batch_norm,
    "layer_norm": lambda width, **given: nn.LayerNorm(width, **given),
    "dropout": lambda width, rate: Dropout(rate),
    "identity": lambda width: nn.Identity(),
    "relu": lambda width: nn.ReLU(),
    "sigmoid": lambda width: nn.Sigmoid(),
    "tanh": lambda width: nn.Tanh(),
    "leaky_relu": lambda width, **given: nn.LeakyReLU(**renamed({"alpha": "negative_slope"}, **given)),
    "rrelu": lambda width, **given: RReLU(**given),
    "prelu": lambda width, shared=True, **given: nn.PReLU(1 if shared else width, **given),
    "elu": lambda width, **given: nn.ELU(**given),
    "selu": lambda width: nn.SELU(),
    "gelu": lambda width, **given: nn.GELU(**given),
    "silu": lambda width: nn.SiLU(),
    "softplus": lambda width: nn.Softplus(),
}

LOSSES = {
    "cross_entropy": nn.CrossEntropyLoss,
    "binary_cross_entropy": nn.BCEWithLogitsLoss,
    "mse": nn.MSELoss,
    "mae": nn.L1Loss,
    "huber": nn.HuberLoss,
}


def momentum(parameters, beta=0.9, **given):
    return torch.optim.SGD(parameters, momentum=beta, **given)


def nesterov(parameters, beta=0.9, **given):
    return torch.optim.SGD(parameters, momentum=beta, nesterov=True, **given)


def adam(parameters, optimizer=torch.optim.Adam, beta1=0.9, beta2=0.999, **given):
    return optimizer(parameters, betas=(beta1, beta2), **renamed({"decay": "weight_decay"}, **given))


OPTIMIZERS = {
    "sgd": torch.optim.SGD,
    "momentum": momentum,
    "nesterov": nesterov,
    "adagrad": torch.optim.Adagrad,
    "rmsprop": lambda parameters, **given: torch.optim.RMSprop(parameters, **renamed({"beta": "alpha"}, **given)),
    "adam": adam,
    "adamw": lambda parameters, **given: adam(parameters, torch.optim.AdamW, **given),
}


class Pytorch:
    """A network in training."""

    oracle = f"PyTorch {torch.__version__.split('+')[0]}"

    def __init__(self, case, weights):
        self.case = case
        named = list(zip(case.named_layers(), case.widths()))
        self.modules = {path: MODULES[kind](width, **arguments) for (path, kind, arguments), width in named}
        self.network = nn.Sequential(*self.modules.values())
        for name, values in weights.items():
            path, _, parameter = name.rpartition(".")
            with torch.no_grad():
                getattr(self.modules[path], parameter).copy_(torch.as_tensor(values))
        self.loss = self.loss_of(*case.loss)
        self.weights = [self.modules[path].weight for (path, kind, _), _ in named if kind == "dense"]
        kind, arguments = case.optimizer
        self.optimizer = OPTIMIZERS[kind](self.groups(), **arguments)
        self.rate = self.optimizer.defaults["lr"]
        self.gathered_samples = 0
        self.averaged = case.average and AveragedModel(self.network, multi_avg_fn=get_ema_multi_avg_fn(case.average))

    @staticmethod
    def loss_of(kind, arguments):
        arguments = dict(arguments)
        if kind == "binary_cross_entropy" and arguments:
            # It has no smoothing: the targets are smoothed.
            share, plain = arguments["label_smoothing"], nn.BCEWithLogitsLoss()
            return lambda z, y: plain(z, (1 - share) * y + share / 2)
        if "class_weights" in arguments:
            arguments["weight"] = torch.tensor(arguments.pop("class_weights"), dtype=torch.float64)
        return LOSSES[kind](**arguments)

    def groups(self):
        """The parameters, grouped by what the optimizer is told about them."""
        case, groups = self.case, {}
        for path, module in self.modules.items():
            for parameter in module.parameters():
                # As a penalty is here: on weights.
                decays = case.weight_decay and any(parameter is weight for weight in self.weights)
                groups.setdefault((case.scale(path), decays), []).append(parameter)
        self.scales = [scale for scale, _ in groups]
        return [{"params": group, **({"weight_decay": case.l2} if decays else {})} for (_, decays), group in groups.items()]

    def use_table(self, table):
        pass

    def prepare(self, step):
        """Training mode, this step's rates and random numbers, and what learns."""
        self.network.train()
        for index, (path, module) in enumerate(self.modules.items()):
            module.draws = torch.as_tensor(step.draws[index]) if index in step.draws else None
            module.requires_grad_(path not in step.frozen)
            if path in step.frozen and isinstance(module, nn.BatchNorm1d):
                module.eval()
        for group, scale in zip(self.optimizer.param_groups, self.scales):
            group["lr"] = scale * step.rate
            if step.momentum is not None and "betas" in group:
                group["betas"] = (step.momentum, group["betas"][1])
            elif step.momentum is not None:
                group["momentum"] = step.momentum

    def batch_loss(self, step):
        z, y = self.network(torch.as_tensor(step.x)), torch.as_tensor(step.y)
        if step.weights is None:
            return self.loss(z, y)
        weights = torch.as_tensor(step.weights)
        if self.case.loss[0] == "cross_entropy":
            losses = LOSSES["cross_entropy"](**self.case.loss[1], reduction="none")(z, y)
        else:
            losses = LOSSES[self.case.loss[0]](**self.case.loss[1], reduction="none")(z, y).mean(dim=1)
        return (weights * losses).sum() / weights.sum()

    def step(self, step):
        self.prepare(step)
        loss = self.batch_loss(step)
        penalty = self.case.l2 / 2 * sum((weight**2).sum() for weight in self.weights)
        if self.case.l1:
            penalty = penalty + self.case.l1 * sum(weight.abs().sum() for weight in self.weights)
        # With `weight_decay` the optimizer adds the penalty's gradient; the loss is reported with the penalty either way.
        learned = loss if self.case.weight_decay else loss + penalty
        if self.case.accumulate == 1:
            learned.backward()
        else:
            (learned * len(step.x)).backward()
            self.gathered_samples += len(step.x)
        if step.updates:
            self.update()
        return float((loss + penalty).detach())

    def update(self):
        parameters = [parameter for parameter in self.network.parameters() if parameter.grad is not None]
        if self.case.accumulate > 1:
            for parameter in parameters:
                parameter.grad /= self.gathered_samples
            self.gathered_samples = 0
        if self.case.clip:
            self.clip(parameters, *self.case.clip)
        self.optimizer.step()
        self.optimizer.zero_grad()
        if self.case.max_norm:
            self.constrain(self.case.max_norm)
        if self.averaged:
            self.averaged.update_parameters(self.network)

    @staticmethod
    def clip(parameters, kind, limit):
        if kind == "value":
            nn.utils.clip_grad_value_(parameters, limit)
        elif kind == "global_norm":
            nn.utils.clip_grad_norm_(parameters, limit)
        else:
            for parameter in parameters:
                nn.utils.clip_grad_norm_([parameter], limit)

    def constrain(self, limit):
        """PyTorch has no constraints, and its `renorm` divides by the norm and 1e-7."""
        with torch.no_grad():
            for weight in self.weights:
                weight *= (limit / weight.norm(dim=1, keepdim=True)).clamp(max=1)

    def predicting(self):
        return self.averaged.module if self.averaged else self.network

    def parameters(self):
        state = ((path, module.state_dict()) for path, module in zip(self.modules, self.predicting()))
        named = {f"{path}.{name}": values for path, values in state for name, values in values.items()}
        return {name: np.array(values) for name, values in named.items() if "num_batches" not in name}

    def predict(self, x):
        network = self.predicting().eval()
        with torch.no_grad():
            return network(torch.as_tensor(x)).numpy()
