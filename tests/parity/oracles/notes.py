"""A network trained by the notes' formulas, in NumPy. Gradients are JAX's, in `float64`.

Where optax has the same variant of an optimizer, it runs beside and both must agree.
"""

import jax
import jax.numpy as jnp
import numpy as np
import optax

from . import formulas


class Notes:
    """A network in training."""

    oracle = "the notes' formulas in NumPy"

    def __init__(self, case, weights):
        self.case = case
        self.theta = {name: np.array(values, np.float64) for name, values in weights.items()}
        self.statistics = {}
        for (path, kind, arguments), width in zip(case.named_layers(), case.widths()):
            if kind == "batch_norm":
                self.statistics |= {f"{path}.running_mean": np.zeros(width), f"{path}.running_var": np.ones(width)}
            if kind == "prelu":
                units = 1 if arguments.get("shared", False) else width
                self.theta[f"{path}.weight"] = np.full(units, arguments.get("init", 0.25))
        self.optimizer, self.arguments = case.optimizer[0], dict(case.optimizer[1])
        self.rate = self.arguments.pop("lr", formulas.RATES.get(self.optimizer, 0.01))
        self.state = {
            name: {"m": np.zeros_like(theta), "s": np.zeros_like(theta), "t": 0} for name, theta in self.theta.items()
        }
        self.weights = {f"{path}.weight" for path, kind, _ in case.named_layers() if kind == "dense"}
        self.gathered, self.gathered_samples = {}, 0
        self.averages = None
        self.optax = None

    def use_table(self, table):
        """Runs optax beside, at these rates."""
        case = self.case
        # It has one t for all tensors, and constraints do not know of the point ahead.
        if case.freeze or case.max_norm and self.optimizer == "nesterov":
            return
        weights = {name: name in self.weights for name in self.theta}
        by_update = lambda values: values and (lambda count: jnp.asarray(values)[count])
        momentum = by_update(table.momenta)
        self.optax = formulas.in_optax(self.optimizer, by_update(table.rates), weights, momentum, **self.arguments)
        if self.optax:
            self.optax_theta = {name: jnp.asarray(theta) for name, theta in self.theta.items()}
            self.optax_state = self.optax.init(self.optax_theta)

    def forward(self, theta, x, draws, training, frozen=()):
        """The network's output, and the statistics after it."""
        statistics = dict(self.statistics)
        for index, (path, kind, arguments) in enumerate(self.case.named_layers()):
            if kind == "dense":
                x = x @ theta[f"{path}.weight"].T
                x = x + theta[f"{path}.bias"] if arguments.get("bias", True) else x
            elif kind == "batch_norm":
                # Frozen, it does as in prediction.
                x = self.batch_norm(theta, statistics, path, x, training and path not in frozen, **arguments)
            elif kind == "layer_norm":
                centered = x - x.mean(axis=1, keepdims=True)
                deviation = jnp.sqrt((centered**2).mean(axis=1, keepdims=True) + arguments.get("eps", 1e-5))
                x = centered / deviation * theta[f"{path}.weight"] + theta[f"{path}.bias"]
            elif kind == "dropout":
                x = jnp.where(draws[index] < arguments["rate"], 0.0, x / (1 - arguments["rate"])) if training else x
            elif kind == "prelu":
                x = jnp.where(x > 0, x, theta[f"{path}.weight"] * x)
            elif kind == "rrelu":
                lower, upper = arguments.get("lower", 1 / 8), arguments.get("upper", 1 / 3)
                slope = lower + (upper - lower) * draws[index] if training else (lower + upper) / 2
                x = jnp.where(x > 0, x, slope * x)
            else:
                x = formulas.ACTIVATIONS[kind](x, **arguments)
        return x, statistics

    @staticmethod
    def batch_norm(theta, statistics, path, x, training, momentum=0.9, eps=1e-5):
        mean, var = statistics[f"{path}.running_mean"], statistics[f"{path}.running_var"]
        if training:
            batch_mean = x.mean(axis=0)
            batch_var = ((x - batch_mean) ** 2).mean(axis=0)
            statistics[f"{path}.running_mean"] = momentum * mean + (1 - momentum) * batch_mean
            statistics[f"{path}.running_var"] = momentum * var + (1 - momentum) * batch_var
            mean, var = batch_mean, batch_var
        return (x - mean) / jnp.sqrt(var + eps) * theta[f"{path}.weight"] + theta[f"{path}.bias"]

    def loss(self, learning, others, step):
        """The whole loss, with the statistics after it."""
        theta = learning | others
        z, statistics = self.forward(theta, step.x, step.draws, True, step.frozen)
        kind, arguments = self.case.loss
        losses, weights = formulas.LOSSES[kind](z, step.y, **arguments), step.weights
        if "class_weights" in arguments:
            weights = np.take(arguments["class_weights"], step.y)
        loss = losses.mean() if weights is None else (weights * losses).sum() / weights.sum()
        return loss + self.penalty(theta), statistics

    def penalty(self, theta):
        l1 = self.case.l1 * sum(formulas.size(theta[name]).sum() for name in self.weights) if self.case.l1 else 0.0
        return l1 + self.case.l2 / 2 * sum((theta[name] ** 2).sum() for name in self.weights)

    def ahead(self, momentum=None):
        """Where the gradient is taken: nesterov's θ − βm, else θ."""
        if self.optimizer != "nesterov":
            return self.theta
        beta = self.arguments.get("beta", 0.9) if momentum is None else momentum
        return {name: theta - beta * self.state[name]["m"] for name, theta in self.theta.items()}

    def step(self, step):
        """The batch's loss. Gathers its gradient, and updates if it is the last of those that make an update."""
        ahead = self.ahead(step.momentum)
        learning = {name: values for name, values in ahead.items() if name.rpartition(".")[0] not in step.frozen}
        others = {name: values for name, values in ahead.items() if name not in learning}
        (loss, statistics), gradients = jax.value_and_grad(self.loss, has_aux=True)(learning, others, step)
        self.statistics = {name: np.array(values) for name, values in statistics.items()}
        gradients = {name: np.array(g) for name, g in gradients.items()}
        if self.case.accumulate > 1:
            gradients = self.gather(gradients, len(step.x), step.updates)
        if step.updates:
            self.update(gradients, step)
        return float(loss)

    def gather(self, gradients, samples, ends):
        """The mean over all samples gathered, once the last batch of a group is among them."""
        self.gathered = {name: self.gathered.get(name, 0.0) + samples * g for name, g in gradients.items()}
        self.gathered_samples += samples
        if not ends:
            return None
        means = {name: total / self.gathered_samples for name, total in self.gathered.items()}
        self.gathered, self.gathered_samples = {}, 0
        return means

    def update(self, gradients, step):
        if self.case.clip:
            gradients = formulas.clipped(gradients, *self.case.clip)
        arguments = dict(self.arguments)
        if step.momentum is not None:
            arguments["beta1" if self.optimizer in ("adam", "adamw") else "beta"] = step.momentum
        for name, g in gradients.items():
            state, rate = self.state[name], step.rate * self.case.scale(name)
            state["t"] += 1
            rule = formulas.OPTIMIZERS[self.optimizer]
            self.theta[name] = rule(self.theta[name], g, state, rate, state["t"], name in self.weights, **arguments)
        if self.case.max_norm:
            # On θ, whichever point the gradient was taken at.
            limited = {name: formulas.constrained(self.theta[name], self.case.max_norm) for name in self.weights}
            self.theta |= {name: values for name, values in limited.items() if name in gradients}
        if self.case.average:
            self.update_averages()
        if self.optax:
            self.compare_with_optax(gradients)

    def update_averages(self):
        decay, old = self.case.average, self.averages or self.theta
        self.averages = {name: decay * old[name] + (1 - decay) * theta for name, theta in self.theta.items()}
        # optax's own line for it.
        also = optax.incremental_update(self.theta, old, 1 - decay)
        for name, average in self.averages.items():
            np.testing.assert_allclose(also[name], average, rtol=1e-10, atol=1e-12, err_msg=self.case.name)

    def compare_with_optax(self, gradients):
        updates, self.optax_state = self.optax.update(gradients, self.optax_state, self.optax_theta)
        updates = {name: self.case.scale(name) * update for name, update in updates.items()}
        self.optax_theta = optax.apply_updates(self.optax_theta, updates)
        if self.case.max_norm:
            project = jax.vmap(lambda row: optax.projections.projection_l2_ball(row, self.case.max_norm))
            self.optax_theta |= {name: project(self.optax_theta[name]) for name in self.weights}
        # optax holds the point ahead.
        for name, theta in self.ahead().items():
            np.testing.assert_allclose(self.optax_theta[name], theta, rtol=1e-10, atol=1e-12, err_msg=self.case.name)

    def parameters(self):
        return (self.averages or self.theta) | self.statistics

    def predict(self, x):
        return np.array(self.forward(self.averages or self.theta, x, {}, False)[0])
