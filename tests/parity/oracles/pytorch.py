"""PyTorch: its layers, losses, optimizers and functions that clip, in `float64`."""

import numpy as np
import torch
from torch import nn

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
            path, parameter = name.split(".")
            with torch.no_grad():
                getattr(self.modules[path], parameter).copy_(torch.as_tensor(values))
        self.loss = LOSSES[case.loss[0]](**case.loss[1])
        self.weights = [self.modules[path].weight for (path, kind, _), _ in named if kind == "dense"]
        kind, arguments = case.optimizer
        parameters = self.network.parameters()
        if case.weight_decay:
            rest = [p for p in parameters if not any(p is weight for weight in self.weights)]
            parameters = [{"params": self.weights, "weight_decay": case.l2}, {"params": rest}]
        self.optimizer = OPTIMIZERS[kind](parameters, **arguments)
        self.rate = self.optimizer.defaults["lr"]

    def use_rates(self, rates):
        pass

    def step(self, x, y, rate, draws):
        self.network.train()
        for index, module in enumerate(self.network):
            module.draws = torch.as_tensor(draws[index]) if index in draws else None
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.zero_grad()
        loss = self.loss(self.network(torch.as_tensor(x)), torch.as_tensor(y))
        penalty = self.case.l2 / 2 * sum((weight**2).sum() for weight in self.weights)
        # With `weight_decay` the optimizer adds the penalty's gradient; the loss is reported with the penalty either way.
        (loss if self.case.weight_decay else loss + penalty).backward()
        if self.case.clip:
            self.clip(*self.case.clip)
        self.optimizer.step()
        return float((loss + penalty).detach())

    def clip(self, kind, limit):
        parameters = list(self.network.parameters())
        if kind == "value":
            nn.utils.clip_grad_value_(parameters, limit)
        elif kind == "global_norm":
            nn.utils.clip_grad_norm_(parameters, limit)
        else:
            for parameter in parameters:
                nn.utils.clip_grad_norm_([parameter], limit)

    def parameters(self):
        state = ((path, module.state_dict()) for path, module in self.modules.items())
        named = {f"{path}.{name}": values for path, values in state for name, values in values.items()}
        return {name: np.array(values) for name, values in named.items() if "num_batches" not in name}

    def predict(self, x):
        self.network.eval()
        with torch.no_grad():
            return self.network(torch.as_tensor(x)).numpy()
